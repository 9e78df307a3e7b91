//! Sharing.

use super::{Instance, Need};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UserId};
use crate::domain::permission::{AccessLevel, Grant, Grantee};

impl Instance {
    pub fn grants(&self, by: UserId, dataset: DatasetId) -> Result<Vec<Grant>> {
        let world = self.world();
        Ok(world.dataset_for(by, dataset, Need::View)?.grants(&world.directory))
    }

    /// Gives or changes access. All of the grants take effect, or none.
    pub fn share(
        &self,
        by: UserId,
        dataset: DatasetId,
        grants: &[(Grantee, AccessLevel)],
    ) -> Result<()> {
        let world = self.world();
        let found = world.dataset_for(by, dataset, Need::Share)?;
        if let Some((stranger, _)) = grants.iter().find(|(it, _)| !world.directory.knows(*it)) {
            return Err(Error::not_found(stranger.kind.noun(), stranger.id));
        }
        if !grants.iter().all(|(_, level)| found.may_grant(by, *level, &world.directory)) {
            let action = "give more access to this dataset than they have";
            return Err(Error::Forbidden { user: by, action });
        }
        world.datasets.update(dataset, |it| {
            grants.iter().try_for_each(|(grantee, level)| {
                it.refuse_above(by, *grantee, &world.directory)?;
                it.share(*grantee, *level)
            })
        })
    }

    /// Takes access away from all of these, or from none.
    pub fn revoke(&self, by: UserId, dataset: DatasetId, grantees: &[Grantee]) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Share)?;
        world.datasets.update(dataset, |it| {
            grantees.iter().try_for_each(|who| {
                it.refuse_above(by, *who, &world.directory)?;
                it.revoke(*who)
            })
        })
    }
}
