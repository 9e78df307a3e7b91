//! Physical rules that DataFusion lacks, and the list of those that run.

mod concat;
mod group_by_day;
pub(super) mod interruptible;
mod join_limits;
mod paced;
mod parallel;
mod sort_prefix;
mod top_n_per_group;

use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::common::config::ConfigOptions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;

pub(super) use parallel::Parallelism;

use super::row_order::settle_sorts;

type Plan = Arc<dyn ExecutionPlan>;
type Apply = fn(Plan, Parallelism) -> Result<Plan, DataFusionError>;

/// DataFusion's physical rules and those of this folder. `SanityCheckPlan` is left out: it rejects valid plans whose sort keys are
/// equal or constant (<https://github.com/apache/datafusion/issues/20194>).
pub(super) fn physical_rules(
    parallelism: Parallelism,
) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let rule = |name, apply: Apply| Arc::new(Rule { name, apply, parallelism }) as _;
    let mut rules = vec![rule("concat_unions", |it, _| concat::concat_unions(it))];
    let theirs = PhysicalOptimizer::new().rules.into_iter();
    rules.extend(theirs.filter(|it| it.name() != "SanityCheckPlan"));
    rules.extend([
        rule("settle_sorts", |it, _| settle_sorts(it)),
        rule("top_n_per_group", |it, _| top_n_per_group::top_n_per_group(it)),
        rule("parallel", parallel::parallel),
        rule("group_by_day", |it, _| group_by_day::group_by_day(it)),
        rule("join_limits", |it, _| join_limits::join_limits(it)),
        rule("paced", |it, _| paced::paced(it)),
    ]);
    interruptible::physical(rules)
}

/// A rule from a plan to one that answers the same rows, or a refusal.
#[derive(Debug)]
struct Rule {
    name: &'static str,
    apply: Apply,
    parallelism: Parallelism,
}

impl PhysicalOptimizerRule for Rule {
    fn optimize(&self, plan: Plan, _config: &ConfigOptions) -> Result<Plan, DataFusionError> {
        (self.apply)(plan, self.parallelism)
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
