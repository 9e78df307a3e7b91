//! Aggregates whose names mean something else in MySQL than in the engine.

mod doubles;
mod group_concat;
mod mean;
mod sum;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::compute;
use datafusion::common::Result;
use datafusion::functions_aggregate::stddev::StddevPop;
use datafusion::functions_aggregate::variance::VariancePopulation;
use datafusion::logical_expr::AggregateUDF;

use group_concat::GroupConcat;
use mean::Mean;
use sum::CheckedSum;

/// Whether an aggregate answers the same for any order of its rows and for any way of merging parts, to the last digit. Whatever is
/// not listed gets its rows in their order, on one thread.
pub(crate) fn ignores_order(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "sum"
            | "avg"
            | "min"
            | "max"
            | "median"
            | "percentile_cont"
            | "bit_and"
            | "bit_or"
            | "bit_xor"
            | "bool_and"
            | "bool_or"
            | "approx_distinct"
    )
}

/// STD, STDDEV and VARIANCE are those of a population.
pub(super) fn all() -> Vec<Arc<AggregateUDF>> {
    let stddev = AggregateUDF::new_from_impl(StddevPop::new()).with_aliases(["std", "stddev"]);
    let variance = AggregateUDF::new_from_impl(VariancePopulation::new())
        .with_aliases(["variance", "var_population"]);
    let distinct = datafusion::functions_aggregate::approx_distinct::approx_distinct_udaf();
    let distinct = AggregateUDF::clone(&distinct)
        .with_aliases(["approximate_count_distinct", "approx_count_distinct"]);
    let any = datafusion::functions_aggregate::first_last::first_value_udaf();
    let any = AggregateUDF::clone(&any).with_aliases(["any_value"]);
    let mean = AggregateUDF::new_from_impl(Mean::default());
    let sum = AggregateUDF::new_from_impl(CheckedSum::default());
    let texts = [false, true].map(|it| AggregateUDF::new_from_impl(GroupConcat::new(it)));
    [stddev, variance, distinct, any, mean, sum].into_iter().chain(texts).map(Arc::new).collect()
}

/// What a filter leaves out becomes null.
fn filtered(values: &ArrayRef, filter: Option<&BooleanArray>) -> Result<ArrayRef> {
    let Some(filter) = filter else { return Ok(Arc::clone(values)) };
    let out = compute::prep_null_mask_filter(filter);
    let out = compute::not(&out)?;
    Ok(compute::nullif(values, &out)?)
}
