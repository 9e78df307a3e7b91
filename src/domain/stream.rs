//! Streams: the connector configuration of a dataset, and its runs.

use std::sync::Arc;

use super::clock::Timestamp;
use super::ids::{ExecutionId, StreamId, UploadId, UserId};
use super::upload::UpdateMethod;

/// How a dataset is fed. Every stream belongs to one dataset.
#[derive(Clone, Debug)]
pub struct Stream {
    pub id: StreamId,
    pub transport: Transport,
    pub configuration: Vec<Setting>,
    pub account: Option<u64>,
    pub update_method: UpdateMethod,
    pub provider: Provider,
    pub schedule_expression: Option<String>,
    /// JSON in a string, as Domo has it.
    pub advanced_schedule: Option<String>,
    pub schedule_state: String,
    pub created_at: Timestamp,
    pub created_by: UserId,
    pub modified_at: Timestamp,
    pub modified_by: UserId,
    pub executions: Vec<Arc<Execution>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// `API`, `CONNECTOR`, `WEBFORM` …
    pub kind: String,
    pub description: Option<String>,
    pub version: Option<String>,
}

impl Transport {
    /// Over this transport the caller sends the rows; any other fetches them itself.
    pub fn is_api(&self) -> bool {
        self.kind.eq_ignore_ascii_case("API")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    pub id: Option<u64>,
    pub key: String,
    pub name: Option<String>,
}

/// A line of a stream's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
    pub kind: String,
    pub category: String,
}

/// What a caller says about a stream. What is left out stays as it is, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct StreamIntent {
    pub transport: Option<Transport>,
    pub configuration: Option<Vec<Setting>>,
    pub account: Option<u64>,
    pub update_method: Option<UpdateMethod>,
    pub provider: Option<Provider>,
    pub schedule_expression: Option<String>,
    pub advanced_schedule: Option<String>,
    pub schedule_state: Option<String>,
}

impl Stream {
    pub fn new(id: StreamId, by: UserId, now: Timestamp, intent: StreamIntent) -> Self {
        let mut stream = Self {
            id,
            transport: Transport { kind: "API".to_owned(), ..Transport::default() },
            configuration: Vec::new(),
            account: None,
            update_method: UpdateMethod::Replace,
            provider: Provider { key: "api".to_owned(), ..Provider::default() },
            schedule_expression: None,
            advanced_schedule: None,
            schedule_state: "ACTIVE".to_owned(),
            created_at: now,
            created_by: by,
            modified_at: now,
            modified_by: by,
            executions: Vec::new(),
        };
        stream.merge(by, now, intent);
        stream
    }

    pub fn merge(&mut self, by: UserId, now: Timestamp, intent: StreamIntent) {
        fn set<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        set(&mut self.transport, intent.transport);
        set(&mut self.configuration, intent.configuration);
        set(&mut self.update_method, intent.update_method);
        set(&mut self.provider, intent.provider);
        set(&mut self.schedule_state, intent.schedule_state);
        self.account = intent.account.or(self.account);
        self.schedule_expression = intent.schedule_expression.or(self.schedule_expression.take());
        self.advanced_schedule = intent.advanced_schedule.or(self.advanced_schedule.take());
        self.modified_at = now;
        self.modified_by = by;
    }

    pub fn execution(&self, id: ExecutionId) -> Option<&Arc<Execution>> {
        self.executions.get((id.get() as usize).checked_sub(1)?)
    }

    pub fn last(&self) -> Option<&Arc<Execution>> {
        self.executions.last()
    }

    pub fn last_in(&self, state: ExecutionState, now: Timestamp) -> Option<&Arc<Execution>> {
        self.executions.iter().rev().find(|it| it.state(now) == state)
    }
}

/// One run of a stream.
#[derive(Clone, Debug)]
pub struct Execution {
    pub id: ExecutionId,
    pub run_type: String,
    pub trace: String,
    pub container: String,
    pub update_method: UpdateMethod,
    pub started_at: Timestamp,
    pub started_by: UserId,
    pub progress: Progress,
    /// Where its parts go; none for a connector's run.
    pub upload: Option<UploadId>,
    /// `yyyyMMddHHmmss.SSS`, once it has been indexed.
    pub index_key: Option<String>,
    pub rows: u64,
    pub bytes: u64,
}

/// How far a run is. A connector's run ends by itself when the clock passes `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    RunningUntil(Timestamp),
    AwaitingParts,
    Succeeded { at: Timestamp },
    Aborted { at: Timestamp, by: UserId, message: Option<String> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionState {
    Active,
    Success,
    Aborted,
}

impl ExecutionState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Success => "SUCCESS",
            Self::Aborted => "ABORTED",
        }
    }
}

impl Execution {
    pub fn state(&self, now: Timestamp) -> ExecutionState {
        match self.progress {
            Progress::RunningUntil(until) if now < until => ExecutionState::Active,
            Progress::AwaitingParts => ExecutionState::Active,
            Progress::RunningUntil(_) | Progress::Succeeded { .. } => ExecutionState::Success,
            Progress::Aborted { .. } => ExecutionState::Aborted,
        }
    }

    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self.progress {
            Progress::RunningUntil(until) => (until <= now).then_some(until),
            Progress::AwaitingParts => None,
            Progress::Succeeded { at } | Progress::Aborted { at, .. } => Some(at),
        }
    }
}
