//! Text columns while they are made: bounded for each value and each batch, and paid for out of the queries' memory.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::{ArrayRef, NullBufferBuilder, StringArray};
use datafusion::arrow::buffer::{Buffer, OffsetBuffer};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};

/// Bytes of one value that a function may make.
const VALUE_BYTES_MAX: usize = 16 << 20;
/// Bytes of all values of a batch.
pub(super) const BATCH_BYTES_MAX: usize = 256 << 20;
/// Bytes of a value made of constants: the engine copies it into every row of a batch.
const CONSTANT_BYTES_MAX: usize = BATCH_BYTES_MAX / crate::engine::types::BATCH_ROWS;
/// Memory is paid for in steps of so many bytes; a column below the first costs nothing.
const STEP_BYTES: usize = 1 << 20;

/// A text column that grows row by row.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    values: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
    value_bytes_max: usize,
    pool: &'a Arc<dyn MemoryPool>,
    paid: Option<MemoryReservation>,
}

impl<'a> Texts<'a> {
    pub(super) fn new(rows: usize, is_constant: bool, pool: &'a Arc<dyn MemoryPool>) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            values: Vec::with_capacity(rows * 8),
            offsets,
            nulls: NullBufferBuilder::new(rows),
            value_bytes_max: value_bytes_max(is_constant),
            pool,
            paid: None,
        }
    }

    pub(super) fn push(&mut self, value: Option<&str>) -> Result<()> {
        if let Some(value) = value {
            let bytes = self.values.len() + value.len();
            if value.len() > self.value_bytes_max || bytes > BATCH_BYTES_MAX {
                return Err(too_long(self.value_bytes_max));
            }
            self.pay(bytes)?;
            self.values.extend_from_slice(value.as_bytes());
        }
        self.offsets.push(self.values.len() as i32);
        self.nulls.append(value.is_some());
        Ok(())
    }

    fn pay(&mut self, bytes: usize) -> Result<()> {
        let wanted = bytes / STEP_BYTES * STEP_BYTES;
        if wanted == 0 {
            return Ok(());
        }
        let paid = self.paid.get_or_insert_with(|| MemoryConsumer::new("text").register(self.pool));
        paid.try_grow(wanted.saturating_sub(paid.size()))
    }

    /// What was paid is given back with the last reader of the column.
    pub(super) fn finish(mut self) -> Result<ArrayRef> {
        let values = match self.paid {
            None => Buffer::from_vec(self.values),
            Some(paid) => {
                Buffer::from(Bytes::from_owner(Paid { values: self.values, _paid: paid }))
            }
        };
        let offsets = OffsetBuffer::new(self.offsets.into());
        Ok(Arc::new(StringArray::try_new(offsets, values, self.nulls.finish())?))
    }
}

struct Paid {
    values: Vec<u8>,
    _paid: MemoryReservation,
}

impl AsRef<[u8]> for Paid {
    fn as_ref(&self) -> &[u8] {
        &self.values
    }
}

fn value_bytes_max(is_constant: bool) -> usize {
    if is_constant { CONSTANT_BYTES_MAX } else { VALUE_BYTES_MAX }
}

/// Whether a value of so many bytes may be made.
pub(super) fn fits(bytes: usize, is_constant: bool) -> Result<()> {
    let bytes_max = value_bytes_max(is_constant);
    if bytes > bytes_max { Err(too_long(bytes_max)) } else { Ok(()) }
}

fn too_long(bytes_max: usize) -> DataFusionError {
    DataFusionError::Execution(format!("a text of more than {bytes_max} bytes is not made"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::execution::memory_pool::GreedyMemoryPool;

    #[test]
    fn a_large_column_is_paid_for_as_long_as_it_is_there() {
        let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(10 << 20));
        let value = "x".repeat(STEP_BYTES);
        let made = |count: usize| {
            let mut texts = Texts::new(count, false, &pool);
            (0..count).try_for_each(|_| texts.push(Some(&value)))?;
            texts.push(None)?;
            texts.finish()
        };
        let column = made(4).unwrap();
        assert_eq!((column.len(), column.null_count()), (5, 1));
        assert_eq!(pool.reserved(), 4 << 20);
        let slice = column.slice(1, 1);
        drop(column);
        assert!(made(7).is_err());
        assert_eq!(pool.reserved(), 4 << 20);
        drop(slice);
        assert_eq!(pool.reserved(), 0);
        assert!(made(7).is_ok());
    }
}
