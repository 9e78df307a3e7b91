//! Rows that take the place of those with their key.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::BooleanArray;
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::row::{Row, RowConverter, Rows, SortField};

use super::Table;
use crate::engine::memory::{BudgetExceeded, Lease};

/// Bytes that a key takes beside its row: its entry in the map, and as much that the map keeps free.
const ENTRY_BYTES: u64 = 96;

impl Table {
    /// These rows but for those with the key of a new one, then the new ones, the last one of each key. Nulls in a key
    /// are equal. `new` has the same columns; `keys` are the positions of the key's columns.
    ///
    /// The outcome pays for all that it keeps of these rows, shared or copied: with the leases of theirs taken over, a
    /// table that is upserted into again and again would never give anything back.
    pub fn upsert(&self, new: &Self, keys: &[usize]) -> Result<Self, BudgetExceeded> {
        let converter = KeyConverter::new(self, keys);
        let lease = new.leases().iter().chain(self.leases()).next();
        let mut scratch = lease.map(|it| it.another());
        let mut paid = lease.map(|it| it.another());

        let mut new_keys = Vec::with_capacity(new.batches().len());
        for batch in new.batches() {
            let rows = converter.keys_of(batch);
            pay(&mut scratch, rows.size() as u64 + rows.num_rows() as u64 * ENTRY_BYTES)?;
            new_keys.push(rows);
        }
        let mut last: HashMap<Row<'_>, (usize, usize)> = HashMap::new();
        for (at, rows) in new_keys.iter().enumerate() {
            last.extend(rows.iter().enumerate().map(|(row, key)| (key, (at, row))));
        }

        let mut kept = Vec::with_capacity(self.batches().len());
        for batch in self.batches() {
            let rows = converter.keys_of(batch);
            let stays = rows.iter().map(|key| Some(!last.contains_key(&key))).collect();
            if let Some(rest) = filtered(batch, &stays) {
                pay(&mut paid, rest.get_array_memory_size() as u64)?;
                kept.push(rest);
            }
        }
        let mut added = Vec::with_capacity(new.batches().len());
        for (at, (batch, rows)) in new.batches().iter().zip(&new_keys).enumerate() {
            let counts = |(row, key)| Some(last.get(&key) == Some(&(at, row)));
            let counts: BooleanArray = rows.iter().enumerate().map(counts).collect();
            if let Some(rest) = filtered(batch, &counts) {
                if rest.num_rows() < batch.num_rows() {
                    pay(&mut paid, rest.get_array_memory_size() as u64)?;
                }
                added.push(rest);
            }
        }
        let columns = self.columns();
        let kept = Self::new(Arc::clone(columns), kept, paid.map(Arc::new).into_iter().collect());
        let added = Self::new(Arc::clone(columns), added, new.leases().iter().cloned().collect());
        Ok(Self::concat(Arc::clone(columns), [&kept, &added]))
    }
}

/// Makes keys whose bytes are equal where the values are.
struct KeyConverter<'a> {
    converter: RowConverter,
    keys: &'a [usize],
}

impl<'a> KeyConverter<'a> {
    fn new(table: &Table, keys: &'a [usize]) -> Self {
        let fields = keys.iter().map(|at| SortField::new(table.columns()[*at].kind.arrow()));
        let converter = RowConverter::new(fields.collect());
        Self { converter: converter.expect("every column's type can be sorted by"), keys }
    }

    fn keys_of(&self, batch: &RecordBatch) -> Rows {
        let columns: Vec<_> = self.keys.iter().map(|at| Arc::clone(batch.column(*at))).collect();
        self.converter.convert_columns(&columns).expect("every batch has the table's columns")
    }
}

fn pay(lease: &mut Option<Lease>, bytes: u64) -> Result<(), BudgetExceeded> {
    lease.as_mut().map_or(Ok(()), |it| it.grow(bytes))
}

