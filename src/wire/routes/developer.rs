//! The routes of the public API, with the statuses that its SDKs insist on.

use axum::routing::on;

use super::Evidence::{Documented, Observed};
use super::Verb::{Delete, Get, Patch, Post, Put};
use super::{ADMIN, EDIT, LOGIN, NOTHING, OWN, Route, VIEW};
use crate::wire::developer::{datasets, groups, policies, streams, token, users};
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

    // Users
    Route::new("public.user.create", Post, "/v1/users", |verb| on(verb, users::create), Documented, ADMIN)
        .doc("User-API.yaml").reads::<users::Definition>().answers::<users::User>().refuses(&[400, 409, 413]).honours(&["sendInvite"])
        .note("No mail is ever sent."),
    Route::new("public.user.list", Get, "/v1/users", |verb| on(verb, users::list), Documented, LOGIN)
        .doc("User-API.yaml").answers::<Vec<users::User>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("public.user.get", Get, "/v1/users/{user}", |verb| on(verb, users::get), Documented, LOGIN)
        .doc("User-API.yaml").answers::<users::User>().refuses(&[404]),
    Route::new("public.user.update", Put, "/v1/users/{user}", |verb| on(verb, users::update), Documented, ADMIN)
        .doc("User-API.yaml").reads::<users::Definition>().answers::<users::User>().refuses(&[400, 404, 409, 413]),
    Route::new("public.user.delete", Delete, "/v1/users/{user}", |verb| on(verb, users::delete), Documented, ADMIN)
        .doc("User-API.yaml").refuses(&[400, 404]).note("A user who owns datasets is not deleted, as documented."),

    // Groups
    Route::new("public.group.create", Post, "/v1/groups", |verb| on(verb, groups::create), Documented, ADMIN)
        .doc("Group-API.yaml").reads::<groups::Definition>().answers::<groups::Group>().refuses(&[400, 409, 413]),
    Route::new("public.group.list", Get, "/v1/groups", |verb| on(verb, groups::list), Documented, LOGIN)
        .doc("Group-API.yaml").answers::<Vec<groups::Group>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("public.group.get", Get, "/v1/groups/{group}", |verb| on(verb, groups::get), Documented, LOGIN)
        .doc("Group-API.yaml").answers::<groups::Group>().refuses(&[404]),
    Route::new("public.group.update", Put, "/v1/groups/{group}", |verb| on(verb, groups::update), Documented, ADMIN)
        .doc("Group-API.yaml").reads::<groups::Definition>().answers::<groups::Group>().refuses(&[400, 404, 409, 413]),
    Route::new("public.group.delete", Delete, "/v1/groups/{group}", |verb| on(verb, groups::delete), Documented, ADMIN)
        .doc("Group-API.yaml").refuses(&[404]),
    Route::new("public.group.members", Get, "/v1/groups/{group}/users", |verb| on(verb, groups::members), Documented, LOGIN)
        .doc("Group-API.yaml").answers::<Vec<u64>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("public.group.add_member", Put, "/v1/groups/{group}/users/{user}", |verb| on(verb, groups::add_member), Documented, ADMIN)
        .doc("Group-API.yaml").refuses(&[404]),
    Route::new("public.group.remove_member", Delete, "/v1/groups/{group}/users/{user}", |verb| on(verb, groups::remove_member), Documented, ADMIN)
        .doc("Group-API.yaml").refuses(&[404]),
];
