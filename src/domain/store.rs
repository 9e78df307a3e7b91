//! The only lock over emulated state.
//!
//! Readers get an immutable snapshot of the whole world; a writer works on a copy and publishes all of it or nothing.
//! No guard leaves this file.

use std::cell::Cell;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::world::World;

/// A world that changes. A request holds the store that it began with; a reset gives later requests another one.
#[derive(Debug)]
pub struct WorldStore {
    /// Held to write for as long as a pointer takes to swap.
    current: RwLock<Arc<World>>,
    /// Held by the one change that runs. Readers do not wait for it.
    writer: Mutex<()>,
    /// Shared by commits; taken whole by one that others overtook again and again.
    commits: tokio::sync::RwLock<()>,
}

/// Held while a commit computes and publishes.
#[derive(Debug)]
pub enum CommitTurn<'a> {
    Shared { _held: tokio::sync::RwLockReadGuard<'a, ()> },
    Alone { _held: tokio::sync::RwLockWriteGuard<'a, ()> },
}

/// How often a commit may be overtaken before it is let through alone.
const OVERTAKEN_MAX: usize = 3;

thread_local! {
    static CHANGING: Cell<bool> = const { Cell::new(false) };
}

impl WorldStore {
    pub fn new(world: World) -> Self {
        Self {
            current: RwLock::new(Arc::new(world)),
            writer: Mutex::new(()),
            commits: tokio::sync::RwLock::default(),
        }
    }

    /// The world as it is now. Later changes do not show in it.
    pub fn read(&self) -> Arc<World> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `change` on a copy of the world and publishes it only if it succeeds. Changes run one after another, so
    /// whatever is slow is computed before.
    pub fn change<T, E>(&self, change: impl FnOnce(&mut World) -> Result<T, E>) -> Result<T, E> {
        let _mark = ChangeMark::set();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = World::clone(&self.read());
        let outcome = change(&mut draft)?;
        let after = Arc::new(draft);
        let before = {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, after)
        };
        drop(writer);
        // Whatever only the old world still held is freed when nobody waits any more.
        drop(before);
        Ok(outcome)
    }

    /// A commit is computed without a lock, and starts over where another was faster. One that was overtaken too often is
    /// let through alone: the lock is fair, so it waits for those who are at it, and nobody gets in between.
    pub async fn commit_turn(&self, overtaken: usize) -> CommitTurn<'_> {
        if overtaken < OVERTAKEN_MAX {
            CommitTurn::Shared { _held: self.commits.read().await }
        } else {
            CommitTurn::Alone { _held: self.commits.write().await }
        }
    }

    /// A change that cannot fail.
    pub fn set<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let outcome: Result<T, Infallible> = self.change(|world| Ok(change(world)));
        match outcome {
            Ok(outcome) => outcome,
            Err(never) => match never {},
        }
    }
}

/// Panics, instead of waiting for ever, when a change starts another from inside.
struct ChangeMark;

impl ChangeMark {
    fn set() -> Self {
        CHANGING.with(|it| assert!(!it.replace(true), "a change was started from inside another"));
        Self
    }
}

impl Drop for ChangeMark {
    fn drop(&mut self) {
        CHANGING.with(|it| it.set(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::{Clock, Timestamp};
    use crate::domain::directory::Directory;
    use crate::domain::error::Error;
    use crate::domain::ids::Ids;

    fn store() -> WorldStore {
        let clock = Clock::frozen(Timestamp(0));
        WorldStore::new(World::new(Directory::of_one_admin(), clock, Ids::seeded(1)))
    }

    #[test]
    fn a_refused_change_publishes_nothing() {
        let store = store();
        let refused = store.change(|world| {
            world.clock.advance(1);
            Err::<(), _>(Error::invalid("clock", "is refused"))
        });
        assert!(refused.is_err());
        assert_eq!(store.read().clock.now(), Timestamp(0));
    }

    #[test]
    fn a_readers_world_does_not_change_under_it() {
        let store = store();
        let before = store.read();
        store.set(|world| world.clock.advance(1));
        assert_eq!(before.clock.now(), Timestamp(0));
        assert_eq!(store.read().clock.now(), Timestamp(1));
    }

    #[test]
    fn a_reader_does_not_wait_for_a_change() {
        let store = store();
        assert_eq!(store.set(|_| store.read().clock.now()), Timestamp(0));
    }

    #[test]
    #[should_panic(expected = "from inside another")]
    fn a_change_from_inside_another_panics_instead_of_hanging() {
        let store = store();
        store.set(|_| store.set(|_| ()));
    }
}
