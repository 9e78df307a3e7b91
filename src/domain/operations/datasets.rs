//! Datasets themselves: create, read, describe, alter, delete.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::access::hand_over;
use crate::domain::dataset::{Card, Dataset, Formula, Profile};
use crate::domain::error::{AskedFor, Error, Result};
use crate::domain::ids::{DatasetId, Ids, UserId};
use crate::domain::permission::Need;
use crate::domain::schema::{Schema, SchemaColumn};
use crate::domain::session::{AsOf, Session};
use crate::domain::world::World;

/// The most datasets that an instance may hold.
const DATASETS_MAX: usize = 100_000;

/// What there is, or what is remembered of it after its deletion.
#[derive(Clone, Debug)]
pub enum Remembered<T> {
    Present(T),
    Deleted(T),
}

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
    pub owner: Option<UserId>,
}

impl ProfileChange {
    fn apply_to(self, dataset: &mut Dataset) {
        let profile = &mut dataset.profile;
        profile.name = self.name.unwrap_or(std::mem::take(&mut profile.name));
        profile.description = self.description.or(profile.description.take());
        profile.provider = self.provider.unwrap_or(std::mem::take(&mut profile.provider));
        profile.tags = self.tags.unwrap_or(std::mem::take(&mut profile.tags));
        dataset.formulas.extend(self.formulas.into_iter().map(|(id, it)| (id, Arc::new(it))));
    }
}

/// Refused where the world is full.
pub(super) fn check_room(world: &World) -> Result<()> {
    if world.dataset_count() < DATASETS_MAX {
        return Ok(());
    }
    Err(Error::TooLarge { what: "the number of datasets", limit: DATASETS_MAX as u64 })
}

impl Session {
    pub fn create_dataset(&self, new: NewDataset) -> Result<AsOf<Arc<Dataset>>> {
        check_room(&self.look().0)?;
        let id = self.draw(Ids::dataset);
        self.update(|world, moment| {
            check_room(world)?;
            let mut dataset = Dataset::new(id, new.profile, new.columns, moment.user, moment.now)?;
            dataset.pay_for_texts(&self.engine().budgets().texts)?;
            world.insert(dataset)
        })
    }

    pub fn dataset(&self, id: DatasetId) -> Result<AsOf<Arc<Dataset>>> {
        self.read(id, Need::View)
    }

    /// The dataset, or what is remembered of it after its deletion.
    pub fn dataset_or_remains(&self, id: DatasetId) -> Result<Remembered<AsOf<Arc<Dataset>>>> {
        match (self.read(id, Need::View), self.read_remains(id)) {
            (Err(Error::NotFound { .. }), Some(it)) => Ok(Remembered::Deleted(it)),
            (found, _) => found.map(Remembered::Present),
        }
    }

    /// Removes the dataset with its stream.
    pub fn delete_dataset(&self, id: DatasetId) -> Result<()> {
        self.update(|world, moment| {
            moment.permit(world.dataset(id)?, Need::Own)?;
            world.remove(id)
        })?;
        Ok(())
    }

    pub fn change_profile(
        &self,
        id: DatasetId,
        change: ProfileChange,
    ) -> Result<AsOf<Arc<Dataset>>> {
        self.change(id, Need::Edit, |dataset, moment| {
            change.apply_to(dataset);
            dataset.last_touched = moment.now;
            Ok(Arc::new(dataset.clone()))
        })
    }

    /// All that is given takes effect, or nothing. A new schema is that of the next upload, and can be queried at the
    /// next index; the columns of an upsert's key stay that, unless it names others.
    pub fn redefine_dataset(
        &self,
        id: DatasetId,
        change: Redefinition,
    ) -> Result<AsOf<Arc<Dataset>>> {
        let is_for_owners = change.policies_enabled.is_some() || change.owner.is_some();
        let need = if is_for_owners { Need::Own } else { Need::Edit };
        self.change(id, need, |dataset, moment| {
            if let Some(mut columns) = change.columns {
                dataset.schema.keep_upsert_key(&mut columns);
                dataset.alter_schema(columns, moment.now)?;
            }
            change.profile.apply_to(dataset);
            if let Some(owner) = change.owner {
                hand_over(dataset, owner, moment)?;
            }
            if let Some(enabled) = change.policies_enabled {
                Arc::make_mut(&mut dataset.policies).enabled = enabled;
            }
            dataset.last_touched = moment.now;
            Ok(Arc::new(dataset.clone()))
        })
    }

    pub fn cards(&self, id: DatasetId) -> Result<AsOf<Arc<[Card]>>> {
        Ok(self.dataset(id)?.map(|it| Arc::clone(&it.cards)))
    }

    /// The schema that queries see.
    pub fn indexed_schema(&self, id: DatasetId) -> Result<Arc<Schema>> {
        let dataset = self.dataset(id)?;
        Ok(Arc::clone(&dataset.view(dataset.moment.now, AskedFor::Schema)?.schema))
    }

    /// The schema that the next upload must fit, and the next index makes queryable.
    pub fn latest_schema(&self, id: DatasetId) -> Result<Arc<Schema>> {
        Ok(Arc::clone(&self.dataset(id)?.schema))
    }

    pub fn alter_schema(&self, id: DatasetId, columns: Vec<SchemaColumn>) -> Result<Arc<Schema>> {
        let altered = self.change(id, Need::Edit, |dataset, moment| {
            dataset.alter_schema(columns, moment.now)?;
            Ok(Arc::clone(&dataset.schema))
        })?;
        Ok(altered.value)
    }
}
