//! The only locks over emulated state.
//!
//! Readers get an immutable snapshot; a writer works on a copy and publishes all of it or nothing. No guard leaves
//! this file, and no call into the store is made while one is held.

#![expect(clippy::disallowed_types, reason = "this is the file that holds the map")]

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

use super::clock::Clock;
use super::dataset::Dataset;
use super::directory::Directory;
use super::error::{Error, Result};
use super::ids::{DatasetId, Ids, StreamId, UserId};
use super::sessions::Sessions;

/// All state of an instance between two resets.
#[derive(Debug)]
pub struct World {
    pub datasets: Datasets,
    pub streams: StreamIndex,
    pub directory: Directory,
    pub clock: Clock,
    ids: Mutex<Ids>,
    sessions: Mutex<Sessions>,
}

impl World {
    pub fn new(directory: Directory, clock: Clock, ids: Ids) -> Self {
        Self {
            datasets: Datasets::default(),
            streams: StreamIndex::default(),
            directory,
            clock,
            ids: Mutex::new(ids),
            sessions: Mutex::default(),
        }
    }

    /// A world of its own that begins with the same state, but for sessions: a copy of references, never of rows.
    pub fn fork(&self, clock: Clock) -> Self {
        let fork = Self::new(self.directory.clone(), clock, self.draw(|it| it.clone()));
        for dataset in self.datasets.all() {
            if let Some(stream) = &dataset.stream {
                fork.streams.by_id.insert(stream.id, dataset.id);
            }
            fork.datasets.by_id.insert(dataset.id, dataset);
        }
        fork
    }

    /// Draws new ids. The lock is a leaf: `draw` calls nothing else.
    pub fn draw<T>(&self, draw: impl FnOnce(&mut Ids) -> T) -> T {
        draw(&mut self.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn open_session(&self, token: String, user: UserId) {
        let now = self.clock.now();
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).open(token, user, now);
    }

    pub fn user_of_session(&self, token: &str) -> Option<UserId> {
        let now = self.clock.now();
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).user_of(token, now)
    }
}

/// Which dataset a stream belongs to. Written once, after the dataset.
#[derive(Debug, Default)]
pub struct StreamIndex {
    by_id: DashMap<StreamId, DatasetId>,
}

impl StreamIndex {
    pub fn insert(&self, stream: StreamId, dataset: DatasetId) {
        self.by_id.insert(stream, dataset);
    }

    pub fn dataset_of(&self, stream: StreamId) -> Result<DatasetId> {
        let found = self.by_id.get(&stream).map(|it| *it);
        found.ok_or_else(|| Error::not_found("stream", stream))
    }

    pub fn remove(&self, stream: StreamId) {
        self.by_id.remove(&stream);
    }

    /// In the order of their ids.
    pub fn all(&self) -> Vec<(StreamId, DatasetId)> {
        let mut all: Vec<_> = self.by_id.iter().map(|it| (*it.key(), *it.value())).collect();
        all.sort_unstable();
        all
    }
}

#[derive(Debug, Default)]
pub struct Datasets {
    by_id: DashMap<DatasetId, Arc<Dataset>>,
}

thread_local! {
    static UPDATING: Cell<bool> = const { Cell::new(false) };
}

impl Datasets {
    /// An immutable snapshot. Later writes do not show in it.
    pub fn get(&self, id: DatasetId) -> Result<Arc<Dataset>> {
        no_update_is_running();
        let found = self.by_id.get(&id).map(|it| Arc::clone(&it));
        found.ok_or_else(|| Error::not_found("dataset", id))
    }

    /// Runs `change` on a private copy and publishes it only if it succeeds.
    pub fn update<T, E: From<Error>>(
        &self,
        id: DatasetId,
        change: impl FnOnce(&mut Dataset) -> Result<T, E>,
    ) -> Result<T, E> {
        no_update_is_running();
        let mut slot = self.by_id.get_mut(&id).ok_or_else(|| Error::not_found("dataset", id))?;
        let _mark = UpdateMark::set();
        let mut draft = Dataset::clone(&slot);
        let outcome = change(&mut draft)?;
        *slot = Arc::new(draft);
        Ok(outcome)
    }

