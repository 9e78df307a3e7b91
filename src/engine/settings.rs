//! What a query is read by: the dialect, how text compares, and the formulas beside the columns.

use super::evidence::Grade;

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
