//! Groups of the product API: <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Groups.md>

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{ArrayOrObject, Json, Query, Reply};
use super::loose_lists::OneOrMany;
use super::path::Path;
use super::shapes::{LooseId, Page};
use crate::domain::ids::{GroupId, UserId};
use crate::domain::operations::{GroupChange, MembersChange};
use crate::domain::{Session, directory};

/// Groups of a list where no limit is given.
const PAGE_DEFAULT: usize = 500;
/// What a group may be. Who is in a dynamic one, its rules say, which are not emulated.
const KINDS: [&str; 5] = ["open", "adHoc", "closed", "directory", "system"];

pub async fn get(session: Session, Path(group): Path<GroupId>) -> Result<Reply<Group>, Refusal> {
    let group = session.group(group)?;
    Ok(Reply(Group::of(&group)))
}

pub async fn list(session: Session, Query(page): Query<Page>) -> Reply<Vec<Group>> {
    let all = session.groups().iter().map(|it| Group::of(it)).collect();
    Reply(page.of(all, PAGE_DEFAULT))
}

pub async fn create(session: Session, Json(body): Json<NewGroup>) -> Result<Reply<Group>, Refusal> {
    let made = session.create_group(body.into_change()?)?;
    Ok(Reply(Group::of(&made)))
}

pub async fn delete(session: Session, Path(group): Path<GroupId>) -> Result<Reply<bool>, Refusal> {
    session.delete_group(group)?;
    Ok(Reply(true))
}

pub async fn add_user(
    session: Session,
    Path((group, user)): Path<(GroupId, UserId)>,
) -> Result<Reply<bool>, Refusal> {
    session.change_members(&[MembersChange { group, add: vec![user], remove: Vec::new() }])?;
    Ok(Reply(true))
}

pub async fn remove_user(
    session: Session,
    Path((group, user)): Path<(GroupId, UserId)>,
) -> Result<Reply<bool>, Refusal> {
    session.change_members(&[MembersChange { group, add: Vec::new(), remove: vec![user] }])?;
    Ok(Reply(true))
}

/// Members of several groups, all of them or none. Owners of groups are not emulated.
pub async fn change_access(
    session: Session,
    ArrayOrObject(OneOrMany(body)): ArrayOrObject<OneOrMany<AccessChange>>,
) -> Result<Reply<bool>, Refusal> {
    let changes: Result<Vec<_>, _> = body.into_iter().map(AccessChange::into_change).collect();
    session.change_members(&changes?)?;
    Ok(Reply(true))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NewGroup {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    description: Option<String>,
}

impl NewGroup {
    fn into_change(self) -> Result<GroupChange, Refusal> {
        let kind = match self.kind.as_deref() {
            None => None,
            Some("dynamic") => {
                return Err(Refusal::not_emulated(
                    "groups of type dynamic, whose members follow rules",
                ));
            }
            Some(kind) if KINDS.contains(&kind) => Some(kind.to_owned()),
            Some(other) => {
                let problem = format!("type: '{other}' is none of {}", KINDS.join(", "));
                return Err(Refusal::bad_request(problem));
            }
        };
        let (name, description) = (self.name, self.description);
        Ok(GroupChange { name, description, kind, ..GroupChange::default() })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessChange {
    group_id: LooseId,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::one_or_many")]
    add_members: Vec<Member>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::one_or_many")]
    remove_members: Vec<Member>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::one_or_many")]
    add_owners: Vec<Member>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::one_or_many")]
    remove_owners: Vec<Member>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    #[serde(rename = "type")]
    kind: String,
    id: LooseId,
}

impl AccessChange {
    fn into_change(self) -> Result<MembersChange, Refusal> {
        let owners = [self.add_owners, self.remove_owners];
        if owners.iter().any(|it| !it.is_empty()) {
            return Err(Refusal::not_emulated("owners of groups"));
        }
        let users = |members: Vec<Member>| -> Result<Vec<UserId>, Refusal> {
            members.iter().map(Member::user).collect()
        };
        Ok(MembersChange {
            group: self.group_id.id("group")?,
            add: users(self.add_members)?,
            remove: users(self.remove_members)?,
        })
    }
}

impl Member {
    fn user(&self) -> Result<UserId, Refusal> {
        match self.kind.as_str() {
            "USER" => self.id.id("user"),
            "GROUP" => Err(Refusal::not_emulated("groups as members of groups")),
            other => {
                Err(Refusal::bad_request(format!("type: '{other}' is neither USER nor GROUP")))
            }
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    id: u64,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    user_ids: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator_id: Option<u64>,
    member_count: usize,
    description: String,
    hidden: bool,
    default: bool,
    active: bool,
}

impl Group {
    fn of(group: &directory::Group) -> Self {
        Self {
            id: group.id.get(),
            name: group.name.clone(),
            kind: group.kind.clone(),
            user_ids: group.members.iter().map(|it| it.get()).collect(),
            creator_id: group.creator.map(UserId::get),
            member_count: group.members.len(),
            description: group.description.clone(),
            hidden: false,
            default: group.is_default,
            active: group.is_active,
        }
    }
}
