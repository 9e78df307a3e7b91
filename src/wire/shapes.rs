//! JSON shapes that several families share, and the quirks of what clients send.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::error::Refusal;
use crate::domain::ids::Id;
use crate::domain::upload::UpdateMethod;
use crate::domain::{ColumnType, SchemaColumn, Timestamp};

/// The documented empty answer: `{}`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Empty {}

/// A body that says nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Nothing {}

/// Milliseconds since 1970.
pub type EpochMillis = i64;
/// Seconds since 1970, as the stream routes have them.
pub type EpochSeconds = i64;

/// `2024-06-01T12:00:00.000Z`
pub fn iso_time(time: Timestamp) -> String {
    let time = chrono::DateTime::from_timestamp_millis(time.millis()).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// `2024-06-01T12:00:00Z`, as the pages on users have it.
pub fn iso_seconds(time: Timestamp) -> String {
    let time = chrono::DateTime::from_timestamp_millis(time.millis()).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What Domo itself leaves open.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Opaque(pub Value);

/// `true`, `"true"`, `"False"`, `1`: a documented example sends `"index": "true"`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LooseBool {
    Bool(bool),
    Number(i64),
    Text(String),
}

impl LooseBool {
    /// The value of a field that may be missing.
    pub fn or(given: Option<&Self>, field: &str, default: bool) -> Result<bool, Refusal> {
        given.map_or(Ok(default), |it| it.value(field))
    }

    pub fn value(&self, field: &str) -> Result<bool, Refusal> {
        match self {
            Self::Bool(it) => Ok(*it),
            Self::Number(0) => Ok(false),
            Self::Number(1) => Ok(true),
            Self::Text(it) if it.eq_ignore_ascii_case("true") || it == "1" => Ok(true),
            Self::Text(it) if it.eq_ignore_ascii_case("false") || it == "0" => Ok(false),
            _ => Err(Refusal::bad_request(format!("{field}: must be true or false"))),
        }
    }
}

/// As the number that it is.
impl<Of: Copy, Number: Copy + Serialize> Serialize for Id<Of, Number> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<Of, Number: JsonSchema> JsonSchema for Id<Of, Number> {
    fn inline_schema() -> bool {
        Number::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        Number::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Number::json_schema(generator)
    }
}

/// `27` or `"27"`: the page prints ids as strings, clients send them as numbers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LooseId {
    Number(u64),
    Text(String),
}

impl LooseId {
    pub fn id<Of>(&self, kind: &str) -> Result<Id<Of, u64>, Refusal> {
        self.value(kind).map(Id::new)
    }

    /// A text that is not a number names nobody.
    pub fn value(&self, kind: &str) -> Result<u64, Refusal> {
        match self {
            Self::Number(it) => Ok(*it),
            Self::Text(it) => {
                it.parse().map_err(|_| Refusal::not_found(format!("{kind} {it} does not exist")))
            }
        }
    }
}

/// APPEND, REPLACE or UPSERT, in either case.
pub fn update_method(field: &str, text: &str) -> Result<UpdateMethod, Refusal> {
    if UpdateMethod::is_missing(text) {
        return Err(Refusal::not_emulated(format_args!("{field}: '{text}'")));
    }
    text.parse().map_err(|problem| Refusal::bad_request(format!("{field}: {problem}")))
}

/// Where a page of a list begins, and how long it is.
#[derive(Debug, Default, Deserialize)]
pub struct Page {
    limit: Option<usize>,
    offset: Option<usize>,
}

impl Page {
    pub fn of<T>(&self, all: Vec<T>, limit_default: usize) -> Vec<T> {
        let limit = self.limit.unwrap_or(limit_default);
        all.into_iter().skip(self.offset.unwrap_or(0)).take(limit).collect()
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Owner {
    pub id: String,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub group: bool,
}

/// A column as clients send it: `{"type": "LONG", "name": "id"}` and more.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnDefinition {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub visible: Option<bool>,
    pub upsert_key: Option<bool>,
    pub description: Option<String>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    pub tags: Option<Vec<String>>,
}

impl ColumnDefinition {
    fn into_column(self) -> Result<SchemaColumn, Refusal> {
        let kind: ColumnType = self
            .kind
            .parse()
            .map_err(|it| Refusal::bad_request(format!("column '{}': {it}", self.name)))?;
        Ok(SchemaColumn {
            name: self.name,
            kind,
            visible: self.visible.unwrap_or(true),
            upsert_key: self.upsert_key.unwrap_or(false),
            description: self.description,
            tags: self.tags.unwrap_or_default(),
        })
    }
}

/// `{"columns": […]}`; what else a schema has (`objects`, `views`) is passed over.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct SchemaDefinition {
    #[serde(deserialize_with = "crate::wire::loose_lists::one_or_many")]
    pub columns: Vec<ColumnDefinition>,
}

impl SchemaDefinition {
    pub fn into_columns(self) -> Result<Vec<SchemaColumn>, Refusal> {
        self.columns.into_iter().map(ColumnDefinition::into_column).collect()
    }
}

/// A Beast Mode, as Domo prints it among a dataset's properties and as it may be put there.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Formula {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_id: Option<u64>,
    #[serde(default)]
    pub id: String,
    pub name: String,
    pub formula: String,
    #[serde(default = "valid")]
    pub status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
    #[serde(default)]
    pub persisted_on_data_source: bool,
    #[serde(default)]
    pub is_aggregatable: bool,
    #[serde(default)]
    pub bignumber: bool,
    #[serde(default)]
    pub column_positions: Vec<ColumnPosition>,
}

/// Where a formula names a column: `` `date` `` at character 29.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnPosition {
    pub column_name: String,
    pub column_position: usize,
}

/// `{"formulas": {"formulas": {"calculation_…": {…}}}}`
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DatasetProperties {
    #[serde(default)]
    pub formulas: Formulas,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Formulas {
    #[serde(default)]
    pub formulas: BTreeMap<String, Formula>,
}

fn valid() -> String {
    "VALID".to_owned()
}

impl From<&crate::domain::Formula> for Formula {
    fn from(it: &crate::domain::Formula) -> Self {
        Self {
            template_id: it.template_id,
            id: it.id.clone(),
            name: it.name.clone(),
            formula: it.expression.clone(),
            status: valid(),
            data_type: it.data_type.clone(),
            persisted_on_data_source: true,
            is_aggregatable: it.aggregatable,
            bignumber: false,
            column_positions: column_positions(&it.expression),
        }
    }
}

impl Formula {
    pub fn into_domain(self, key: &str) -> crate::domain::Formula {
        crate::domain::Formula {
            id: if self.id.is_empty() { key.to_owned() } else { self.id },
            template_id: self.template_id,
            name: self.name,
            expression: self.formula,
            data_type: self.data_type,
            aggregatable: self.is_aggregatable,
        }
    }
}

/// The backticked names of an expression, with the character at which each begins.
fn column_positions(expression: &str) -> Vec<ColumnPosition> {
    let ticks: Vec<usize> = expression.match_indices('`').map(|(at, _)| at).collect();
    ticks
        .chunks_exact(2)
        .map(|pair| ColumnPosition {
            column_name: expression[pair[0]..=pair[1]].to_owned(),
            column_position: expression[..pair[0]].chars().count(),
        })
        .collect()
}
