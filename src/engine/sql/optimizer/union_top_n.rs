//! The first rows of a UNION, each part by itself: parts that look for their first rows together tell one another what to
//! leave out, also where a column that is constant in each was taken out of the order, and is not the same in all.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::union::UnionExec;

pub(super) fn union_top_n(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let sorted = plan.transform_down(|node| {
        let Some(sort) = node
            .downcast_ref::<SortExec>()
            .filter(|it| it.fetch().is_some() && it.preserve_partitioning())
        else {
            return Ok(Transformed::no(node));
        };
        let Some(union) = sort.input().downcast_ref::<UnionExec>() else {
            return Ok(Transformed::no(node));
        };
        let part = |input: &Arc<dyn ExecutionPlan>| {
            let sorted = SortExec::new(sort.expr().clone(), Arc::clone(input))
                .with_fetch(sort.fetch())
                .with_preserve_partitioning(true);
            Arc::new(sorted) as Arc<dyn ExecutionPlan>
        };
        UnionExec::try_new(union.inputs().iter().map(part).collect()).map(Transformed::yes)
    });
    sorted.map(|it| it.data)
}
