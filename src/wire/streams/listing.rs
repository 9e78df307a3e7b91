//! Lists of streams: all, by ids, by search.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Stream;
use crate::domain::operations::{StreamFilter, StreamOverview};
use crate::domain::{ExecutionId, Session, StreamId, UserId};
use crate::wire::error::Refusal;
use crate::wire::extract::{Query, Reply};
use crate::wire::path::Path;

/// Where nothing is said, and the most that the public API gives.
pub const PAGE_DEFAULT: usize = 50;
pub const PAGE_MAX: usize = 500;

pub async fn list(session: Session, Query(page): Query<StreamPage>) -> Reply<Vec<Stream>> {
    let streams = page.of(session.streams(&StreamFilter::All));
    Reply(streams.iter().map(Stream::of).collect())
}

pub async fn search(
    session: Session,
    (Query(query), Query(page)): (Query<SearchQuery>, Query<StreamPage>),
) -> Result<Reply<Vec<Stream>>, Refusal> {
    let streams = page.of(session.streams(&query.filter()?));
    Ok(Reply(streams.iter().map(Stream::of).collect()))
}

/// Those of `?streamId=1,2` that there are.
pub async fn bulk(session: Session, Query(query): Query<BulkQuery>) -> Reply<Vec<Stream>> {
    // An id that comes again asks for nothing more.
    let ids: BTreeSet<_> =
        query.stream_id.split(',').filter_map(|it| it.trim().parse().ok()).collect();
    let streams = session.streams_by_id(&ids.into_iter().collect::<Vec<_>>());
    Reply(streams.iter().map(Stream::of).collect())
}

/// The last run of a stream, in a list.
pub async fn state(
    session: Session,
    Path(stream): Path<StreamId>,
) -> Result<Reply<Vec<RunState>>, Refusal> {
    let overview = session.stream(stream)?;
    let states = overview.stream.last().into_iter().map(|it| RunState {
        stream_id: overview.stream.id,
        execution_id: it.id,
        current_state: it.state(overview.moment.now).name(),
    });
    Ok(Reply(states.collect()))
}

/// A client in use writes `offet`, and goes on until a page is empty.
#[derive(Debug, Default, Deserialize)]
pub struct StreamPage {
    limit: Option<usize>,
    #[serde(alias = "offet")]
    offset: Option<usize>,
}

impl StreamPage {
    pub fn of(&self, all: Vec<StreamOverview>) -> Vec<StreamOverview> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT).min(PAGE_MAX);
        all.into_iter().skip(self.offset.unwrap_or(0)).take(limit).collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkQuery {
    stream_id: String,
}

/// `dataSource.id:<uuid>`, `dataSource.name:<name>` or `dataSource.owner.id:<user>`.
#[derive(Debug, Deserialize)]
pub struct SearchQuery {
    q: Option<String>,
}

impl SearchQuery {
    pub fn filter(&self) -> Result<StreamFilter, Refusal> {
        let Some(q) = self.q.as_deref().filter(|it| !it.is_empty()) else {
            return Ok(StreamFilter::All);
        };
        let (field, value) = q.split_once(':').unwrap_or((q, ""));
        let value = value.trim().trim_matches('"').to_owned();
        match field.trim() {
            "dataSource.id" | "dataSet.id" => Ok(StreamFilter::OfDataset(value)),
            "dataSource.name" | "dataSet.name" => Ok(StreamFilter::OfDatasetNamed(value)),
            "dataSource.owner.id" | "dataSet.owner.id" => {
                let owner: UserId = value
                    .parse()
                    .map_err(|_| Refusal::bad_request(format!("q: '{value}' is no user's id")))?;
                Ok(StreamFilter::OfDatasetsOf(owner))
            }
            other => Err(Refusal::bad_request(format!(
                "q: '{other}' is none of dataSource.id, dataSource.name and dataSource.owner.id"
            ))),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunState {
    stream_id: StreamId,
    execution_id: ExecutionId,
    current_state: &'static str,
}
