//! The rows of an answer, as a stream of encoded chunks.

mod chunk;
pub(super) mod encode;
pub(super) mod text;

use futures::Stream;
use futures::future::Either;

use super::error::SqlError;
use super::evidence::Weakest;
use super::overflow::Overflow;
use super::task::Reader;
use super::types::Column;

pub(super) use chunk::CHUNK_BYTES;
pub use chunk::Chunk;

/// How rows are written. What surrounds them is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsvNull {
    Empty,
    BackslashN,
}

/// An answer whose query runs; dropping it stops the query.
#[derive(Debug)]
pub struct Rows {
    columns: Vec<Column>,
    evidence: Weakest,
    overflow: Overflow,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Whole(Chunk),
    Running(Reader),
}

impl Rows {
    pub(super) fn whole(columns: Vec<Column>, chunk: Chunk) -> Self {
        let (evidence, overflow) = (Weakest::NONE, Overflow::default());
        Self { columns, evidence, overflow, source: Source::Whole(chunk) }
    }

    pub(super) fn running(columns: Vec<Column>, reader: Reader) -> Self {
        let (evidence, overflow) = (Weakest::NONE, Overflow::default());
        Self { columns, evidence, overflow, source: Source::Running(reader) }
    }

    pub(super) fn known_from(self, evidence: Weakest) -> Self {
        Self { evidence, ..self }
    }

    /// How the least certain part of the query is known.
    pub fn evidence(&self) -> &Weakest {
        &self.evidence
    }

    pub(super) fn noting(self, overflow: Overflow) -> Self {
        Self { overflow, ..self }
    }

    /// Whether a LONG has overflowed so far: in a long answer, among the rows that are computed.
    pub fn has_overflowed(&self) -> bool {
        self.overflow.happened()
    }

    /// Names as the SELECT list wrote them, and types.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether all rows are there, in one chunk, so that no error can follow.
    pub fn is_complete(&self) -> bool {
        matches!(self.source, Source::Whole(_))
    }

    /// Chunks of some 64 KB, at most a few of which wait for a slow reader.
    pub fn into_chunks(self) -> impl Stream<Item = Result<Chunk, SqlError>> + Send + 'static {
        let reader = match self.source {
            Source::Whole(chunk) => {
                let chunk = (!chunk.bytes.is_empty()).then_some(Ok(chunk));
                return Either::Left(futures::stream::iter(chunk));
            }
            Source::Running(reader) => reader,
        };
        Either::Right(futures::stream::unfold(reader, |mut reader| async move {
            let next = reader.next().await?;
            Some((next, reader))
        }))
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
