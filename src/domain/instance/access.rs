//! Sharing.

use super::{Instance, Need};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UserId};
use crate::domain::permission::{AccessLevel, Grant, Grantee};

impl Instance {
    pub fn grants(&self, by: UserId, dataset: DatasetId) -> Result<Vec<Grant>> {
        let world = self.world();
        Ok(world.dataset_for(by, dataset, Need::Read)?.grants(&world.directory))
    }

    /// Gives or changes access. All of the grants take effect, or none.
    pub fn share(
        &self,
        by: UserId,
        dataset: DatasetId,
        grants: &[(Grantee, AccessLevel)],
    ) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Share)?;
        if let Some((stranger, _)) = grants.iter().find(|(it, _)| !world.directory.knows(*it)) {
            return Err(Error::not_found(stranger.kind.noun(), stranger.id));
        }
        world.datasets.update(dataset, |it| {
            grants.iter().try_for_each(|(grantee, level)| it.share(*grantee, *level))
        })
    }

    /// Takes access away from all of these, or from none.
    pub fn revoke(&self, by: UserId, dataset: DatasetId, grantees: &[Grantee]) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Share)?;
        world.datasets.update(dataset, |it| grantees.iter().try_for_each(|who| it.revoke(*who)))
    }
}
