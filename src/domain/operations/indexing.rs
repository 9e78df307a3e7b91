//! Indexing, and every change that ends with it: compute without a lock, publish if nothing came between.

use std::sync::Arc;

use crate::domain::clock::Timestamp;
use crate::domain::dataset::{Dataset, IndexPlan};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UploadId};
use crate::domain::index::IndexJob;
use crate::domain::permission::Need;
use crate::domain::session::{AsOf, Session};
use crate::engine::Table;

/// Why a computed change was not published.
pub(super) enum Miss {
    /// The dataset is no longer what the rows were computed from.
    Stale,
    Refused(Error),
}

impl From<Error> for Miss {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::Overtaken(_) => Self::Stale,
            refusal => Self::Refused(refusal),
        }
    }
}

impl Session {
    /// Makes versions queryable: all live ones, or `only` these with what is indexed already.
    pub async fn index(
        &self,
        dataset: DatasetId,
        only: Vec<UploadId>,
    ) -> Result<AsOf<Arc<IndexJob>>> {
        let indexed = self.change_and_index(dataset, &only, |_, _| Ok(())).await?;
        Ok(AsOf { value: indexed.value.1, moment: self.look().1 })
    }

    pub fn index_job(&self, dataset: DatasetId, key: &str) -> Result<AsOf<Arc<IndexJob>>> {
        let found = self.read(dataset, Need::View)?;
        let job = Arc::clone(found.index_job(key)?);
        Ok(found.map(|_| job))
    }

    /// Changes a dataset and indexes the outcome as one step: readers see both or neither.
    ///
    /// `change` runs on a copy first, to compute the rows, and again when it is published. If the dataset has
    /// changed in between, it starts over; each such turn means that somebody else got ahead, and after a few of them it is let through alone.
    pub(super) async fn change_and_index<T>(
        &self,
        dataset: DatasetId,
        only: &[UploadId],
        change: impl Fn(&mut Dataset, Timestamp) -> Result<T>,
    ) -> Result<AsOf<(T, Arc<IndexJob>)>> {
        let mut overtaken = 0;
        loop {
            let _turn = self.commit_turn(overtaken).await;
            match self.try_change_and_index(dataset, only, &change).await {
                Ok(published) => return Ok(published),
                Err(Miss::Refused(refusal)) => return Err(refusal),
                Err(Miss::Stale) => overtaken += 1,
            }
        }
    }

    /// The same, once; the caller holds a turn.
    pub(super) async fn try_change_and_index<T>(
        &self,
        dataset: DatasetId,
        only: &[UploadId],
        change: impl Fn(&mut Dataset, Timestamp) -> Result<T>,
    ) -> Result<AsOf<(T, Arc<IndexJob>)>, Miss> {
        let before = self.read(dataset, Need::Edit)?;
        let now = before.moment.now;
        let mut draft = Dataset::clone(&before);
        change(&mut draft, now)?;
        let plan = draft.index_plan(only)?;
        let rows = self.assemble(dataset, plan.clone()).await?;
        let ready_at = now.plus_millis(self.setup().settings.index_ms);
        self.try_change(dataset, Need::Edit, |it, _| {
            let outcome = change(it, now)?;
            if it.index_plan(only)? != plan {
                return Err(Miss::Stale);
            }
            Ok((outcome, it.publish_index(&plan, rows, now, ready_at)))
        })
    }

    pub(super) async fn assemble(&self, dataset: DatasetId, plan: IndexPlan) -> Result<Table> {
        let assembled = self.engine().off_thread(move || plan.assemble()).await;
        assembled.map_err(|problem| Error::Conversion { dataset, problem })
    }
}
