//! CSV and SQL over Arrow. Knows no Domo: no dataset, no upload, no user, no route, no time of day.

pub mod csv;
pub mod error;
pub mod memory;
pub mod rows;
pub mod sql;
pub mod table;
pub mod types;

use std::time::Duration;

pub use csv::{CsvError, CsvFormat, Header};
pub use error::SqlError;
pub use memory::{BudgetExceeded, Lease, MemoryBudget};
pub use rows::{RowFormat, Rows};
pub use sql::{Formula, Query, SqlMode, StringCompare};
pub use table::Table;
pub use types::{Column, ColumnType, UnknownType};

/// What a query, a part and all tables together may take.
#[derive(Clone, Debug)]
pub struct EngineLimits {
    /// Bytes that the rows of all tables may hold.
    pub data_bytes_max: u64,
    /// Bytes that all running queries together may hold for sorting, grouping and joining.
    pub query_bytes_max: usize,
    pub query_time_max: Duration,
    pub query_rows_max: u64,
    pub queries_at_once_max: usize,
    pub sql_bytes_max: usize,
    /// Threads for parsing and for queries.
    pub threads: usize,
}

/// Parses CSV and runs SQL on threads of its own. Clones share them.
#[derive(Clone, Debug)]
pub struct Engine {
    limits: std::sync::Arc<EngineLimits>,
    budget: MemoryBudget,
}

impl Engine {
    pub fn new(limits: EngineLimits) -> Self {
        let budget = MemoryBudget::new(limits.data_bytes_max);
        Self { limits: std::sync::Arc::new(limits), budget }
    }

    pub fn budget(&self) -> &MemoryBudget {
        &self.budget
    }

    /// Runs heavy synchronous work on a thread that serves no requests.
    pub async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        match tokio::task::spawn_blocking(work).await {
            Ok(outcome) => outcome,
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }

    pub fn limits(&self) -> &EngineLimits {
        &self.limits
    }
}
