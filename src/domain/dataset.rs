//! The aggregate: everything that belongs to one dataset, and its rules. A change works on a private copy.

mod access;
mod history;
mod indexing;
mod live;
mod texts;
mod uploading;

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::Vector;

use live::LiveVersions;

use super::clock::Timestamp;
use super::error::{AskedFor, Error, Result};
use super::ids::{DatasetId, PartitionTag, SchemaId, UploadId, UserId};
use super::index::{IndexJob, View};
use super::permission::{AccessLevel, Grantee};
use super::policy::Policies;
use super::schema::{Schema, SchemaColumn};
use super::stream::Stream;
use super::upload::Upload;
use super::version::DataVersion;
use crate::engine::Table;

pub use history::ReplacedTable;
pub use indexing::IndexPlan;
pub use live::LiveMark;
pub use uploading::Commit;

#[derive(Clone, Debug)]
pub struct Dataset {
    pub id: DatasetId,
    pub profile: Profile,
    pub formulas: BTreeMap<String, Arc<Formula>>,
    pub cards: Arc<[Card]>,
    pub created_at: Timestamp,
    pub last_touched: Timestamp,
    /// When its rows last changed.
    pub last_updated: Timestamp,
    pub schema: Arc<Schema>,
    grants: BTreeMap<Grantee, AccessLevel>,
    uploads: BTreeMap<UploadId, Arc<Upload>>,
    last_upload: UploadId,
    /// Persistent, like all that grows with each append: a change copies a dataset.
    versions: Vector<Arc<DataVersion>>,
    live: LiveVersions,
    /// The version that holds each partition, also while that version is deleted.
    partitions: BTreeMap<PartitionTag, UploadId>,
    jobs: Vec<Arc<IndexJob>>,
    pub stream: Option<Arc<Stream>>,
    pub policies: Arc<Policies>,
    texts: Option<texts::PaidTexts>,
}

/// What its users call a dataset, and what kind of source it says that it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub description: Option<String>,
    /// Domo's `displayType`, `dataProviderType` and `type` in one: `api`, `webform`, a connector's key …
    pub provider: String,
    pub tags: Vec<String>,
}

/// A Beast Mode: a named expression over the dataset's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// `calculation_<uuid>`
    pub id: String,
    pub template_id: Option<u64>,
    pub name: String,
    pub expression: String,
    pub data_type: Option<String>,
    pub aggregatable: bool,
}

/// A card that shows the dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: u64,
    pub title: String,
    pub kind: String,
    pub chart_type: String,
    pub owner: UserId,
    /// A card that is only reached by drilling into another.
    pub drill: bool,
}

impl Dataset {
    /// A dataset without rows, whose empty schema can be queried at once.
    pub fn new(
        id: DatasetId,
        profile: Profile,
        columns: Vec<SchemaColumn>,
        owner: UserId,
        now: Timestamp,
    ) -> Result<Self> {
        let mut dataset = Self {
            id,
            profile,
            formulas: BTreeMap::new(),
            cards: Arc::new([]),
            created_at: now,
            last_touched: now,
            last_updated: now,
            schema: Arc::new(Schema::new(SchemaId::new(1), columns)?),
            grants: BTreeMap::from([(Grantee::User(owner), AccessLevel::Owner)]),
            uploads: BTreeMap::new(),
            last_upload: UploadId::new(0),
            versions: Vector::new(),
            live: LiveVersions::default(),
            partitions: BTreeMap::new(),
            jobs: Vec::new(),
            stream: None,
            policies: Arc::default(),
            texts: None,
        };
        let plan = dataset.index_plan(&[])?;
        let nothing = Table::empty(Arc::clone(dataset.schema.layout()));
        dataset.publish_index(&plan, nothing, now, now);
        Ok(dataset)
    }

    /// Takes away what makes a new dataset queryable: a fixture for the state before the first index.
    pub fn forget_indexes(&mut self) {
        self.jobs.clear();
    }

    /// What queries see at this moment.
    pub fn view(&self, now: Timestamp, asked_for: AskedFor) -> Result<&View> {
        let ready = self.jobs.iter().rev().find(|it| it.is_ready(now));
        ready
            .and_then(|it| it.view.as_ref())
            .ok_or(Error::NotIndexed { dataset: self.id, asked_for })
    }

    /// Rows that queries see; none before the first index.
    pub fn row_count(&self, now: Timestamp) -> u64 {
        self.view(now, AskedFor::Rows).map_or(0, |it| it.table.rows())
    }

    /// Columns that queries see, or those of the schema before the first index.
    pub fn column_count(&self, now: Timestamp) -> usize {
        let view = self.view(now, AskedFor::Schema);
        view.map_or(self.schema.columns.len(), |it| it.schema.columns.len())
    }

    /// Whether it ever had data, or was indexed on purpose. A new one can be described and not queried.
    pub fn is_begun(&self) -> bool {
        !self.versions.is_empty() || self.jobs.len() > 1
    }

    /// Columns of its data; none before the first.
    pub fn loaded_column_count(&self, now: Timestamp) -> usize {
        if self.versions.is_empty() { 0 } else { self.column_count(now) }
    }

    /// What is remembered of it after it was deleted: all but its rows and its runs.
    pub fn remains(&self) -> Self {
        let mut remains = Self {
            uploads: BTreeMap::new(),
            versions: Vector::new(),
            live: LiveVersions::default(),
            partitions: BTreeMap::new(),
            jobs: Vec::new(),
            formulas: BTreeMap::new(),
            policies: Arc::default(),
            ..self.clone()
        };
        if let Some(stream) = remains.stream.as_mut() {
            Arc::make_mut(stream).executions.clear();
        }
        remains
    }

    /// A whole new list of columns; stored rows follow at the next index.
    pub fn alter_schema(&mut self, columns: Vec<SchemaColumn>, now: Timestamp) -> Result<()> {
        if columns != self.schema.columns {
            self.schema = Arc::new(Schema::new(self.schema.id.next(), columns)?);
        }
        self.last_touched = now;
        Ok(())
    }

    pub fn stream(&self) -> Result<&Arc<Stream>> {
        self.stream.as_ref().ok_or_else(|| Error::not_found("stream of dataset", self.id))
    }

    pub fn stream_mut(&mut self) -> Result<&mut Stream> {
        let id = self.id;
        let stream =
            self.stream.as_mut().ok_or_else(|| Error::not_found("stream of dataset", id))?;
        Ok(Arc::make_mut(stream))
    }
}
