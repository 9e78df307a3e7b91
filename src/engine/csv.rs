//! CSV → [`Table`], as it arrives. (skeleton: replaced by the CSV work)

use bytes::Bytes;
use futures::Stream;

use super::memory::BudgetExceeded;
use super::table::Table;
use super::types::Column;
use super::{ColumnType, Engine};
use std::sync::Arc;

/// Whether the first line of a CSV is column names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    Never,
    /// Where it equals the names of the columns, in order and letter for letter.
    Auto,
    Always,
}

#[derive(Clone, Copy, Debug)]
pub struct CsvFormat {
    pub delimiter: u8,
    pub header: Header,
}

/// Why a CSV is no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    #[error("line {line}: {problem}")]
    Malformed { line: u64, problem: String },
    #[error("line {line}: {found} values for {expected} columns")]
    Width { line: u64, found: usize, expected: usize },
    #[error("line {line}, column '{column}': '{value}' is not a {kind}")]
    Value { line: u64, column: String, value: String, kind: ColumnType },
    #[error(transparent)]
    Memory(#[from] BudgetExceeded),
}

impl CsvError {
    /// Whether a limit refused it, rather than what it says.
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::Memory(_))
    }
}

impl Engine {
    /// Parses a CSV while it arrives. The outer error is the stream's own: the rest of the body never came.
    pub async fn read_csv<E>(
        &self,
        columns: Arc<[Column]>,
        format: CsvFormat,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Result<Table, CsvError>, E> {
        let _ = (format, body);
        Ok(Ok(Table::empty(columns)))
    }
}
