//! SQL over a dataset, in the shape that the caller reads.

mod shape;
mod structured;

use std::future::ready;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Deserialize;

use super::error::Refusal;
use super::extract::{Json, Query};
use super::path::Path;
use super::routes::Evidence;
use super::shapes::{LooseBool, LooseId};
use crate::domain::{DatasetId, PolicyId, Question, Rows, Session, SqlError, operations};

pub use structured::StructuredQuery;

pub use shape::{
    Answer, DefaultShape, DeveloperTableAnswer, Frame, Shape, ShapeQuery, TableAnswer,
};

/// Says that a LONG has overflowed in the answer, and wrapped around as Domo's does.
const OVERFLOW: HeaderName = HeaderName::from_static("x-domock-overflow");

pub async fn execute(
    default_shape: DefaultShape,
    session: Session,
    Path(dataset): Path<DatasetId>,
    (headers, Query(query)): (HeaderMap, Query<ShapeQuery>),
    Json(body): Json<Execute>,
) -> Result<Response, Refusal> {
    let shape = Shape::negotiate(default_shape, &headers, &query, body.query.is_some())?;
    let shape = body.shape(shape)?;
    answer(&session, dataset, body, shape).await
}

/// The same, in the shape of a table unless the URL says otherwise.
pub async fn export(
    session: Session,
    Path(dataset): Path<DatasetId>,
    Query(query): Query<ShapeQuery>,
    Json(body): Json<Execute>,
) -> Result<Response, Refusal> {
    let shape = query.wanted()?.unwrap_or(Shape::Table);
    let shape = body.shape(shape)?;
    answer(&session, dataset, body, shape).await
}

pub async fn answer(
    session: &Session,
    dataset: DatasetId,
    body: Execute,
    shape: Shape,
) -> Result<Response, Refusal> {
    let seen_as = body.seen_as()?;
    let asked = (body.question()?, shape.rows());
    let operations::Answer { rows, duration_ms } = session.query(dataset, asked, &seen_as).await?;
    let evidence = Evidence::of_query(rows.evidence().grade);
    let frame = shape.frame(dataset, rows.columns(), duration_ms);
    let has_overflowed = rows.has_overflowed();
    let body = if rows.is_complete() { whole(rows, frame).await? } else { streamed(rows, frame) };
    let mut response = ([(header::CONTENT_TYPE, shape.content_type())], body).into_response();
    response.extensions_mut().insert(evidence);
    if has_overflowed {
        response.headers_mut().insert(OVERFLOW, HeaderValue::from_static("LONG"));
    }
    Ok(response)
}

/// A short answer in one piece, so that whatever is wrong with it can still be refused.
async fn whole(rows: Rows, frame: Frame) -> Result<Body, Refusal> {
    let mut body = frame.head;
    let mut row_count = 0;
    let mut chunks = pin!(rows.into_chunks());
    while let Some(chunk) = chunks.try_next().await? {
        body.extend_from_slice(&chunk.bytes);
        row_count += chunk.rows;
    }
    frame.tail.write(row_count, &mut body);
    Ok(Body::from(body))
}

/// A long answer while it is computed; what goes wrong in the middle can only break the connection off.
fn streamed(rows: Rows, frame: Frame) -> Body {
    let row_count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&row_count);
    let head = stream::once(ready(Ok(Bytes::from(frame.head))));
    let chunks = rows.into_chunks().map_ok(move |chunk| {
        counter.fetch_add(chunk.rows, Ordering::Relaxed);
        chunk.bytes
    });
    let tail = stream::once(async move {
        let mut bytes = Vec::new();
        frame.tail.write(row_count.load(Ordering::Relaxed), &mut bytes);
        Ok::<_, SqlError>(Bytes::from(bytes))
    });
    Body::from_stream(head.chain(chunks).chain(tail))
}

/// `sql`, or the structured `query` of Domo's own pages.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Execute {
    pub sql: Option<String>,
    pub query: Option<StructuredQuery>,
    pub context: Option<Context>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// `StandardCalendar`
    calendar: Option<String>,
    features: Option<Features>,
    data_control_context: Option<DataControlContext>,
}

/// The policies as which to see the rows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataControlContext {
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    filter_group_ids: Option<Vec<LooseId>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Features {
    treat_numbers_as_strings: Option<LooseBool>,
}

impl Execute {
    fn question(self) -> Result<Question, Refusal> {
        match (self.sql, self.query) {
            (Some(sql), _) => Ok(Question::Sql(sql)),
            (None, Some(query)) => Ok(Question::Structured(Box::new(query.into_domain()?))),
            (None, None) => Err(Refusal::bad_request("sql: is missing")),
        }
    }

    fn seen_as(&self) -> Result<Vec<PolicyId>, Refusal> {
        let calendar = self.context.as_ref().and_then(|it| it.calendar.as_deref());
        if calendar.is_some_and(|it| it != "StandardCalendar") {
            return Err(Refusal::not_emulated("a calendar other than StandardCalendar"));
        }
        let context = self.context.as_ref().and_then(|it| it.data_control_context.as_ref());
        let ids = context.and_then(|it| it.filter_group_ids.as_ref());
        ids.into_iter().flatten().map(|it| it.id("policy")).collect()
    }

    /// What a table's cells are in the answer to a structured query.
    fn shape(&self, shape: Shape) -> Result<Shape, Refusal> {
        let features = self.context.as_ref().and_then(|it| it.features.as_ref());
        let as_text = features.and_then(|it| it.treat_numbers_as_strings.as_ref());
        let as_text = LooseBool::or(as_text, "TreatNumbersAsStrings", false)?;
        Ok(if as_text && shape == Shape::Table { Shape::TextTable } else { shape })
    }
}