    pub fn insert(&self, dataset: Dataset) -> Result<()> {
        no_update_is_running();
        match self.by_id.entry(dataset.id) {
            Entry::Occupied(_) => {
                Err(Error::Conflict { kind: "dataset", id: dataset.id.to_string(), state: "there" })
            }
            Entry::Vacant(slot) => {
                slot.insert(Arc::new(dataset));
                Ok(())
            }
        }
    }

    pub fn remove(&self, id: DatasetId) -> Result<Arc<Dataset>> {
        no_update_is_running();
        let removed = self.by_id.remove(&id).map(|(_, it)| it);
        removed.ok_or_else(|| Error::not_found("dataset", id))
    }

    /// In the order of their creation, then of their ids.
    pub fn all(&self) -> Vec<Arc<Dataset>> {
        no_update_is_running();
        let mut all: Vec<_> = self.by_id.iter().map(|it| Arc::clone(it.value())).collect();
        all.sort_by_key(|it| (it.created_at, it.id));
        all
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

/// Says so instead of hanging when a change reaches for the store that waits for it.
fn no_update_is_running() {
    UPDATING.with(|it| assert!(!it.get(), "the store was called from inside Datasets::update"));
}

struct UpdateMark;

impl UpdateMark {
    fn set() -> Self {
        UPDATING.with(|it| it.set(true));
        Self
    }
}

impl Drop for UpdateMark {
    fn drop(&mut self) {
        UPDATING.with(|it| it.set(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::dataset::Profile;

    fn one_dataset() -> (Datasets, DatasetId) {
        let datasets = Datasets::default();
        let id = Ids::seeded(1).dataset();
        let dataset = Dataset::new(id, Profile::default(), Vec::new(), 1, Timestamp(0)).unwrap();
        datasets.insert(dataset).unwrap();
        (datasets, id)
    }

    #[test]
    fn a_refused_change_publishes_nothing() {
        let (datasets, id) = one_dataset();
        let refused: Result<()> = datasets.update(id, |it| {
            it.profile.name = "half".to_owned();
            Err(Error::invalid("name", "is refused"))
        });
        assert!(refused.is_err());
        assert_eq!(datasets.get(id).unwrap().profile.name, "");
    }

    #[test]
    fn a_readers_view_does_not_change_under_it() {
        let (datasets, id) = one_dataset();
        let before = datasets.get(id).unwrap();
        let renamed: Result<()> = datasets.update(id, |it| {
            it.profile.name = "new".to_owned();
            Ok(())
        });
        assert!(renamed.is_ok());
        assert_eq!(before.profile.name, "");
        assert_eq!(datasets.get(id).unwrap().profile.name, "new");
    }

    #[test]
    #[should_panic(expected = "called from inside Datasets::update")]
    fn a_change_that_calls_the_store_panics_instead_of_hanging() {
        let (datasets, id) = one_dataset();
        let _ = datasets.update(id, |_| datasets.get(id));
    }

    #[test]
    fn a_fork_does_not_see_later_changes_of_its_origin() {
        let world =
            World::new(Directory::of_one_admin(), Clock::frozen(Timestamp(0)), Ids::seeded(1));
        let id = world.draw(Ids::dataset);
        world
            .datasets
            .insert(Dataset::new(id, Profile::default(), Vec::new(), 1, Timestamp(0)).unwrap())
            .unwrap();
        let fork = world.fork(Clock::frozen(Timestamp(0)));
        world.datasets.remove(id).unwrap();
        assert!(fork.datasets.get(id).is_ok());
        assert_eq!(fork.draw(Ids::dataset), world.draw(Ids::dataset));
    }
}
