//! Functions on text.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::Family::String as Text;
use super::Function;

pub(super) const LIST: &[Function] = &[
    Function::observed(Text, "concat"),
    Function::inferred(Text, "concat_ws"),
    Function::observed(Text, "lower").aliases(&["lcase"]),
    Function::observed(Text, "upper").aliases(&["ucase"]),
    Function::inferred(Text, "btrim").aliases(&["trim"]),
    Function::inferred(Text, "ltrim"),
    Function::inferred(Text, "rtrim"),
    Function::inferred(Text, "left"),
    Function::inferred(Text, "right"),
    Function::inferred(Text, "substr").aliases(&["substring", "mid"]),
    Function::inferred(Text, "substring_index").aliases(&["substr_index"]),
    Function::inferred(Text, "replace"),
    Function::inferred(Text, "reverse"),
    Function::inferred(Text, "find_in_set"),
    Function::engine_only(Text, "initcap"),
    Function::engine_only(Text, "split_part"),
    Function::inferred(Text, "regexp_like"),
    Function::inferred(Text, "regexp_replace"),
];

/// The engine's functions that do what MySQL's do.
const OF_ENGINE: &[&str] = &[
    "concat",
    "concat_ws",
    "lower",
    "upper",
    "btrim",
    "ltrim",
    "rtrim",
    "left",
    "right",
    "substr",
    "substr_index",
    "replace",
    "reverse",
    "find_in_set",
    "initcap",
    "split_part",
    "regexp_like",
    "regexp_replace",
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    super::of_engine(OF_ENGINE)
}
