//! Users and groups.

use std::sync::Arc;

use crate::domain::directory::{Group, User};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::session::Session;

impl Session {
    /// The user of this session.
    pub fn me(&self) -> Result<Arc<User>> {
        self.user(self.user_id())
    }

    pub fn user(&self, id: UserId) -> Result<Arc<User>> {
        let (_, moment) = self.look();
        let found = moment.directory.user(id).map(Arc::clone);
        found.ok_or_else(|| Error::not_found("user", id))
    }

    /// In the order of their ids.
    pub fn users(&self) -> Vec<Arc<User>> {
        let (_, moment) = self.look();
        moment.directory.users().cloned().collect()
    }

    pub fn group(&self, id: GroupId) -> Result<Arc<Group>> {
        let (_, moment) = self.look();
        let found = moment.directory.group(id).map(Arc::clone);
        found.ok_or_else(|| Error::not_found("group", id))
    }

    /// In the order of their ids.
    pub fn groups(&self) -> Vec<Arc<Group>> {
        let (_, moment) = self.look();
        moment.directory.groups().cloned().collect()
    }
}
