//! Groups of the public API: <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/Group-API.yaml>

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{GroupId, UserId};
use crate::domain::operations::{GroupChange, MembersChange};
use crate::domain::{Session, directory};
use crate::wire::error::Refusal;
use crate::wire::extract::{Json, Query, Reply};
use crate::wire::path::Path;
use crate::wire::shapes::{LooseBool, LooseId, Page};

/// Groups, or users, of a list where no limit is given.
const PAGE_DEFAULT: usize = 50;

pub async fn create(
    session: Session,
    Json(body): Json<Definition>,
) -> Result<Reply<Group>, Refusal> {
    let made = session.create_group(body.into_change()?)?;
    Ok(Reply(Group::of(&made)))
}

pub async fn list(session: Session, Query(page): Query<Page>) -> Reply<Vec<Group>> {
    let all = session.groups().iter().map(|it| Group::of(it)).collect();
    Reply(page.of(all, PAGE_DEFAULT))
}

pub async fn get(session: Session, Path(group): Path<GroupId>) -> Result<Reply<Group>, Refusal> {
    let group = session.group(group)?;
    Ok(Reply(Group::of(&group)))
}

pub async fn update(
    session: Session,
    Path(group): Path<GroupId>,
    Json(body): Json<Definition>,
) -> Result<Reply<Group>, Refusal> {
    let group = session.update_group(group, body.into_change()?)?;
    Ok(Reply(Group::of(&group)))
}

pub async fn delete(session: Session, Path(group): Path<GroupId>) -> Result<StatusCode, Refusal> {
    session.delete_group(group)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The ids of its users.
pub async fn members(
    session: Session,
    Path(group): Path<GroupId>,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<u64>>, Refusal> {
    let group = session.group(group)?;
    Ok(Reply(page.of(group.members.iter().map(|it| it.get()).collect(), PAGE_DEFAULT)))
}

pub async fn add_member(
    session: Session,
    Path((group, user)): Path<(GroupId, UserId)>,
) -> Result<StatusCode, Refusal> {
    session.change_members(&[MembersChange { group, add: vec![user], remove: Vec::new() }])?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn remove_member(
    session: Session,
    Path((group, user)): Path<(GroupId, UserId)>,
) -> Result<StatusCode, Refusal> {
    session.change_members(&[MembersChange { group, add: Vec::new(), remove: vec![user] }])?;
    Ok(StatusCode::NO_CONTENT)
}

/// A group as clients define or change one; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Definition {
    name: Option<String>,
    active: Option<LooseBool>,
    #[serde(rename = "default")]
    is_default: Option<LooseBool>,
    // Members of the answers, which clients send back with a change.
    #[serde(rename = "id")]
    _id: Option<LooseId>,
    #[serde(rename = "creatorId")]
    _creator_id: Option<LooseId>,
    #[serde(rename = "memberCount")]
    _member_count: Option<u64>,
}

impl Definition {
    fn into_change(self) -> Result<GroupChange, Refusal> {
        let flag = |it: Option<LooseBool>, name| it.map(|it| it.value(name)).transpose();
        Ok(GroupChange {
            name: self.name,
            is_active: flag(self.active, "active")?,
            is_default: flag(self.is_default, "default")?,
            ..GroupChange::default()
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    id: u64,
    name: String,
    default: bool,
    active: bool,
    /// As text, as the page prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    creator_id: Option<String>,
    member_count: usize,
}

impl Group {
    fn of(group: &directory::Group) -> Self {
        Self {
            id: group.id.get(),
            name: group.name.clone(),
            default: group.is_default,
            active: group.is_active,
            creator_id: group.creator.map(|it| it.to_string()),
            member_count: group.members.len(),
        }
    }
}
