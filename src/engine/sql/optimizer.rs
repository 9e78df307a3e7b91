//! Physical rules that DataFusion lacks, and the list of those that run.

mod group_by_day;
mod join_limits;
mod sort_prefix;
mod top_n_per_group;
mod union_top_n;

use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;

type Plan = Arc<dyn ExecutionPlan>;

/// DataFusion's physical rules without `SanityCheckPlan`, which rejects valid plans whose sort keys are equal or constant;
/// then the rules of this folder.
pub(super) fn physical_rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    rules.retain(|it| it.name() != "SanityCheckPlan");
    let added = [
        Rule { name: "group_by_day", apply: group_by_day::group_by_day },
        Rule { name: "top_n_per_group", apply: top_n_per_group::top_n_per_group },
        Rule { name: "union_top_n", apply: union_top_n::union_top_n },
        Rule { name: "join_limits", apply: join_limits::join_limits },
    ];
    rules.extend(added.map(|it| Arc::new(it) as _));
    rules
}

/// A rule from a plan to one that answers the same rows, or a refusal.
#[derive(Debug)]
struct Rule {
    name: &'static str,
    apply: fn(Plan) -> Result<Plan, DataFusionError>,
}

impl PhysicalOptimizerRule for Rule {
    fn optimize(&self, plan: Plan, _config: &ConfigOptions) -> Result<Plan, DataFusionError> {
        (self.apply)(plan)
    }

    fn name(&self) -> &str {
        self.name
    }

    fn schema_check(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
