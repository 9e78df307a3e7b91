//! Personalised data permissions, as the product's own pages call them: filter groups.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Json, Query, Reply};
use super::path::Path;
use super::shapes::{Empty, LooseBool, LooseId};
use crate::domain::ids::Id;
use crate::domain::policy::{self, Policy, PolicyChange, PolicyFilter};
use crate::domain::{DatasetId, PolicyId, Session};

pub async fn list(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<ListQuery>,
) -> Result<Reply<Vec<FilterGroup>>, Refusal> {
    let policies = session.policies(dataset)?;
    let with_open = query.with_open()?;
    let shown = policies.all().filter(|(id, _)| with_open || !policy::is_open(*id));
    Ok(Reply(shown.map(|(id, it)| FilterGroup::of(dataset, id, it)).collect()))
}

pub async fn create(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<NewFilterGroup>,
) -> Result<Reply<FilterGroup>, Refusal> {
    let (dataset, policy) = (dataset, body.into_new()?);
    let id = session.add_policy(dataset, policy.clone())?;
    Ok(Reply(FilterGroup::of(dataset, id, &policy)))
}

pub async fn get(
    session: Session,
    Path((dataset, policy)): Path<(DatasetId, PolicyId)>,
) -> Result<Reply<FilterGroup>, Refusal> {
    let (dataset, id) = (dataset, policy);
    let policy = session.policy(dataset, id)?;
    Ok(Reply(FilterGroup::of(dataset, id, &policy)))
}

pub async fn update(
    session: Session,
    Path((dataset, policy)): Path<(DatasetId, PolicyId)>,
    Json(body): Json<NewFilterGroup>,
) -> Result<Reply<FilterGroup>, Refusal> {
    let (id, policy) = (policy, session.change_policy(dataset, policy, body.into_change()?)?);
    Ok(Reply(FilterGroup::of(dataset, id, &policy)))
}

pub async fn delete(
    session: Session,
    Path((dataset, policy)): Path<(DatasetId, PolicyId)>,
) -> Result<(StatusCode, Reply<Empty>), Refusal> {
    session.delete_policy(dataset, policy)?;
    Ok((StatusCode::OK, Reply(Empty {})))
}

pub async fn control(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Control>,
) -> Result<Reply<Controlled>, Refusal> {
    let (dataset, enabled) = (dataset, body.enabled.value("enabled")?);
    session.enable_policies(dataset, enabled)?;
    Ok(Reply(Controlled { enabled, external: false }))
}

/// `?options=load_associations,load_filters,include_open_policy`: all is always loaded.
#[derive(Debug, Default, Deserialize)]
pub struct ListQuery {
    options: Option<String>,
}

impl ListQuery {
    fn with_open(&self) -> Result<bool, Refusal> {
        const OPTIONS: [&str; 3] = ["load_associations", "load_filters", "include_open_policy"];
        let options = self.options.as_deref().unwrap_or_default();
        let mut asked = options.split(',').map(str::trim).filter(|it| !it.is_empty());
        if let Some(unknown) = asked.clone().find(|it| !OPTIONS.contains(it)) {
            let message = format!("options: '{unknown}' is none of {}", OPTIONS.join(", "));
            return Err(Refusal::bad_request(message));
        }
        Ok(asked.any(|it| it == "include_open_policy"))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Control {
    enabled: LooseBool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Controlled {
    enabled: bool,
    external: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewFilterGroup {
    name: Option<String>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    parameters: Option<Vec<ParameterDefinition>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    user_ids: Option<Vec<LooseId>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    group_ids: Option<Vec<LooseId>>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    virtual_user_ids: Option<Vec<LooseId>>,
    data_source_permissions: Option<LooseBool>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParameterDefinition {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::one_or_many")]
    values: Vec<String>,
    value: Option<String>,
    operator: Option<String>,
    not: Option<LooseBool>,
    ignore_case: Option<LooseBool>,
}

impl NewFilterGroup {
    fn into_new(self) -> Result<Policy, Refusal> {
        if self.name.is_none() {
            return Err(Refusal::bad_request("name: is missing"));
        }
        Ok(self.into_change()?.applied_to(Policy::default()))
    }

    fn into_change(self) -> Result<PolicyChange, Refusal> {
        let filters = self.parameters.map(|it| {
            it.into_iter().map(ParameterDefinition::into_domain).collect::<Result<_, _>>()
        });
        let permissions = self.data_source_permissions;
        Ok(PolicyChange {
            name: self.name,
            filters: filters.transpose()?,
            users: self.user_ids.map(|it| ids(&it, "user")).transpose()?,
            groups: self.group_ids.map(|it| ids(&it, "group")).transpose()?,
            virtual_users: self.virtual_user_ids.map(texts),
            dataset_permissions: permissions
                .map(|it| it.value("dataSourcePermissions"))
                .transpose()?,
        })
    }
}

pub fn ids<Of, T: FromIterator<Id<Of, u64>>>(ids: &[LooseId], kind: &str) -> Result<T, Refusal> {
    ids.iter().map(|it| it.id(kind)).collect()
}

pub fn texts(ids: Vec<LooseId>) -> Vec<String> {
    ids.into_iter()
        .map(|it| match it {
            LooseId::Number(it) => it.to_string(),
            LooseId::Text(it) => it,
        })
        .collect()
}

impl ParameterDefinition {
    fn into_domain(self) -> Result<PolicyFilter, Refusal> {
        if self.kind.as_deref().is_some_and(|it| !it.eq_ignore_ascii_case("COLUMN")) {
            return Err(Refusal::not_emulated("a policy by a trusted attribute"));
        }
        let mut values = self.values;
        values.extend(self.value);
        Ok(PolicyFilter {
            column: self.name,
            operator: operator(self.operator.as_deref())?,
            values,
            not: LooseBool::or(self.not.as_ref(), "not", false)?,
            ignore_case: LooseBool::or(self.ignore_case.as_ref(), "ignoreCase", false)?,
        })
    }
}

pub fn operator(text: Option<&str>) -> Result<policy::FilterOperator, Refusal> {
    text.unwrap_or("EQUALS")
        .parse()
        .map_err(|problem| Refusal::bad_request(format!("operator: {problem}")))
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FilterGroup {
    filter_group_id: PolicyId,
    data_source_id: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    data_source_permissions: bool,
    parameters: Vec<Parameter>,
    user_ids: Vec<String>,
    group_ids: Vec<String>,
    virtual_user_ids: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    values: Vec<String>,
    operator: &'static str,
    not: bool,
    ignore_case: bool,
}

impl FilterGroup {
    fn of(dataset: DatasetId, id: PolicyId, it: &Policy) -> Self {
        Self {
            filter_group_id: id,
            data_source_id: dataset.to_string(),
            name: it.name.clone(),
            kind: kind(id),
            data_source_permissions: it.dataset_permissions,
            parameters: it.filters.iter().map(Parameter::of).collect(),
            user_ids: it.users.iter().map(ToString::to_string).collect(),
            group_ids: it.groups.iter().map(ToString::to_string).collect(),
            virtual_user_ids: it.virtual_users.clone(),
        }
    }
}

impl Parameter {
    fn of(it: &PolicyFilter) -> Self {
        Self {
            kind: "COLUMN",
            name: it.column.clone(),
            values: it.values.clone(),
            operator: it.operator.name(),
            not: it.not,
            ignore_case: it.ignore_case,
        }
    }
}

/// The policy that shows all rows has a kind of its own.
pub const fn kind(id: PolicyId) -> &'static str {
    if policy::is_open(id) { "open" } else { "user" }
}
