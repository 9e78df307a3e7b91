//! Streams: connector configurations, and their runs.

mod execution;
pub mod listing;
mod stream;

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Call, Csv, Json, OptionalJson, PathArgs, Query, Reply};
use super::shapes::{Opaque, Page};
use super::uploads::part_number;
use crate::domain::upload::UpdateMethod;

pub use execution::{Execution, Run};
pub use stream::{Definition, Stream};

pub async fn create(call: Call, Json(body): Json<Definition>) -> Result<Reply<Stream>, Refusal> {
    let created = call.domo.create_stream(call.user, body.into_new()?)?;
    Ok(Reply(Stream::of(&created, &call)))
}

pub async fn get(call: Call, path: PathArgs) -> Result<Reply<Stream>, Refusal> {
    let overview = call.domo.stream(call.user, path.id("stream")?)?;
    Ok(Reply(Stream::of(&overview, &call)))
}

pub async fn update(
    call: Call,
    path: PathArgs,
    Json(body): Json<Definition>,
) -> Result<Reply<Stream>, Refusal> {
    let updated = call.domo.update_stream(call.user, path.id("stream")?, body.into_change()?)?;
    Ok(Reply(Stream::of(&updated, &call)))
}

pub async fn history(
    call: Call,
    path: PathArgs,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Run>>, Refusal> {
    let overview = call.domo.stream(call.user, path.id("stream")?)?;
    let newest_first = overview.stream.executions.iter().rev();
    let runs = newest_first.map(|it| Run::of(&overview.stream, it, overview.now)).collect();
    Ok(Reply(page.of(runs, usize::MAX)))
}

/// A run that is asked for by `runType` is answered 201, as the connectors' page has it; else 200, as this one.
pub async fn execute(
    call: Call,
    path: PathArgs,
    OptionalJson(body): OptionalJson<Execute>,
) -> Result<(StatusCode, Reply<Execution>), Refusal> {
    let stream = path.id("stream")?;
    let status = if body.run_type.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let method = body.update_method.map(parsed_method).transpose()?;
    let run_type = body.run_type.or(body.action).unwrap_or_else(|| "MANUAL".to_owned());
    let (execution, now) =
        call.domo.execute_stream(call.user, stream, (run_type.to_uppercase(), method))?;
    Ok((status, Reply(Execution::of(stream, &execution, now))))
}

/// Oldest first.
pub async fn executions(
    call: Call,
    path: PathArgs,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Execution>>, Refusal> {
    let overview = call.domo.stream(call.user, path.id("stream")?)?;
    let of = |it: &std::sync::Arc<_>| Execution::of(overview.stream.id, it, overview.now);
    Ok(Reply(page.of(overview.stream.executions.iter().map(of).collect(), usize::MAX)))
}

pub async fn execution(call: Call, path: PathArgs) -> Result<Reply<Execution>, Refusal> {
    let stream = path.id("stream")?;
    let (execution, now) = call.domo.execution(call.user, stream, path.id("execution")?)?;
    Ok(Reply(Execution::of(stream, &execution, now)))
}

pub async fn part(call: Call, path: PathArgs, Csv(body): Csv) -> Result<Reply<Done>, Refusal> {
    let number = (path.id("stream")?, path.id("execution")?, part_number(&path)?);
    call.domo.put_execution_part(call.user, number, body).await?;
    Ok(Reply(Done { status: 200, status_reason: "OK" }))
}

pub async fn commit(
    call: Call,
    path: PathArgs,
    OptionalJson(_): OptionalJson<Opaque>,
) -> Result<Reply<Execution>, Refusal> {
    let stream = path.id("stream")?;
    let (execution, now) =
        call.domo.commit_execution(call.user, stream, path.id("execution")?).await?;
    Ok(Reply(Execution::of(stream, &execution, now)))
}

pub async fn abort(
    call: Call,
    path: PathArgs,
    OptionalJson(body): OptionalJson<Abort>,
) -> Result<Reply<Execution>, Refusal> {
    let stream = path.id("stream")?;
    let (execution, now) =
        call.domo.abort_execution(call.user, stream, path.id("execution")?, body.message)?;
    Ok(Reply(Execution::of(stream, &execution, now)))
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
