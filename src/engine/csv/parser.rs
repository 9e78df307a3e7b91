//! Records → batches, over any cut of the text into chunks.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use memchr::memchr_iter;

use super::columns::ColumnBuilder;
use super::scan::{Field, Record, record};
use super::{CsvError, CsvFormat, Header, excerpt};
use crate::engine::memory::{Lease, MemoryBudget};
use crate::engine::table::Table;
use crate::engine::types::{Column, arrow_schema};

/// Rows of a batch: what the SQL engine works on at a time.
const BATCH_ROWS: usize = 8192;
/// Bytes of text in one column after which a batch is closed early.
const BATCH_TEXT_BYTES: usize = 64 << 20;
/// Bytes of one record.
const RECORD_BYTES_MAX: usize = 16 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Parses a CSV that comes in chunks. After an error it is of no more use.
#[derive(Debug)]
pub struct CsvParser {
    columns: Arc<[Column]>,
    format: CsvFormat,
    builders: Vec<ColumnBuilder>,
    batches: Vec<RecordBatch>,
    lease: Lease,
    rows: usize,
    /// The beginning of a record whose end has not come.
    tail: Vec<u8>,
    /// Line ends in all that lies before the tail.
    lines: u64,
    at_first_byte: bool,
    at_first_record: bool,
    fields: Vec<Field>,
    scratch: Vec<u8>,
}

impl CsvParser {
    pub fn new(columns: Arc<[Column]>, format: CsvFormat, budget: &MemoryBudget) -> Self {
        Self {
            builders: columns.iter().map(|it| ColumnBuilder::new(it.kind)).collect(),
            columns,
            format,
            batches: Vec::new(),
            lease: budget.empty_lease(),
            rows: 0,
            tail: Vec::new(),
            lines: 0,
            at_first_byte: true,
            at_first_record: true,
            fields: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Takes the next bytes of the text, cut anywhere.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), CsvError> {
        if self.tail.is_empty() && !self.at_first_byte {
            return self.block(chunk, false);
        }
        let mut joined = std::mem::take(&mut self.tail);
        joined.extend_from_slice(chunk);
        if self.at_first_byte && joined.len() < BYTE_ORDER_MARK.len() {
            self.tail = joined;
            return Ok(());
        }
        self.joined_block(&joined, false)
    }

    /// The rows, once all bytes are there. The last line end may be missing.
    pub fn finish(mut self) -> Result<Table, CsvError> {
        let rest = std::mem::take(&mut self.tail);
        self.joined_block(&rest, true)?;
        self.close_batch()?;
        let leases = vec![Arc::new(self.lease)];
        Ok(Table::new(self.columns, self.batches, leases))
    }

    fn joined_block(&mut self, joined: &[u8], at_end: bool) -> Result<(), CsvError> {
        let text = match joined.strip_prefix(BYTE_ORDER_MARK) {
            Some(text) if self.at_first_byte => text,
            _ => joined,
        };
        self.at_first_byte = false;
        self.block(text, at_end)
    }

    /// Reads the whole records of a block, and keeps what is left.
    fn block(&mut self, block: &[u8], at_end: bool) -> Result<(), CsvError> {
        let mut start = 0;
        while start < block.len() {
            self.fields.clear();
            let shape = (self.format.delimiter, self.columns.len());
            match record(block, start, shape, at_end, &mut self.fields) {
                Record::Whole { next, found } => {
                    self.take(block, start..next, found)?;
                    start = next;
                }
                Record::Unfinished => break,
                Record::Malformed(problem) => return Err(self.malformed(block, start, problem)),
            }
        }
        if block.len() - start > RECORD_BYTES_MAX {
            return Err(self.malformed(block, start, "a record longer than 16 MiB"));
        }
        self.lines += memchr_iter(b'\n', &block[..start]).count() as u64;
        self.tail.extend_from_slice(&block[start..]);
        Ok(())
    }

    /// Adds the record in `block[place]`, whose fields have been found.
    fn take(
        &mut self,
        block: &[u8],
        place: std::ops::Range<usize>,
        found: usize,
    ) -> Result<(), CsvError> {
        let start = place.start;
        if std::str::from_utf8(&block[place]).is_err() {
            return Err(self.malformed(block, start, "a value that is not UTF-8"));
        }
        if std::mem::take(&mut self.at_first_record) && self.is_header(block, found) {
            return Ok(());
        }
        let expected = self.columns.len();
        if found != expected {
            return Err(CsvError::Width { line: self.line_at(block, start), found, expected });
        }
        for (index, field) in self.fields.iter().enumerate() {
            let builder = &mut self.builders[index];
            if field.is_null(block) {
                builder.push_null();
                continue;
            }
            let value = field.value(block, &mut self.scratch);
            if builder.push(value).is_err() {
                let value = excerpt(value);
                let Column { name, kind } = &self.columns[index];
                let line = self.line_at(block, start);
                return Err(CsvError::Value { line, column: name.clone(), value, kind: *kind });
            }
        }
        self.rows += 1;
        let is_full = self.rows >= BATCH_ROWS
            || self.builders.iter().any(|it| it.text_bytes() >= BATCH_TEXT_BYTES);
        if is_full { self.close_batch() } else { Ok(()) }
    }

    fn is_header(&mut self, block: &[u8], found: usize) -> bool {
        match self.format.header {
            Header::Never => false,
            Header::Always => true,
            Header::Auto => {
                found == self.columns.len()
                    && self.fields.iter().zip(self.columns.iter()).all(|(field, column)| {
                        field.value(block, &mut self.scratch) == column.name.as_bytes()
                    })
            }
        }
    }

    fn close_batch(&mut self) -> Result<(), CsvError> {
        if self.rows == 0 {
            return Ok(());
        }
        let line = self.lines;
        let broken = |problem: datafusion::arrow::error::ArrowError| CsvError::Malformed {
            line,
            problem: problem.to_string(),
        };
        let arrays = self
            .builders
            .iter_mut()
            .map(ColumnBuilder::finish)
            .collect::<Result<_, _>>()
            .map_err(broken)?;
        let batch = RecordBatch::try_new(arrow_schema(&self.columns), arrays).map_err(broken)?;
        self.lease.grow(batch.get_array_memory_size() as u64)?;
        self.batches.push(batch);
        self.rows = 0;
        Ok(())
    }

    fn malformed(&self, block: &[u8], at: usize, problem: &str) -> CsvError {
        CsvError::Malformed { line: self.line_at(block, at), problem: problem.to_owned() }
    }

    fn line_at(&self, block: &[u8], at: usize) -> u64 {
        self.lines + memchr_iter(b'\n', &block[..at]).count() as u64 + 1
    }
}
