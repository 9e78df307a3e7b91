//! The partitions of a plan one after the other, where DataFusion would take rows as they come: what makes several threads, and
//! the parts of a UNION ALL, answer in one order. DataFusion promises none without ORDER BY: <https://github.com/apache/datafusion/pull/21019>.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, Statistics, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::stream::{RecordBatchReceiverStream, RecordBatchStreamAdapter};
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, stream};

/// Batches of a partition that wait for those before it.
const BATCHES_AHEAD: usize = 16;

/// Puts the parts of each UNION ALL in their order.
pub(super) fn concat_unions(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let concatenated = plan.transform_up(|node| {
        Ok(if node.is::<UnionExec>() {
            Transformed::yes(Arc::new(ConcatExec::new(node, 1)) as _)
        } else {
            Transformed::no(node)
        })
    });
    concatenated.map(|it| it.data)
}

#[derive(Clone, Debug)]
pub(super) struct ConcatExec {
    input: Arc<dyn ExecutionPlan>,
    /// Partitions that run at the same time.
    at_once: usize,
    properties: Arc<PlanProperties>,
}

impl ConcatExec {
    pub(super) fn new(input: Arc<dyn ExecutionPlan>, at_once: usize) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(input.schema()),
            Partitioning::UnknownPartitioning(1),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Self { input, at_once, properties: Arc::new(properties) }
    }
}

impl DisplayAs for ConcatExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConcatExec: {} at once", self.at_once)
    }
}

impl ExecutionPlan for ConcatExec {
    fn name(&self) -> &'static str {
        "ConcatExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = children.try_into().or_else(|_| internal_err!("ConcatExec has one input"))?;
        Ok(Arc::new(Self::new(input, self.at_once)))
    }

    fn child_stats_requests(&self, _: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(None)]
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        let [input] = inputs else { return internal_err!("ConcatExec has one input") };
        Ok(Arc::clone(input))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        if partition > 0 {
            return internal_err!("ConcatExec has one partition");
        }
        let (input, at_once, schema) = (Arc::clone(&self.input), self.at_once, self.schema());
        let count = input.output_partitioning().partition_count();
        let started = stream::iter(0..count).map(move |partition| {
            let (input, context) = (Arc::clone(&input), Arc::clone(&context));
            async move {
                if at_once < 2 {
                    return input.execute(partition, context);
                }
                let mut rows = RecordBatchReceiverStream::builder(input.schema(), BATCHES_AHEAD);
                let sender = rows.tx();
                rows.spawn(async move {
                    let mut batches = input.execute(partition, context)?;
                    while let Some(batch) = batches.next().await {
                        // Nobody waits for the rest any more.
                        if sender.send(Ok(batch?)).await.is_err() {
                            break;
                        }
                    }
                    Ok(())
                });
                Ok(rows.build())
            }
        });
        let rows = started.buffered(at_once).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }
}
