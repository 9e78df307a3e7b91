//! From the logical operators of this module to the physical ones.

use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_expr::{LexOrdering, create_physical_sort_exprs};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{ExtensionPlanner, PhysicalPlanner};

use super::number_rows::{NumberRows, NumberRowsExec};
use super::sort_rows::{SortRows, SortRowsExec};

pub(in crate::engine::sql) struct RowOrderPlanner;

#[async_trait::async_trait]
impl ExtensionPlanner for RowOrderPlanner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        session: &dyn Session,
        context: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let [input] = inputs else { return Ok(None) };
        let input = Arc::clone(input);
        if let Some(node) = node.as_any().downcast_ref::<NumberRows>() {
            return Ok(Some(Arc::new(NumberRowsExec::new(input, node.column().name))));
        }
        let Some(node) = node.as_any().downcast_ref::<SortRows>() else { return Ok(None) };
        let properties = session.execution_props();
        let keys =
            create_physical_sort_exprs(&node.keys, node.input.schema(), properties, context)?;
        let Some(keys) = LexOrdering::new(keys) else { return Ok(Some(input)) };
        Ok(Some(Arc::new(SortRowsExec::new(keys, input, node.fetch))))
    }
}
