//! How an instance behaves where Domo leaves it open.

use super::clock::Timestamp;
use crate::engine::Engine;

/// Whom an instance lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Everybody, as the administrator, whatever they show.
    Any,
    /// Those whose credential the seed names, as the user that it belongs to.
    Strict,
}

/// How the rows of a query are answered where the request does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryShape {
    /// By what the request accepts.
    Auto,
    List,
    Table,
}

/// How an instance behaves where Domo leaves it open.
#[derive(Clone, Debug)]
pub struct InstanceSettings {
    /// How long an index takes, in milliseconds of the instance's clock.
    pub index_ms: i64,
    /// How long a connector's run takes, in milliseconds of the instance's clock.
    pub execution_ms: i64,
    /// Where the clock stands still at the start and after a reset; it runs where this is `None`.
    pub frozen_at: Option<Timestamp>,
    pub auth: Auth,
    /// Makes the token of a login that nobody can tell beforehand; `None` draws it like any other id.
    pub login_token: Option<fn() -> String>,
}

/// What all requests to an instance share, whatever becomes of its world.
#[derive(Debug)]
pub(super) struct Setup {
    /// Tells it from all other instances.
    pub number: u64,
    pub name: String,
    pub engine: Engine,
    pub settings: InstanceSettings,
}
