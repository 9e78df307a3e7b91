//! Records → batches, over any cut of the text into chunks.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use memchr::{memchr_iter, memchr2_iter};

use super::columns::ColumnBuilder;
use super::scan::{Field, Record, record};
use super::{CsvError, CsvFormat, Header, excerpt};
use crate::engine::memory::{Lease, MemoryBudget};
use crate::engine::table::Table;
use crate::engine::types::{Column, arrow_schema};

/// Rows of a batch: what the SQL engine works on at a time.
const BATCH_ROWS: usize = 8192;
/// Bytes of records after which a batch is closed early.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes of one record.
const RECORD_BYTES_MAX: usize = 16 << 20;
/// Bytes that are read before their memory is paid for.
const PIECE_BYTES: usize = 256 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Parses a CSV that comes in chunks. After an error it is of no more use.
#[derive(Debug)]
pub struct CsvParser {
    columns: Arc<[Column]>,
    format: CsvFormat,
    builders: Vec<ColumnBuilder>,
    batches: Vec<RecordBatch>,
    batches_bytes: u64,
    /// Pays for the batches, the builders and the tail.
    lease: Lease,
    /// Rows in the builders, and the bytes of their records.
    rows: usize,
    rows_bytes: usize,
    /// The beginning of a record whose end has not come, and whether that stops inside quotes.
    tail: Vec<u8>,
    in_quotes: bool,
    /// Line ends in all that lies before the tail.
    lines: u64,
    at_first_byte: bool,
    at_first_record: bool,
    only_as_inferred: bool,
    /// How much of the block is UTF-8, from its beginning.
    utf8_end: usize,
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
            batches_bytes: 0,
            lease: budget.empty_lease(),
            rows: 0,
            rows_bytes: 0,
            tail: Vec::new(),
            in_quotes: false,
            lines: 0,
            at_first_byte: true,
            at_first_record: true,
            only_as_inferred: false,
            utf8_end: 0,
            fields: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Refuses values that are of their columns' types, but that [`infer`](super::infer()) would not take for such.
    #[must_use]
    pub fn only_as_inferred(mut self) -> Self {
        self.only_as_inferred = true;
        self
    }

    /// Takes the next bytes of the text, cut anywhere.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), CsvError> {
        for piece in chunk.chunks(PIECE_BYTES) {
            self.piece(piece)?;
            self.pay()?;
        }
        Ok(())
    }

    /// The rows, once all bytes are there. The last line end may be missing.
    pub fn finish(mut self) -> Result<Table, CsvError> {
        let rest = std::mem::take(&mut self.tail);
        self.joined_block(&rest, true)?;
        self.close_batch()?;
        self.lease.resize(self.batches_bytes)?;
        let leases = vec![Arc::new(self.lease)];
        Ok(Table::new(self.columns, self.batches, leases))
    }

    fn piece(&mut self, mut piece: &[u8]) -> Result<(), CsvError> {
        if self.at_first_byte {
            self.tail.extend_from_slice(piece);
            if self.tail.len() < BYTE_ORDER_MARK.len() {
                return Ok(());
            }
            let joined = std::mem::take(&mut self.tail);
            return self.joined_block(&joined, false);
        }
        if !self.tail.is_empty() {
            let end = self.end_of_record(piece);
            self.tail.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
            if end.is_none() && self.tail.len() <= RECORD_BYTES_MAX {
                return Ok(());
            }
            let joined = std::mem::take(&mut self.tail);
            self.block(&joined, false)?;
            piece = &piece[end.unwrap_or(piece.len())..];
        }
        self.block(piece, false)
    }

    /// Where the record that the tail begins ends: behind the first line end outside quotes. Looks at every byte
    /// of a record once, in however many pieces it comes.
    fn end_of_record(&mut self, piece: &[u8]) -> Option<usize> {
        for at in memchr2_iter(b'"', b'\n', piece) {
            if piece[at] == b'"' {
                self.in_quotes = !self.in_quotes;
            } else if !self.in_quotes {
                return Some(at + 1);
            }
        }
        None
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
        // One look at all of it; a record behind the first mistake, or the first cut, is looked at by itself.
        self.utf8_end = std::str::from_utf8(block).map_or_else(|it| it.valid_up_to(), str::len);
        while start < block.len() {
            self.fields.clear();
            let shape = (self.format.delimiter, self.columns.len());
            match record(block, start, shape, at_end, &mut self.fields) {
                Record::Whole { next, .. } if next - start > RECORD_BYTES_MAX => break,
                Record::Whole { next, found } => {
                    self.take(block, start..next, found)?;
                    start = next;
                }
                Record::Unfinished => break,
                Record::Malformed(problem) => return Err(self.malformed(block, start, problem)),
            }
        }
        let rest = &block[start..];
        if rest.len() > RECORD_BYTES_MAX {
            return Err(self.malformed(block, start, "a record longer than 16 MiB"));
        }
        self.lines += memchr_iter(b'\n', &block[..start]).count() as u64;
        self.tail.extend_from_slice(rest);
        self.in_quotes = memchr_iter(b'"', rest).count() % 2 == 1;
        Ok(())
    }

    /// Leases what is held now, batches that are not closed included.
    fn pay(&mut self) -> Result<(), CsvError> {
        let held = self.builders.iter().map(ColumnBuilder::bytes).sum::<usize>();
        let open = (held + self.tail.capacity()) as u64;
        Ok(self.lease.resize(self.batches_bytes + open)?)
    }

    /// Adds the record in `block[place]`, whose fields have been found.
    fn take(
        &mut self,
        block: &[u8],
        place: std::ops::Range<usize>,
        found: usize,
    ) -> Result<(), CsvError> {
        let (start, length) = (place.start, place.len());
        if place.end > self.utf8_end && std::str::from_utf8(&block[place]).is_err() {
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
            let is_read = builder.push(value).is_ok();
            if !is_read || (self.only_as_inferred && !builder.is_as_inferred(value)) {
                let value = excerpt(value);
                let Column { name, kind } = &self.columns[index];
                let line = self.line_at(block, start);
                return Err(CsvError::Value { line, column: name.clone(), value, kind: *kind });
            }
        }
        self.rows += 1;
        self.rows_bytes += length;
        let is_full = self.rows >= BATCH_ROWS || self.rows_bytes >= BATCH_BYTES;
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
        self.batches_bytes += batch.get_array_memory_size() as u64;
        self.batches.push(batch);
        (self.rows, self.rows_bytes) = (0, 0);
        Ok(())
    }

    fn malformed(&self, block: &[u8], at: usize, problem: &str) -> CsvError {
        CsvError::Malformed { line: self.line_at(block, at), problem: problem.to_owned() }
    }

    fn line_at(&self, block: &[u8], at: usize) -> u64 {
        self.lines + memchr_iter(b'\n', &block[..at]).count() as u64 + 1
    }
}
