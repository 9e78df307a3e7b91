//! Functions on numbers.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::Family::Math;
use super::Function;

pub(super) const LIST: &[Function] = &[
    Function::inferred(Math, "abs"),
    Function::inferred(Math, "ceil").aliases(&["ceiling"]),
    Function::inferred(Math, "floor"),
    Function::inferred(Math, "round"),
    Function::inferred(Math, "sqrt"),
    Function::inferred(Math, "pi"),
    Function::inferred(Math, "rand").aliases(&["random"]),
];

/// The engine's functions that do what MySQL's do.
const OF_ENGINE: &[&str] = &["abs", "ceil", "floor", "round", "sqrt", "pi", "random"];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    super::of_engine(OF_ENGINE)
}
