//! Texts that functions make, within bounds: the engine's memory pool does not count what expressions produce.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringBuilder};
use datafusion::common::{Result, exec_err};

/// Bytes of one text.
pub(super) const VALUE_MAX: usize = 16 << 20;
/// Bytes of the texts of one batch of rows.
const BATCH_MAX: usize = 256 << 20;

/// Builds a column of texts, one piece after another.
pub(super) struct TextOutput {
    texts: StringBuilder,
    open: usize,
    total: usize,
}

impl TextOutput {
    pub(super) fn new(rows: usize) -> Self {
        let texts = StringBuilder::with_capacity(rows, rows.saturating_mul(16));
        Self { texts, open: 0, total: 0 }
    }

    /// Adds to the text of this row.
    pub(super) fn push(&mut self, piece: &str) -> Result<()> {
        self.grow(piece.len())?;
        self.write(piece);
        Ok(())
    }

    /// Adds a piece as often as that.
    pub(super) fn push_times(&mut self, piece: &str, times: usize) -> Result<()> {
        self.grow(piece.len().saturating_mul(times))?;
        if !piece.is_empty() {
            for _ in 0..times {
                self.write(piece);
            }
        }
        Ok(())
    }

    pub(super) fn push_char(&mut self, piece: char) -> Result<()> {
        self.push(piece.encode_utf8(&mut [0; 4]))
    }

    /// The text of this row is complete.
    pub(super) fn finish_row(&mut self) {
        self.texts.append_value("");
        self.open = 0;
    }

    pub(super) fn null(&mut self) {
        self.texts.append_null();
    }

    /// A whole row.
    pub(super) fn row(&mut self, text: Option<&str>) -> Result<()> {
        match text {
            Some(text) => {
                self.push(text)?;
                self.finish_row();
            }
            None => self.null(),
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        Arc::new(self.texts.finish())
    }

    fn grow(&mut self, bytes: usize) -> Result<()> {
        self.open = self.open.saturating_add(bytes);
        self.total = self.total.saturating_add(bytes);
        if self.open > VALUE_MAX {
            return exec_err!("a text of more than {VALUE_MAX} bytes is not made");
        }
        if self.total > BATCH_MAX {
            return exec_err!("the texts of a function take more than {BATCH_MAX} bytes");
        }
        Ok(())
    }

    fn write(&mut self, piece: &str) {
        std::fmt::Write::write_str(&mut self.texts, piece).expect("a builder takes every text");
    }
}