/// The rows that are wanted: shared where these are all, `None` where there is none.
fn filtered(batch: &RecordBatch, wanted: &BooleanArray) -> Option<RecordBatch> {
    match wanted.true_count() {
        0 => None,
        all if all == wanted.len() => Some(batch.clone()),
        _ => Some(filter_record_batch(batch, wanted).expect("there is a wish for every row")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::csv::{CsvFormat, CsvParser, Header};
    use crate::engine::memory::MemoryBudget;
    use crate::engine::rows::text::cells;
    use crate::engine::types::{Column, ColumnType};

    fn table(kinds: &[ColumnType], csv: &str, budget: &MemoryBudget) -> Table {
        let columns = kinds.iter().enumerate();
        let columns = columns.map(|(at, kind)| Column::new(format!("c{at}"), *kind)).collect();
        let format = CsvFormat { delimiter: b',', header: Header::Never };
        let mut parser = CsvParser::new(columns, format, budget);
        parser.push(csv.as_bytes()).unwrap();
        parser.finish().unwrap()
    }

    fn unpaid(kinds: &[ColumnType], csv: &str) -> Table {
        table(kinds, csv, &MemoryBudget::new(u64::MAX))
    }

    #[test]
    fn rows_give_way_to_those_with_their_key_of_which_the_last_counts() {
        let kinds = [ColumnType::String, ColumnType::Long];
        let before = unpaid(&kinds, "a,1\nb,2\nb,3\n\\N,4\nc,5\n");
        let new = unpaid(&kinds, "b,6\nd,7\n\\N,8\nd,9\n");
        let after = before.upsert(&new, &[0]).unwrap();
        assert_eq!(cells(&after), [["a", "1"], ["c", "5"], ["b", "6"], ["∅", "8"], ["d", "9"]]);
    }

    #[test]
    fn a_key_is_all_of_its_columns_whatever_their_types() {
        use ColumnType::{Date, DateTime, Decimal, Double, Long, String};
        let kinds = [String, Long, Double, Decimal, Date, DateTime, Long];
        let rows = |first: &str, key: &str| {
            format!("{first},1,0.5,1.50,2024-02-29,2024-02-29T01:02:03,{key}\n")
        };
        let before = unpaid(&kinds, &(rows("a", "1") + &rows("a ", "2") + &rows("A", "3")));
        let after = before.upsert(&unpaid(&kinds, &rows("a", "4")), &[5, 4, 3, 2, 1, 0]).unwrap();
        let marks: Vec<_> = cells(&after).into_iter().map(|it| it[6].clone()).collect();
        assert_eq!(marks, ["2", "3", "4"]);
    }

    #[test]
    fn nothing_new_changes_nothing_and_batches_that_lose_no_row_are_shared() {
        let kinds = [ColumnType::Long];
        let csv = (0..5_000).map(|it| format!("{it}\n")).collect::<Vec<_>>().concat();
        let before = unpaid(&kinds, &csv);
        for new in ["", "7000\n"] {
            let after = before.upsert(&unpaid(&kinds, new), &[0]).unwrap();
            assert_eq!(after.rows(), before.rows() + new.lines().count() as u64);
            assert!(Arc::ptr_eq(after.batches()[0].column(0), before.batches()[0].column(0)));
        }
    }

    #[test]
    fn a_table_upserted_into_again_and_again_pays_for_its_rows_once() {
        let budget = MemoryBudget::new(1_000_000);
        let kinds = [ColumnType::Long, ColumnType::Long];
        let csv = |keys: std::ops::Range<u64>, value: u64| {
            keys.map(|it| format!("{it},{value}\n")).collect::<Vec<_>>().concat()
        };
        let mut rows = table(&kinds, &csv(0..3_000, 0), &budget);
        let stored = budget.used();
        for turn in 1..50 {
            rows = rows.upsert(&table(&kinds, &csv(500..3_000, turn), &budget), &[0]).unwrap();
        }
        assert_eq!(rows.rows(), 3_000);
        assert!(budget.used() < stored * 2, "{} for {stored}", budget.used());
        drop(rows);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn an_upsert_beyond_the_budget_is_refused_and_takes_nothing() {
        let kinds = [ColumnType::Long];
        let csv = (0..5_000).map(|it| format!("{it}\n")).collect::<Vec<_>>().concat();
        let budget = MemoryBudget::new(130_000);
        let (before, new) = (table(&kinds, &csv, &budget), table(&kinds, "7\n", &budget));
        let used = budget.used();
        let filler = budget.lease(budget.limit() - used - 1_000).unwrap();
        assert_eq!(before.upsert(&new, &[0]).unwrap_err().limit, 130_000);
        drop(filler);
        assert_eq!(budget.used(), used);
    }
}
