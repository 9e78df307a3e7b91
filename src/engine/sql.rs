//! SQL → rows: prepare the text, plan it, run it.

mod cache;
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
use super::rows::Rows;
use super::settings::{Formula, SqlSettings};
use super::table::Table;

pub(super) use cache::ResultCache;
#[cfg(test)]
pub(super) use plan::{logical, physical};
pub(super) use session::SessionStates;

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
