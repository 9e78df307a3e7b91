//! Personalised data permissions of the public API.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Session;
use crate::domain::policy::{Policies, Policy, PolicyChange, PolicyFilter};
use crate::domain::{DatasetId, GroupId, PolicyId, UserId};
use crate::wire::error::Refusal;
use crate::wire::extract::{Json, Reply};
use crate::wire::path::Path;
use crate::wire::pdp::{ids, kind, operator, texts};
use crate::wire::shapes::{LooseBool, LooseId};

pub async fn list(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Vec<PublicPolicy>>, Refusal> {
    let policies = session.policies(dataset)?;
    Ok(Reply(PublicPolicy::list(&policies)))
}

pub async fn create(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Definition>,
) -> Result<(StatusCode, Reply<PublicPolicy>), Refusal> {
    let policy = body.into_new()?;
    let id = session.add_policy(dataset, policy.clone())?;
    Ok((StatusCode::CREATED, Reply(PublicPolicy::of(id, &policy))))
}

pub async fn get(
    session: Session,
    Path((dataset, policy)): Path<(DatasetId, PolicyId)>,
) -> Result<Reply<PublicPolicy>, Refusal> {
    let id = policy;
    let policy = session.policy(dataset, id)?;
    Ok(Reply(PublicPolicy::of(id, &policy)))
}

pub async fn update(
    session: Session,
    Path((dataset, policy)): Path<(DatasetId, PolicyId)>,
    Json(body): Json<Definition>,
) -> Result<Reply<PublicPolicy>, Refusal> {
    let (id, policy) = (policy, session.change_policy(dataset, policy, body.into_change()?)?);
    Ok(Reply(PublicPolicy::of(id, &policy)))
}

pub async fn delete(
    session: Session,
    Path((dataset, policy)): Path<(DatasetId, PolicyId)>,
) -> Result<StatusCode, Refusal> {
    session.delete_policy(dataset, policy)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A policy as clients define or change it; what is left out of a change, or null, stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    name: Option<String>,
    /// `user`
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    filters: Option<Vec<FilterDefinition>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    users: Option<Vec<LooseId>>,
    /// The crate `domo` writes `virtual_users`.
    #[serde(
        default,
        alias = "virtual_users",
        deserialize_with = "crate::wire::loose_lists::optional"
    )]
    virtual_users: Option<Vec<LooseId>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    groups: Option<Vec<LooseId>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct FilterDefinition {
    column: String,
    #[serde(deserialize_with = "crate::wire::loose_lists::one_or_many")]
    values: Vec<String>,
    operator: String,
    not: Option<LooseBool>,
}

impl Definition {
    /// The document requires a name and filters:
    /// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/DataSet-API.yaml>
    fn into_new(self) -> Result<Policy, Refusal> {
        let missing = [("name", self.name.is_none()), ("filters", self.filters.is_none())];
        if let Some((field, _)) = missing.iter().find(|(_, is_missing)| *is_missing) {
            return Err(Refusal::bad_request(format!("{field}: is missing")));
        }
        Ok(self.into_change()?.applied_to(Policy::default()))
    }

    fn into_change(self) -> Result<PolicyChange, Refusal> {
        if let Some(other) = self.kind.as_deref().filter(|it| !matches!(*it, "user" | "open")) {
            return Err(Refusal::bad_request(format!("type: '{other}' is neither user nor open")));
        }
        let filters = self
            .filters
            .map(|it| it.into_iter().map(FilterDefinition::into_domain).collect::<Result<_, _>>());
        Ok(PolicyChange {
            name: self.name,
            filters: filters.transpose()?,
            users: self.users.map(|it| ids(&it, "user")).transpose()?,
            groups: self.groups.map(|it| ids(&it, "group")).transpose()?,
            virtual_users: self.virtual_users.map(texts),
            dataset_permissions: None,
        })
    }
}

impl FilterDefinition {
    fn into_domain(self) -> Result<PolicyFilter, Refusal> {
        Ok(PolicyFilter {
            column: self.column,
            operator: operator(Some(&self.operator))?,
            values: self.values,
            not: LooseBool::or(self.not.as_ref(), "not", false)?,
            ignore_case: false,
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicPolicy {
    id: PolicyId,
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    filters: Vec<PublicFilter>,
    users: Vec<UserId>,
    virtual_users: Vec<String>,
    /// Numbers, as documented; the crate `domo` alone reads texts.
    groups: Vec<GroupId>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct PublicFilter {
    column: String,
    values: Vec<String>,
    operator: &'static str,
    not: bool,
}

impl PublicPolicy {
    pub fn list(policies: &Policies) -> Vec<Self> {
        policies.all().map(|(id, it)| Self::of(id, it)).collect()
    }

    fn of(id: PolicyId, it: &Policy) -> Self {
        let filters = it.filters.iter().map(|it| PublicFilter {
            column: it.column.clone(),
            values: it.values.clone(),
            operator: it.operator.name(),
            not: it.not,
        });
        Self {
            id,
            kind: kind(id),
            name: it.name.clone(),
            filters: filters.collect(),
            users: it.users.iter().copied().collect(),
            virtual_users: it.virtual_users.clone(),
            groups: it.groups.iter().copied().collect(),
        }
    }
}
