//! What an instance refuses to do, and why. Knows nothing of HTTP.

use super::ids::{DatasetId, UserId};
use super::permission::Grantee;
use crate::engine::{BudgetExceeded, CsvError, SqlError};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal. What was asked for has not happened, and nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{kind} {id} does not exist")]
    NotFound { kind: &'static str, id: String },
    /// Access for somebody who is not in the directory.
    #[error("{}", super::permission::unknown_member(*.0))]
    UnknownMember(Grantee),
    #[error("{kind} {id} is already {state}")]
    Conflict { kind: &'static str, id: String, state: &'static str },
    /// Somebody else changed the dataset while a change of it was computed.
    #[error("dataset {0} was changed by another meanwhile")]
    Overtaken(DatasetId),
    #[error("{field}: {problem}")]
    Invalid { field: &'static str, problem: String },
    #[error("user {user} may not {action}")]
    Forbidden { user: UserId, action: &'static str },
    #[error("{what} would exceed the limit of {limit}")]
    TooLarge { what: &'static str, limit: u64 },
    #[error(
        "instance '{name}' would be one more than {limit}: a test that makes instances should delete them, \
         with DELETE /_domock/instances/{name}, or the limit be higher, with --max-instances"
    )]
    TooManyInstances { name: String, limit: usize },
    /// The dataset exists, but none of its versions can be queried yet.
    #[error("No indexed schema found for datasource: {dataset}")]
    NotIndexed { dataset: DatasetId, asked_for: AskedFor },
    #[error("Data import failed for dataset {dataset}: part {part}, {source}")]
    Csv { dataset: DatasetId, part: u32, source: CsvError },
    /// Stored rows cannot be brought under the dataset's present schema.
    #[error("Indexing failed for dataset {dataset}: {problem}")]
    Conversion { dataset: DatasetId, problem: String },
    #[error(transparent)]
    Budget(#[from] BudgetExceeded),
    #[error(transparent)]
    Query(#[from] SqlError),
    #[error("{0} is not emulated")]
    Unsupported(&'static str),
}

/// Domo answers the same lack with different statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedFor {
    Schema,
    Rows,
}

impl Error {
    pub fn not_found(kind: &'static str, id: impl ToString) -> Self {
        Self::NotFound { kind, id: id.to_string() }
    }

    pub fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into() }
    }
}
