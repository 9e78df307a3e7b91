//! Who is let in, and as whom.

use crate::domain::clock::Timestamp;
use crate::domain::ids::{Ids, UserId};
use crate::domain::instance::Auth;
use crate::domain::session::AnonymousSession;

/// As whom a client's token lets in, and for what.
#[derive(Clone, Debug)]
pub struct ClientGrant {
    pub user: UserId,
    /// The role of the user.
    pub role: String,
    /// `data`, `user` and the like.
    pub scope: Vec<String>,
    /// The name of the instance.
    pub instance: String,
    pub now: Timestamp,
}

impl AnonymousSession {
    pub fn auth(&self) -> Auth {
        self.setup.settings.auth
    }

    /// The name of the instance.
    pub fn instance_name(&self) -> &str {
        &self.setup.name
    }

    /// Whether a moment is over on the clock of the world.
    pub fn is_past(&self, moment: Timestamp) -> bool {
        moment <= self.world.read().clock.now()
    }

    /// The administrator that any credential stands for.
    pub fn admin(&self) -> UserId {
        self.world.read().directory.admin()
    }

    /// A token for a new session; none for an address and a password that do not let in.
    pub fn log_in(&self, email: &str, password: &str) -> Option<String> {
        if email.is_empty() || password.is_empty() {
            return None;
        }
        let user = match self.auth() {
            Auth::Any => None,
            Auth::Strict => {
                let world = self.world.read();
                Some(world.directory.credentials().by_password(email, password)?)
            }
        };
        let token = match self.setup.settings.login_token {
            Some(random) => random(),
            None => self.draw(Ids::trace),
        };
        if let Some(user) = user {
            self.remember_login(&token, user);
        }
        Some(token)
    }

    pub fn user_of_login(&self, token: &str) -> Option<UserId> {
        let world = self.world.read();
        world.logins.user_of(token, world.clock.now())
    }

    /// The user of a developer token.
    pub fn user_of_token(&self, token: &str) -> Option<UserId> {
        self.world.read().directory.credentials().by_token(token)
    }

    pub fn has_user(&self, id: UserId) -> bool {
        self.world.read().directory.user(id).is_some()
    }

    /// What an OAuth client is granted by its id and secret; the administrator's token where every client is let in.
    pub fn client_grant(&self, shown: Option<(&str, &str)>) -> Option<ClientGrant> {
        let world = self.world.read();
        let directory = &world.directory;
        let (user, scope) = match self.auth() {
            Auth::Any => (directory.admin(), vec!["data".to_owned(), "user".to_owned()]),
            Auth::Strict => {
                let (id, secret) = shown?;
                let client = directory.credentials().client(id, secret)?;
                (client.user, client.scope.clone())
            }
        };
        Some(ClientGrant {
            user,
            role: directory.user(user).map(|it| it.role.clone()).unwrap_or_default(),
            scope,
            instance: self.setup.name.clone(),
            now: world.clock.now(),
        })
    }
}
