//! Data versions: one for each committed upload.

use super::clock::Timestamp;
use super::ids::{PartitionTag, SchemaId, UploadId};
use super::upload::UpdateMethod;
use crate::engine::Table;

/// One committed table. Its id is that of its upload.
#[derive(Clone, Debug)]
pub struct DataVersion {
    pub id: UploadId,
    pub schema: SchemaId,
    pub method: UpdateMethod,
    pub tag: Option<PartitionTag>,
    pub requested_at: Timestamp,
    pub committed_at: Timestamp,
    pub rows: u64,
    /// Bytes of the CSV it came from.
    pub csv_bytes: u64,
    pub standing: Standing,
    /// Given up once the version no longer counts and the dataset's history is too large.
    pub table: Option<Table>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its rows belong to the dataset, and are queryable once indexed.
    Live,
    /// A later version took its place.
    Superseded,
    /// It was deleted; what it had superseded stays superseded.
    Deleted,
}

impl DataVersion {
    pub fn is_live(&self) -> bool {
        self.standing == Standing::Live
    }
}
