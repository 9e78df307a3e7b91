//! The engine's errors → refusals in the words of the query.

use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, SchemaError};

use super::SqlError;
use crate::engine::EngineLimits;
use crate::engine::interrupt::Stopped;
use crate::engine::names::{Written, nearest};
use crate::engine::table::Table;

impl SqlError {
    pub(in crate::engine) fn of_planning(
        error: DataFusionError,
        table: &Table,
        written: &Written,
        limits: &EngineLimits,
    ) -> Self {
        let columns: Vec<&str> = table.columns().iter().map(|it| it.name.as_str()).collect();
        let spelt = |it: &str| written.names.get(it).cloned().unwrap_or_else(|| it.to_owned());
        match root(&error) {
            DataFusionError::External(cause) if cause.is::<Stopped>() => {
                Self::deadline(limits.query_time_max)
            }
            DataFusionError::SchemaError(schema, _) => of_schema(schema, &columns, written),
            DataFusionError::ResourcesExhausted(_) => Self::Refused(
                "the query joins more rows with one another than the limit".to_owned(),
            ),
            DataFusionError::Plan(text)
            | DataFusionError::NotImplemented(text)
            | DataFusionError::Execution(text) => Self::Invalid(plain(text, &spelt)),
            DataFusionError::ArrowError(inner, _) => {
                Self::Invalid(plain(&inner.to_string(), &spelt))
            }
            _ => Self::Internal(Box::new(error)),
        }
    }

    pub(in crate::engine) fn of_running(error: DataFusionError, limits: &EngineLimits) -> Self {
        let spelt = str::to_owned;
        match root(&error) {
            DataFusionError::External(cause) if cause.is::<Stopped>() => {
                Self::deadline(limits.query_time_max)
            }
            DataFusionError::ResourcesExhausted(_) => {
                Self::Memory { limit_bytes: limits.query_bytes_max as u64 }
            }
            DataFusionError::Plan(text)
            | DataFusionError::NotImplemented(text)
            | DataFusionError::Execution(text) => Self::Invalid(plain(text, &spelt)),
            DataFusionError::ArrowError(inner, _) => {
                Self::Invalid(plain(&inner.to_string(), &spelt))
            }
            _ => Self::Internal(Box::new(error)),
        }
    }
}

fn root(error: &DataFusionError) -> &DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => root(inner),
        DataFusionError::Shared(inner) => root(inner),
        DataFusionError::ArrowError(inner, _) => match inner.as_ref() {
            ArrowError::ExternalError(cause) => {
                cause.downcast_ref::<DataFusionError>().map_or(error, root)
            }
            _ => error,
        },
        DataFusionError::Collection(all) => all.first().map_or(error, root),
        other => other,
    }
}

fn of_schema(error: &SchemaError, columns: &[&str], written: &Written) -> SqlError {
    let spelt = |it: &str| written.names.get(it).cloned().unwrap_or_else(|| it.to_owned());
    match error {
        SchemaError::FieldNotFound { field, .. } => {
            if columns.iter().any(|it| it.to_lowercase() == field.name)
                && let Some(relation) = &field.relation
            {
                // The column is there; the table is not.
                let names = vec![format!("{}.{}", spelt(relation.table()), spelt(&field.name))];
                return SqlError::UnknownColumns { names, hint: String::new() };
            }
            let unknown = unknown(&field.name, columns, written);
            let mut nearest: Vec<String> = unknown
                .iter()
                .filter_map(|it| nearest(it, columns.iter().copied()))
                .map(|it| format!("'{it}'"))
                .collect();
            nearest.dedup();
            let hint = match nearest.as_slice() {
                [] => String::new(),
                nearest => format!(". Did you mean {}?", nearest.join(", ")),
            };
            SqlError::UnknownColumns { names: unknown.into_iter().map(spelt).collect(), hint }
        }
        SchemaError::AmbiguousReference { field } => SqlError::Invalid(format!(
            "column '{}' is ambiguous: write which table it is of",
            spelt(&field.name)
        )),
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name }
            if name.contains('(') =>
        {
            SqlError::Invalid("two columns of a subquery have one name".to_owned())
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            SqlError::Invalid(format!("two columns of a subquery are called '{}'", spelt(name)))
        }
    }
}

