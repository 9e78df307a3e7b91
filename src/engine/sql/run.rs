//! The task in which a query is planned, runs and is encoded, and the two channels to whoever wants its rows.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::super::dialect::{self, Facts, Output};
use super::super::error::SqlError;
use super::super::evidence::Weakest;
use super::super::names::Names;
use super::super::rows::encode::Encoder;
use super::super::rows::{Chunk, Feed, RowFormat, Rows};
use super::super::types::{Column, ColumnType};
use super::cache::{CacheKey, CachedResult};
use super::plan::{Planned, plan};
use super::{Query, stored};
use crate::engine::Engine;
use crate::engine::cancel::AbortOnDrop;
use crate::engine::types::BATCH_ROWS;

/// Chunks that wait for a slow reader.
const CHUNKS_AHEAD: usize = 4;
/// A chunk is sent once it has this many bytes …
const CHUNK_BYTES: usize = 64 << 10;
/// … which is looked at after so many rows.
const SLICE_ROWS: usize = 1_024;

/// Cells that are encoded where they are wanted: handing them over would take longer.
const CELLS_HERE_MAX: usize = 4_096;

/// The beginning of an answer.
struct Head {
    columns: Vec<Column>,
    evidence: Weakest,
    is_complete: bool,
    /// All of a very short answer.
    here: Option<Arc<[RecordBatch]>>,
}

/// When a query got its turn: its time runs from there.
#[derive(Clone, Default)]
struct QueryClock(Arc<OnceLock<Instant>>);

impl QueryClock {
    /// All of it, as long as there was no turn.
    fn rest_of(&self, limit: Duration) -> Duration {
        self.0.get().map_or(limit, |it| limit.saturating_sub(it.elapsed()))
    }

    /// What comes before the query's time is over.
    async fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        loop {
            let rest = self.rest_of(limit);
            match timeout(rest, work.as_mut()).await {
                Ok(done) => return Some(done),
                Err(_) if rest.is_zero() => return None,
                Err(_) => {}
            }
        }
    }
}

