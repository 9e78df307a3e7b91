//! Partitions: the slices of a dataset that can be replaced.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{OptionalJson, Reply};
use super::path::{Path, TagName};
use super::shapes::{Empty, EpochMillis};
use crate::domain::version::DataVersion;
use crate::domain::{DatasetId, Session, UploadId};

/// What the page states for a search.
const LIMIT_DEFAULT: usize = 100;

pub async fn list(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Vec<Tag>>, Refusal> {
    let partitions = session.partitions(dataset)?;
    Ok(Reply(partitions.into_iter().map(|(tag, _)| Tag { partition_id: tag }).collect()))
}

pub async fn search(
    session: Session,
    Path(dataset): Path<DatasetId>,
    OptionalJson(search): OptionalJson<Search>,
) -> Result<Reply<Vec<Partition>>, Refusal> {
    let partitions = session.live_partitions(dataset)?;
    let all = partitions.into_iter().map(|(tag, version)| Partition::of(tag, &version)).collect();
    Ok(Reply(search.among(all)?))
}

pub async fn delete_data(
    session: Session,
    Path((dataset, tag)): Path<(DatasetId, TagName)>,
) -> Result<Reply<Empty>, Refusal> {
    session.delete_partition_data(dataset, &tag.0)?;
    Ok(Reply(Empty {}))
}

pub async fn delete_tag(
    session: Session,
    Path((dataset, tag)): Path<(DatasetId, TagName)>,
) -> Result<Reply<Empty>, Refusal> {
    session.delete_partition_tag(dataset, &tag.0)?;
    Ok(Reply(Empty {}))
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    partition_id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    partition_id: String,
    data_version_id: UploadId,
    row_count: u64,
    size_bytes: u64,
    date_created: EpochMillis,
    date_completed: EpochMillis,
    status: &'static str,
}

impl Partition {
    fn of(partition_id: String, version: &DataVersion) -> Self {
        Self {
            partition_id,
            data_version_id: version.id,
            row_count: version.rows,
            size_bytes: version.csv_bytes,
            date_created: version.requested_at.millis(),
            date_completed: version.committed_at.millis(),
            status: "COMPLETE",
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    pagination_fields: Option<Vec<PaginationField>>,
    limit: Option<usize>,
    offset: Option<usize>,
}

/// A field to sort and filter by; the first named sorts first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaginationField {
    field_name: String,
    sort_order: Option<String>,
    filter_values: Option<FilterValues>,
}

/// Both ends belong to the range; `null` leaves an end open.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub struct FilterValues {
    min: Option<Bound>,
    max: Option<Bound>,
}

#[derive(Debug, Clone, PartialEq, PartialOrd, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Bound {
    Number(f64),
    Text(String),
}

impl Search {
    fn among(&self, mut all: Vec<Partition>) -> Result<Vec<Partition>, Refusal> {
        for field in self.pagination_fields.iter().flatten().rev() {
            let key = field.key()?;
            let filter = field.filter_values.as_ref();
            let min =
                filter.and_then(|it| it.min.as_ref()).map(|it| field.bound(it)).transpose()?;
            let max =
                filter.and_then(|it| it.max.as_ref()).map(|it| field.bound(it)).transpose()?;
            all.retain(|it| {
                let value = key(it);
                min.as_ref().is_none_or(|min| value >= *min)
                    && max.as_ref().is_none_or(|max| value <= *max)
            });
            let descending = field.is_descending()?;
            all.sort_by(|a, b| {
                let order = key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal);
                if descending { order.reverse() } else { order }
            });
        }
        let limit = self.limit.unwrap_or(LIMIT_DEFAULT);
        Ok(all.into_iter().skip(self.offset.unwrap_or(0)).take(limit).collect())
    }
}

impl PaginationField {
    fn key(&self) -> Result<fn(&Partition) -> Bound, Refusal> {
        match self.field_name.to_lowercase().as_str() {
            "datecompleted" => Ok(|it| Bound::Number(it.date_completed as f64)),
            "datecreated" => Ok(|it| Bound::Number(it.date_created as f64)),
            "rowcount" => Ok(|it| Bound::Number(it.row_count as f64)),
            "partitionid" => Ok(|it| Bound::Text(it.partition_id.clone())),
            other => Err(Refusal::bad_request(format!(
                "fieldName: '{other}' is not known: use datecompleted, datecreated, rowcount or partitionid"
            ))),
        }
    }

    fn is_descending(&self) -> Result<bool, Refusal> {
        match self.sort_order.as_deref().map(str::to_uppercase).as_deref() {
            None | Some("ASC") => Ok(false),
            Some("DESC") => Ok(true),
            Some(other) => {
                Err(Refusal::bad_request(format!("sortOrder: '{other}' is neither ASC nor DESC")))
            }
        }
    }

    /// A bound in the kind of the field: dates may be ISO text, and are compared in milliseconds.
    fn bound(&self, given: &Bound) -> Result<Bound, Refusal> {
        let is_text = self.field_name.eq_ignore_ascii_case("partitionid");
        match given {
            Bound::Text(_) if is_text => Ok(given.clone()),
            Bound::Number(number) if is_text => Ok(Bound::Text(number.to_string())),
            Bound::Number(_) => Ok(given.clone()),
            Bound::Text(text) => {
                text.parse().ok().or_else(|| epoch_millis(text)).map(Bound::Number).ok_or_else(
                    || {
                        Refusal::bad_request(format!(
                            "filterValues: '{text}' is neither a number nor a date"
                        ))
                    },
                )
            }
        }
    }
}

fn epoch_millis(text: &str) -> Option<f64> {
    let zoned = chrono::DateTime::parse_from_rfc3339(text).map(|it| it.timestamp_millis());
    let day = || text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    let plain = text.parse::<chrono::NaiveDateTime>().ok();
    let millis =
        zoned.ok().or_else(|| plain.or_else(day).map(|it| it.and_utc().timestamp_millis()))?;
    Some(millis as f64)
}
