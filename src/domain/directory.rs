//! The users and groups of an instance. They come with its seed and do not change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::credentials::Credentials;
use super::ids::{GroupId, UserId};
use super::permission::{Grantee, GranteeKind};

#[derive(Clone, Debug, Default)]
pub struct Directory {
    users: BTreeMap<UserId, User>,
    groups: BTreeMap<GroupId, Group>,
    credentials: Arc<Credentials>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// `Admin`, `Privileged`, `Editor`, `Participant`, or a role of the instance's own.
    pub role: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub members: BTreeSet<UserId>,
}

impl Directory {
    pub fn new(users: Vec<User>, groups: Vec<Group>) -> Self {
        Self {
            users: users.into_iter().map(|it| (it.id, it)).collect(),
            groups: groups.into_iter().map(|it| (it.id, it)).collect(),
            credentials: Arc::default(),
        }
    }

    /// As it is, with what its users show to be let in.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Arc::new(credentials);
        self
    }

    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// One administrator and nobody else: an instance without a seed.
    pub fn of_one_admin() -> Self {
        let admin = User {
            id: 1,
            name: "Domock Admin".to_owned(),
            email: "admin@domock.example".to_owned(),
            role: "Admin".to_owned(),
        };
        Self::new(vec![admin], Vec::new())
    }

    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id)
    }

    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(&id)
    }

    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// The administrator that any credential stands for: the one with the smallest id, or the first user.
    pub fn admin(&self) -> UserId {
        let by_role = self.users.values().find(|it| it.role.eq_ignore_ascii_case("admin"));
        by_role.or_else(|| self.users.values().next()).map_or(1, |it| it.id)
    }

    pub fn is_admin(&self, id: UserId) -> bool {
        self.user(id).is_some_and(|it| it.role.eq_ignore_ascii_case("admin"))
    }

    pub fn knows(&self, grantee: Grantee) -> bool {
        match grantee.kind {
            GranteeKind::User => self.users.contains_key(&grantee.id),
            GranteeKind::Group => self.groups.contains_key(&grantee.id),
        }
    }

    pub fn name_of(&self, grantee: Grantee) -> String {
        let name = match grantee.kind {
            GranteeKind::User => self.user(grantee.id).map(|it| it.name.clone()),
            GranteeKind::Group => self.group(grantee.id).map(|it| it.name.clone()),
        };
        name.unwrap_or_else(|| grantee.to_string())
    }

    pub fn groups_of(&self, user: UserId) -> impl Iterator<Item = GroupId> {
        self.groups.values().filter(move |it| it.members.contains(&user)).map(|it| it.id)
    }
}
