//! Personalised data permissions of the public API.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Session;
use crate::domain::policy::{Policies, Policy, PolicyFilter};
use crate::domain::{DatasetId, PolicyId, UserId};
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
    let policy = body.into_domain()?;
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
    let (id, policy) = (policy, body.into_domain()?);
    session.replace_policy(dataset, id, policy.clone())?;
    Ok(Reply(PublicPolicy::of(id, &policy)))
}

pub async fn delete(
    session: Session,
    Path((dataset, policy)): Path<(DatasetId, PolicyId)>,
) -> Result<StatusCode, Refusal> {
    session.delete_policy(dataset, policy)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A client sends `null` for what it does not say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    name: String,
    filters: Option<Vec<FilterDefinition>>,
    users: Option<Vec<LooseId>>,
    virtual_users: Option<Vec<LooseId>>,
    groups: Option<Vec<LooseId>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct FilterDefinition {
    column: String,
    values: Vec<String>,
    operator: Option<String>,
    not: Option<LooseBool>,
}

impl Definition {
    fn into_domain(self) -> Result<Policy, Refusal> {
        Ok(Policy {
            name: self.name,
            filters: self
                .filters
                .into_iter()
                .flatten()
                .map(FilterDefinition::into_domain)
                .collect::<Result<_, _>>()?,
            users: ids(&self.users.unwrap_or_default(), "user")?,
            groups: ids(&self.groups.unwrap_or_default(), "group")?,
            virtual_users: texts(self.virtual_users.unwrap_or_default()),
        })
    }
}

impl FilterDefinition {
    fn into_domain(self) -> Result<PolicyFilter, Refusal> {
        Ok(PolicyFilter {
            column: self.column,
            operator: operator(self.operator.as_deref())?,
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
    /// Ids as strings: a client reads nothing else, and the others read both.
    groups: Vec<String>,
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
            groups: it.groups.iter().map(ToString::to_string).collect(),
        }
    }
}
