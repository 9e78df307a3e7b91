//! Records → batches, over any cut of the text into chunks.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use memchr::{memchr_iter, memchr2_iter};

use super::columns::{Cells, ColumnBuilder};
use super::scan::{Field, Record, Records};
use super::{CsvError, CsvFormat, Header, excerpt};
use crate::engine::memory::{Lease, MemoryBudget};
use crate::engine::table::Table;
use crate::engine::types::{BATCH_ROWS, Column, arrow_schema};

/// Bytes of records after which a batch is closed early.
const BATCH_BYTES: usize = 16 << 20;
/// Fields that are found before they are read, column by column: as many as stay in the cache.
const FIELDS_AT_ONCE: usize = 4096;
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
    /// Found in the block, but not read.
    fields: Vec<Field>,
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
        // One look at all of it; a record behind the first mistake, or the first cut, is looked at by itself.
        self.utf8_end = std::str::from_utf8(block).map_or_else(|it| it.valid_up_to(), str::len);
        let found = self.find(block, at_end);
        // The first mistake is what is told, and a value in front of one of form may be one.
        self.read(block)?;
        let rest = &block[found?..];
        self.lines += memchr_iter(b'\n', &block[..block.len() - rest.len()]).count() as u64;
        self.tail.extend_from_slice(rest);
        self.in_quotes = memchr_iter(b'"', rest).count() % 2 == 1;
        Ok(())
    }

    /// Finds the fields of whole records, and tells where these end. Reads most of them, whenever there are many.
    fn find(&mut self, block: &[u8], at_end: bool) -> Result<usize, CsvError> {
        let mut records = Records::new(block, self.format.delimiter, at_end);
        let mut start = 0;
        while start < block.len() {
            let fields_before = self.fields.len();
            match records.read(start, self.columns.len(), &mut self.fields) {
                Record::Whole { next, found } if next - start <= RECORD_BYTES_MAX => {
                    self.take(block, start..next, (fields_before, found))?;
                    start = next;
                }
                Record::Malformed(problem) => {
                    self.fields.truncate(fields_before);
                    return Err(self.malformed(block, start, problem));
                }
                Record::Whole { .. } | Record::Unfinished => {
                    self.fields.truncate(fields_before);
                    break;
                }
            }
        }
        if block.len() - start > RECORD_BYTES_MAX {
            return Err(self.malformed(block, start, "a record longer than 16 MiB"));
        }
        Ok(start)
    }

    /// Leases what is held now, batches that are not closed included.
    fn pay(&mut self) -> Result<(), CsvError> {
        let held = self.builders.iter().map(ColumnBuilder::bytes).sum::<usize>();
        let open = (held + self.tail.capacity()) as u64;
        Ok(self.lease.resize(self.batches_bytes + open)?)
    }

    /// Takes the record in `block[place]`, whose fields are the last that have been found.
    fn take(
        &mut self,
        block: &[u8],
        place: Range<usize>,
        (fields_before, found): (usize, usize),
    ) -> Result<(), CsvError> {
        let (start, length) = (place.start, place.len());
        let refusal = if place.end > self.utf8_end && std::str::from_utf8(&block[place]).is_err() {
            Some(self.malformed(block, start, "a value that is not UTF-8"))
        } else if std::mem::take(&mut self.at_first_record) && self.is_header(block, found) {
            self.fields.clear();
            return Ok(());
        } else if found != self.columns.len() {
            let line = self.line_at(block, start);
            Some(CsvError::Width { line, found, expected: self.columns.len() })
        } else {
            None
        };
        if let Some(refusal) = refusal {
            self.fields.truncate(fields_before);
            return Err(refusal);
        }
        self.rows += 1;
        self.rows_bytes += length;
        let is_full = self.rows >= BATCH_ROWS || self.rows_bytes >= BATCH_BYTES;
        if is_full || self.fields.len() >= FIELDS_AT_ONCE {
            self.read(block)?;
        }
        if is_full { self.close_batch() } else { Ok(()) }
    }

    /// Reads the fields that have been found, column by column.
    fn read(&mut self, block: &[u8]) -> Result<(), CsvError> {
        let width = self.columns.len();
        let columns = self.builders.iter_mut().enumerate();
        let refused = columns.filter_map(|(column, builder)| {
            let cells = Cells::new(block, &self.fields, column, width);
            builder.extend(cells, self.only_as_inferred).err().map(|row| (row, column))
        });
        let Some((row, column)) = refused.min() else {
            self.fields.clear();
            return Ok(());
        };
        let Column { name, kind } = self.columns[column].clone();
        let value = excerpt(self.fields[row * width + column].value(block, &mut Vec::new()));
        // Quotes in front of the first field are of its line.
        let line = self.line_at(block, self.fields[row * width].start());
        Err(CsvError::Value { line, column: name, value, kind })
    }

    fn is_header(&self, block: &[u8], found: usize) -> bool {
        match self.format.header {
            Header::Never => false,
            Header::Always => true,
            Header::Auto => {
                found == self.columns.len()
                    && self.fields.iter().zip(self.columns.iter()).all(|(field, column)| {
                        field.value(block, &mut Vec::new()) == column.name.as_bytes()
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
