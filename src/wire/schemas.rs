//! Schemas: the indexed one, the latest one, and altering it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Json, Query, Reply};
use super::path::Path;
use super::shapes::{ColumnDefinition, LooseBool, Opaque, SchemaDefinition};
use crate::domain::{self, DatasetId, SchemaId, Session};

pub async fn indexed(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<IndexedQuery>,
) -> Result<Reply<Indexed>, Refusal> {
    let with_hidden = LooseBool::or(query.include_hidden.as_ref(), "includeHidden", false)?;
    let schema = session.indexed_schema(dataset)?;
    Ok(Reply(Indexed::of(&schema, dataset, with_hidden)))
}

pub async fn latest(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Latest>, Refusal> {
    let schema = session.latest_schema(dataset)?;
    Ok(Reply(Latest { schema: DetailedColumns::of(&schema) }))
}

pub async fn alter(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Alter>,
) -> Result<Reply<Altered>, Refusal> {
    let schema = session.alter_schema(dataset, body.into_columns()?)?;
    Ok(Reply(Altered::of(&schema, dataset)))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexedQuery {
    include_hidden: Option<LooseBool>,
}

/// The schema that queries see.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Indexed {
    name: &'static str,
    tables: Vec<IndexedTable>,
    data_source_id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct IndexedTable {
    columns: Vec<IndexedColumn>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IndexedColumn {
    name: String,
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    visible: bool,
    order: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    upsert_key: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
}

impl IndexedColumn {
    fn of(it: &domain::SchemaColumn) -> Self {
        Self {
            name: it.name.clone(),
            id: it.name.clone(),
            kind: it.kind.name(),
            visible: it.visible,
            order: 0,
            upsert_key: it.upsert_key.then_some(true),
            description: it.description.clone(),
            tags: (!it.tags.is_empty()).then(|| it.tags.clone()),
        }
    }
}

impl Indexed {
    fn of(schema: &domain::Schema, dataset: domain::DatasetId, with_hidden: bool) -> Self {
        let shown = schema.columns.iter().filter(|it| with_hidden || it.visible);
        Self {
            name: "schema",
            tables: vec![IndexedTable { columns: shown.map(IndexedColumn::of).collect() }],
            data_source_id: dataset.to_string(),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Latest {
    schema: DetailedColumns,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DetailedColumns {
    columns: Vec<DetailedColumn>,
}

impl DetailedColumns {
    pub fn of(schema: &domain::Schema) -> Self {
        Self { columns: schema.columns.iter().map(DetailedColumn::of).collect() }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DetailedColumn {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    id: String,
    visible: bool,
    metadata: ColumnMetadata,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnMetadata {
    col_label: String,
    col_format: &'static str,
    is_encrypted: bool,
}

impl DetailedColumn {
    fn of(it: &domain::SchemaColumn) -> Self {
        Self {
            kind: it.kind.name(),
            name: it.name.clone(),
            id: it.name.clone(),
            visible: it.visible,
            metadata: ColumnMetadata {
                col_label: it.name.clone(),
                col_format: "",
                is_encrypted: false,
            },
        }
    }
}

/// `{"columns": […]}`, or the same under `schema`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Alter {
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    columns: Option<Vec<ColumnDefinition>>,
    schema: Option<SchemaDefinition>,
}

impl Alter {
    fn into_columns(self) -> Result<Vec<domain::SchemaColumn>, Refusal> {
        let direct = self.columns.map(|columns| SchemaDefinition { columns });
        let schema = direct.or(self.schema);
        schema.ok_or_else(|| Refusal::bad_request("columns: is missing"))?.into_columns()
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Altered {
    data_source_id: String,
    schema_id: SchemaId,
    schema: Columns,
}

/// A schema as the v2 routes print it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Columns {
    columns: Vec<IndexedColumn>,
    objects: [Opaque; 0],
    views: [Opaque; 0],
}

impl Columns {
    pub fn of(schema: &domain::Schema) -> Self {
        Self {
            columns: schema.columns.iter().map(IndexedColumn::of).collect(),
            objects: [],
            views: [],
        }
    }
}

impl Altered {
    fn of(schema: &domain::Schema, dataset: domain::DatasetId) -> Self {
        Self {
            data_source_id: dataset.to_string(),
            schema_id: schema.id,
            schema: Columns::of(schema),
        }
    }
}
