//! THE TABLE: every route of Domo's API that is served, with where it is documented and how sure we are of it.
//! The router, the coverage page, the `OpenAPI` description and the tests are all read from it.

mod counters;
mod developer;
mod product;
mod requests;

use axum::Router;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Settings;
use crate::domain::{Grade, Need};
pub use counters::RouteCounters;
pub use requests::Ignored;

use Evidence::{Documented, Inferred, Observed};
use Verb::{Delete, Get, Patch, Post, Put};

/// All routes, family by family.
pub const ROUTES: &[Route] = &joined::<{ count(&FAMILIES) }>(&FAMILIES);

const FAMILIES: [&[Route]; 5] = {
    let [datasets, uploads, permissions, streams] = product::FAMILIES;
    [datasets, uploads, permissions, streams, developer::TABLE]
};

/// One operation of Domo's API.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub id: &'static str,
    pub verb: Verb,
    /// In axum's spelling: one name for each position, whatever the page calls it.
    pub path: &'static str,
    /// Other spellings of the path.
    pub aliases: &'static [&'static str],
    /// The anchor of its section on Domo's page of the Datasets API, or a link to another page of Domo's; empty where only clients
    /// show the route.
    pub doc: &'static str,
    pub evidence: Evidence,
    pub needs: Needs,
    /// Query parameters that change the answer.
    pub honoured: &'static [&'static str],
    /// Query parameters that clients send and that change nothing.
    pub ignored: &'static [Ignored],
    /// Members of the body that clients send and that change nothing.
    pub ignored_members: &'static [&'static [Ignored]],
    /// What clients send back as they read it: members that a request cannot set change nothing.
    pub sent_back: Option<SchemaOf>,
    pub note: &'static str,
    pub body: RequestBody,
    pub answer: ResponseBody,
    /// Answers 201 where the thing is new.
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

#[derive(Debug, Clone, Copy)]
pub enum ResponseBody {
    /// 204.
    None,
    /// 200, and no body.
    Empty,
    Json(SchemaOf),
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// The least credential or access level a route needs, weakest first. Enforced by `domain::Session`; `grants.rs` checks
/// that both agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// No credential.
    Nothing,
    /// A credential, whosever it is.
    Login,
    /// Access to the dataset that the request is about.
    Dataset(Need),
    /// To be an administrator.
    Admin,
}

/// Members of a column that clients send back as they read them.
const COLUMNS: &[Ignored] = &[
    ("columns.id", "a column's id is its name"),
    ("columns.order", "columns stand in the order of the list"),
    ("columns.metadata", "Domo sets it"),
    ("schema.objects", "Domo sets it"),
    ("schema.views", "Domo sets it"),
];

/// Members of a query of Domo's own pages.
const OF_PAGES: &[Ignored] = &[
    ("querySource", "says which page of Domo asks"),
    ("useCache", "nothing is cached"),
    ("fillEmptyCells", "a cell without a value is null, as without it"),
    ("context.features.AllowNullValues", "nulls are always answered"),
    ("context.dataControlContext.previewPdp", "filterGroupIds alone says which policies apply"),
    ("viewTemplate", "null: a dataset has no template"),
    ("tableAliases", "null: there is one table"),
];

const VIEW: Needs = Needs::Dataset(Need::View);
const SHARE: Needs = Needs::Dataset(Need::Share);
const EDIT: Needs = Needs::Dataset(Need::Edit);
const OWN: Needs = Needs::Dataset(Need::Own);
const ADMIN: Needs = Needs::Admin;
const LOGIN: Needs = Needs::Login;
const NOTHING: Needs = Needs::Nothing;

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
        needs: Needs,
    ) -> Self {
        Self {
            id,
            verb,
            path,
            aliases: &[],
            doc: "",
            evidence,
            needs,
            honoured: &[],
            ignored: &[],
            ignored_members: &[],
            sent_back: None,
            note: "",
            body: RequestBody::None,
            answer: ResponseBody::None,
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
        self.answer = ResponseBody::Json(schema_of::<T>);
        self
    }

    const fn answers_nothing(mut self) -> Self {
        self.answer = ResponseBody::Empty;
        self
    }

    const fn answers_csv(mut self) -> Self {
        self.answer = ResponseBody::Csv;
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

    const fn ignores(mut self, parameters: &'static [Ignored]) -> Self {
        self.ignored = parameters;
        self
    }

    const fn ignores_members(mut self, members: &'static [&'static [Ignored]]) -> Self {
        self.ignored_members = members;
        self
    }

    const fn sent_back<T: JsonSchema>(mut self) -> Self {
        self.sent_back = Some(schema_of::<T>);
        self
    }

    const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// Where it is documented, as a link; empty where only clients show it.
    pub fn documentation(&self) -> String {
        const PAGES: &str = "https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs";
        let is_link = self.doc.starts_with("https://");
        match self.doc.rsplit_once('.').map(|(_, kind)| kind) {
            Some("yaml" | "json") => {
                let path = self.path.replace('/', "~1");
                format!("{}#/paths/{path}/{}", self.doc, self.verb.name().to_lowercase())
            }
            _ if is_link || self.doc.is_empty() => self.doc.to_owned(),
            Some("md") => format!("{PAGES}/{}", self.doc),
            _ => format!("{PAGES}/Datasets.md#{}", self.doc),
        }
    }

    /// Whether it is a route of api.domo.com, which belongs to no instance.
    pub fn is_public(&self) -> bool {
        !self.path.starts_with("/api/")
    }

    /// The path in all its spellings.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.path).chain(self.aliases.iter().copied())
    }
}

pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Verb {
    pub const fn name(self) -> &'static str {
        match self {
            Get => "GET",
            Post => "POST",
            Put => "PUT",
            Patch => "PATCH",
            Delete => "DELETE",
        }
    }

    pub const fn filter(self) -> MethodFilter {
        match self {
            Get => MethodFilter::GET,
            Post => MethodFilter::POST,
            Put => MethodFilter::PUT,
            Patch => MethodFilter::PATCH,
            Delete => MethodFilter::DELETE,
        }
    }

    pub fn is(self, method: &Method) -> bool {
        method == self.name() || (self == Get && method == Method::HEAD)
    }
}

impl Needs {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Login => "login",
            Self::Dataset(need) => need.name(),
            Self::Admin => "administrator",
        }
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

    /// The grades of SQL that this one asks for. What MySQL's manual alone has is our deduction.
    pub const fn of_sql(self) -> Grade {
        match self {
            Documented => Grade::Documented,
            Observed => Grade::Observed,
            Inferred => Grade::Unknown,
        }
    }

    /// That of a query whose least certain part has this grade.
    pub const fn of_query(grade: Grade) -> Self {
        match grade {
            Grade::Documented => Documented,
            Grade::Observed => Observed,
            Grade::Manual | Grade::Unknown => Inferred,
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

const fn count(families: &[&[Route]]) -> usize {
    let (mut family, mut sum) = (0, 0);
    while family < families.len() {
        sum += families[family].len();
        family += 1;
    }
    sum
}

const fn joined<const N: usize>(families: &[&[Route]]) -> [Route; N] {
    let mut all = [families[0][0]; N];
    let (mut family, mut at) = (0, 0);
    while family < families.len() {
        let mut route = 0;
        while route < families[family].len() {
            all[at] = families[family][route];
            route += 1;
            at += 1;
        }
        family += 1;
    }
    all
}
