//! Streams and their runs.

use std::sync::Arc;

use bytes::Bytes;

use super::datasets::check_room;
use super::indexing::Miss;
use super::uploads::PartError;
use super::{NewDataset, Remembered};
use crate::domain::dataset::Dataset;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{ExecutionId, Ids, StreamId, UploadId};
use crate::domain::permission::Need;
use crate::domain::schema::{SchemaColumn, set_upsert_key};
use crate::domain::session::{AsOf, Moment, Session};
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

/// A stream at a moment, with the dataset that it belongs to.
#[derive(Clone, Debug)]
pub struct StreamOverview {
    pub dataset: Arc<Dataset>,
    pub stream: Arc<Stream>,
    pub moment: Moment,
}

impl StreamOverview {
    fn of(dataset: AsOf<Arc<Dataset>>) -> Result<Self> {
        let stream = Arc::clone(dataset.stream()?);
        Ok(Self { dataset: dataset.value, stream, moment: dataset.moment })
    }
}

impl Session {
    /// Creates the stream with its dataset.
    pub fn create_stream(&self, new: NewStream) -> Result<StreamOverview> {
        let (dataset_id, stream_id) = self.draw(|it: &mut Ids| (it.dataset(), it.stream()));
        let created = self.update(|world, moment| {
            check_room(world)?;
            let (user, now) = (moment.user, moment.now);
            let stream = Stream::new(stream_id, user, now, new.stream);
            let mut profile = new.dataset.profile;
            profile.provider.clone_from(&stream.provider.key);
            let mut columns = new.dataset.columns;
            if let Some(names) = new.key_columns {
                set_upsert_key(&mut columns, &names)?;
            }
            let mut dataset = Dataset::new(dataset_id, profile, columns, user, now)?;
            if stream.transport.is_api() {
                dataset.check_method(stream.update_method)?;
            }
            dataset.stream = Some(Arc::new(stream));
            world.insert(dataset)
        })?;
        StreamOverview::of(created)
    }

    pub fn stream(&self, id: StreamId) -> Result<StreamOverview> {
        StreamOverview::of(self.read_of(id, Need::View)?)
    }

    /// The stream, or what is remembered of it after the deletion of its dataset.
    pub fn stream_or_remains(&self, id: StreamId) -> Result<Remembered<StreamOverview>> {
        match (self.read_of(id, Need::View), self.read_remains_of(id)) {
            (Err(Error::NotFound { .. }), Some(it)) => {
                StreamOverview::of(it).map(Remembered::Deleted)
            }
            (found, _) => StreamOverview::of(found?).map(Remembered::Present),
        }
    }

    /// Changes what is given and leaves the rest. `columns`, where given, alter the dataset's schema.
    pub fn update_stream(&self, id: StreamId, change: StreamChange) -> Result<StreamOverview> {
        let changed = self.change_of(id, Need::Edit, |dataset, moment| {
            let now = moment.now;
            if let Some(mut columns) = change.columns {
                dataset.schema.keep_upsert_key(&mut columns);
                dataset.alter_schema(columns, now)?;
            }
            if let Some(names) = change.key_columns {
                let mut columns = dataset.schema.columns.clone();
                set_upsert_key(&mut columns, &names)?;
                dataset.alter_schema(columns, now)?;
            }
            let profile = &mut dataset.profile;
            profile.name = change.name.unwrap_or(std::mem::take(&mut profile.name));
            profile.description = change.description.or(profile.description.take());
            dataset.stream_mut()?.merge(moment.user, now, change.stream);
            let stream = Arc::clone(dataset.stream()?);
            if stream.transport.is_api() {
                dataset.check_method(stream.update_method)?;
            }
            dataset.profile.provider.clone_from(&stream.provider.key);
            dataset.last_touched = now;
            Ok(Arc::new(dataset.clone()))
        })?;
        StreamOverview::of(changed)
    }

    /// Takes the stream away from its dataset, which stays.
    pub fn delete_stream(&self, id: StreamId) -> Result<()> {
        self.change_of(id, Need::Own, |dataset, moment| {
            let uploads: Vec<_> =
                dataset.stream()?.executions.iter().filter_map(|run| run.upload).collect();
            for upload in uploads {
                dataset.discard_upload(upload);
            }
            dataset.stream = None;
            dataset.last_touched = moment.now;
            Ok(())
        })?;
        Ok(())
    }

