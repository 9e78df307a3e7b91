//! Indexing: making committed versions queryable.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::error::Refusal;
use super::extract::{OptionalJson, Reply};
use super::path::{IndexName, Path};
use super::shapes::{EpochMillis, LooseId, Nothing};
use crate::domain::index::IndexJob;
use crate::domain::{DatasetId, Session, UploadId};

pub async fn request(
    session: Session,
    Path(dataset): Path<DatasetId>,
    OptionalJson(body): OptionalJson<Request>,
) -> Result<Reply<Job>, Refusal> {
    let job = session.index(dataset, body.versions()?).await?;
    Ok(Reply(Job::of(dataset, &job, job.is_ready(job.moment.now))))
}

pub async fn request_all(
    session: Session,
    Path(dataset): Path<DatasetId>,
    OptionalJson(_): OptionalJson<Nothing>,
) -> Result<Reply<Job>, Refusal> {
    let job = session.index(dataset, Vec::new()).await?;
    Ok(Reply(Job::of(dataset, &job, job.is_ready(job.moment.now))))
}

pub async fn status(
    session: Session,
    Path((dataset, index)): Path<(DatasetId, IndexName)>,
) -> Result<Reply<Status>, Refusal> {
    let job = session.index_job(dataset, &index.0)?;
    Ok(Reply(Status::of(dataset, &job, job.is_ready(job.moment.now))))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Data versions; none, or an empty list, for all that can be indexed.
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    data_ids: Option<Vec<LooseId>>,
}

impl Request {
    fn versions(&self) -> Result<Vec<UploadId>, Refusal> {
        self.data_ids.iter().flatten().map(version_id).collect()
    }
}

fn version_id(id: &LooseId) -> Result<UploadId, Refusal> {
    let id = id.value("data version")?;
    let number = u32::try_from(id);
    let number =
        number.map_err(|_| Refusal::not_found(format!("data version {id} does not exist")))?;
    Ok(UploadId::new(number))
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    id: String,
    /// `yyyyMMddHHmmss.SSS`, the form in which the status route takes it.
    index_id: String,
    #[schemars(with = "f64")]
    request_key: Box<RawValue>,
    data_source_id: String,
    state: &'static str,
    requested_at: EpochMillis,
    data_ids: Vec<UploadId>,
}

impl Job {
    fn of(dataset: DatasetId, job: &IndexJob, is_ready: bool) -> Self {
        Self {
            id: job.key.to_string(),
            index_id: job.key.to_string(),
            request_key: number(&job.key.to_string()),
            data_source_id: dataset.to_string(),
            state: state(is_ready),
            requested_at: job.requested_at.millis(),
            data_ids: job.versions.iter().copied().collect(),
        }
    }
}

/// Digits and a point, as a JSON number that no double has rounded.
pub fn number(digits: &str) -> Box<RawValue> {
    RawValue::from_string(digits.to_owned()).unwrap_or_default()
}

/// A client waits while it reads PENDING or PROCESSING, and takes anything but SUCCESS for a failure.
fn state(is_ready: bool) -> &'static str {
    if is_ready { "SUCCESS" } else { "PROCESSING" }
}

/// Where a client looks for the state first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IndexProgress {
    status: &'static str,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    index_id: String,
    data_source_id: String,
    state: &'static str,
    status: &'static str,
    progress: IndexProgress,
    completed: bool,
    requested_at: EpochMillis,
    completed_at: Option<EpochMillis>,
    statuses: Vec<VersionStatus>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionStatus {
    data_id: UploadId,
    state: &'static str,
}

impl Status {
    fn of(dataset: DatasetId, job: &IndexJob, is_ready: bool) -> Self {
        let state = state(is_ready);
        Self {
            index_id: job.key.to_string(),
            data_source_id: dataset.to_string(),
            state,
            status: state,
            progress: IndexProgress { status: state },
            completed: is_ready,
            requested_at: job.requested_at.millis(),
            completed_at: is_ready.then_some(job.ready_at.millis()),
            statuses: job.versions.iter().map(|it| VersionStatus { data_id: *it, state }).collect(),
        }
    }
}
