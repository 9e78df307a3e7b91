//! One emulated Domo: one method for each operation. Each takes the world once, at its start.

mod access;
mod columns;
mod datasets;
mod indexing;
mod listing;
mod login;
mod policies;
mod queries;
mod streams;
mod transfers;
mod uploads;
mod versions;

use std::sync::{Arc, PoisonError, RwLock};

use super::clock::{Clock, Timestamp};
use super::dataset::Dataset;
use super::error::{Error, Result};
use super::ids::{DatasetId, UserId};
use super::permission::AccessLevel;
use super::store::World;
use crate::engine::Engine;

pub use columns::ColumnChange;
pub use datasets::{NewDataset, ProfileChange, Redefinition};
pub use listing::{DatasetFilter, DatasetOrder, StreamFilter};
pub use login::Auth;
pub use streams::{NewStream, StreamChange, StreamOverview};
pub use transfers::Which;
pub use uploads::PartError;

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
}

/// The handle everything hangs on. Clones are the same instance.
#[derive(Clone, Debug)]
pub struct Instance {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    world: RwLock<Arc<World>>,
    /// What a reset goes back to. Nothing writes to it.
    origin: Arc<World>,
    engine: Engine,
    settings: InstanceSettings,
}

/// What an operation asks of its caller, the least first.
#[derive(Clone, Copy, Debug)]
enum Need {
    View,
    Share,
    Edit,
    /// To be in charge: to delete, to hand over, to say who sees which rows.
    Own,
}

impl Instance {
    /// An instance that starts as a copy of `origin`, and goes back to it at each reset.
    pub fn new(
        name: impl Into<String>,
        origin: Arc<World>,
        engine: Engine,
        settings: InstanceSettings,
    ) -> Self {
        let world = RwLock::new(Arc::new(origin.fork(new_clock(&settings))));
        Self { inner: Arc::new(Inner { name: name.into(), world, origin, engine, settings }) }
    }

    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Back to the origin at once. Operations in flight finish on the world they began with, unseen.
    pub fn reset(&self) {
        let fresh = Arc::new(self.inner.origin.fork(new_clock(&self.inner.settings)));
        *self.inner.world.write().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// The world as of now. It may be replaced by a reset while the caller holds it.
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&self.inner.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn now(&self) -> Timestamp {
        self.world().clock.now()
    }

    /// The administrator that any credential stands for.
    pub fn admin(&self) -> UserId {
        self.world().directory.admin()
    }

    pub fn dataset_count(&self) -> usize {
        self.world().datasets.len()
    }

    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    fn settings(&self) -> &InstanceSettings {
        &self.inner.settings
    }
}

fn new_clock(settings: &InstanceSettings) -> Clock {
    settings.frozen_at.map_or_else(Clock::running, Clock::frozen)
}

impl World {
    /// The dataset, if the caller may do this with it. Every operation on a dataset, or on its stream, asks here.
    fn dataset_for(&self, by: UserId, id: DatasetId, need: Need) -> Result<Arc<Dataset>> {
        let dataset = self.datasets.get(id)?;
        let level = dataset.level_of(by, &self.directory);
        let (least, action) = match need {
            Need::View => (AccessLevel::CanView, "see this dataset"),
            Need::Share => (AccessLevel::CanShare, "share this dataset"),
            Need::Edit => (AccessLevel::CanEdit, "change this dataset"),
            Need::Own => (AccessLevel::CoOwner, "administer this dataset"),
        };
        if level.is_some_and(|it| it >= least) {
            Ok(dataset)
        } else {
            Err(Error::Forbidden { user: by, action })
        }
    }
}
