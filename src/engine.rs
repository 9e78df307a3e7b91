//! CSV and SQL over Arrow. Knows no Domo: no dataset, no upload, no user, no route, no time of day.

mod calendar;
pub mod csv;
mod dialect;
pub mod error;
pub mod evidence;
pub mod functions;
mod interrupt;
pub mod memory;
mod names;
mod overflow;
mod provider;
pub mod rows;
mod settings;
pub mod sql;
pub mod structured;
pub mod table;
mod task;
mod turns;
pub mod types;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use sql::{ResultCache, SessionStates};
use turns::Turns;
use workers::Workers;

pub use csv::{CsvError, CsvFormat, Header};
pub use dialect::{CLAUSES, Clause};
pub use error::SqlError;
pub use evidence::{Grade, Source, Weakest};
pub use memory::{BudgetExceeded, Lease, MemoryBudget, Owner};
pub use rows::{RowFormat, Rows};
pub use settings::{Formula, SqlMode, SqlSettings, StringCompare};
pub use sql::{Export, Query, Question};
pub use table::Table;
pub use task::Ticket;
pub use turns::Asker;
pub use types::{Column, ColumnType, UnknownType};

/// What a query, a part and all tables together may take.
#[derive(Clone, Debug)]
pub struct EngineLimits {
    /// Bytes that the rows of all tables may hold.
    pub data_bytes_max: u64,
    /// Bytes that parts of uploads may hold until they are committed, and bodies while they arrive.
    pub upload_bytes_max: u64,
    /// Bytes of what users write about their objects.
    pub text_bytes_max: u64,
    /// Bytes of answers that are being written.
    pub answer_bytes_max: u64,
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
            upload_bytes_max: 1 << 20,
            text_bytes_max: 1 << 20,
            answer_bytes_max: 4 << 20,
            query_bytes_max: 1 << 20,
            query_time_max: Duration::from_secs(9),
            query_rows_max: 100,
            queries_at_once_max: 1,
            sql_bytes_max: 1_000,
            threads: 1,
        }
    }
}

/// The budgets for memory but that of queries, which DataFusion keeps.
#[derive(Clone, Debug)]
pub struct Budgets {
    pub rows: MemoryBudget,
    pub uploads: MemoryBudget,
    pub texts: MemoryBudget,
    pub answers: MemoryBudget,
}

impl Budgets {
    fn new(limits: &EngineLimits) -> Self {
        Self {
            rows: MemoryBudget::of(Owner::Rows, limits.data_bytes_max),
            uploads: MemoryBudget::of(Owner::Uploads, limits.upload_bytes_max),
            texts: MemoryBudget::of(Owner::Texts, limits.text_bytes_max),
            answers: MemoryBudget::of(Owner::Answers, limits.answer_bytes_max),
        }
    }
}

/// Parses CSV and runs SQL on threads of its own. Clones share them.
#[derive(Clone, Debug)]
pub struct Engine {
    limits: Arc<EngineLimits>,
    budgets: Budgets,
    settings: SqlSettings,
    workers: Arc<Workers>,
    sessions: Arc<SessionStates>,
    results: Arc<ResultCache>,
    turns: Arc<Turns>,
}

impl Engine {
    /// Starts nothing: threads and planner come with the first query.
    pub fn new(limits: EngineLimits) -> Self {
        Self {
            budgets: Budgets::new(&limits),
            settings: SqlSettings::default(),
            workers: Arc::new(Workers::new(limits.threads)),
            sessions: Arc::default(),
            results: Arc::default(),
            turns: Arc::new(Turns::new(limits.queries_at_once_max)),
            limits: Arc::new(limits),
        }
    }

    /// An engine with these settings and empty caches; the clones that exist keep theirs.
    #[must_use]
    pub fn with_sql(mut self, settings: SqlSettings) -> Self {
        self.settings = settings;
        // The planner is built for its settings, and so are the answers.
        self.sessions = Arc::default();
        self.results = Arc::default();
        self
    }

    /// The budget of rows.
    pub fn budget(&self) -> &MemoryBudget {
        &self.budgets.rows
    }

    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }

    /// Pays for a body while it arrives.
    pub fn body_lease(&self) -> Lease {
        self.budgets.uploads.empty_lease()
    }

    /// Bytes that running queries hold.
    pub fn query_bytes_used(&self) -> u64 {
        self.sessions.bytes_used() as u64
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

    fn results(&self) -> &ResultCache {
        &self.results
    }

    fn turns(&self) -> &Arc<Turns> {
        &self.turns
    }
}
