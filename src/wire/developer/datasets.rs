//! Datasets of the public API.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policies::PublicPolicy;
use super::{Owner, Schema};
use crate::domain::operations::{
    DatasetFilter, DatasetKey, DatasetOrder, NewDataset, ProfileChange, Remembered, Which,
};
use crate::domain::upload::UpdateMethod;
use crate::domain::{self, CsvNull, DatasetId, Moment, Profile, Session};
use crate::wire::csv::{self, HeaderQuery};
use crate::wire::error::Refusal;
use crate::wire::extract::{Csv, Json, Query, Reply};
use crate::wire::lists::PAGE_MAX;
use crate::wire::path::Path;
use crate::wire::queries::{self, Execute, Shape};
use crate::wire::shapes::{LooseBool, LooseId, SchemaDefinition, iso_time};

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

/// A dataset that was deleted is answered in part.
pub async fn get(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Found>, Refusal> {
    Ok(Reply(match session.dataset_or_remains(dataset)? {
        Remembered::Present(it) => Found::Present(Dataset::of(&it, &it.moment)),
        Remembered::Deleted(it) => Found::Deleted(DeletedDataset::of(&it, &it.moment)),
    }))
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
    session.import_over_api(dataset, query.method(), body).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn export(
    session: Session,
    Path(dataset): Path<DatasetId>,
    (Query(header), Query(query)): (Query<HeaderQuery>, Query<ExportQuery>),
) -> Result<Response, Refusal> {
    let (with_header, disposition) = (header.with_header()?, query.disposition()?);
    let rows = session.export(dataset, Which::Indexed, u64::MAX).await?;
    let mut answer = csv::answer(rows, CsvNull::Empty, with_header);
    if let Some(disposition) = disposition {
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(answer)
}

/// Always as a table, whatever is accepted.
pub async fn execute(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Execute>,
) -> Result<Response, Refusal> {
    queries::answer(&session, dataset, body, Shape::DeveloperTable).await
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

    /// The documented names. By the names of the pairs all but `name` and `dataSourceId` descend; `-name` is a .NET
    /// client's. `errorState` sorts nothing here, because no dataset has an error, nor `cardViewCount`, because nobody
    /// looks at a card.
    /// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/DataSet-API.yaml>
    fn order(&self) -> Result<DatasetOrder, Refusal> {
        let sort = self.sort.as_deref().unwrap_or_default();
        let (by, descending) = match sort {
            "" | "errorState" | "errorStateDescending" => (DatasetKey::Created, false),
            "cardViewCount" | "cardViewCountAscending" => (DatasetKey::Created, false),
            "name" => (DatasetKey::Name, false),
            "nameDescending" | "-name" => (DatasetKey::Name, true),
            "lastTouched" => (DatasetKey::Touched, true),
            "lastTouchedAscending" => (DatasetKey::Touched, false),
            "lastUpdated" => (DatasetKey::Updated, true),
            "lastUpdatedAscending" => (DatasetKey::Updated, false),
            "createdAt" => (DatasetKey::Created, true),
            "createdAtAscending" => (DatasetKey::Created, false),
            "cardCount" => (DatasetKey::Cards, true),
            "cardCountAscending" => (DatasetKey::Cards, false),
            "dataSourceId" => (DatasetKey::Id, false),
            other => {
                let message = format!(
                    "sort: '{other}' is none of name, nameDescending, lastTouched, lastTouchedAscending, lastUpdated, \
                     lastUpdatedAscending, createdAt, createdAtAscending, cardCount, cardCountAscending, \
                     cardViewCount, cardViewCountAscending, errorState, errorStateDescending, dataSourceId"
                );
                return Err(Refusal::bad_request(message));
            }
        };
        Ok(DatasetOrder { by, descending })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportQuery {
    file_name: Option<String>,
}

impl ExportQuery {
    fn disposition(&self) -> Result<Option<HeaderValue>, Refusal> {
        let Some(name) = &self.file_name else { return Ok(None) };
        let is_plain =
            name.bytes().all(|it| it.is_ascii_graphic() && !matches!(it, b'"' | b'\\' | b';'));
        let text = if is_plain {
            format!("attachment; filename={name}")
        } else {
            format!("attachment; filename=\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
        };
        HeaderValue::try_from(text)
            .map(Some)
            .map_err(|_| Refusal::bad_request("fileName: has characters that no header can have"))
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
    owner: Option<OwnerDefinition>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct OwnerDefinition {
    id: LooseId,
}

impl Definition {
    /// A schema is required, as documented; who creates a dataset owns it.
    fn into_new(self) -> Result<NewDataset, Refusal> {
        if self.owner.is_some() {
            let message = "owner: a dataset begins with its creator as the owner; PUT changes it";
            return Err(Refusal::bad_request(message));
        }
        let schema = self.schema.ok_or_else(|| Refusal::bad_request("schema: is missing"))?;
        let name = self.name.ok_or_else(|| Refusal::bad_request("name: is missing"))?;
        let provider = "api".to_owned();
        let description = self.description;
        let profile = Profile { name, description, provider, tags: Vec::new() };
        Ok(NewDataset { profile, columns: schema.into_columns()? })
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
            owner: self.owner.map(|it| it.id.id("user")).transpose()?,
        })
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Found {
    Present(Dataset),
    Deleted(DeletedDataset),
}

/// The part of a deleted dataset that is still told.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedDataset {
    id: String,
    name: String,
    description: String,
    owner: Owner,
    created_at: String,
    updated_at: String,
    deleted: bool,
}

impl DeletedDataset {
    pub fn of(it: &domain::Dataset, moment: &Moment) -> Self {
        Self {
            id: it.id.to_string(),
            name: it.profile.name.clone(),
            description: it.profile.description.clone().unwrap_or_default(),
            owner: Owner::of(it, moment),
            created_at: iso_time(it.created_at),
            updated_at: iso_time(it.last_touched),
            deleted: true,
        }
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
            columns: it.loaded_column_count(now),
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
