//! The routes beside those of the page, as the clients in use call them.

use axum::routing::on;

use super::Evidence::Observed;
use super::Route;
use super::Verb::{Delete, Get, Post, Put};
use crate::wire::shapes::{Empty, Opaque};
use crate::wire::{datasets, query, schema, streams};

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Queries
    Route::new("query.export", Post, "/api/query/v1/execute/export/{dataset}", |verb| on(verb, query::export), Observed)
        .reads::<query::Execute>().answers::<query::TableAnswer>().refuses(&[400, 404, 413, 501])
        .honours(&["format"]).ignores(&["includeHeader"]),

    // Datasets
    Route::new("dataset.delete", Delete, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::delete), Observed)
        .answers::<Empty>().refuses(&[404]).ignores(&["deleteMethod"]),

    // Schemas
    Route::new("schema.latest", Get, "/api/data/v2/datasources/{dataset}/schemas/latest", |verb| on(verb, schema::latest), Observed)
        .answers::<schema::Latest>().refuses(&[404]),

    // Streams
    Route::new("execution.list", Get, "/api/data/v1/streams/{stream}/executions", |verb| on(verb, streams::executions), Observed)
        .answers::<Vec<streams::Execution>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("execution.get", Get, "/api/data/v1/streams/{stream}/executions/{execution}", |verb| on(verb, streams::execution), Observed)
        .answers::<streams::Execution>().refuses(&[404]),
    Route::new("execution.part", Put, "/api/data/v1/streams/{stream}/executions/{execution}/part/{part}", |verb| on(verb, streams::part), Observed)
        .reads_csv().answers::<streams::Done>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.commit", Put, "/api/data/v1/streams/{stream}/executions/{execution}/commit", |verb| on(verb, streams::commit), Observed)
        .reads::<Opaque>().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.abort", Put, "/api/data/v1/streams/{stream}/executions/{execution}/abort", |verb| on(verb, streams::abort), Observed)
        .reads::<streams::Abort>().answers::<streams::Execution>().refuses(&[400, 404, 409]),
];
