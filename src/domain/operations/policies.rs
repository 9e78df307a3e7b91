//! Personalised data permissions: the policies of a dataset, and the rows that are left of it.

use std::sync::Arc;

use crate::domain::dataset::Dataset;
use crate::domain::error::{AskedFor, Result};
use crate::domain::ids::{DatasetId, PolicyId};
use crate::domain::permission::Need;
use crate::domain::policy::{Policies, Policy, PolicyChange};
use crate::domain::session::{AsOf, Moment, Session};
use crate::engine::Table;
use crate::engine::structured::Condition;

impl Session {
    pub fn policies(&self, dataset: DatasetId) -> Result<Arc<Policies>> {
        Ok(Arc::clone(&self.dataset(dataset)?.policies))
    }

    pub fn policy(&self, dataset: DatasetId, id: PolicyId) -> Result<Policy> {
        Ok(self.policies(dataset)?.get(id)?.clone())
    }

    pub fn add_policy(&self, dataset: DatasetId, new: Policy) -> Result<PolicyId> {
        self.change_policies(dataset, |policies, of, moment| {
            policies.add(new, &of.schema, &moment.directory)
        })
    }

    /// Changes what is given and leaves the rest.
    pub fn change_policy(
        &self,
        dataset: DatasetId,
        id: PolicyId,
        change: PolicyChange,
    ) -> Result<Policy> {
        self.change_policies(dataset, |policies, of, moment| {
            policies.change(id, change, &of.schema, &moment.directory)
        })
    }

    pub fn delete_policy(&self, dataset: DatasetId, id: PolicyId) -> Result<()> {
        self.change_policies(dataset, |policies, _, _| policies.remove(id))
    }

    /// Whether the policies count for whoever is not in charge of the dataset.
    pub fn enable_policies(&self, dataset: DatasetId, enabled: bool) -> Result<()> {
        self.change_policies(dataset, |policies, _, _| {
            policies.enabled = enabled;
            Ok(())
        })
    }

    fn change_policies<T>(
        &self,
        dataset: DatasetId,
        change: impl FnOnce(&mut Policies, &Dataset, &Moment) -> Result<T>,
    ) -> Result<T> {
        let changed = self.change(dataset, Need::Own, |dataset, moment| {
            let mut policies = Policies::clone(&dataset.policies);
            let outcome = change(&mut policies, dataset, moment)?;
            dataset.policies = Arc::new(policies);
            dataset.last_touched = moment.now;
            Ok(outcome)
        })?;
        Ok(changed.value)
    }

    /// What the user sees of the indexed rows; where `seen_as` names policies, only the rows that these show.
    pub(super) async fn visible_rows(
        &self,
        dataset: &AsOf<Arc<Dataset>>,
        seen_as: &[PolicyId],
    ) -> Result<Table> {
        let moment = &dataset.moment;
        let view = dataset.view(moment.now, AskedFor::Rows)?;
        let mut conditions = Vec::new();
        if !seen_as.is_empty() {
            conditions.push(dataset.policies.rows_of(seen_as, &view.schema)?);
        }
        if dataset.is_filtered_for(moment.user, &moment.directory) {
            let rows = dataset.policies.rows_for(moment.user, &moment.directory, &view.schema);
            conditions.push(rows);
        }
        if conditions.is_empty() {
            return Ok(view.table.clone());
        }
        Ok(self
            .engine()
            .filter(view.table.clone(), Condition::All(conditions), self.ticket())
            .await?)
    }
}
