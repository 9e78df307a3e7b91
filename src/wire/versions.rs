//! Data versions.

pub mod vault;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Json, Query, Reply};
use super::path::Path;
use super::shapes::{EpochMillis, Page};
use crate::domain::version::{DataVersion, Standing};
use crate::domain::{self, DatasetId, SchemaId, Session, UploadId};

/// What the page states for the list of Magic.
const HYDRATE_LIMIT_DEFAULT: usize = 500;

pub async fn list(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(page): Query<Page>,
) -> Result<Reply<Vec<Version>>, Refusal> {
    let versions = session.versions(dataset)?;
    let page = page.of(versions, usize::MAX);
    Ok(Reply(page.iter().map(|it| Version::of(dataset, it)).collect()))
}

pub async fn hydrate(
    session: Session,
    Query(query): Query<HydrateQuery>,
    Query(page): Query<Page>,
    Json(body): Json<Hydrate>,
) -> Result<Reply<Vec<Version>>, Refusal> {
    let dataset = body.dataset(&query)?;
    let versions = session.versions(dataset)?;
    let live = versions.into_iter().filter(|it| it.is_live()).collect();
    let page = page.of(live, HYDRATE_LIMIT_DEFAULT);
    Ok(Reply(page.iter().map(|it| Version::of(dataset, it)).collect()))
}

/// One committed upload.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    data_source_id: String,
    schema_id: SchemaId,
    data_version_id: UploadId,
    status: &'static str,
    status_message: Option<String>,
    datetime_recorded: EpochMillis,
    datetime_upload_completed: EpochMillis,
    run_duration_seconds: f64,
    size_bytes: u64,
    row_count: u64,
    update_method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_tag: Option<String>,
}

impl Version {
    fn of(dataset: DatasetId, it: &DataVersion) -> Self {
        let duration_ms = it.committed_at.millis() - it.requested_at.millis();
        Self {
            data_source_id: dataset.to_string(),
            schema_id: it.schema,
            data_version_id: it.id,
            status: match it.standing {
                Standing::Live | Standing::Superseded => "SUCCESS",
                Standing::Deleted => "DELETED",
            },
            status_message: None,
            datetime_recorded: it.committed_at.millis(),
            datetime_upload_completed: it.committed_at.millis(),
            run_duration_seconds: duration_ms as f64 / 1000.0,
            size_bytes: it.csv_bytes,
            row_count: it.rows,
            update_method: it.method.name(),
            data_tag: it.tag.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct HydrateQuery {
    engine: Option<String>,
}

/// An input tile of Magic: which versions of a dataset it would load.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hydrate {
    data_source_id: Option<String>,
    version_window: Option<VersionWindow>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct VersionWindow {
    expression: Option<String>,
}

impl Hydrate {
    fn dataset(&self, query: &HydrateQuery) -> Result<DatasetId, Refusal> {
        if query.engine.as_deref().is_some_and(|it| !it.eq_ignore_ascii_case("MAGIC")) {
            return Err(domain::Error::Unsupported("an engine other than MAGIC").into());
        }
        let window = self.version_window.as_ref().and_then(|it| it.expression.as_deref());
        if window.is_some_and(|it| it.replace(' ', "") != "1=1") {
            return Err(domain::Error::Unsupported("a versionWindow other than 1=1").into());
        }
        let text = self.data_source_id.as_deref();
        let text = text.ok_or_else(|| Refusal::bad_request("dataSourceId: is missing"))?;
        text.parse().map_err(|_| Refusal::not_found(format!("dataset {text} does not exist")))
    }
}
