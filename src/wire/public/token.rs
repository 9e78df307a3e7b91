//! The token with which the public API's SDKs come. Any client is let in, as the administrator.

use schemars::JsonSchema;
use serde::Serialize;

use crate::wire::extract::{Call, Reply};

/// How long a client takes a token for good.
const LIFETIME_S: i64 = 3599;

pub async fn token(call: Call) -> Reply<Token> {
    let expires_at = call.domo.now().millis().div_euclid(1000) + LIFETIME_S;
    let directory = &call.domo.world().directory;
    let claims = Claims { sub: call.user.to_string(), scope: ["data", "user"], exp: expires_at };
    Reply(Token {
        access_token: unsigned(&claims),
        token_type: "bearer",
        expires_in: LIFETIME_S,
        scope: "data user",
        customer: call.domo.name().to_owned(),
        user_id: call.user,
        role: directory.user(call.user).map(|it| it.role.clone()).unwrap_or_default(),
        domain: format!("{}.domo.com", call.domo.name()),
    })
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Token {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: &'static str,
    customer: String,
    #[serde(rename = "userId")]
    user_id: u64,
    role: String,
    domain: String,
}

/// A client reads `exp`, in seconds since 1970, to know when to ask for the next token.
#[derive(Serialize)]
struct Claims {
    sub: String,
    scope: [&'static str; 2],
    exp: i64,
}

/// A JSON web token without a signature: nobody checks one.
fn unsigned(claims: &Claims) -> String {
    let claims = serde_json::to_vec(claims).expect("strings and numbers are always JSON");
    format!("{}.{}.", base64url(br#"{"alg":"none","typ":"JWT"}"#), base64url(&claims))
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..=group.len() {
            let digit = (bits >> (18 - 6 * at)) & 63;
            text.push(char::from(DIGITS[digit as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64url;

    #[test]
    fn base64url_has_no_padding_and_no_plus_or_slash() {
        let cases = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("??>", "Pz8-")];
        for (plain, encoded) in cases {
            assert_eq!(base64url(plain.as_bytes()), encoded);
        }
        assert_eq!(base64url(&[0xff, 0xff, 0xff]), "____");
    }
}
