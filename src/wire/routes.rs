//! THE TABLE: every route of Domo's API that is served, with where it is documented and how sure we are of it.
//! The router, the coverage page, the `OpenAPI` description and the tests are all read from it.

use axum::Router;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::shapes::{Empty, Opaque};
use super::{
    Settings, access, datasets, indexes, partitions, query, schema, streams, uploads, versions,
};
use Evidence::{Documented, Inferred, Observed};
use Verb::{Delete, Get, Post, Put};

#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    // Queries
    Route::new("query.execute", Post, "/api/query/v1/execute/{dataset}", |verb| on(verb, query::execute), Documented)
        .doc("query-with-sql").reads::<query::Execute>().answers::<query::Answer>().refuses(&[400, 404, 413])
        .honours(&["format"]).ignores(&["limit", "offset"])
        .note("A list of objects as documented, or the object that every client reads: by Accept, see docs/deviations.md."),
    Route::new("query.export", Post, "/api/query/v1/execute/export/{dataset}", |verb| on(verb, query::export), Observed)
        .reads::<query::Execute>().answers::<query::TableAnswer>().refuses(&[400, 404, 413])
        .honours(&["format"]).ignores(&["includeHeader"]),

    // Datasets
    Route::new("dataset.create", Post, "/api/data/v2/datasources", |verb| on(verb, datasets::create), Documented)
        .doc("create-dataset-copy").reads::<datasets::Create>().answers::<datasets::Created>().refuses(&[400, 413])
        .note("The page shows no response; clients read dataSource.dataSourceId."),
    Route::new("dataset.get", Get, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::get), Documented)
        .doc("get-metadata").answers::<datasets::Metadata>().refuses(&[404])
        .ignores(&["part", "includeAllDetails", "includePrivate"])
        .note("The whole object, whatever part asks for."),
    Route::new("dataset.delete", Delete, "/api/data/v3/datasources/{dataset}", |verb| on(verb, datasets::delete), Observed)
        .answers::<Empty>().refuses(&[404]).ignores(&["deleteMethod"]),
    Route::new("dataset.properties", Put, "/api/data/v3/datasources/{dataset}/properties", |verb| on(verb, datasets::change), Documented)
        .doc("change-dataset-properties").reads::<datasets::Properties>().answers::<datasets::Metadata>().refuses(&[400, 404]),
    Route::new("dataset.tag", Post, "/api/data/ui/v3/datasources/{dataset}/tags", |verb| on(verb, datasets::tag), Documented)
        .doc("createdatasettag").reads::<Vec<String>>().answers::<Empty>().refuses(&[400, 404])
        .note("Replaces the whole list, as clients rely on."),
    Route::new("dataset.cards", Get, "/api/content/v1/datasources/{dataset}/cards", |verb| on(verb, datasets::cards), Documented)
        .doc("get-cards-for-a-dataset-id").answers::<Vec<datasets::Card>>().refuses(&[400, 404]).honours(&["drill"]),

    // Schemas
    Route::new("schema.indexed", Get, "/api/query/v1/datasources/{dataset}/schema/indexed", |verb| on(verb, schema::indexed), Documented)
        .doc("get-dataset-schema").answers::<schema::Indexed>().refuses(&[400, 404]).honours(&["includeHidden"]),
    Route::new("schema.latest", Get, "/api/data/v2/datasources/{dataset}/schemas/latest", |verb| on(verb, schema::latest), Observed)
        .answers::<schema::Latest>().refuses(&[404]),
    Route::new("schema.alter", Post, "/api/data/v2/datasources/{dataset}/schemas", |verb| on(verb, schema::alter), Documented)
        .doc("alter-dataset-schema").reads::<schema::Alter>().answers::<schema::Altered>().refuses(&[400, 404, 413])
        .note("The page shows no response."),

    // Access
    Route::new("access.list", Get, "/api/data/v3/datasources/{dataset}/permissions", |verb| on(verb, access::list), Documented)
        .doc("dataset-access-list").answers::<access::AccessList>().refuses(&[404]),
    Route::new("access.share", Post, "/api/data/v3/datasources/{dataset}/share", |verb| on(verb, access::share), Documented)
        .doc("share-dataset-with-access-permissions").reads::<access::Share>().answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.revoke", Delete, "/api/data/v3/datasources/{dataset}/permissions/{kind}/{grantee}", |verb| on(verb, access::revoke), Documented)
        .doc("revoke-dataset-access").answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.remove_user", Delete, "/api/data/v3/datasources/{dataset}/USERS/{user}", |verb| on(verb, access::remove_user), Documented)
        .also_at(&["/api/data/v3/datasources/{dataset}/users/{user}"])
        .doc("remove-user-from-dataset").answers::<Empty>().refuses(&[400, 404]),
    Route::new("access.remove_users", Delete, "/api/data/v3/datasources/{dataset}/users", |verb| on(verb, access::remove_users), Documented)
        .also_at(&["/api/data/v3/datasources/{dataset}/USERS"])
        .doc("remove-multiple-users-from-dataset").reads::<Vec<access::Member>>().answers::<Empty>().refuses(&[400, 404]),

    // Uploads
    Route::new("upload.start", Post, "/api/data/v3/datasources/{dataset}/uploads", |verb| on(verb, uploads::start), Documented)
        .doc("stage-1---get-upload-id").reads::<uploads::Start>().answers::<uploads::Started>().refuses(&[400, 404, 413])
        .honours(&["restateDataTag", "dataTag"])
        .note("Also appends a row at once where the body has values; the page's {} is answered with the upload's ids."),
    Route::new("upload.part", Put, "/api/data/v3/datasources/{dataset}/uploads/{upload}/parts/{part}", |verb| on(verb, uploads::part), Documented)
        .doc("stage-2---upload-csv").reads_csv().answers::<Empty>().refuses(&[400, 404, 409, 413]),
    Route::new("upload.commit", Put, "/api/data/v3/datasources/{dataset}/uploads/{upload}/commit", |verb| on(verb, uploads::commit), Documented)
        .doc("stage-3---commit-and-index").reads::<uploads::Commit>().answers::<uploads::Committed>().refuses(&[400, 404, 409, 413])
        .note("The page shows no response."),

    // Data versions and partitions
    Route::new("version.list", Get, "/api/data/v3/datasources/{dataset}/dataversions/details", |verb| on(verb, versions::list), Documented)
        .doc("get-data-versions").answers::<Vec<versions::Version>>().refuses(&[400, 404]).honours(&["limit", "offset"])
        .note("The page shows no response; the members are those that a client reads."),
    Route::new("version.hydrate", Post, "/api/dataprocessing/v2/dataflows/data-version-hydrate", |verb| on(verb, versions::hydrate), Inferred)
        .doc("data-version-list-from-magic").reads::<versions::Hydrate>().answers::<Vec<versions::Version>>().refuses(&[400, 404, 501])
        .honours(&["limit", "offset", "engine"])
        .note("The request is documented, the response is nowhere: an array like that of the version list."),
    Route::new("partition.list", Get, "/api/query/v1/datasources/{dataset}/partition", |verb| on(verb, partitions::list), Inferred)
        .doc("get-partition-list").answers::<Vec<partitions::Tag>>().refuses(&[404])
        .note("The request and its meaning are documented, the members are nowhere."),
    Route::new("partition.search", Post, "/api/query/v1/datasources/{dataset}/partition/list", |verb| on(verb, partitions::search), Documented)
        .doc("search-partition-list").reads::<partitions::Search>().answers::<Vec<partitions::Partition>>().refuses(&[400, 404])
        .note("The page shows no response; a client reads partitionId."),
    Route::new("partition.delete_data", Delete, "/api/query/v1/datasources/{dataset}/tag/{tag}/data", |verb| on(verb, partitions::delete_data), Documented)
        .doc("delete-data-version").answers::<Empty>().refuses(&[404]),
    Route::new("partition.delete_tag", Delete, "/api/query/v1/datasources/{dataset}/partition/{tag}", |verb| on(verb, partitions::delete_tag), Documented)
        .doc("delete-partition-tag").answers::<Empty>().refuses(&[404]),

    // Indexes
    Route::new("index.request", Post, "/api/data/v3/datasources/{dataset}/indexes", |verb| on(verb, indexes::request), Documented)
        .doc("index-dataset").reads::<indexes::Request>().answers::<indexes::Job>().refuses(&[400, 404])
        .note("The page shows no response."),
    Route::new("index.request_all", Post, "/api/query/v1/datasources/{dataset}", |verb| on(verb, indexes::request_all), Documented)
        .doc("index-dataset-1").answers::<indexes::Job>().refuses(&[400, 404])
        .note("The page shows no response."),
    Route::new("index.status", Get, "/api/data/v3/datasources/{dataset}/indexes/{index}/statuses", |verb| on(verb, indexes::status), Inferred)
        .doc("index-dataset-progress").answers::<indexes::Status>().refuses(&[404])
        .note("The request is documented, the response is nowhere."),

    // Streams
    Route::new("stream.create", Post, "/api/data/v1/streams", |verb| on(verb, streams::create), Documented)
        .doc("stream-connector---create").reads::<streams::Definition>().answers::<streams::Stream>().refuses(&[400, 413])
        .note("The page shows no response: the stream, as at its GET."),
    Route::new("stream.get", Get, "/api/data/v1/streams/{stream}", |verb| on(verb, streams::get), Documented)
        .doc("stream-connector---get").answers::<streams::Stream>().refuses(&[404]).ignores(&["fields"]),
    Route::new("stream.update", Put, "/api/data/v1/streams/{stream}", |verb| on(verb, streams::update), Documented)
        .doc("stream-connector---update").reads::<streams::Definition>().answers::<streams::Stream>().refuses(&[400, 404, 413])
        .note("The page shows no response: the stream, as at its GET."),
    Route::new("stream.history", Get, "/api/data/v1/streams/{stream}/history/aggregate", |verb| on(verb, streams::history), Documented)
        .doc("stream-execution-history").answers::<Vec<streams::Run>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("execution.start", Post, "/api/data/v1/streams/{stream}/executions", |verb| on(verb, streams::execute), Documented)
        .doc("execute-dataset-stream").reads::<streams::Execute>().answers::<streams::Execution>().creates().refuses(&[400, 404, 413])
        .note("201 where the body has runType, else 200; the body is always the execution."),
    Route::new("execution.list", Get, "/api/data/v1/streams/{stream}/executions", |verb| on(verb, streams::executions), Observed)
        .answers::<Vec<streams::Execution>>().refuses(&[400, 404]).honours(&["limit", "offset"]),
    Route::new("execution.get", Get, "/api/data/v1/streams/{stream}/executions/{execution}", |verb| on(verb, streams::execution), Observed)
        .answers::<streams::Execution>().refuses(&[404]),
    Route::new("execution.part", Put, "/api/data/v1/streams/{stream}/executions/{execution}/part/{part}", |verb| on(verb, streams::part), Observed)
        .reads_csv().answers::<streams::Done>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.commit", Put, "/api/data/v1/streams/{stream}/executions/{execution}/commit", |verb| on(verb, streams::commit), Observed)
        .reads::<Opaque>().answers::<streams::Execution>().refuses(&[400, 404, 409, 413]),
    Route::new("execution.abort", Put, "/api/data/v1/streams/{stream}/executions/{execution}/abort", |verb| on(verb, streams::abort), Observed)
        .reads::<streams::Abort>().answers::<streams::Execution>().refuses(&[400, 404, 409]),
];

