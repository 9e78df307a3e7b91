//! Users and logins.

mod search;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Json, Query, Reply};
use super::path::Path;
use super::shapes::Page;
use crate::domain::ids::UserId;
use crate::domain::{AnonymousSession, Session, directory};

pub use search::{Found, Search, search};

/// Where a list is asked for without a limit.
const PAGE_DEFAULT: usize = 500;

/// Clients ask who they are to learn whether their token is good.
pub async fn me(session: Session) -> Result<Reply<User>, Refusal> {
    let user = session.me()?;
    Ok(Reply(User::of(&user)))
}

pub async fn user(session: Session, Path(user): Path<UserId>) -> Result<Reply<User>, Refusal> {
    let user = session.user(user)?;
    Ok(Reply(User::of(&user)))
}

pub async fn users(session: Session, Query(page): Query<Page>) -> Reply<Vec<User>> {
    let all = session.users().iter().map(|it| User::of(it)).collect();
    Reply(page.of(all, PAGE_DEFAULT))
}

/// A refused login is a 200 as well.
pub async fn log_in(session: AnonymousSession, Json(login): Json<Login>) -> Reply<LoggedIn> {
    let token = session.log_in(&login.email_address, &login.password);
    let reason = token.is_none().then_some("INVALID_CREDENTIALS");
    Reply(LoggedIn { success: token.is_some(), session_token: token, reason })
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Login {
    email_address: String,
    password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { email_address, password: _ } = self;
        f.debug_struct("Login").field("email_address", email_address).finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    success: bool,
    /// To be sent as `x-domo-authentication`.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    id: UserId,
    display_name: String,
    email_address: String,
    role: String,
    /// Missing for a role of the instance's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    role_id: Option<u8>,
}

impl User {
    fn of(it: &directory::User) -> Self {
        Self {
            id: it.id,
            display_name: it.name.clone(),
            email_address: it.email.clone(),
            role: it.role.clone(),
            role_id: role_id(&it.role),
        }
    }
}

/// The number of a role that every instance has.
pub(super) fn role_id(role: &str) -> Option<u8> {
    let known = ["Admin", "Privileged", "Editor", "Participant"];
    let at = known.iter().position(|it| it.eq_ignore_ascii_case(role))?;
    u8::try_from(at + 1).ok()
}
