//! The rows of an answer, as a stream of encoded chunks.

pub(super) mod encode;
mod stored;
pub(super) mod text;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use datafusion::arrow::record_batch::RecordBatch;
use futures::Stream;
use futures::future::Either;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::cancel::AbortOnDrop;
use super::error::SqlError;
use super::evidence::Weakest;
use super::table::Table;
use super::types::Column;
use encode::Encoder;

/// How rows are written. What surrounds them is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// `[1,"a"],[2,null]`
    JsonArrays,
    /// `{"n":1,"s":"a"},{"n":2,"s":null}`
    JsonObjects,
    /// As `JsonArrays`, every cell but null written as a string.
    JsonStringArrays,
    /// RFC 4180 lines, without the header line.
    Csv { null: CsvNull },
}

/// How a null is written in CSV; an empty string is `""` either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvNull {
    Empty,
    BackslashN,
}

/// Some encoded rows. The JSON formats put commas between rows, also between those of two chunks.
#[derive(Debug)]
pub struct Chunk {
    pub bytes: Bytes,
    pub rows: u64,
}

/// An answer whose query runs; dropping it stops the query.
#[derive(Debug)]
pub struct Rows {
    columns: Vec<Column>,
    evidence: Weakest,
    source: Source,
}

/// Where the rows come from.
#[derive(Debug)]
enum Source {
    /// A few rows that are there.
    Here(Arc<[RecordBatch]>),
    /// Those of a table, up to so many.
    Stored {
        table: Table,
        limit: u64,
    },
    Running {
        is_complete: bool,
        feed: Feed,
    },
}

/// The rest of the way from a running query to its reader.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) format: oneshot::Sender<RowFormat>,
    pub(super) chunks: mpsc::Receiver<Result<Chunk, SqlError>>,
    /// How long the reader may still wait for the engine, in all.
    pub(super) time_left: Duration,
    pub(super) limit: Duration,
    pub(super) guard: AbortOnDrop,
}

impl Rows {
    pub(super) fn running(columns: Vec<Column>, is_complete: bool, feed: Feed) -> Self {
        let evidence = Weakest::NONE;
        Self { columns, evidence, source: Source::Running { is_complete, feed } }
    }

    pub(super) fn here(columns: Vec<Column>, batches: Arc<[RecordBatch]>) -> Self {
        Self { columns, evidence: Weakest::NONE, source: Source::Here(batches) }
    }

    /// The first rows of a table, in its order and without a query.
    pub fn stored(table: Table, limit: u64) -> Self {
        let columns = table.columns().to_vec();
        Self { columns, evidence: Weakest::NONE, source: Source::Stored { table, limit } }
    }

    pub(super) fn known_from(self, evidence: Weakest) -> Self {
        Self { evidence, ..self }
    }

    /// How the least certain part of the query is known.
    pub fn evidence(&self) -> &Weakest {
        &self.evidence
    }

    /// Names as the SELECT list wrote them, and types.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether every row has been computed, so that no error can follow.
    pub fn is_complete(&self) -> bool {
        matches!(self.source, Source::Here(_) | Source::Running { is_complete: true, .. })
    }

    /// Encoded off the async threads, unless there are few; in chunks of some 64 KB, at most a few of which wait
    /// for a slow reader.
    pub fn into_chunks(
        self,
        format: RowFormat,
    ) -> impl Stream<Item = Result<Chunk, SqlError>> + Send + 'static {
        let feed = match self.source {
            Source::Here(batches) => {
                let chunk = encoded(&self.columns, &batches, format).map(Ok);
                return Either::Left(Either::Left(futures::stream::iter(chunk)));
            }
            Source::Stored { table, limit } => {
                return Either::Left(Either::Right(stored::chunks(table, limit, format)));
            }
            Source::Running { feed, .. } => feed,
        };
        let Feed { format: wanted, chunks, time_left, limit, guard } = feed;
        let reader = Reader { chunks, time_left, limit, guard, is_over: false };
        // A task that is gone leaves a closed channel, which ends the stream below.
        let _ = wanted.send(format);
        Either::Right(futures::stream::unfold(Some(reader), |reader| async move {
            let mut reader = reader?;
            match reader.next().await? {
                Ok(chunk) => Some((Ok(chunk), Some(reader))),
                Err(error) => Some((Err(error), None)),
            }
        }))
    }
}

/// One chunk of all rows, or none of no rows.
fn encoded(columns: &[Column], batches: &[RecordBatch], format: RowFormat) -> Option<Chunk> {
    let mut encoder = Encoder::new(columns, format);
    let mut bytes = Vec::new();
    for batch in batches {
        encoder.encode(batch, &mut bytes);
    }
    let rows = batches.iter().map(|it| it.num_rows() as u64).sum();
    (rows > 0).then(|| Chunk { bytes: Bytes::from(bytes), rows })
}

struct Reader {
    chunks: mpsc::Receiver<Result<Chunk, SqlError>>,
    time_left: Duration,
    limit: Duration,
    guard: AbortOnDrop,
    is_over: bool,
}

impl Reader {
    /// Only waiting for the engine uses time_left up: a slow reader is no slow query.
    async fn next(&mut self) -> Option<Result<Chunk, SqlError>> {
        if self.is_over {
            return None;
        }
        let began = Instant::now();
        let Ok(next) = timeout(self.time_left, self.chunks.recv()).await else {
            return Some(Err(SqlError::deadline(self.limit)));
        };
        self.time_left = self.time_left.saturating_sub(began.elapsed());
        if next.is_some() {
            return next;
        }
        self.is_over = true;
        // A task that broke down must not look like one that finished.
        let failure = self.guard.end().await.err()?;
        Some(Err(SqlError::Internal(Box::new(failure))))
    }
}

/// The header line of a CSV.
pub fn csv_header(columns: &[Column]) -> Vec<u8> {
    let mut line = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            line.push(b',');
        }
        encode::write_csv_text(&column.name, &mut line);
    }
    line.push(b'\n');
    line
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a task that panics must be spawned by somebody")]
mod tests {
    use futures::StreamExt;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn an_answer_that_breaks_down_half_way_ends_with_an_error() {
        let (sender, chunks) = mpsc::channel(4);
        let (format, wanted) = oneshot::channel();
        let task = tokio::spawn(async move {
            let _ = wanted.await;
            let _ = sender.send(Ok(Chunk { bytes: Bytes::from_static(b"[1]"), rows: 1 })).await;
            panic!("a defect");
        });
        let limit = Duration::from_mins(1);
        let feed = Feed { format, chunks, time_left: limit, limit, guard: AbortOnDrop::new(task) };
        let rows = Rows::running(Vec::new(), false, feed);
        let chunks: Vec<_> = rows.into_chunks(RowFormat::JsonArrays).collect().await;
        assert_eq!(chunks.len(), 2);
        assert_eq!(chunks[0].as_ref().map(|it| it.rows).unwrap(), 1);
        assert!(matches!(chunks[1], Err(SqlError::Internal(_))));
    }
}
