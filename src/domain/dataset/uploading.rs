//! Uploads: open, parts, commit.

use std::sync::Arc;

use super::live::LiveVersions;
use super::{Dataset, IndexPlan};
use crate::domain::clock::Timestamp;
use crate::domain::error::{Error, Result};
use crate::domain::ids::UploadId;
use crate::domain::upload::{Part, UpdateMethod, Upload, UploadIntent};
use crate::domain::version::{DataVersion, Standing};
use crate::engine::Table;

/// Uploads of one dataset that may be open at a time.
const OPEN_UPLOADS_MAX: usize = 1_000;
/// How long an upload may stay open on the world's clock, in milliseconds. No source tells how long Domo's do.
const UPLOAD_AGE_MAX_MS: i64 = 24 * 60 * 60 * 1_000;
/// Parts of one upload.
const PARTS_MAX: usize = 10_000;
/// Bytes of rows of versions that no longer count, kept for whoever asks for an old version.
const HISTORY_BYTES_MAX: u64 = 64 << 20;

/// An upload whose parts were put together, ready to become a version.
#[derive(Clone, Debug)]
pub struct Commit {
    pub upload: UploadId,
    pub intent: UploadIntent,
    pub table: Table,
    pub csv_bytes: u64,
    /// The present rows that an upsert was merged with; they must still be those when it is published.
    pub merged_with: Option<IndexPlan>,
}

impl Dataset {
    /// Uploads that nobody has committed for a day are given up.
    pub fn start_upload(&mut self, intent: UploadIntent, now: Timestamp) -> Result<UploadId> {
        self.uploads.retain(|_, it| it.requested_at.plus_millis(UPLOAD_AGE_MAX_MS) > now);
        if self.uploads.len() >= OPEN_UPLOADS_MAX {
            let what = "the number of open uploads of a dataset";
            return Err(Error::TooLarge { what, limit: OPEN_UPLOADS_MAX as u64 });
        }
        Ok(self.open(intent, now))
    }

    fn open(&mut self, intent: UploadIntent, now: Timestamp) -> UploadId {
        self.last_upload = self.last_upload.next();
        let upload = Upload {
            id: self.last_upload,
            requested_at: now,
            intent,
            parts: std::collections::BTreeMap::new(),
        };
        self.uploads.insert(upload.id, Arc::new(upload));
        self.last_touched = now;
        self.last_upload
    }

    /// An upload that still takes parts.
    pub fn open_upload(&self, id: UploadId) -> Result<&Arc<Upload>> {
        self.uploads.get(&id).ok_or_else(|| {
            if self.versions.iter().any(|it| it.id == id) {
                Error::Conflict { kind: "upload", id: id.to_string(), state: "committed" }
            } else {
                Error::not_found("upload", id)
            }
        })
    }

    /// An upload that a part is for. A client's tests expect 400 once it was committed, where a second commit is a conflict.
    pub fn upload_for_part(&self, id: UploadId) -> Result<&Arc<Upload>> {
        self.open_upload(id).map_err(|refusal| match refusal {
            Error::Conflict { .. } => {
                Error::invalid("part", format!("upload {id} is already committed"))
            }
            other => other,
        })
    }

    /// Adds a part, or puts it in the place of the one with this number.
    pub fn put_part(&mut self, upload: UploadId, number: u32, part: Part) -> Result<()> {
        self.upload_for_part(upload)?;
        if let Some(upload) = self.uploads.get_mut(&upload) {
            if upload.parts.len() >= PARTS_MAX && !upload.parts.contains_key(&number) {
                let what = "the number of parts of an upload";
                return Err(Error::TooLarge { what, limit: PARTS_MAX as u64 });
            }
            Arc::make_mut(upload).parts.insert(number, part);
        }
        Ok(())
    }

    pub fn discard_upload(&mut self, upload: UploadId) {
        self.uploads.remove(&upload);
    }

    /// Puts the parts of an upload together, in the order of their numbers.
    pub fn assemble(&self, upload: UploadId, later: &UploadIntent) -> Result<Commit> {
        let upload = self.open_upload(upload)?;
        let mut tables = Vec::with_capacity(upload.parts.len());
        for (number, part) in &upload.parts {
            let table = part.content.as_ref().map_err(|it| Error::Csv {
                dataset: self.id,
                part: *number,
                source: it.as_ref().clone(),
            })?;
            if part.schema != self.schema.id {
                let problem =
                    format!("was read before the schema changed: send part {number} again");
                return Err(Error::invalid("part", problem));
            }
            tables.push(table);
        }
        let intent = upload.intent.then(later);
        let upserts = intent.resolved_method()? == UpdateMethod::Upsert;
        Ok(Commit {
            upload: upload.id,
            intent,
            table: Table::concat(Arc::clone(self.schema.layout()), tables),
            csv_bytes: upload.parts.values().map(|it| it.csv_bytes).sum(),
            merged_with: if upserts { Some(self.upsert_plan()?) } else { None },
        })
    }

