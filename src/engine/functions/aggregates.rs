//! Aggregates whose names mean something else in MySQL than in the engine.

mod distinct;
mod doubles;
mod group_concat;
mod mean;
mod percentile;
mod sum;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::compute;
use datafusion::common::Result;
use datafusion::functions_aggregate::stddev::StddevPop;
use datafusion::functions_aggregate::variance::{VariancePopulation, VarianceSample};
use datafusion::logical_expr::AggregateUDF;

use crate::engine::overflow::Overflow;
use distinct::Distinct;
use group_concat::GroupConcat;
use mean::Mean;
use percentile::Percentile;
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
            | "mysql_percentile"
            | "approximate_count_distinct"
            | "hll_sketch_init"
            | "hll_sketch_merge"
            | "hll_sketch_merge_partial"
    )
}

/// STDDEV and VARIANCE are of the sample, <https://domo-support.domo.com/s/article/4410213098903>; STD is of the population,
/// as in MySQL.
pub(super) fn all() -> Vec<Arc<AggregateUDF>> {
    let stddev = AggregateUDF::new_from_impl(StddevPop::new()).with_aliases(["std"]);
    let variance = AggregateUDF::new_from_impl(VariancePopulation::new())
        .with_aliases(["variance_pop", "var_population"]);
    let of_sample = AggregateUDF::new_from_impl(VarianceSample::new())
        .with_aliases(["variance", "variance_samp"]);
    let any = datafusion::functions_aggregate::first_last::first_value_udaf();
    let any = AggregateUDF::clone(&any).with_aliases(["any_value"]);
    let mean = AggregateUDF::new_from_impl(Mean::default());
    let percentile = AggregateUDF::new_from_impl(Percentile::default());
    let sum = AggregateUDF::new_from_impl(CheckedSum::default());
    let texts = [false, true].map(|it| AggregateUDF::new_from_impl(GroupConcat::new(it)));
    let distinct = Distinct::all().map(AggregateUDF::new_from_impl);
    [stddev, variance, of_sample, any, mean, sum, percentile]
        .into_iter()
        .chain(texts)
        .chain(distinct)
        .map(Arc::new)
        .collect()
}

/// SUM as one query calls it, which hears of a LONG that overflows.
pub(crate) fn noting_sum(overflow: &Overflow) -> AggregateUDF {
    AggregateUDF::new_from_impl(CheckedSum::noting(overflow.clone()))
}

/// What a filter leaves out becomes null.
fn filtered(values: &ArrayRef, filter: Option<&BooleanArray>) -> Result<ArrayRef> {
    let Some(filter) = filter else { return Ok(Arc::clone(values)) };
    let out = compute::prep_null_mask_filter(filter);
    let out = compute::not(&out)?;
    Ok(compute::nullif(values, &out)?)
}
