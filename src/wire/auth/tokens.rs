//! The public API's tokens: JSON web tokens, signed with HMAC-SHA256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};

/// How long a client takes a token for good.
pub const LIFETIME_S: i64 = 3599;

/// Signs tokens and knows its own again. It follows from the seed of ids, so that the same run gives the same tokens:
/// enough to tell a token from a typing error, and no secret.
#[derive(Clone, Debug)]
pub struct TokenKey(hmac::Key);

/// What a token says. Clients read `exp` to know when to ask for the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The id of a user.
    pub sub: String,
    pub scope: Vec<String>,
    /// The name of an instance.
    pub customer: String,
    /// Seconds since 1970.
    pub exp: i64,
    /// Names the token.
    #[serde(default)]
    pub jti: String,
}

/// Why a text is none of our tokens, in the words of the library that answers for Domo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("Malformed token")]
    Malformed,
    #[error("Signed JWT rejected: Invalid signature")]
    Signature,
}

impl TokenKey {
    pub fn new(id_seed: u64) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, format!("domock {id_seed}").as_bytes()))
    }

    pub fn sign(&self, claims: &Claims) -> String {
        let claims = serde_json::to_vec(claims).expect("strings and numbers are always JSON");
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// What a token of this key says, whether or not its time is over.
    pub fn read(&self, token: &str) -> Result<Claims, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (_, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed);
        let (claims, signature) = (bytes(claims)?, bytes(signature)?);
        hmac::verify(&self.0, signed.as_bytes(), &signature).map_err(|_| TokenError::Signature)?;
        serde_json::from_slice(&claims).map_err(|_| TokenError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        let scope = vec!["data".to_owned()];
        Claims {
            sub: "27".to_owned(),
            scope,
            customer: "acme".to_owned(),
            exp: 1_717_246_799,
            jti: String::new(),
        }
    }

    #[test]
    fn a_token_says_what_was_signed_and_nobody_else_can_sign() {
        let token = TokenKey::new(1).sign(&claims());
        assert_eq!(TokenKey::new(1).read(&token), Ok(claims()));
        assert_eq!(TokenKey::new(2).read(&token), Err(TokenError::Signature));
        let mut parts: Vec<&str> = token.split('.').collect();
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"none","typ":"JWT"}"#);
        parts[0] = &header;
        assert_eq!(TokenKey::new(1).read(&parts.join(".")), Err(TokenError::Signature));
        parts[2] = "";
        assert_eq!(TokenKey::new(1).read(&parts.join(".")), Err(TokenError::Signature));
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        for text in ["", "token", "a.b", "...", "a.b.c.d", "ä.ä.ä"] {
            assert_eq!(TokenKey::new(1).read(text), Err(TokenError::Malformed), "{text}");
        }
    }
}
