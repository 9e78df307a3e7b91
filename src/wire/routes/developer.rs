//! The routes of the public API, with the statuses that its SDKs insist on.

use axum::routing::on;

use super::Evidence::{Documented, Observed};
use super::Verb::{Delete, Get, Patch, Post, Put};
use super::{ADMIN, COLUMNS, EDIT, LOGIN, NOTHING, OF_PAGES, OWN, Route, VIEW};
use crate::wire::developer::{datasets, groups, policies, streams, token, users};
use crate::wire::queries::{DeveloperTableAnswer, Execute};
use crate::wire::shapes::Nothing;
use crate::wire::streams::Definition;

const DATASETS: &str = "https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/DataSet-API.yaml";
const STREAMS: &str = "https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/Stream-API.yaml";
const USERS: &str = "https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/User-API.yaml";
const GROUPS: &str = "https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/Group-API.yaml";
const AUTHENTICATION: &str = "https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/API-Authentication.yaml";

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Tokens
    Route::new("public.token", Post, "/oauth/token", |verb| on(verb, token::token), Observed, NOTHING)
        .answers::<token::Token>().honours(&["grant_type", "scope"]).note("Any client is let in, as the administrator; with --auth strict, those of the seed."),
    Route::new("public.token_by_get", Get, "/oauth/token", |verb| on(verb, token::token), Documented, NOTHING)
        .doc(AUTHENTICATION).answers::<token::Token>().honours(&["grant_type", "scope"]).note("Any client is let in, as the administrator; with --auth strict, those of the seed."),

    // Datasets
    Route::new("public.dataset.create", Post, "/v1/datasets", |verb| on(verb, datasets::create), Documented, LOGIN)
        .doc(DATASETS).reads::<datasets::Definition>().ignores_members(&[COLUMNS]).sent_back::<datasets::Dataset>().answers::<datasets::Dataset>().creates().refuses(&[400, 413]),
    Route::new("public.dataset.list", Get, "/v1/datasets", |verb| on(verb, datasets::list), Documented, LOGIN)
        .doc(DATASETS).answers::<Vec<datasets::Dataset>>().refuses(&[400]).honours(&["sort", "limit", "offset", "nameLike"]),
    Route::new("public.dataset.get", Get, "/v1/datasets/{dataset}", |verb| on(verb, datasets::get), Documented, VIEW)
        .doc(DATASETS).answers::<datasets::Found>().refuses(&[404]).ignores(&[("fields", "all of it is always answered, which is a superset")]),
    Route::new("public.dataset.update", Put, "/v1/datasets/{dataset}", |verb| on(verb, datasets::update), Documented, EDIT)
        .doc(DATASETS).reads::<datasets::Definition>().ignores_members(&[COLUMNS]).sent_back::<datasets::Dataset>().answers::<datasets::Dataset>().refuses(&[400, 404, 413]),
    Route::new("public.dataset.delete", Delete, "/v1/datasets/{dataset}", |verb| on(verb, datasets::delete), Documented, OWN)
        .doc(DATASETS).refuses(&[404]),
    Route::new("public.dataset.import", Put, "/v1/datasets/{dataset}/data", |verb| on(verb, datasets::import), Documented, EDIT)
        .doc(DATASETS).reads_csv().refuses(&[400, 404, 413]).honours(&["updateMethod"]),
    Route::new("public.dataset.export", Get, "/v1/datasets/{dataset}/data", |verb| on(verb, datasets::export), Documented, VIEW)
        .doc(DATASETS).answers_csv().refuses(&[400, 404]).honours(&["includeHeader", "fileName"]).ignores(&[("disableFormulaInterpretation", "which cells Domo escapes is nowhere said")]),
    Route::new("public.query", Post, "/v1/datasets/query/execute/{dataset}", |verb| on(verb, datasets::execute), Documented, VIEW)
        .doc(DATASETS).reads::<Execute>().answers::<DeveloperTableAnswer>().refuses(&[400, 404, 413, 501]).ignores(&[("IncludeHeaders", "the answer is an object, which names its columns")]).ignores_members(&[OF_PAGES]),

    // Personalised data permissions
    Route::new("public.policy.list", Get, "/v1/datasets/{dataset}/policies", |verb| on(verb, policies::list), Documented, VIEW)
        .doc(DATASETS).answers::<Vec<policies::PublicPolicy>>().refuses(&[404]),
    Route::new("public.policy.create", Post, "/v1/datasets/{dataset}/policies", |verb| on(verb, policies::create), Documented, OWN)
        .doc(DATASETS).reads::<policies::Definition>().sent_back::<policies::PublicPolicy>().answers::<policies::PublicPolicy>().creates().refuses(&[400, 404, 413]),
    Route::new("public.policy.get", Get, "/v1/datasets/{dataset}/policies/{policy}", |verb| on(verb, policies::get), Documented, VIEW)
        .doc(DATASETS).answers::<policies::PublicPolicy>().refuses(&[404]),
    Route::new("public.policy.update", Put, "/v1/datasets/{dataset}/policies/{policy}", |verb| on(verb, policies::update), Documented, OWN)
        .doc(DATASETS).reads::<policies::Definition>().sent_back::<policies::PublicPolicy>().answers::<policies::PublicPolicy>().refuses(&[400, 404, 413]),
    Route::new("public.policy.delete", Delete, "/v1/datasets/{dataset}/policies/{policy}", |verb| on(verb, policies::delete), Documented, OWN)
        .doc(DATASETS).refuses(&[400, 404]),

    // Streams
    Route::new("public.stream.create", Post, "/v1/streams", |verb| on(verb, streams::create), Documented, LOGIN)
        .doc(STREAMS).reads::<Definition>().ignores_members(&[COLUMNS, &[("deleted", "Domo sets it: clients send back a stream"), ("dataSet.dataCurrentAt", "Domo sets it: clients send back a dataset"), ("dataSet.policies", "policies have routes of their own: clients send back a dataset")]]).sent_back::<streams::Stream>().answers::<streams::Stream>().creates().refuses(&[400, 413, 501]),
    Route::new("public.stream.list", Get, "/v1/streams", |verb| on(verb, streams::list), Documented, LOGIN)
        .doc(STREAMS).answers::<Vec<streams::Listed>>().refuses(&[400]).honours(&["limit", "offset", "fields"]),
    Route::new("public.stream.search", Get, "/v1/streams/search", |verb| on(verb, streams::search), Documented, LOGIN)
        .doc(STREAMS).answers::<Vec<streams::Listed>>().refuses(&[400]).honours(&["q", "limit", "offset", "fields"]),
    Route::new("public.stream.get", Get, "/v1/streams/{stream}", |verb| on(verb, streams::get), Documented, VIEW)
        .doc(STREAMS).answers::<streams::Listed>().refuses(&[400, 404]).honours(&["fields"]),
    Route::new("public.stream.update", Patch, "/v1/streams/{stream}", |verb| on(verb, streams::update), Documented, EDIT)
        .doc(STREAMS).reads::<Definition>().ignores_members(&[COLUMNS, &[("deleted", "Domo sets it: clients send back a stream"), ("dataSet.dataCurrentAt", "Domo sets it: clients send back a dataset"), ("dataSet.policies", "policies have routes of their own: clients send back a dataset")]]).sent_back::<streams::Stream>().answers::<streams::Stream>().refuses(&[400, 404, 413, 501]).honours(&["updateMethod"]),
    Route::new("public.stream.delete", Delete, "/v1/streams/{stream}", |verb| on(verb, streams::delete), Documented, OWN)
        .doc(STREAMS).refuses(&[404]).note("The dataset stays."),
    Route::new("public.execution.start", Post, "/v1/streams/{stream}/executions", |verb| on(verb, streams::execute), Documented, EDIT)
        .doc(STREAMS).reads::<streams::Execute>().answers::<streams::Execution>().refuses(&[400, 404, 413, 501]),
    Route::new("public.execution.list", Get, "/v1/streams/{stream}/executions", |verb| on(verb, streams::executions), Documented, VIEW)
        .doc(STREAMS).answers::<Vec<streams::Execution>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("public.execution.get", Get, "/v1/streams/{stream}/executions/{execution}", |verb| on(verb, streams::execution), Documented, VIEW)
        .doc(STREAMS).answers::<streams::Execution>().refuses(&[404]),
    Route::new("public.execution.part", Put, "/v1/streams/{stream}/executions/{execution}/part/{part}", |verb| on(verb, streams::part), Documented, EDIT)
        .doc(STREAMS).reads_csv().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("public.execution.commit", Put, "/v1/streams/{stream}/executions/{execution}/commit", |verb| on(verb, streams::commit), Documented, EDIT)
        .doc(STREAMS).reads::<Nothing>().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("public.execution.abort", Put, "/v1/streams/{stream}/executions/{execution}/abort", |verb| on(verb, streams::abort), Documented, EDIT)
        .doc(STREAMS).reads::<Nothing>().answers::<streams::Execution>().refuses(&[400, 404, 409]),
    Route::new("public.execution.abort_current", Put, "/v1/streams/{stream}/executions/abort", |verb| on(verb, streams::abort_current), Documented, EDIT)
        .doc(STREAMS).reads::<Nothing>().refuses(&[400, 404, 409]),

    // Users
    Route::new("public.user.create", Post, "/v1/users", |verb| on(verb, users::create), Documented, ADMIN)
        .doc(USERS).reads::<users::Definition>().sent_back::<users::User>().answers::<users::User>().refuses(&[400, 409, 413]).honours(&["sendInvite"])
        .note("No mail is ever sent."),
    Route::new("public.user.list", Get, "/v1/users", |verb| on(verb, users::list), Documented, LOGIN)
        .doc(USERS).answers::<Vec<users::User>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("public.user.get", Get, "/v1/users/{user}", |verb| on(verb, users::get), Documented, LOGIN)
        .doc(USERS).answers::<users::User>().refuses(&[404]),
    Route::new("public.user.update", Put, "/v1/users/{user}", |verb| on(verb, users::update), Documented, ADMIN)
        .doc(USERS).reads::<users::Definition>().sent_back::<users::User>().answers::<users::User>().refuses(&[400, 404, 409, 413]),
    Route::new("public.user.delete", Delete, "/v1/users/{user}", |verb| on(verb, users::delete), Documented, ADMIN)
        .doc(USERS).refuses(&[400, 404]).note("A user who owns datasets is not deleted, as documented."),

    // Groups
    Route::new("public.group.create", Post, "/v1/groups", |verb| on(verb, groups::create), Documented, ADMIN)
        .doc(GROUPS).reads::<groups::Definition>().sent_back::<groups::Group>().answers::<groups::Group>().refuses(&[400, 409, 413]),
    Route::new("public.group.list", Get, "/v1/groups", |verb| on(verb, groups::list), Documented, LOGIN)
        .doc(GROUPS).answers::<Vec<groups::Group>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("public.group.get", Get, "/v1/groups/{group}", |verb| on(verb, groups::get), Documented, LOGIN)
        .doc(GROUPS).answers::<groups::Group>().refuses(&[404]),
    Route::new("public.group.update", Put, "/v1/groups/{group}", |verb| on(verb, groups::update), Documented, ADMIN)
        .doc(GROUPS).reads::<groups::Definition>().sent_back::<groups::Group>().answers::<groups::Group>().refuses(&[400, 404, 409, 413]),
    Route::new("public.group.delete", Delete, "/v1/groups/{group}", |verb| on(verb, groups::delete), Documented, ADMIN)
        .doc(GROUPS).refuses(&[404]),
    Route::new("public.group.members", Get, "/v1/groups/{group}/users", |verb| on(verb, groups::members), Documented, LOGIN)
        .doc(GROUPS).answers::<Vec<u64>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("public.group.add_member", Put, "/v1/groups/{group}/users/{user}", |verb| on(verb, groups::add_member), Documented, ADMIN)
        .doc(GROUPS).refuses(&[404]),
    Route::new("public.group.remove_member", Delete, "/v1/groups/{group}/users/{user}", |verb| on(verb, groups::remove_member), Documented, ADMIN)
        .doc(GROUPS).refuses(&[404]),
];
