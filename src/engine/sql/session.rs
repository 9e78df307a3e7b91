//! The planner's and executor's set-up: which functions there are, which rules, which limits.

use std::sync::{Arc, OnceLock};

use datafusion::common::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::optimizer::{Optimizer, OptimizerRule};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::prelude::SessionConfig;

use super::coercion::DeferTypes;
use super::optimizer::{Parallelism, interruptible, physical_rules};
use crate::engine::settings::SqlSettings;
use crate::engine::{EngineLimits, functions, types::BATCH_ROWS};

/// The settings of all queries, and their memory pool. Built by the first query.
#[derive(Debug, Default)]
pub(crate) struct SessionStates(OnceLock<Result<SessionState, Arc<DataFusionError>>>);

impl SessionStates {
    /// Bytes that running queries hold.
    pub(crate) fn bytes_used(&self) -> usize {
        let state = self.0.get().and_then(|it| it.as_ref().ok());
        state.map_or(0, |it| it.runtime_env().memory_pool.reserved())
    }

    pub(crate) fn state(
        &self,
        limits: &EngineLimits,
        settings: SqlSettings,
    ) -> Result<&SessionState, DataFusionError> {
        let rules = || physical_rules(Parallelism::of_threads(limits.threads));
        let state = self.0.get_or_init(|| build(limits, settings, rules()).map_err(Arc::new));
        state.as_ref().map_err(|it| DataFusionError::Shared(Arc::clone(it)))
    }
}

pub(super) fn build(
    limits: &EngineLimits,
    settings: SqlSettings,
    physical_rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>>,
) -> Result<SessionState, DataFusionError> {
    let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(limits.query_bytes_max));
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime: Arc<RuntimeEnv> = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::clone(&pool))
        .with_disk_manager_builder(disk)
        .build_arc()?;
    // `optimizer/parallel.rs` makes several, in an order.
    let mut config = SessionConfig::new()
        .with_target_partitions(1)
        .with_batch_size(BATCH_ROWS)
        .with_extension(Arc::new(settings));
    let options = config.options_mut();
    options.sql_parser.enable_ident_normalization = false;
    options.sql_parser.parse_float_as_decimal = false;
    options.optimizer.max_passes = 1;
    // Of groups with equal values it keeps any, and it makes room for as many as LIMIT says.
    options.optimizer.enable_topk_aggregation = false;
    let builder = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_scalar_functions(functions::scalar(&pool))
        .with_aggregate_functions(functions::aggregate())
        .with_window_functions(functions::window())
        .with_expr_planners(planners())
        .with_analyzer_rules(interruptible::analysis())
        .with_optimizer_rules(rules())
        .with_physical_optimizer_rules(physical_rules);
    Ok(builder.build())
}

/// DataFusion's rules but one, which takes expressions out of windows and lets the planner panic
/// (<https://github.com/apache/datafusion/issues/15190>, mended by <https://github.com/apache/datafusion/pull/24750> after 55.2).
fn rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules = Optimizer::new().rules;
    rules.retain(|it| it.name() != "common_sub_expression_eliminate");
    interruptible::logical(rules)
}

fn planners() -> Vec<Arc<dyn ExprPlanner>> {
    vec![
        Arc::new(DeferTypes),
        Arc::new(datafusion::functions::unicode::planner::UnicodeFunctionPlanner),
        Arc::new(datafusion::functions::datetime::planner::DatetimeFunctionPlanner),
        Arc::new(datafusion::functions_aggregate::planner::AggregateFunctionPlanner),
        Arc::new(datafusion::functions_window::planner::WindowFunctionPlanner),
    ]
}
