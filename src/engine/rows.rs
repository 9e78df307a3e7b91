//! The rows of an answer, as a stream of encoded chunks. (skeleton: replaced by the SQL and encoding work)

use bytes::Bytes;
use futures::Stream;

use super::error::SqlError;
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
}

impl Rows {
    /// Names as the SELECT list wrote them, and types.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub fn is_complete(&self) -> bool {
        true
    }

    /// Encoded off the async threads. The answer of a short query is a single chunk, so that an error can
    /// still become a refusal: see [`Rows::is_complete`].
    pub fn into_chunks(
        self,
        format: RowFormat,
    ) -> impl Stream<Item = Result<Chunk, SqlError>> + Send + 'static {
        let _ = format;
        futures::stream::empty()
    }
}

/// The header line of a CSV.
pub fn csv_header(columns: &[Column]) -> Vec<u8> {
    let names: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
    format!("{}\n", names.join(",")).into_bytes()
}
