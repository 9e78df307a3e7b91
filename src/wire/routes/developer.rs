//! The routes of the public API, with the statuses that its SDKs insist on.

use axum::routing::on;

use super::Evidence::Observed;
use super::Verb::{Delete, Get, Patch, Post, Put};
use super::{EDIT, LOGIN, NOTHING, OWN, Route, VIEW};
use crate::wire::developer::{datasets, policies, streams, token};
use crate::wire::queries::{Execute, TableAnswer};
use crate::wire::shapes::Opaque;
use crate::wire::streams::Definition;

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Tokens
    Route::new("public.token", Post, "/oauth/token", |verb| on(verb, token::token), Observed, NOTHING)
        .answers::<token::Token>().ignores(&["grant_type", "scope"]).note("Any client is let in, as the administrator; with --auth strict, those of the seed."),
    Route::new("public.token_by_get", Get, "/oauth/token", |verb| on(verb, token::token), Observed, NOTHING)
        .answers::<token::Token>().ignores(&["grant_type", "scope"]).note("Any client is let in, as the administrator; with --auth strict, those of the seed."),

    // Datasets
    Route::new("public.dataset.create", Post, "/v1/datasets", |verb| on(verb, datasets::create), Observed, LOGIN)
        .reads::<datasets::Definition>().answers::<datasets::Dataset>().creates().refuses(&[400, 413]),
    Route::new("public.dataset.list", Get, "/v1/datasets", |verb| on(verb, datasets::list), Observed, LOGIN)
        .answers::<Vec<datasets::Dataset>>().refuses(&[400]).honours(&["sort", "limit", "offset", "nameLike"]),
    Route::new("public.dataset.get", Get, "/v1/datasets/{dataset}", |verb| on(verb, datasets::get), Observed, VIEW)
        .answers::<datasets::Dataset>().refuses(&[404]).ignores(&["fields"]),
    Route::new("public.dataset.update", Put, "/v1/datasets/{dataset}", |verb| on(verb, datasets::update), Observed, EDIT)
        .reads::<datasets::Definition>().answers::<datasets::Dataset>().refuses(&[400, 404, 413]),
    Route::new("public.dataset.delete", Delete, "/v1/datasets/{dataset}", |verb| on(verb, datasets::delete), Observed, OWN)
        .refuses(&[404]),
    Route::new("public.dataset.import", Put, "/v1/datasets/{dataset}/data", |verb| on(verb, datasets::import), Observed, EDIT)
        .reads_csv().refuses(&[400, 404, 413]).honours(&["updateMethod"]),
    Route::new("public.dataset.export", Get, "/v1/datasets/{dataset}/data", |verb| on(verb, datasets::export), Observed, VIEW)
        .answers_csv().refuses(&[400, 404]).honours(&["includeHeader"]).ignores(&["fileName"]),
    Route::new("public.query", Post, "/v1/datasets/query/execute/{dataset}", |verb| on(verb, datasets::execute), Observed, VIEW)
        .reads::<Execute>().answers::<TableAnswer>().refuses(&[400, 404, 413, 501]).ignores(&["IncludeHeaders"]),

    // Personalised data permissions
    Route::new("public.policy.list", Get, "/v1/datasets/{dataset}/policies", |verb| on(verb, policies::list), Observed, VIEW)
        .answers::<Vec<policies::PublicPolicy>>().refuses(&[404]),
    Route::new("public.policy.create", Post, "/v1/datasets/{dataset}/policies", |verb| on(verb, policies::create), Observed, OWN)
        .reads::<policies::Definition>().answers::<policies::PublicPolicy>().creates().refuses(&[400, 404, 413]),
    Route::new("public.policy.get", Get, "/v1/datasets/{dataset}/policies/{policy}", |verb| on(verb, policies::get), Observed, VIEW)
        .answers::<policies::PublicPolicy>().refuses(&[404]),
    Route::new("public.policy.update", Put, "/v1/datasets/{dataset}/policies/{policy}", |verb| on(verb, policies::update), Observed, OWN)
        .reads::<policies::Definition>().answers::<policies::PublicPolicy>().refuses(&[400, 404, 413]),
    Route::new("public.policy.delete", Delete, "/v1/datasets/{dataset}/policies/{policy}", |verb| on(verb, policies::delete), Observed, OWN)
        .refuses(&[400, 404]),

    // Streams
    Route::new("public.stream.create", Post, "/v1/streams", |verb| on(verb, streams::create), Observed, LOGIN)
        .reads::<Definition>().answers::<streams::Stream>().creates().refuses(&[400, 413, 501]),
    Route::new("public.stream.list", Get, "/v1/streams", |verb| on(verb, streams::list), Observed, LOGIN)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["limit", "offset"]).ignores(&["fields"]),
    Route::new("public.stream.search", Get, "/v1/streams/search", |verb| on(verb, streams::search), Observed, LOGIN)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["q", "limit", "offset"]).ignores(&["fields"]),
    Route::new("public.stream.get", Get, "/v1/streams/{stream}", |verb| on(verb, streams::get), Observed, VIEW)
        .answers::<streams::Stream>().refuses(&[404]).ignores(&["fields"]),
    Route::new("public.stream.update", Patch, "/v1/streams/{stream}", |verb| on(verb, streams::update), Observed, EDIT)
        .reads::<Definition>().answers::<streams::Stream>().refuses(&[400, 404, 413, 501]),
    Route::new("public.stream.delete", Delete, "/v1/streams/{stream}", |verb| on(verb, streams::delete), Observed, OWN)
        .refuses(&[404]).note("The dataset stays."),
    Route::new("public.execution.start", Post, "/v1/streams/{stream}/executions", |verb| on(verb, streams::execute), Observed, EDIT)
        .reads::<streams::Execute>().answers::<streams::Execution>().creates().refuses(&[400, 404, 413, 501]),
    Route::new("public.execution.list", Get, "/v1/streams/{stream}/executions", |verb| on(verb, streams::executions), Observed, VIEW)
        .answers::<Vec<streams::Execution>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("public.execution.get", Get, "/v1/streams/{stream}/executions/{execution}", |verb| on(verb, streams::execution), Observed, VIEW)
        .answers::<streams::Execution>().refuses(&[404]),
    Route::new("public.execution.part", Put, "/v1/streams/{stream}/executions/{execution}/part/{part}", |verb| on(verb, streams::part), Observed, EDIT)
        .reads_csv().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("public.execution.commit", Put, "/v1/streams/{stream}/executions/{execution}/commit", |verb| on(verb, streams::commit), Observed, EDIT)
        .reads::<Opaque>().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("public.execution.abort", Put, "/v1/streams/{stream}/executions/{execution}/abort", |verb| on(verb, streams::abort), Observed, EDIT)
        .reads::<Opaque>().answers::<streams::Execution>().refuses(&[400, 404, 409]),
    Route::new("public.execution.abort_current", Put, "/v1/streams/{stream}/executions/abort", |verb| on(verb, streams::abort_current), Observed, EDIT)
        .reads::<Opaque>().refuses(&[400, 404, 409]),
];
