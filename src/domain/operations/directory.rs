//! Users and groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::directory::{Directory, Group, User, UserDetails};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{GroupId, Id, UserId};
use crate::domain::session::{AsOf, Moment, Session};
use crate::domain::world::World;

/// The roles that every instance has.
const ROLES: [&str; 5] = ["Admin", "Privileged", "Editor", "Participant", "Social"];
/// Characters of a name, an address or another text of a profile. Not documented.
const TEXT_CHARS_MAX: usize = 255;
/// Users, and groups, of one instance.
const COUNT_MAX: usize = 100_000;

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub email: String,
    pub role: String,
    pub details: UserDetails,
}

/// What changes in a user; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: Option<String>,
    pub details: UserDetails,
}

/// What a group is given or changed to; what is `None` stays, or is what new groups have.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub kind: Option<String>,
    pub is_active: Option<bool>,
    pub is_default: Option<bool>,
}

/// Who joins and who leaves a group.
#[derive(Clone, Debug)]
pub struct MembersChange {
    pub group: GroupId,
    pub add: Vec<UserId>,
    pub remove: Vec<UserId>,
}

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

    /// A user that is there, or one that was: `true` for the latter.
    pub fn user_or_deleted(&self, id: UserId) -> Result<AsOf<(Arc<User>, bool)>> {
        let (_, moment) = self.look();
        let present = moment.directory.user(id).map(|it| (Arc::clone(it), false));
        let deleted = || moment.directory.deleted_user(id).map(|it| (Arc::clone(it), true));
        let found = present.or_else(deleted).ok_or_else(|| Error::not_found("user", id))?;
        Ok(AsOf { value: found, moment })
    }

    /// Makes a user. Only administrators may.
    pub fn create_user(&self, new: NewUser) -> Result<AsOf<Arc<User>>> {
        self.update_directory(|world, moment| {
            if world.directory.users().count() >= COUNT_MAX {
                return Err(too_many("the number of users"));
            }
            let id = fresh_id(world, |directory, id| {
                directory.user(id).is_some() || directory.deleted_user(id).is_some()
            });
            let mut user = User::new(id, new.name, new.email, new.role);
            user.details = new.details;
            (user.created_at, user.updated_at) = (moment.now, moment.now);
            check_user(&user, &world.directory)?;
            world.directory.put_user(user.clone());
            Ok(Arc::new(user))
        })
    }

    /// Changes what is given. Only administrators may change others, and roles.
    pub fn update_user(&self, id: UserId, change: UserChange) -> Result<AsOf<Arc<User>>> {
        self.update_directory(|world, moment| {
            let before = world.directory.user(id).ok_or_else(|| Error::not_found("user", id))?;
            let mut user = User::clone(before);
            user.name = change.name.unwrap_or(user.name);
            user.email = change.email.unwrap_or(user.email);
            user.role = change.role.unwrap_or(user.role);
            user.details.merge(change.details);
            user.updated_at = moment.now;
            check_user(&user, &world.directory)?;
            world.directory.put_user(user.clone());
            Ok(Arc::new(user))
        })
    }

    /// Deletes a user who owns nothing: Domo asks to hand over their datasets first.
    pub fn delete_user(&self, id: UserId) -> Result<()> {
        self.update_directory(|world, _| {
            let owned = world.datasets().iter().filter(|it| it.owner() == id).count();
            if owned > 0 {
                let problem =
                    format!("user {id} owns {owned} datasets: give them another owner first");
                return Err(Error::invalid("user", problem));
            }
            let others = |it: &Arc<User>| it.id != id && world.directory.is_admin(it.id);
            if world.directory.is_admin(id) && !world.directory.users().any(others) {
                return Err(Error::invalid("user", "the last administrator stays"));
            }
            let removed = world.directory.remove_user(id);
            removed.map(drop).ok_or_else(|| Error::not_found("user", id))
        })
        .map(|it| it.value)
    }

    pub fn create_group(&self, new: GroupChange) -> Result<Arc<Group>> {
        self.update_directory(|world, moment| {
            if world.directory.groups().count() >= COUNT_MAX {
                return Err(too_many("the number of groups"));
            }
            let id = fresh_id(world, |directory, id| directory.group(id).is_some());
            let mut group = Group::new(id, String::new(), BTreeSet::new());
            group.creator = Some(moment.user);
            change_group(&mut group, new, &world.directory)?;
            world.directory.put_group(group.clone());
            Ok(Arc::new(group))
        })
        .map(|it| it.value)
    }

    pub fn update_group(&self, id: GroupId, change: GroupChange) -> Result<Arc<Group>> {
        self.update_directory(|world, _| {
            let before = world.directory.group(id).ok_or_else(|| Error::not_found("group", id))?;
            let mut group = Group::clone(before);
            change_group(&mut group, change, &world.directory)?;
            world.directory.put_group(group.clone());
            Ok(Arc::new(group))
        })
        .map(|it| it.value)
    }

    pub fn delete_group(&self, id: GroupId) -> Result<()> {
        self.update_directory(|world, _| {
            let removed = world.directory.remove_group(id);
            removed.map(drop).ok_or_else(|| Error::not_found("group", id))
        })
        .map(|it| it.value)
    }

    /// Changes the members of groups: of all of them, or of none where one group or user is not there.
    pub fn change_members(&self, changes: &[MembersChange]) -> Result<()> {
        self.update_directory(|world, _| {
            for change in changes {
                let id = change.group;
                let before =
                    world.directory.group(id).ok_or_else(|| Error::not_found("group", id))?;
                let mut group = Group::clone(before);
                for user in &change.add {
                    if world.directory.user(*user).is_none() {
                        return Err(Error::not_found("user", user));
                    }
                    group.members.insert(*user);
                }
                for user in &change.remove {
                    group.members.remove(user);
                }
                world.directory.put_group(group);
            }
            Ok(())
        })
        .map(|it| it.value)
    }

    /// The one way to change users and groups: only administrators may.
    fn update_directory<T>(
        &self,
        change: impl FnOnce(&mut World, &Moment) -> Result<T>,
    ) -> Result<AsOf<T>> {
        self.update(|world, moment| {
            if world.directory.is_admin(moment.user) {
                change(world, moment)
            } else {
                Err(Error::Forbidden { user: moment.user, action: "manage users and groups" })
            }
        })
    }
}

