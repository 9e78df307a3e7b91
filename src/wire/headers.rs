//! Headers that Domock writes in one spelling everywhere.

use axum::http::{HeaderName, HeaderValue};

/// The content type that Domo's samples print, to the letter: a client takes anything else for text.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");

/// Names what a 501 does not emulate.
pub const UNSUPPORTED: HeaderName = HeaderName::from_static("x-domock-unsupported");
