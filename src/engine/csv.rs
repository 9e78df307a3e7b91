//! CSV → [`Table`](super::Table), as it arrives.
//!
//! RFC 4180 with LF or CRLF. An empty unquoted field and `\N` are null; `""` is the empty string in a STRING
//! column and null in any other. A blank line is a null row of a one-column table, and too narrow for any other.

mod columns;
mod datetimes;
mod infer;
pub(in crate::engine) mod numbers;
mod parser;
mod receive;
mod scan;
mod structural;
mod swar;
#[cfg(test)]
mod tests;

use super::memory::BudgetExceeded;
use super::types::ColumnType;

pub(crate) use columns::{Cells, ColumnBuilder};
pub use infer::{guess, infer};
pub use parser::CsvParser;
pub(crate) use scan::Field;

/// Whether the first line of a CSV is column names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    Never,
    /// Where it equals the names of the columns, in order and letter for letter.
    Auto,
    /// It is skipped, whatever it says.
    Always,
}

#[derive(Clone, Copy, Debug)]
pub struct CsvFormat {
    /// An ASCII character other than quote, CR and LF.
    pub delimiter: u8,
    pub header: Header,
}

/// Why a CSV is no table. Lines count from 1 and are where the record begins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    #[error("line {line}: {problem}")]
    Malformed { line: u64, problem: String },
    #[error("{}", width(*line, *found, *expected))]
    Width { line: u64, found: usize, expected: usize },
    /// `value` is cut to 80 characters.
    #[error("line {line}, column '{column}': '{value}' is not a {kind}")]
    Value { line: u64, column: String, value: String, kind: ColumnType },
    #[error(transparent)]
    Memory(#[from] BudgetExceeded),
}

/// Clients match the first of these messages, to the letter.
fn width(line: u64, found: usize, expected: usize) -> String {
    if found > expected {
        let column = expected + 1;
        format!("There are too many columns. Expected {expected}. Row {line}, column {column}.")
    } else {
        format!("line {line}: {found} values for {expected} columns")
    }
}

/// The text is no value of the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// A datetime in any of the forms of an upload, in milliseconds since 1970.
pub(crate) fn date_time_of(text: &[u8]) -> Option<i64> {
    datetimes::date_time(text).ok().flatten()
}

/// The beginning of a value, for an error message.
pub(crate) fn excerpt(value: &[u8]) -> String {
    const CHARACTERS_MAX: usize = 80;
    let value = &value[..value.len().min(4 * CHARACTERS_MAX)];
    String::from_utf8_lossy(value).chars().take(CHARACTERS_MAX).collect()
}

impl CsvError {
    /// Whether a limit refused it, rather than what it says.
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::Memory(_))
    }
}

/// Whether a value is written as a number never is: `007`.
fn has_leading_zero(value: &[u8]) -> bool {
    matches!(value, [b'0', b'0'..=b'9', ..])
}
