//! SQL → rows. (skeleton: replaced by the SQL work)

use super::Engine;
use super::error::SqlError;
use super::rows::Rows;
use super::table::Table;

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

/// A named expression that a query may select like a column (a Beast Mode).
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// What NOW() says: milliseconds since 1970 in UTC.
    pub now_ms: i64,
}

impl Engine {
    /// Plans the query and starts it. Refusals that show before the first row come from here.
    pub async fn query(&self, query: Query) -> Result<Rows, SqlError> {
        Err(SqlError::Refused(format!("no SQL yet: {}", query.sql)))
    }
}
