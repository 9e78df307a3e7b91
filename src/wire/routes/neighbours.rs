//! The routes beside those of the page, as the clients in use call them.

use axum::routing::on;

use super::Evidence::Observed;
use super::Needs::{Edit, Login, Nothing, Own, Share, View};
use super::Route;
use super::Verb::{Delete, Get, Post, Put};
use crate::wire::shapes::{Empty, LooseId, Opaque};
use crate::wire::streams::listing as listed;
use crate::wire::versions::vault;
use crate::wire::{
    access, cards, datasets, listing, people, policies, query, schema, streams, wrangle,
};

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Users and groups
    Route::new("login", Post, "/api/content/v2/authentication", |verb| on(verb, people::log_in), Observed, Nothing)
        .reads::<people::Login>().answers::<people::LoggedIn>().refuses(&[400, 413])
        .note("Every address and password is let in, as the administrator; without one of them it is a refused login. With --auth strict, those of the seed."),
    Route::new("user.me", Get, "/api/content/v2/users/me", |verb| on(verb, people::me), Observed, Login)
        .answers::<people::User>(),
    Route::new("user.list", Get, "/api/content/v2/users", |verb| on(verb, people::users), Observed, Login)
        .answers::<Vec<people::User>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("user.get", Get, "/api/content/v2/users/{user}", |verb| on(verb, people::user), Observed, Login)
        .also_at(&["/api/content/v3/users/{user}"]).answers::<people::User>().refuses(&[404]).ignores(&["includeDetails"]),
    Route::new("user.search", Post, "/api/identity/v1/users/search", |verb| on(verb, people::search), Observed, Login)
        .reads::<people::Search>().answers::<people::Found>().refuses(&[400, 413, 501])
        .note("Filters by values and by text, on id, displayName, emailAddress and roleId; always in the order of ids."),
    Route::new("group.list", Get, "/api/content/v2/groups/grouplist", |verb| on(verb, people::groups), Observed, Login)
        .answers::<Vec<people::Group>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("group.get", Get, "/api/content/v2/groups/{group}", |verb| on(verb, people::group), Observed, Login)
        .answers::<people::Group>().refuses(&[404]),

    // Lists
    Route::new("dataset.list", Get, "/api/data/v3/datasources", |verb| on(verb, listing::list), Observed, Login)
        .answers::<listing::Listed>().refuses(&[400])
        .honours(&["limit", "offset", "nameLike", "ownerId", "displayType", "dataProviderType", "type", "createdSince", "orderBy"])
        .ignores(&["part", "fields", "includeHidden", "sort", "order"]),
    Route::new("dataset.bulk", Post, "/api/data/v3/datasources/bulk", |verb| on(verb, listing::bulk), Observed, Login)
        .reads::<Vec<String>>().answers::<listing::Found>().refuses(&[400, 413])
        .ignores(&["includePrivate", "includeAllDetails", "part"])
        .note("Ids that are unknown or out of the caller's sight are left out."),
    Route::new("dataset.search", Post, "/api/data/ui/v3/datasources/search", |verb| on(verb, listing::search), Observed, Login)
        .reads::<listing::Search>().answers::<listing::SearchedDatasets>().refuses(&[400, 413, 501]),
    Route::new("search.query", Post, "/api/search/v1/query", |verb| on(verb, listing::query), Observed, Login)
        .reads::<listing::Search>().answers::<listing::Searched>().refuses(&[400, 413, 501])
        .note("Finds datasets; other kinds of objects are not there to be found."),
    Route::new("card.list", Get, "/api/content/v1/cards", |verb| on(verb, cards::list), Observed, Login)
        .answers::<Vec<cards::Card>>().refuses(&[400]).honours(&["urns"]).ignores(&["parts", "includeFiltered"]),

    // Queries
    Route::new("query.export", Post, "/api/query/v1/execute/export/{dataset}", |verb| on(verb, query::export), Observed, View)
        .reads::<query::Execute>().answers::<query::TableAnswer>().refuses(&[400, 404, 413, 501])
        .honours(&["format"]).ignores(&["includeHeader"]),

    // Datasets
    Route::new("dataset.delete", Delete, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::delete), Observed, Own)
        .answers::<Empty>().refuses(&[404]).ignores(&["deleteMethod"]),

    // Schemas
    Route::new("schema.latest", Get, "/api/data/v2/datasources/{dataset}/schemas/latest", |verb| on(verb, schema::latest), Observed, View)
        .answers::<schema::Latest>().refuses(&[404]),

    // Access
    Route::new("access.put", Put, "/api/data/v3/datasources/{dataset}/permissions", |verb| on(verb, access::put), Observed, Share)
        .reads::<access::Permission>().answers::<Empty>().refuses(&[400, 404]),
    Route::new("owner.change", Put, "/api/data/v2/datasources/{dataset}/responsibleUsers", |verb| on(verb, access::change_owner), Observed, Own)
        .reads::<access::Responsible>().answers::<Empty>().refuses(&[400, 404]),
    Route::new("owner.change_to", Put, "/api/data/v2/datasources/{dataset}/responsible-user/{user}", |verb| on(verb, access::change_owner_to), Observed, Own)
        .answers::<Empty>().refuses(&[404]),

    // Personalised data permissions
    Route::new("policy.list", Get, "/api/query/v1/data-control/{dataset}/filter-groups", |verb| on(verb, policies::list), Observed, View)
        .answers::<Vec<policies::FilterGroup>>().refuses(&[404]).honours(&["options"]),
    Route::new("policy.create", Post, "/api/query/v1/data-control/{dataset}/filter-groups", |verb| on(verb, policies::create), Observed, Own)
        .reads::<policies::NewFilterGroup>().answers::<policies::FilterGroup>().refuses(&[400, 404, 413, 501]),
    Route::new("policy.get", Get, "/api/query/v1/data-control/{dataset}/filter-groups/{policy}", |verb| on(verb, policies::get), Observed, View)
        .answers::<policies::FilterGroup>().refuses(&[404]),
    Route::new("policy.update", Put, "/api/query/v1/data-control/{dataset}/filter-groups/{policy}", |verb| on(verb, policies::update), Observed, Own)
        .reads::<policies::NewFilterGroup>().answers::<policies::FilterGroup>().refuses(&[400, 404, 413, 501]),
    Route::new("policy.delete", Delete, "/api/query/v1/data-control/{dataset}/filter-groups/{policy}", |verb| on(verb, policies::delete), Observed, Own)
        .answers::<Empty>().refuses(&[400, 404]),
    Route::new("policy.enable", Put, "/api/query/v1/data-control/{dataset}", |verb| on(verb, policies::control), Observed, Own)
        .reads::<policies::Control>().answers::<policies::Controlled>().refuses(&[400, 404]),

    // Columns
    Route::new("wrangle.get", Get, "/api/query/v1/datasources/{dataset}/wrangle", |verb| on(verb, wrangle::get), Observed, View)
        .answers::<wrangle::Wrangled>().refuses(&[404]),
    Route::new("wrangle.change", Post, "/api/query/v1/datasources/{dataset}/wrangle", |verb| on(verb, wrangle::change), Observed, Edit)
        .reads::<wrangle::Wrangle>().answers::<wrangle::Wrangled>().refuses(&[400, 404, 409, 413]),

    // Data versions
    Route::new("vault.list", Get, "/api/data/v2/datasources/{dataset}/dataversions", |verb| on(verb, vault::list), Observed, View)
        .answers::<Vec<vault::StoredVersion>>().refuses(&[404]),
    Route::new("vault.delete", Delete, "/api/data/v2/datasources/{dataset}/dataversions", |verb| on(verb, vault::delete), Observed, Edit)
        .reads::<Vec<LooseId>>().answers::<Empty>().refuses(&[400, 404]).honours(&["index"]),
    Route::new("vault.latest", Get, "/api/data/v2/datasources/{dataset}/dataversions/latest", |verb| on(verb, vault::latest), Observed, View)
        .answers_csv().refuses(&[400, 404]).honours(&["includeHeader", "rowLimit"]),
    Route::new("vault.rows", Get, "/api/data/v2/datasources/{dataset}/dataversions/{version}", |verb| on(verb, vault::rows), Observed, View)
        .answers_csv().refuses(&[400, 404]).honours(&["includeHeader", "rowLimit", "excludeAppendedData"]),
    Route::new("vault.write", Post, "/api/data/v3/datasources/{dataset}/dataversions", |verb| on(verb, vault::write), Observed, Edit)
        .reads_csv().answers::<vault::StoredVersion>().refuses(&[400, 404, 413, 501])
        .honours(&["repairDataVersionId", "repairAction"]).note("Replaces all rows; repairing the history is answered 501."),

    // Streams
    Route::new("stream.list", Get, "/api/data/v1/streams", |verb| on(verb, listed::list), Observed, Login)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["limit", "offset"]).ignores(&["fields"])
        .note("offet means offset, as a client in use spells it."),
    Route::new("stream.search", Get, "/api/data/v1/streams/search", |verb| on(verb, listed::search), Observed, Login)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["q", "limit", "offset"]).ignores(&["fields"]),
    Route::new("stream.bulk", Get, "/api/data/v1/streams/bulk", |verb| on(verb, listed::bulk), Observed, Login)
        .answers::<Vec<streams::Stream>>().refuses(&[400]).honours(&["streamId"]),
    Route::new("stream.state", Get, "/api/data/v1/streams/state/{stream}", |verb| on(verb, listed::state), Observed, View)
        .answers::<Vec<listed::RunState>>().refuses(&[404]),
    Route::new("execution.list", Get, "/api/data/v1/streams/{stream}/executions", |verb| on(verb, streams::executions), Observed, View)
        .answers::<Vec<streams::Execution>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("execution.get", Get, "/api/data/v1/streams/{stream}/executions/{execution}", |verb| on(verb, streams::execution), Observed, View)
        .answers::<streams::Execution>().refuses(&[404]),
    Route::new("execution.part", Put, "/api/data/v1/streams/{stream}/executions/{execution}/part/{part}", |verb| on(verb, streams::part), Observed, Edit)
        .reads_csv().answers::<streams::Done>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.commit", Put, "/api/data/v1/streams/{stream}/executions/{execution}/commit", |verb| on(verb, streams::commit), Observed, Edit)
        .reads::<Opaque>().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.abort", Put, "/api/data/v1/streams/{stream}/executions/{execution}/abort", |verb| on(verb, streams::abort), Observed, Edit)
        .reads::<streams::Abort>().answers::<streams::Execution>().refuses(&[400, 404, 409]),
];
