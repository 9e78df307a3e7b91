//! CSV and SQL over Arrow. Knows no Domo: no dataset, no upload, no user, no route, no time of day.

mod calendar;
mod cancel;
pub mod csv;
mod dialect;
pub mod error;
pub mod evidence;
pub mod functions;
pub mod memory;
mod names;
mod provider;
pub mod rows;
mod settings;
pub mod sql;
pub mod structured;
pub mod table;
pub mod types;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use sql::{ResultCache, SessionStates};
use workers::Workers;

pub use csv::{CsvError, CsvFormat, Header};
pub use dialect::{CLAUSES, Clause};
pub use error::SqlError;
pub use evidence::{Grade, Source, Weakest};
pub use memory::{BudgetExceeded, Lease, MemoryBudget};
pub use rows::{RowFormat, Rows};
pub use settings::{Formula, SqlMode, SqlSettings, StringCompare};
pub use sql::Query;
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

#[cfg(test)]
impl EngineLimits {
    /// What small tables need.
    fn small() -> Self {
        Self {
            data_bytes_max: 1 << 20,
            query_bytes_max: 1 << 20,
            query_time_max: Duration::from_secs(9),
            query_rows_max: 100,
            queries_at_once_max: 1,
            sql_bytes_max: 1_000,
            threads: 1,
        }
    }
}

/// Parses CSV and runs SQL on threads of its own. Clones share them.
#[derive(Clone, Debug)]
pub struct Engine {
    limits: Arc<EngineLimits>,
    budget: MemoryBudget,
    settings: SqlSettings,
    workers: Arc<Workers>,
    sessions: Arc<SessionStates>,
    answers: Arc<ResultCache>,
    query_permits: Arc<Semaphore>,
}

impl Engine {
    /// Starts nothing: threads and planner come with the first query.
    pub fn new(limits: EngineLimits) -> Self {
        Self {
            budget: MemoryBudget::new(limits.data_bytes_max),
            settings: SqlSettings::default(),
            workers: Arc::new(Workers::new(limits.threads)),
            sessions: Arc::default(),
            answers: Arc::default(),
            query_permits: Arc::new(Semaphore::new(
                limits.queries_at_once_max.clamp(1, Semaphore::MAX_PERMITS),
            )),
            limits: Arc::new(limits),
        }
    }

    /// Reads SQL otherwise from here on; the clones that exist keep theirs.
    #[must_use]
    pub fn with_sql(mut self, settings: SqlSettings) -> Self {
        self.settings = settings;
        // The planner is built for its settings, and the answers are theirs.
        self.sessions = Arc::default();
        self.answers = Arc::default();
        self
    }

    pub fn budget(&self) -> &MemoryBudget {
        &self.budget
    }

    /// Runs heavy synchronous work on a thread that serves no requests, and gives way to those that do.
    pub async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        match self.workers.spawn_blocking(work).await {
            Ok(outcome) => outcome,
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }

    pub fn limits(&self) -> &EngineLimits {
        &self.limits
    }

    pub fn sql_settings(&self) -> &SqlSettings {
        &self.settings
    }

    fn workers(&self) -> &Workers {
        &self.workers
    }

    fn sessions(&self) -> &SessionStates {
        &self.sessions
    }

    fn answers(&self) -> &ResultCache {
        &self.answers
    }

    /// First come, first served.
    fn query_permits(&self) -> Arc<Semaphore> {
        Arc::clone(&self.query_permits)
    }
}
