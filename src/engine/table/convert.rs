//! The rows of a table under another schema.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, new_null_array};
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::Table;
use crate::engine::csv::{Cells, ColumnBuilder, Field, excerpt};
use crate::engine::memory::BudgetExceeded;
use crate::engine::rows::text::CellText;
use crate::engine::types::{Column, ColumnType, arrow_schema};

/// Why rows cannot be had under another schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// A stored value that the new type of its column cannot hold. `row` counts from 1 within the table.
    #[error("row {row}, column '{column}': '{value}' is not a {to}")]
    Value { column: String, row: u64, value: String, to: ColumnType },
    #[error(transparent)]
    Memory(#[from] BudgetExceeded),
}

impl Table {
    /// These rows under other columns, matched by name: added ones are null, dropped ones gone, those of the same
    /// type shared. A value of another type becomes what its text means there, as if it had been uploaded so.
    pub fn adapt(&self, columns: &Arc<[Column]>) -> Result<Self, ConvertError> {
        if self.columns() == columns {
            return Ok(self.clone());
        }
        let sources: Vec<Option<usize>> =
            columns.iter().map(|it| self.position(&it.name)).collect();
        let schema = arrow_schema(columns);
        // What is made here is paid for by the budget that paid for the rows.
        let mut lease = self.leases().front().map(|it| it.another());
        let (mut batches, mut row) = (Vec::with_capacity(self.batches().len()), 1);
        for batch in self.batches() {
            let mut arrays = Vec::with_capacity(columns.len());
            for (column, source) in columns.iter().zip(&sources) {
                let array = match source {
                    Some(at) if self.columns()[*at].kind == column.kind => {
                        arrays.push(Arc::clone(batch.column(*at)));
                        continue;
                    }
                    Some(at) => converted(batch.column(*at), column, row)?,
                    None => new_null_array(&column.kind.arrow(), batch.num_rows()),
                };
                if let Some(lease) = &mut lease {
                    lease.grow(array.get_array_memory_size() as u64)?;
                }
                arrays.push(array);
            }
            row += batch.num_rows() as u64;
            let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            let adapted = RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &options);
            batches
                .push(adapted.expect("every array has its column's type and the batch's length"));
        }
        let leases = self.leases().iter().cloned().chain(lease.map(Arc::new)).collect();
        Ok(Self::new(Arc::clone(columns), batches, leases))
    }

    /// The same rows under other names: `columns` are as many, of the same types.
    #[must_use]
    pub fn renamed(&self, columns: Arc<[Column]>) -> Self {
        let schema = arrow_schema(&columns);
        let batches = self
            .batches()
            .iter()
            .map(|batch| {
                let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
                let arrays = batch.columns().to_vec();
                RecordBatch::try_new_with_options(Arc::clone(&schema), arrays, &rows)
                    .expect("every column keeps its type")
            })
            .collect();
        Self::new(columns, batches, self.leases().iter().cloned().collect())
    }

    /// Where a column of this name is; one that differs in case will do where none is spelt the same.
    fn position(&self, name: &str) -> Option<usize> {
        let columns = self.columns();
        let exact = columns.iter().position(|it| it.name == name);
        exact
            .or_else(|| columns.iter().position(|it| it.name.to_lowercase() == name.to_lowercase()))
    }
}

