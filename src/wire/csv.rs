//! Rows as a CSV answer.

use std::future::ready;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

use super::error::Refusal;
use super::queries::Shape;
use super::shapes::LooseBool;
use crate::domain::{CsvNull, Export, RowFormat, SqlError, csv_header};

/// The answer while it is written.
pub fn answer(export: Export, null: CsvNull, with_header: bool) -> Response {
    let header = if with_header { csv_header(export.columns()) } else { Vec::new() };
    let header = stream::once(ready(Ok::<_, SqlError>(Bytes::from(header))));
    let rows = export.rows(RowFormat::Csv { null });
    let chunks = rows.into_chunks().map_ok(|it| it.bytes);
    let body = Body::from_stream(header.chain(chunks));
    ([(header::CONTENT_TYPE, Shape::Csv.content_type())], body).into_response()
}

/// `?includeHeader=true`; clients also write `True`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeaderQuery {
    include_header: Option<LooseBool>,
}

impl HeaderQuery {
    pub fn with_header(&self) -> Result<bool, Refusal> {
        LooseBool::or(self.include_header.as_ref(), "includeHeader", false)
    }
}
