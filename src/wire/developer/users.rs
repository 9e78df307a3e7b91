//! Users of the public API: <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/User-API.yaml>

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::directory::{self, UserDetails};
use crate::domain::ids::UserId;
use crate::domain::operations::{NewUser, UserChange};
use crate::domain::{Moment, Session};
use crate::wire::error::Refusal;
use crate::wire::extract::{Json, Query, Reply};
use crate::wire::path::Path;
use crate::wire::shapes::{LooseBool, LooseId, Page, iso_seconds};

/// Users of a list where no limit is given, and at most: pydomo asks for 500.
const PAGE_DEFAULT: usize = 50;

pub async fn create(
    session: Session,
    Query(query): Query<CreateQuery>,
    Json(body): Json<Definition>,
) -> Result<Reply<User>, Refusal> {
    query.check()?;
    let made = session.create_user(body.into_new()?)?;
    Ok(Reply(User::of(&made, &made.moment)))
}

pub async fn list(session: Session, Query(page): Query<Page>) -> Reply<Vec<User>> {
    let moment = session.moment();
    let all = moment.directory.users().map(|it| User::of(it, &moment)).collect();
    Reply(page.of(all, PAGE_DEFAULT))
}

/// A deleted user answers too, with what is left of them.
pub async fn get(session: Session, Path(user): Path<UserId>) -> Result<Reply<User>, Refusal> {
    let found = session.user_or_deleted(user)?;
    let (user, is_deleted) = &found.value;
    Ok(Reply(if *is_deleted { User::deleted(user) } else { User::of(user, &found.moment) }))
}

/// Answers 200 with the user: the page states only the status, and pydomo insists on it.
pub async fn update(
    session: Session,
    Path(user): Path<UserId>,
    Json(body): Json<Definition>,
) -> Result<Reply<User>, Refusal> {
    let user = session.update_user(user, body.into_change()?)?;
    Ok(Reply(User::of(&user, &user.moment)))
}

pub async fn delete(session: Session, Path(user): Path<UserId>) -> Result<StatusCode, Refusal> {
    session.delete_user(user)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateQuery {
    send_invite: Option<LooseBool>,
}

impl CreateQuery {
    /// No mail is ever sent; the value is checked all the same.
    fn check(&self) -> Result<(), Refusal> {
        self.send_invite.as_ref().map_or(Ok(false), |it| it.value("sendInvite")).map(drop)
    }
}

/// A user as clients define or change one; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Definition {
    name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    title: Option<String>,
    alternate_email: Option<String>,
    phone: Option<String>,
    location: Option<String>,
    timezone: Option<String>,
    locale: Option<String>,
    employee_number: Option<LooseId>,
    // Members of the answers, which clients send back with a change.
    #[serde(rename = "id")]
    _id: Option<LooseId>,
    #[serde(rename = "roleId")]
    _role_id: Option<LooseId>,
    #[serde(rename = "image")]
    _image: Option<String>,
    #[serde(rename = "groups", deserialize_with = "crate::wire::loose_lists::optional")]
    _groups: Option<Vec<GroupName>>,
    #[serde(rename = "createdAt")]
    _created_at: Option<String>,
    #[serde(rename = "updatedAt")]
    _updated_at: Option<String>,
    #[serde(rename = "deleted")]
    _deleted: Option<bool>,
}

impl Definition {
    fn into_new(self) -> Result<NewUser, Refusal> {
        let UserChange { name, email, role, details } = self.into_change()?;
        let text = Option::unwrap_or_default;
        Ok(NewUser { name: text(name), email: text(email), role: text(role), details })
    }

    fn into_change(self) -> Result<UserChange, Refusal> {
        let number = |it: LooseId| {
            it.value("").map_err(|_| Refusal::bad_request("employeeNumber: must be a whole number"))
        };
        let details = UserDetails {
            title: self.title,
            alternate_email: self.alternate_email,
            phone: self.phone,
            location: self.location,
            timezone: self.timezone,
            locale: self.locale,
            employee_number: self.employee_number.map(number).transpose()?,
        };
        Ok(UserChange { name: self.name, email: self.email, role: self.role, details })
    }
}

/// The user object. The time zone and the locale are never answered.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alternate_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<GroupName>>,
}

/// A group that a user is in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct GroupName {
    id: u64,
    name: String,
}

impl User {
    fn of(user: &directory::User, moment: &Moment) -> Self {
        let groups =
            moment.directory.groups_of(user.id).filter_map(|id| moment.directory.group(id));
        let details = user.details.clone();
        Self {
            title: details.title,
            alternate_email: details.alternate_email,
            role: Some(user.role.clone()),
            phone: details.phone,
            location: details.location,
            role_id: crate::wire::users::role_id(&user.role).map(|it| it.to_string()),
            employee_number: details.employee_number,
            created_at: Some(iso_seconds(user.created_at)),
            updated_at: Some(iso_seconds(user.updated_at)),
            image: Some(format!("https://instance.domo.com/avatar/thumb/domo/{}", user.id)),
            groups: Some(
                groups.map(|it| GroupName { id: it.id.get(), name: it.name.clone() }).collect(),
            ),
            ..Self::named(user, false)
        }
    }

    fn deleted(user: &directory::User) -> Self {
        Self::named(user, true)
    }

    fn named(user: &directory::User, deleted: bool) -> Self {
        Self {
            id: user.id.get(),
            title: None,
            email: user.email.clone(),
            alternate_email: None,
            role: None,
            phone: None,
            name: user.name.clone(),
            location: None,
            role_id: None,
            employee_number: None,
            created_at: None,
            updated_at: None,
            deleted,
            image: None,
            groups: None,
        }
    }
}
