//! `users.toml`: users, groups and their credentials.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::anyhow;
use serde::Deserialize;
use toml::Spanned;

use super::format::at;
use crate::domain::credentials::{Client, Credentials, Secret};
use crate::domain::directory::{Directory, Group, User};
use crate::domain::{GroupId, UserId};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsersFile {
    #[serde(default)]
    users: Vec<UserEntry>,
    #[serde(default)]
    groups: Vec<GroupEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    id: Spanned<u64>,
    name: String,
    email: Spanned<String>,
    #[serde(default = "participant")]
    role: String,
    password: Option<Spanned<String>>,
    /// Developer tokens.
    #[serde(default)]
    tokens: Vec<Spanned<String>>,
    #[serde(default)]
    clients: Vec<ClientEntry>,
}

/// An OAuth client of the public API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientEntry {
    id: Spanned<String>,
    secret: Spanned<String>,
    #[serde(default = "data_and_user")]
    scope: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    id: Spanned<u64>,
    name: String,
    #[serde(default)]
    members: Vec<Spanned<u64>>,
}

fn participant() -> String {
    "Participant".to_owned()
}

fn data_and_user() -> Vec<Spanned<String>> {
    ["data", "user"].map(|it| Spanned::new(0..0, it.to_owned())).into()
}

impl UsersFile {
    pub(crate) fn into_directory(self, path: &Path) -> anyhow::Result<Directory> {
        let mut users: Vec<User> = Vec::new();
        let mut keys = Keys::default();
        for entry in self.users {
            let id = UserId::new(*entry.id.get_ref());
            if users.iter().any(|it| it.id == id) {
                return Err(at(path, &entry.id.span(), &format!("duplicate user id {id}")));
            }
            keys.take(&entry, path)?;
            let email = entry.email.into_inner();
            users.push(User::new(id, entry.name, email, entry.role));
        }
        if users.is_empty() {
            return Err(anyhow!("{}: defines no user", path.display()));
        }
        let mut groups: Vec<Group> = Vec::new();
        for entry in self.groups {
            let id = GroupId::new(*entry.id.get_ref());
            if groups.iter().any(|it| it.id == id) {
                return Err(at(path, &entry.id.span(), &format!("duplicate group id {id}")));
            }
            for member in &entry.members {
                if !users.iter().any(|it| it.id.get() == *member.get_ref()) {
                    let problem = format!("there is no user {}", member.get_ref());
                    return Err(at(path, &member.span(), &problem));
                }
            }
            let members = entry.members.iter().map(|it| UserId::new(*it.get_ref())).collect();
            groups.push(Group::new(id, entry.name, members));
        }
        Ok(Directory::new(users, groups).with_credentials(keys.credentials))
    }
}

/// The credentials read so far. They must be unique, because each identifies one user.
#[derive(Default)]
struct Keys {
    credentials: Credentials,
    emails: BTreeSet<String>,
    tokens: BTreeSet<String>,
    clients: BTreeSet<String>,
}

impl Keys {
    fn take(&mut self, entry: &UserEntry, path: &Path) -> anyhow::Result<()> {
        let user = UserId::new(*entry.id.get_ref());
        if let Some(password) = &entry.password {
            let email = entry.email.get_ref().to_lowercase();
            if password.get_ref().is_empty() {
                return Err(at(path, &password.span(), "a password must not be empty"));
            }
            if !self.emails.insert(email.clone()) {
                let problem = "another user with a password has this email";
                return Err(at(path, &entry.email.span(), problem));
            }
            self.credentials.passwords.push((email, secret(password), user));
        }
        for token in &entry.tokens {
            sendable("a token", token, path)?;
            once("token", &mut self.tokens, token, path)?;
            self.credentials.tokens.push((secret(token), user));
        }
        for client in &entry.clients {
            sendable("the id of a client", &client.id, path)?;
            sendable("the secret of a client", &client.secret, path)?;
            if client.id.get_ref().contains(':') {
                return Err(at(
                    path,
                    &client.id.span(),
                    "the id of a client must not contain a colon",
                ));
            }
            once("client", &mut self.clients, &client.id, path)?;
            for scope in &client.scope {
                sendable("a scope", scope, path)?;
            }
            self.credentials.clients.push(Client {
                id: client.id.get_ref().clone(),
                secret: secret(&client.secret),
                scope: client.scope.iter().map(|it| it.get_ref().clone()).collect(),
                user,
            });
        }
        Ok(())
    }
}

fn secret(text: &Spanned<String>) -> Secret {
    Secret::new(text.get_ref())
}

/// Credentials are sent in headers, so they must be visible ASCII.
fn sendable(what: &str, text: &Spanned<String>, path: &Path) -> anyhow::Result<()> {
    let it = text.get_ref();
    if !it.is_empty() && it.bytes().all(|it| it.is_ascii_graphic()) {
        return Ok(());
    }
    let problem = format!("{what} must consist of visible ASCII characters, without spaces");
    Err(at(path, &text.span(), &problem))
}

/// The message does not repeat a secret.
fn once(
    what: &str,
    seen: &mut BTreeSet<String>,
    text: &Spanned<String>,
    path: &Path,
) -> anyhow::Result<()> {
    if seen.insert(text.get_ref().clone()) {
        return Ok(());
    }
    Err(at(path, &text.span(), &format!("duplicate {what}")))
}
