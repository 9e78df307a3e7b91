//! Why a query has no answer.

mod translate;

use std::time::Duration;

use super::evidence::{Grade, Weakest};
use super::memory::BudgetExceeded;

/// A refusal of a query, in one sentence that names no engine.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    #[error("SQL syntax error at line {line}, column {column}: {problem}")]
    Syntax { line: u64, column: u64, problem: String },
    /// `hint` is a whole sentence that names the nearest columns, or empty.
    #[error("Invalid column(s) referenced: {}{hint}", names.join(", "))]
    UnknownColumns { names: Vec<String>, hint: String },
    #[error("unknown function {name}{hint}")]
    UnknownFunction { name: String, hint: String },
    /// A statement or construct that Domo does not accept.
    #[error("{0}")]
    Refused(String),
    /// A part of the query is known less certainly than this engine's settings ask for.
    #[error("the evidence for {} is {}, and {} is required", evidence.part, evidence.grade.name(), required.name())]
    Evidence { evidence: Weakest, required: Grade },
    /// Types or values on which the query cannot be computed.
    #[error("{0}")]
    Invalid(String),
    #[error("the query ran longer than the limit of {limit_ms} ms")]
    Deadline { limit_ms: u64 },
    #[error("the query needs more memory than the limit of {limit_bytes} bytes")]
    Memory { limit_bytes: u64 },
    #[error("the query's answer has more rows than the limit of {limit_rows}")]
    Rows { limit_rows: u64 },
    #[error(transparent)]
    Budget(#[from] BudgetExceeded),
    /// Its reader paused for too long, or is gone.
    #[error("the answer was not read")]
    Unread,
    /// A defect of Domock's or of DataFusion's; the chain is for the log.
    #[error("the query meets a defect of the SQL engine, which the log tells: write it otherwise")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl SqlError {
    pub(super) fn deadline(limit: Duration) -> Self {
        Self::Deadline { limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX) }
    }

    /// A task that ended without an answer and without a reason.
    pub(super) fn lost() -> Self {
        Self::Internal("the task ended without an answer".into())
    }
}
