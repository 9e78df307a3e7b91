//! The arguments of a function as MySQL takes them: text, numbers and moments out of whatever is there, or null.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray, TimestampMillisecondArray,
    UInt32Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};

use super::array_values::{leading_whole, to_moments, to_numbers, to_text};
use super::datetime::DateTime;
use super::string_builder::{self, Texts};
use crate::engine::interrupt::Beat;
use crate::engine::overflow::Overflow;

/// A constant is an array of one value, read for every row.
#[derive(Debug)]
pub(super) struct Args<'a> {
    arrays: Vec<(ArrayRef, bool)>,
    /// 1 where every argument is a constant.
    pub(super) rows: usize,
    all_constant: bool,
    pool: &'a Arc<dyn MemoryPool>,
    overflow: &'a Overflow,
}

/// The values of an argument, by row.
pub(super) struct Column<A> {
    array: A,
    constant: bool,
}

impl<'a> Args<'a> {
    pub(super) fn new(
        args: &ScalarFunctionArgs,
        pool: &'a Arc<dyn MemoryPool>,
        overflow: &'a Overflow,
    ) -> Result<Self> {
        let arrays = args
            .args
            .iter()
            .map(|it| match it {
                ColumnarValue::Array(array) => Ok((Arc::clone(array), false)),
                ColumnarValue::Scalar(scalar) => Ok((scalar.to_array()?, true)),
            })
            .collect::<Result<Vec<_>>>()?;
        let all_constant = !arrays.is_empty() && arrays.iter().all(|(_, constant)| *constant);
        Ok(Self {
            arrays,
            rows: if all_constant { 1 } else { args.number_rows },
            all_constant,
            pool,
            overflow,
        })
    }

    pub(super) fn all_constant(&self) -> bool {
        self.all_constant
    }

    /// A LONG of the result has overflowed.
    pub(super) fn note_overflow(&self) {
        self.overflow.note();
    }

    pub(super) fn len(&self) -> usize {
        self.arrays.len()
    }

    pub(super) fn kind(&self, index: usize) -> &DataType {
        self.arrays[index].0.data_type()
    }

    /// The argument as it is.
    pub(super) fn raw(&self, index: usize) -> (&ArrayRef, bool) {
        let (array, constant) = &self.arrays[index];
        (array, *constant)
    }

    /// The argument with a value for each row, a constant's too.
    pub(super) fn whole(&self, index: usize) -> Result<ArrayRef> {
        self.spread(index, Arc::clone(&self.arrays[index].0))
    }

    /// What was made of an argument, with a value for each row.
    pub(super) fn spread(&self, index: usize, array: ArrayRef) -> Result<ArrayRef> {
        if !self.arrays[index].1 || array.len() == self.rows {
            return Ok(array);
        }
        let first = UInt32Array::from(vec![0; self.rows]);
        Ok(datafusion::arrow::compute::take(&array, &first, None)?)
    }

    pub(super) fn is_null(&self, index: usize, row: usize) -> bool {
        let (array, constant) = &self.arrays[index];
        *array.data_type() == DataType::Null || array.is_null(if *constant { 0 } else { row })
    }

    pub(super) fn text(&self, index: usize) -> Result<Column<StringArray>> {
        let (array, constant) = &self.arrays[index];
        Ok(Column { array: to_text(array)?, constant: *constant })
    }

    pub(super) fn texts(&self, from: usize) -> Result<Vec<Column<StringArray>>> {
        (from..self.len()).map(|it| self.text(it)).collect()
    }

    pub(super) fn number(&self, index: usize) -> Result<Column<Float64Array>> {
        let (array, constant) = &self.arrays[index];
        Ok(Column { array: to_numbers(array)?, constant: *constant })
    }

    /// Whole numbers. A DOUBLE is rounded to the even one as the C library does; a DECIMAL, and so a literal, half away
    /// from zero; a text is cut. MySQL's manual, "Rounding Behavior".
    pub(super) fn long(&self, index: usize) -> Result<Column<Int64Array>> {
        let (array, constant) = &self.arrays[index];
        let kind = array.data_type();
        if kind.is_integer() || *kind == DataType::Boolean {
            let array = cast(array, &DataType::Int64)?.as_primitive().clone();
            return Ok(Column { array, constant: *constant });
        }
        let whole = match kind {
            DataType::Float64 if !constant => |it: f64| it.round_ties_even() as i64,
            _ => |it: f64| it.round() as i64,
        };
        let array = if kind.is_string() {
            to_text(array)?.iter().map(|it| it.map(leading_whole)).collect()
        } else {
            to_numbers(array)?.iter().map(|it| it.map(whole)).collect()
        };
        Ok(Column { array, constant: *constant })
    }

    /// A number for each row's date or datetime.
    pub(super) fn longs_of_moments(
        &self,
        index: usize,
        of: impl Fn(DateTime) -> i64,
    ) -> Result<ArrayRef> {
        let (array, constant) = self.raw(index);
        match array.as_primitive_opt::<Date32Type>() {
            // Without a column of milliseconds in between.
            Some(days) if !constant => {
                let long = |it: i32| of(DateTime::of_days(i64::from(it)));
                Ok(Arc::new(Int64Array::from_unary(days, long)))
            }
            _ => self.moment(index)?.longs(self.rows, of),
        }
    }

