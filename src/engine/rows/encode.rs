//! Record batches → the bytes of rows, straight from the columns.

use datafusion::arrow::record_batch::RecordBatch;

use super::text::CellText;
use super::{CsvNull, RowFormat};
use crate::engine::types::Column;

/// Remembers whether a row came before, so that commas fall between rows of different batches too.
#[derive(Debug)]
pub(in crate::engine) struct Encoder {
    format: RowFormat,
    /// What stands before each cell: a comma, a key of an object.
    before: Vec<Vec<u8>>,
    begun: bool,
}

/// A batch, and how much of it is written.
#[derive(Debug)]
pub(in crate::engine) struct Cells {
    columns: Vec<CellText>,
    rows: usize,
    row: usize,
    /// The next cell of the row, where its beginning is written.
    column: Option<usize>,
}

impl Cells {
    pub(in crate::engine) fn new(batch: &RecordBatch) -> Self {
        let columns = batch.columns().iter().map(CellText::new).collect();
        Self { columns, rows: batch.num_rows(), row: 0, column: None }
    }

    pub(in crate::engine) fn are_written(&self) -> bool {
        self.row == self.rows
    }
}

impl Encoder {
    pub(in crate::engine) fn new(columns: &[Column], format: RowFormat) -> Self {
        let before = columns.iter().enumerate().map(|(index, column)| {
            let mut bytes = if index > 0 { b",".to_vec() } else { Vec::new() };
            if format == RowFormat::JsonObjects {
                write_json_text(&column.name, &mut bytes);
                bytes.push(b':');
            }
            bytes
        });
        Self { format, before: before.collect(), begun: false }
    }

    /// Writes all of a batch.
    #[cfg(test)]
    pub(in crate::engine) fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let mut cells = Cells::new(batch);
        self.write(&mut cells, usize::MAX, out);
    }

    /// Writes on until `out` has this many bytes, or one cell more, or the batch is over; returns the number of rows that
    /// were finished. A row may be cut after any of its cells: a single one can be larger than all memory.
    pub(in crate::engine) fn write(
        &mut self,
        cells: &mut Cells,
        bytes_max: usize,
        out: &mut Vec<u8>,
    ) -> u64 {
        let first = cells.row;
        while cells.row < cells.rows && out.len() < bytes_max {
            let mut column = cells.column.take().unwrap_or_else(|| {
                self.begin_row(out);
                0
            });
            while column < cells.columns.len() && (out.len() < bytes_max) {
                out.extend_from_slice(&self.before[column]);
                self.cell(&cells.columns[column], cells.row, out);
                column += 1;
            }
            if column < cells.columns.len() {
                cells.column = Some(column);
                break;
            }
            self.end_row(out);
            cells.row += 1;
        }
        (cells.row - first) as u64
    }

    fn begin_row(&mut self, out: &mut Vec<u8>) {
        let bracket = match self.format {
            RowFormat::Csv { .. } => return,
            RowFormat::JsonObjects => b'{',
            RowFormat::JsonArrays | RowFormat::JsonStringArrays => b'[',
        };
        if std::mem::replace(&mut self.begun, true) {
            out.push(b',');
        }
        out.push(bracket);
    }

    fn end_row(&self, out: &mut Vec<u8>) {
        out.push(match self.format {
            RowFormat::Csv { .. } => b'\n',
            RowFormat::JsonObjects => b'}',
            RowFormat::JsonArrays | RowFormat::JsonStringArrays => b']',
        });
    }

    fn cell(&self, cells: &CellText, row: usize, out: &mut Vec<u8>) {
        match self.format {
            RowFormat::Csv { null } => match cells.free_text(row) {
                _ if cells.is_null(row) => out.extend_from_slice(null.text()),
                Some(text) => write_csv_text(text, out),
                None => cells.write(row, out),
            },
            _ if cells.is_null(row) => out.extend_from_slice(b"null"),
            RowFormat::JsonArrays | RowFormat::JsonObjects if cells.is_number() => {
                cells.write(row, out);
            }
            _ => write_json_cell(cells, row, out),
        }
    }
}

impl CsvNull {
    const fn text(self) -> &'static [u8] {
        match self {
            Self::Empty => b"",
            Self::BackslashN => b"\\N",
        }
    }
}

/// Text in quotes only where it would be read otherwise without them.
pub(super) fn write_csv_text(text: &str, out: &mut Vec<u8>) {
    let is_special = |byte: &u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    let plain = !text.is_empty() && text != "\\N" && !text.as_bytes().iter().any(is_special);
    if plain {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for (index, piece) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

fn write_json_cell(cells: &CellText, row: usize, out: &mut Vec<u8>) {
    if let Some(text) = cells.free_text(row) {
        write_json_text(text, out);
    } else if let CellText::Other(_) = cells {
        let mut text = Vec::new();
        cells.write(row, &mut text);
        write_json_text(&String::from_utf8_lossy(&text), out);
    } else {
        out.push(b'"');
        cells.write(row, out);
        out.push(b'"');
    }
}

/// What a byte becomes in a JSON string: itself (0), `\u00XX` (`u`), or a backslash and this letter.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table
};

fn write_json_text(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    out.push(b'"');
    for (at, byte) in bytes.iter().enumerate() {
        let escape = ESCAPES[*byte as usize];
        if escape == 0 {
            continue;
        }
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        if escape == b'u' {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]]);
        } else {
            out.extend_from_slice(&[b'\\', escape]);
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests;
