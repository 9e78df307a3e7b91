//! The access list of a dataset.

use super::Dataset;
use crate::domain::directory::Directory;
use crate::domain::error::{Error, Result};
use crate::domain::ids::UserId;
use crate::domain::permission::{AccessLevel, Grant, Grantee, GranteeKind};

impl Dataset {
    pub fn owner(&self) -> UserId {
        let owner = self.grants.iter().find_map(|(grantee, level)| match grantee {
            Grantee::User(id) if *level == AccessLevel::Owner => Some(*id),
            _ => None,
        });
        owner.unwrap_or(UserId::new(0))
    }

    /// The owner first, then by level and id.
    pub fn grants(&self, directory: &Directory) -> Vec<Grant> {
        let mut grants: Vec<Grant> = self
            .grants
            .iter()
            .map(|(grantee, level)| Grant {
                grantee: *grantee,
                level: *level,
                name: directory.name_of(*grantee),
            })
            .collect();
        grants.sort_by_key(|it| (std::cmp::Reverse(it.level), it.grantee));
        grants
    }

    /// The most that the user's own grant, the user's groups and an administrator's role allow.
    pub fn level_of(&self, user: UserId, directory: &Directory) -> Option<AccessLevel> {
        let own = self.grants.get(&Grantee::User(user)).copied();
        let by_role = directory.is_admin(user).then_some(AccessLevel::CoOwner);
        let by_group = directory
            .groups_of(user)
            .filter_map(|id| self.grants.get(&Grantee::Group(id)).copied());
        by_group.chain(own).chain(by_role).max()
    }

    /// Whether the caller sees only the rows that policies show.
    pub fn is_filtered_for(&self, user: UserId, directory: &Directory) -> bool {
        let in_charge = || self.level_of(user, directory) >= Some(AccessLevel::CoOwner);
        self.policies.enabled && !in_charge()
    }

    /// Whether the caller may give this level, or take it away: none above their own, unless they are in charge.
    pub fn may_grant(&self, by: UserId, level: AccessLevel, directory: &Directory) -> bool {
        self.level_of(by, directory).is_some_and(|own| own >= AccessLevel::CoOwner || own >= level)
    }

    /// Refuses to change what somebody was given that is above the caller's own.
    pub fn refuse_above(&self, by: UserId, whose: Grantee, directory: &Directory) -> Result<()> {
        match self.grants.get(&whose) {
            Some(level) if !self.may_grant(by, *level, directory) => {
                let action = "take away more access to this dataset than they have";
                Err(Error::Forbidden { user: by, action })
            }
            _ => Ok(()),
        }
    }

    /// Gives access, or changes what was given before. The owner keeps at least that.
    pub fn share(&mut self, grantee: Grantee, level: AccessLevel) -> Result<()> {
        let owns = self.grants.get(&grantee) == Some(&AccessLevel::Owner);
        match level {
            AccessLevel::Owner if owns => Ok(()),
            AccessLevel::Owner => {
                Err(Error::invalid("accessLevel", "OWNER cannot be given by sharing: use CO_OWNER"))
            }
            AccessLevel::CoOwner if owns => Ok(()),
            _ => {
                if owns {
                    self.hand_over()?;
                }
                self.grants.insert(grantee, level);
                Ok(())
            }
        }
    }

    /// Takes access away; that there was none is fine. The last owner stays.
    pub fn revoke(&mut self, grantee: Grantee) -> Result<()> {
        if self.grants.get(&grantee) == Some(&AccessLevel::Owner) {
            self.hand_over()?;
        }
        self.grants.remove(&grantee);
        Ok(())
    }

    /// Makes another user the owner, before an operation in which the caller may do so.
    pub fn make_owner(&mut self, user: UserId) {
        for level in self.grants.values_mut().filter(|it| **it == AccessLevel::Owner) {
            *level = AccessLevel::CoOwner;
        }
        self.grants.insert(Grantee::User(user), AccessLevel::Owner);
    }

    /// The first co-owner becomes the owner.
    fn hand_over(&mut self) -> Result<()> {
        let heir = self
            .grants
            .iter()
            .find(|(it, level)| it.kind() == GranteeKind::User && **level == AccessLevel::CoOwner)
            .map(|(it, _)| *it);
        let heir = heir.ok_or_else(|| {
            Error::invalid("permissions", "the last owner of a dataset cannot be removed")
        })?;
        self.grants.retain(|_, level| *level != AccessLevel::Owner);
        self.grants.insert(heir, AccessLevel::Owner);
        Ok(())
    }
}
