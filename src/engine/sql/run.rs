//! A query: planned, run and encoded by one task.

use std::collections::VecDeque;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;
use tokio::sync::oneshot;

use super::super::dialect::{self, Facts, Output as Named};
use super::super::error::SqlError;
use super::super::evidence::Weakest;
use super::super::interrupt::Interrupt;
use super::super::names::Names;
use super::super::overflow::Overflow;
use super::super::rows::encode::{Cells, Encoder};
use super::super::rows::{CHUNK_BYTES, Chunk, Rows};
use super::super::task::{Output, Pipe, Reader, Running};
use super::super::types::{Column, ColumnType};
use super::cache::{CacheKey, CachedResult};
use super::plan::{Planned, plan};
use super::{Query, Question, stored};
use crate::engine::Engine;
use crate::engine::types::BATCH_ROWS;

/// Bytes up to which an answer is handed over whole.
const WHOLE_BYTES_MAX: usize = 4 * CHUNK_BYTES;

/// The beginning of an answer.
struct Head {
    columns: Vec<Column>,
    evidence: Weakest,
    /// All of a short answer.
    whole: Option<Chunk>,
    overflow: Overflow,
}

/// Waits for the beginning of the answer.
pub(super) async fn start(engine: &Engine, query: Query) -> Result<Rows, SqlError> {
    let key = CacheKey::of(&query);
    if let Some(CachedResult { columns, evidence, chunk }) =
        key.as_ref().and_then(|it| engine.results().get(it))
    {
        return Ok(Rows::whole(columns, chunk).known_from(evidence));
    }
    let limit = engine.limits().query_time_max;
    let interrupt = Interrupt::new(query.ticket.began, limit);
    let (sender, head) = oneshot::channel();
    let (pipe, chunks) = Pipe::new(engine, &interrupt, limit);
    let (asker, name) = (query.ticket.asker, query.question.name());
    let job = Job { engine: engine.clone(), query, key };
    let mut running = Running::start(engine, (interrupt, asker), name, move |turn| {
        job.run(sender, pipe.output(turn))
    });
    let Head { columns, evidence, whole, overflow } = running.first(head).await?;
    let rows = match whole {
        Some(chunk) => Rows::whole(columns, chunk),
        None => Rows::running(columns, Reader::new(running, chunks)),
    };
    Ok(rows.known_from(evidence).noting(overflow))
}

struct Job {
    engine: Engine,
    query: Query,
    /// Under which a short answer is kept.
    key: Option<CacheKey>,
}

impl Job {
    async fn run(self, head: oneshot::Sender<Head>, output: Output) -> Result<(), SqlError> {
        let Begun { mut answer, columns, is_lasting, evidence, overflow } = self.begin().await?;
        answer.read_first().await?;
        let mut text = Vec::new();
        let mut rows = answer.write(WHOLE_BYTES_MAX, &mut text).await?;
        if answer.is_over() {
            let chunk = output.chunk(text, rows)?;
            if let Some(key) = self.key.filter(|_| is_lasting && !overflow.happened()) {
                self.engine.results().keep(key, &columns, &evidence, &chunk);
            }
            let _ = head.send(Head { columns, evidence, whole: Some(chunk), overflow });
            return Ok(());
        }
        if head.send(Head { columns, evidence, whole: None, overflow }).is_err() {
            return Err(SqlError::Unread);
        }
        while !text.is_empty() {
            output.send(output.chunk(std::mem::take(&mut text), rows)?).await?;
            rows = answer.write(CHUNK_BYTES, &mut text).await?;
        }
        Ok(())
    }

    async fn begin(&self) -> Result<Begun, SqlError> {
        let Query { table, question, formulas, now_ms, format, .. } = &self.query;
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
        let parsed = match question {
            Question::Sql(sql) => dialect::parse(sql, &facts)?,
            Question::Structured(query) => dialect::structured::parse(query, &facts)?,
        };
        let prepared = dialect::rewrite(parsed, &facts)?;
        let (is_lasting, evidence) = (prepared.is_lasting, prepared.evidence.clone());
        let mut noted = Overflow::default();
        let (stream, columns) = if let Some(rows) = stored::rows(&prepared.statement) {
            (stored::stream(table, rows, BATCH_ROWS), table.columns().to_vec())
        } else if let ([Named::Named(name)], true) =
            (prepared.outputs.as_slice(), stored::is_count(&prepared.statement))
        {
            let count = stored::count(table).map_err(|it| SqlError::of_running(it, limits))?;
            (count, vec![Column::new(name, ColumnType::Long)])
        } else {
            let Planned { physical, columns, overflow } =
                plan(state, table, &names, prepared, limits).await?;
            noted = overflow;
            let stream = execute_stream(physical, state.task_ctx());
            (stream.map_err(|it| SqlError::of_running(it, limits))?, columns)
        };
        let answer = Answer {
            encoder: Encoder::new(&columns, *format),
            rows: 0,
            first: VecDeque::new(),
            cells: None,
            rest: Some(stream),
            engine: self.engine.clone(),
        };
        Ok(Begun { answer, columns, is_lasting, evidence, overflow: noted })
    }
}

/// A query that runs.
struct Begun {
    answer: Answer,
    columns: Vec<Column>,
    /// Whether it would answer the same tomorrow.
    is_lasting: bool,
    evidence: Weakest,
    overflow: Overflow,
}

/// The rows that are there, and the stream of those to come.
struct Answer {
    encoder: Encoder,
    rows: u64,
    first: VecDeque<RecordBatch>,
    /// The batch that is being written.
    cells: Option<Cells>,
    rest: Option<SendableRecordBatchStream>,
    engine: Engine,
}

impl Answer {
    /// A query that fails over its first rows is refused before anything of its answer is sent.
    async fn read_first(&mut self) -> Result<(), SqlError> {
        while self.rows <= BATCH_ROWS as u64
            && let Some(batch) = self.compute().await?
        {
            self.first.push_back(batch);
        }
        Ok(())
    }

    async fn compute(&mut self) -> Result<Option<RecordBatch>, SqlError> {
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

    /// Writes on until the text has so many bytes, or the answer is over; returns the number of rows that were finished.
    async fn write(&mut self, bytes_max: usize, text: &mut Vec<u8>) -> Result<u64, SqlError> {
        let mut rows = 0;
        while text.len() < bytes_max {
            let Some(cells) = &mut self.cells else {
                let next = match self.first.pop_front() {
                    Some(batch) => Some(batch),
                    None => self.compute().await?,
                };
                match next {
                    Some(batch) => self.cells = Some(Cells::new(&batch)),
                    None => break,
                }
                continue;
            };
            rows += self.encoder.write(cells, bytes_max, text);
            if cells.are_written() {
                self.cells = None;
            }
        }
        Ok(rows)
    }

    fn is_over(&self) -> bool {
        self.cells.is_none() && self.first.is_empty() && self.rest.is_none()
    }
}
