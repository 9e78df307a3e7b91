//! The users and groups of a world. A copy shares its entries.

use std::collections::BTreeSet;
use std::sync::Arc;

use imbl::OrdMap;

use super::clock::Timestamp;
use super::credentials::Credentials;
use super::ids::{GroupId, UserId};
use super::permission::Grantee;

#[derive(Clone, Debug, Default)]
pub struct Directory {
    users: OrdMap<UserId, Arc<User>>,
    groups: OrdMap<GroupId, Arc<Group>>,
    /// Users that were there once: Domo still tells who they were.
    deleted_users: OrdMap<UserId, Arc<User>>,
    credentials: Arc<Credentials>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// `Admin`, `Privileged`, `Editor`, `Participant`, or a role of the instance's own.
    pub role: String,
    pub details: UserDetails,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a user's profile also says. `None` where nobody has said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserDetails {
    pub title: Option<String>,
    pub alternate_email: Option<String>,
    pub phone: Option<String>,
    pub location: Option<String>,
    pub timezone: Option<String>,
    pub locale: Option<String>,
    pub employee_number: Option<u64>,
}

impl UserDetails {
    /// Takes over what `change` says and keeps the rest.
    pub fn merge(&mut self, change: Self) {
        let Self { title, alternate_email, phone, location, timezone, locale, employee_number } =
            change;
        self.title = title.or(self.title.take());
        self.alternate_email = alternate_email.or(self.alternate_email.take());
        self.phone = phone.or(self.phone.take());
        self.location = location.or(self.location.take());
        self.timezone = timezone.or(self.timezone.take());
        self.locale = locale.or(self.locale.take());
        self.employee_number = employee_number.or(self.employee_number);
    }
}

impl User {
    /// A user of whom nothing more is known, as a seed names one.
    pub fn new(id: UserId, name: String, email: String, role: String) -> Self {
        Self {
            id,
            name,
            email,
            role,
            details: UserDetails::default(),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub members: BTreeSet<UserId>,
    pub description: String,
    /// `open`, `adHoc`, `closed`, `directory`, `dynamic` or `system`.
    pub kind: String,
    pub creator: Option<UserId>,
    pub is_active: bool,
    pub is_default: bool,
}

impl Group {
    /// An open group, as a seed names it.
    pub fn new(id: GroupId, name: String, members: BTreeSet<UserId>) -> Self {
        Self {
            id,
            name,
            members,
            description: String::new(),
            kind: "open".to_owned(),
            creator: None,
            is_active: true,
            is_default: false,
        }
    }
}

impl Directory {
    pub fn new(users: Vec<User>, groups: Vec<Group>) -> Self {
        Self {
            users: users.into_iter().map(|it| (it.id, Arc::new(it))).collect(),
            groups: groups.into_iter().map(|it| (it.id, Arc::new(it))).collect(),
            deleted_users: OrdMap::new(),
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
        let (name, email) = ("Domock Admin".to_owned(), "admin@domock.example".to_owned());
        let admin = User::new(UserId::new(1), name, email, "Admin".to_owned());
        Self::new(vec![admin], Vec::new())
    }

    /// Adds a user, or puts them in the place of the one with this id.
    pub fn put_user(&mut self, user: User) {
        self.users.insert(user.id, Arc::new(user));
    }

    /// Removes a user, also from the groups.
    pub fn remove_user(&mut self, id: UserId) -> Option<Arc<User>> {
        let removed = self.users.remove(&id)?;
        let theirs: Vec<GroupId> = self.groups_of(id).collect();
        for group in theirs {
            if let Some(group) = self.groups.get_mut(&group) {
                Arc::make_mut(group).members.remove(&id);
            }
        }
        self.deleted_users.insert(id, Arc::clone(&removed));
        Some(removed)
    }

    /// A user that was removed.
    pub fn deleted_user(&self, id: UserId) -> Option<&Arc<User>> {
        self.deleted_users.get(&id)
    }

    /// Whether another user has this address, in any case of its letters.
    pub fn has_email(&self, email: &str, except: Option<UserId>) -> bool {
        self.users.values().any(|it| Some(it.id) != except && it.email.eq_ignore_ascii_case(email))
    }

    /// Whether another group has this name.
    pub fn has_group_name(&self, name: &str, except: Option<GroupId>) -> bool {
        self.groups.values().any(|it| Some(it.id) != except && it.name == name)
    }

    /// Adds a group, or puts it in the place of the one with this id.
    pub fn put_group(&mut self, group: Group) {
        self.groups.insert(group.id, Arc::new(group));
    }

    pub fn remove_group(&mut self, id: GroupId) -> Option<Arc<Group>> {
        self.groups.remove(&id)
    }

    pub fn user(&self, id: UserId) -> Option<&Arc<User>> {
        self.users.get(&id)
    }

    pub fn group(&self, id: GroupId) -> Option<&Arc<Group>> {
        self.groups.get(&id)
    }

    pub fn users(&self) -> impl Iterator<Item = &Arc<User>> {
        self.users.values()
    }

    pub fn groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.groups.values()
    }

    /// The administrator that any credential stands for: the one with the smallest id, or the first user.
    pub fn admin(&self) -> UserId {
        let by_role = self.users.values().find(|it| it.role.eq_ignore_ascii_case("admin"));
        by_role.or_else(|| self.users.values().next()).map_or(UserId::new(1), |it| it.id)
    }

    pub fn is_admin(&self, id: UserId) -> bool {
        self.user(id).is_some_and(|it| it.role.eq_ignore_ascii_case("admin"))
    }

    pub fn knows(&self, grantee: Grantee) -> bool {
        match grantee {
            Grantee::User(id) => self.users.contains_key(&id),
            Grantee::Group(id) => self.groups.contains_key(&id),
        }
    }

    pub fn name_of(&self, grantee: Grantee) -> String {
        let name = match grantee {
            Grantee::User(id) => self.user(id).map(|it| it.name.clone()),
            Grantee::Group(id) => self.group(id).map(|it| it.name.clone()),
        };
        name.unwrap_or_else(|| grantee.to_string())
    }

    pub fn groups_of(&self, user: UserId) -> impl Iterator<Item = GroupId> {
        self.groups.values().filter(move |it| it.members.contains(&user)).map(|it| it.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_does_not_see_that_a_user_is_gone() {
        let (one, two, analysts) = (UserId::new(1), UserId::new(2), GroupId::new(7));
        let group = Group::new(analysts, "Analysts".to_owned(), [one, two].into());
        let mut directory = Directory::of_one_admin();
        directory.put_group(group);
        let before = directory.clone();
        assert!(directory.remove_user(one).is_some());
        assert_eq!(directory.groups_of(one).count(), 0);
        assert_eq!(directory.group(analysts).unwrap().members, [two].into());
        assert_eq!(before.groups_of(one).collect::<Vec<_>>(), [analysts]);
        assert!(before.user(one).is_some());
    }
}
