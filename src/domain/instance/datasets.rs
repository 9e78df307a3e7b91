//! Datasets themselves: create, read, describe, alter, delete.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Instance, Need};
use crate::domain::dataset::{Card, Dataset, Formula, Profile};
use crate::domain::error::{AskedFor, Error, Result};
use crate::domain::ids::{DatasetId, Ids, UserId};
use crate::domain::schema::{Schema, SchemaColumn};

/// The most datasets that an instance may hold.
const DATASETS_MAX: usize = 100_000;

/// What a dataset begins with.
#[derive(Clone, Debug)]
pub struct NewDataset {
    pub profile: Profile,
    pub columns: Vec<SchemaColumn>,
}

/// What changes in a dataset's description; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub provider: Option<String>,
    pub tags: Option<Vec<String>>,
    /// Added, or put in the place of those with the same id.
    pub formulas: BTreeMap<String, Formula>,
}

impl Instance {
    pub fn create_dataset(&self, by: UserId, new: NewDataset) -> Result<Arc<Dataset>> {
        let world = self.world();
        if world.datasets.len() >= DATASETS_MAX {
            return Err(Error::TooLarge {
                what: "the number of datasets",
                limit: DATASETS_MAX as u64,
            });
        }
        let id = world.draw(Ids::dataset);
        let dataset = Dataset::new(id, new.profile, new.columns, by, world.clock.now())?;
        world.datasets.insert(dataset)?;
        world.datasets.get(id)
    }

    pub fn dataset(&self, by: UserId, id: DatasetId) -> Result<Arc<Dataset>> {
        self.world().dataset_for(by, id, Need::Read)
    }

    /// Removes the dataset with its stream.
    pub fn delete_dataset(&self, by: UserId, id: DatasetId) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, id, Need::Delete)?;
        let removed = world.datasets.remove(id)?;
        if let Some(stream) = &removed.stream {
            world.streams.remove(stream.id);
        }
        Ok(())
    }

    pub fn change_profile(
        &self,
        by: UserId,
        id: DatasetId,
        change: ProfileChange,
    ) -> Result<Arc<Dataset>> {
        let world = self.world();
        world.dataset_for(by, id, Need::Write)?;
        let now = world.clock.now();
        world.datasets.update(id, |it| {
            let profile = &mut it.profile;
            profile.name = change.name.unwrap_or(std::mem::take(&mut profile.name));
            profile.description = change.description.or(profile.description.take());
            profile.provider = change.provider.unwrap_or(std::mem::take(&mut profile.provider));
            profile.tags = change.tags.unwrap_or(std::mem::take(&mut profile.tags));
            it.formulas.extend(change.formulas.into_iter().map(|(id, it)| (id, Arc::new(it))));
            it.last_touched = now;
            Ok::<_, Error>(Arc::new(it.clone()))
        })
    }

    pub fn cards(&self, by: UserId, id: DatasetId) -> Result<Arc<[Card]>> {
        Ok(Arc::clone(&self.dataset(by, id)?.cards))
    }

    /// The schema that queries see.
    pub fn indexed_schema(&self, by: UserId, id: DatasetId) -> Result<Arc<Schema>> {
        let world = self.world();
        let dataset = world.dataset_for(by, id, Need::Read)?;
        Ok(Arc::clone(&dataset.view(world.clock.now(), AskedFor::Schema)?.schema))
    }

    /// The schema that the next upload must fit, and the next index makes queryable.
    pub fn latest_schema(&self, by: UserId, id: DatasetId) -> Result<Arc<Schema>> {
        Ok(Arc::clone(&self.dataset(by, id)?.schema))
    }

    pub fn alter_schema(
        &self,
        by: UserId,
        id: DatasetId,
        columns: Vec<SchemaColumn>,
    ) -> Result<Arc<Schema>> {
        let world = self.world();
        world.dataset_for(by, id, Need::Write)?;
        let now = world.clock.now();
        world.datasets.update(id, |it| {
            it.alter_schema(columns, now)?;
            Ok::<_, Error>(Arc::clone(&it.schema))
        })
    }
}
