//! Three-stage CSV uploads, and the row that is appended in one call.

use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};

use super::{Instance, Need};
use crate::domain::dataset::{Commit, Dataset};
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UploadId, UserId};
use crate::domain::upload::{NewRows, Part, UpdateMethod, UploadIntent};
use crate::domain::version::DataVersion;
use crate::engine::{CsvFormat, Header};

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

impl Instance {
    /// Stage 1: hands out an upload id. Nothing is visible to readers until the commit.
    pub fn start_upload(
        &self,
        by: UserId,
        dataset: DatasetId,
        intent: UploadIntent,
    ) -> Result<(UploadId, i64)> {
        let world = self.world();
        world.dataset_for(by, dataset, Need::Edit)?;
        let now = world.clock.now();
        let id = world.datasets.update(dataset, |it| it.start_upload(intent, now))?;
        Ok((id, now.millis()))
    }

    /// Stage 2: reads a part while it arrives. What is wrong with its rows is told at the commit.
    pub async fn put_part<E>(
        &self,
        by: UserId,
        dataset: DatasetId,
        (upload, number): (UploadId, u32),
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), PartError<E>> {
        let world = self.world();
        let before = world.dataset_for(by, dataset, Need::Edit)?;
        before.open_upload(upload)?;
        let part = self.read_part(&before, body).await.map_err(PartError::Body)?;
        Ok(world.datasets.update(dataset, |it| it.put_part(upload, number, part))?)
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
        by: UserId,
        dataset: DatasetId,
        upload: UploadId,
        (intent, index): (UploadIntent, bool),
    ) -> Result<Arc<DataVersion>> {
        let world = self.world();
        loop {
            let before = world.dataset_for(by, dataset, Need::Edit)?;
            let commit = self.assemble_upload(&before, upload, &intent).await?;
            let change = |it: &mut Dataset, now| it.commit(&commit, now);
            let outcome = if index {
                let outcome = self.change_and_index(&world, dataset, &[], change).await;
                outcome.map(|(version, _)| version)
            } else {
                let now = world.clock.now();
                world.datasets.update(dataset, |it| change(it, now))
            };
            if !matches!(outcome, Err(Error::Overtaken(_))) {
                return outcome;
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
        Ok(commit)
    }

    /// Appends rows as a version of their own, and indexes it.
    pub async fn append_rows(
        &self,
        by: UserId,
        dataset: DatasetId,
        rows: NewRows,
    ) -> Result<(UploadId, i64)> {
        let world = self.world();
        let before = world.dataset_for(by, dataset, Need::Edit)?;
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
        let append = |it: &mut Dataset, now| {
            let upload = it.start_upload(intent.clone(), now)?;
            let (intent, table) = (intent.clone(), table.clone());
            it.commit(&Commit { upload, intent, table, csv_bytes, merged_with: None }, now)
        };
        let (version, _) = self.change_and_index(&world, dataset, &[], append).await?;
        Ok((version.id, version.requested_at.millis()))
    }
}
