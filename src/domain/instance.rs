//! One emulated Domo: its name, its settings, and the world that new requests meet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use super::clock::{Clock, Timestamp};
use super::ids::UserId;
use super::session::{AnonymousSession, Session};
use super::settings::Setup;
use super::store::WorldStore;
use super::world::World;
use crate::engine::{Asker, Engine, Ticket};

pub use super::settings::{Auth, InstanceSettings};

/// The handle everything hangs on. Clones are the same instance.
#[derive(Clone, Debug)]
pub struct Instance {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    setup: Arc<Setup>,
    /// What a reset goes back to.
    origin: Arc<World>,
    /// A reset puts another store here; requests in flight keep the one that they began with.
    store: RwLock<Arc<WorldStore>>,
}

impl Instance {
    /// An instance that starts as a copy of `origin`, and goes back to it at each reset.
    pub fn new(
        name: impl Into<String>,
        origin: Arc<World>,
        engine: Engine,
        settings: InstanceSettings,
    ) -> Self {
        let world = origin.fork(new_clock(&settings));
        Self::with_world(
            world,
            origin,
            Setup { number: next_number(), name: name.into(), engine, settings },
        )
    }

    fn with_world(world: World, origin: Arc<World>, setup: Setup) -> Self {
        let store = RwLock::new(Arc::new(WorldStore::new(world)));
        Self { inner: Arc::new(Inner { setup: Arc::new(setup), origin, store }) }
    }

    /// Another instance that begins as this one is now, and goes back to that at each reset. Costs the same however
    /// much there is.
    #[must_use]
    pub fn fork(&self, name: impl Into<String>) -> Self {
        let Setup { engine, settings, .. } = &*self.inner.setup;
        let (number, engine, settings) = (next_number(), engine.clone(), settings.clone());
        let setup = Setup { number, name: name.into(), engine, settings };
        let origin = self.snapshot();
        Self::with_world(World::clone(&origin), origin, setup)
    }

    /// Whether both are handles of one.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    pub fn name(&self) -> &str {
        &self.inner.setup.name
    }

    pub fn auth(&self) -> Auth {
        self.inner.setup.settings.auth
    }

    pub fn engine(&self) -> &Engine {
        &self.inner.setup.engine
    }

    /// Back to the origin at once. Operations in flight finish on the world they began with, unseen.
    pub fn reset(&self) {
        let fresh = self.inner.origin.fork(new_clock(&self.inner.setup.settings));
        let fresh = Arc::new(WorldStore::new(fresh));
        let before = std::mem::replace(
            &mut *self.inner.store.write().unwrap_or_else(PoisonError::into_inner),
            fresh,
        );
        drop(before);
    }

    /// The beginning of a request, whose user is not known yet.
    pub fn begin(&self) -> AnonymousSession {
        self.begin_of(0, Instant::now())
    }

    /// The beginning of a request that came over a connection, by its number, at a moment.
    pub fn begin_of(&self, connection: u64, began: Instant) -> AnonymousSession {
        let setup = Arc::clone(&self.inner.setup);
        let asker = Asker { group: setup.number, member: connection };
        AnonymousSession { world: self.store(), setup, ticket: Ticket { asker, began } }
    }

    /// The beginning of a request of this user, whether or not there is one.
    pub fn session(&self, user: UserId) -> Session {
        self.begin().log_in_as(user)
    }

    /// The whole world as it is now. Later changes do not show in it.
    pub fn snapshot(&self) -> Arc<World> {
        self.store().read()
    }

    pub fn now(&self) -> Timestamp {
        self.snapshot().clock.now()
    }

    /// The administrator that any credential stands for.
    pub fn admin(&self) -> UserId {
        self.snapshot().directory.admin()
    }

    pub fn dataset_count(&self) -> usize {
        self.snapshot().dataset_count()
    }

    /// Moves the clock, and tells how it stands then.
    pub fn move_clock(&self, moves: impl FnOnce(&mut Clock)) -> Clock {
        self.store().set(|world| {
            let before = world.clock.now();
            moves(&mut world.clock);
            let after = world.clock.now();
            if after < before {
                world.keep_indexed(before, after);
            }
            world.clock
        })
    }

    fn store(&self) -> Arc<WorldStore> {
        Arc::clone(&self.inner.store.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

fn new_clock(settings: &InstanceSettings) -> Clock {
    settings.frozen_at.map_or_else(Clock::running, Clock::frozen)
}
