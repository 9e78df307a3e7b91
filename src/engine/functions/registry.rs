//! The list of all functions, for the planner, for refusals and for the documentation.

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
const OF_THE_ENGINE: &[(Family, &[&str])] = &[
    (
        Family::Text,
        &[
            "lower",
            "upper",
            "reverse",
            "btrim",
            "ltrim",
            "rtrim",
            "character_length",
            "substr",
            "strpos",
        ],
    ),
    (Family::Date, &["date_part"]),
    (Family::Logic, &["nullif"]),
];

/// What nothing says that Domo has: strict mode does not take these names.
const ENGINE_ONLY: &[&str] = &[
    "btrim",
    "strpos",
    "date_part",
    "signum",
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

pub(crate) fn is_engine_only(name: &str) -> bool {
    ENGINE_ONLY.contains(&name)
}

const AGGREGATES_OF_THE_ENGINE: &[&str] = &[
    "count",
    "min",
    "max",
    "median",
    "percentile_cont",
    "approx_distinct",
    "approx_percentile_cont",
    "first_value",
    "last_value",
    "nth_value",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "string_agg",
    "stddev",
    "stddev_pop",
    "var",
    "var_pop",
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
        .map(|it| Listed {
            name: it.name.to_owned(),
            aliases: it.aliases.iter().map(|it| (*it).to_owned()).collect(),
            family: it.family,
        })
        .collect();
    let pool: Arc<dyn MemoryPool> = Arc::new(UnboundedMemoryPool::default());
    let engine = scalar(&pool);
    for (family, names) in OF_THE_ENGINE {
        for function in engine.iter().filter(|it| names.contains(&it.name())) {
            all.push(Listed {
                name: function.name().to_owned(),
                aliases: function.aliases().to_vec(),
                family: *family,
            });
        }
    }
    for function in aggregate() {
        let (name, aliases) = (function.name().to_owned(), function.aliases().to_vec());
        all.push(Listed { name, aliases, family: Family::Aggregate });
    }
    for function in window() {
        let (name, aliases) = (function.name().to_owned(), function.aliases().to_vec());
        all.push(Listed { name, aliases, family: Family::Window });
    }
    all.sort_by(|a, b| (a.family, &a.name).cmp(&(b.family, &b.name)));
    all
}
