//! Values of one column, gathered until they fill a batch.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMillisecondArray,
};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::error::ArrowError;

use super::scan::Field;
use super::{Unreadable, datetimes, has_leading_zero, numbers};
use crate::engine::types::{ColumnType, DECIMAL_PRECISION, DECIMAL_SCALE};

/// The fields of one column in some records of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'a> {
    block: &'a [u8],
    /// Of all columns, record by record.
    fields: &'a [Field],
    column: usize,
    width: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn new(block: &'a [u8], fields: &'a [Field], column: usize, width: usize) -> Self {
        Self { block, fields, column, width }
    }

    /// Of records that are this one column.
    pub(crate) fn all(block: &'a [u8], fields: &'a [Field]) -> Self {
        Self::new(block, fields, 0, 1)
    }

    #[inline]
    fn fields(self) -> impl Iterator<Item = Field> {
        self.fields.chunks_exact(self.width).map(move |record| record[self.column])
    }
}

/// Grows by some records at a time, and is emptied into an array.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    values: Values,
    validity: Validity,
}

#[derive(Debug)]
enum Values {
    Text { bytes: Vec<u8>, ends: Vec<i32> },
    Long(Vec<i64>),
    Double(Vec<f64>),
    Decimal(Vec<i128>),
    Date(Vec<i32>),
    DateTime(Vec<i64>),
}

/// Which values are no nulls; empty as long as all are none.
#[derive(Debug, Default)]
struct Validity(Vec<bool>);

impl Validity {
    /// Remembers that of the value behind `before` others.
    #[inline]
    fn push(&mut self, before: usize, is_valid: bool) {
        if self.0.is_empty() {
            if is_valid {
                return;
            }
            self.0.resize(before, true);
        }
        self.0.push(is_valid);
    }

    fn finish(&mut self) -> Option<NullBuffer> {
        let bits = BooleanBuffer::collect_bool(self.0.len(), |row| self.0[row]);
        self.0.clear();
        (!bits.is_empty()).then(|| NullBuffer::new(bits))
    }
}

impl ColumnBuilder {
    pub(crate) fn new(kind: ColumnType) -> Self {
        let values = match kind {
            ColumnType::String => Values::Text { bytes: Vec::new(), ends: Vec::new() },
            ColumnType::Long => Values::Long(Vec::new()),
            ColumnType::Double => Values::Double(Vec::new()),
            ColumnType::Decimal => Values::Decimal(Vec::new()),
            ColumnType::Date => Values::Date(Vec::new()),
            ColumnType::DateTime => Values::DateTime(Vec::new()),
        };
        Self { values, validity: Validity::default() }
    }

    /// Reads values in UTF-8. Empty text is null in every column but one of strings. With `only_as_inferred` a value
    /// is also refused where the column would not be inferred as one of this type for it.
    ///
    /// # Errors
    /// The first record whose value is refused.
    pub(crate) fn extend(&mut self, cells: Cells, only_as_inferred: bool) -> Result<(), usize> {
        let validity = &mut self.validity;
        let is_inferred: IsInferred = match self.values {
            Values::Long(_) | Values::Double(_) => |it, is_some| is_some && !has_leading_zero(it),
            _ => |_, is_some| is_some,
        };
        let strict = only_as_inferred.then_some(is_inferred);
        match &mut self.values {
            Values::Text { bytes, ends } => {
                copy_all(cells, bytes, ends, validity);
                Ok(())
            }
            Values::Long(values) => {
                let short = |it: &[u8; 8], len| numbers::short_long(*it, len);
                read_all(cells, values, validity, short, numbers::long, strict)
            }
            Values::Double(values) => {
                let short = |it: &[u8; 8], len| numbers::short_double(*it, len);
                read_all(cells, values, validity, short, numbers::double, strict)
            }
            Values::Decimal(values) => {
                let short = |it: &[u8; 8], len| numbers::short_decimal(*it, len);
                read_all(cells, values, validity, short, numbers::decimal, strict)
            }
            Values::Date(values) => {
                read_all(cells, values, validity, datetimes::short_date, datetimes::date, strict)
            }
            Values::DateTime(values) => {
                let (short, long) = (datetimes::short_date_time, datetimes::date_time);
                read_all(cells, values, validity, short, long, strict)
            }
        }
    }

