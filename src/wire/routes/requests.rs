//! Nothing of a request is passed over in silence: a route honours each query parameter and each member of a body, or its
//! table names what it ignores and why, or the request is refused.

use std::collections::BTreeSet;

use axum::http::Uri;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::{RequestBody, Route, SchemaOf};
use crate::wire::error::Refusal;

/// What a route takes without effect, and why that is right. A member of a body is named by its path, without the places
/// in lists: `columns.metadata`. The end of a path is enough where the path has a dot, and `*` stands for any name.
pub type Ignored = (&'static str, &'static str);

/// Why what a client sends back as it read it changes nothing.
const SENT_BACK: &str = "Domo sets it: clients send back the whole object that they read";

/// How deep an object that is sent back may be nested.
const DEPTH_MAX: usize = 8;

impl Route {
    /// Refuses a query parameter that the route neither honours nor ignores.
    pub fn refuse_unknown_parameters(&self, uri: &Uri) -> Result<(), Refusal> {
        let Some(query) = uri.query().filter(|it| !it.is_empty()) else { return Ok(()) };
        let pairs: Vec<(String, String)> = axum::extract::Query::try_from_uri(uri)
            .map_err(|_| Refusal::bad_request(format!("the query string '{query}' is malformed")))?
            .0;
        let is_known = |name: &str| {
            self.honoured.contains(&name) || self.ignored.iter().any(|(it, _)| *it == name)
        };
        match pairs.iter().find(|(name, _)| !is_known(name)) {
            None => Ok(()),
            Some((name, _)) => Err(unknown("query parameter", name, self)),
        }
    }

    /// Refuses a member of the body that the request's type does not have, unless the route ignores it.
    pub(in crate::wire) fn refuse_unknown_member(&self, path: &str) -> Result<(), Refusal> {
        let is_listed =
            self.ignored_members.iter().copied().flatten().any(|(it, _)| ends(path, it));
        if is_listed || self.members_sent_back().iter().any(|it| matches(path, it)) {
            return Ok(());
        }
        Err(unknown("member", path, self))
    }

    /// All that the route ignores, with the reasons.
    pub fn all_ignored(&self) -> Vec<(String, &'static str)> {
        let listed = self.ignored.iter().chain(self.ignored_members.iter().copied().flatten());
        let listed = listed.map(|(name, reason)| ((*name).to_owned(), *reason));
        let sent_back = self.members_sent_back().into_iter().filter(|it| !it.contains('.'));
        listed.chain(sent_back.map(|it| (it, SENT_BACK))).collect()
    }

    /// Members of what is sent back that the request's type does not have.
    fn members_sent_back(&self) -> BTreeSet<String> {
        let (Some(sent_back), RequestBody::Json(request)) = (self.sent_back, self.body) else {
            return BTreeSet::new();
        };
        let settable = members(request);
        members(sent_back).into_iter().filter(|it| !settable.contains(it)).collect()
    }
}

fn unknown(kind: &str, name: &str, route: &Route) -> Refusal {
    Refusal::bad_request(format!(
        "{kind} '{name}': the route {} neither honours nor ignores it; docs/coverage.md lists what it knows",
        route.id
    ))
}

/// Whether a path is this one, or ends with it where it has more than one name.
fn ends(path: &str, pattern: &str) -> bool {
    let tail = pattern.contains('.').then(|| {
        let surplus = path.split('.').count().saturating_sub(pattern.split('.').count());
        path.splitn(surplus + 1, '.').last().unwrap_or_default()
    });
    matches(path, pattern) || tail.is_some_and(|it| matches(it, pattern))
}

fn matches(path: &str, pattern: &str) -> bool {
    let (mut names, mut wanted) = (path.split('.'), pattern.split('.'));
    loop {
        match (names.next(), wanted.next()) {
            (None, None) => return true,
            (Some(_), Some("*")) => {}
            (Some(name), Some(it)) if name == it => {}
            _ => return false,
        }
    }
}

/// The paths of all members that a type has.
fn members(schema_of: SchemaOf) -> BTreeSet<String> {
    let mut generator: SchemaGenerator = SchemaSettings::draft2020_12().into_generator();
    let root = schema_of(&mut generator).to_value();
    let definitions = generator.take_definitions(true);
    let mut found = BTreeSet::new();
    collect(&root, &definitions, "", DEPTH_MAX, &mut found);
    found
}

fn collect(
    schema: &Value,
    definitions: &Map<String, Value>,
    prefix: &str,
    depth: usize,
    found: &mut BTreeSet<String>,
) {
    if depth == 0 {
        return;
    }
    let mut go = |schema: &Value, prefix: &str, depth| {
        collect(schema, definitions, prefix, depth, found);
    };
    if let Some(name) = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next())
        && let Some(schema) = definitions.get(name)
    {
        go(schema, prefix, depth);
    }
    for one in ["anyOf", "oneOf", "allOf"].iter().filter_map(|it| schema[it].as_array()).flatten() {
        go(one, prefix, depth);
    }
    if schema["items"].is_object() {
        go(&schema["items"], prefix, depth);
    }
    let named = schema["properties"].as_object().into_iter().flatten();
    let any = Some(&schema["additionalProperties"]).filter(|it| it.is_object());
    let named = named.map(|(name, it)| (name.as_str(), it)).chain(any.map(|it| ("*", it)));
    for (name, schema) in named {
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        collect(schema, definitions, &path, depth - 1, found);
        found.insert(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_with_a_dot_fits_the_end_of_a_path() {
        assert!(ends("schema.columns.metadata", "columns.metadata"));
        assert!(ends("formulas.formulas.calculation_1.active", "formulas.*.active"));
        assert!(ends("id", "id"));
        assert!(!ends("owner.id", "id"));
        assert!(!ends("metadata", "columns.metadata"));
    }
}
