//! Users and logins.

mod search;

use std::fmt;

use axum::http::{HeaderMap, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::extract::{Json, Query, Reply};
use super::path::Path;
use super::shapes::Page;
use crate::domain::ids::UserId;
use crate::domain::operations::Shown;
use crate::domain::{AnonymousSession, Session, directory, operations};

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
pub async fn log_in(
    session: AnonymousSession,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Reply<LoggedIn>, Refusal> {
    let shown = login.shown(&headers)?;
    Ok(Reply(LoggedIn::of(session.log_in(&shown))))
}

/// The cookie `_dsidv1`, with which a browser's session is taken over:
/// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Product-APIs/Instance-Authentication.json>
fn browser_session(headers: &HeaderMap) -> String {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(name, _)| *name == "_dsidv1").map_or_else(String::new, |(_, it)| it.to_owned())
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Login {
    /// `password` or `exptoken`
    method: Option<String>,
    email_address: String,
    password: String,
}

impl Login {
    fn shown(self, headers: &HeaderMap) -> Result<Shown, Refusal> {
        match self.method.as_deref() {
            None | Some("password") => {
                Ok(Shown::Password { email: self.email_address, password: self.password })
            }
            Some("exptoken") => Ok(Shown::BrowserSession(browser_session(headers))),
            Some(other) => Err(Refusal::bad_request(format!(
                "method: '{other}' is neither password nor exptoken"
            ))),
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, email_address, password: _ } = self;
        let mut shown = f.debug_struct("Login");
        shown.field("method", method).field("email_address", email_address).finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    success: bool,
    /// To be sent as `x-domo-authentication`.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    two_factor_info: Option<TwoFactorInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// No login here has a second factor.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TwoFactorInfo {
    token: Option<String>,
    key: Option<String>,
    status: Option<String>,
    phone_mask: Option<String>,
}

impl LoggedIn {
    fn of(found: Option<operations::LoggedIn>) -> Self {
        let info = TwoFactorInfo { token: None, key: None, status: None, phone_mask: None };
        Self {
            success: found.is_some(),
            reason: found.is_none().then_some("INVALID_CREDENTIALS"),
            user_id: found.as_ref().map(|it| it.user),
            user_role: found.as_ref().map(|it| it.role.clone()),
            two_factor_info: found.is_some().then_some(info),
            session_token: found.map(|it| it.token),
        }
    }
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
