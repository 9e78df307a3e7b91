//! An immutable table: columns, and record batches shared by reference.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;

use super::memory::Lease;
use super::types::{Column, arrow_schema};

/// Rows under a schema. Cloning copies references, never rows.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Arc<[Column]>,
    schema: SchemaRef,
    batches: Arc<[RecordBatch]>,
    leases: Arc<[Arc<Lease>]>,
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
        static NEXT_STAMP: AtomicU64 = AtomicU64::new(1);
        let schema = arrow_schema(&columns);
        debug_assert!(batches.iter().all(|it| it.schema_ref() == &schema));
        let rows = batches.iter().map(|it| it.num_rows() as u64).sum();
        let bytes = batches.iter().map(|it| it.get_array_memory_size() as u64).sum();
        Self {
            columns,
            schema,
            batches: batches.into(),
            leases: leases.into(),
            rows,
            bytes,
            stamp: NEXT_STAMP.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// The rows of all `tables`, which have these columns, in their order.
    pub fn concat<'a>(columns: Arc<[Column]>, tables: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut batches, mut leases) = (Vec::new(), Vec::new());
        for table in tables {
            batches.extend(table.batches.iter().cloned());
            leases.extend(table.leases.iter().cloned());
        }
        Self::new(columns, batches, leases)
    }

    /// (skeleton: replaced by the conversion work)
    pub fn adapt(&self, columns: &Arc<[Column]>) -> Result<Self, String> {
        if &self.columns == columns {
            Ok(self.clone())
        } else {
            Err("no conversion yet".to_owned())
        }
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

    pub fn leases(&self) -> &[Arc<Lease>] {
        &self.leases
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