fn converted(array: &ArrayRef, column: &Column, first_row: u64) -> Result<ArrayRef, ConvertError> {
    let cells = CellText::new(array);
    let (mut text, mut fields) = (Vec::new(), Vec::with_capacity(array.len()));
    for row in 0..array.len() {
        let start = text.len();
        if array.is_valid(row) {
            cells.write(row, &mut text);
        }
        fields.push(if array.is_valid(row) { Field::of(start..text.len()) } else { Field::NULL });
    }
    let mut builder = ColumnBuilder::new(column.kind);
    builder.extend(Cells::all(&text, &fields), false).map_err(|row| ConvertError::Value {
        column: column.name.clone(),
        row: first_row + row as u64,
        value: excerpt(fields[row].value(&text, &mut Vec::new())),
        to: column.kind,
    })?;
    Ok(builder.finish().expect("the text of cells is UTF-8, and a batch of it fits an array"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::csv::{CsvFormat, CsvParser, Header};
    use crate::engine::memory::MemoryBudget;
    use crate::engine::rows::text::cells;

    fn columns(spec: &[(&str, ColumnType)]) -> Arc<[Column]> {
        spec.iter().map(|(name, kind)| Column::new(*name, *kind)).collect()
    }

    fn table(spec: &[(&str, ColumnType)], csv: &str) -> Table {
        let format = CsvFormat { delimiter: b',', header: Header::Never };
        let mut parser = CsvParser::new(columns(spec), format, &MemoryBudget::new(u64::MAX));
        parser.push(csv.as_bytes()).unwrap();
        parser.finish().unwrap()
    }

    #[test]
    fn added_columns_are_null_dropped_ones_gone_and_the_rest_is_shared() {
        use ColumnType::{Long, String};
        let before = table(&[("a", String), ("b", Long)], "x,1\ny,2\n");
        let after = before.adapt(&columns(&[("B", Long), ("c", String)])).unwrap();
        assert_eq!(cells(&after), [["1", "∅"], ["2", "∅"]]);
        assert!(Arc::ptr_eq(before.batches()[0].column(1), after.batches()[0].column(0)));
    }

    #[test]
    fn what_a_conversion_makes_is_paid_for_until_it_is_gone() {
        let csv = "1234567\n".repeat(1_000);
        let spec = columns(&[("n", ColumnType::Long)]);
        let budget = MemoryBudget::new(32_000);
        let format = CsvFormat { delimiter: b',', header: Header::Never };
        let mut parser = CsvParser::new(spec, format, &budget);
        parser.push(csv.as_bytes()).unwrap();
        let before = parser.finish().unwrap();
        let stored = budget.used();
        let texts = columns(&[("n", ColumnType::String)]);
        let after = before.adapt(&texts).unwrap();
        assert!(budget.used() >= stored + 11_000, "{} after {stored}", budget.used());
        let another = before.adapt(&columns(&[("n", ColumnType::Decimal)]));
        assert!(matches!(another, Err(ConvertError::Memory(_))), "{another:?}");
        drop(after);
        assert_eq!(budget.used(), stored);
    }

    #[test]
    fn every_type_becomes_what_its_text_means() {
        use ColumnType::{Date, DateTime, Decimal, Double, Long, String};
        let check = |from, text: &str, to, expected: &str| {
            let adapted = table(&[("v", from)], text).adapt(&columns(&[("v", to)]));
            let found = adapted.map_or_else(|it| it.to_string(), |it| cells(&it)[0][0].clone());
            assert_eq!(found, expected, "{from} {text} as {to}");
        };
        check(Long, "7", Double, "7");
        check(Long, "7", String, "7");
        check(Long, "7", Decimal, "7");
        check(Double, "7.5", String, "7.5");
        check(Double, "7.0", Long, "7");
        check(Double, "7.5", Long, "row 1, column 'v': '7.5' is not a LONG");
        check(Decimal, "7.50", Double, "7.5");
        check(String, "2024-02-29", Date, "2024-02-29");
        check(String, "2024-02-30", Date, "row 1, column 'v': '2024-02-30' is not a DATE");
        check(Date, "2024-02-29", DateTime, "2024-02-29T00:00:00");
        check(DateTime, "2024-02-29 00:00:00", Date, "2024-02-29");
        check(
            DateTime,
            "2024-02-29 13:00:00",
            Date,
            "row 1, column 'v': '2024-02-29T13:00:00' is not a DATE",
        );
        check(Long, "7", Date, "row 1, column 'v': '7' is not a DATE");
        check(String, "\\N", Long, "∅");
    }
}
