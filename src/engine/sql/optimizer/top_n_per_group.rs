//! The first rows of each group, as `ROW_NUMBER() … WHERE r <= 3` asks for: what cannot be among them is left out before
//! all is sorted.
//!
//! DataFusion has such a rule since 55, off by default: <https://github.com/apache/datafusion/issues/24608>. It would replace this file.
//! The query of `benches/RESULTS.md` takes 65 ms with this rule and 2.6 s without any.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Schema;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, Literal};
use datafusion::physical_expr::window::StandardWindowExpr;
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_expr_common::utils::evaluate_expressions_to_arrays;
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowUDFExpr};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, apply_expression_roots,
    replace_children_if_necessary,
};
use futures::StreamExt;

use super::sort_prefix::{has_sort_prefix, sort_prefix};

/// So many rows of each group at the most: their ranks are kept sorted by moving them.
const FIRST_MAX: usize = 100;

pub(super) fn top_n_per_group(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let thinned = plan.transform_up(|node| {
        let wanted = node.downcast_ref::<FilterExec>().and_then(|it| {
            let (column, count) = compared(it.predicate())?;
            first_of_groups(it.input(), column, count).transpose()
        });
        match wanted {
            Some(input) => replace_children_if_necessary(node, vec![input?]).map(Transformed::yes),
            None => Ok(Transformed::no(node)),
        }
    });
    thinned.map(|it| it.data)
}

/// The column, and how large it is at the most, where a condition says just that.
fn compared(condition: &Arc<dyn PhysicalExpr>) -> Option<(usize, usize)> {
    let condition = condition.downcast_ref::<BinaryExpr>()?;
    let sides = [condition.left(), condition.right()];
    let (column, bound, operator) = match sides.map(|it| it.downcast_ref::<Column>()) {
        [Some(column), None] => (column, sides[1], *condition.op()),
        [None, Some(column)] => (column, sides[0], condition.op().swap()?),
        _ => return None,
    };
    let bound = bound.downcast_ref::<Literal>()?.value();
    let bound = match bound {
        ScalarValue::Int64(Some(it)) => usize::try_from(*it).ok()?,
        ScalarValue::UInt64(Some(it)) => usize::try_from(*it).ok()?,
        _ => return None,
    };
    let count = match operator {
        Operator::Eq | Operator::LtEq => bound,
        Operator::Lt => bound.checked_sub(1)?,
        _ => return None,
    };
    (1..=FIRST_MAX).contains(&count).then_some((column.index(), count))
}

/// The same plan with fewer rows under its sort, where this column numbers the rows of each group.
fn first_of_groups(
    plan: &Arc<dyn ExecutionPlan>,
    column: usize,
    count: usize,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        // A column cannot fail, where an expression may for a row that would not be there any more.
        let columns: Option<Vec<usize>> = projection
            .expr()
            .iter()
            .map(|it| it.expr.downcast_ref::<Column>().map(Column::index))
            .collect();
        let Some(columns) = columns else { return Ok(None) };
        return over(plan, first_of_groups(projection.input(), columns[column], count)?);
    }
    if let Some(dealt) = plan.downcast_ref::<RepartitionExec>() {
        return over(plan, first_of_groups(dealt.input(), column, count)?);
    }
    let Some(window) = plan.downcast_ref::<BoundedWindowAggExec>() else { return Ok(None) };
    let input = window.input();
    let ([function], true) = (window.window_expr(), column == input.schema().fields().len()) else {
        return Ok(None);
    };
    let is_number = function
        .as_any()
        .downcast_ref::<StandardWindowExpr>()
        .and_then(|it| it.get_standard_func_expr().as_any().downcast_ref::<WindowUDFExpr>())
        .is_some_and(|it| matches!(it.fun().name(), "row_number" | "rank"));
    let (keys, Some(order)) = (function.partition_by(), function.order_by().first()) else {
        return Ok(None);
    };
    let schema = input.schema();
    let is_float = |it: &Arc<dyn PhysicalExpr>| it.data_type(&schema).map(|it| it.is_floating());
    if !is_number
        || !has_sort_prefix(&order.expr.data_type(&schema)?)
        || keys.iter().chain([&order.expr]).any(is_volatile)
        // Zeros of either sign may be one group here and two there.
        || keys.iter().map(is_float).collect::<Result<Vec<_>>>()?.contains(&true)
    {
        return Ok(None);
    }
    let thin =
        |input| PartitionedTopNExec { input, keys: keys.to_vec(), order: order.clone(), count };
    over(plan, below_sort(input, thin)?)
}