    /// Dates and datetimes, and what can be read as one.
    pub(super) fn moment(&self, index: usize) -> Result<Column<TimestampMillisecondArray>> {
        let (array, constant) = &self.arrays[index];
        Ok(Column { array: to_moments(array)?, constant: *constant })
    }

    /// Whether the function may make a value of so many bytes: asked before it is made.
    pub(super) fn fits(&self, bytes: usize) -> Result<()> {
        string_builder::fits(bytes, self.all_constant)
    }

    /// Text made row by row; `make` says no for null.
    pub(super) fn make_text(
        &self,
        mut make: impl FnMut(usize, &mut String) -> Option<()>,
    ) -> Result<ArrayRef> {
        self.try_make_text(|row, out| Ok(make(row, out)))
    }

    /// As [`Self::make_text`], where a row may be refused.
    pub(super) fn try_make_text(
        &self,
        mut make: impl FnMut(usize, &mut String) -> Result<Option<()>>,
    ) -> Result<ArrayRef> {
        let mut texts = Texts::new(self.rows, self.all_constant, self.pool);
        let (mut value, mut beat) = (String::new(), Beat::default());
        for row in 0..self.rows {
            value.clear();
            let outcome = make(row, &mut value)?;
            texts.push(outcome.map(|()| value.as_str()))?;
            beat.tick(value.len())?;
        }
        texts.finish()
    }

    pub(super) fn make_long(&self, mut make: impl FnMut(usize) -> Option<i64>) -> Result<ArrayRef> {
        self.try_make_long(|row| Ok(make(row)))
    }

    /// As [`Self::make_long`], where a row may be refused.
    pub(super) fn try_make_long(
        &self,
        mut make: impl FnMut(usize) -> Result<Option<i64>>,
    ) -> Result<ArrayRef> {
        let mut beat = Beat::default();
        let long = |row| beat.tick(0).and_then(|()| make(row));
        Ok(Arc::new((0..self.rows).map(long).collect::<Result<Int64Array>>()?))
    }

    /// What is no number becomes null; what is too large for one is an error.
    pub(super) fn make_number(
        &self,
        mut make: impl FnMut(usize) -> Option<f64>,
    ) -> Result<ArrayRef> {
        let mut too_large = false;
        let number = |row| {
            // Not -0.0 either.
            let number = make(row).filter(|it| !it.is_nan()).map(|it| it + 0.0);
            too_large |= number.is_some_and(f64::is_infinite);
            number
        };
        let numbers: Float64Array = (0..self.rows).map(number).collect();
        if too_large {
            return Err(DataFusionError::Execution(
                "a result is too large for a DOUBLE".to_owned(),
            ));
        }
        Ok(Arc::new(numbers))
    }

    pub(super) fn make_moment(
        &self,
        mut make: impl FnMut(usize) -> Option<DateTime>,
    ) -> Result<ArrayRef> {
        let millis = |row| make(row).map(DateTime::millis);
        Ok(Arc::new((0..self.rows).map(millis).collect::<TimestampMillisecondArray>()))
    }

    pub(super) fn make_date(
        &self,
        mut make: impl FnMut(usize) -> Option<DateTime>,
    ) -> Result<ArrayRef> {
        let days = |row| make(row).and_then(|it| i32::try_from(it.days()).ok());
        Ok(Arc::new((0..self.rows).map(days).collect::<datafusion::arrow::array::Date32Array>()))
    }
}

impl Column<StringArray> {
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        let row = if self.constant { 0 } else { row };
        self.array.is_valid(row).then(|| self.array.value(row))
    }

    /// The one value of a constant that is not null.
    pub(super) fn constant(&self) -> Option<&str> {
        if self.constant { self.get(0) } else { None }
    }
}

impl Column<Float64Array> {
    pub(super) fn get(&self, row: usize) -> Option<f64> {
        let row = if self.constant { 0 } else { row };
        self.array.is_valid(row).then(|| self.array.value(row))
    }
}

impl Column<Int64Array> {
    pub(super) fn get(&self, row: usize) -> Option<i64> {
        let row = if self.constant { 0 } else { row };
        self.array.is_valid(row).then(|| self.array.value(row))
    }
}

impl Column<TimestampMillisecondArray> {
    pub(super) fn get(&self, row: usize) -> Option<DateTime> {
        let row = if self.constant { 0 } else { row };
        self.array.is_valid(row).then(|| DateTime::of_millis(self.array.value(row)))
    }

    /// A number for each of so many moments. All are computed, those under a null too: looking first takes longer.
    pub(super) fn longs(&self, rows: usize, of: impl Fn(DateTime) -> i64) -> Result<ArrayRef> {
        if self.constant {
            let long = self.get(0).map(of);
            return Ok(Arc::new(Int64Array::from(vec![long; rows])));
        }
        Ok(Arc::new(Int64Array::from_unary(&self.array, |it| of(DateTime::of_millis(it)))))
    }
}
