//! Indexing, and every change that ends with it: compute without a lock, publish if nothing came between.

use std::sync::Arc;

use super::{Instance, Need};
use crate::domain::clock::Timestamp;
use crate::domain::dataset::{Dataset, IndexPlan};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UploadId, UserId};
use crate::domain::index::IndexJob;
use crate::domain::store::World;
use crate::engine::Table;

/// Why a computed change was not published.
enum Miss {
    /// The dataset is no longer what the rows were computed from.
    Stale,
    Refused(Error),
}

impl From<Error> for Miss {
    fn from(refusal: Error) -> Self {
        Self::Refused(refusal)
    }
}

impl Instance {
    /// Makes versions queryable: all live ones, or `only` these with what is indexed already.
    pub async fn index(
        &self,
        by: UserId,
        dataset: DatasetId,
        only: Vec<UploadId>,
    ) -> Result<Arc<IndexJob>> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Edit)?;
        let ((), job) = self.change_and_index(&world, dataset, &only, |_, _| Ok(())).await?;
        Ok(job)
    }

    pub fn index_job(
        &self,
        by: UserId,
        dataset: DatasetId,
        key: &str,
    ) -> Result<(Arc<IndexJob>, bool)> {
        let world = self.world();
        let job = Arc::clone(world.dataset_for(by, dataset, Need::View)?.index_job(key)?);
        let is_ready = job.is_ready(world.clock.now());
        Ok((job, is_ready))
    }

    /// Changes a dataset and indexes the outcome as one step: readers see both or neither.
    ///
    /// `change` runs on a copy first, to compute the rows, and again when it is published. If the dataset has
    /// changed in between, it starts over; each such turn means that somebody else got ahead, so there is no livelock.
    pub(super) async fn change_and_index<T>(
        &self,
        world: &World,
        dataset: DatasetId,
        only: &[UploadId],
        change: impl Fn(&mut Dataset, Timestamp) -> Result<T>,
    ) -> Result<(T, Arc<IndexJob>)> {
        loop {
            let now = world.clock.now();
            let mut draft = Dataset::clone(&*world.datasets.get(dataset)?);
            change(&mut draft, now)?;
            let plan = draft.index_plan(only)?;
            let rows = self.assemble(dataset, plan.clone()).await?;
            let ready_at = now.plus_millis(self.settings().index_ms);
            let outcome = world.datasets.update(dataset, |it| {
                let outcome = change(it, now)?;
                if it.index_plan(only)? != plan {
                    return Err(Miss::Stale);
                }
                Ok((outcome, it.publish_index(&plan, rows, now, ready_at)))
            });
            match outcome {
                Ok(published) => return Ok(published),
                Err(Miss::Refused(refusal)) => return Err(refusal),
                Err(Miss::Stale) => {}
            }
        }
    }

    pub(super) async fn assemble(&self, dataset: DatasetId, plan: IndexPlan) -> Result<Table> {
        let assembled = self.engine().off_thread(move || plan.assemble()).await;
        assembled.map_err(|problem| Error::Conversion { dataset, problem })
    }
}