/// One operation of Domo's API.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub id: &'static str,
    pub verb: Verb,
    /// In axum's spelling: one name for each position, whatever the page calls it.
    pub path: &'static str,
    /// Other spellings of the path.
    pub aliases: &'static [&'static str],
    /// The anchor of its section on Domo's page of the Datasets API; empty where only clients show the route.
    pub doc: &'static str,
    pub evidence: Evidence,
    /// Query parameters that change the answer.
    pub honoured: &'static [&'static str],
    /// Query parameters that clients send and that change nothing.
    pub ignored: &'static [&'static str],
    pub note: &'static str,
    pub body: RequestBody,
    pub answer: Option<SchemaOf>,
    pub created: bool,
    /// Statuses of its refusals, besides those that every route has.
    pub refusals: &'static [u16],
    mount: fn(MethodFilter) -> MethodRouter<Settings>,
}

pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

#[derive(Debug, Clone, Copy)]
pub enum RequestBody {
    None,
    Json(SchemaOf),
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

/// How we know that an answer is right; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Evidence {
    /// Stated on Domo's page.
    Documented,
    /// Seen in a recorded answer, or relied on by the code of a client in use.
    Observed,
    /// Our deduction; nobody's statement.
    Inferred,
}

impl Route {
    const fn new(
        id: &'static str,
        verb: Verb,
        path: &'static str,
        mount: fn(MethodFilter) -> MethodRouter<Settings>,
        evidence: Evidence,
    ) -> Self {
        Self {
            id,
            verb,
            path,
            aliases: &[],
            doc: "",
            evidence,
            honoured: &[],
            ignored: &[],
            note: "",
            body: RequestBody::None,
            answer: None,
            created: false,
            refusals: &[],
            mount,
        }
    }

