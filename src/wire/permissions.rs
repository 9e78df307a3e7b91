//! Who has access to a dataset.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{ArrayOrObject, Json, Reply};
use super::loose_lists::OneOrMany;
use super::path::{GranteeNumber, Path};
use super::shapes::{Empty, LooseId};
use crate::domain::{self, AccessLevel, DatasetId, Grantee, GranteeKind, Session, UserId};

pub async fn list(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<AccessList>, Refusal> {
    let grants = session.grants(dataset)?;
    Ok(Reply(AccessList::of(&grants)))
}

pub async fn share(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Share>,
) -> Result<Reply<Empty>, Refusal> {
    session.share(dataset, &body.into_grants()?)?;
    Ok(Reply(Empty {}))
}

pub async fn revoke(
    session: Session,
    Path((dataset, kind, grantee)): Path<(DatasetId, GranteeKind, GranteeNumber)>,
) -> Result<Reply<Empty>, Refusal> {
    let grantee = Grantee::new(kind, grantee.0);
    session.revoke(dataset, &[grantee])?;
    Ok(Reply(Empty {}))
}

pub async fn remove_user(
    session: Session,
    Path((dataset, user)): Path<(DatasetId, UserId)>,
) -> Result<Reply<Empty>, Refusal> {
    session.revoke(dataset, &[Grantee::User(user)])?;
    Ok(Reply(Empty {}))
}

pub async fn remove_users(
    session: Session,
    Path(dataset): Path<DatasetId>,
    ArrayOrObject(OneOrMany(members)): ArrayOrObject<OneOrMany<Member>>,
) -> Result<Reply<Empty>, Refusal> {
    let grantees = members.iter().map(Member::grantee).collect::<Result<Vec<_>, _>>()?;
    session.revoke(dataset, &grantees)?;
    Ok(Reply(Empty {}))
}

/// One grant, given or changed.
pub async fn put(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Permission>,
) -> Result<Reply<Empty>, Refusal> {
    session.share(dataset, &[body.into_grant()?])?;
    Ok(Reply(Empty {}))
}

/// Makes one user the dataset's owner.
pub async fn change_owner(
    session: Session,
    Path(dataset): Path<DatasetId>,
    ArrayOrObject(body): ArrayOrObject<Responsible>,
) -> Result<Reply<Empty>, Refusal> {
    session.hand_over(dataset, body.user()?)?;
    Ok(Reply(Empty {}))
}

pub async fn change_owner_to(
    session: Session,
    Path((dataset, user)): Path<(DatasetId, UserId)>,
) -> Result<Reply<Empty>, Refusal> {
    session.hand_over(dataset, user)?;
    Ok(Reply(Empty {}))
}

/// `{"responsibleUserId": 27}`, or a list of ids, of which a dataset here has one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Responsible {
    One {
        #[serde(rename = "responsibleUserId")]
        responsible_user_id: LooseId,
    },
    List(Vec<LooseId>),
    /// A list of one, as R writes it.
    Id(LooseId),
}

impl Responsible {
    fn user(&self) -> Result<UserId, Refusal> {
        match self {
            Self::One { responsible_user_id: id } | Self::Id(id) => id.id("user"),
            Self::List(ids) => match ids.as_slice() {
                [id] => id.id("user"),
                _ => Err(Refusal::bad_request("a dataset has exactly one responsible user")),
            },
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessList {
    list: Vec<AccessEntry>,
    total_user_count: usize,
    total_group_count: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessEntry {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    access_level: &'static str,
    name: String,
}

impl AccessList {
    fn of(grants: &[domain::Grant]) -> Self {
        let count = |kind| grants.iter().filter(|it| it.grantee.kind() == kind).count();
        Self {
            list: grants
                .iter()
                .map(|it| AccessEntry {
                    kind: it.grantee.kind().name(),
                    id: it.grantee.id().to_string(),
                    access_level: it.level.name(),
                    name: it.name.clone(),
                })
                .collect(),
            total_user_count: count(GranteeKind::User),
            total_group_count: count(GranteeKind::Group),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    #[serde(deserialize_with = "crate::wire::loose_lists::one_or_many")]
    permissions: Vec<Permission>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    id: LooseId,
    #[serde(rename = "type")]
    kind: Option<String>,
    access_level: String,
}

impl Permission {
    fn into_grant(self) -> Result<(Grantee, AccessLevel), Refusal> {
        let level = self
            .access_level
            .parse()
            .map_err(|problem| Refusal::bad_request(format!("accessLevel: {problem}")))?;
        Ok((Member { id: self.id, kind: self.kind }.grantee()?, level))
    }
}

impl Share {
    fn into_grants(self) -> Result<Vec<(Grantee, AccessLevel)>, Refusal> {
        self.permissions.into_iter().map(Permission::into_grant).collect()
    }
}

/// `{"id": "27", "type": "USER"}`; without a type it is a user.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Member {
    id: LooseId,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Member {
    fn grantee(&self) -> Result<Grantee, Refusal> {
        let kind = self.kind.as_deref().map_or(Ok(GranteeKind::User), grantee_kind)?;
        Ok(Grantee::new(kind, self.id.value(kind.noun())?))
    }
}

fn grantee_kind(text: &str) -> Result<GranteeKind, Refusal> {
    text.parse().map_err(|problem| Refusal::bad_request(format!("type: {problem}")))
}
