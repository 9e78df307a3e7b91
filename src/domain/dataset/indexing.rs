//! Indexing: from live versions to what queries see.

use std::sync::Arc;

use imbl::{OrdSet, Vector};

use super::Dataset;
use super::live::LiveMark;
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
    parts: Vector<(UploadId, Table)>,
    /// Where the parts are all live versions.
    mark: Option<LiveMark>,
    /// The view that the first of these parts were made into before.
    begun: Option<Begun>,
}

#[derive(Clone, Debug)]
struct Begun {
    table: Table,
    count: usize,
    versions: OrdSet<UploadId>,
}

impl PartialEq for IndexPlan {
    fn eq(&self, other: &Self) -> bool {
        if self.schema != other.schema {
            return false;
        }
        if self.mark.is_some() && self.mark == other.mark {
            return true;
        }
        let stamps = |it: &Self| -> Vec<(UploadId, u64)> {
            it.parts.iter().map(|(id, table)| (*id, table.stamp())).collect()
        };
        self.parts.len() == other.parts.len() && stamps(self) == stamps(other)
    }
}

impl IndexPlan {
    /// Those that are in no view yet.
    fn new_parts(&self) -> Vector<(UploadId, Table)> {
        self.parts.skip(self.begun.as_ref().map_or(0, |it| it.count))
    }

    fn versions(&self) -> OrdSet<UploadId> {
        let mut versions = self.begun.as_ref().map(|it| it.versions.clone()).unwrap_or_default();
        versions.extend(self.new_parts().iter().map(|(id, _)| *id));
        versions
    }

    /// The rows of all its versions under its schema. Heavy where stored rows have another schema.
    pub fn assemble(&self) -> Result<Table, String> {
        let layout = self.schema.layout();
        let begun = self.begun.iter().map(|it| Ok(it.table.clone()));
        let new = self.new_parts().into_iter().map(|(id, table)| {
            table.adapt(layout).map_err(|it| format!("data version {id}, {it}"))
        });
        let adapted: Vec<Table> = begun.chain(new).collect::<Result<_, String>>()?;
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
        let schema = Arc::clone(&self.schema);
        if only.is_empty() {
            let (parts, mark) = (self.live.parts().clone(), Some(self.live.mark()));
            return Ok(IndexPlan { schema, parts, mark, begun: self.begun() });
        }
        for id in only {
            self.version(*id)?;
        }
        let indexed = self.jobs.last().map(|it| &it.versions);
        let wanted = |id: &UploadId| only.contains(id) || indexed.is_some_and(|it| it.contains(id));
        let parts = self.live.parts().iter().filter(|(id, _)| wanted(id)).cloned().collect();
        Ok(IndexPlan { schema, parts, mark: None, begun: None })
    }

    /// The last view, where the live versions that it was made of are still the first ones.
    fn begun(&self) -> Option<Begun> {
        let last = self.jobs.last()?;
        let view = last.view.as_ref().filter(|it| it.schema == self.schema)?;
        let count = self.live.begins_with(last.made_of?)?;
        Some(Begun { table: view.table.clone(), count, versions: last.versions.clone() })
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
            versions: plan.versions(),
            made_of: plan.mark,
            view: Some(View { schema: Arc::clone(&plan.schema), table }),
        });
        self.jobs.push(Arc::clone(&job));
        self.forget_old_views(now);
        self.last_touched = now;
        job
    }

    /// What was ready before the clock was moved back is ready after it: an index does not go away.
    pub fn keep_indexed(&mut self, before: Timestamp, after: Timestamp) {
        let were_ready = |it: &&mut Arc<IndexJob>| it.is_ready(before) && !it.is_ready(after);
        for job in self.jobs.iter_mut().filter(were_ready) {
            Arc::make_mut(job).ready_at = after;
        }
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