/// Waits for the beginning of the answer.
pub(super) async fn start(engine: &Engine, query: Query) -> Result<Rows, SqlError> {
    let question = CacheKey::of(&query);
    if let Some(CachedResult { columns, evidence, batches }) =
        question.as_ref().and_then(|it| engine.answers().get(it))
    {
        return Ok(Rows::here(columns, batches).known_from(evidence));
    }
    let (head_sender, head) = oneshot::channel();
    let (format, format_receiver) = oneshot::channel();
    let (chunk_sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
    let limit = engine.limits().query_time_max;
    let began = QueryClock::default();
    let job = Job { engine: engine.clone(), query, question, began: began.clone() };
    let task = engine.workers().spawn(job.run(head_sender, format_receiver, chunk_sender));
    let mut guard = AbortOnDrop::new(task);
    match began.within(limit, head).await {
        None => Err(SqlError::deadline(limit)),
        Some(Ok(head)) => {
            let time_left = began.rest_of(limit);
            let Head { columns, evidence, is_complete, here } = head?;
            if let Some(batches) = here {
                return Ok(Rows::here(columns, batches).known_from(evidence));
            }
            let feed = Feed { format, chunks, time_left, limit, guard };
            Ok(Rows::running(columns, is_complete, feed).known_from(evidence))
        }
        // The task ended without an answer: it panicked.
        Some(Err(_)) => {
            let failure = guard.end().await.err();
            Err(failure.map_or_else(SqlError::lost, |it| SqlError::Internal(Box::new(it))))
        }
    }
}

struct Job {
    engine: Engine,
    query: Query,
    /// Under which a short answer is kept.
    question: Option<CacheKey>,
    began: QueryClock,
}

impl Job {
    async fn run(
        self,
        head: oneshot::Sender<Result<Head, SqlError>>,
        format: oneshot::Receiver<RowFormat>,
        chunks: mpsc::Sender<Result<Chunk, SqlError>>,
    ) {
        // Waited for here, so that the thread that gives its turn back takes the next query up itself. Held until the
        // task ends, also where an abort takes a while.
        let Ok(_turn) = self.engine.query_permits().acquire_owned().await else { return };
        let _ = self.began.0.set(Instant::now());
        let begun = self.begin().await;
        let Self { engine, question, .. } = self;
        let Started { answer, columns, is_lasting, evidence } = match begun {
            Ok(begun) => begun,
            Err(error) => {
                let _ = head.send(Err(error));
                return;
            }
        };
        let is_complete = answer.rest.is_none();
        if is_complete && answer.rows as usize * columns.len() <= CELLS_HERE_MAX {
            if let Some(question) = question.filter(|_| is_lasting) {
                engine.answers().keep(question, &columns, &evidence, &answer.head);
            }
            let here = Some(answer.head.into());
            let _ = head.send(Ok(Head { columns, evidence, is_complete, here }));
            return;
        }
        let begun = Head { columns: columns.clone(), evidence, is_complete, here: None };
        if head.send(Ok(begun)).is_err() {
            return;
        }
        let Ok(format) = format.await else { return };
        if let Err(error) = answer.write(Encoder::new(&columns, format), &chunks).await {
            let _ = chunks.send(Err(error)).await;
        }
    }

    async fn begin(&self) -> Result<Started, SqlError> {
        let Query { table, sql, formulas, now_ms } = &self.query;
        let limits = self.engine.limits();
        let state = self
            .engine
            .sessions()
            .state(limits, *self.engine.sql_settings())
            .map_err(|it| SqlError::Internal(Box::new(it)))?;
        let names = Names::new(table.columns());
        let facts = Facts {
            columns: table.columns(),
            names: &names,
            formulas,
            now_ms: *now_ms,
            settings: self.engine.sql_settings(),
            state,
        };
        let prepared = dialect::prepare(sql, &facts)?;
        let (is_lasting, evidence) = (prepared.is_lasting, prepared.evidence.clone());
        let (stream, columns) = if let Some(rows) = stored::rows(&prepared.statement) {
            (stored::stream(table, rows, BATCH_ROWS), table.columns().to_vec())
        } else if let ([Output::Named(name)], true) =
            (prepared.outputs.as_slice(), stored::is_count(&prepared.statement))
        {
            let count = stored::count(table).map_err(|it| SqlError::of_running(it, limits))?;
            (count, vec![Column::new(name, ColumnType::Long)])
        } else {
            let Planned { physical, columns } = plan(state, table, &names, prepared).await?;
            let stream = execute_stream(physical, state.task_ctx());
            (stream.map_err(|it| SqlError::of_running(it, limits))?, columns)
        };
        let answer =
            Answer { rows: 0, head: Vec::new(), rest: Some(stream), engine: self.engine.clone() };
        Ok(Started { answer: answer.read_head().await?, columns, is_lasting, evidence })
    }
}

/// A query whose first rows are there.
struct Started {
    answer: Answer,
    columns: Vec<Column>,
    /// Whether it would answer the same tomorrow.
    is_lasting: bool,
    evidence: Weakest,
}

/// The batches that are there, and the stream of those to come.
struct Answer {
    rows: u64,
    head: Vec<RecordBatch>,
    rest: Option<SendableRecordBatchStream>,
    engine: Engine,
}

impl Answer {
    async fn read_head(mut self) -> Result<Self, SqlError> {
        while self.rows <= BATCH_ROWS as u64 {
            match self.next().await? {
                Some(batch) => self.head.push(batch),
                None => break,
            }
        }
        Ok(self)
    }

    async fn next(&mut self) -> Result<Option<RecordBatch>, SqlError> {
        let limits = self.engine.limits();
        let Some(stream) = &mut self.rest else { return Ok(None) };
        let Some(batch) = stream.next().await else {
            self.rest = None;
            return Ok(None);
        };
        let batch = batch.map_err(|it| SqlError::of_running(it, limits))?;
        self.rows += batch.num_rows() as u64;
        if self.rows > limits.query_rows_max {
            return Err(SqlError::Rows { limit_rows: limits.query_rows_max });
        }
        Ok(Some(batch))
    }

    /// Encodes everything. A reader who has gone is no error: nobody is there to hear of it.
    async fn write(
        mut self,
        mut encoder: Encoder,
        chunks: &mpsc::Sender<Result<Chunk, SqlError>>,
    ) -> Result<(), SqlError> {
        let mut pending = Pending::default();
        let mut head = std::mem::take(&mut self.head).into_iter();
        loop {
            let batch = match head.next() {
                Some(batch) => batch,
                None => match self.next().await? {
                    Some(batch) => batch,
                    None => break,
                },
            };
            for from in (0..batch.num_rows()).step_by(SLICE_ROWS) {
                let slice = batch.slice(from, SLICE_ROWS.min(batch.num_rows() - from));
                pending.rows += slice.num_rows() as u64;
                encoder.encode(&slice, &mut pending.bytes);
                if pending.bytes.len() >= CHUNK_BYTES
                    && chunks.send(Ok(pending.take())).await.is_err()
                {
                    return Ok(());
                }
            }
        }
        if !pending.bytes.is_empty() {
            let _ = chunks.send(Ok(pending.take())).await;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    rows: u64,
}

impl Pending {
    fn take(&mut self) -> Chunk {
        let bytes = std::mem::replace(
            &mut self.bytes,
            Vec::with_capacity(CHUNK_BYTES + (CHUNK_BYTES >> 2)),
        );
        Chunk { bytes: Bytes::from(bytes), rows: std::mem::take(&mut self.rows) }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "what takes long in a test")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_time_of_a_query_runs_from_its_turn() {
        let (began, limit) = (QueryClock::default(), Duration::from_millis(5));
        let waits = tokio::time::sleep(4 * limit);
        assert!(began.within(limit, waits).await.is_some());
        began.0.set(Instant::now()).unwrap();
        assert!(began.within(limit, std::future::pending::<()>()).await.is_none());
    }
}
