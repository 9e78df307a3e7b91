//! Credentials that routes accept, and their error responses.

use serde_json::{Map, Value, json};

use super::refusal;
use crate::domain::instance::Auth;
use crate::wire::routes::{Needs, Route};

const DEVELOPER_TOKEN: &str = "developerToken";
const SESSION: &str = "session";
const BEARER: &str = "bearer";
const CLIENT: &str = "client";

pub(super) fn schemes() -> Value {
    let header = |name: &str| json!({ "type": "apiKey", "in": "header", "name": name });
    json!({
        DEVELOPER_TOKEN: header("X-DOMO-Developer-Token"),
        SESSION: header("x-domo-authentication"),
        BEARER: { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
        CLIENT: { "type": "http", "scheme": "basic" },
    })
}

/// The alternatives that a route accepts.
pub(super) fn of(route: &Route, auth: Auth) -> Value {
    let schemes: &[&str] = match (route.needs, route.is_public()) {
        (Needs::Nothing, false) => &[],
        (Needs::Nothing, true) => &[CLIENT],
        (_, true) => &[BEARER],
        (_, false) => &[DEVELOPER_TOKEN, SESSION, BEARER],
    };
    let mut any: Vec<Value> = schemes.iter().map(|it| json!({ *it: [] })).collect();
    if auth == Auth::Any && !any.is_empty() {
        any.push(json!({}));
    }
    any.into()
}

/// Adds the error responses for invalid credentials and for users without access.
pub(super) fn refuse(route: &Route, responses: &mut Map<String, Value>, envelope: &Value) {
    let is_token = route.needs == Needs::Nothing && route.is_public();
    if route.needs != Needs::Nothing && route.is_public() {
        let header = json!({ "schema": { "type": "string" } });
        let headers = json!({ "WWW-Authenticate": header });
        let refused = json!({ "description": "Unauthorized", "headers": headers });
        responses.insert("401".to_owned(), refused);
    } else if route.needs != Needs::Nothing || is_token {
        responses.insert("401".to_owned(), refusal(401, envelope));
    }
    if route.needs != Needs::Nothing {
        responses.insert("403".to_owned(), refusal(403, envelope));
    }
}
