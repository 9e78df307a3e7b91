//! The search for users, whose answer has each user as a list of attributes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{PAGE_DEFAULT, role_id};
use crate::domain::{Error, Session, directory};
use crate::wire::error::Refusal;
use crate::wire::extract::{Json, Reply};
use crate::wire::shapes::Opaque;

/// In the order of their ids.
pub async fn search(session: Session, Json(search): Json<Search>) -> Result<Reply<Found>, Refusal> {
    let mut found = Vec::new();
    for user in session.users() {
        let mut fits = true;
        for filter in &search.filters {
            fits = fits && filter.fits(&user)?;
        }
        if fits {
            found.push(FoundUser::of(&user, search.attributes.as_deref()));
        }
    }
    let (offset, limit) = (search.offset.unwrap_or(0), search.limit.unwrap_or(PAGE_DEFAULT));
    Ok(Reply(Found { users: found.into_iter().skip(offset).take(limit).collect() }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Search {
    /// All of them must fit.
    #[serde(default, deserialize_with = "crate::wire::loose_lists::one_or_many")]
    filters: Vec<Filter>,
    /// The attributes that are wanted; without it all.
    #[serde(default, deserialize_with = "crate::wire::loose_lists::optional")]
    attributes: Option<Vec<String>>,
    offset: Option<usize>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Filter {
    field: String,
    filter_type: String,
    /// `EQ`
    operator: Option<String>,
    /// One of them must be the attribute's, where `filterType` is `value`.
    #[serde(default, deserialize_with = "crate::wire::loose_lists::one_or_many")]
    values: Vec<Opaque>,
    /// One of its words must be in the attribute, in any case, where `filterType` is `text`.
    text: Option<String>,
}

impl Filter {
    fn fits(&self, user: &directory::User) -> Result<bool, Refusal> {
        let attribute = attributes(user).into_iter().find(|(key, _)| *key == self.field);
        let attribute = attribute.map(|(_, value)| text(&value).to_lowercase());
        let is_equality = self.operator.as_deref().is_none_or(|it| it.eq_ignore_ascii_case("EQ"));
        match (self.filter_type.as_str(), &self.text) {
            ("value", None) if is_equality => {
                let mut values = self.values.iter().map(|it| text(&it.0).to_lowercase());
                Ok(values.any(|it| Some(it) == attribute))
            }
            ("text", Some(words)) => {
                let words = words.to_lowercase();
                let mut words = words.split_whitespace();
                Ok(words.any(|it| attribute.as_ref().is_some_and(|text| text.contains(it))))
            }
            _ => Err(Error::Unsupported("a filter of users other than by values or text").into()),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What is known of a user, under the names that a client asks for.
fn attributes(user: &directory::User) -> Vec<(&'static str, Value)> {
    let mut known = vec![
        ("id", json!(user.id.get())),
        ("displayName", json!(user.name)),
        ("emailAddress", json!(user.email)),
    ];
    known.extend(role_id(&user.role).map(|it| ("roleId", json!(it))));
    known
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Found {
    users: Vec<FoundUser>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FoundUser {
    attributes: Vec<Attribute>,
}

/// A client takes the first value.
#[derive(Debug, Serialize, JsonSchema)]
struct Attribute {
    key: &'static str,
    values: [Opaque; 1],
}

impl FoundUser {
    fn of(user: &directory::User, wanted: Option<&[String]>) -> Self {
        let known = attributes(user).into_iter();
        let wanted = known.filter(|(key, _)| wanted.is_none_or(|it| it.iter().any(|it| it == key)));
        Self {
            attributes: wanted
                .map(|(key, value)| Attribute { key, values: [Opaque(value)] })
                .collect(),
        }
    }
}
