//! Streams and their executions.

use axum::routing::on;

use crate::wire::routes::Evidence::{Documented, Observed};
use crate::wire::routes::Verb::{Get, Post, Put};
use crate::wire::routes::{COLUMNS, EDIT, Ignored, LOGIN, Route, VIEW};
use crate::wire::shapes::Nothing;
use crate::wire::streams;
use crate::wire::streams::listing as listed;

/// What the product's pages send of a connector besides.
const CONNECTOR: &[Ignored] = &[
    ("accounts", "account says which"),
    ("account.displayName", "the id says which"),
    ("account.userId", "the id says which"),
];

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Streams
    Route::new("stream.create", Post, "/api/data/v1/streams", |verb| on(verb, streams::create), Documented, LOGIN)
        .doc("stream-connector---create").reads::<streams::Definition>().ignores_members(&[COLUMNS, CONNECTOR]).sent_back::<streams::Stream>().answers::<streams::Stream>().refuses(&[400, 413, 501])
        .note("The page shows no response: the stream, as at its GET."),
    Route::new("stream.get", Get, "/api/data/v1/streams/{stream}", |verb| on(verb, streams::get), Documented, VIEW)
        .doc("stream-connector---get").answers::<streams::Stream>().refuses(&[404]).ignores(&[("fields", "all of it is always answered, which is a superset")]),
    Route::new("stream.update", Put, "/api/data/v1/streams/{stream}", |verb| on(verb, streams::update), Documented, EDIT)
        .doc("stream-connector---update").reads::<streams::Definition>().ignores_members(&[COLUMNS, CONNECTOR]).sent_back::<streams::Stream>().answers::<streams::Stream>().refuses(&[400, 404, 413, 501])
        .note("The page shows no response: the stream, as at its GET."),
    Route::new("stream.history", Get, "/api/data/v1/streams/{stream}/history/aggregate", |verb| on(verb, streams::history), Documented, VIEW)
        .doc("stream-execution-history").answers::<Vec<streams::Run>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("execution.start", Post, "/api/data/v1/streams/{stream}/executions", |verb| on(verb, streams::execute), Documented, EDIT)
        .doc("execute-dataset-stream").reads::<streams::Execute>().answers::<streams::Execution>().creates().refuses(&[400, 404, 413, 501])
        .note("201 where the body has runType, else 200; the body is always the execution."),
    Route::new("stream.list", Get, "/api/data/v1/streams", |verb| on(verb, listed::list), Observed, LOGIN)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["limit", "offset", "offet"]).ignores(&[("fields", "all of it is always answered, which is a superset")])
        .note("offet means offset, as a client in use spells it."),
    Route::new("stream.search", Get, "/api/data/v1/streams/search", |verb| on(verb, listed::search), Observed, LOGIN)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["q", "limit", "offset"]).ignores(&[("fields", "all of it is always answered, which is a superset")]),
    Route::new("stream.bulk", Get, "/api/data/v1/streams/bulk", |verb| on(verb, listed::bulk), Observed, LOGIN)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["streamId"]),
    Route::new("stream.state", Get, "/api/data/v1/streams/state/{stream}", |verb| on(verb, listed::state), Observed, VIEW)
        .answers::<Vec<listed::RunState>>().refuses(&[404]),
    Route::new("execution.list", Get, "/api/data/v1/streams/{stream}/executions", |verb| on(verb, streams::executions), Observed, VIEW)
        .answers::<Vec<streams::Execution>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("execution.get", Get, "/api/data/v1/streams/{stream}/executions/{execution}", |verb| on(verb, streams::execution), Observed, VIEW)
        .answers::<streams::Execution>().refuses(&[404]),
    Route::new("execution.part", Put, "/api/data/v1/streams/{stream}/executions/{execution}/part/{part}", |verb| on(verb, streams::part), Observed, EDIT)
        .reads_csv().answers::<streams::Done>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.commit", Put, "/api/data/v1/streams/{stream}/executions/{execution}/commit", |verb| on(verb, streams::commit), Observed, EDIT)
        .reads::<Nothing>().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.abort", Put, "/api/data/v1/streams/{stream}/executions/{execution}/abort", |verb| on(verb, streams::abort), Observed, EDIT)
        .reads::<streams::Abort>().ignores_members(&[&[("category", "says which part of Domo aborts")]]).answers::<streams::Execution>().refuses(&[400, 404, 409]),
];