    const fn doc(mut self, anchor: &'static str) -> Self {
        self.doc = anchor;
        self
    }

    const fn also_at(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn reads<T: JsonSchema>(mut self) -> Self {
        self.body = RequestBody::Json(schema_of::<T>);
        self
    }

    const fn reads_csv(mut self) -> Self {
        self.body = RequestBody::Csv;
        self
    }

    const fn answers<T: JsonSchema>(mut self) -> Self {
        self.answer = Some(schema_of::<T>);
        self
    }

    const fn creates(mut self) -> Self {
        self.created = true;
        self
    }

    const fn refuses(mut self, statuses: &'static [u16]) -> Self {
        self.refusals = statuses;
        self
    }

    const fn honours(mut self, parameters: &'static [&'static str]) -> Self {
        self.honoured = parameters;
        self
    }

    const fn ignores(mut self, parameters: &'static [&'static str]) -> Self {
        self.ignored = parameters;
        self
    }

    const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// The path in all its spellings.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.path).chain(self.aliases.iter().copied())
    }
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Verb {
    pub const fn name(self) -> &'static str {
        match self {
            Get => "GET",
            Post => "POST",
            Put => "PUT",
            Delete => "DELETE",
        }
    }

    const fn filter(self) -> MethodFilter {
        match self {
            Get => MethodFilter::GET,
            Post => MethodFilter::POST,
            Put => MethodFilter::PUT,
            Delete => MethodFilter::DELETE,
        }
    }

    pub fn is(self, method: &Method) -> bool {
        method == self.name() || (self == Get && method == Method::HEAD)
    }
}

impl Evidence {
    pub const fn name(self) -> &'static str {
        match self {
            Documented => "documented",
            Observed => "observed",
            Inferred => "inferred",
        }
    }
}

/// The route that answers this method at this path of the router.
pub fn find(method: &Method, matched_path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|it| it.verb.is(method) && it.paths().any(|path| path == matched_path))
}

pub fn router() -> Router<Settings> {
    ROUTES
        .iter()
        .flat_map(|route| route.paths().map(move |path| (path, route)))
        .fold(Router::new(), |router, (path, route)| {
            router.route(path, (route.mount)(route.verb.filter()))
        })
}
