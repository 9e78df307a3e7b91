//! Datasets of the public API.

use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policies::PublicPolicy;
use super::{Owner, Schema};
use crate::domain::operations::{
    DatasetFilter, DatasetKey, DatasetOrder, NewDataset, ProfileChange, Which,
};
use crate::domain::upload::UpdateMethod;
use crate::domain::{self, CsvNull, DatasetId, Moment, Profile, Session};
use crate::wire::csv::{self, HeaderQuery};
use crate::wire::error::Refusal;
use crate::wire::extract::{Csv, Json, Query, Reply};
use crate::wire::lists::{PAGE_MAX, key_of};
use crate::wire::path::Path;
use crate::wire::queries::{self, Execute, Shape};
use crate::wire::shapes::{LooseBool, SchemaDefinition, iso_time};

pub async fn create(
    session: Session,
    Json(body): Json<Definition>,
) -> Result<(StatusCode, Reply<Dataset>), Refusal> {
    let created = session.create_dataset(body.into_new()?)?;
    Ok((StatusCode::CREATED, Reply(Dataset::of(&created, &created.moment))))
}

pub async fn list(
    session: Session,
    Query(query): Query<ListQuery>,
) -> Result<Reply<Vec<Dataset>>, Refusal> {
    let limit = query.limit()?;
    let found = session.datasets(&query.filter(), query.order()?);
    let page = found.iter().skip(query.offset.unwrap_or(0)).take(limit);
    Ok(Reply(page.map(|it| Dataset::of(it, &found.moment)).collect()))
}

pub async fn get(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Dataset>, Refusal> {
    let dataset = session.dataset(dataset)?;
    Ok(Reply(Dataset::of(&dataset, &dataset.moment)))
}

pub async fn update(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Definition>,
) -> Result<Reply<Dataset>, Refusal> {
    let updated = session.redefine_dataset(dataset, body.into_change()?)?;
    Ok(Reply(Dataset::of(&updated, &updated.moment)))
}

pub async fn delete(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<StatusCode, Refusal> {
    session.delete_dataset(dataset)?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn import(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<ImportQuery>,
    Csv(body): Csv,
) -> Result<StatusCode, Refusal> {
    session.import(dataset, query.method(), body).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn export(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(header): Query<HeaderQuery>,
) -> Result<Response, Refusal> {
    let rows = session.export(dataset, Which::Indexed, u64::MAX).await?;
    Ok(csv::answer(rows, CsvNull::Empty, header.with_header()?))
}

/// Always as a table, whatever is accepted.
pub async fn execute(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Execute>,
) -> Result<Response, Refusal> {
    queries::answer(&session, dataset, body, Shape::Table).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListQuery {
    sort: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
    name_like: Option<String>,
}

impl ListQuery {
    fn limit(&self) -> Result<usize, Refusal> {
        let limit = self.limit.unwrap_or(PAGE_MAX);
        if limit > PAGE_MAX {
            return Err(Refusal::bad_request(format!("limit: must be at most {PAGE_MAX}")));
        }
        Ok(limit)
    }

    fn filter(&self) -> DatasetFilter {
        let wanted = self.name_like.iter().filter(|it| !it.is_empty());
        DatasetFilter {
            names: wanted.map(|it| format!("*{it}*")).collect(),
            ..DatasetFilter::default()
        }
    }

    /// `-name` is the other way round. `errorState` sorts nothing here, because no dataset has an error.
    fn order(&self) -> Result<DatasetOrder, Refusal> {
        let sort = self.sort.as_deref().unwrap_or_default();
        let (field, descending) = sort.strip_prefix('-').map_or((sort, false), |it| (it, true));
        match field {
            "" | "errorState" => Ok(DatasetOrder { by: DatasetKey::Created, descending }),
            field => key_of(field).map(|by| DatasetOrder { by, descending }),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportQuery {
    update_method: Option<String>,
}

impl ImportQuery {
    /// To the letter; anything else replaces, as documented.
    fn method(&self) -> UpdateMethod {
        match self.update_method.as_deref() {
            Some("APPEND") => UpdateMethod::Append,
            _ => UpdateMethod::Replace,
        }
    }
}

/// A dataset as clients define or change it; what is left out stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    name: Option<String>,
    description: Option<String>,
    schema: Option<SchemaDefinition>,
    pdp_enabled: Option<LooseBool>,
}

impl Definition {
    fn into_new(self) -> Result<NewDataset, Refusal> {
        let name = self.name.ok_or_else(|| Refusal::bad_request("name: is missing"))?;
        let provider = "api".to_owned();
        let description = self.description;
        let profile = Profile { name, description, provider, tags: Vec::new() };
        Ok(NewDataset { profile, columns: self.schema.unwrap_or_default().into_columns()? })
    }

    fn into_change(self) -> Result<domain::operations::Redefinition, Refusal> {
        Ok(domain::operations::Redefinition {
            profile: ProfileChange {
                name: self.name,
                description: self.description,
                ..ProfileChange::default()
            },
            columns: self.schema.map(SchemaDefinition::into_columns).transpose()?,
            policies_enabled: self.pdp_enabled.map(|it| it.value("pdpEnabled")).transpose()?,
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    id: String,
    name: String,
    description: String,
    rows: u64,
    columns: usize,
    schema: Schema,
    owner: Owner,
    created_at: String,
    updated_at: String,
    data_current_at: String,
    pdp_enabled: bool,
    policies: Vec<PublicPolicy>,
}

impl Dataset {
    fn of(it: &domain::Dataset, moment: &Moment) -> Self {
        let now = moment.now;
        Self {
            id: it.id.to_string(),
            name: it.profile.name.clone(),
            description: it.profile.description.clone().unwrap_or_default(),
            rows: it.row_count(now),
            columns: it.column_count(now),
            schema: Schema::of(&it.schema),
            owner: Owner::of(it, moment),
            created_at: iso_time(it.created_at),
            updated_at: iso_time(it.last_touched),
            data_current_at: iso_time(it.last_updated),
            pdp_enabled: it.policies.enabled,
            policies: PublicPolicy::list(&it.policies),
        }
    }
}
