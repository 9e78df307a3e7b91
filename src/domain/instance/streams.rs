//! Streams and their runs.

use std::sync::Arc;

use bytes::Bytes;

use super::uploads::PartError;
use super::{Instance, Need, NewDataset};
use crate::domain::clock::Timestamp;
use crate::domain::dataset::Dataset;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{ExecutionId, Ids, StreamId, UploadId, UserId};
use crate::domain::schema::{SchemaColumn, set_upsert_key};
use crate::domain::store::World;
use crate::domain::stream::{Execution, ExecutionState, Progress, Stream, StreamIntent};
use crate::domain::upload::{UpdateMethod, UploadIntent};

/// The most runs that a stream remembers.
const EXECUTIONS_MAX: usize = 10_000;

/// What a stream and its dataset begin with.
#[derive(Clone, Debug)]
pub struct NewStream {
    pub dataset: NewDataset,
    pub stream: StreamIntent,
    /// The names of an upsert's key columns.
    pub key_columns: Option<Vec<String>>,
}

/// What changes in a stream and its dataset; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct StreamChange {
    pub stream: StreamIntent,
    pub name: Option<String>,
    pub description: Option<String>,
    pub columns: Option<Vec<SchemaColumn>>,
    pub key_columns: Option<Vec<String>>,
}

/// A stream as of a moment, with the dataset that it belongs to.
#[derive(Clone, Debug)]
pub struct StreamOverview {
    pub dataset: Arc<Dataset>,
    pub stream: Arc<Stream>,
    pub now: Timestamp,
}

impl Instance {
    /// Creates the stream with its dataset.
    pub fn create_stream(&self, by: UserId, new: NewStream) -> Result<StreamOverview> {
        let world = self.world();
        let now = world.clock.now();
        let (dataset_id, stream_id) = world.draw(|it: &mut Ids| (it.dataset(), it.stream()));
        let stream = Stream::new(stream_id, by, now, new.stream);
        let mut profile = new.dataset.profile;
        profile.provider.clone_from(&stream.provider.key);
        let mut columns = new.dataset.columns;
        if let Some(names) = new.key_columns {
            set_upsert_key(&mut columns, &names)?;
        }
        let mut dataset = Dataset::new(dataset_id, profile, columns, by, now)?;
        if stream.transport.is_api() {
            dataset.check_method(stream.update_method)?;
        }
        dataset.stream = Some(Arc::new(stream));
        world.datasets.insert(dataset)?;
        world.streams.insert(stream_id, dataset_id);
        self.stream(by, stream_id)
    }

    pub fn stream(&self, by: UserId, id: StreamId) -> Result<StreamOverview> {
        let world = self.world();
        let dataset = stream_dataset(&world, by, id, Need::View)?;
        let stream = Arc::clone(dataset.stream()?);
        Ok(StreamOverview { dataset, stream, now: world.clock.now() })
    }

    /// Changes what is given and leaves the rest. `columns`, where given, alter the dataset's schema.
    pub fn update_stream(
        &self,
        by: UserId,
        id: StreamId,
        change: StreamChange,
    ) -> Result<StreamOverview> {
        let world = self.world();
        let dataset = stream_dataset(&world, by, id, Need::Edit)?;
        let now = world.clock.now();
        world.datasets.update(dataset.id, |it| {
            if let Some(mut columns) = change.columns {
                it.schema.keep_upsert_key(&mut columns);
                it.alter_schema(columns, now)?;
            }
            if let Some(names) = change.key_columns {
                let mut columns = it.schema.columns.clone();
                set_upsert_key(&mut columns, &names)?;
                it.alter_schema(columns, now)?;
            }
            it.profile.name = change.name.unwrap_or(std::mem::take(&mut it.profile.name));
            it.profile.description = change.description.or(it.profile.description.take());
            it.stream_mut()?.merge(by, now, change.stream);
            let stream = Arc::clone(it.stream()?);
            if stream.transport.is_api() {
                it.check_method(stream.update_method)?;
            }
            it.profile.provider.clone_from(&stream.provider.key);
            it.last_touched = now;
            Ok::<_, Error>(())
        })?;
        self.stream(by, id)
    }

    /// Starts a run, with its own update method where one is wanted. A connector's run ends by itself; over transport API it waits for parts and a commit.
    pub fn execute_stream(
        &self,
        by: UserId,
        id: StreamId,
        (run_type, wanted): (String, Option<UpdateMethod>),
    ) -> Result<(Arc<Execution>, Timestamp)> {
        let world = self.world();
        let dataset = stream_dataset(&world, by, id, Need::Edit)?;
        let now = world.clock.now();
        let (trace, container) = world.draw(|it: &mut Ids| (it.trace(), it.container()));
        let until = now.plus_millis(self.settings().execution_ms);
        let execution = world.datasets.update(dataset.id, |it| {
            let stream = it.stream()?;
            if stream.executions.len() >= EXECUTIONS_MAX {
                let what = "the number of executions of a stream";
                return Err(Error::TooLarge { what, limit: EXECUTIONS_MAX as u64 });
            }
            let update_method = wanted.unwrap_or(stream.update_method);
            let is_api = stream.transport.is_api();
            if is_api {
                it.check_method(update_method)?;
            }
            let intent = UploadIntent { method: Some(update_method), ..UploadIntent::default() };
            let upload = if is_api { Some(it.start_upload(intent, now)?) } else { None };
            let stream = it.stream_mut()?;
            let execution = Arc::new(Execution {
                id: stream.executions.len() as ExecutionId + 1,
                run_type,
                trace,
                container,
                update_method,
                started_at: now,
                started_by: by,
                progress: if is_api {
                    Progress::AwaitingParts
                } else {
                    Progress::RunningUntil(until)
                },
                upload,
                index_key: None,
                rows: 0,
                bytes: 0,
            });
            stream.executions.push(Arc::clone(&execution));
            Ok(execution)
        })?;
        Ok((execution, now))
    }

