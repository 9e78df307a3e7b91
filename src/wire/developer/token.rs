//! The token with which the public API's SDKs come.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::settings::Auth;
use crate::domain::{AnonymousSession, UserId};
use crate::wire::Settings;
use crate::wire::auth::{self, Claims, LIFETIME_S};
use crate::wire::error::Refusal;
use crate::wire::extract::{Query, Reply};

/// A token for the client's user; for the administrator where every client is let in.
pub async fn token(
    State(settings): State<Settings>,
    session: AnonymousSession,
    Query(mut asked): Query<Asked>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Result<([(HeaderName, HeaderValue); 2], Reply<Token>), Refusal> {
    asked = asked.or(Asked::of_form(&body)?);
    asked.refuse_other_grants()?;
    let shown = auth::client(&headers);
    let shown = shown.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
    let grant = session
        .client_grant(shown)
        .ok_or_else(|| Refusal::unauthorized("Bad client credentials"))?;
    let claims = Claims {
        sub: grant.user.to_string(),
        scope: asked.narrowed(grant.scope, grant.auth)?,
        customer: grant.instance,
        exp: grant.now.millis().div_euclid(1000) + LIFETIME_S,
        jti: grant.id,
    };
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    Ok((
        headers,
        Reply(Token {
            access_token: settings.token_key.sign(&claims),
            token_type: "bearer",
            expires_in: LIFETIME_S,
            scope: claims.scope.join(" "),
            domain: format!("{}.domo.com", claims.customer),
            customer: claims.customer,
            user_id: grant.user,
            role: grant.role,
            jti: claims.jti,
        }),
    ))
}

/// What a client says of the token that it wants, in the URL or in a form.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    grant_type: Option<String>,
    /// Names with blanks between them; an example of the documentation has commas.
    scope: Option<String>,
}

impl Asked {
    fn of_form(body: &[u8]) -> Result<Self, Refusal> {
        serde_urlencoded::from_bytes(body)
            .map_err(|problem| Refusal::bad_request(format!("the form is malformed: {problem}")))
    }

    fn or(self, form: Self) -> Self {
        Self { grant_type: self.grant_type.or(form.grant_type), scope: self.scope.or(form.scope) }
    }

    fn refuse_other_grants(&self) -> Result<(), Refusal> {
        match self.grant_type.as_deref() {
            None | Some("client_credentials") => Ok(()),
            Some(other) => Err(Refusal::bad_request(format!(
                "grant_type: '{other}' is not supported: it must be client_credentials"
            ))),
        }
    }

    /// The client's scopes, or those of them that it asks for. Where nobody is told apart, a client has every scope.
    /// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/API-Authentication.yaml>
    fn narrowed(&self, granted: Vec<String>, auth: Auth) -> Result<Vec<String>, Refusal> {
        let asked = self.scope.as_deref().unwrap_or_default();
        let asked: Vec<&str> = asked.split([' ', ',', '+']).filter(|it| !it.is_empty()).collect();
        if asked.is_empty() {
            return Ok(granted);
        }
        let narrowed: Vec<String> = match auth {
            Auth::Any => asked.iter().map(|it| (*it).to_owned()).collect(),
            Auth::Strict => granted.into_iter().filter(|it| asked.contains(&it.as_str())).collect(),
        };
        if narrowed.is_empty() {
            let message = format!("invalid_scope: the client has none of {}", asked.join(", "));
            return Err(Refusal::bad_request(message));
        }
        Ok(narrowed)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Token {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: String,
    customer: String,
    #[serde(rename = "userId")]
    user_id: UserId,
    role: String,
    domain: String,
    /// Names the token.
    jti: String,
}
