//! Three-stage CSV uploads, and the row that is appended in one call.

use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};

use super::indexing::Miss;
use crate::domain::clock::Timestamp;
use crate::domain::dataset::{Commit, Dataset};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UploadId};
use crate::domain::permission::Need;
use crate::domain::session::Session;
use crate::domain::upload::{NewRows, Part, UpdateMethod, UploadIntent};
use crate::domain::version::DataVersion;
use crate::engine::{CsvFormat, Header, Table};

/// Why a part was not stored.
#[derive(Debug)]
pub enum PartError<E> {
    /// The body ended before its end.
    Body(E),
    Refused(Error),
}

impl<E> From<Error> for PartError<E> {
    fn from(refusal: Error) -> Self {
        Self::Refused(refusal)
    }
}

/// An upload, and when it was asked for.
#[derive(Clone, Copy, Debug)]
pub struct StartedUpload {
    pub id: UploadId,
    pub requested_at: Timestamp,
}

/// What an upload begins with.
#[derive(Clone, Debug)]
pub enum NewUpload {
    /// Parts follow, and a commit.
    Parts(UploadIntent),
    /// All of its rows: they are appended, committed and indexed at once.
    Rows(NewRows),
}

impl Session {
    pub async fn begin_upload(&self, dataset: DatasetId, new: NewUpload) -> Result<StartedUpload> {
        match new {
            NewUpload::Parts(intent) => self.start_upload(dataset, intent),
            NewUpload::Rows(rows) => self.append_rows(dataset, rows).await,
        }
    }

    /// Stage 1: hands out an upload id. Nothing is visible to readers until the commit.
    pub fn start_upload(&self, dataset: DatasetId, intent: UploadIntent) -> Result<StartedUpload> {
        let started =
            self.change(dataset, Need::Edit, |it, moment| it.start_upload(intent, moment.now))?;
        Ok(StartedUpload { id: started.value, requested_at: started.moment.now })
    }

    /// Stage 2: reads a part while it arrives. What is wrong with its rows is told at the commit.
    pub async fn put_part<E>(
        &self,
        dataset: DatasetId,
        upload: UploadId,
        number: u32,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), PartError<E>> {
        let before = self.read(dataset, Need::Edit)?;
        before.upload_for_part(upload)?;
        let part = self.read_part(&before, body).await.map_err(PartError::Body)?;
        self.change(dataset, Need::Edit, |it, _| it.put_part(upload, number, part))?;
        Ok(())
    }

    pub(super) async fn read_part<E>(
        &self,
        dataset: &Dataset,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Part, E> {
        let mut csv_bytes = 0;
        let counted = body.inspect(|chunk| {
            csv_bytes += chunk.as_ref().map_or(0, |it| it.len() as u64);
        });
        let columns = Arc::clone(dataset.schema.layout());
        let format = CsvFormat { delimiter: b',', header: Header::Auto };
        let content = self.engine().read_csv(columns, format, counted).await?;
        Ok(Part { schema: dataset.schema.id, content: content.map_err(Arc::new), csv_bytes })
    }

    /// Stage 3: turns the parts into a version, and indexes it where `index` is set. A refusal leaves the upload open.
    pub async fn commit_upload(
        &self,
        dataset: DatasetId,
        upload: UploadId,
        intent: &UploadIntent,
        index: bool,
    ) -> Result<Arc<DataVersion>> {
        let mut overtaken = 0;
        loop {
            let _turn = self.commit_turn(overtaken).await;
            let before = self.read(dataset, Need::Edit)?;
            let commit = self.assemble_upload(&before, upload, intent).await?;
            let change = |it: &mut Dataset, now| it.commit(&commit, now);
            let outcome = if index {
                let outcome = self.try_change_and_index(dataset, &[], change).await;
                outcome.map(|it| it.value.0)
            } else {
                let outcome = self.change(dataset, Need::Edit, |it, moment| change(it, moment.now));
                outcome.map(|it| it.value).map_err(Miss::from)
            };
            match outcome {
                Ok(version) => return Ok(version),
                Err(Miss::Refused(refusal)) => return Err(refusal),
                Err(Miss::Stale) => overtaken += 1,
            }
        }
    }

    /// Puts the parts of an upload together, and merges those of an upsert with the present rows. Where these change before
    /// the commit, that is refused as overtaken, and the caller starts over: somebody else got ahead.
    pub(super) async fn assemble_upload(
        &self,
        dataset: &Dataset,
        upload: UploadId,
        later: &UploadIntent,
    ) -> Result<Commit> {
        let mut commit = dataset.assemble(upload, later)?;
        if let Some(plan) = commit.merged_with.clone() {
            let (id, new) = (dataset.id, commit.table);
            commit.table = self.engine().off_thread(move || plan.upsert(&new, id)).await?;
        }
        // The rows of an upsert are made of those whose place they take.
        let replaces = commit.intent.resolved_method()? == UpdateMethod::Replace;
        self.keep_rows(dataset, &commit.table, replaces)?;
        Ok(commit)
    }

    /// Lets rows that become a version count as rows, and no longer as an upload. Where there is no room for them, first
    /// what is kept for nobody but those who ask for old versions gives way, then the rows whose place they take.
    pub(super) fn keep_rows(&self, dataset: &Dataset, table: &Table, replaces: bool) -> Result<()> {
        let rows = &self.engine().budgets().rows;
        let keep = || rows.take_over(table.leases().iter());
        if keep().is_ok() {
            return Ok(());
        }
        self.update(|world, _| world.forget_history())?;
        if replaces && keep().is_err() {
            for lease in dataset.live_tables().flat_map(Table::leases) {
                lease.release();
            }
        }
        Ok(keep()?)
    }

    /// Gives up an upload with its parts.
    pub fn discard_upload(&self, dataset: DatasetId, upload: UploadId) -> Result<()> {
        self.change(dataset, Need::Edit, |it, _| {
            it.open_upload(upload)?;
            it.discard_upload(upload);
            Ok(())
        })?;
        Ok(())
    }

    /// Appends rows as a version of their own, and indexes it.
    pub async fn append_rows(&self, dataset: DatasetId, rows: NewRows) -> Result<StartedUpload> {
        let before = self.read(dataset, Need::Edit)?;
        let delimiter = rows.delimiter();
        let mut csv_bytes = 0;
        let csv = rows.into_csv(&before.schema)?.map(Bytes::from);
        let body = futures::stream::iter(csv.map(Ok::<_, std::convert::Infallible>));
        let body =
            body.inspect(|piece| csv_bytes += piece.as_ref().map_or(0, |it| it.len() as u64));
        let columns = Arc::clone(before.schema.layout());
        let format = CsvFormat { delimiter, header: Header::Never };
        let table = match self.engine().read_csv(columns, format, body).await {
            Ok(content) => content.map_err(|source| Error::Csv { dataset, part: 1, source })?,
            Err(never) => match never {},
        };
        let intent = UploadIntent { method: Some(UpdateMethod::Append), ..UploadIntent::default() };
        self.keep_rows(&before, &table, false)?;
        let append = |it: &mut Dataset, now| it.append(&intent, &table, csv_bytes, now);
        let (version, _) = self.change_and_index(dataset, &[], append).await?.value;
        Ok(StartedUpload { id: version.id, requested_at: version.requested_at })
    }
}