    /// What an upsert is merged with: all live versions. The one that it makes has no partition, so there must be none.
    fn upsert_plan(&self) -> Result<IndexPlan> {
        if !self.partitions.is_empty() {
            return Err(Error::Unsupported("an upsert into a dataset with partitions"));
        }
        self.check_method(UpdateMethod::Upsert)?;
        self.index_plan(&[])
    }

    /// Refused where rows are to come as upserts and no column is their key.
    pub fn check_method(&self, method: UpdateMethod) -> Result<()> {
        if method == UpdateMethod::Upsert && self.schema.upsert_key().is_empty() {
            let problem = "needs key columns, which a schema marks with upsertKey and a stream names in keyColumnNames";
            return Err(Error::invalid("UPSERT", problem));
        }
        Ok(())
    }

    /// How rows of a stream come in: those that are appended to a dataset with a key are upserts, because a stream makes an
    /// upsert dataset with `keyColumnNames` and `APPEND`:
    /// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/Stream-API.yaml>
    pub fn method_with_key(&self, method: UpdateMethod) -> UpdateMethod {
        match method {
            UpdateMethod::Append if !self.schema.upsert_key().is_empty() => UpdateMethod::Upsert,
            other => other,
        }
    }

    /// Turns an open upload into a live version, and retires the versions whose place it takes.
    pub fn commit(&mut self, commit: &Commit, now: Timestamp) -> Result<Arc<DataVersion>> {
        let upload = Arc::clone(self.open_upload(commit.upload)?);
        if commit.table.columns() != self.schema.layout() {
            return Err(Error::invalid("upload", "the schema changed while it was committed"));
        }
        let method = commit.intent.resolved_method()?;
        if method == UpdateMethod::Upsert
            && commit.merged_with.as_ref() != Some(&self.upsert_plan()?)
        {
            return Err(Error::Overtaken(self.id));
        }
        self.uploads.remove(&commit.upload);
        if method != UpdateMethod::Append {
            self.retire(|_| true);
            self.partitions.clear();
        }
        if let Some(tag) = &commit.intent.tag
            && let Some(before) = self.partitions.insert(tag.clone(), commit.upload)
        {
            self.retire(|it| it.id == before);
        }
        let version = Arc::new(DataVersion {
            id: commit.upload,
            schema: self.schema.id,
            method,
            tag: commit.intent.tag.clone(),
            requested_at: upload.requested_at,
            committed_at: now,
            rows: commit.table.rows(),
            csv_bytes: commit.csv_bytes,
            standing: Standing::Live,
            table: Some(commit.table.clone()),
        });
        self.add(&version);
        self.last_touched = now;
        self.last_updated = now;
        Ok(version)
    }

    /// Makes a version of rows that came in one piece, without parts.
    pub fn append(
        &mut self,
        intent: &UploadIntent,
        table: &Table,
        csv_bytes: u64,
        now: Timestamp,
    ) -> Result<Arc<DataVersion>> {
        let upload = self.open(intent.clone(), now);
        let (intent, table) = (intent.clone(), table.clone());
        self.commit(&Commit { upload, intent, table, csv_bytes, merged_with: None }, now)
    }

    /// Behind the versions that were committed before it: the clock may have gone back.
    fn add(&mut self, version: &Arc<DataVersion>) {
        let is_later = |it: &Arc<DataVersion>| it.committed_at > version.committed_at;
        if self.versions.last().is_some_and(is_later) {
            let place = self.versions.iter().position(is_later).unwrap_or(0);
            self.versions.insert(place, Arc::clone(version));
            self.live = LiveVersions::of(self.versions.iter());
        } else {
            self.versions.push_back(Arc::clone(version));
            self.live.push(version);
        }
    }

    fn retire(&mut self, which: impl Fn(&DataVersion) -> bool) {
        for version in self.versions.iter_mut().filter(|it| it.is_live() && which(it)) {
            Arc::make_mut(version).standing = Standing::Superseded;
        }
        self.live = LiveVersions::of(self.versions.iter());
        self.forget_old_rows();
    }

    /// The rows of the versions that count.
    pub fn live_tables(&self) -> impl Iterator<Item = &Table> {
        self.live.parts().iter().map(|(_, table)| table)
    }

    pub fn has_history(&self) -> bool {
        self.versions.iter().any(|it| !it.is_live() && it.table.is_some())
    }

    /// Gives up the rows of all versions that no longer count.
    pub fn forget_history(&mut self) {
        for version in self.versions.iter_mut().filter(|it| !it.is_live() && it.table.is_some()) {
            Arc::make_mut(version).table = None;
        }
    }

    /// Gives up the rows of the oldest versions that no longer count.
    pub(super) fn forget_old_rows(&mut self) {
        let mut kept = 0;
        for version in self.versions.iter_mut().rev().filter(|it| !it.is_live()) {
            kept += version.table.as_ref().map_or(0, Table::bytes);
            let is_paid = version.table.as_ref().is_none_or(Table::is_paid);
            if (kept > HISTORY_BYTES_MAX || !is_paid) && version.table.is_some() {
                Arc::make_mut(version).table = None;
            }
        }
    }
}
