//! Data versions and partitions: what a dataset holds, and how it came to hold it.

use std::sync::Arc;

use imbl::Vector;

use super::Dataset;
use super::live::LiveVersions;
use crate::domain::clock::Timestamp;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{PartitionTag, UploadId};
use crate::domain::upload::UpdateMethod;
use crate::domain::version::{DataVersion, Standing};
use crate::engine::Table;

/// A version's rows with other names: the stamp tells which rows they were made of.
#[derive(Clone, Debug)]
pub struct ReplacedTable {
    pub version: UploadId,
    pub stamp: u64,
    pub table: Table,
}

impl Dataset {
    /// All versions, oldest first.
    pub fn versions(&self) -> &Vector<Arc<DataVersion>> {
        &self.versions
    }

    pub fn version(&self, id: UploadId) -> Result<&Arc<DataVersion>> {
        let found = self.versions.iter().find(|it| it.id == id);
        found.ok_or_else(|| Error::not_found("data version", id))
    }

    /// The versions that counted once this one was committed. One that was deleted later still counted then.
    pub fn live_as_of(&self, id: UploadId) -> Result<Vec<&DataVersion>> {
        self.version(id)?;
        let mut live: Vec<&DataVersion> = Vec::new();
        for version in &self.versions {
            if version.method != UpdateMethod::Append {
                live.clear();
            }
            if version.tag.is_some() {
                live.retain(|it| it.tag != version.tag);
            }
            live.push(version);
            if version.id == id {
                break;
            }
        }
        Ok(live)
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

    /// Swaps the tables of all versions for ones with renamed columns. Refused if a version's rows have changed since the
    /// replacement was made, or a version has come since.
    pub fn replace_tables(&mut self, replaced: &[ReplacedTable]) -> Result<()> {
        let conflict = |id: UploadId, state| {
            Err(Error::Conflict { kind: "data version", id: id.to_string(), state })
        };
        for it in replaced {
            let version = self.versions.iter_mut().find(|version| version.id == it.version);
            let version = version.ok_or_else(|| Error::not_found("data version", it.version))?;
            match &version.table {
                Some(table) if table.stamp() == it.stamp => {
                    Arc::make_mut(version).table = Some(it.table.clone());
                }
                Some(_) => return conflict(it.version, "changed by another"),
                None => {}
            }
        }
        self.live = LiveVersions::of(self.versions.iter());
        let is_replaced = |id| replaced.iter().any(|it| it.version == id);
        let mut with_rows = self.versions.iter().filter(|it| it.table.is_some());
        match with_rows.find(|it| !is_replaced(it.id)) {
            None => Ok(()),
            Some(it) => conflict(it.id, "added by another"),
        }
    }

    /// Marks versions deleted. Ids that are no version are passed over.
    pub fn delete_versions(&mut self, ids: &[UploadId], now: Timestamp) {
        for version in self.versions.iter_mut().filter(|it| ids.contains(&it.id)) {
            Arc::make_mut(version).standing = Standing::Deleted;
        }
        self.live = LiveVersions::of(self.versions.iter());
        self.forget_old_rows();
        self.last_touched = now;
        self.last_updated = now;
    }
}
