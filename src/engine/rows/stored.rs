//! The rows of a table as they are stored, without a query.

use bytes::Bytes;
use datafusion::arrow::record_batch::RecordBatch;
use futures::{Stream, stream};

use super::encode::Encoder;
use super::{Chunk, RowFormat};
use crate::engine::error::SqlError;
use crate::engine::table::Table;

/// Rows that are encoded in one go.
const SLICE_ROWS: usize = 8_192;

/// Encoded on threads that answer no requests, slice by slice, as fast as the reader reads.
pub(super) fn chunks(
    table: Table,
    limit: u64,
    format: RowFormat,
) -> impl Stream<Item = Result<Chunk, SqlError>> + Send + 'static {
    let encoder = Encoder::new(table.columns(), format);
    let slices = slices(&table, limit).into_iter();
    // The table is held until the last slice is written, because its memory is paid for as long.
    stream::unfold((slices, encoder, table), move |(mut slices, encoder, table)| async move {
        let slice = slices.next()?;
        match tokio::task::spawn_blocking(move || encoded(&slice, encoder)).await {
            Ok((chunk, encoder)) => Some((Ok(chunk), (slices, encoder, table))),
            Err(failure) => {
                let rest = Vec::new().into_iter();
                let encoder = Encoder::new(table.columns(), format);
                Some((Err(SqlError::Internal(Box::new(failure))), (rest, encoder, table)))
            }
        }
    })
}

/// References into the table's batches.
fn slices(table: &Table, limit: u64) -> Vec<RecordBatch> {
    let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut slices = Vec::new();
    for batch in table.batches() {
        let rows = batch.num_rows().min(left);
        left -= rows;
        let cut = (0..rows).step_by(SLICE_ROWS);
        slices.extend(cut.map(|from| batch.slice(from, SLICE_ROWS.min(rows - from))));
    }
    slices
}

fn encoded(slice: &RecordBatch, mut encoder: Encoder) -> (Chunk, Encoder) {
    let mut bytes = Vec::new();
    encoder.encode(slice, &mut bytes);
    (Chunk { bytes: Bytes::from(bytes), rows: slice.num_rows() as u64 }, encoder)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array};
    use futures::TryStreamExt;

    use super::*;
    use crate::engine::types::{Column, ColumnType, arrow_schema};

    #[tokio::test]
    async fn stored_rows_come_in_their_order_up_to_the_limit() {
        let columns: Arc<[Column]> = Arc::new([Column::new("n", ColumnType::Long)]);
        let batch = |range: std::ops::Range<i64>| {
            let array: ArrayRef = Arc::new(Int64Array::from_iter_values(range));
            RecordBatch::try_new(arrow_schema(&columns), vec![array]).unwrap()
        };
        let batches = vec![batch(0..10_000), batch(10_000..20_000)];
        let table = Table::new(Arc::clone(&columns), batches, Vec::new());
        let written: Vec<Chunk> =
            chunks(table, 12_345, RowFormat::JsonArrays).try_collect().await.unwrap();
        assert_eq!(written.iter().map(|it| it.rows).sum::<u64>(), 12_345);
        let text: Vec<u8> = written.iter().flat_map(|it| it.bytes.to_vec()).collect();
        let expected: Vec<String> = (0..12_345).map(|it| format!("[{it}]")).collect();
        assert_eq!(String::from_utf8(text).unwrap(), expected.join(","));
    }
}
