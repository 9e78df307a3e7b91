//! The format of a seed's TOML files, and the position of mistakes in them.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, anyhow};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::domain::settings::QueryShape;

/// `instance.toml`: how the instance behaves where Domo leaves it open.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstanceFile {
    /// As `--default-shape`, which it overrules.
    pub default_shape: Option<ShapeEntry>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ShapeEntry {
    Auto,
    List,
    Table,
}

impl From<ShapeEntry> for QueryShape {
    fn from(shape: ShapeEntry) -> Self {
        match shape {
            ShapeEntry::Auto => Self::Auto,
            ShapeEntry::List => Self::List,
            ShapeEntry::Table => Self::Table,
        }
    }
}

/// `orders.toml`, with or without an `orders.csv`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatasetFile {
    pub id: Option<Spanned<String>>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub owner: Option<Spanned<u64>>,
    /// Domo's `displayType`; default `api`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// `false`: not indexed yet, so that queries are refused.
    pub indexed: Option<bool>,
    /// Types by column name. Columns of the CSV file that are not listed get inferred types.
    #[serde(default)]
    pub columns: toml::map::Map<String, toml::Value>,
    #[serde(default)]
    pub column_details: Vec<ColumnDetails>,
    #[serde(default)]
    pub permissions: Vec<PermissionEntry>,
    #[serde(default)]
    pub formulas: Vec<FormulaEntry>,
    #[serde(default)]
    pub cards: Vec<CardEntry>,
    #[serde(default)]
    pub partitions: Vec<PartitionEntry>,
    pub stream: Option<StreamEntry>,
}

/// Optional properties of a column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnDetails {
    pub name: Spanned<String>,
    #[serde(default)]
    pub hidden: bool,
    pub description: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermissionEntry {
    pub user: Option<Spanned<u64>>,
    pub group: Option<Spanned<u64>>,
    pub access: Spanned<String>,
}

/// A Beast Mode.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormulaEntry {
    pub id: String,
    pub name: String,
    pub formula: String,
    pub data_type: Option<String>,
    #[serde(default)]
    pub aggregatable: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardEntry {
    pub id: u64,
    pub title: String,
    #[serde(rename = "type", default = "kpi")]
    pub kind: String,
    #[serde(default = "bar")]
    pub chart_type: String,
    pub owner: Option<Spanned<u64>>,
    #[serde(default)]
    pub drill: bool,
}

/// Rows of a partition, in a separate CSV file with the dataset's header.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartitionEntry {
    pub tag: String,
    pub csv: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamEntry {
    pub id: u32,
    #[serde(default = "connector")]
    pub transport: String,
    pub connector: Option<String>,
    pub version: Option<String>,
    pub provider: Option<String>,
    pub provider_name: Option<String>,
    pub update_method: Option<Spanned<String>>,
    pub account: Option<u64>,
    pub schedule: Option<String>,
    /// JSON in a string, as in Domo's API.
    pub advanced_schedule: Option<String>,
    #[serde(default)]
    pub configuration: toml::map::Map<String, toml::Value>,
}

fn kpi() -> String {
    "kpi".to_owned()
}

fn bar() -> String {
    "badge_vert_bar".to_owned()
}

fn connector() -> String {
    "CONNECTOR".to_owned()
}

/// Reads a TOML file; errors start with `file:line:column`.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).map_err(|mistake| match mistake.span() {
        Some(span) => at(path, &span, mistake.message()),
        None => anyhow!("{}: {}", path.display(), mistake.message()),
    })
}

/// An error at a position of a file.
pub(crate) fn at(path: &Path, span: &Range<usize>, problem: &str) -> anyhow::Error {
    let text = fs::read_to_string(path).unwrap_or_default();
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |it| it.chars().count()) + 1;
    anyhow!("{}:{line}:{column}: {problem}", path.display())
}
