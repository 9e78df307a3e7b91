//! Joins that can be stopped: a join may work for minutes without a pause in which an abort would take effect
//! (<https://github.com/apache/datafusion/issues/19358>).

use std::sync::Arc;

use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, Result};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::{CrossJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

/// Pairs of rows that a join without an equality may compare.
const PAIRS_MAX: u64 = 100_000_000;

pub(super) fn join_limits(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    plan.transform_up(|node| {
        if !node.name().contains("Join") {
            return Ok(Transformed::no(node));
        }
        refuse_giants(&node)?;
        Ok(Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>))
    })
    .map(|it| it.data)
}

/// A nested loop cannot be stopped between two of its batches, so it must be small from the start.
fn refuse_giants(node: &Arc<dyn ExecutionPlan>) -> Result<()> {
    if !node.is::<NestedLoopJoinExec>() && !node.is::<CrossJoinExec>() {
        return Ok(());
    }
    let pairs = node.children().into_iter().map(rows).fold(1u64, u64::saturating_mul);
    if pairs > PAIRS_MAX {
        return Err(DataFusionError::ResourcesExhausted(format!(
            "a join of {pairs} pairs of rows"
        )));
    }
    Ok(())
}

/// At most this many rows, as far as anybody knows; an unknown input counts as large.
fn rows(input: &Arc<dyn ExecutionPlan>) -> u64 {
    const UNKNOWN: u64 = 1_000_000;
    let known = StatisticsContext::new().compute(input.as_ref(), &StatisticsArgs::new());
    match known.map(|it| it.num_rows) {
        Ok(Precision::Exact(rows) | Precision::Inexact(rows)) => rows as u64,
        _ => UNKNOWN,
    }
}
