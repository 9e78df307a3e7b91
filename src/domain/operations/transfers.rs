//! A whole CSV in one call, and back: no SQL in between.

use std::sync::Arc;

use bytes::Bytes;
use futures::Stream;

use super::uploads::PartError;
use crate::domain::dataset::Dataset;
use crate::domain::error::{Error, Result};
use crate::domain::ids::{DatasetId, UploadId};
use crate::domain::permission::Need;
use crate::domain::session::Session;
use crate::domain::upload::{UpdateMethod, UploadIntent};
use crate::domain::version::DataVersion;
use crate::engine::{Export, Table};

/// Which rows of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// What queries see.
    Indexed,
    /// All that belongs to the dataset, indexed or not.
    Latest,
    /// What belonged to it when this version was committed.
    AsOf(UploadId),
    /// The rows of this version alone.
    Only(UploadId),
}

impl Session {
    /// The same as [`Self::import`], for a dataset that takes its rows over the API and not from a connector:
    /// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/Connectors/API-Data-Connection/managing-datasets.md>
    pub async fn import_over_api<E>(
        &self,
        dataset: DatasetId,
        method: UpdateMethod,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Arc<DataVersion>, PartError<E>> {
        let before = self.read(dataset, Need::Edit)?;
        if before.stream.as_ref().is_some_and(|it| !it.transport.is_api()) {
            let problem = "a connector feeds this dataset, and only one that was made through the API takes rows through it";
            return Err(Error::invalid("dataset", problem).into());
        }
        self.import(dataset, method, body).await
    }

    /// Reads a CSV while it arrives, makes a version of it and indexes that. Readers see all of it or nothing.
    pub async fn import<E>(
        &self,
        dataset: DatasetId,
        method: UpdateMethod,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Arc<DataVersion>, PartError<E>> {
        let before = self.read(dataset, Need::Edit)?;
        let part = self.read_part(&before, body).await.map_err(PartError::Body)?;
        let refused = |it: Arc<crate::engine::CsvError>| Error::Csv {
            dataset,
            part: 1,
            source: it.as_ref().clone(),
        };
        let table = part.content.map_err(refused)?;
        let intent = UploadIntent { method: Some(method), ..UploadIntent::default() };
        self.keep_rows(&before, &table, method == UpdateMethod::Replace)?;
        let append = |it: &mut Dataset, now| it.append(&intent, &table, part.csv_bytes, now);
        Ok(self.change_and_index(dataset, &[], append).await?.value.0)
    }

    /// The first `limit` rows, in the order in which they came.
    pub async fn export(&self, dataset: DatasetId, which: Which, limit: u64) -> Result<Export> {
        let found = self.read(dataset, Need::View)?;
        let moment = &found.moment;
        // Policies are filters on what is indexed; stored rows have none, so they are all or nothing.
        if which != Which::Indexed && found.is_filtered_for(moment.user, &moment.directory) {
            let action = "see stored rows past the policies of this dataset";
            return Err(Error::Forbidden { user: moment.user, action });
        }
        let table = match which {
            Which::Indexed => self.visible_rows(&found, &[]).await?,
            Which::Latest => self.assemble(dataset, found.index_plan(&[])?).await?,
            Which::AsOf(version) => self.as_of(&found, version).await?,
            Which::Only(version) => rows_of(found.version(version)?)?,
        };
        Ok(self.engine().export(table, limit, self.ticket()))
    }

    /// Under the schema of that version.
    async fn as_of(&self, dataset: &Dataset, version: UploadId) -> Result<Table> {
        let last = dataset.version(version)?;
        let layout = Arc::clone(rows_of(last)?.columns());
        let tables: Vec<Table> =
            dataset.live_as_of(version)?.into_iter().map(rows_of).collect::<Result<_>>()?;
        let work = move || {
            let adapted: Result<Vec<Table>, String> = tables
                .iter()
                .map(|it| it.adapt(&layout).map_err(|problem| problem.to_string()))
                .collect();
            adapted.map(|it| Table::concat(layout, &it))
        };
        let id = dataset.id;
        let assembled = self.engine().off_thread(work).await;
        assembled.map_err(|problem| Error::Conversion { dataset: id, problem })
    }
}

/// A version that no longer counts may have been forgotten.
fn rows_of(version: &DataVersion) -> Result<Table> {
    version
        .table
        .clone()
        .ok_or_else(|| Error::not_found("the stored rows of data version", version.id))
}
