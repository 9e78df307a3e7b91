//! What the users of an instance show to be let in. It comes with the seed and does not change.

use std::fmt;

use super::ids::UserId;

/// A text that is never printed, and takes the same time to compare wherever it differs.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn is(&self, text: &str) -> bool {
        let (own, other) = (self.0.as_bytes(), text.as_bytes());
        let differs = own.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b));
        own.len() == other.len() && std::hint::black_box(differs) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// An OAuth client: a program that acts for a user on the public API.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    pub secret: Secret,
    /// What its tokens are good for: `data`, `user` and the like.
    pub scope: Vec<String>,
    pub user: UserId,
}

#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// By addresses in lower case.
    pub passwords: Vec<(String, Secret, UserId)>,
    /// Domo's developer tokens.
    pub tokens: Vec<(Secret, UserId)>,
    pub clients: Vec<Client>,
}

impl Credentials {
    pub fn is_empty(&self) -> bool {
        self.passwords.is_empty() && self.tokens.is_empty() && self.clients.is_empty()
    }

    /// Addresses are the same in either case.
    pub fn by_password(&self, email: &str, password: &str) -> Option<UserId> {
        let email = email.to_lowercase();
        let mut found = self.passwords.iter().filter(|(own, ..)| *own == email);
        found.find(|(_, own, _)| own.is(password)).map(|(.., user)| *user)
    }

    pub fn by_token(&self, token: &str) -> Option<UserId> {
        self.tokens.iter().find(|(own, _)| own.is(token)).map(|(_, user)| *user)
    }

    pub fn client(&self, id: &str, secret: &str) -> Option<&Client> {
        self.clients.iter().find(|it| it.id == id && it.secret.is(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_itself_and_nothing_else_and_is_not_printed() {
        let secret = Secret::new("open sesame");
        assert!(secret.is("open sesame"));
        for other in ["", "open", "open sesame!", "open sesamE"] {
            assert!(!secret.is(other), "{other}");
        }
        assert!(!format!("{secret:?}").contains("sesame"));
    }
}
