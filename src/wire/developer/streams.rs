//! Streams of the public API.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Owner;
use super::datasets::DeletedDataset;
use super::fields::{Chosen, FieldsQuery};
use crate::domain::operations::Remembered;
use crate::domain::operations::StreamOverview;
use crate::domain::{self, ExecutionId, Session, StreamId, Timestamp};
use crate::wire::error::Refusal;
use crate::wire::extract::{Csv, Json, OptionalJson, Query, Reply};
use crate::wire::path::{PartNumber, Path};
use crate::wire::shapes::{Nothing, Page, iso_time, update_method};
use crate::wire::streams::Definition;
use crate::wire::streams::listing::{PAGE_DEFAULT, SearchQuery, StreamPage};

pub async fn create(
    session: Session,
    headers: HeaderMap,
    Json(body): Json<Definition>,
) -> Result<(StatusCode, HeaderMap, Reply<Stream>), Refusal> {
    let created = session.create_stream(body.into_new()?)?;
    let location = location(&headers, created.stream.id);
    Ok((StatusCode::CREATED, location, Reply(Stream::of(&created))))
}

pub async fn list(
    session: Session,
    (Query(page), Query(fields)): (Query<StreamPage>, Query<FieldsQuery>),
) -> Result<Reply<Vec<Chosen>>, Refusal> {
    let fields = fields.chosen()?;
    let all = session.streams(&domain::operations::StreamFilter::All);
    Ok(Reply(page.of(all).iter().map(|it| Chosen::of(&Stream::of(it), fields.as_ref())).collect()))
}

pub async fn search(
    session: Session,
    (Query(query), Query(page), Query(fields)): (
        Query<SearchQuery>,
        Query<StreamPage>,
        Query<FieldsQuery>,
    ),
) -> Result<Reply<Vec<Chosen>>, Refusal> {
    let fields = fields.chosen()?;
    let found = page.of(session.streams(&query.filter()?));
    Ok(Reply(found.iter().map(|it| Chosen::of(&Stream::of(it), fields.as_ref())).collect()))
}

/// The stream of a dataset that was deleted is answered in part.
pub async fn get(
    session: Session,
    Path(stream): Path<StreamId>,
    Query(fields): Query<FieldsQuery>,
) -> Result<Reply<Chosen>, Refusal> {
    let fields = fields.chosen()?;
    Ok(Reply(match session.stream_or_remains(stream)? {
        Remembered::Present(it) => Chosen::of(&Stream::of(&it), fields.as_ref()),
        Remembered::Deleted(it) => Chosen::of(&DeletedStream::of(&it), None),
    }))
}

pub async fn update(
    session: Session,
    Path(stream): Path<StreamId>,
    Query(query): Query<UpdateQuery>,
    OptionalJson(body): OptionalJson<Definition>,
) -> Result<Reply<Stream>, Refusal> {
    let mut change = body.into_change()?;
    let method = query.update_method.map(|it| update_method("updateMethod", &it)).transpose()?;
    if let Some(method) = method {
        if change.stream.update_method.is_some_and(|it| it != method) {
            let message = "updateMethod: the URL and the body say different ones";
            return Err(Refusal::bad_request(message));
        }
        change.stream.update_method = Some(method);
    }
    let updated = session.update_stream(stream, change)?;
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
) -> Result<Reply<Execution>, Refusal> {
    let method = body.update_method.map(|it| update_method("updateMethod", &it)).transpose()?;
    let run_type = "MANUAL".to_owned();
    let execution = session.execute_stream(stream, run_type, method)?;
    Ok(Reply(Execution::of(&execution, execution.moment.now)))
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
    OptionalJson(_): OptionalJson<Nothing>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.commit_execution(stream, execution).await?;
    Ok(Reply(Execution::of(&execution, execution.moment.now)))
}

pub async fn abort(
    session: Session,
    Path((stream, execution)): Path<(StreamId, ExecutionId)>,
    OptionalJson(_): OptionalJson<Nothing>,
) -> Result<Reply<Execution>, Refusal> {
    let execution = session.abort_execution(stream, execution, None)?;
    Ok(Reply(Execution::of(&execution, execution.moment.now)))
}

pub async fn abort_current(
    session: Session,
    Path(stream): Path<StreamId>,
    OptionalJson(_): OptionalJson<Nothing>,
) -> Result<StatusCode, Refusal> {
    session.abort_current_execution(stream)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where the stream is, at the host that the request was sent to; without one no header.
fn location(request: &HeaderMap, stream: domain::StreamId) -> HeaderMap {
    let host = request.get(header::HOST).and_then(|it| it.to_str().ok());
    let scheme = if host.is_some_and(|it| it.ends_with(".domo.com")) { "https" } else { "http" };
    let url = host.map(|it| format!("{scheme}://{it}/v1/streams/{stream}"));
    let url = url.and_then(|it| HeaderValue::try_from(it).ok());
    url.into_iter().map(|it| (header::LOCATION, it)).collect()
}

/// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/Stream-API.yaml>
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateQuery {
    update_method: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execute {
    /// For this run only.
    update_method: Option<String>,
}

/// What a stream's answer may look like: `fields` leaves members out, and so does the deletion of its dataset.
#[derive(Debug, JsonSchema)]
#[serde(untagged)]
pub enum Listed {
    Whole(Box<Stream>),
    Deleted(DeletedStream),
    Narrowed(Chosen),
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

/// The part of a stream that is still told after its dataset was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedStream {
    id: StreamId,
    data_set: DeletedDataset,
    update_method: &'static str,
    created_at: String,
    modified_at: String,
    deleted: bool,
}

impl DeletedStream {
    fn of(overview: &StreamOverview) -> Self {
        Self {
            id: overview.stream.id,
            data_set: DeletedDataset::of(&overview.dataset, &overview.moment),
            update_method: overview.stream.update_method.name(),
            created_at: iso_time(overview.stream.created_at),
            modified_at: iso_time(overview.stream.modified_at),
            deleted: true,
        }
    }
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
                columns: dataset.loaded_column_count(now),
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
