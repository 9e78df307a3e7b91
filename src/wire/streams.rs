//! Streams: connector configurations, and their runs.

mod execution;
pub mod listing;
mod stream;

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Csv, Json, OptionalJson, Query, Reply};
use super::path::{PartNumber, Path};
use super::shapes::{Nothing, Page, update_method};
use crate::domain::{ExecutionId, Session, StreamId};

pub use execution::{Execution, Run};
pub use stream::{Definition, Stream};

pub async fn create(
    session: Session,
    Json(body): Json<Definition>,
) -> Result<Reply<Stream>, Refusal> {
    let created = session.create_stream(body.into_new()?)?;
    Ok(Reply(Stream::of(&created)))
}

pub async fn get(session: Session, Path(stream): Path<StreamId>) -> Result<Reply<Stream>, Refusal> {
    let overview = session.stream(stream)?;
    Ok(Reply(Stream::of(&overview)))
}

pub async fn update(
    session: Session,
    Path(stream): Path<StreamId>,
    Json(body): Json<Definition>,
) -> Result<Reply<Stream>, Refusal> {
    let updated = session.update_stream(stream, body.into_change()?)?;
    Ok(Reply(Stream::of(&updated)))
}

pub async fn history(
    session: Session,
    Path(stream): Path<StreamId>,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Run>>, Refusal> {
    let overview = session.stream(stream)?;
    let newest_first = overview.stream.executions.iter().rev();
    let runs = newest_first.map(|it| Run::of(&overview.stream, it, overview.moment.now)).collect();
    Ok(Reply(page.of(runs, usize::MAX)))
}

/// A run that is asked for by `runType` is answered 201, as the connectors' page has it; else 200, as this one.
pub async fn execute(
    session: Session,
    Path(stream): Path<StreamId>,
    OptionalJson(body): OptionalJson<Execute>,
) -> Result<(StatusCode, Reply<Execution>), Refusal> {
    let status = if body.run_type.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let method = body.update_method.map(|it| update_method("updateMethod", &it)).transpose()?;
    let run_type = run_type(body.run_type.or(body.action))?;
    let execution = session.execute_stream(stream, run_type, method)?;
    Ok((status, Reply(Execution::of(stream, &execution, execution.moment.now).just_begun())))
}

/// Oldest first.
pub async fn executions(
    session: Session,
    Path(stream): Path<StreamId>,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Execution>>, Refusal> {
    let overview = session.stream(stream)?;
    let of = |it: &std::sync::Arc<_>| Execution::of(overview.stream.id, it, overview.moment.now);
    Ok(Reply(page.of(overview.stream.executions.iter().map(of).collect(), usize::MAX)))
}

pub async fn execution(
    session: Session,
    Path((stream, execution)): Path<(StreamId, ExecutionId)>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.execution(stream, execution)?;
    Ok(Reply(Execution::of(stream, &execution, execution.moment.now)))
}

pub async fn part(
    session: Session,
    Path((stream, execution, part)): Path<(StreamId, ExecutionId, PartNumber)>,
    Csv(body): Csv,
) -> Result<Reply<Done>, Refusal> {
    session.put_execution_part(stream, execution, part.0, body).await?;
    Ok(Reply(Done { status: 200, status_reason: "OK" }))
}

pub async fn commit(
    session: Session,
    Path((stream, execution)): Path<(StreamId, ExecutionId)>,
    OptionalJson(_): OptionalJson<Nothing>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.commit_execution(stream, execution).await?;
    Ok(Reply(Execution::of(stream, &execution, execution.moment.now)))
}

pub async fn abort(
    session: Session,
    Path((stream, execution)): Path<(StreamId, ExecutionId)>,
    OptionalJson(body): OptionalJson<Abort>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.abort_execution(stream, execution, body.message)?;
    Ok(Reply(Execution::of(stream, &execution, execution.moment.now)))
}

/// The page sends `action`, the connectors' page `runType`, other clients nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execute {
    action: Option<String>,
    run_type: Option<String>,
    /// For this run only.
    update_method: Option<String>,
}

/// The documented one, where nothing is said; a scheduled run is what a client may see in a list.
fn run_type(asked: Option<String>) -> Result<String, Refusal> {
    let text = asked.map_or_else(|| "MANUAL".to_owned(), |it| it.to_uppercase());
    if matches!(text.as_str(), "MANUAL" | "SCHEDULED") {
        return Ok(text);
    }
    Err(Refusal::bad_request(format!("runType: '{text}' is neither MANUAL nor SCHEDULED")))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Abort {
    message: Option<String>,
}

/// A client checks that `status` is 200.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    status: u16,
    status_reason: &'static str,
}
