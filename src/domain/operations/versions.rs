//! Data versions and partitions.

use std::sync::Arc;

use crate::domain::dataset::Dataset;
use crate::domain::error::{AskedFor, Result};
use crate::domain::ids::{DatasetId, PartitionTag, UploadId};
use crate::domain::permission::Need;
use crate::domain::session::Session;
use crate::domain::version::DataVersion;

/// A tag and the version that holds its rows.
pub(crate) type Partition = (PartitionTag, Arc<DataVersion>);

impl Session {
    /// Newest first.
    pub fn versions(&self, dataset: DatasetId) -> Result<Vec<Arc<DataVersion>>> {
        let found = self.dataset(dataset)?;
        Ok(found.versions().iter().rev().cloned().collect())
    }

    /// Every tag, in the order of their names, also those whose rows are deleted.
    pub fn partitions(&self, dataset: DatasetId) -> Result<Vec<Partition>> {
        let found = self.dataset(dataset)?;
        Ok(found.partitions().map(|(tag, version)| (tag.clone(), Arc::clone(version))).collect())
    }

    /// The tags whose rows are live. A dataset that was never indexed has no answer.
    pub fn live_partitions(&self, dataset: DatasetId) -> Result<Vec<Partition>> {
        let found = self.dataset(dataset)?;
        found.view(found.moment.now, AskedFor::Rows)?;
        let live = found.partitions().filter(|(_, version)| version.is_live());
        Ok(live.map(|(tag, version)| (tag.clone(), Arc::clone(version))).collect())
    }

    pub fn delete_partition_data(&self, dataset: DatasetId, tag: &PartitionTag) -> Result<()> {
        self.change(dataset, Need::Edit, |it, moment| {
            it.delete_partition_data(tag, moment.now);
            Ok(())
        })?;
        Ok(())
    }

    pub fn delete_partition_tag(&self, dataset: DatasetId, tag: &PartitionTag) -> Result<()> {
        self.change(dataset, Need::Edit, |it, moment| {
            it.delete_partition_tag(tag, moment.now);
            Ok(())
        })?;
        Ok(())
    }

    /// Marks versions deleted, and indexes what is left where `index` is set.
    pub async fn delete_versions(
        &self,
        dataset: DatasetId,
        ids: &[UploadId],
        index: bool,
    ) -> Result<()> {
        let delete = |it: &mut Dataset, now| {
            it.delete_versions(ids, now);
            Ok(())
        };
        if index {
            self.change_and_index(dataset, &[], delete).await?;
        } else {
            self.change(dataset, Need::Edit, |it, moment| delete(it, moment.now))?;
        }
        Ok(())
    }
}
