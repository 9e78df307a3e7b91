//! SQL → rows: prepare the text, plan it, run it.

mod cache;
mod coercion;
mod export;
mod filter;
mod optimizer;
mod plan;
mod row_order;
mod run;
mod session;
mod stored;
pub(crate) mod types;

use super::Engine;
use super::error::SqlError;
use super::rows::{RowFormat, Rows};
use super::settings::Formula;
use super::structured::Structured;
use super::table::Table;
use super::task::Ticket;

pub(super) use cache::ResultCache;
pub use export::Export;
#[cfg(test)]
pub(super) use plan::{logical, physical};
pub(super) use session::SessionStates;

/// What is asked of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    Sql(String),
    Structured(Box<Structured>),
}

impl Question {
    /// Its beginning, for the log.
    fn name(&self) -> String {
        const CHARACTERS_MAX: usize = 1_000;
        match self {
            Self::Sql(sql) => sql.chars().take(CHARACTERS_MAX).collect(),
            Self::Structured(_) => "a structured query".to_owned(),
        }
    }
}

impl From<String> for Question {
    fn from(sql: String) -> Self {
        Self::Sql(sql)
    }
}

impl From<&str> for Question {
    fn from(sql: &str) -> Self {
        Self::Sql(sql.to_owned())
    }
}

/// One SELECT over one table.
#[derive(Clone, Debug)]
pub struct Query {
    pub table: Table,
    pub question: Question,
    pub formulas: Vec<Formula>,
    /// What `NOW()` says: milliseconds since 1970 in UTC.
    pub now_ms: i64,
    pub format: RowFormat,
    pub ticket: Ticket,
}

impl Query {
    /// A query that begins now, for rows as JSON arrays.
    pub fn new(table: Table, question: impl Into<Question>) -> Self {
        Self {
            table,
            question: question.into(),
            formulas: Vec::new(),
            now_ms: 0,
            format: RowFormat::JsonArrays,
            ticket: Ticket::default(),
        }
    }
}

impl Engine {
    /// Plans the query and starts it. Refusals that show before the first row come from here; so do all of a query
    /// whose answer is short. Dropping the future, or the rows, stops the query.
    pub async fn query(&self, query: Query) -> Result<Rows, SqlError> {
        let limit = self.limits().sql_bytes_max;
        if let Question::Sql(sql) = &query.question
            && sql.len() > limit
        {
            return Err(SqlError::Refused(format!(
                "the query is longer than the limit of {limit} bytes"
            )));
        }
        run::start(self, query).await
    }
}
