//! Values of one column, gathered until they fill a batch.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMillisecondArray,
};
use datafusion::arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::error::ArrowError;

use super::infer::has_leading_zero;
use super::{Unreadable, moments, numbers};
use crate::engine::types::{ColumnType, DECIMAL_PRECISION, DECIMAL_SCALE};

/// Grows by a value at a time, and is emptied into an array.
#[derive(Debug)]
pub(crate) struct ColumnBuilder {
    values: Values,
    /// Which values are no nulls; empty as long as all are none.
    validity: Vec<bool>,
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
        Self { values, validity: Vec::new() }
    }

    /// Reads a value in UTF-8. Empty text is null in every column but one of strings.
    #[inline]
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<(), Unreadable> {
        let is_valid = match &mut self.values {
            Values::Text { bytes, ends } => {
                bytes.extend_from_slice(text);
                ends.push(bytes.len() as i32);
                true
            }
            Values::Long(values) => put(values, numbers::long(text)?),
            Values::Double(values) => put(values, numbers::double(text)?),
            Values::Decimal(values) => put(values, numbers::decimal(text)?),
            Values::Date(values) => put(values, moments::date(text)?),
            Values::DateTime(values) => put(values, moments::date_time(text)?),
        };
        if !(is_valid && self.validity.is_empty()) {
            self.note(is_valid);
        }
        Ok(())
    }

    pub(crate) fn push_null(&mut self) {
        match &mut self.values {
            Values::Text { bytes, ends } => ends.push(bytes.len() as i32),
            Values::Long(values) | Values::DateTime(values) => values.push(0),
            Values::Double(values) => values.push(0.0),
            Values::Decimal(values) => values.push(0),
            Values::Date(values) => values.push(0),
        }
        self.note(false);
    }

    /// Remembers whether the last value is none; all before the first null were some.
    fn note(&mut self, is_valid: bool) {
        if self.validity.is_empty() {
            self.validity.resize(self.len() - 1, true);
        }
        self.validity.push(is_valid);
    }

    /// Whether the value pushed last would have its column inferred as one of this type.
    pub(super) fn is_as_inferred(&self, value: &[u8]) -> bool {
        let is_some = self.validity.last().copied().unwrap_or(true);
        match self.values {
            Values::Text { .. } => true,
            Values::Long(_) | Values::Double(_) => is_some && !has_leading_zero(value),
            Values::Decimal(_) | Values::Date(_) | Values::DateTime(_) => is_some,
        }
    }

    fn len(&self) -> usize {
        match &self.values {
            Values::Text { ends, .. } => ends.len(),
            Values::Long(it) | Values::DateTime(it) => it.len(),
            Values::Double(it) => it.len(),
            Values::Decimal(it) => it.len(),
            Values::Date(it) => it.len(),
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
        values + self.validity.capacity()
    }

    /// All values as an array, which leaves the builder empty.
    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let nulls = (!self.validity.is_empty()).then(|| NullBuffer::from(self.validity.as_slice()));
        self.validity.clear();
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

fn put<T: Default>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let is_valid = value.is_some();
    values.push(value.unwrap_or_default());
    is_valid
}

/// The values without spare room; the next batch will have as many.
fn taken<T: datafusion::arrow::datatypes::ArrowNativeType>(values: &mut Vec<T>) -> ScalarBuffer<T> {
    let next = Vec::with_capacity(values.len());
    let mut full = std::mem::replace(values, next);
    full.shrink_to_fit();
    ScalarBuffer::from(full)
}
