//! Columns renamed and described in place: their rows stay, and queries see it at once.

use std::sync::Arc;

use crate::domain::dataset::{Dataset, ReplacedTable};
use crate::domain::error::{Error, Result};
use crate::domain::ids::DatasetId;
use crate::domain::permission::Need;
use crate::domain::schema::{Schema, SchemaColumn};
use crate::domain::session::Session;
use crate::engine::Column;

/// What changes in one column; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ColumnChange {
    pub name: String,
    pub new_name: Option<String>,
    pub description: Option<String>,
    pub tags: Option<Vec<String>>,
    pub visible: Option<bool>,
}

impl Session {
    pub async fn change_columns(
        &self,
        dataset: DatasetId,
        changes: &[ColumnChange],
    ) -> Result<Arc<Schema>> {
        let before = self.read(dataset, Need::Edit)?;
        let columns = changed(&before.schema.columns, changes)?;
        let renamed = renamed_versions(&before, changes);
        let change = |it: &mut Dataset, now| {
            it.alter_schema(columns.clone(), now)?;
            it.replace_tables(&renamed)?;
            Ok(Arc::clone(&it.schema))
        };
        Ok(self.change_and_index(dataset, &[], change).await?.value.0)
    }
}

fn changed(columns: &[SchemaColumn], changes: &[ColumnChange]) -> Result<Vec<SchemaColumn>> {
    let there = |change: &&ColumnChange| columns.iter().any(|it| is_called(&it.name, &change.name));
    if let Some(stranger) = changes.iter().find(|it| !there(it)) {
        return Err(Error::not_found("column", &stranger.name));
    }
    Ok(columns
        .iter()
        .map(|column| {
            let change = changes.iter().find(|it| is_called(&column.name, &it.name));
            change.map_or_else(|| column.clone(), |it| it.applied_to(column))
        })
        .collect())
}

impl ColumnChange {
    fn applied_to(&self, column: &SchemaColumn) -> SchemaColumn {
        SchemaColumn {
            name: self.new_name.clone().unwrap_or_else(|| column.name.clone()),
            kind: column.kind,
            visible: self.visible.unwrap_or(column.visible),
            upsert_key: column.upsert_key,
            description: self.description.clone().or_else(|| column.description.clone()),
            tags: self.tags.clone().unwrap_or_else(|| column.tags.clone()),
        }
    }
}

fn renamed_versions(dataset: &Dataset, changes: &[ColumnChange]) -> Vec<ReplacedTable> {
    let new_name = |name: &str| {
        let change = changes.iter().find(|it| is_called(name, &it.name));
        change.and_then(|it| it.new_name.clone()).unwrap_or_else(|| name.to_owned())
    };
    let versions = dataset.versions().iter();
    versions
        .filter_map(|it| Some((it.id, it.table.as_ref()?)))
        .map(|(id, table)| {
            let columns: Arc<[Column]> =
                table.columns().iter().map(|it| Column::new(new_name(&it.name), it.kind)).collect();
            ReplacedTable { version: id, stamp: table.stamp(), table: table.renamed(columns) }
        })
        .collect()
}

fn is_called(name: &str, other: &str) -> bool {
    name.to_lowercase() == other.to_lowercase()
}
