//! Functions on text.

mod build;
mod find;
mod parts;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::Family::String as Text;
use super::Function;

pub(super) const LIST: &[Function] = &[
    Function::observed(Text, "concat"),
    Function::inferred(Text, "concat_ws"),
    Function::observed(Text, "lower").aliases(&["lcase"]),
    Function::observed(Text, "upper").aliases(&["ucase"]),
    Function::inferred(Text, "initcap"),
    Function::inferred(Text, "trim"),
    Function::inferred(Text, "ltrim"),
    Function::inferred(Text, "rtrim"),
    Function::inferred(Text, "left"),
    Function::inferred(Text, "right"),
    Function::inferred(Text, "substring").aliases(&["substr", "mid"]),
    Function::inferred(Text, "substring_index"),
    Function::inferred(Text, "split_part").note("A negative number counts parts from the end."),
    Function::inferred(Text, "replace"),
    Function::inferred(Text, "insert"),
    Function::inferred(Text, "repeat"),
    Function::inferred(Text, "space"),
    Function::inferred(Text, "lpad"),
    Function::inferred(Text, "rpad"),
    Function::inferred(Text, "reverse"),
    Function::inferred(Text, "quote"),
    Function::inferred(Text, "length").aliases(&["octet_length"]).note("Bytes."),
    Function::inferred(Text, "bit_length"),
    Function::inferred(Text, "char_length").aliases(&["character_length"]),
    Function::inferred(Text, "ascii"),
    Function::inferred(Text, "ord"),
    Function::inferred(Text, "locate").aliases(&["position"]).note(CASE),
    Function::inferred(Text, "instr").note(CASE),
    Function::inferred(Text, "find_in_set").note(CASE),
    Function::inferred(Text, "field").note(CASE),
    Function::inferred(Text, "strcmp").note(CASE),
    Function::inferred(Text, "elt"),
    Function::inferred(Text, "regexp_like"),
    Function::inferred(Text, "regexp_replace"),
];

const CASE: &str = "Tells upper from lower case.";

/// The engine's functions that do what MySQL's do.
const OF_ENGINE: &[&str] = &["regexp_like", "regexp_replace"];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let mut functions = super::of_engine(OF_ENGINE);
    functions.extend(build::scalar());
    functions.extend(parts::scalar());
    functions.extend(find::scalar());
    functions
}
