//! The list of all functions, for the planner, for refusals and for the documentation.

mod sources;

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::execution::memory_pool::MemoryPool;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use crate::engine::evidence::{Grade, Source};

use super::{
    Family, Function, Udf, aggregates, bits, calculation, checked_integers, comparing, conversions,
    date_arithmetic, date_format, date_parse, date_parts, like, logic, math, pattern, rounding,
    sketch, text, text_codes, text_positions, time_type, to_char,
};

/// A function as the documentation lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub name: String,
    pub aliases: Vec<String>,
    pub family: Family,
    /// How the best known of its names is known.
    pub source: Source,
}

impl Listed {
    fn new(name: &str, aliases: &[impl AsRef<str>], family: Family) -> Self {
        let aliases: Vec<String> = aliases.iter().map(|it| it.as_ref().to_owned()).collect();
        let names = std::iter::once(name).chain(aliases.iter().map(String::as_str));
        let source = names.map(|it| source(it, family)).min_by_key(|it| it.grade);
        let source = source.unwrap_or(Source { grade: Grade::Unknown, link: "" });
        Self { name: name.to_owned(), aliases, family, source }
    }
}

pub(in crate::engine) use sources::source;

const TABLES: &[&[Function]] = &[
    text::TABLE,
    text_codes::TABLE,
    text_positions::TABLE,
    pattern::TABLE,
    like::TABLE,
    calculation::TABLE,
    date_parts::TABLE,
    date_arithmetic::TABLE,
    date_format::TABLE,
    date_parse::TABLE,
    time_type::TABLE,
    logic::TABLE,
    math::TABLE,
    rounding::TABLE,
    conversions::TABLE,
    sketch::TABLE,
    to_char::TABLE,
    checked_integers::TABLE,
    comparing::TABLE,
    bits::TABLE,
];

/// What nothing says that Domo has: strict mode does not take these names.
const ENGINE_ONLY: &[&str] = &[
    "approx_distinct",
    "approx_count_distinct",
    "btrim",
    "date_part",
    "array_agg",
    "approx_percentile_cont",
    "bool_and",
    "bool_or",
    "covar_samp",
    "covar_pop",
    "string_agg",
];

/// Aggregates that rewrites put others in the place of.
const REWRITTEN: &[&str] = &[
    "approximate_median",
    "approximate_percentile",
    "listagg",
    "percentile",
    "percentile25",
    "percentile75",
    "percentile99",
];

/// Whether a rewrite makes another aggregate of the one by this name.
pub(in crate::engine) fn is_rewritten_aggregate(name: &str) -> bool {
    REWRITTEN.contains(&name)
}

/// Whether only rewrites call a function by this name.
pub fn is_internal(name: &str) -> bool {
    name.trim_matches(['`', '"']).starts_with("mysql_")
}

/// Whether only lenient mode takes a function by this name.
pub fn is_engine_only(name: &str) -> bool {
    ENGINE_ONLY.contains(&name)
}

/// Functions of the engine that answer as MySQL's do. They are named one by one, so that the others need not be in the binary.
fn scalar_of_the_engine() -> [(Family, Arc<ScalarUDF>); 2] {
    use datafusion::functions::{datetime, unicode};

    [(Family::Text, unicode::strpos()), (Family::Date, datetime::date_part())]
}

/// Ours come last: a later function takes the names of an earlier one. The texts that they make are paid for from the pool.
pub(crate) fn scalar(pool: &Arc<dyn MemoryPool>) -> Vec<Arc<ScalarUDF>> {
    let engine = scalar_of_the_engine().into_iter().map(|(_, it)| it);
    engine
        .chain(TABLES.iter().copied().flatten().map(|it| Udf::of(*it, Arc::clone(pool))))
        .collect()
}

pub(crate) fn aggregate() -> Vec<Arc<AggregateUDF>> {
    use datafusion::functions_aggregate::{
        approx_percentile_cont::approx_percentile_cont_udaf,
        array_agg::array_agg_udaf,
        bit_and_or_xor::{bit_and_udaf, bit_or_udaf, bit_xor_udaf},
        bool_and_or::{bool_and_udaf, bool_or_udaf},
        correlation::corr_udaf,
        count::count_udaf,
        covariance::{covar_pop_udaf, covar_samp_udaf},
        first_last::last_value_udaf,
        grouping::grouping_udaf,
        median::median_udaf,
        min_max::{max_udaf, min_udaf},
        nth_value::nth_value_udaf,
        percentile_cont::percentile_cont_udaf,
        stddev::stddev_udaf,
        string_agg::string_agg_udaf,
    };

    let engine = [
        count_udaf(),
        min_udaf(),
        max_udaf(),
        median_udaf(),
        percentile_cont_udaf(),
        approx_percentile_cont_udaf(),
        last_value_udaf(),
        nth_value_udaf(),
        bit_and_udaf(),
        bit_or_udaf(),
        bit_xor_udaf(),
        bool_and_udaf(),
        bool_or_udaf(),
        string_agg_udaf(),
        stddev_udaf(),
        corr_udaf(),
        covar_samp_udaf(),
        covar_pop_udaf(),
        array_agg_udaf(),
        grouping_udaf(),
    ];
    engine.into_iter().chain(aggregates::all()).collect()
}

pub(crate) fn window() -> Vec<Arc<WindowUDF>> {
    use datafusion::functions_window::{
        cume_dist::cume_dist_udwf,
        lead_lag::{lag_udwf, lead_udwf},
        nth_value::{first_value_udwf, last_value_udwf, nth_value_udwf},
        ntile::ntile_udwf,
        rank::{dense_rank_udwf, percent_rank_udwf, rank_udwf},
        row_number::row_number_udwf,
    };

    vec![
        row_number_udwf(),
        rank_udwf(),
        dense_rank_udwf(),
        percent_rank_udwf(),
        cume_dist_udwf(),
        ntile_udwf(),
        lag_udwf(),
        lead_udwf(),
        first_value_udwf(),
        last_value_udwf(),
        nth_value_udwf(),
    ]
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
    for (family, function) in scalar_of_the_engine() {
        all.push(Listed::new(function.name(), function.aliases(), family));
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
    let no_aliases: [&str; 0] = [];
    all.extend(REWRITTEN.iter().map(|it| Listed::new(it, &no_aliases, Family::Aggregate)));
    for function in window() {
        all.push(Listed::new(function.name(), function.aliases(), Family::Window));
    }
    all.retain(|it| !it.name.starts_with("mysql_"));
    all.sort_by(|a, b| (a.family, &a.name).cmp(&(b.family, &b.name)));
    all
}
