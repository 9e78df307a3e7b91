//! Uploads, data versions, partitions and indexes.

use axum::routing::on;

use crate::wire::routes::Evidence::{Documented, Inferred, Observed};
use crate::wire::routes::Verb::{Delete, Get, Post, Put};
use crate::wire::routes::{EDIT, Ignored, Route, VIEW};
use crate::wire::shapes::{Empty, LooseId};
use crate::wire::versions::vault;
use crate::wire::{indexes, partitions, uploads, versions};

/// What a client says for the log of an upload.
const MESSAGE: &[&[Ignored]] = &[&[("message", "a text for Domo's log of the upload")]];

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Uploads
    Route::new("upload.start", Post, "/api/data/v3/datasources/{dataset}/uploads", |verb| on(verb, uploads::start), Documented, EDIT)
        .doc("stage-1---get-upload-id").reads::<uploads::Start>().ignores_members(MESSAGE).answers::<uploads::Started>().refuses(&[400, 404, 413, 501])
        .honours(&["restateDataTag", "dataTag"])
        .note("Also appends rows at once where the body has values or data; the page's {} is answered with the upload's ids."),
    Route::new("upload.part", Put, "/api/data/v3/datasources/{dataset}/uploads/{upload}/parts/{part}", |verb| on(verb, uploads::part), Documented, EDIT)
        .doc("stage-2---upload-csv").reads_csv().answers::<Empty>().refuses(&[400, 404, 409, 413]),
    Route::new("upload.commit", Put, "/api/data/v3/datasources/{dataset}/uploads/{upload}/commit", |verb| on(verb, uploads::commit), Documented, EDIT)
        .doc("stage-3---commit-and-index").reads::<uploads::Commit>().ignores_members(MESSAGE).answers::<uploads::Committed>().refuses(&[400, 404, 409, 413, 501])
        .note("The page shows no response."),

    Route::new("upload.discard", Delete, "/api/data/v3/datasources/{dataset}/uploads/{upload}", |verb| on(verb, uploads::discard), Inferred, EDIT)
        .answers::<Empty>().refuses(&[404, 409])
        .note("Gives up an upload that is not committed, with its parts, as its path suggests. One that is not committed for a day, as time goes for its dataset, is given up as well."),

    // Data versions and partitions
    Route::new("version.list", Get, "/api/data/v3/datasources/{dataset}/dataversions/details", |verb| on(verb, versions::list), Documented, VIEW)
        .doc("get-data-versions").answers::<Vec<versions::Version>>().refuses(&[400, 404]).honours(&["limit", "offset"])
        .note("The page shows no response; the members are those that a client reads."),
    Route::new("version.hydrate", Post, "/api/dataprocessing/v2/dataflows/data-version-hydrate", |verb| on(verb, versions::hydrate), Inferred, VIEW)
        .doc("data-version-list-from-magic").reads::<versions::Hydrate>().ignores_members(&[&[("id", "names the tile of Magic"), ("type", "the route loads from the vault"), ("versionWindow.type", "the expression says it")]]).answers::<Vec<versions::Version>>().refuses(&[400, 404, 501])
        .honours(&["limit", "offset", "engine"])
        .note("The request is documented, the response is nowhere: an array like that of the version list."),
    Route::new("partition.list", Get, "/api/query/v1/datasources/{dataset}/partition", |verb| on(verb, partitions::list), Inferred, VIEW)
        .doc("get-partition-list").answers::<Vec<partitions::Tag>>().refuses(&[404])
        .note("The request and its meaning are documented, the members are nowhere."),
    Route::new("partition.search", Post, "/api/query/v1/datasources/{dataset}/partition/list", |verb| on(verb, partitions::search), Documented, VIEW)
        .doc("search-partition-list").reads::<partitions::Search>().answers::<Vec<partitions::Partition>>().refuses(&[400, 404])
        .note("The page shows no response; a client reads partitionId."),
    Route::new("partition.delete_data", Delete, "/api/query/v1/datasources/{dataset}/tag/{tag}/data", |verb| on(verb, partitions::delete_data), Documented, EDIT)
        .doc("delete-data-version").answers::<Empty>().refuses(&[404]),
    Route::new("partition.delete_tag", Delete, "/api/query/v1/datasources/{dataset}/partition/{tag}", |verb| on(verb, partitions::delete_tag), Documented, EDIT)
        .doc("delete-partition-tag").answers::<Empty>().refuses(&[404]),
    Route::new("vault.list", Get, "/api/data/v2/datasources/{dataset}/dataversions", |verb| on(verb, vault::list), Documented, VIEW)
        .doc("https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Managing-Dataset-History.md").answers::<Vec<vault::StoredVersion>>().refuses(&[404]),
    Route::new("vault.delete", Delete, "/api/data/v2/datasources/{dataset}/dataversions", |verb| on(verb, vault::delete), Documented, EDIT)
        .doc("https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Managing-Dataset-History.md").reads::<Vec<LooseId>>().answers_nothing().refuses(&[400, 404]).honours(&["index"]),
    Route::new("vault.latest", Get, "/api/data/v2/datasources/{dataset}/dataversions/latest", |verb| on(verb, vault::latest), Observed, VIEW)
        .answers_csv().refuses(&[400, 404]).honours(&["includeHeader", "rowLimit"]),
    Route::new("vault.rows", Get, "/api/data/v2/datasources/{dataset}/dataversions/{version}", |verb| on(verb, vault::rows), Observed, VIEW)
        .answers_csv().refuses(&[400, 404]).honours(&["includeHeader", "rowLimit", "excludeAppendedData"])
        .note("Without includeHeader there is no header line: one client sends includeHeader, one takes the first line for a header without it, and no document decides."),
    Route::new("vault.write", Post, "/api/data/v3/datasources/{dataset}/dataversions", |verb| on(verb, vault::write), Observed, EDIT)
        .reads_csv().answers::<vault::StoredVersion>().refuses(&[400, 404, 413, 501])
        .honours(&["repairDataVersionId", "repairAction"]).note("Replaces all rows; repairing the history is answered 501."),

    // Indexes
    Route::new("index.request", Post, "/api/data/v3/datasources/{dataset}/indexes", |verb| on(verb, indexes::request), Documented, EDIT)
        .doc("index-dataset").reads::<indexes::Request>().answers::<indexes::Job>().refuses(&[400, 404])
        .note("The page shows no response."),
    Route::new("index.request_all", Post, "/api/query/v1/datasources/{dataset}", |verb| on(verb, indexes::request_all), Documented, EDIT)
        .doc("index-dataset-1").answers::<indexes::Job>().refuses(&[400, 404])
        .note("The page shows no response."),
    Route::new("index.status", Get, "/api/data/v3/datasources/{dataset}/indexes/{index}/statuses", |verb| on(verb, indexes::status), Inferred, VIEW)
        .doc("index-dataset-progress").answers::<indexes::Status>().refuses(&[404])
        .note("The request is documented, the response is nowhere."),
];
