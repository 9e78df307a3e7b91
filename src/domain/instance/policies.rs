//! Personalised data permissions: the policies of a dataset, and the rows that are left of it.

use std::sync::Arc;

use super::{Instance, Need};
use crate::domain::clock::Timestamp;
use crate::domain::dataset::Dataset;
use crate::domain::error::{AskedFor, Error, Result};
use crate::domain::ids::{DatasetId, UserId};
use crate::domain::policy::{Policies, Policy, PolicyId};
use crate::domain::store::World;
use crate::engine::Table;
use crate::engine::structured::Condition;

impl Instance {
    pub fn policies(&self, by: UserId, dataset: DatasetId) -> Result<Arc<Policies>> {
        Ok(Arc::clone(&self.dataset(by, dataset)?.policies))
    }

    pub fn policy(&self, by: UserId, dataset: DatasetId, id: PolicyId) -> Result<Policy> {
        Ok(self.policies(by, dataset)?.get(id)?.clone())
    }

    pub fn add_policy(&self, by: UserId, dataset: DatasetId, new: Policy) -> Result<PolicyId> {
        self.change_policies(by, dataset, |it, of| it.add(new, &of.schema))
    }

    pub fn replace_policy(
        &self,
        by: UserId,
        dataset: DatasetId,
        id: PolicyId,
        new: Policy,
    ) -> Result<()> {
        self.change_policies(by, dataset, |it, of| it.replace(id, new, &of.schema))
    }

    pub fn delete_policy(&self, by: UserId, dataset: DatasetId, id: PolicyId) -> Result<()> {
        self.change_policies(by, dataset, |it, _| it.remove(id))
    }

    /// Whether the policies count for whoever is not in charge of the dataset.
    pub fn enable_policies(&self, by: UserId, dataset: DatasetId, enabled: bool) -> Result<()> {
        self.change_policies(by, dataset, |it, _| {
            it.enabled = enabled;
            Ok(())
        })
    }

    fn change_policies<T>(
        &self,
        by: UserId,
        dataset: DatasetId,
        change: impl FnOnce(&mut Policies, &Dataset) -> Result<T>,
    ) -> Result<T> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Own)?;
        let now = world.clock.now();
        world.datasets.update(dataset, |it| {
            let mut policies = Policies::clone(&it.policies);
            let outcome = change(&mut policies, it)?;
            it.policies = Arc::new(policies);
            it.last_touched = now;
            Ok::<_, Error>(outcome)
        })
    }

    /// What the caller sees of the indexed rows; where `seen_as` names policies, only the rows that these show.
    pub(super) async fn visible_rows(
        &self,
        world: &World,
        (by, dataset): (UserId, &Dataset),
        seen_as: &[PolicyId],
        now: Timestamp,
    ) -> Result<Table> {
        let view = dataset.view(now, AskedFor::Rows)?;
        let mut conditions = Vec::new();
        if !seen_as.is_empty() {
            conditions.push(dataset.policies.rows_of(seen_as, &view.schema)?);
        }
        if dataset.is_filtered_for(by, &world.directory) {
            conditions.push(dataset.policies.rows_for(by, &world.directory, &view.schema));
        }
        if conditions.is_empty() {
            return Ok(view.table.clone());
        }
        Ok(self.engine().filter(view.table.clone(), Condition::All(conditions)).await?)
    }
}
