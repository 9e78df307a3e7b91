//! Streams: connector configurations, and their runs.

mod execution;
pub mod listing;
mod stream;

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Csv, Json, OptionalJson, PathArgs, Query, Reply};
use super::shapes::{Opaque, Page};
use super::uploads::part_number;
use crate::domain::Session;
use crate::domain::upload::UpdateMethod;

pub use execution::{Execution, Run};
pub use stream::{Definition, Stream};

pub async fn create(
    session: Session,
    Json(body): Json<Definition>,
) -> Result<Reply<Stream>, Refusal> {
    let created = session.create_stream(body.into_new()?)?;
    Ok(Reply(Stream::of(&created)))
}

pub async fn get(session: Session, path: PathArgs) -> Result<Reply<Stream>, Refusal> {
    let overview = session.stream(path.id("stream")?)?;
    Ok(Reply(Stream::of(&overview)))
}

pub async fn update(
    session: Session,
    path: PathArgs,
    Json(body): Json<Definition>,
) -> Result<Reply<Stream>, Refusal> {
    let updated = session.update_stream(path.id("stream")?, body.into_change()?)?;
    Ok(Reply(Stream::of(&updated)))
}

pub async fn history(
    session: Session,
    path: PathArgs,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Run>>, Refusal> {
    let overview = session.stream(path.id("stream")?)?;
    let newest_first = overview.stream.executions.iter().rev();
    let runs = newest_first.map(|it| Run::of(&overview.stream, it, overview.moment.now)).collect();
    Ok(Reply(page.of(runs, usize::MAX)))
}

/// A run that is asked for by `runType` is answered 201, as the connectors' page has it; else 200, as this one.
pub async fn execute(
    session: Session,
    path: PathArgs,
    OptionalJson(body): OptionalJson<Execute>,
) -> Result<(StatusCode, Reply<Execution>), Refusal> {
    let stream = path.id("stream")?;
    let status = if body.run_type.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let method = body.update_method.map(parsed_method).transpose()?;
    let run_type = body.run_type.or(body.action).unwrap_or_else(|| "MANUAL".to_owned());
    let execution = session.execute_stream(stream, run_type.to_uppercase(), method)?;
    Ok((status, Reply(Execution::of(stream, &execution, execution.moment.now))))
}

/// Oldest first.
pub async fn executions(
    session: Session,
    path: PathArgs,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Execution>>, Refusal> {
    let overview = session.stream(path.id("stream")?)?;
    let of = |it: &std::sync::Arc<_>| Execution::of(overview.stream.id, it, overview.moment.now);
    Ok(Reply(page.of(overview.stream.executions.iter().map(of).collect(), usize::MAX)))
}

pub async fn execution(session: Session, path: PathArgs) -> Result<Reply<Execution>, Refusal> {
    let stream = path.id("stream")?;
    let execution = session.execution(stream, path.id("execution")?)?;
    Ok(Reply(Execution::of(stream, &execution, execution.moment.now)))
}

pub async fn part(
    session: Session,
    path: PathArgs,
    Csv(body): Csv,
) -> Result<Reply<Done>, Refusal> {
    let (stream, execution) = (path.id("stream")?, path.id("execution")?);
    session.put_execution_part(stream, execution, part_number(&path)?, body).await?;
    Ok(Reply(Done { status: 200, status_reason: "OK" }))
}

pub async fn commit(
    session: Session,
    path: PathArgs,
    OptionalJson(_): OptionalJson<Opaque>,
) -> Result<Reply<Execution>, Refusal> {
    let stream = path.id("stream")?;
    let execution = session.commit_execution(stream, path.id("execution")?).await?;
    Ok(Reply(Execution::of(stream, &execution, execution.moment.now)))
}

pub async fn abort(
    session: Session,
    path: PathArgs,
    OptionalJson(body): OptionalJson<Abort>,
) -> Result<Reply<Execution>, Refusal> {
    let stream = path.id("stream")?;
    let execution = session.abort_execution(stream, path.id("execution")?, body.message)?;
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

pub fn parsed_method(text: String) -> Result<UpdateMethod, Refusal> {
    text.parse().map_err(|problem| Refusal::bad_request(format!("updateMethod: {problem}")))
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
