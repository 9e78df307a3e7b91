//! The rows of an answer, as a stream of encoded chunks.

pub(super) mod encode;
pub(super) mod text;

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::Stream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::error::SqlError;
use super::sql::{AbortOnDrop, Feed};
use super::types::Column;

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
    is_complete: bool,
    feed: Feed,
}

impl Rows {
    pub(super) fn new(columns: Vec<Column>, is_complete: bool, feed: Feed) -> Self {
        Self { columns, is_complete, feed }
    }

    /// Names as the SELECT list wrote them, and types.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether every row has been computed, so that no error can follow.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Encoded off the async threads, in chunks of some 64 KB; at most a few of them wait for a slow reader.
    pub fn into_chunks(
        self,
        format: RowFormat,
    ) -> impl Stream<Item = Result<Chunk, SqlError>> + Send + 'static {
        let Feed { format: wanted, chunks, patience, limit, guard } = self.feed;
        let reader = Reader { chunks, patience, limit, _guard: guard };
        // A task that is gone leaves a closed channel, which ends the stream below.
        let _ = wanted.send(format);
        futures::stream::unfold(Some(reader), |reader| async move {
            let mut reader = reader?;
            match reader.next().await? {
                Ok(chunk) => Some((Ok(chunk), Some(reader))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }
}

struct Reader {
    chunks: mpsc::Receiver<Result<Chunk, SqlError>>,
    patience: Duration,
    limit: Duration,
    _guard: AbortOnDrop,
}

impl Reader {
    /// Only waiting for the engine uses patience up: a slow reader is no slow query.
    async fn next(&mut self) -> Option<Result<Chunk, SqlError>> {
        let began = Instant::now();
        let Ok(next) = timeout(self.patience, self.chunks.recv()).await else {
            return Some(Err(SqlError::deadline(self.limit)));
        };
        self.patience = self.patience.saturating_sub(began.elapsed());
        next
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
