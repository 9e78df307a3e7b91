//! The arguments of a call, read row by row as text or numbers: whatever they are, they are converted as MySQL does.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;

use super::numbers::{double_of_text, whole_of_double, whole_of_text};
use crate::engine::rows::text::CellText;

pub(super) struct Arguments<'a> {
    values: &'a [ColumnarValue],
    rows: usize,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(values: &'a [ColumnarValue], rows: usize) -> Self {
        Self { values, rows }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// One row is enough where no argument is a column.
    pub(super) fn rows(&self) -> usize {
        if self.is_constant() { 1 } else { self.rows }
    }

    pub(super) fn batch_rows(&self) -> usize {
        self.rows
    }

    /// A function without arguments is asked for every row.
    pub(super) fn is_constant(&self) -> bool {
        let scalar = |it: &ColumnarValue| matches!(it, ColumnarValue::Scalar(_));
        !self.values.is_empty() && self.values.iter().all(scalar)
    }

    pub(super) fn data_type(&self, at: usize) -> DataType {
        self.values[at].data_type()
    }

    /// The values as they are, and whether there is only one for all rows.
    pub(super) fn array(&self, at: usize) -> Result<(ArrayRef, bool)> {
        Ok(match &self.values[at] {
            ColumnarValue::Array(array) => (array.clone(), false),
            ColumnarValue::Scalar(scalar) => (scalar.to_array()?, true),
        })
    }

    pub(super) fn text(&self, at: usize) -> Result<Texts> {
        let (array, once) = self.array(at)?;
        Ok(Texts { values: texts(&array)?, once })
    }

    pub(super) fn texts(&self) -> Result<Vec<Texts>> {
        (0..self.len()).map(|at| self.text(at)).collect()
    }

    pub(super) fn double(&self, at: usize) -> Result<Doubles> {
        let (array, once) = self.array(at)?;
        Ok(Doubles { values: doubles(&array)?, once })
    }

    pub(super) fn whole(&self, at: usize) -> Result<Wholes> {
        let (array, once) = self.array(at)?;
        Ok(Wholes { values: wholes(&array)?, once })
    }

    /// An argument that may be left out.
    pub(super) fn whole_or(&self, at: usize, otherwise: i64) -> Result<Wholes> {
        if at < self.len() {
            return self.whole(at);
        }
        Ok(Wholes { values: Int64Array::from(vec![otherwise]), once: true })
    }

    pub(super) fn text_or(&self, at: usize, otherwise: &str) -> Result<Texts> {
        if at < self.len() {
            return self.text(at);
        }
        Ok(Texts { values: StringArray::from(vec![otherwise]), once: true })
    }
}

pub(super) struct Texts {
    values: StringArray,
    once: bool,
}

impl Texts {
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        let row = if self.once { 0 } else { row };
        self.values.is_valid(row).then(|| self.values.value(row))
    }
}

pub(super) struct Doubles {
    values: Float64Array,
    once: bool,
}

impl Doubles {
    pub(super) fn get(&self, row: usize) -> Option<f64> {
        let row = if self.once { 0 } else { row };
        self.values.is_valid(row).then(|| self.values.value(row))
    }
}

pub(super) struct Wholes {
    values: Int64Array,
    once: bool,
}

impl Wholes {
    pub(super) fn get(&self, row: usize) -> Option<i64> {
        let row = if self.once { 0 } else { row };
        self.values.is_valid(row).then(|| self.values.value(row))
    }
}

/// A date is `2024-01-31`, an instant `2024-01-31 13:05:09`, a truth 1 or 0.
fn texts(array: &ArrayRef) -> Result<StringArray> {
    match array.data_type() {
        DataType::Utf8 => return Ok(array.as_string::<i32>().clone()),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => {
            return Ok(converted(array, &DataType::Utf8)?.as_string::<i32>().clone());
        }
        DataType::Dictionary(_, inner) if inner.is_string() => {
            return Ok(converted(array, &DataType::Utf8)?.as_string::<i32>().clone());
        }
        other if other.is_nested() => return exec_err!("a list or structure is no text"),
        _ => {}
    }
    let cells = CellText::new(array);
    let instants = matches!(array.data_type(), DataType::Timestamp(..));
    let mut written = Vec::with_capacity(32);
    let mut texts = datafusion::arrow::array::StringBuilder::with_capacity(
        array.len(),
        array.len().saturating_mul(8),
    );
    for row in 0..array.len() {
        if cells.is_null(row) {
            texts.append_null();
            continue;
        }
        written.clear();
        cells.write(row, &mut written);
        if instants && let Some(at) = written.iter().position(|it| *it == b'T') {
            written[at] = b' ';
        }
        texts.append_value(std::str::from_utf8(&written).unwrap_or_default());
    }
    Ok(texts.finish())
}

/// A text counts as the number that it begins with, a date as its digits.
pub(super) fn doubles(array: &ArrayRef) -> Result<Float64Array> {
    Ok(match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().clone(),
        it if is_spelt(it) => each_text(array, double_of_text)?,
        _ => converted(array, &DataType::Float64)?.as_primitive::<Float64Type>().clone(),
    })
}

/// Halves are rounded away from zero; what is too large is the largest.
pub(super) fn wholes(array: &ArrayRef) -> Result<Int64Array> {
    Ok(match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().clone(),
        it if is_spelt(it) => {
            let texts = digits(array)?;
            texts.iter().map(|it| it.map(whole_of_text)).collect()
        }
        it if it.is_floating() || it.is_decimal() => {
            doubles(array)?.iter().map(|it| it.map(whole_of_double)).collect()
        }
        _ => converted(array, &DataType::Int64)?.as_primitive::<Int64Type>().clone(),
    })
}

fn is_spelt(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, inner) => inner.is_string(),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => true,
        it => it.is_string(),
    }
}

fn each_text(array: &ArrayRef, read: fn(&str) -> f64) -> Result<Float64Array> {
    Ok(digits(array)?.iter().map(|it| it.map(read)).collect())
}

/// Texts as they are, dates without what stands between their digits: `20240131130509`.
fn digits(array: &ArrayRef) -> Result<StringArray> {
    let texts = texts(array)?;
    if matches!(array.data_type(), DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) {
        let plain = |it: &str| it.replace(['-', ' ', ':'], "");
        return Ok(texts.iter().map(|it| it.map(plain)).collect());
    }
    Ok(texts)
}

fn converted(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    Ok(cast_with_options(array, to, &options)?)
}
