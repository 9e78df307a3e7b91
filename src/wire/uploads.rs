//! Three-stage CSV uploads, and the row that is appended in one call.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::Refusal;
use super::extract::{Csv, OptionalJson, Query, Reply, broken_body};
use super::path::{PartNumber, Path};
use super::shapes::{Empty, EpochMillis, LooseBool, Opaque, update_method};
use crate::domain::operations::{NewUpload, PartError, StartedUpload};
use crate::domain::upload::{NewRows, UpdateMethod, UploadIntent};
use crate::domain::{self, DatasetId, Session, UploadId};

pub async fn start(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<StartQuery>,
    OptionalJson(body): OptionalJson<Start>,
) -> Result<Reply<Started>, Refusal> {
    let new = match body.rows()? {
        Some(rows) => NewUpload::Rows(rows),
        None => NewUpload::Parts(body.intent(query)?),
    };
    let upload = session.begin_upload(dataset, new).await?;
    Ok(Reply(Started::of(dataset, upload)))
}

pub async fn part(
    session: Session,
    Path((dataset, upload, part)): Path<(DatasetId, UploadId, PartNumber)>,
    Csv(body): Csv,
) -> Result<Reply<Empty>, Refusal> {
    let (upload, number) = (upload, part.0);
    session.put_part(dataset, upload, number, body).await?;
    Ok(Reply(Empty {}))
}

pub async fn commit(
    session: Session,
    Path((dataset, upload)): Path<(DatasetId, UploadId)>,
    OptionalJson(body): OptionalJson<Commit>,
) -> Result<Reply<Committed>, Refusal> {
    let (intent, index) = (body.intent()?, body.index()?);
    let version = session.commit_upload(dataset, upload, &intent, index).await?;
    Ok(Reply(Committed::of(dataset, &version)))
}

/// Gives up an upload that was not committed, with its parts.
pub async fn discard(
    session: Session,
    Path((dataset, upload)): Path<(DatasetId, UploadId)>,
) -> Result<Reply<Empty>, Refusal> {
    session.discard_upload(dataset, upload)?;
    Ok(Reply(Empty {}))
}

impl From<PartError<axum::Error>> for Refusal {
    fn from(error: PartError<axum::Error>) -> Self {
        match error {
            PartError::Body(cause) => broken_body(&cause),
            PartError::Refused(refusal) => refusal.into(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartQuery {
    restate_data_tag: Option<String>,
    data_tag: Option<String>,
}

/// The start of an upload; or whole rows, where `values` or `data` is there.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Start {
    action: Option<String>,
    /// `"latest"` or a version: adds to what is there. `"upsert"` is the action UPSERT.
    append_id: Option<Opaque>,
    restate_data_tag: Option<String>,
    data_tag: Option<String>,
    values: Option<String>,
    delimiter: Option<String>,
    /// Values by the names of their columns.
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    data: Option<Vec<BTreeMap<String, Opaque>>>,
}

impl Start {
    fn rows(&self) -> Result<Option<NewRows>, Refusal> {
        match (&self.values, &self.data) {
            (Some(values), _) => {
                let (values, delimiter) = (values.clone(), self.delimiter()?);
                Ok(Some(NewRows::Separated { values, delimiter }))
            }
            (None, Some(data)) => {
                let record = |row: &BTreeMap<String, Opaque>| {
                    row.iter().map(|(name, value)| Ok((name.clone(), cell(name, value)?))).collect()
                };
                let records = data.iter().map(record).collect::<Result<_, Refusal>>()?;
                Ok(Some(NewRows::Records(records)))
            }
            (None, None) => Ok(None),
        }
    }

    fn delimiter(&self) -> Result<u8, Refusal> {
        match self.delimiter.as_deref().unwrap_or(",").as_bytes() {
            [byte] if !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
            _ => Err(Refusal::bad_request(
                "delimiter: must be one ASCII character that is no quote or line end",
            )),
        }
    }

    fn intent(self, query: StartQuery) -> Result<UploadIntent, Refusal> {
        let tag =
            query.restate_data_tag.or(query.data_tag).or(self.restate_data_tag).or(self.data_tag);
        intent(self.action.as_deref(), self.append_id.as_ref(), tag)
    }
}

fn cell(name: &str, value: &Opaque) -> Result<Option<String>, Refusal> {
    match &value.0 {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.0.to_string())),
        _ => Err(Refusal::bad_request(format!("data: the value of '{name}' is no cell"))),
    }
}

fn intent(
    action: Option<&str>,
    append_id: Option<&Opaque>,
    tag: Option<String>,
) -> Result<UploadIntent, Refusal> {
    let mut method = action.map(|it| update_method("action", it)).transpose()?;
    let append_id = append_id.map_or(&Value::Null, |it| &it.0);
    if *append_id == "delete" {
        return Err(Refusal::not_emulated(format_args!("appendId: {append_id}")));
    }
    if *append_id == "upsert" {
        method = Some(UpdateMethod::Upsert);
    }
    let appends = !append_id.is_null() && *append_id != "replace";
    Ok(UploadIntent { method, appends, tag: tag.filter(|it| !it.is_empty()) })
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    data_source_id: String,
    upload_id: UploadId,
    requested_as_of: EpochMillis,
}

impl Started {
    fn of(dataset: DatasetId, upload: StartedUpload) -> Self {
        Self {
            data_source_id: dataset.to_string(),
            upload_id: upload.id,
            requested_as_of: upload.requested_at.millis(),
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    action: Option<String>,
    append_id: Option<Opaque>,
    restate_data_tag: Option<String>,
    data_tag: Option<String>,
    index: Option<LooseBool>,
}

impl Commit {
    fn intent(&self) -> Result<UploadIntent, Refusal> {
        let tag = self.restate_data_tag.clone().or_else(|| self.data_tag.clone());
        intent(self.action.as_deref(), self.append_id.as_ref(), tag)
    }

    /// Without a word the data becomes visible.
    fn index(&self) -> Result<bool, Refusal> {
        LooseBool::or(self.index.as_ref(), "index", true)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Committed {
    data_source_id: String,
    upload_id: UploadId,
    data_version_id: UploadId,
    row_count: u64,
    status: &'static str,
}

impl Committed {
    fn of(dataset: DatasetId, version: &domain::version::DataVersion) -> Self {
        Self {
            data_source_id: dataset.to_string(),
            upload_id: version.id,
            data_version_id: version.id,
            row_count: version.rows,
            status: "SUCCESS",
        }
    }
}
