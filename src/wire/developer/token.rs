//! The token with which the public API's SDKs come.

use axum::extract::State;
use axum::http::HeaderMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{AnonymousSession, UserId};
use crate::wire::Settings;
use crate::wire::auth::{self, Claims, LIFETIME_S};
use crate::wire::error::Refusal;
use crate::wire::extract::Reply;

/// A token for the client's user; for the administrator where every client is let in.
pub async fn token(
    State(settings): State<Settings>,
    session: AnonymousSession,
    headers: HeaderMap,
) -> Result<Reply<Token>, Refusal> {
    let shown = auth::client(&headers);
    let shown = shown.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
    let grant = session
        .client_grant(shown)
        .ok_or_else(|| Refusal::unauthorized("Bad client credentials"))?;
    let claims = Claims {
        sub: grant.user.to_string(),
        scope: grant.scope,
        customer: grant.instance,
        exp: grant.now.millis().div_euclid(1000) + LIFETIME_S,
    };
    Ok(Reply(Token {
        access_token: settings.token_key.sign(&claims),
        token_type: "bearer",
        expires_in: LIFETIME_S,
        scope: claims.scope.join(" "),
        domain: format!("{}.domo.com", claims.customer),
        customer: claims.customer,
        user_id: grant.user,
        role: grant.role,
    }))
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
}
