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

/// What changes in a dataset as a whole; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Redefinition {
    pub profile: ProfileChange,
    pub columns: Option<Vec<SchemaColumn>>,
    pub policies_enabled: Option<bool>,
}

impl ProfileChange {
    fn apply_to(self, it: &mut Dataset) {
        let profile = &mut it.profile;
        profile.name = self.name.unwrap_or(std::mem::take(&mut profile.name));
        profile.description = self.description.or(profile.description.take());
        profile.provider = self.provider.unwrap_or(std::mem::take(&mut profile.provider));
        profile.tags = self.tags.unwrap_or(std::mem::take(&mut profile.tags));
        it.formulas.extend(self.formulas.into_iter().map(|(id, it)| (id, Arc::new(it))));
    }
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
        self.world().dataset_for(by, id, Need::View)
    }

    /// Removes the dataset with its stream.
    pub fn delete_dataset(&self, by: UserId, id: DatasetId) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, id, Need::Own)?;
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
        world.dataset_for(by, id, Need::Edit)?;
        let now = world.clock.now();
        world.datasets.update(id, |it| {
            change.apply_to(it);
            it.last_touched = now;
            Ok::<_, Error>(Arc::new(it.clone()))
        })
    }

    /// All that is given takes effect, or nothing. A new schema is that of the next upload, and can be queried at the
    /// next index; the columns of an upsert's key stay that, unless it names others.
    pub fn redefine_dataset(
        &self,
        by: UserId,
        id: DatasetId,
        change: Redefinition,
    ) -> Result<Arc<Dataset>> {
        let world = self.world();
        let need = if change.policies_enabled.is_some() { Need::Own } else { Need::Edit };
        world.dataset_for(by, id, need)?;
        let now = world.clock.now();
        world.datasets.update(id, |it| {
            if let Some(mut columns) = change.columns {
                it.schema.keep_upsert_key(&mut columns);
                it.alter_schema(columns, now)?;
            }
            change.profile.apply_to(it);
            if let Some(enabled) = change.policies_enabled {
                Arc::make_mut(&mut it.policies).enabled = enabled;
            }
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
        let dataset = world.dataset_for(by, id, Need::View)?;
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
        world.dataset_for(by, id, Need::Edit)?;
        let now = world.clock.now();
        world.datasets.update(id, |it| {
            it.alter_schema(columns, now)?;
            Ok::<_, Error>(Arc::clone(&it.schema))
        })
    }
}
