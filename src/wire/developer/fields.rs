//! `?fields=`: which members of a stream are answered.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::wire::error::Refusal;

/// The documented names, and the members that they choose; `all` chooses all.
/// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/Stream-API.yaml>
const FIELDS: [(&str, &str); 6] = [
    ("id", "id"),
    ("dataset", "dataSet"),
    ("dataSet", "dataSet"),
    ("updateMethod", "updateMethod"),
    ("createdAt", "createdAt"),
    ("modifiedAt", "modifiedAt"),
];

#[derive(Debug, Default, Deserialize)]
pub struct FieldsQuery {
    fields: Option<String>,
}

impl FieldsQuery {
    /// None where all of it is wanted.
    pub fn chosen(&self) -> Result<Option<Vec<&'static str>>, Refusal> {
        let asked = self.fields.as_deref().unwrap_or_default();
        let asked: Vec<&str> =
            asked.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
        if asked.is_empty() || asked.contains(&"all") {
            return Ok(None);
        }
        let member = |field: &str| {
            let known = FIELDS.iter().find(|(name, _)| *name == field);
            known.map(|(_, member)| *member).ok_or_else(|| {
                Refusal::bad_request(format!(
                    "fields: '{field}' is none of all, id, dataset, updateMethod, createdAt, modifiedAt"
                ))
            })
        };
        asked.into_iter().map(member).collect::<Result<_, _>>().map(Some)
    }
}

/// An object of which only the chosen members are answered.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Chosen(Map<String, Value>);

impl Chosen {
    pub fn of<T: Serialize>(whole: &T, members: Option<&Vec<&'static str>>) -> Self {
        let mut object = match serde_json::to_value(whole) {
            Ok(Value::Object(object)) => object,
            _ => Map::new(),
        };
        if let Some(members) = members {
            object.retain(|name, _| members.contains(&name.as_str()));
        }
        Self(object)
    }
}

/// Any object: the route's description says of what.
impl JsonSchema for Chosen {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Chosen".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "object" })
    }
}
