//! Functions on days and times.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::Family::Date;
use super::Function;

pub(super) const LIST: &[Function] =
    &[Function::inferred(Date, "from_unixtime"), Function::engine_only(Date, "date_trunc")];

/// The engine's functions that do what MySQL's do.
const OF_ENGINE: &[&str] = &["from_unixtime", "date_trunc"];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    super::of_engine(OF_ENGINE)
}
