//! Columns renamed and described in place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Json, Reply};
use super::path::Path;
use crate::domain::operations::ColumnChange;
use crate::domain::{self, DatasetId, Session};

pub async fn get(
    session: Session,
    Path(dataset): Path<DatasetId>,
) -> Result<Reply<Wrangled>, Refusal> {
    let schema = session.latest_schema(dataset)?;
    Ok(Reply(Wrangled::of(&schema)))
}

pub async fn change(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Json(body): Json<Wrangle>,
) -> Result<Reply<Wrangled>, Refusal> {
    let changes: Vec<ColumnChange> =
        body.columns.into_iter().map(ColumnWrangle::into_domain).collect();
    let schema = session.change_columns(dataset, &changes).await?;
    Ok(Reply(Wrangled::of(&schema)))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Wrangle {
    #[serde(deserialize_with = "crate::wire::loose_lists::one_or_many")]
    columns: Vec<ColumnWrangle>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnWrangle {
    /// Of these the first that is there names the column as it is called now.
    name: Option<String>,
    column_name: Option<String>,
    id: Option<String>,
    new_name: Option<String>,
    description: Option<String>,
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    tags: Option<Vec<String>>,
    visible: Option<bool>,
}

impl ColumnWrangle {
    fn into_domain(self) -> ColumnChange {
        ColumnChange {
            name: self.name.or(self.column_name).or(self.id).unwrap_or_default(),
            new_name: self.new_name,
            description: self.description,
            tags: self.tags,
            visible: self.visible,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Wrangled {
    columns: Vec<WrangledColumn>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct WrangledColumn {
    name: String,
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    visible: bool,
    description: Option<String>,
    tags: Vec<String>,
}

impl Wrangled {
    fn of(schema: &domain::Schema) -> Self {
        let columns = schema.columns.iter().map(|it| WrangledColumn {
            name: it.name.clone(),
            id: it.name.clone(),
            kind: it.kind.name(),
            visible: it.visible,
            description: it.description.clone(),
            tags: it.tags.clone(),
        });
        Self { columns: columns.collect() }
    }
}