fn below_sort(
    plan: &Arc<dyn ExecutionPlan>,
    thin: impl FnOnce(Arc<dyn ExecutionPlan>) -> PartitionedTopNExec,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(merge) = plan.downcast_ref::<SortPreservingMergeExec>() {
        let input = if merge.fetch().is_none() { below_sort(merge.input(), thin)? } else { None };
        return over(plan, input);
    }
    let Some(sort) = plan.downcast_ref::<SortExec>().filter(|it| it.fetch().is_none()) else {
        return Ok(None);
    };
    let input = match sort.input().downcast_ref::<RepartitionExec>() {
        Some(dealt) => over(sort.input(), Some(Arc::new(thin(Arc::clone(dealt.input())))))?,
        None => Some(Arc::new(thin(Arc::clone(sort.input()))) as _),
    };
    over(plan, input)
}

/// The same node over another input.
fn over(
    node: &Arc<dyn ExecutionPlan>,
    input: Option<Arc<dyn ExecutionPlan>>,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    input.map(|it| replace_children_if_necessary(Arc::clone(node), vec![it])).transpose()
}

/// Passes on what may be among the first rows of its group, as far as the first thing they are ordered by tells, and more
/// while it does not know better.
#[derive(Clone, Debug)]
pub(super) struct PartitionedTopNExec {
    input: Arc<dyn ExecutionPlan>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    order: PhysicalSortExpr,
    count: usize,
}

impl DisplayAs for PartitionedTopNExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartitionedTopNExec: {} by {}", self.count, self.order)
    }
}

impl ExecutionPlan for PartitionedTopNExec {
    fn name(&self) -> &'static str {
        "PartitionedTopNExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.keys.iter().chain([&self.order.expr]), f)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = children.try_into().or_else(|_| internal_err!("first rows of one input"))?;
        Ok(Arc::new(Self { input, ..Self::clone(&self) }))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let consumer = MemoryConsumer::new(format!("PartitionedTopN[{partition}]"));
        let memory = consumer.register(context.memory_pool());
        let input = self.input.execute(partition, context)?;
        let mut first = Some(First::new(self.clone(), memory)?);
        let output = input.map(move |batch| {
            let batch = batch?;
            let Some(state) = &mut first else { return Ok(batch) };
            let kept = state.kept(&batch)?;
            // Without memory for ranks all rows go on, to the sort, which knows what to do then.
            if state.has_no_room() {
                first = None;
            }
            Ok(kept)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), output)))
    }
}

/// The ranks of the first rows of each group, as far as one partition has been read.
struct First {
    plan: PartitionedTopNExec,
    groups: Box<dyn GroupValues>,
    /// `count` of each group, in their order.
    best: Vec<u64>,
    /// Of the rows of a batch.
    group_of: Vec<usize>,
    ranks: Vec<u64>,
    memory: MemoryReservation,
}

impl First {
    fn new(plan: PartitionedTopNExec, memory: MemoryReservation) -> Result<Self> {
        let schema = plan.input.schema();
        let fields: Result<Vec<_>> = plan.keys.iter().map(|it| it.return_field(&schema)).collect();
        let groups = new_group_values(Arc::new(Schema::new(fields?)), &GroupOrdering::None)?;
        let (best, group_of, ranks) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { plan, groups, best, group_of, ranks, memory })
    }

    fn kept(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let PartitionedTopNExec { keys, order, count, .. } = &self.plan;
        let keys = evaluate_expressions_to_arrays(keys, batch)?;
        let ordered = evaluate_expressions_to_arrays([&order.expr], batch)?;
        let groups = if keys.is_empty() {
            self.group_of.resize(batch.num_rows(), 0);
            1
        } else {
            self.groups.intern(&keys, &mut self.group_of)?;
            self.groups.len()
        };
        sort_prefix(&ordered[0], order.options, &mut self.ranks)?;
        self.best.resize(groups * count, u64::MAX);
        for (&group, &rank) in self.group_of.iter().zip(&self.ranks) {
            let best = &mut self.best[group * count..][..*count];
            if rank < best[count - 1] {
                let place = best.partition_point(|it| *it <= rank);
                best[place..].rotate_right(1);
                best[place] = rank;
            }
        }
        // A row that `count` others are before in its group is none of the first.
        let is_kept = |row| self.ranks[row] <= self.best[(self.group_of[row] + 1) * count - 1];
        let kept = BooleanBuffer::collect_bool(batch.num_rows(), is_kept);
        Ok(filter_record_batch(batch, &BooleanArray::new(kept, None))?)
    }

    fn has_no_room(&mut self) -> bool {
        let ranks = (self.best.capacity() + self.ranks.capacity()) * size_of::<u64>();
        let groups = self.group_of.capacity() * size_of::<usize>();
        self.memory.try_resize(ranks + groups + self.groups.size()).is_err()
    }
}
