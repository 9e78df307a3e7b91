//! Indexing: from live versions to what queries see.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Dataset;
use crate::domain::clock::Timestamp;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UploadId};
use crate::domain::index::{IndexJob, IndexKey, View};
use crate::domain::schema::Schema;
use crate::engine::Table;

/// Done jobs whose status can still be asked for.
const JOBS_KEPT_MAX: usize = 100;

/// What an index would be made of. Two equal plans make the same rows.
#[derive(Clone, Debug)]
pub struct IndexPlan {
    pub schema: Arc<Schema>,
    pub parts: Vec<(UploadId, Table)>,
}

impl PartialEq for IndexPlan {
    fn eq(&self, other: &Self) -> bool {
        let stamps = |it: &Self| -> Vec<(UploadId, u64)> {
            it.parts.iter().map(|(id, table)| (*id, table.stamp())).collect()
        };
        self.schema == other.schema && stamps(self) == stamps(other)
    }
}

impl IndexPlan {
    /// The rows of all its versions under its schema. Heavy where stored rows have another schema.
    pub fn assemble(&self) -> Result<Table, String> {
        let layout = self.schema.layout();
        let adapted: Vec<Table> = self
            .parts
            .iter()
            .map(|(id, table)| table.adapt(layout).map_err(|it| format!("data version {id}, {it}")))
            .collect::<Result<_, String>>()?;
        Ok(Table::concat(Arc::clone(layout), &adapted))
    }

    /// The rows of all its versions with `new` upserted into them. Heavy.
    pub fn upsert(&self, new: &Table, dataset: DatasetId) -> Result<Table> {
        let present = self.assemble().map_err(|problem| Error::Conversion { dataset, problem })?;
        let merged = present.upsert(new, &self.schema.upsert_key());
        let what = "the rows held in memory";
        merged.map_err(|it| Error::TooLarge { what, limit: it.limit })
    }
}

impl Dataset {
    /// All live versions; or, where `only` names some, those with what is indexed already.
    pub fn index_plan(&self, only: &[UploadId]) -> Result<IndexPlan> {
        for id in only {
            self.version(*id)?;
        }
        let indexed = self.jobs.last().map(|it| &it.versions);
        let wanted = |id: &UploadId| {
            only.is_empty() || only.contains(id) || indexed.is_some_and(|it| it.contains(id))
        };
        let parts = self
            .versions
            .iter()
            .filter(|it| it.is_live() && wanted(&it.id))
            .filter_map(|it| Some((it.id, it.table.clone()?)))
            .collect();
        Ok(IndexPlan { schema: Arc::clone(&self.schema), parts })
    }

    /// The key of the job that is published next.
    pub fn next_index_key(&self, now: Timestamp) -> IndexKey {
        IndexKey::after(self.jobs.last().map(|it| it.key), now)
    }

    /// Adds the job that shows `table` from `ready_at` on.
    pub fn publish_index(
        &mut self,
        plan: &IndexPlan,
        table: Table,
        now: Timestamp,
        ready_at: Timestamp,
    ) -> Arc<IndexJob> {
        let last = self.jobs.last();
        let job = Arc::new(IndexJob {
            key: self.next_index_key(now),
            requested_at: now,
            ready_at: last.map_or(ready_at, |it| it.ready_at.max(ready_at)),
            versions: plan.parts.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>(),
            view: Some(View { schema: Arc::clone(&plan.schema), table }),
        });
        self.jobs.push(Arc::clone(&job));
        self.forget_old_views(now);
        self.last_touched = now;
        job
    }

    pub fn index_job(&self, key: &str) -> Result<&Arc<IndexJob>> {
        let found = self.jobs.iter().rev().find(|it| it.key.is_spelt(key));
        found.ok_or_else(|| Error::not_found("index", key))
    }

    /// Only the last view that is ready, and those still to come, can ever be seen.
    fn forget_old_views(&mut self, now: Timestamp) {
        let seen = self.jobs.iter().rposition(|it| it.is_ready(now)).unwrap_or(0);
        for job in self.jobs[..seen].iter_mut().filter(|it| it.view.is_some()) {
            Arc::make_mut(job).view = None;
        }
        let excess = seen.min(self.jobs.len().saturating_sub(JOBS_KEPT_MAX));
        self.jobs.drain(..excess);
    }
}
