//! Planning that can be stopped: between any two rules the planner looks whether the query still has time.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::analyzer::{Analyzer, AnalyzerRule};
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;

use crate::engine::interrupt::check;

type Analysis = Arc<dyn AnalyzerRule + Send + Sync>;
type Logical = Arc<dyn OptimizerRule + Send + Sync>;
type Physical = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

pub(in crate::engine::sql) fn analysis() -> Vec<Analysis> {
    between(Analyzer::new().rules, Arc::new(Check))
}

pub(in crate::engine::sql) fn logical(rules: Vec<Logical>) -> Vec<Logical> {
    between(rules, Arc::new(Check))
}

pub(in crate::engine::sql) fn physical(rules: Vec<Physical>) -> Vec<Physical> {
    between(rules, Arc::new(Check))
}

fn between<T: Clone>(rules: Vec<T>, check: T) -> Vec<T> {
    rules.into_iter().flat_map(|it| [check.clone(), it]).collect()
}

/// Changes nothing, and fails once the query has to stop.
#[derive(Debug)]
struct Check;

const NAME: &str = "check_interrupt";

impl AnalyzerRule for Check {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        check().map(|()| plan)
    }

    fn name(&self) -> &'static str {
        NAME
    }
}

impl OptimizerRule for Check {
    fn name(&self) -> &'static str {
        NAME
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        check().map(|()| Transformed::no(plan))
    }
}

impl PhysicalOptimizerRule for Check {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        check().map(|()| plan)
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn schema_check(&self) -> bool {
        true
    }
}