/// All names that stand for no column: the planner tells of the first that it meets.
fn unknown<'a>(found: &'a str, columns: &[&str], written: &'a Written) -> Vec<&'a str> {
    let is_column = |name: &str| columns.iter().any(|it| it.to_lowercase() == name);
    let mut unknown: Vec<&str> = Vec::new();
    for name in written.values.iter().map(String::as_str).chain([found]) {
        let is_known = name != found && (is_column(name) || written.given.contains(name));
        if !is_known && !unknown.contains(&name) {
            unknown.push(name);
        }
    }
    unknown
}

/// The engine's types as a dataset's schema calls them.
const TYPES: [(&str, &str); 10] = [
    ("LargeUtf8", "STRING"),
    ("Utf8View", "STRING"),
    ("Utf8", "STRING"),
    ("UInt64", "LONG"),
    ("Int64", "LONG"),
    ("Int32", "LONG"),
    ("Float64", "DOUBLE"),
    ("Decimal128", "DECIMAL"),
    ("Date32", "DATE"),
    ("Boolean", "BOOLEAN"),
];

/// Words that only the engine's authors know.
const INTERNALS: [&str; 14] = [
    "DataFusion",
    "Arrow",
    "arrow",
    "Expr",
    "TypeSignature",
    "UDF",
    "Signature",
    "LogicalPlan",
    "Physical",
    "BinaryExpr",
    "ScalarValue",
    "bug",
    "sqltorel",
    "ast node",
];

/// A sentence without what only concerns the engine.
fn plain(text: &str, spelt: &dyn Fn(&str) -> String) -> String {
    let first = text.lines().next().unwrap_or_default();
    let first = first.split(". No function matches").next().unwrap_or_default();
    // A function's own words stand behind the planner's.
    let first = first.rsplit("user-defined coercion failed with: ").next().unwrap_or_default();
    let mut text = first.trim().trim_end_matches('.').to_owned();
    if let Some(known) = known(&text, spelt) {
        return known;
    }
    for prefix in [
        "Internal error: ",
        "Error during planning: ",
        "Execution error: ",
        "Arrow error: ",
        "Cast error: ",
    ] {
        text = text.replace(prefix, "");
    }
    for (inside, outside) in TYPES {
        text = text.replace(inside, outside);
    }
    if text.is_empty() || INTERNALS.iter().any(|it| text.contains(it)) {
        return "the query's types or values do not fit together".to_owned();
    }
    text
}

/// Refusals that the engine words by its own inner names.
fn known(text: &str, spelt: &dyn Fn(&str) -> String) -> Option<String> {
    let between = |start: &str, end: &str| Some(text.split_once(start)?.1.split_once(end)?.0);
    if text.contains("must be in GROUP BY") || text.contains("must appear in the GROUP BY") {
        let column = between("column \"", "\"").unwrap_or_default();
        let column = spelt(column.rsplit_once('.').map_or(column, |it| it.1));
        return Some(format!(
            "column '{column}' must be in GROUP BY or inside an aggregate function"
        ));
    }
    if text.contains("order requirements") || text.contains("expression to be ordered") {
        return Some("this order cannot be planned over what the query filters".to_owned());
    }
    if text.contains("logical expression InSubquery") || text.contains("logical expression Exists")
    {
        return Some("IN (SELECT …) and EXISTS are accepted in WHERE and HAVING only".to_owned());
    }
    if text.contains("calls cannot be nested") {
        return Some("an aggregate function stands inside another".to_owned());
    }
    if text.contains("should only return one column") {
        return Some("a subquery that is compared must have one column".to_owned());
    }
    if text.contains("failed to match any signature") || text.contains("Failed to coerce arguments")
    {
        let function = between("call to '", "'").or_else(|| between("unction '", "'"));
        let function = function?.to_uppercase();
        return Some(format!("{function} does not take values of these types"));
    }
    None
}
