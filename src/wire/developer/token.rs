//! The token with which the public API's SDKs come.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::Instance;
use crate::domain::instance::Auth;
use crate::wire::Settings;
use crate::wire::auth::{self, Claims, LIFETIME_S};
use crate::wire::error::Refusal;
use crate::wire::extract::Reply;

/// A token for the client's user; for the administrator where every client is let in.
pub async fn token(
    State(settings): State<Settings>,
    Extension(domo): Extension<Instance>,
    headers: HeaderMap,
) -> Result<Reply<Token>, Refusal> {
    let (user, scope) = match domo.auth() {
        Auth::Any => (domo.admin(), vec!["data".to_owned(), "user".to_owned()]),
        Auth::Strict => {
            let shown = auth::client(&headers);
            let known = shown.and_then(|(id, secret)| domo.client(&id, &secret));
            let client = known
                .ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "Bad client credentials"))?;
            (client.user, client.scope)
        }
    };
    let claims = Claims {
        sub: user.to_string(),
        scope,
        customer: domo.name().to_owned(),
        exp: domo.now().millis().div_euclid(1000) + LIFETIME_S,
    };
    let directory = &domo.world().directory;
    Ok(Reply(Token {
        access_token: settings.token_key.sign(&claims),
        token_type: "bearer",
        expires_in: LIFETIME_S,
        scope: claims.scope.join(" "),
        customer: claims.customer,
        user_id: user,
        role: directory.user(user).map(|it| it.role.clone()).unwrap_or_default(),
        domain: format!("{}.domo.com", domo.name()),
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
    user_id: u64,
    role: String,
    domain: String,
}
