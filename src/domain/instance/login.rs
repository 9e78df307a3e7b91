//! Who is let in, and as whom.

use super::Instance;
use crate::domain::credentials::Client;
use crate::domain::ids::{Ids, UserId};

/// Whom an instance lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Everybody, as the administrator, whatever they show.
    Any,
    /// Those whose credential the seed names, as the user that it belongs to.
    Strict,
}

impl Instance {
    pub fn auth(&self) -> Auth {
        self.settings().auth
    }

    /// A token for a new session; none for an address and a password that do not let in.
    pub fn log_in(&self, email: &str, password: &str) -> Option<String> {
        if email.is_empty() || password.is_empty() {
            return None;
        }
        let world = self.world();
        let user = match self.auth() {
            Auth::Any => None,
            Auth::Strict => Some(world.directory.credentials().by_password(email, password)?),
        };
        let token = world.draw(Ids::trace);
        if let Some(user) = user {
            world.open_session(token.clone(), user);
        }
        Some(token)
    }

    pub fn user_of_session(&self, token: &str) -> Option<UserId> {
        self.world().user_of_session(token)
    }

    /// The user of a developer token.
    pub fn user_of_token(&self, token: &str) -> Option<UserId> {
        self.world().directory.credentials().by_token(token)
    }

    pub fn client(&self, id: &str, secret: &str) -> Option<Client> {
        self.world().directory.credentials().client(id, secret).cloned()
    }
}
