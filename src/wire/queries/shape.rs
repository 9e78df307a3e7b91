//! The shapes of an answer, and how a request chooses among them.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::settings::QueryShape;
use crate::domain::{CsvNull, DatasetId, OutputColumn, RowFormat, Session};
use crate::wire::Settings;
use crate::wire::error::Refusal;
use crate::wire::headers::JSON;
use crate::wire::shapes::Opaque;

/// What surrounds the rows, and how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The documented one: an object for each row.
    List,
    /// The one that every known client reads: columns, metadata, and an array for each row.
    Table,
    /// As `Table`, with a boolean where the product's answer has a string.
    DeveloperTable,
    /// As `Table`, each cell as a string.
    TextTable,
    Csv,
}

/// What a request gets that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DefaultShape {
    /// By what the request accepts; a list of objects where that says nothing.
    Auto,
    List,
    Table,
}

impl From<QueryShape> for DefaultShape {
    fn from(shape: QueryShape) -> Self {
        match shape {
            QueryShape::Auto => Self::Auto,
            QueryShape::List => Self::List,
            QueryShape::Table => Self::Table,
        }
    }
}

/// That of the instance's seed, else that of the server.
impl FromRequestParts<Settings> for DefaultShape {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        settings: &Settings,
    ) -> Result<Self, Infallible> {
        let of_seed = parts.extensions.get::<Session>().and_then(Session::query_shape);
        Ok(of_seed.map_or(settings.default_shape, Into::into))
    }
}

/// Query parameters that the shape depends on.
#[derive(Debug, Default, Deserialize)]
pub struct ShapeQuery {
    /// Our own: `list`, `table` or `csv`.
    format: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

impl ShapeQuery {
    pub fn wanted(&self) -> Result<Option<Shape>, Refusal> {
        match self.format.as_deref() {
            None => Ok(None),
            Some("list") => Ok(Some(Shape::List)),
            Some("table" | "object") => Ok(Some(Shape::Table)),
            Some("csv") => Ok(Some(Shape::Csv)),
            Some(other) => Err(Refusal::bad_request(format!(
                "format: '{other}' is none of list, table and csv"
            ))),
        }
    }
}

impl Shape {
    /// The first rule that applies: the URL's own word, what is accepted, a structured query, the paging that a client
    /// adds to the URL, the server's setting. The page's example has no Accept header, and gets what the page shows.
    pub fn negotiate(
        default_shape: DefaultShape,
        headers: &HeaderMap,
        query: &ShapeQuery,
        is_structured: bool,
    ) -> Result<Self, Refusal> {
        if let Some(shape) = query.wanted()? {
            return Ok(shape);
        }
        let accept =
            headers.get(header::ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
        if accept.contains("array-of-objects") {
            return Ok(Self::List);
        }
        let accepts_json = accept.contains("application/json");
        if accept.contains("text/csv") && !accepts_json {
            return Ok(Self::Csv);
        }
        if is_structured {
            return Ok(Self::Table);
        }
        match default_shape {
            DefaultShape::List => Ok(Self::List),
            DefaultShape::Table => Ok(Self::Table),
            DefaultShape::Auto => {
                let pages = query.limit.is_some() && query.offset.is_some();
                Ok(if accepts_json || pages { Self::Table } else { Self::List })
            }
        }
    }

    pub const fn rows(self) -> RowFormat {
        match self {
            Self::List => RowFormat::JsonObjects,
            Self::Table | Self::DeveloperTable => RowFormat::JsonArrays,
            Self::TextTable => RowFormat::JsonStringArrays,
            Self::Csv => RowFormat::Csv { null: CsvNull::Empty },
        }
    }

    pub const fn content_type(self) -> HeaderValue {
        match self {
            Self::Csv => HeaderValue::from_static("text/csv;charset=UTF-8"),
            _ => JSON,
        }
    }

    pub fn frame(self, dataset: DatasetId, columns: &[OutputColumn], duration_ms: i64) -> Frame {
        match self {
            Self::List => Frame { head: b"[".to_vec(), tail: Tail::List },
            Self::Csv => Frame { head: crate::domain::csv_header(columns), tail: Tail::Csv },
            Self::Table | Self::DeveloperTable | Self::TextTable => {
                let head = TableHead::of(dataset, columns);
                let mut head =
                    serde_json::to_vec(&head).expect("strings and numbers are always JSON");
                head.pop();
                head.extend_from_slice(br#","rows":["#);
                Frame {
                    head,
                    tail: Tail::Table {
                        column_count: columns.len(),
                        duration_ms,
                        from_cache: if self == Self::DeveloperTable {
                            "false"
                        } else {
                            "\"false\""
                        },
                    },
                }
            }
        }
    }
}

/// A table of the public API: `fromcache` is a boolean there.
#[derive(Debug, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the answer is streamed; this describes it")]
pub struct DeveloperTableAnswer {
    datasource: String,
    columns: Vec<String>,
    metadata: Vec<ColumnMetadata>,
    rows: Vec<Vec<Opaque>>,
    num_rows: u64,
    num_columns: usize,
    fromcache: bool,
    /// Milliseconds, in a string.
    duration: String,
}

/// What comes before the rows and after them.
#[derive(Debug)]
pub struct Frame {
    pub head: Vec<u8>,
    pub tail: Tail,
}

#[derive(Debug)]
pub enum Tail {
    List,
    Csv,
    Table { column_count: usize, duration_ms: i64, from_cache: &'static str },
}

impl Tail {
    pub fn write(&self, row_count: u64, out: &mut Vec<u8>) {
        match self {
            Self::Csv => {}
            Self::List => out.push(b']'),
            Self::Table { column_count, duration_ms, from_cache } => {
                let tail = format!(
                    r#"],"numRows":{row_count},"numColumns":{column_count},"fromcache":{from_cache},"duration":"{duration_ms}"}}"#
                );
                out.extend_from_slice(tail.as_bytes());
            }
        }
    }
}

/// What the table object says before its rows.
#[derive(Serialize)]
struct TableHead<'a> {
    datasource: String,
    columns: Vec<&'a str>,
    metadata: Vec<ColumnMetadata>,
}

impl<'a> TableHead<'a> {
    fn of(dataset: DatasetId, columns: &'a [OutputColumn]) -> Self {
        let datasource = dataset.to_string();
        let metadata = columns.iter().map(|it| ColumnMetadata {
            kind: it.kind.name(),
            data_source_id: datasource.clone(),
            max_length: -1,
            min_length: -1,
            period_index: 0,
            aggregated: false,
        });
        let metadata = metadata.collect();
        Self { columns: columns.iter().map(|it| it.name.as_str()).collect(), metadata, datasource }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ColumnMetadata {
    #[serde(rename = "type")]
    kind: &'static str,
    data_source_id: String,
    max_length: i32,
    min_length: i32,
    period_index: u32,
    aggregated: bool,
}

/// Either shape of an answer in JSON.
#[derive(Debug, JsonSchema)]
#[serde(untagged)]
pub enum Answer {
    /// An object for each row, by column name.
    List(Vec<std::collections::BTreeMap<String, Opaque>>),
    Table(TableAnswer),
}

#[derive(Debug, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "the answer is streamed; this describes it")]
pub struct TableAnswer {
    datasource: String,
    columns: Vec<String>,
    metadata: Vec<ColumnMetadata>,
    rows: Vec<Vec<Opaque>>,
    num_rows: u64,
    num_columns: usize,
    /// `"false"`: as the recorded answers have it, in a string.
    fromcache: String,
    /// Milliseconds, in a string.
    duration: String,
}
