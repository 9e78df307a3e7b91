//! An immutable table: columns, and record batches shared by reference.

mod convert;
mod upsert;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use imbl::Vector;

use super::memory::Lease;
use super::types::{Column, arrow_schema};

pub use convert::ConvertError;

/// Rows of a batch below which it is worth copying it together with its neighbours.
const SMALL_BATCH_ROWS: usize = 1024;
/// Rows of a batch made of small ones.
const MERGED_BATCH_ROWS: usize = 8192;

/// Rows under a schema. Cloning copies references, never rows.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Arc<[Column]>,
    schema: SchemaRef,
    batches: Arc<[RecordBatch]>,
    /// Persistent: a table that grows by single rows shares those of the table before.
    leases: Vector<Arc<Lease>>,
    rows: u64,
    bytes: u64,
    stamp: u64,
}

impl Table {
    pub fn empty(columns: Arc<[Column]>) -> Self {
        Self::new(columns, Vec::new(), Vec::new())
    }

    /// A table of batches that all have the schema of `columns`; `leases` pay for their memory.
    pub fn new(columns: Arc<[Column]>, batches: Vec<RecordBatch>, leases: Vec<Arc<Lease>>) -> Self {
        Self::with_leases(columns, batches, leases.into())
    }

    fn with_leases(
        columns: Arc<[Column]>,
        batches: Vec<RecordBatch>,
        leases: Vector<Arc<Lease>>,
    ) -> Self {
        static NEXT_STAMP: AtomicU64 = AtomicU64::new(1);
        let schema = arrow_schema(&columns);
        debug_assert!(batches.iter().all(|it| it.schema_ref() == &schema));
        let rows = batches.iter().map(|it| it.num_rows() as u64).sum();
        let bytes = batches.iter().map(|it| it.get_array_memory_size() as u64).sum();
        Self {
            columns,
            schema,
            batches: batches.into(),
            leases,
            rows,
            bytes,
            stamp: NEXT_STAMP.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// The rows of all `tables`, which have these columns, in their order.
    ///
    /// Large batches are shared. Runs of small ones are copied together, or a dataset that grows by single rows
    /// would be queried a row at a time.
    pub fn concat<'a>(columns: Arc<[Column]>, tables: impl IntoIterator<Item = &'a Self>) -> Self {
        let schema = arrow_schema(&columns);
        let (mut batches, mut small, mut leases) = (Vec::new(), Vec::new(), Vector::new());
        let mut small_rows = 0;
        for table in tables {
            leases.append(table.leases.clone());
            for batch in table.batches.iter() {
                let is_small = batch.num_rows() < SMALL_BATCH_ROWS;
                if !is_small || small_rows >= MERGED_BATCH_ROWS {
                    merge(&schema, &mut small, &mut batches);
                    small_rows = 0;
                }
                if is_small {
                    small_rows += batch.num_rows();
                    small.push(batch.clone());
                } else {
                    batches.push(batch.clone());
                }
            }
        }
        merge(&schema, &mut small, &mut batches);
        Self::with_leases(columns, batches, leases)
    }

    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    pub fn leases(&self) -> &Vector<Arc<Lease>> {
        &self.leases
    }

    /// Whether the memory of its rows is still counted; tables that nobody paid for are as good.
    pub fn is_paid(&self) -> bool {
        !self.leases.iter().any(|it| it.is_released())
    }

    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes of memory that the rows take.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Names this very content: no two tables of a process share a stamp, and a table never changes.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }
}

/// Moves the small batches on as one, or as they are where that cannot be.
fn merge(schema: &SchemaRef, small: &mut Vec<RecordBatch>, batches: &mut Vec<RecordBatch>) {
    match small.as_slice() {
        [] => {}
        [_] => batches.append(small),
        several => match concat_batches(schema, several) {
            Ok(merged) => {
                batches.push(merged);
                small.clear();
            }
            Err(_) => batches.append(small),
        },
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array};

    use super::*;
    use crate::engine::types::ColumnType;

    fn numbers(columns: &Arc<[Column]>, range: std::ops::Range<i64>) -> Table {
        let array: ArrayRef = Arc::new(Int64Array::from_iter_values(range));
        let batch = RecordBatch::try_new(arrow_schema(columns), vec![array]).unwrap();
        Table::new(Arc::clone(columns), vec![batch], Vec::new())
    }

    #[test]
    fn single_rows_are_copied_together_and_large_batches_are_shared() {
        let columns: Arc<[Column]> = Arc::new([Column::new("n", ColumnType::Long)]);
        let large = numbers(&columns, 0..5_000);
        let mut tables = vec![large.clone()];
        tables.extend((5_000..15_000).map(|it| numbers(&columns, it..it + 1)));
        let all = Table::concat(Arc::clone(&columns), &tables);
        assert_eq!(all.rows(), 15_000);
        assert_eq!(all.batches().len(), 3);
        assert!(Arc::ptr_eq(all.batches()[0].column(0), large.batches()[0].column(0)));
        let last = all.batches()[2].column(0);
        let last = last.as_any().downcast_ref::<Int64Array>().unwrap();
        assert_eq!(last.value(last.len() - 1), 14_999);
    }
}
