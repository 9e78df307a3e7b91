//! Datasets: queries, metadata, schemas, columns and lists.

use axum::routing::on;

use crate::wire::routes::Evidence::{Documented, Observed};
use crate::wire::routes::Verb::{Delete, Get, Post, Put};
use crate::wire::routes::{COLUMNS, EDIT, Ignored, LOGIN, OF_PAGES, OWN, Route, VIEW};
use crate::wire::shapes::Empty;
use crate::wire::{cards, columns, datasets, lists, queries, schemas};

/// Members of a search that change nothing, because there are only datasets to be found.
const SEARCH: &[Ignored] = &[
    ("filters.filterType", "what the filter compares says it"),
    ("combineResults", "there are only datasets, so there is nothing to combine"),
    ("hideSearchObjects", "the objects are always answered, which is a superset"),
    ("facetValueLimit", "no facets are answered"),
    ("queryProfile", "the one profile"),
    ("useEntities", "entities are always heeded"),
    ("sort.isRelevance", "without fieldSorts the order is that of creation"),
];
const SUPERSET: &str =
    "narrows the answer at Domo; here all of it is answered, which is a superset";
const IN_THE_SQL: &str = "a client repeats here what its SQL says";

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Queries
    Route::new("query.execute", Post, "/api/query/v1/execute/{dataset}", |verb| on(verb, queries::execute), Documented, VIEW)
        .doc("query-with-sql").reads::<queries::Execute>().answers::<queries::Answer>().refuses(&[400, 404, 413, 501])
        .honours(&["format"]).ignores(&[("limit", IN_THE_SQL), ("offset", IN_THE_SQL)]).ignores_members(&[OF_PAGES])
        .note("A list of objects as documented, or the object that every client reads: by Accept, see docs/deviations.md."),
    Route::new("query.export", Post, "/api/query/v1/execute/export/{dataset}", |verb| on(verb, queries::export), Documented, VIEW)
        .doc("https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Query-Data.md").reads::<queries::Execute>().answers::<queries::TableAnswer>().refuses(&[400, 404, 413, 501])
        .honours(&["format"]).ignores(&[("includeHeader", "the answer is an object, which names its columns"), ("limit", IN_THE_SQL), ("offset", IN_THE_SQL)]).ignores_members(&[OF_PAGES]),

    // Datasets
    Route::new("dataset.create", Post, "/api/data/v2/datasources", |verb| on(verb, datasets::create), Documented, LOGIN)
        .doc("create-dataset-copy").reads::<datasets::Create>().ignores_members(&[COLUMNS]).answers::<datasets::Created>().refuses(&[400, 413])
        .note("The page shows no response; clients read dataSource.dataSourceId."),
    Route::new("dataset.get", Get, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::get), Documented, VIEW)
        .doc("get-metadata").answers::<datasets::Metadata>().refuses(&[404])
        .ignores(&[("part", SUPERSET), ("includeAllDetails", SUPERSET), ("includePrivate", SUPERSET)])
        .note("The whole object, whatever part asks for."),
    Route::new("dataset.properties", Put, "/api/data/v3/datasources/{dataset}/properties", |verb| on(verb, datasets::change), Documented, EDIT)
        .doc("change-dataset-properties").reads::<datasets::Properties>().sent_back::<datasets::Metadata>().answers::<datasets::Metadata>().refuses(&[400, 404]),
    Route::new("dataset.tag", Post, "/api/data/ui/v3/datasources/{dataset}/tags", |verb| on(verb, datasets::tag), Documented, EDIT)
        .doc("createdatasettag").reads::<Vec<String>>().answers_nothing().refuses(&[400, 404])
        .note("Replaces the whole list, as clients rely on."),
    Route::new("dataset.cards", Get, "/api/content/v1/datasources/{dataset}/cards", |verb| on(verb, cards::of_dataset), Documented, VIEW)
        .doc("get-cards-for-a-dataset-id").answers::<Vec<cards::Card>>().refuses(&[400, 404]).honours(&["drill"]),
    Route::new("dataset.delete", Delete, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::delete), Observed, OWN)
        .answers::<Empty>().refuses(&[404]).ignores(&[("deleteMethod", "a dataset that was deleted softly cannot be seen through the API either")]),

    // Schemas
    Route::new("schema.indexed", Get, "/api/query/v1/datasources/{dataset}/schema/indexed", |verb| on(verb, schemas::indexed), Documented, VIEW)
        .doc("get-dataset-schema").answers::<schemas::Indexed>().refuses(&[400, 404]).honours(&["includeHidden"]),
    Route::new("schema.alter", Post, "/api/data/v2/datasources/{dataset}/schemas", |verb| on(verb, schemas::alter), Documented, EDIT)
        .doc("alter-dataset-schema").reads::<schemas::Alter>().ignores_members(&[COLUMNS, &[("objects", "Domo sets it: clients send back a schema"), ("views", "Domo sets it: clients send back a schema")]]).sent_back::<schemas::Altered>().answers::<schemas::Altered>().refuses(&[400, 404, 413])
        .note("The page shows no response."),
    Route::new("schema.latest", Get, "/api/data/v2/datasources/{dataset}/schemas/latest", |verb| on(verb, schemas::latest), Documented, VIEW)
        .doc("https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Get-Dataset-Schema.md").answers::<schemas::Latest>().refuses(&[404]),

    // Columns
    Route::new("wrangle.get", Get, "/api/query/v1/datasources/{dataset}/wrangle", |verb| on(verb, columns::get), Observed, VIEW)
        .answers::<columns::Wrangled>().refuses(&[404]),
    Route::new("wrangle.change", Post, "/api/query/v1/datasources/{dataset}/wrangle", |verb| on(verb, columns::change), Observed, EDIT)
        .reads::<columns::Wrangle>().sent_back::<columns::Wrangled>().answers::<columns::Wrangled>().refuses(&[400, 404, 409, 413]),

    // Lists
    Route::new("dataset.list", Get, "/api/data/v3/datasources", |verb| on(verb, lists::list), Observed, LOGIN)
        .answers::<lists::Listed>().refuses(&[400])
        .honours(&["limit", "offset", "nameLike", "ownerId", "displayType", "dataProviderType", "type", "createdSince", "orderBy"])
        .ignores(&[
            ("part", SUPERSET), ("fields", SUPERSET), ("includeHidden", "no dataset is hidden here"),
            ("sort", "a client's own name: Domo's is orderBy"), ("order", "a client's own name: Domo's is orderBy"),
        ]),
    Route::new("dataset.bulk", Post, "/api/data/v3/datasources/bulk", |verb| on(verb, lists::bulk), Observed, LOGIN)
        .reads::<Vec<String>>().answers::<lists::Found>().refuses(&[400, 413])
        .ignores(&[("includePrivate", SUPERSET), ("includeAllDetails", SUPERSET), ("part", SUPERSET)])
        .note("Ids that are unknown or out of the caller's sight are left out."),
    Route::new("dataset.search", Post, "/api/data/ui/v3/datasources/search", |verb| on(verb, lists::search), Observed, LOGIN)
        .reads::<lists::Search>().ignores_members(&[SEARCH]).answers::<lists::SearchedDatasets>().refuses(&[400, 413, 501]),
    Route::new("search.query", Post, "/api/search/v1/query", |verb| on(verb, lists::query), Documented, LOGIN)
        .doc("https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Search.md").reads::<lists::Search>().ignores_members(&[SEARCH]).answers::<lists::Searched>().refuses(&[400, 413, 501])
        .note("Finds datasets; other kinds of objects are not there to be found."),
    Route::new("card.list", Get, "/api/content/v1/cards", |verb| on(verb, cards::list), Observed, LOGIN)
        .answers::<Vec<cards::Card>>().refuses(&[400]).honours(&["urns"]).ignores(&[("parts", SUPERSET), ("includeFiltered", SUPERSET)]),
];
