//! Sharing, and who is responsible.

use crate::domain::dataset::Dataset;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UserId};
use crate::domain::permission::{AccessLevel, Grant, Grantee, Need};
use crate::domain::session::{Moment, Session};

impl Session {
    pub fn grants(&self, dataset: DatasetId) -> Result<Vec<Grant>> {
        let found = self.read(dataset, Need::View)?;
        Ok(found.grants(&found.moment.directory))
    }

    /// Gives or changes access. All of the grants take effect, or none.
    pub fn share(&self, dataset: DatasetId, grants: &[(Grantee, AccessLevel)]) -> Result<()> {
        self.change(dataset, Need::Share, |it, moment| {
            let directory = &moment.directory;
            if let Some((stranger, _)) = grants.iter().find(|(it, _)| !directory.knows(*it)) {
                return Err(Error::UnknownMember(*stranger));
            }
            if !grants.iter().all(|(_, level)| it.may_grant(moment.user, *level, directory)) {
                let action = "give more access to this dataset than they have";
                return Err(Error::Forbidden { user: moment.user, action });
            }
            grants.iter().try_for_each(|(grantee, level)| {
                it.refuse_above(moment.user, *grantee, directory)?;
                it.share(*grantee, *level)
            })
        })?;
        Ok(())
    }

    /// Takes access away from all of these, or from none.
    pub fn revoke(&self, dataset: DatasetId, grantees: &[Grantee]) -> Result<()> {
        self.change(dataset, Need::Share, |it, moment| {
            grantees.iter().try_for_each(|who| {
                it.refuse_above(moment.user, *who, &moment.directory)?;
                it.revoke(*who)
            })
        })?;
        Ok(())
    }

    /// Gives the dataset another owner.
    pub fn hand_over(&self, dataset: DatasetId, to: UserId) -> Result<()> {
        self.change(dataset, Need::Own, |it, moment| hand_over(it, to, moment))?;
        Ok(())
    }
}

/// Makes a user who exists the owner.
pub(super) fn hand_over(dataset: &mut Dataset, to: UserId, moment: &Moment) -> Result<()> {
    if moment.directory.user(to).is_none() {
        return Err(Error::UnknownMember(Grantee::User(to)));
    }
    dataset.make_owner(to);
    dataset.last_touched = moment.now;
    Ok(())
}