    /// Bytes of memory that the builder has reserved.
    pub(super) fn bytes(&self) -> usize {
        let values = match &self.values {
            Values::Text { bytes, ends } => bytes.capacity() + ends.capacity() * size_of::<i32>(),
            Values::Long(it) | Values::DateTime(it) => it.capacity() * size_of::<i64>(),
            Values::Double(it) => it.capacity() * size_of::<f64>(),
            Values::Decimal(it) => it.capacity() * size_of::<i128>(),
            Values::Date(it) => it.capacity() * size_of::<i32>(),
        };
        values + self.validity.0.capacity()
    }

    /// All values as an array, which leaves the builder empty.
    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let nulls = self.validity.finish();
        Ok(match &mut self.values {
            Values::Text { bytes, ends } => {
                let mut offsets = Vec::with_capacity(ends.len() + 1);
                offsets.push(0);
                offsets.append(ends);
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                let text = Buffer::from_slice_ref(&*bytes);
                bytes.clear();
                Arc::new(StringArray::try_new(offsets, text, nulls)?)
            }
            Values::Long(values) => Arc::new(Int64Array::try_new(taken(values), nulls)?),
            Values::Double(values) => Arc::new(Float64Array::try_new(taken(values), nulls)?),
            Values::Decimal(values) => Arc::new(
                Decimal128Array::try_new(taken(values), nulls)?
                    .with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)?,
            ),
            Values::Date(values) => Arc::new(Date32Array::try_new(taken(values), nulls)?),
            Values::DateTime(values) => {
                Arc::new(TimestampMillisecondArray::try_new(taken(values), nulls)?)
            }
        })
    }
}

/// Whether a value, which is some or none, would have its column inferred as one of the column's type.
type IsInferred = fn(&[u8], bool) -> bool;

/// `short` reads the value at the beginning of so many bytes, if it is one of the common form.
#[inline]
fn read_all<T: Copy + Default, const N: usize>(
    cells: Cells,
    values: &mut Vec<T>,
    validity: &mut Validity,
    short: impl Fn(&[u8; N], usize) -> Option<T>,
    long: impl Fn(&[u8]) -> Result<Option<T>, Unreadable>,
    is_inferred: Option<IsInferred>,
) -> Result<(), usize> {
    let mut scratch = Vec::new();
    for (row, field) in cells.fields().enumerate() {
        let mut value = None;
        if !field.is_null(cells.block) {
            value = field.beginning(cells.block).and_then(|it| short(it, field.len()));
            if value.is_none() {
                value = long(field.value(cells.block, &mut scratch)).map_err(|Unreadable| row)?;
            }
            if let Some(is_inferred) = is_inferred
                && !is_inferred(field.value(cells.block, &mut scratch), value.is_some())
            {
                return Err(row);
            }
        }
        validity.push(values.len(), value.is_some());
        values.push(value.unwrap_or_default());
    }
    Ok(())
}

#[inline]
fn copy_all(cells: Cells, bytes: &mut Vec<u8>, ends: &mut Vec<i32>, validity: &mut Validity) {
    /// Most texts are no longer: these are copied without a call.
    const SHORT: usize = 16;
    let mut scratch = Vec::new();
    let mut end = bytes.len();
    bytes.resize(end + cells.fields().map(Field::len).sum::<usize>() + SHORT, 0);
    for field in cells.fields() {
        let is_valid = !field.is_null(cells.block);
        if is_valid {
            let room = bytes[end..].first_chunk_mut::<SHORT>();
            if let (Some(short), Some(room)) = (field.beginning(cells.block), room) {
                *room = *short;
                end += field.len();
            } else {
                let text = field.value(cells.block, &mut scratch);
                bytes[end..end + text.len()].copy_from_slice(text);
                end += text.len();
            }
        }
        validity.push(ends.len(), is_valid);
        ends.push(end as i32);
    }
    bytes.truncate(end);
}

/// The values without spare room; the next batch will have as many.
fn taken<T: datafusion::arrow::datatypes::ArrowNativeType>(values: &mut Vec<T>) -> ScalarBuffer<T> {
    let next = Vec::with_capacity(values.len());
    let mut full = std::mem::replace(values, next);
    full.shrink_to_fit();
    ScalarBuffer::from(full)
}