    /// Starts a run, with its own update method where one is wanted. A connector's run ends when the clock has passed
    /// its end; over transport API it waits for parts and a commit.
    pub fn execute_stream(
        &self,
        id: StreamId,
        run_type: String,
        wanted: Option<UpdateMethod>,
    ) -> Result<AsOf<Arc<Execution>>> {
        self.read_of(id, Need::Edit)?;
        let (trace, container) = self.draw(|it: &mut Ids| (it.trace(), it.container()));
        self.change_of(id, Need::Edit, |dataset, moment| {
            let stream = dataset.stream()?;
            if stream.executions.len() >= EXECUTIONS_MAX {
                let what = "the number of executions of a stream";
                return Err(Error::TooLarge { what, limit: EXECUTIONS_MAX as u64 });
            }
            let update_method = wanted.unwrap_or(stream.update_method);
            let is_api = stream.transport.is_api();
            if is_api {
                dataset.check_method(update_method)?;
            }
            let method = dataset.method_with_key(update_method);
            let intent = UploadIntent { method: Some(method), ..UploadIntent::default() };
            let upload =
                if is_api { Some(dataset.start_upload(intent, moment.now)?) } else { None };
            let until = moment.now.plus_millis(self.setup().settings.execution_ms);
            let stream = dataset.stream_mut()?;
            let execution = Arc::new(Execution {
                id: ExecutionId::new(stream.executions.len() as u32 + 1),
                run_type,
                trace,
                container,
                update_method,
                started_at: moment.now,
                started_by: moment.user,
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
        })
    }

    pub fn execution(&self, stream: StreamId, id: ExecutionId) -> Result<AsOf<Arc<Execution>>> {
        let dataset = self.read_of(stream, Need::View)?;
        let execution = execution_of(&dataset, id)?;
        Ok(dataset.map(|_| execution))
    }

    pub async fn put_execution_part<E>(
        &self,
        stream: StreamId,
        execution: ExecutionId,
        number: u32,
        body: impl futures::Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<AsOf<Arc<Execution>>, PartError<E>> {
        let dataset = self.read_of(stream, Need::Edit)?;
        let upload = awaiting_upload(&dataset, execution)?;
        dataset.upload_for_part(upload)?;
        let part = self.read_part(&dataset, body).await.map_err(PartError::Body)?;
        let put = self.change(dataset.id, Need::Edit, |it, _| {
            it.put_part(upload, number, part)?;
            execution_of(it, execution)
        })?;
        Ok(put)
    }

    /// Commits and indexes the parts of a run, and ends it: all in one step. A refusal leaves it active.
    pub async fn commit_execution(
        &self,
        stream: StreamId,
        execution: ExecutionId,
    ) -> Result<AsOf<Arc<Execution>>> {
        let mut overtaken = 0;
        loop {
            let _turn = self.commit_turn(overtaken).await;
            let dataset = self.read_of(stream, Need::Edit)?;
            let upload = awaiting_upload(&dataset, execution)?;
            let commit = self.assemble_upload(&dataset, upload, &UploadIntent::default()).await?;
            let finish = |it: &mut Dataset, now| {
                awaiting_upload(it, execution)?;
                let version = it.commit(&commit, now)?;
                let key = it.next_index_key(now);
                change_execution(it, execution, |run| {
                    run.progress = Progress::Succeeded { at: now };
                    run.rows = version.rows;
                    run.bytes = version.csv_bytes;
                    run.index_key = Some(key.to_string());
                })
            };
            match self.try_change_and_index(dataset.id, &[], finish).await {
                Ok(finished) => return Ok(finished.map(|(run, _)| run)),
                Err(Miss::Stale) => overtaken += 1,
                Err(Miss::Refused(refusal)) => return Err(refusal),
            }
        }
    }

    /// Ends a run without its rows.
    pub fn abort_execution(
        &self,
        stream: StreamId,
        execution: ExecutionId,
        message: Option<String>,
    ) -> Result<AsOf<Arc<Execution>>> {
        self.change_of(stream, Need::Edit, |dataset, moment| {
            abort(dataset, execution, message, moment)
        })
    }

    /// Aborts the run that a stream is busy with.
    pub fn abort_current_execution(&self, stream: StreamId) -> Result<()> {
        self.change_of(stream, Need::Edit, |dataset, moment| {
            let is_active = |it: &&Arc<Execution>| it.state(moment.now) == ExecutionState::Active;
            let current = dataset.stream()?.executions.iter().rev().find(is_active);
            let current =
                current.ok_or_else(|| Error::not_found("active execution of stream", stream))?.id;
            abort(dataset, current, None, moment)
        })?;
        Ok(())
    }
}

fn execution_of(dataset: &Dataset, id: ExecutionId) -> Result<Arc<Execution>> {
    let found = dataset.stream()?.execution(id).cloned();
    found.ok_or_else(|| Error::not_found("execution", id))
}

fn conflict(id: ExecutionId, state: &'static str) -> Error {
    Error::Conflict { kind: "execution", id: id.to_string(), state }
}

fn abort(
    dataset: &mut Dataset,
    id: ExecutionId,
    message: Option<String>,
    moment: &Moment,
) -> Result<Arc<Execution>> {
    let run = execution_of(dataset, id)?;
    match run.state(moment.now) {
        ExecutionState::Active => {}
        ExecutionState::Success => return Err(conflict(id, "finished")),
        ExecutionState::Aborted => return Err(conflict(id, "aborted")),
    }
    if let Some(upload) = run.upload {
        dataset.discard_upload(upload);
    }
    change_execution(dataset, id, |run| {
        run.progress = Progress::Aborted { at: moment.now, by: moment.user, message };
    })
}

/// The upload of a run that waits for parts.
fn awaiting_upload(dataset: &Dataset, id: ExecutionId) -> Result<UploadId> {
    let run = execution_of(dataset, id)?;
    match (&run.progress, run.upload) {
        (Progress::AwaitingParts, Some(upload)) => Ok(upload),
        (Progress::Aborted { .. }, _) => Err(conflict(id, "aborted")),
        (Progress::Succeeded { .. }, _) => Err(conflict(id, "finished")),
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
) -> Result<Arc<Execution>> {
    let stream = dataset.stream_mut()?;
    let slot = stream.executions.get_mut((id.get() as usize).wrapping_sub(1));
    let run = slot.ok_or_else(|| Error::not_found("execution", id))?;
    change(Arc::make_mut(run));
    Ok(Arc::clone(run))
}
