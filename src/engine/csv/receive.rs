//! A body that arrives → a table, parsed off the async threads.

use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::{CsvError, CsvFormat, CsvParser};
use crate::engine::Engine;
use crate::engine::table::Table;
use crate::engine::types::Column;

/// Chunks that wait for the parser; a body that comes faster waits with its sender.
const CHUNKS_WAITING_MAX: usize = 4;

impl Engine {
    /// Parses a CSV while it arrives. The outer error is the stream's own: the rest of the body never came.
    ///
    /// After a mistake in the CSV the body is still read to its end, and forgotten, so that its sender gets an answer.
    pub async fn read_csv<E>(
        &self,
        columns: Arc<[Column]>,
        format: CsvFormat,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Result<Table, CsvError>, E> {
        let mut parser = CsvParser::new(columns, format, &self.budgets().uploads);
        let (chunks, mut waiting) = mpsc::channel::<Bytes>(CHUNKS_WAITING_MAX);
        // A task and no thread: most of the time of an upload is its sender's.
        let parsing = self.workers().spawn(async move {
            while let Some(chunk) = waiting.recv().await {
                parser.push(&chunk)?;
            }
            parser.finish()
        });
        let sending = async move {
            while let Some(chunk) = body.next().await {
                // A parser that has met a mistake takes no more.
                chunks.send(chunk?).await.ok();
            }
            Ok(())
        };
        let (sent, parsed) = tokio::join!(sending, parsing);
        let parsed = parsed.unwrap_or_else(|it| std::panic::resume_unwind(it.into_panic()));
        sent.map(|()| parsed)
    }
}
