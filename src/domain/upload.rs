//! A three-stage CSV upload: open, parts, commit.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::Arc;

use super::clock::Timestamp;
use super::error::{Error, Result as DomainResult};
use super::ids::{PartitionTag, SchemaId, UploadId};
use super::schema::Schema;
use crate::engine::{CsvError, Table};

/// What a commit does with the versions before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateMethod {
    Append,
    Replace,
    /// Takes their place with all of their rows whose key is not among the new ones, and the new ones.
    Upsert,
}

impl UpdateMethod {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Append => "APPEND",
            Self::Replace => "REPLACE",
            Self::Upsert => "UPSERT",
        }
    }
}

impl UpdateMethod {
    /// Whether this is a method that Domo has and that is not emulated.
    pub fn is_missing(text: &str) -> bool {
        ["DELETE", "PARTITION"].iter().any(|it| it.eq_ignore_ascii_case(text))
    }
}

impl FromStr for UpdateMethod {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Append, Self::Replace, Self::Upsert]
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                format!("'{text}' is not an update method: use APPEND, REPLACE or UPSERT")
            })
    }
}

/// What a caller says about an upload, at its start or at its commit. All of it may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadIntent {
    pub method: Option<UpdateMethod>,
    /// `appendId` was given and is not null: the upload adds to what is there.
    pub appends: bool,
    pub tag: Option<PartitionTag>,
}

impl UploadIntent {
    /// What holds when `self` is said first and `later` after it: the later word counts where there is one.
    pub fn then(&self, later: &Self) -> Self {
        Self {
            method: later.method.or(self.method),
            appends: later.appends || self.appends,
            tag: later.tag.clone().or_else(|| self.tag.clone()),
        }
    }

    /// A tag always means: replace this partition and leave the rest. Without a word, appending needs a sign of it.
    pub fn resolved_method(&self) -> DomainResult<UpdateMethod> {
        match self.method {
            Some(UpdateMethod::Upsert) if self.tag.is_some() => {
                Err(Error::Unsupported("an upsert into a partition"))
            }
            _ if self.tag.is_some() => Ok(UpdateMethod::Append),
            Some(method) => Ok(method),
            None if self.appends => Ok(UpdateMethod::Append),
            None => Ok(UpdateMethod::Replace),
        }
    }
}

/// An upload that has not been committed.
#[derive(Clone, Debug)]
pub struct Upload {
    pub id: UploadId,
    pub requested_at: Timestamp,
    pub intent: UploadIntent,
    pub parts: BTreeMap<u32, Part>,
}

/// One part as it was read; what is wrong with it is told at the commit.
#[derive(Clone, Debug)]
pub struct Part {
    pub schema: SchemaId,
    pub content: Result<Table, Arc<CsvError>>,
    /// Bytes of CSV, unzipped.
    pub csv_bytes: u64,
}

/// Rows that are appended in one call.
#[derive(Clone, Debug)]
pub enum NewRows {
    /// A line as it stands, with the byte between its values.
    Separated { values: String, delimiter: u8 },
    /// Values by column; `None`, and a column that is not named, is null.
    Records(Vec<Vec<(String, Option<String>)>>),
}

impl NewRows {
    /// The byte between values.
    pub fn delimiter(&self) -> u8 {
        match self {
            Self::Separated { delimiter, .. } => *delimiter,
            Self::Records(_) => b',',
        }
    }

    /// CSV for a schema, piece by piece: a record may name far fewer columns than there are.
    pub fn into_csv(
        self,
        schema: &Schema,
    ) -> DomainResult<Box<dyn Iterator<Item = String> + Send>> {
        let records = match self {
            Self::Separated { values, .. } => return Ok(Box::new(std::iter::once(values))),
            Self::Records(records) => records,
        };
        let names = schema.columns.iter().enumerate().map(|(at, it)| (it.name.to_lowercase(), at));
        let positions: HashMap<String, usize> = names.collect();
        let place =
            |(name, value): (String, Option<String>)| match positions.get(&name.to_lowercase()) {
                Some(at) => Ok((*at, value)),
                None => Err(Error::invalid("data", format!("there is no column '{name}'"))),
            };
        let placed = records
            .into_iter()
            .map(|record| record.into_iter().map(place).collect::<DomainResult<Vec<_>>>())
            .collect::<DomainResult<Vec<_>>>()?;
        let width = schema.columns.len();
        Ok(Box::new(placed.into_iter().map(move |record| line(record, width))))
    }
}

/// `"a","b ""c""",\N`
fn line(record: Vec<(usize, Option<String>)>, width: usize) -> String {
    let mut cells = vec![r"\N".to_owned(); width];
    for (at, value) in record {
        if let Some(text) = value {
            cells[at] = format!("\"{}\"", text.replace('"', "\"\""));
        }
    }
    cells.join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_follows_from_what_was_said() {
        let silent = UploadIntent::default();
        let latest = UploadIntent { appends: true, ..UploadIntent::default() };
        let replace =
            UploadIntent { method: Some(UpdateMethod::Replace), ..UploadIntent::default() };
        let tagged = UploadIntent { tag: Some("2024".to_owned()), ..UploadIntent::default() };
        assert_eq!(silent.resolved_method().unwrap(), UpdateMethod::Replace);
        assert_eq!(latest.resolved_method().unwrap(), UpdateMethod::Append);
        assert_eq!(latest.then(&replace).resolved_method().unwrap(), UpdateMethod::Replace);
        assert_eq!(replace.then(&silent).resolved_method().unwrap(), UpdateMethod::Replace);
        assert_eq!(replace.then(&tagged).resolved_method().unwrap(), UpdateMethod::Append);
        let upsert = UploadIntent { method: Some(UpdateMethod::Upsert), ..UploadIntent::default() };
        assert_eq!(upsert.then(&latest).resolved_method().unwrap(), UpdateMethod::Upsert);
        assert!(upsert.then(&tagged).resolved_method().is_err());
    }
}