    pub fn execution(
        &self,
        by: UserId,
        stream: StreamId,
        id: ExecutionId,
    ) -> Result<(Arc<Execution>, Timestamp)> {
        let overview = self.stream(by, stream)?;
        let found = overview.stream.execution(id).cloned();
        Ok((found.ok_or_else(|| Error::not_found("execution", id))?, overview.now))
    }

    pub async fn put_execution_part<E>(
        &self,
        by: UserId,
        (stream, execution, number): (StreamId, ExecutionId, u32),
        body: impl futures::Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(Arc<Execution>, Timestamp), PartError<E>> {
        let world = self.world();
        let dataset = stream_dataset(&world, by, stream, Need::Edit)?;
        let upload = awaiting_upload(&dataset, execution)?;
        self.put_part(by, dataset.id, (upload, number), body).await?;
        Ok(self.execution(by, stream, execution)?)
    }

    /// Commits and indexes the parts of a run. A refusal leaves it active.
    pub async fn commit_execution(
        &self,
        by: UserId,
        stream: StreamId,
        execution: ExecutionId,
    ) -> Result<(Arc<Execution>, Timestamp)> {
        let world = self.world();
        let (dataset, job) = loop {
            let dataset = stream_dataset(&world, by, stream, Need::Edit)?;
            let upload = awaiting_upload(&dataset, execution)?;
            let commit = self.assemble_upload(&dataset, upload, &UploadIntent::default()).await?;
            let finish = |it: &mut Dataset, now| {
                awaiting_upload(it, execution)?;
                let version = it.commit(&commit, now)?;
                change_execution(it, execution, |run| {
                    run.progress = Progress::Succeeded { at: now };
                    run.rows = version.rows;
                    run.bytes = version.csv_bytes;
                })
            };
            match self.change_and_index(&world, dataset.id, &[], finish).await {
                Ok(((), job)) => break (dataset, job),
                Err(Error::Overtaken(_)) => {}
                Err(refusal) => return Err(refusal),
            }
        };
        world.datasets.update(dataset.id, |it| {
            change_execution(it, execution, |run| run.index_key = Some(job.key.to_string()))
        })?;
        self.execution(by, stream, execution)
    }

    /// Ends a run without its rows.
    pub fn abort_execution(
        &self,
        by: UserId,
        stream: StreamId,
        execution: ExecutionId,
        message: Option<String>,
    ) -> Result<(Arc<Execution>, Timestamp)> {
        let world = self.world();
        let dataset = stream_dataset(&world, by, stream, Need::Edit)?;
        let now = world.clock.now();
        world.datasets.update(dataset.id, |it| {
            let run = active_execution(it, execution, now)?;
            if let Some(upload) = run.upload {
                it.discard_upload(upload);
            }
            change_execution(it, execution, |run| {
                run.progress = Progress::Aborted { at: now, by, message }
            })
        })?;
        self.execution(by, stream, execution)
    }
}

pub(super) fn stream_dataset(
    world: &World,
    by: UserId,
    stream: StreamId,
    need: Need,
) -> Result<Arc<Dataset>> {
    let dataset = world.streams.dataset_of(stream)?;
    world.dataset_for(by, dataset, need)
}

fn active_execution(dataset: &Dataset, id: ExecutionId, now: Timestamp) -> Result<Arc<Execution>> {
    let run = dataset.stream()?.execution(id).ok_or_else(|| Error::not_found("execution", id))?;
    let conflict = |state| Error::Conflict { kind: "execution", id: id.to_string(), state };
    match run.state(now) {
        ExecutionState::Active => Ok(Arc::clone(run)),
        ExecutionState::Success => Err(conflict("finished")),
        ExecutionState::Aborted => Err(conflict("aborted")),
    }
}

/// The upload of a run that waits for parts.
fn awaiting_upload(dataset: &Dataset, id: ExecutionId) -> Result<UploadId> {
    let run = dataset.stream()?.execution(id).ok_or_else(|| Error::not_found("execution", id))?;
    let conflict = |state| Error::Conflict { kind: "execution", id: id.to_string(), state };
    match (&run.progress, run.upload) {
        (Progress::AwaitingParts, Some(upload)) => Ok(upload),
        (Progress::Aborted { .. }, _) => Err(conflict("aborted")),
        (Progress::Succeeded { .. }, _) => Err(conflict("finished")),
        _ => Err(Error::invalid(
            "transport",
            "a connector's run takes no parts: its stream is not of transport API",
        )),
    }
}

fn change_execution(
    dataset: &mut Dataset,
    id: ExecutionId,
    change: impl FnOnce(&mut Execution),
) -> Result<()> {
    let stream = dataset.stream_mut()?;
    let slot = stream.executions.get_mut((id as usize).wrapping_sub(1));
    change(Arc::make_mut(slot.ok_or_else(|| Error::not_found("execution", id))?));
    Ok(())
}
