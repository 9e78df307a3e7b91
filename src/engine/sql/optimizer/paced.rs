//! Where a query gives way to others and sees that it has to stop: wherever rows come from, and behind joins, which make
//! many rows out of few. Between those, DataFusion works on one batch at a time.

use std::fmt;
use std::sync::Arc;
use std::task::{Poll, ready};

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;
use futures::stream::poll_fn;

use crate::engine::interrupt;

pub(super) fn paced(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let paced = plan.transform_up(|node| {
        if !node.children().is_empty() && !node.name().contains("Join") {
            return Ok(Transformed::no(node));
        }
        Ok(Transformed::yes(Arc::new(PacedExec { input: node }) as Arc<dyn ExecutionPlan>))
    });
    paced.map(|it| it.data)
}

/// The rows of its input, while it is the query's turn.
#[derive(Clone, Debug)]
struct PacedExec {
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for PacedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PacedExec")
    }
}

impl ExecutionPlan for PacedExec {
    fn name(&self) -> &'static str {
        "PacedExec"
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
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = children.try_into().or_else(|_| internal_err!("it has one input"))?;
        Ok(Arc::new(Self { input }))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let mut input = self.input.execute(partition, context)?;
        let pace = interrupt::pace();
        let output = poll_fn(move |context| {
            if let Some(pace) = &pace {
                ready!(pace.poll_turn(context));
            }
            match interrupt::check() {
                Ok(()) => input.poll_next_unpin(context),
                Err(stopped) => Poll::Ready(Some(Err(stopped))),
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), output)))
    }
}
