//! Aggregates: the engine's own, under MySQL's names.

use std::sync::Arc;

use datafusion::functions_aggregate::all_default_aggregate_functions;
use datafusion::functions_aggregate::stddev::stddev_pop_udaf;
use datafusion::functions_aggregate::variance::var_pop_udaf;
use datafusion::logical_expr::AggregateUDF;

use super::Family::Aggregate;
use super::Function;

pub(super) const LIST: &[Function] = &[
    Function::observed(Aggregate, "count"),
    Function::observed(Aggregate, "sum"),
    Function::observed(Aggregate, "avg"),
    Function::observed(Aggregate, "min"),
    Function::observed(Aggregate, "max"),
    Function::inferred(Aggregate, "group_concat").aliases(&["string_agg"]),
    Function::inferred(Aggregate, "stddev_pop")
        .aliases(&["std", "stddev"])
        .note("The population's, as in MySQL."),
    Function::inferred(Aggregate, "stddev_samp"),
    Function::inferred(Aggregate, "var_pop")
        .aliases(&["variance"])
        .note("The population's, as in MySQL."),
    Function::inferred(Aggregate, "var_samp"),
    Function::inferred(Aggregate, "bit_and"),
    Function::inferred(Aggregate, "bit_or"),
    Function::inferred(Aggregate, "bit_xor"),
    Function::inferred(Aggregate, "any_value"),
    Function::inferred(Aggregate, "approx_distinct").aliases(&["approximate_count_distinct"]),
    Function::engine_only(Aggregate, "median"),
    Function::observed(Aggregate, "percentile_cont"),
];

/// The engine's names where they are not MySQL's.
const INNER: &[&str] = &["string_agg", "stddev", "var"];

pub(super) fn all() -> Vec<Arc<AggregateUDF>> {
    let listed = |name: &str| INNER.contains(&name) || LIST.iter().any(|it| it.name == name);
    let mut all: Vec<Arc<AggregateUDF>> =
        all_default_aggregate_functions().into_iter().filter(|it| listed(it.name())).collect();
    // The engine's own `stddev` is the sample's. A later name replaces an earlier one.
    let alias = |it: &AggregateUDF, names: &[&'static str]| {
        Arc::new(it.clone().with_aliases(names.iter().copied()))
    };
    all.push(alias(&stddev_pop_udaf(), &["std", "stddev"]));
    all.push(alias(&var_pop_udaf(), &["variance"]));
    for it in &mut all {
        if it.name() == "approx_distinct" {
            *it = alias(it, &["approximate_count_distinct"]);
        }
    }
    all
}
