//! Personalised data permissions of the public API.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::Session;
use crate::domain::policy::{Policies, Policy, PolicyFilter, PolicyId};
use crate::wire::error::Refusal;
use crate::wire::extract::{Json, PathArgs, Reply};
use crate::wire::pdp::{ids, kind, operator, texts};
use crate::wire::shapes::{LooseBool, LooseId};

pub async fn list(session: Session, path: PathArgs) -> Result<Reply<Vec<PublicPolicy>>, Refusal> {
    let policies = session.policies(path.dataset()?)?;
    Ok(Reply(PublicPolicy::list(&policies)))
}

pub async fn create(
    session: Session,
    path: PathArgs,
    Json(body): Json<Definition>,
) -> Result<(StatusCode, Reply<PublicPolicy>), Refusal> {
    let policy = body.into_domain()?;
    let id = session.add_policy(path.dataset()?, policy.clone())?;
    Ok((StatusCode::CREATED, Reply(PublicPolicy::of(id, &policy))))
}

pub async fn get(session: Session, path: PathArgs) -> Result<Reply<PublicPolicy>, Refusal> {
    let id = path.id("policy")?;
    let policy = session.policy(path.dataset()?, id)?;
    Ok(Reply(PublicPolicy::of(id, &policy)))
}

pub async fn update(
    session: Session,
    path: PathArgs,
    Json(body): Json<Definition>,
) -> Result<Reply<PublicPolicy>, Refusal> {
    let (id, policy) = (path.id("policy")?, body.into_domain()?);
    session.replace_policy(path.dataset()?, id, policy.clone())?;
    Ok(Reply(PublicPolicy::of(id, &policy)))
}

pub async fn delete(session: Session, path: PathArgs) -> Result<StatusCode, Refusal> {
    session.delete_policy(path.dataset()?, path.id("policy")?)?;
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
            not: self.not.map_or(Ok(false), |it| it.value("not"))?,
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
    users: Vec<u64>,
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
