//! Data versions and partitions: what a dataset holds, and how it came to hold it.

use std::sync::Arc;

use super::Dataset;
use crate::domain::clock::Timestamp;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{PartitionTag, UploadId};
use crate::domain::version::{DataVersion, Standing};

impl Dataset {
    /// All versions, oldest first.
    pub fn versions(&self) -> &[Arc<DataVersion>] {
        &self.versions
    }

    pub fn version(&self, id: UploadId) -> Result<&Arc<DataVersion>> {
        let found = self.versions.iter().find(|it| it.id == id);
        found.ok_or_else(|| Error::not_found("data version", id))
    }

    /// Every tag with the version that holds it, also where that version is deleted.
    pub fn partitions(&self) -> impl Iterator<Item = (&PartitionTag, &Arc<DataVersion>)> {
        self.partitions.iter().filter_map(|(tag, id)| Some((tag, self.version(*id).ok()?)))
    }

    /// Marks the rows of a partition deleted; its tag stays until it is removed. Queries follow at the next index.
    pub fn delete_partition_data(&mut self, tag: &PartitionTag, now: Timestamp) {
        if let Some(id) = self.partitions.get(tag).copied() {
            self.delete_versions(&[id], now);
        }
    }

    /// Removes a tag; the rows that it named stay where they are.
    pub fn delete_partition_tag(&mut self, tag: &PartitionTag, now: Timestamp) {
        self.partitions.remove(tag);
        self.last_touched = now;
    }

    /// Marks versions deleted. Ids that are no version are passed over.
    pub fn delete_versions(&mut self, ids: &[UploadId], now: Timestamp) {
        for version in self.versions.iter_mut().filter(|it| ids.contains(&it.id)) {
            Arc::make_mut(version).standing = Standing::Deleted;
        }
        self.forget_old_rows();
        self.last_touched = now;
        self.last_updated = now;
    }
}
