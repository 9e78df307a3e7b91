//! The columns of a dataset, and the rules for them.

use std::collections::HashSet;
use std::sync::Arc;

use super::error::{Error, Result};
use super::ids::SchemaId;
use crate::engine::{Column, ColumnType};

/// The most columns that a dataset may have.
pub const COLUMNS_MAX: usize = 5_000;

/// One schema in the history of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    pub id: SchemaId,
    pub columns: Vec<SchemaColumn>,
    /// The same columns as the engine sees them.
    layout: Arc<[Column]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaColumn {
    pub name: String,
    pub kind: ColumnType,
    /// A hidden column is left out of a schema unless it is asked for; queries may still name it.
    pub visible: bool,
    pub upsert_key: bool,
    pub description: Option<String>,
    pub tags: Vec<String>,
}

impl SchemaColumn {
    pub fn new(name: impl Into<String>, kind: ColumnType) -> Self {
        Self {
            name: name.into(),
            kind,
            visible: true,
            upsert_key: false,
            description: None,
            tags: Vec::new(),
        }
    }
}

/// Makes the columns of these names the key of upserts, and no others.
pub fn set_upsert_key(columns: &mut [SchemaColumn], names: &[String]) -> Result<()> {
    let is_called =
        |column: &SchemaColumn, name: &String| column.name.to_lowercase() == name.to_lowercase();
    if let Some(name) = names.iter().find(|name| !columns.iter().any(|it| is_called(it, name))) {
        return Err(Error::invalid("keyColumnNames", format!("there is no column '{name}'")));
    }
    for column in columns {
        column.upsert_key = names.iter().any(|name| is_called(column, name));
    }
    Ok(())
}

impl Schema {
    /// Names must be unique without regard to case, because a query matches them so.
    pub fn new(id: SchemaId, columns: Vec<SchemaColumn>) -> Result<Self> {
        if columns.len() > COLUMNS_MAX {
            return Err(Error::TooLarge {
                what: "the number of columns",
                limit: COLUMNS_MAX as u64,
            });
        }
        let mut seen = HashSet::new();
        for column in &columns {
            if column.name.trim().is_empty() {
                return Err(Error::invalid("schema.columns", "a column has no name"));
            }
            if !seen.insert(column.name.to_lowercase()) {
                let problem = format!(
                    "column '{}' is there twice (case does not tell names apart)",
                    column.name
                );
                return Err(Error::invalid("schema.columns", problem));
            }
        }
        let layout = columns.iter().map(|it| Column::new(&it.name, it.kind)).collect();
        Ok(Self { id, columns, layout })
    }

    /// The positions of the columns whose values tell which rows an upsert replaces.
    pub fn upsert_key(&self) -> Vec<usize> {
        let columns = self.columns.iter().enumerate();
        columns.filter(|(_, it)| it.upsert_key).map(|(at, _)| at).collect()
    }

    /// Columns that say nothing of a key keep the one that is there.
    pub fn keep_upsert_key(&self, columns: &mut [SchemaColumn]) {
        if columns.iter().any(|it| it.upsert_key) {
            return;
        }
        for column in columns {
            column.upsert_key =
                self.columns.iter().any(|it| it.upsert_key && it.name == column.name);
        }
    }

    pub fn layout(&self) -> &Arc<[Column]> {
        &self.layout
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_only_in_case_are_refused() {
        let columns = ["Qty", "qty"].map(|it| SchemaColumn::new(it, ColumnType::Long));
        let refusal = Schema::new(SchemaId::new(1), columns.to_vec()).unwrap_err();
        assert!(refusal.to_string().contains("'qty' is there twice"), "{refusal}");
    }
}
