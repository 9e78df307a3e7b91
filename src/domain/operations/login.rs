//! Who is let in, and as whom.

use std::fmt;

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
    pub auth: Auth,
    /// The name of the instance.
    pub instance: String,
    pub now: Timestamp,
    /// Names the token that is given.
    pub id: String,
}

/// What somebody shows to log in.
pub enum Shown {
    Password {
        email: String,
        password: String,
    },
    /// The session of a browser, which is taken over.
    BrowserSession(String),
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Password",
            Self::BrowserSession(_) => "BrowserSession",
        })
    }
}

/// A session that began with a login.
#[derive(Clone, Debug)]
pub struct LoggedIn {
    pub token: String,
    pub user: UserId,
    pub role: String,
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

    /// A new session; none for what does not let in. Where nobody is told apart, anything that is not empty does.
    pub fn log_in(&self, shown: &Shown) -> Option<LoggedIn> {
        let is_empty = match shown {
            Shown::Password { email, password } => email.is_empty() || password.is_empty(),
            Shown::BrowserSession(token) => token.is_empty(),
        };
        if is_empty {
            return None;
        }
        let user = match (self.auth(), shown) {
            (Auth::Any, _) => self.admin(),
            (Auth::Strict, Shown::Password { email, password }) => {
                let world = self.world.read();
                world.directory.credentials().by_password(email, password)?
            }
            (Auth::Strict, Shown::BrowserSession(token)) => self.user_of_login(token)?,
        };
        Some(self.begin_login(user))
    }

    fn begin_login(&self, user: UserId) -> LoggedIn {
        let token = match self.setup.settings.login_token {
            Some(random) => random(),
            None => self.draw(Ids::session),
        };
        if self.auth() == Auth::Strict {
            self.remember_login(&token, user);
        }
        let role = self.world.read().directory.user(user).map(|it| it.role.clone());
        LoggedIn { token, user, role: role.unwrap_or_default() }
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
        let id = self.draw(Ids::token);
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
            auth: self.auth(),
            user,
            role: directory.user(user).map(|it| it.role.clone()).unwrap_or_default(),
            scope,
            instance: self.setup.name.clone(),
            now: world.clock.now(),
            id,
        })
    }
}
