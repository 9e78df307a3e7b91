//! Who may see what: users, groups, access lists, and PDP (personalised data permissions).

use axum::routing::on;

use crate::wire::routes::Evidence::{Documented, Observed};
use crate::wire::routes::Verb::{Delete, Get, Post, Put};
use crate::wire::routes::{ADMIN, LOGIN, NOTHING, OWN, Route, SHARE, VIEW};
use crate::wire::shapes::Empty;
use crate::wire::{groups, pdp, permissions, users};

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Users and groups
    Route::new("login", Post, "/api/content/v2/authentication", |verb| on(verb, users::log_in), Documented, NOTHING)
        .doc("https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Instance-Authentication.json").reads::<users::Login>().answers::<users::LoggedIn>().refuses(&[400, 413])
        .note("Every address and password is let in, as the administrator; without one of them it is a refused login. With --auth strict, those of the seed."),
    Route::new("user.me", Get, "/api/content/v2/users/me", |verb| on(verb, users::me), Observed, LOGIN)
        .answers::<users::User>(),
    Route::new("user.list", Get, "/api/content/v2/users", |verb| on(verb, users::users), Observed, LOGIN)
        .answers::<Vec<users::User>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("user.get", Get, "/api/content/v2/users/{user}", |verb| on(verb, users::user), Observed, LOGIN)
        .also_at(&["/api/content/v3/users/{user}"]).answers::<users::User>().refuses(&[404]).ignores(&[("includeDetails", "all of it is always answered")]),
    Route::new("user.search", Post, "/api/identity/v1/users/search", |verb| on(verb, users::search), Observed, LOGIN)
        .reads::<users::Search>().ignores_members(&[&[("includeDeleted", "a deleted user is gone here"), ("includeSupport", "nobody of Domo's support is here"), ("parts", "all attributes are answered unless attributes names some"), ("sort", "users come in the order of their ids")]]).answers::<users::Found>().refuses(&[400, 413, 501])
        .note("Filters by values and by text, on id, displayName, emailAddress and roleId; always in the order of ids."),
    Route::new("group.list", Get, "/api/content/v2/groups/grouplist", |verb| on(verb, groups::list), Observed, LOGIN)
        .answers::<Vec<groups::Group>>().refuses(&[400]).honours(&["limit", "offset"]),
    Route::new("group.get", Get, "/api/content/v2/groups/{group}", |verb| on(verb, groups::get), Documented, LOGIN)
        .doc("Groups.md").answers::<groups::Group>().refuses(&[404]),
    Route::new("group.create", Post, "/api/content/v2/groups", |verb| on(verb, groups::create), Documented, ADMIN)
        .doc("Groups.md").reads::<groups::NewGroup>().answers::<groups::Group>().refuses(&[400, 409, 413, 501]).note("Groups of type dynamic answer 501."),
    Route::new("group.delete", Delete, "/api/content/v2/groups/{group}", |verb| on(verb, groups::delete), Documented, ADMIN)
        .doc("Groups.md").answers::<bool>().refuses(&[404]),
    Route::new("group.add_user", Put, "/api/content/v2/groups/{group}/user/{user}", |verb| on(verb, groups::add_user), Documented, ADMIN)
        .doc("Groups.md").answers::<bool>().refuses(&[404]),
    Route::new("group.remove_user", Delete, "/api/content/v2/groups/{group}/removeuser/{user}", |verb| on(verb, groups::remove_user), Documented, ADMIN)
        .doc("Groups.md").answers::<bool>().refuses(&[404]),
    Route::new("group.access", Put, "/api/content/v2/groups/access", |verb| on(verb, groups::change_access), Documented, ADMIN)
        .doc("Groups.md").reads::<Vec<groups::AccessChange>>().answers::<bool>().refuses(&[400, 404, 413, 501])
        .note("All members are changed, or none. Owners of groups answer 501."),

    // Access
    Route::new("access.list", Get, "/api/data/v3/datasources/{dataset}/permissions", |verb| on(verb, permissions::list), Documented, VIEW)
        .doc("dataset-access-list").answers::<permissions::AccessList>().refuses(&[404]),
    Route::new("access.share", Post, "/api/data/v3/datasources/{dataset}/share", |verb| on(verb, permissions::share), Documented, SHARE)
        .doc("share-dataset-with-access-permissions").reads::<permissions::Share>().ignores_members(&[&[("message", "nobody is mailed"), ("sendEmail", "nobody is mailed")]]).answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.revoke", Delete, "/api/data/v3/datasources/{dataset}/permissions/{kind}/{grantee}", |verb| on(verb, permissions::revoke), Documented, SHARE)
        .doc("revoke-dataset-access").answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.remove_user", Delete, "/api/data/v3/datasources/{dataset}/USERS/{user}", |verb| on(verb, permissions::remove_user), Documented, SHARE)
        .also_at(&["/api/data/v3/datasources/{dataset}/users/{user}"])
        .doc("remove-user-from-dataset").answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.remove_users", Delete, "/api/data/v3/datasources/{dataset}/users", |verb| on(verb, permissions::remove_users), Documented, SHARE)
        .also_at(&["/api/data/v3/datasources/{dataset}/USERS"])
        .doc("remove-multiple-users-from-dataset").reads::<Vec<permissions::Member>>().answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.put", Put, "/api/data/v3/datasources/{dataset}/permissions", |verb| on(verb, permissions::put), Observed, SHARE)
        .reads::<permissions::Permission>().ignores_members(&[&[("accessObject", "accessLevel says it"), ("name", "the id says who")]]).answers::<Empty>().refuses(&[400, 404]),
    Route::new("owner.change", Put, "/api/data/v2/datasources/{dataset}/responsibleUsers", |verb| on(verb, permissions::change_owner), Observed, OWN)
        .reads::<permissions::Responsible>().answers::<Empty>().refuses(&[400, 404]),
    Route::new("owner.change_to", Put, "/api/data/v2/datasources/{dataset}/responsible-user/{user}", |verb| on(verb, permissions::change_owner_to), Observed, OWN)
        .answers::<Empty>().refuses(&[404]),

    // PDP
    Route::new("policy.list", Get, "/api/query/v1/data-control/{dataset}/filter-groups", |verb| on(verb, pdp::list), Observed, VIEW)
        .answers::<Vec<pdp::FilterGroup>>().refuses(&[404]).honours(&["options"]),
    Route::new("policy.create", Post, "/api/query/v1/data-control/{dataset}/filter-groups", |verb| on(verb, pdp::create), Observed, OWN)
        .reads::<pdp::NewFilterGroup>().sent_back::<pdp::FilterGroup>().answers::<pdp::FilterGroup>().refuses(&[400, 404, 413, 501]),
    Route::new("policy.get", Get, "/api/query/v1/data-control/{dataset}/filter-groups/{policy}", |verb| on(verb, pdp::get), Observed, VIEW)
        .answers::<pdp::FilterGroup>().refuses(&[404]),
    Route::new("policy.update", Put, "/api/query/v1/data-control/{dataset}/filter-groups/{policy}", |verb| on(verb, pdp::update), Observed, OWN)
        .reads::<pdp::NewFilterGroup>().sent_back::<pdp::FilterGroup>().answers::<pdp::FilterGroup>().refuses(&[400, 404, 413, 501]),
    Route::new("policy.delete", Delete, "/api/query/v1/data-control/{dataset}/filter-groups/{policy}", |verb| on(verb, pdp::delete), Observed, OWN)
        .answers::<Empty>().refuses(&[400, 404]),
    Route::new("policy.enable", Put, "/api/query/v1/data-control/{dataset}", |verb| on(verb, pdp::control), Observed, OWN)
        .reads::<pdp::Control>().sent_back::<pdp::Controlled>().answers::<pdp::Controlled>().refuses(&[400, 404]),
];
