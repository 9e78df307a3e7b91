//! Record batches → the bytes of rows. (the quick encoder of the CSV work replaces it)

use datafusion::arrow::array::Array;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::{CsvNull, RowFormat};
use crate::engine::error::SqlError;
use crate::engine::types::Column;

/// Remembers whether a row came before.
#[derive(Debug)]
pub(in crate::engine) struct Encoder {
    names: Vec<String>,
    format: RowFormat,
    begun: bool,
}

impl Encoder {
    pub(in crate::engine) fn new(columns: &[Column], format: RowFormat) -> Self {
        Self { names: columns.iter().map(|it| it.name.clone()).collect(), format, begun: false }
    }

    pub(in crate::engine) fn encode(
        &mut self,
        batch: &RecordBatch,
        out: &mut Vec<u8>,
    ) -> Result<(), SqlError> {
        let options = FormatOptions::new().with_timestamp_format(Some("%Y-%m-%dT%H:%M:%S"));
        let cells = batch
            .columns()
            .iter()
            .map(|it| ArrayFormatter::try_new(it, &options))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|it| SqlError::Internal(Box::new(it)))?;
        for row in 0..batch.num_rows() {
            let texts = cells.iter().zip(batch.columns()).map(|(cell, array)| {
                array
                    .is_valid(row)
                    .then(|| (cell.value(row).to_string(), is_number(array.data_type())))
            });
            self.row(texts, out);
        }
        Ok(())
    }

    fn row(&mut self, cells: impl Iterator<Item = Option<(String, bool)>>, out: &mut Vec<u8>) {
        let (open, close) = match self.format {
            RowFormat::JsonArrays | RowFormat::JsonStringArrays => ("[", "]"),
            RowFormat::JsonObjects => ("{", "}"),
            RowFormat::Csv { .. } => ("", "\n"),
        };
        let csv = matches!(self.format, RowFormat::Csv { .. });
        if std::mem::replace(&mut self.begun, true) && !csv {
            out.push(b',');
        }
        out.extend_from_slice(open.as_bytes());
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                out.push(b',');
            }
            if self.format == RowFormat::JsonObjects {
                out.extend_from_slice(
                    serde_json::Value::from(self.names[at].as_str()).to_string().as_bytes(),
                );
                out.push(b':');
            }
            out.extend_from_slice(self.cell(cell).as_bytes());
        }
        out.extend_from_slice(close.as_bytes());
    }

    fn cell(&self, cell: Option<(String, bool)>) -> String {
        match (self.format, cell) {
            (RowFormat::Csv { null: CsvNull::BackslashN }, None) => "\\N".to_owned(),
            (RowFormat::Csv { null: CsvNull::Empty }, None) => String::new(),
            (RowFormat::Csv { .. }, Some((text, false))) => {
                format!("\"{}\"", text.replace('"', "\"\""))
            }
            (_, None) => "null".to_owned(),
            (RowFormat::JsonStringArrays, Some((text, _))) | (_, Some((text, false))) => {
                serde_json::Value::from(text).to_string()
            }
            (_, Some((text, true))) => text,
        }
    }
}

fn is_number(kind: &DataType) -> bool {
    kind.is_numeric()
}
