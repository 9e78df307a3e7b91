//! The list of all functions, for the planner, for refusals and for the documentation.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::execution::memory_pool::{MemoryPool, UnboundedMemoryPool};
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use super::{
    Function, Udf, aggregates, convert, date_arithmetic, date_format, date_parse, date_parts,
    logic, math, pattern, rounding, text, text_codes, text_positions, times, whole_numbers,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    Text,
    Date,
    Logic,
    Math,
    Aggregate,
    Window,
    /// Put in by rewrites, not written by anybody.
    Internal,
}

/// A function as the documentation lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub name: String,
    pub aliases: Vec<String>,
    pub family: Family,
    /// Whether Beast Modes are known to use it, under one of its names. MySQL has the others; whether Domo has is not known.
    pub in_beast_modes: bool,
}

impl Listed {
    fn new(name: &str, aliases: &[impl AsRef<str>], family: Family) -> Self {
        let aliases: Vec<String> = aliases.iter().map(|it| it.as_ref().to_owned()).collect();
        let named = |it: &str| IN_BEAST_MODES.contains(&it);
        let in_beast_modes = named(name) || aliases.iter().any(|it| named(it));
        Self { name: name.to_owned(), aliases, family, in_beast_modes }
    }
}

const TABLES: &[&[Function]] = &[
    text::TABLE,
    text_codes::TABLE,
    text_positions::TABLE,
    pattern::TABLE,
    date_parts::TABLE,
    date_arithmetic::TABLE,
    date_format::TABLE,
    date_parse::TABLE,
    times::TABLE,
    logic::TABLE,
    math::TABLE,
    rounding::TABLE,
    convert::TABLE,
    whole_numbers::TABLE,
];

/// Functions of the engine that answer as MySQL's do.
const OF_THE_ENGINE: &[(Family, &[&str])] =
    &[(Family::Text, &["strpos"]), (Family::Date, &["date_part"]), (Family::Logic, &["nullif"])];

/// What Domo's reference of Beast Modes names, as far as it is known.
const IN_BEAST_MODES: &[&str] = &[
    "concat",
    "concat_ws",
    "substring_index",
    "substring",
    "instr",
    "locate",
    "left",
    "right",
    "mid",
    "lpad",
    "rpad",
    "split_part",
    "replace",
    "format",
    "field",
    "elt",
    "upper",
    "lower",
    "length",
    "trim",
    "date_format",
    "str_to_date",
    "adddate",
    "subdate",
    "date_add",
    "date_sub",
    "addtime",
    "subtime",
    "datediff",
    "timediff",
    "timestampdiff",
    "dayofweek",
    "dayname",
    "monthname",
    "week",
    "yearweek",
    "quarter",
    "last_day",
    "period_add",
    "period_diff",
    "to_days",
    "from_days",
    "unix_timestamp",
    "from_unixtime",
    "sec_to_time",
    "time_to_sec",
    "time_format",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "if",
    "ifnull",
    "nullif",
    "coalesce",
    "greatest",
    "least",
    "truncate",
    "round",
    "ceil",
    "floor",
    "abs",
    "log",
    "rand",
    "power",
    "sign",
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "group_concat",
    "stddev_pop",
    "var_pop",
    "approximate_count_distinct",
    "median",
    "percentile_cont",
    "any_value",
];

/// What nothing says that Domo has: strict mode does not take these names.
const ENGINE_ONLY: &[&str] = &[
    "btrim",
    "strpos",
    "date_part",
    "array_agg",
    "approx_percentile_cont",
    "approx_distinct",
    "bool_and",
    "bool_or",
    "corr",
    "covar_samp",
    "covar_pop",
    "string_agg",
];

/// Whether only lenient mode takes a function by this name.
pub fn is_engine_only(name: &str) -> bool {
    ENGINE_ONLY.contains(&name)
}

/// But for those that are ours.
const AGGREGATES_OF_THE_ENGINE: &[&str] = &[
    "count",
    "min",
    "max",
    "median",
    "percentile_cont",
    "approx_percentile_cont",
    "last_value",
    "nth_value",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "string_agg",
    "stddev",
    "var",
    "corr",
    "covar_samp",
    "covar_pop",
    "array_agg",
    "grouping",
];

const WINDOWS_OF_THE_ENGINE: &[&str] = &[
    "row_number",
    "rank",
    "dense_rank",
    "percent_rank",
    "cume_dist",
    "ntile",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
];

/// Ours come last: a later function takes the names of an earlier one. The texts that they make are paid for from the pool.
pub(crate) fn scalar(pool: &Arc<dyn MemoryPool>) -> Vec<Arc<ScalarUDF>> {
    let wanted = |name: &str| OF_THE_ENGINE.iter().any(|(_, names)| names.contains(&name));
    let engine = datafusion::functions::all_default_functions().into_iter();
    let engine = engine.filter(|it| wanted(it.name()));
    engine
        .chain(TABLES.iter().copied().flatten().map(|it| Udf::of(*it, Arc::clone(pool))))
        .collect()
}

pub(crate) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    let engine = datafusion::functions_aggregate::all_default_aggregate_functions().into_iter();
    engine
        .filter(|it| AGGREGATES_OF_THE_ENGINE.contains(&it.name()))
        .chain(aggregates::all())
        .collect()
}

pub(crate) fn window() -> Vec<Arc<WindowUDF>> {
    let engine = datafusion::functions_window::all_default_window_functions().into_iter();
    engine.filter(|it| WINDOWS_OF_THE_ENGINE.contains(&it.name())).collect()
}

/// All functions that a query may write, by family and name.
pub fn list() -> Vec<Listed> {
    let mut all: Vec<Listed> = TABLES
        .iter()
        .copied()
        .flatten()
        .filter(|it| it.family != Family::Internal)
        .map(|it| Listed::new(it.name, it.aliases, it.family))
        .collect();
    let pool: Arc<dyn MemoryPool> = Arc::new(UnboundedMemoryPool::default());
    let engine = scalar(&pool);
    for (family, names) in OF_THE_ENGINE {
        for function in engine.iter().filter(|it| names.contains(&it.name())) {
            all.push(Listed::new(function.name(), function.aliases(), *family));
        }
    }
    let mut taken = HashSet::new();
    for function in aggregate().iter().rev() {
        let names =
            std::iter::once(function.name()).chain(function.aliases().iter().map(String::as_str));
        let names: Vec<&str> = names.filter(|it| taken.insert((*it).to_owned())).collect();
        if let [name, aliases @ ..] = names.as_slice() {
            all.push(Listed::new(name, aliases, Family::Aggregate));
        }
    }
    for function in window() {
        all.push(Listed::new(function.name(), function.aliases(), Family::Window));
    }
    all.retain(|it| !it.name.starts_with("mysql_"));
    all.sort_by(|a, b| (a.family, &a.name).cmp(&(b.family, &b.name)));
    all
}
