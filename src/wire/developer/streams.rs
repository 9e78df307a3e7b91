//! Streams of the public API.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Owner;
use crate::domain::operations::StreamOverview;
use crate::domain::{self, ExecutionId, Session, StreamId, Timestamp};
use crate::wire::error::Refusal;
use crate::wire::extract::{Csv, Json, OptionalJson, Query, Reply};
use crate::wire::path::{PartNumber, Path};
use crate::wire::shapes::{Opaque, Page, iso_time, update_method};
use crate::wire::streams::Definition;
use crate::wire::streams::listing::{PAGE_DEFAULT, SearchQuery, StreamPage};

pub async fn create(
    session: Session,
    Json(body): Json<Definition>,
) -> Result<(StatusCode, Reply<Stream>), Refusal> {
    let created = session.create_stream(body.into_new()?)?;
    Ok((StatusCode::CREATED, Reply(Stream::of(&created))))
}

pub async fn list(session: Session, Query(page): Query<StreamPage>) -> Reply<Vec<Stream>> {
    let all = session.streams(&domain::operations::StreamFilter::All);
    Reply(page.of(all).iter().map(Stream::of).collect())
}

pub async fn search(
    session: Session,
    (Query(query), Query(page)): (Query<SearchQuery>, Query<StreamPage>),
) -> Result<Reply<Vec<Stream>>, Refusal> {
    let found = page.of(session.streams(&query.filter()?));
    Ok(Reply(found.iter().map(Stream::of).collect()))
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

/// The dataset stays.
pub async fn delete(session: Session, Path(stream): Path<StreamId>) -> Result<StatusCode, Refusal> {
    session.delete_stream(stream)?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn execute(
    session: Session,
    Path(stream): Path<StreamId>,
    OptionalJson(body): OptionalJson<Execute>,
) -> Result<(StatusCode, Reply<Execution>), Refusal> {
    let method = body.update_method.map(|it| update_method("updateMethod", &it)).transpose()?;
    let run_type = "MANUAL".to_owned();
    let execution = session.execute_stream(stream, run_type, method)?;
    Ok((StatusCode::CREATED, Reply(Execution::of(&execution, execution.moment.now))))
}

/// Oldest first.
pub async fn executions(
    session: Session,
    Path(stream): Path<StreamId>,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Execution>>, Refusal> {
    let overview = session.stream(stream)?;
    let runs = overview.stream.executions.iter().map(|it| Execution::of(it, overview.moment.now));
    Ok(Reply(page.of(runs.collect(), PAGE_DEFAULT)))
}

pub async fn execution(
    session: Session,
    Path((stream, execution)): Path<(StreamId, ExecutionId)>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.execution(stream, execution)?;
    Ok(Reply(Execution::of(&execution, execution.moment.now)))
}

pub async fn part(
    session: Session,
    Path((stream, execution, part)): Path<(StreamId, ExecutionId, PartNumber)>,
    Csv(body): Csv,
) -> Result<Reply<Execution>, Refusal> {
    let number = part.0;
    let execution = session.put_execution_part(stream, execution, number, body).await?;
    Ok(Reply(Execution::of(&execution, execution.moment.now)))
}

pub async fn commit(
    session: Session,
    Path((stream, execution)): Path<(StreamId, ExecutionId)>,
    OptionalJson(_): OptionalJson<Opaque>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.commit_execution(stream, execution).await?;
    Ok(Reply(Execution::of(&execution, execution.moment.now)))
}

pub async fn abort(
    session: Session,
    Path((stream, execution)): Path<(StreamId, ExecutionId)>,
    OptionalJson(_): OptionalJson<Opaque>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.abort_execution(stream, execution, None)?;
    Ok(Reply(Execution::of(&execution, execution.moment.now)))
}

pub async fn abort_current(
    session: Session,
    Path(stream): Path<StreamId>,
    OptionalJson(_): OptionalJson<Opaque>,
) -> Result<StatusCode, Refusal> {
    session.abort_current_execution(stream)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execute {
    /// For this run only.
    update_method: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stream {
    id: StreamId,
    data_set: StreamDataset,
    update_method: &'static str,
    created_at: String,
    modified_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_execution: Option<Execution>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_successful_execution: Option<Execution>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamDataset {
    id: String,
    name: String,
    description: String,
    rows: u64,
    columns: usize,
    owner: Owner,
    created_at: String,
    updated_at: String,
    pdp_enabled: bool,
}

impl Stream {
    fn of(overview: &StreamOverview) -> Self {
        let (it, dataset, now) = (&overview.stream, &overview.dataset, overview.moment.now);
        let success = domain::stream::ExecutionState::Success;
        Self {
            id: it.id,
            data_set: StreamDataset {
                id: dataset.id.to_string(),
                name: dataset.profile.name.clone(),
                description: dataset.profile.description.clone().unwrap_or_default(),
                rows: dataset.row_count(now),
                columns: dataset.column_count(now),
                owner: Owner::of(dataset, &overview.moment),
                created_at: iso_time(dataset.created_at),
                updated_at: iso_time(dataset.last_touched),
                pdp_enabled: dataset.policies.enabled,
            },
            update_method: it.update_method.name(),
            created_at: iso_time(it.created_at),
            modified_at: iso_time(it.modified_at),
            last_execution: it.last().map(|run| Execution::of(run, now)),
            last_successful_execution: it.last_in(success, now).map(|run| Execution::of(run, now)),
        }
    }
}

/// A run. Its times are dates here, where the product's are numbers.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    id: ExecutionId,
    started_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    current_state: &'static str,
    update_method: &'static str,
    rows: u64,
    bytes: u64,
    created_at: String,
    modified_at: String,
}

impl Execution {
    fn of(it: &domain::stream::Execution, now: Timestamp) -> Self {
        let ended_at = it.ended_at(now);
        Self {
            id: it.id,
            started_at: iso_time(it.started_at),
            ended_at: ended_at.map(iso_time),
            current_state: it.state(now).name(),
            update_method: it.update_method.name(),
            rows: it.rows,
            bytes: it.bytes,
            created_at: iso_time(it.started_at),
            modified_at: iso_time(ended_at.unwrap_or(it.started_at)),
        }
    }
}
