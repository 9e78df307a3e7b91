//! A sort that stays where it is put. DataFusion takes a sort out where it sees nobody who needs it, also below a LIMIT
//! (<https://github.com/apache/datafusion/issues/23534>), and does not know what a row number counts.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchemaRef, Result, Statistics, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan, SortExpr, UserDefinedLogicalNodeCore};
use datafusion::physical_expr::{Distribution, LexOrdering, PhysicalExpr};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SortRows {
    pub(super) keys: Vec<SortExpr>,
    pub(super) input: LogicalPlan,
    /// Only so many of the first rows are wanted.
    pub(super) fetch: Option<usize>,
}

impl PartialOrd for SortRows {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (&self.keys, &self.input, self.fetch).partial_cmp(&(&other.keys, &other.input, other.fetch))
    }
}

impl UserDefinedLogicalNodeCore for SortRows {
    fn name(&self) -> &'static str {
        "SortRows"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        self.input.schema()
    }

    fn expressions(&self) -> Vec<Expr> {
        self.keys.iter().map(|it| it.expr.clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "SortRows: {:?}", self.keys)
    }

    fn with_exprs_and_inputs(&self, keys: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let [input] = inputs.try_into().or_else(|_| internal_err!("SortRows has one input"))?;
        let keys = self.keys.iter().zip(keys).map(|(key, expr)| key.with_expr(expr)).collect();
        Ok(Self { keys, input, fetch: self.fetch })
    }
}

/// Stands for a sort while DataFusion optimizes the plan.
#[derive(Clone, Debug)]
pub(super) struct SortRowsExec {
    sort: Arc<SortExec>,
}

impl SortRowsExec {
    pub(super) fn new(
        keys: LexOrdering,
        input: Arc<dyn ExecutionPlan>,
        fetch: Option<usize>,
    ) -> Self {
        Self { sort: Arc::new(SortExec::new(keys, input).with_fetch(fetch)) }
    }
}

/// Puts the sorts in the places that were kept for them.
pub(in crate::engine::sql) fn settle_sorts(
    plan: Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let settled = plan.transform_up(|node| {
        Ok(match node.downcast_ref::<SortRowsExec>() {
            Some(it) => Transformed::yes(Arc::clone(&it.sort) as _),
            None => Transformed::no(node),
        })
    });
    settled.map(|it| it.data)
}

impl DisplayAs for SortRowsExec {
    fn fmt_as(&self, kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sort.fmt_as(kind, f)
    }
}

impl ExecutionPlan for SortRowsExec {
    fn name(&self) -> &'static str {
        "SortRowsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.sort.properties()
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::SinglePartition]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.sort.children()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.sort.apply_expressions(f)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = children.try_into().or_else(|_| internal_err!("a sort has one input"))?;
        Ok(Arc::new(Self::new(self.sort.expr().clone(), input, self.sort.fetch())))
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        self.sort.child_stats_requests(partition)
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        self.sort.statistics_from_inputs(inputs, args)
    }

    fn fetch(&self) -> Option<usize> {
        self.sort.fetch()
    }

    fn with_fetch(&self, fetch: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(Arc::new(Self { sort: Arc::new(self.sort.with_fetch(fetch)) }))
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        internal_err!("a sort was not settled")
    }
}
