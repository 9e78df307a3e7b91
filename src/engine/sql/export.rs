//! The rows of a table as they are stored, without a query.

use std::time::Duration;

use super::super::error::SqlError;
use super::super::interrupt::Interrupt;
use super::super::rows::encode::{Cells, Encoder};
use super::super::rows::{CHUNK_BYTES, RowFormat, Rows};
use super::super::table::Table;
use super::super::task::{Output, Pipe, Reader, Running, Ticket};
use super::super::types::Column;
use super::stored;
use crate::engine::Engine;

/// Rows whose cells are looked at together.
const BATCH_ROWS: usize = 8_192;
/// An export takes as long as its reader reads.
const TIME_MAX: Duration = Duration::from_hours(24);

/// The first rows of a table, in its order, that nobody has asked for in a format yet.
#[derive(Debug)]
pub struct Export {
    engine: Engine,
    table: Table,
    limit: u64,
    ticket: Ticket,
}

impl Engine {
    pub fn export(&self, table: Table, limit: u64, ticket: Ticket) -> Export {
        Export { engine: self.clone(), table, limit, ticket }
    }
}

impl Export {
    pub fn columns(&self) -> &[Column] {
        self.table.columns()
    }

    /// Starts to write. It ends where its reader pauses for longer than a query may run.
    pub fn rows(self, format: RowFormat) -> Rows {
        let Self { engine, table, limit, ticket } = self;
        let interrupt = Interrupt::new(ticket.began, TIME_MAX);
        let (pipe, chunks) = Pipe::new(&engine, &interrupt, engine.limits().query_time_max);
        let columns = table.columns().to_vec();
        let running = Running::start(
            &engine,
            (interrupt, ticket.asker),
            "an export".to_owned(),
            move |turn| write(table, limit, format, pipe.output(turn)),
        );
        Rows::running(columns, Reader::new(running, chunks))
    }
}

/// The table is held until the last slice is written, because its memory is paid for as long.
async fn write(
    table: Table,
    limit: u64,
    format: RowFormat,
    output: Output,
) -> Result<(), SqlError> {
    let mut encoder = Encoder::new(table.columns(), format);
    let (mut text, mut rows) = (Vec::new(), 0);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    for slice in stored::slices(&table, (0, limit), BATCH_ROWS) {
        let mut cells = Cells::new(&slice);
        while !cells.are_written() {
            rows += encoder.write(&mut cells, CHUNK_BYTES, &mut text);
            if text.len() >= CHUNK_BYTES {
                let chunk = output.chunk(std::mem::take(&mut text), std::mem::take(&mut rows))?;
                output.send(chunk).await?;
            }
        }
    }
    if !text.is_empty() {
        output.send(output.chunk(text, rows)?).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array};
    use datafusion::arrow::record_batch::RecordBatch;
    use futures::TryStreamExt;

    use super::*;
    use crate::engine::EngineLimits;
    use crate::engine::rows::Chunk;
    use crate::engine::types::{ColumnType, arrow_schema};

    #[tokio::test]
    async fn stored_rows_come_in_their_order_up_to_the_limit() {
        let columns: Arc<[Column]> = Arc::new([Column::new("n", ColumnType::Long)]);
        let batch = |range: std::ops::Range<i64>| {
            let array: ArrayRef = Arc::new(Int64Array::from_iter_values(range));
            RecordBatch::try_new(arrow_schema(&columns), vec![array]).unwrap()
        };
        let batches = vec![batch(0..10_000), batch(10_000..20_000)];
        let table = Table::new(Arc::clone(&columns), batches, Vec::new());
        let engine = Engine::new(EngineLimits::small());
        let rows = engine.export(table, 12_345, Ticket::default()).rows(RowFormat::JsonArrays);
        let written: Vec<Chunk> = rows.into_chunks().try_collect().await.unwrap();
        assert_eq!(written.iter().map(|it| it.rows).sum::<u64>(), 12_345);
        let text: Vec<u8> = written.iter().flat_map(|it| it.bytes.to_vec()).collect();
        let expected: Vec<String> = (0..12_345).map(|it| format!("[{it}]")).collect();
        assert_eq!(String::from_utf8(text).unwrap(), expected.join(","));
    }
}