fn fresh_id<Of: Copy>(
    world: &mut World,
    is_taken: impl Fn(&Directory, Id<Of, u64>) -> bool,
) -> Id<Of, u64> {
    loop {
        let id = Id::new(world.ids.person());
        if !is_taken(&world.directory, id) {
            return id;
        }
    }
}

fn check_user(user: &User, directory: &Directory) -> Result<()> {
    check_text("name", &user.name)?;
    check_text("email", &user.email)?;
    let details = &user.details;
    let texts = [
        ("title", &details.title),
        ("alternateEmail", &details.alternate_email),
        ("phone", &details.phone),
        ("location", &details.location),
        ("timezone", &details.timezone),
        ("locale", &details.locale),
    ];
    for (field, text) in texts {
        if text.as_ref().is_some_and(|it| it.chars().count() > TEXT_CHARS_MAX) {
            return Err(too_long(field));
        }
    }
    if !user.email.contains('@') {
        return Err(Error::invalid("email", format!("'{}' is not an address", user.email)));
    }
    let is_known = ROLES.iter().any(|it| it.eq_ignore_ascii_case(&user.role))
        || directory.users().any(|it| it.role == user.role);
    if !is_known {
        let problem = format!("there is no role '{}': {}", user.role, ROLES.join(", "));
        return Err(Error::invalid("role", problem));
    }
    if directory.has_email(&user.email, Some(user.id)) {
        let id = user.email.clone();
        return Err(Error::Conflict { kind: "user", id, state: "there" });
    }
    Ok(())
}

fn change_group(group: &mut Group, change: GroupChange, directory: &Directory) -> Result<()> {
    let GroupChange { name, description, kind, is_active, is_default } = change;
    group.name = name.unwrap_or(std::mem::take(&mut group.name));
    group.description = description.unwrap_or(std::mem::take(&mut group.description));
    group.kind = kind.unwrap_or(std::mem::take(&mut group.kind));
    group.is_active = is_active.unwrap_or(group.is_active);
    group.is_default = is_default.unwrap_or(group.is_default);
    check_text("name", &group.name)?;
    if group.description.chars().count() > TEXT_CHARS_MAX {
        return Err(too_long("description"));
    }
    if directory.has_group_name(&group.name, Some(group.id)) {
        let id = format!("'{}'", group.name);
        return Err(Error::Conflict { kind: "group", id, state: "there" });
    }
    Ok(())
}

fn check_text(field: &'static str, text: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::invalid(field, "is needed"));
    }
    if text.chars().count() > TEXT_CHARS_MAX { Err(too_long(field)) } else { Ok(()) }
}

fn too_long(field: &'static str) -> Error {
    Error::invalid(field, format!("is longer than {TEXT_CHARS_MAX} characters"))
}

fn too_many(what: &'static str) -> Error {
    Error::TooLarge { what, limit: COUNT_MAX as u64 }
}
