//! Data versions as the older routes have them: listed, deleted, read and written as CSV.

use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::operations::Which;
use crate::domain::upload::UpdateMethod;
use crate::domain::version::{DataVersion, Standing};
use crate::domain::{CsvNull, DatasetId, Error, Session, UploadId};
use crate::wire::csv::{self, HeaderQuery};
use crate::wire::error::Refusal;
use crate::wire::extract::{ArrayOrObject, Csv, Query, Reply};
use crate::wire::loose_lists::OneOrMany;
use crate::wire::path::Path;
use crate::wire::shapes::{LooseBool, LooseId, iso_seconds};

/// Oldest first.
pub async fn list(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Vec<StoredVersion>>, Refusal> {
    let versions = session.versions(dataset)?;
    let kept = versions.iter().rev().filter(|it| it.standing != Standing::Deleted);
    Ok(Reply(kept.map(|it| StoredVersion::of(it)).collect()))
}

pub async fn delete(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<DeleteQuery>,
    ArrayOrObject(OneOrMany(ids)): ArrayOrObject<OneOrMany<LooseId>>,
) -> Result<(), Refusal> {
    let index = LooseBool::or(query.index.as_ref(), "index", false)?;
    let ids = ids.iter().map(|it| it.value("data version")).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<UploadId> =
        ids.into_iter().filter_map(|it| it.try_into().ok()).map(UploadId::new).collect();
    session.delete_versions(dataset, &ids, index).await?;
    Ok(())
}

/// All rows that belong to the dataset.
pub async fn latest(
    session: Session,
    Path(dataset): Path<DatasetId>,
    (Query(header), Query(query)): (Query<HeaderQuery>, Query<RowsQuery>),
) -> Result<Response, Refusal> {
    let rows = session.export(dataset, Which::Latest, query.row_limit()).await?;
    Ok(csv::answer(rows, CsvNull::BackslashN, header.with_header()?))
}

pub async fn rows(
    session: Session,
    Path((dataset, version)): Path<(DatasetId, UploadId)>,
    (Query(header), Query(query)): (Query<HeaderQuery>, Query<RowsQuery>),
) -> Result<Response, Refusal> {
    let which = query.which(version)?;
    let rows = session.export(dataset, which, query.row_limit()).await?;
    Ok(csv::answer(rows, CsvNull::BackslashN, header.with_header()?))
}

/// A whole CSV as a new version in the place of all others.
pub async fn write(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<WriteQuery>,
    Csv(body): Csv,
) -> Result<Reply<StoredVersion>, Refusal> {
    if query.repair_data_version_id.is_some() || query.repair_action.is_some() {
        return Err(Error::Unsupported("the repair of a data version in the middle").into());
    }
    let method = UpdateMethod::Replace;
    let version = session.import(dataset, method, body).await?;
    Ok(Reply(StoredVersion::of(&version)))
}

#[derive(Debug, Default, Deserialize)]
pub struct DeleteQuery {
    index: Option<LooseBool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowsQuery {
    row_limit: Option<u64>,
    exclude_appended_data: Option<LooseBool>,
}

impl RowsQuery {
    fn row_limit(&self) -> u64 {
        self.row_limit.unwrap_or(u64::MAX)
    }

    fn which(&self, version: UploadId) -> Result<Which, Refusal> {
        let alone = self.exclude_appended_data.as_ref();
        let alone = LooseBool::or(alone, "excludeAppendedData", false)?;
        Ok(if alone { Which::Only(version) } else { Which::AsOf(version) })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WriteQuery {
    repair_data_version_id: Option<String>,
    repair_action: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoredVersion {
    /// The two ids are texts, as a recorded answer has them.
    schema_id: String,
    data_id: String,
    upload_status: &'static str,
    upload_percent: &'static str,
    upload_message: Option<String>,
    /// `2024-06-01T12:00:00Z`
    recorded_date: String,
    upload_completed_date: String,
    num_rows: u64,
    num_bytes: u64,
}

impl StoredVersion {
    fn of(it: &DataVersion) -> Self {
        Self {
            schema_id: it.schema.to_string(),
            data_id: it.id.to_string(),
            upload_status: "success",
            upload_percent: "100",
            upload_message: None,
            recorded_date: iso_seconds(it.committed_at),
            upload_completed_date: iso_seconds(it.committed_at),
            num_rows: it.rows,
            num_bytes: it.csv_bytes,
        }
    }
}
