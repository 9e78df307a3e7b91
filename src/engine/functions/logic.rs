//! Functions that choose between values.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::Family::Logic;
use super::Function;

pub(super) const LIST: &[Function] = &[
    Function::inferred(Logic, "if"),
    Function::inferred(Logic, "isnull"),
    Function::inferred(Logic, "ifnull"),
    Function::inferred(Logic, "nullif"),
    Function::inferred(Logic, "coalesce"),
    Function::inferred(Logic, "greatest"),
    Function::inferred(Logic, "least"),
];

/// IF and ISNULL are rewritten before the engine sees them.
const OF_ENGINE: &[&str] = &["nvl", "nullif", "coalesce", "greatest", "least"];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    super::of_engine(OF_ENGINE)
}
