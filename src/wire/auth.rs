//! Who sends a request: by a developer token, a session or a token of the public API.

mod tokens;

use std::fmt::Write as _;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};

use super::error::Refusal;
use crate::domain::instance::Auth;
use crate::domain::{AnonymousSession, Timestamp, UserId};

pub use tokens::{Claims, LIFETIME_S, TokenError, TokenKey};

const DEVELOPER_TOKEN: &str = "x-domo-developer-token";
const SESSION: &str = "x-domo-authentication";

/// What a token of the public API must be good for, wherever there are datasets and streams.
const SCOPE: &str = "data";

/// A token that nobody can tell beforehand.
pub fn random_token() -> String {
    // 72 characters: the R client takes a shorter one than 70 for a developer token.
    let mut bytes = [0; 54];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.expect("the system has randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Gives a request its session, as its user, or refuses it. `is_public` is for the routes of api.domo.com, which take
/// no other credential than a token of theirs.
pub fn authenticate(is_public: bool, key: &TokenKey, request: &mut Request) -> Result<(), Refusal> {
    let Some(session) = request.extensions().get::<AnonymousSession>() else { return Ok(()) };
    let user = match session.auth() {
        Auth::Any => session.admin(),
        Auth::Strict if is_public => by_bearer(session, key, request.headers())?,
        Auth::Strict => by_anything(session, key, request.headers())?,
    };
    let session = session.log_in_as(user);
    request.extensions_mut().insert(session);
    Ok(())
}

/// As the product's API has it.
fn by_anything(
    session: &AnonymousSession,
    key: &TokenKey,
    headers: &HeaderMap,
) -> Result<UserId, Refusal> {
    let token = text(headers, DEVELOPER_TOKEN).and_then(|it| session.user_of_token(it));
    let login = || text(headers, SESSION).and_then(|it| session.user_of_login(it));
    if let Some(user) = token.or_else(login) {
        return Ok(user);
    }
    let token = bearer(headers).ok_or_else(unauthenticated)?;
    user_of_bearer(session, key, token).map_err(|problem| match problem {
        Unusable::Scope => out_of_scope(),
        _ => unauthenticated(),
    })
}

/// As the public API has it: a token whose time is over is refused with a header and no body, one that is no token with
/// 403. Without any it is 401 as well, because the Node SDK asks for its first token only then:
/// <https://github.com/domoinc/domo-node-sdk/blob/master/src/common/Transport.ts>
fn by_bearer(
    session: &AnonymousSession,
    key: &TokenKey,
    headers: &HeaderMap,
) -> Result<UserId, Refusal> {
    let refused = |problem| unauthenticated().with_challenge(challenge(problem));
    let token = bearer(headers).ok_or_else(|| refused(None))?;
    user_of_bearer(session, key, token).map_err(|problem| match problem {
        Unusable::Scope => out_of_scope(),
        Unusable::Expired(_) => refused(Some(problem)),
        other => Refusal::forbidden(other.to_string()),
    })
}

fn out_of_scope() -> Refusal {
    Refusal::forbidden(format!("the scope of the token has no {SCOPE}"))
}

fn unauthenticated() -> Refusal {
    let message = "Full authentication is required to access this resource";
    Refusal::unauthorized(message)
}

/// Why a token lets nobody in.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("Jwt expired at {0}")]
    Expired(String),
    #[error("Unknown customer or user")]
    Stranger,
    #[error("no scope for this")]
    Scope,
}

fn user_of_bearer(
    session: &AnonymousSession,
    key: &TokenKey,
    token: &str,
) -> Result<UserId, Unusable> {
    let claims = key.read(token)?;
    if session.is_past(Timestamp(claims.exp.saturating_mul(1000))) {
        let moment = chrono::DateTime::from_timestamp(claims.exp, 0).unwrap_or_default();
        return Err(Unusable::Expired(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }
    let user = claims.sub.parse().ok().filter(|id| session.has_user(*id));
    match user {
        Some(user) if claims.customer == session.instance_name() => {
            let is_for_this = claims.scope.iter().any(|it| it == SCOPE);
            if is_for_this { Ok(user) } else { Err(Unusable::Scope) }
        }
        _ => Err(Unusable::Stranger),
    }
}

/// `WWW-Authenticate`, as the documentation of the public API prints it.
fn challenge(problem: Option<Unusable>) -> HeaderValue {
    let mut text = "Bearer".to_owned();
    if let Some(problem) = problem {
        let _ = write!(
            text,
            " error=\"invalid_token\", error_description=\"An error occurred while attempting to decode the Jwt: \
             {problem}\", error_uri=\"https://tools.ietf.org/html/rfc6750#section-3.1\""
        );
    }
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer"))
}

/// `Authorization: Bearer …`
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    after_scheme(headers, "bearer")
}

/// The id and the secret of `Authorization: Basic …`
pub fn client(headers: &HeaderMap) -> Option<(String, String)> {
    let decoded = STANDARD.decode(after_scheme(headers, "basic")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned()))
}

fn after_scheme<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (found, rest) = text(headers, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|it| it.to_str().ok())
}
