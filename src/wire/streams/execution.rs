//! The run of a stream, whole and in short.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::stream::{self, ExecutionState, Progress};
use crate::domain::{ExecutionId, StreamId, Timestamp, UploadId};
use crate::wire::indexes::number;
use crate::wire::shapes::{EpochSeconds, Opaque};

/// All that Domo says of a run. Times are in seconds.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    stream_id: StreamId,
    execution_id: ExecutionId,
    toe: String,
    /// Whole seconds; nine decimals in the answer to the start.
    #[schemars(with = "f64")]
    started_at: Box<RawValue>,
    ended_at: Option<EpochSeconds>,
    update_method: &'static str,
    index: bool,
    retry_count: u32,
    retry_execution: Option<u32>,
    container_manager_id: String,
    upload_id: Option<UploadId>,
    /// `yyyyMMddHHmmss.SSS` as a number.
    #[schemars(with = "Option<f64>")]
    index_request_key: Option<Box<RawValue>>,
    current_state: &'static str,
    run_type: String,
    created_at: Option<EpochSeconds>,
    modified_at: Option<EpochSeconds>,
    latest_phase: Option<String>,
    current_phase: Option<String>,
    removed: bool,
    rows_inserted: u64,
    bytes_inserted: u64,
    started_by: Option<String>,
    cancelled_by: Option<String>,
    data_tag: Option<String>,
    peak_memory_used_bytes: Option<u64>,
    peak_memory_committed_bytes: Option<u64>,
    exportable: bool,
    manual_index: bool,
    errors: Vec<ExecutionError>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExecutionError {
    message: Opaque,
}

impl Execution {
    pub fn of(stream: StreamId, it: &stream::Execution, now: Timestamp) -> Self {
        let ended_at = it.ended_at(now).map(seconds);
        let (cancelled_by, message) = match &it.progress {
            Progress::Aborted { by, message, .. } => (Some(by.to_string()), message.clone()),
            _ => (None, None),
        };
        Self {
            stream_id: stream,
            execution_id: it.id,
            toe: it.trace.clone(),
            started_at: number(&seconds(it.started_at).to_string()),
            ended_at,
            update_method: it.update_method.name(),
            index: true,
            retry_count: 0,
            retry_execution: None,
            container_manager_id: it.container.clone(),
            upload_id: it.upload,
            index_request_key: it.index_key.as_deref().map(number),
            current_state: it.state(now).name(),
            run_type: it.run_type.clone(),
            created_at: Some(seconds(it.started_at)),
            modified_at: Some(ended_at.unwrap_or(seconds(it.started_at))),
            latest_phase: None,
            current_phase: None,
            removed: false,
            rows_inserted: it.rows,
            bytes_inserted: it.bytes,
            started_by: Some(it.started_by.to_string()),
            cancelled_by,
            data_tag: None,
            peak_memory_used_bytes: None,
            peak_memory_committed_bytes: None,
            exportable: false,
            manual_index: false,
            errors: message
                .map(|it| ExecutionError { message: Opaque(it.into()) })
                .into_iter()
                .collect(),
        }
    }

    /// The run as the answer to its start shows it: nothing has happened yet.
    /// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Connectors.md>
    #[must_use]
    pub fn just_begun(self) -> Self {
        Self {
            started_at: number(&format!("{}.000000000", self.started_at.get())),
            ended_at: None,
            current_state: ExecutionState::Active.name(),
            created_at: None,
            modified_at: None,
            ..self
        }
    }
}

/// A line of a stream's history.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    stream_id: StreamId,
    execution_id: ExecutionId,
    current_state: &'static str,
    rows_inserted: u64,
    bytes_inserted: u64,
    started_at: EpochSeconds,
    ended_at: Option<EpochSeconds>,
    update_method: &'static str,
    peak_memory_used_bytes: Option<u64>,
}

impl Run {
    pub fn of(stream: &stream::Stream, it: &stream::Execution, now: Timestamp) -> Self {
        Self {
            stream_id: stream.id,
            execution_id: it.id,
            current_state: it.state(now).name(),
            rows_inserted: it.rows,
            bytes_inserted: it.bytes,
            started_at: seconds(it.started_at),
            ended_at: it.ended_at(now).map(seconds),
            update_method: it.update_method.name(),
            peak_memory_used_bytes: None,
        }
    }
}

/// Streams count in seconds where datasets count in milliseconds.
pub(crate) fn seconds(time: Timestamp) -> EpochSeconds {
    time.millis().div_euclid(1000)
}
