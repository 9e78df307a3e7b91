//! The public API of api.domo.com: the same datasets and streams under other names.

pub mod datasets;
pub mod fields;
pub mod groups;
pub mod policies;
pub mod streams;
pub mod token;
pub mod users;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{self, Moment, UserId};

/// A column: two members in this order, because a client compares their text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Column {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Schema {
    columns: Vec<Column>,
}

impl Schema {
    fn of(it: &domain::Schema) -> Self {
        let columns = it.columns.iter();
        Self {
            columns: columns
                .map(|it| Column { kind: it.kind.name(), name: it.name.clone() })
                .collect(),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Owner {
    id: UserId,
    name: String,
}

impl Owner {
    fn of(it: &domain::Dataset, moment: &Moment) -> Self {
        let id = it.owner();
        Self { id, name: moment.name_of_user(id) }
    }
}
