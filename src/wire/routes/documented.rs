//! The routes of Domo's page of the Datasets API.

use axum::routing::on;

use super::Evidence::{Documented, Inferred};
use super::Needs::{Edit, Login, Share, View};
use super::Route;
use super::Verb::{Delete, Get, Post, Put};
use crate::wire::shapes::Empty;
use crate::wire::{
    access, cards, datasets, indexes, partitions, query, schema, streams, uploads, versions,
};

#[rustfmt::skip]
pub(super) const TABLE: &[Route] = &[
    // Queries
    Route::new("query.execute", Post, "/api/query/v1/execute/{dataset}", |verb| on(verb, query::execute), Documented, View)
        .doc("query-with-sql").reads::<query::Execute>().answers::<query::Answer>().refuses(&[400, 404, 413, 501])
        .honours(&["format"]).ignores(&["limit", "offset"])
        .note("A list of objects as documented, or the object that every client reads: by Accept, see docs/deviations.md."),

    // Datasets
    Route::new("dataset.create", Post, "/api/data/v2/datasources", |verb| on(verb, datasets::create), Documented, Login)
        .doc("create-dataset-copy").reads::<datasets::Create>().answers::<datasets::Created>().refuses(&[400, 413])
        .note("The page shows no response; clients read dataSource.dataSourceId."),
    Route::new("dataset.get", Get, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::get), Documented, View)
        .doc("get-metadata").answers::<datasets::Metadata>().refuses(&[404])
        .ignores(&["part", "includeAllDetails", "includePrivate"])
        .note("The whole object, whatever part asks for."),
    Route::new("dataset.properties", Put, "/api/data/v3/datasources/{dataset}/properties", |verb| on(verb, datasets::change), Documented, Edit)
        .doc("change-dataset-properties").reads::<datasets::Properties>().answers::<datasets::Metadata>().refuses(&[400, 404]),
    Route::new("dataset.tag", Post, "/api/data/ui/v3/datasources/{dataset}/tags", |verb| on(verb, datasets::tag), Documented, Edit)
        .doc("createdatasettag").reads::<Vec<String>>().answers::<Empty>().refuses(&[400, 404])
        .note("Replaces the whole list, as clients rely on."),
    Route::new("dataset.cards", Get, "/api/content/v1/datasources/{dataset}/cards", |verb| on(verb, cards::of_dataset), Documented, View)
        .doc("get-cards-for-a-dataset-id").answers::<Vec<cards::Card>>().refuses(&[400, 404]).honours(&["drill"]),

    // Schemas
    Route::new("schema.indexed", Get, "/api/query/v1/datasources/{dataset}/schema/indexed", |verb| on(verb, schema::indexed), Documented, View)
        .doc("get-dataset-schema").answers::<schema::Indexed>().refuses(&[400, 404]).honours(&["includeHidden"]),
    Route::new("schema.alter", Post, "/api/data/v2/datasources/{dataset}/schemas", |verb| on(verb, schema::alter), Documented, Edit)
        .doc("alter-dataset-schema").reads::<schema::Alter>().answers::<schema::Altered>().refuses(&[400, 404, 413])
        .note("The page shows no response."),

    // Access
    Route::new("access.list", Get, "/api/data/v3/datasources/{dataset}/permissions", |verb| on(verb, access::list), Documented, View)
        .doc("dataset-access-list").answers::<access::AccessList>().refuses(&[404]),
    Route::new("access.share", Post, "/api/data/v3/datasources/{dataset}/share", |verb| on(verb, access::share), Documented, Share)
        .doc("share-dataset-with-access-permissions").reads::<access::Share>().answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.revoke", Delete, "/api/data/v3/datasources/{dataset}/permissions/{kind}/{grantee}", |verb| on(verb, access::revoke), Documented, Share)
        .doc("revoke-dataset-access").answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.remove_user", Delete, "/api/data/v3/datasources/{dataset}/USERS/{user}", |verb| on(verb, access::remove_user), Documented, Share)
        .also_at(&["/api/data/v3/datasources/{dataset}/users/{user}"])
        .doc("remove-user-from-dataset").answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.remove_users", Delete, "/api/data/v3/datasources/{dataset}/users", |verb| on(verb, access::remove_users), Documented, Share)
        .also_at(&["/api/data/v3/datasources/{dataset}/USERS"])
        .doc("remove-multiple-users-from-dataset").reads::<Vec<access::Member>>().answers::<Empty>().refuses(&[400, 404]),

    // Uploads
    Route::new("upload.start", Post, "/api/data/v3/datasources/{dataset}/uploads", |verb| on(verb, uploads::start), Documented, Edit)
        .doc("stage-1---get-upload-id").reads::<uploads::Start>().answers::<uploads::Started>().refuses(&[400, 404, 413])
        .honours(&["restateDataTag", "dataTag"])
        .note("Also appends rows at once where the body has values or data; the page's {} is answered with the upload's ids."),
    Route::new("upload.part", Put, "/api/data/v3/datasources/{dataset}/uploads/{upload}/parts/{part}", |verb| on(verb, uploads::part), Documented, Edit)
        .doc("stage-2---upload-csv").reads_csv().answers::<Empty>().refuses(&[400, 404, 409, 413]),
    Route::new("upload.commit", Put, "/api/data/v3/datasources/{dataset}/uploads/{upload}/commit", |verb| on(verb, uploads::commit), Documented, Edit)
        .doc("stage-3---commit-and-index").reads::<uploads::Commit>().answers::<uploads::Committed>().refuses(&[400, 404, 409, 413])
        .note("The page shows no response."),

    // Data versions and partitions
    Route::new("version.list", Get, "/api/data/v3/datasources/{dataset}/dataversions/details", |verb| on(verb, versions::list), Documented, View)
        .doc("get-data-versions").answers::<Vec<versions::Version>>().refuses(&[400, 404]).honours(&["limit", "offset"])
        .note("The page shows no response; the members are those that a client reads."),
    Route::new("version.hydrate", Post, "/api/dataprocessing/v2/dataflows/data-version-hydrate", |verb| on(verb, versions::hydrate), Inferred, View)
        .doc("data-version-list-from-magic").reads::<versions::Hydrate>().answers::<Vec<versions::Version>>().refuses(&[400, 404, 501])
        .honours(&["limit", "offset", "engine"])
        .note("The request is documented, the response is nowhere: an array like that of the version list."),
    Route::new("partition.list", Get, "/api/query/v1/datasources/{dataset}/partition", |verb| on(verb, partitions::list), Inferred, View)
        .doc("get-partition-list").answers::<Vec<partitions::Tag>>().refuses(&[404])
        .note("The request and its meaning are documented, the members are nowhere."),
    Route::new("partition.search", Post, "/api/query/v1/datasources/{dataset}/partition/list", |verb| on(verb, partitions::search), Documented, View)
        .doc("search-partition-list").reads::<partitions::Search>().answers::<Vec<partitions::Partition>>().refuses(&[400, 404])
        .note("The page shows no response; a client reads partitionId."),
    Route::new("partition.delete_data", Delete, "/api/query/v1/datasources/{dataset}/tag/{tag}/data", |verb| on(verb, partitions::delete_data), Documented, Edit)
        .doc("delete-data-version").answers::<Empty>().refuses(&[404]),
    Route::new("partition.delete_tag", Delete, "/api/query/v1/datasources/{dataset}/partition/{tag}", |verb| on(verb, partitions::delete_tag), Documented, Edit)
        .doc("delete-partition-tag").answers::<Empty>().refuses(&[404]),

    // Indexes
    Route::new("index.request", Post, "/api/data/v3/datasources/{dataset}/indexes", |verb| on(verb, indexes::request), Documented, Edit)
        .doc("index-dataset").reads::<indexes::Request>().answers::<indexes::Job>().refuses(&[400, 404])
        .note("The page shows no response."),
    Route::new("index.request_all", Post, "/api/query/v1/datasources/{dataset}", |verb| on(verb, indexes::request_all), Documented, Edit)
        .doc("index-dataset-1").answers::<indexes::Job>().refuses(&[400, 404])
        .note("The page shows no response."),
    Route::new("index.status", Get, "/api/data/v3/datasources/{dataset}/indexes/{index}/statuses", |verb| on(verb, indexes::status), Inferred, View)
        .doc("index-dataset-progress").answers::<indexes::Status>().refuses(&[404])
        .note("The request is documented, the response is nowhere."),

    // Streams
    Route::new("stream.create", Post, "/api/data/v1/streams", |verb| on(verb, streams::create), Documented, Login)
        .doc("stream-connector---create").reads::<streams::Definition>().answers::<streams::Stream>().refuses(&[400, 413])
        .note("The page shows no response: the stream, as at its GET."),
    Route::new("stream.get", Get, "/api/data/v1/streams/{stream}", |verb| on(verb, streams::get), Documented, View)
        .doc("stream-connector---get").answers::<streams::Stream>().refuses(&[404]).ignores(&["fields"]),
    Route::new("stream.update", Put, "/api/data/v1/streams/{stream}", |verb| on(verb, streams::update), Documented, Edit)
        .doc("stream-connector---update").reads::<streams::Definition>().answers::<streams::Stream>().refuses(&[400, 404, 413])
        .note("The page shows no response: the stream, as at its GET."),
    Route::new("stream.history", Get, "/api/data/v1/streams/{stream}/history/aggregate", |verb| on(verb, streams::history), Documented, View)
        .doc("stream-execution-history").answers::<Vec<streams::Run>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("execution.start", Post, "/api/data/v1/streams/{stream}/executions", |verb| on(verb, streams::execute), Documented, Edit)
        .doc("execute-dataset-stream").reads::<streams::Execute>().answers::<streams::Execution>().creates().refuses(&[400, 404, 413])
        .note("201 where the body has runType, else 200; the body is always the execution."),
];
