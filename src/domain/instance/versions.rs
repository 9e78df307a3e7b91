//! Data versions and partitions.

use std::sync::Arc;

use super::{Instance, Need};
use crate::domain::error::{AskedFor, Error, Result};
use crate::domain::ids::{DatasetId, PartitionTag, UploadId, UserId};
use crate::domain::version::DataVersion;

/// A tag and the version that holds its rows.
pub(crate) type Partition = (PartitionTag, Arc<DataVersion>);

impl Instance {
    /// Newest first.
    pub fn versions(&self, by: UserId, dataset: DatasetId) -> Result<Vec<Arc<DataVersion>>> {
        let found = self.dataset(by, dataset)?;
        Ok(found.versions().iter().rev().cloned().collect())
    }

    /// Every tag, in the order of their names, also those whose rows are deleted.
    pub fn partitions(&self, by: UserId, dataset: DatasetId) -> Result<Vec<Partition>> {
        let found = self.dataset(by, dataset)?;
        Ok(found.partitions().map(|(tag, version)| (tag.clone(), Arc::clone(version))).collect())
    }

    /// The tags whose rows are live. A dataset that was never indexed has no answer.
    pub fn live_partitions(&self, by: UserId, dataset: DatasetId) -> Result<Vec<Partition>> {
        let world = self.world();
        let found = world.dataset_for(by, dataset, Need::View)?;
        found.view(world.clock.now(), AskedFor::Rows)?;
        let live = found.partitions().filter(|(_, version)| version.is_live());
        Ok(live.map(|(tag, version)| (tag.clone(), Arc::clone(version))).collect())
    }

    pub fn delete_partition_data(
        &self,
        by: UserId,
        dataset: DatasetId,
        tag: &PartitionTag,
    ) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Edit)?;
        let now = world.clock.now();
        world.datasets.update(dataset, |it| {
            it.delete_partition_data(tag, now);
            Ok::<_, Error>(())
        })
    }

    pub fn delete_partition_tag(
        &self,
        by: UserId,
        dataset: DatasetId,
        tag: &PartitionTag,
    ) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Edit)?;
        let now = world.clock.now();
        world.datasets.update(dataset, |it| {
            it.delete_partition_tag(tag, now);
            Ok::<_, Error>(())
        })
    }

    /// Marks versions deleted, and indexes what is left where `index` is set.
    pub async fn delete_versions(
        &self,
        by: UserId,
        dataset: DatasetId,
        ids: &[UploadId],
        index: bool,
    ) -> Result<()> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Edit)?;
        if index {
            let delete = |it: &mut crate::domain::dataset::Dataset, now| {
                it.delete_versions(ids, now);
                Ok(())
            };
            self.change_and_index(&world, dataset, &[], delete).await?;
            return Ok(());
        }
        let now = world.clock.now();
        world.datasets.update(dataset, |it| {
            it.delete_versions(ids, now);
            Ok(())
        })
    }
}
