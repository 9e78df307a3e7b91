//! Several threads for one query over a large table, so that the answer is the same row by row as on one thread: each thread gets
//! a stretch of the table, and what they make is put together in the order of these stretches.
//!
//! DataFusion's own way (`target_partitions`) deals rows to threads and takes them back as they come. It is off: plans are made
//! for one partition, and this is the only rule that makes several.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::LexOrdering;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_plan::InputOrderMode;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};

use super::concat::ConcatExec;
use super::top_n_per_group::PartitionedTopNExec;
use crate::engine::functions::ignores_order;
use crate::engine::sql::row_order::{NumberRowsExec, is_row_number};

/// Rows of a stretch whose outcome waits as a whole for those before it.
const MORSEL_ROWS: usize = 65_536;

type Plan = Arc<dyn ExecutionPlan>;

#[derive(Clone, Copy, Debug)]
pub(in crate::engine::sql) struct Parallelism {
    pub(super) threads: usize,
    /// From this many rows on a table is worth several threads.
    pub(super) rows_min: usize,
}

impl Parallelism {
    pub(in crate::engine::sql) fn of_threads(threads: usize) -> Self {
        Self { threads, rows_min: 100_000 }
    }
}

pub(super) fn parallel(plan: Plan, allowed: Parallelism) -> Result<Plan> {
    if allowed.threads < 2 {
        return Ok(plan);
    }
    if let Some(spread) = aggregation(&plan, allowed)? {
        return Ok(spread);
    }
    if let Some(spread) = sort(&plan, allowed)? {
        return Ok(spread);
    }
    if computes(&plan)
        && let Some(spread) = spread(&plan, allowed, Stretches::Morsels)?
    {
        return Ok(Arc::new(ConcatExec::new(spread, allowed.threads)));
    }
    let children = plan.children().into_iter().cloned();
    let children = children.map(|it| parallel(it, allowed)).collect::<Result<Vec<_>>>()?;
    replace_children_if_necessary(plan, children)
}

/// Each thread groups its stretch; the groups are merged in the order of the stretches, and so of their first appearance.
fn aggregation(plan: &Plan, allowed: Parallelism) -> Result<Option<Plan>> {
    let Some(whole) = plan.downcast_ref::<AggregateExec>() else { return Ok(None) };
    let can_merge = *whole.mode() == AggregateMode::Single
        && !whole.group_expr().has_grouping_set()
        && whole.limit_options().is_none()
        && *whole.input_order_mode() == InputOrderMode::Linear
        && whole.aggr_expr().iter().all(|it| ignores_order(it.fun().name()));
    if !can_merge || whole.group_expr().input_exprs().iter().any(is_volatile) {
        return Ok(None);
    }
    let Some(input) = spread(whole.input(), allowed, Stretches::Even)? else { return Ok(None) };
    let (groups, functions) = (whole.group_expr(), whole.aggr_expr().to_vec());
    let partial = AggregateExec::try_new(
        AggregateMode::Partial,
        groups.clone(),
        functions.clone(),
        whole.filter_expr().to_vec(),
        input,
        whole.input_schema(),
    )?;
    let merged = AggregateExec::try_new(
        AggregateMode::Final,
        groups.as_final(),
        functions,
        vec![None; whole.aggr_expr().len()],
        Arc::new(ConcatExec::new(Arc::new(partial), allowed.threads)),
        whole.input_schema(),
    )?;
    Ok(Some(Arc::new(merged)))
}

/// Each thread sorts its stretch. The merge has no choice, because the last key numbers the rows.
fn sort(plan: &Plan, allowed: Parallelism) -> Result<Option<Plan>> {
    let Some(whole) = plan.downcast_ref::<SortExec>() else { return Ok(None) };
    if !is_total(whole.expr()) {
        return Ok(None);
    }
    let Some(input) = spread(whole.input(), allowed, Stretches::Even)? else { return Ok(None) };
    let sorted = SortExec::new(whole.expr().clone(), input)
        .with_fetch(whole.fetch())
        .with_preserve_partitioning(true);
    let merged = SortPreservingMergeExec::new(whole.expr().clone(), Arc::new(sorted));
    Ok(Some(Arc::new(merged.with_fetch(whole.fetch()))))
}

fn is_total(keys: &LexOrdering) -> bool {
    let last = keys.iter().last().and_then(|it| it.expr.downcast_ref::<Column>());
    last.is_some_and(|it| is_row_number(it.name()))
}

/// Whether an operator does more with a row than pass it on.
fn computes(plan: &Plan) -> bool {
    match plan.downcast_ref::<ProjectionExec>() {
        Some(projection) => projection.expr().iter().any(|it| !it.expr.is::<Column>()),
        None => plan.is::<FilterExec>(),
    }
}

#[derive(Clone, Copy)]
enum Stretches {
    /// One for each thread.
    Even,
    /// Of [`MORSEL_ROWS`].
    Morsels,
}

/// The same operators over a table in stretches: none where an operator must see all rows, or where the table is small.
fn spread(plan: &Plan, allowed: Parallelism, stretches: Stretches) -> Result<Option<Plan>> {
    if let Some(source) = plan.downcast_ref::<DataSourceExec>() {
        return stretched(source, allowed, stretches);
    }
    if !is_row_wise(plan) {
        return Ok(None);
    }
    let [input] = plan.children()[..] else { return Ok(None) };
    let Some(input) = spread(input, allowed, stretches)? else { return Ok(None) };
    replace_children_if_necessary(Arc::clone(plan), vec![input]).map(Some)
}

/// Whether what an operator makes of a row depends on that row alone, or is what a stretch may have of its own.
fn is_row_wise(plan: &Plan) -> bool {
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        return filter.fetch().is_none() && !is_volatile(filter.predicate());
    }
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        return !projection.expr().iter().any(|it| is_volatile(&it.expr));
    }
    plan.is::<NumberRowsExec>() || plan.is::<PartitionedTopNExec>()
}

fn stretched(
    source: &DataSourceExec,
    allowed: Parallelism,
    stretches: Stretches,
) -> Result<Option<Plan>> {
    let Some(memory) = source.data_source().downcast_ref::<MemorySourceConfig>() else {
        return Ok(None);
    };
    let ([batches], None) = (memory.partitions(), source.fetch()) else { return Ok(None) };
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if rows < allowed.rows_min {
        return Ok(None);
    }
    let rows_each = match stretches {
        Stretches::Even => rows.div_ceil(allowed.threads),
        Stretches::Morsels => MORSEL_ROWS,
    };
    let mut partitions: Vec<Vec<RecordBatch>> = Vec::new();
    let mut before = 0;
    for batch in batches {
        let place = before / rows_each;
        before += batch.num_rows();
        if partitions.len() <= place || partitions.is_empty() {
            partitions.push(Vec::new());
        }
        if let Some(last) = partitions.last_mut() {
            last.push(batch.clone());
        }
    }
    let projection = memory.projection().clone();
    let memory = MemorySourceConfig::try_new(&partitions, memory.original_schema(), projection)?;
    Ok(Some(DataSourceExec::from_data_source(memory)))
}
