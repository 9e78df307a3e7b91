//! SQL → rows: prepare the text, plan it, run it.

mod cache;
mod cancel;
mod coercion;
mod filter;
mod optimizer;
mod plan;
mod row_order;
mod run;
mod session;
#[doc(hidden)]
pub mod stages;
mod stored;

use super::Engine;
use super::error::SqlError;
use super::evidence::Grade;
use super::rows::Rows;
use super::table::Table;

pub(super) use cache::ResultCache;
pub(super) use cancel::AbortOnDrop;
#[cfg(test)]
pub(super) use plan::{logical, physical};
pub(super) use run::Feed;
pub(super) use session::SessionStates;

/// Which SQL is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlMode {
    /// What there is evidence that Domo accepts.
    Strict,
    /// Whatever the engine can run over the one table.
    Lenient,
}

/// Whether `=`, IN, LIKE, GROUP BY … tell upper from lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringCompare {
    Sensitive,
    Insensitive,
}

/// How this engine reads SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqlSettings {
    pub mode: SqlMode,
    pub string_compare: StringCompare,
    /// The zone of `NOW()` and `CURRENT_DATE`: minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// Queries with parts that are known less certainly are refused.
    pub evidence: Grade,
}

impl Default for SqlSettings {
    fn default() -> Self {
        Self {
            mode: SqlMode::Strict,
            string_compare: StringCompare::Sensitive,
            utc_offset_minutes: 0,
            evidence: Grade::Unknown,
        }
    }
}

/// A named expression that a query may select like a column (a Beast Mode).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Formula {
    pub name: String,
    pub expression: String,
}

/// One SELECT over one table.
#[derive(Clone, Debug)]
pub struct Query {
    pub table: Table,
    pub sql: String,
    pub formulas: Vec<Formula>,
    /// What `NOW()` says: milliseconds since 1970 in UTC.
    pub now_ms: i64,
}

impl Engine {
    /// Plans the query and starts it. Refusals that show before the first row come from here; so do all of a query
    /// whose answer is short. Dropping the future, or the rows, stops the query.
    pub async fn query(&self, query: Query) -> Result<Rows, SqlError> {
        let limit = self.limits().sql_bytes_max;
        if query.sql.len() > limit {
            return Err(SqlError::Refused(format!(
                "the query is longer than the limit of {limit} bytes"
            )));
        }
        run::start(self, query).await
    }
}
