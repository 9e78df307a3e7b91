//! Datasets: queries, metadata, schemas, columns and lists.

use axum::routing::on;

use crate::wire::routes::Evidence::{Documented, Observed};
use crate::wire::routes::Verb::{Delete, Get, Post, Put};
use crate::wire::routes::{EDIT, LOGIN, OWN, Route, VIEW};
use crate::wire::shapes::Empty;
use crate::wire::{cards, columns, datasets, lists, queries, schemas};

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Queries
    Route::new("query.execute", Post, "/api/query/v1/execute/{dataset}", |verb| on(verb, queries::execute), Documented, VIEW)
        .doc("query-with-sql").reads::<queries::Execute>().answers::<queries::Answer>().refuses(&[400, 404, 413, 501])
        .honours(&["format"]).ignores(&["limit", "offset"])
        .note("A list of objects as documented, or the object that every client reads: by Accept, see docs/deviations.md."),
    Route::new("query.export", Post, "/api/query/v1/execute/export/{dataset}", |verb| on(verb, queries::export), Observed, VIEW)
        .reads::<queries::Execute>().answers::<queries::TableAnswer>().refuses(&[400, 404, 413, 501])
        .honours(&["format"]).ignores(&["includeHeader"]),

    // Datasets
    Route::new("dataset.create", Post, "/api/data/v2/datasources", |verb| on(verb, datasets::create), Documented, LOGIN)
        .doc("create-dataset-copy").reads::<datasets::Create>().answers::<datasets::Created>().refuses(&[400, 413])
        .note("The page shows no response; clients read dataSource.dataSourceId."),
    Route::new("dataset.get", Get, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::get), Documented, VIEW)
        .doc("get-metadata").answers::<datasets::Metadata>().refuses(&[404])
        .ignores(&["part", "includeAllDetails", "includePrivate"])
        .note("The whole object, whatever part asks for."),
    Route::new("dataset.properties", Put, "/api/data/v3/datasources/{dataset}/properties", |verb| on(verb, datasets::change), Documented, EDIT)
        .doc("change-dataset-properties").reads::<datasets::Properties>().answers::<datasets::Metadata>().refuses(&[400, 404]),
    Route::new("dataset.tag", Post, "/api/data/ui/v3/datasources/{dataset}/tags", |verb| on(verb, datasets::tag), Documented, EDIT)
        .doc("createdatasettag").reads::<Vec<String>>().answers::<Empty>().refuses(&[400, 404])
        .note("Replaces the whole list, as clients rely on."),
    Route::new("dataset.cards", Get, "/api/content/v1/datasources/{dataset}/cards", |verb| on(verb, cards::of_dataset), Documented, VIEW)
        .doc("get-cards-for-a-dataset-id").answers::<Vec<cards::Card>>().refuses(&[400, 404]).honours(&["drill"]),
    Route::new("dataset.delete", Delete, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::delete), Observed, OWN)
        .answers::<Empty>().refuses(&[404]).ignores(&["deleteMethod"]),

    // Schemas
    Route::new("schema.indexed", Get, "/api/query/v1/datasources/{dataset}/schema/indexed", |verb| on(verb, schemas::indexed), Documented, VIEW)
        .doc("get-dataset-schema").answers::<schemas::Indexed>().refuses(&[400, 404]).honours(&["includeHidden"]),
    Route::new("schema.alter", Post, "/api/data/v2/datasources/{dataset}/schemas", |verb| on(verb, schemas::alter), Documented, EDIT)
        .doc("alter-dataset-schema").reads::<schemas::Alter>().answers::<schemas::Altered>().refuses(&[400, 404, 413])
        .note("The page shows no response."),
    Route::new("schema.latest", Get, "/api/data/v2/datasources/{dataset}/schemas/latest", |verb| on(verb, schemas::latest), Observed, VIEW)
        .answers::<schemas::Latest>().refuses(&[404]),

    // Columns
    Route::new("wrangle.get", Get, "/api/query/v1/datasources/{dataset}/wrangle", |verb| on(verb, columns::get), Observed, VIEW)
        .answers::<columns::Wrangled>().refuses(&[404]),
    Route::new("wrangle.change", Post, "/api/query/v1/datasources/{dataset}/wrangle", |verb| on(verb, columns::change), Observed, EDIT)
        .reads::<columns::Wrangle>().answers::<columns::Wrangled>().refuses(&[400, 404, 409, 413]),

    // Lists
    Route::new("dataset.list", Get, "/api/data/v3/datasources", |verb| on(verb, lists::list), Observed, LOGIN)
        .answers::<lists::Listed>().refuses(&[400])
        .honours(&["limit", "offset", "nameLike", "ownerId", "displayType", "dataProviderType", "type", "createdSince", "orderBy"])
        .ignores(&["part", "fields", "includeHidden", "sort", "order"]),
    Route::new("dataset.bulk", Post, "/api/data/v3/datasources/bulk", |verb| on(verb, lists::bulk), Observed, LOGIN)
        .reads::<Vec<String>>().answers::<lists::Found>().refuses(&[400, 413])
        .ignores(&["includePrivate", "includeAllDetails", "part"])
        .note("Ids that are unknown or out of the caller's sight are left out."),
    Route::new("dataset.search", Post, "/api/data/ui/v3/datasources/search", |verb| on(verb, lists::search), Observed, LOGIN)
        .reads::<lists::Search>().answers::<lists::SearchedDatasets>().refuses(&[400, 413, 501]),
    Route::new("search.query", Post, "/api/search/v1/query", |verb| on(verb, lists::query), Observed, LOGIN)
        .reads::<lists::Search>().answers::<lists::Searched>().refuses(&[400, 413, 501])
        .note("Finds datasets; other kinds of objects are not there to be found."),
    Route::new("card.list", Get, "/api/content/v1/cards", |verb| on(verb, cards::list), Observed, LOGIN)
        .answers::<Vec<cards::Card>>().refuses(&[400]).honours(&["urns"]).ignores(&["parts", "includeFiltered"]),
];
