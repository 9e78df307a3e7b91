//! The arguments of a function as MySQL takes them: text, numbers and moments out of whatever is there, or null.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DurationMillisecondArray, Float64Array, Float64Builder, Int64Array,
    StringArray, StringBuilder, TimestampMillisecondArray, UInt32Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, TimeUnit};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};

use super::SPAN;
use super::date_text;
use super::datetime::{self, DateTime};
use super::number_text;
use super::string_builder::{self, Texts};
use crate::engine::interrupt::Beat;
use crate::engine::overflow::Overflow;
use crate::engine::rows::text::CellText;

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

/// Dates and datetimes, and what can be read as one.
pub(super) fn to_moments(array: &ArrayRef) -> Result<TimestampMillisecondArray> {
    let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
    Ok(match array.data_type() {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            cast(array, &millis)?.as_primitive().clone()
        }
        kind if kind.is_numeric() => to_numbers(array)?
            .iter()
            .map(|it| it.and_then(date_text::of_number).map(DateTime::millis))
            .collect(),
        _ => to_text(array)?
            .iter()
            .map(|it| it.and_then(date_text::read).map(DateTime::millis))
            .collect(),
    })
}

/// Text as MySQL writes a value where a string is wanted.
pub(super) fn to_text(array: &ArrayRef) -> Result<StringArray> {
    match array.data_type() {
        DataType::Utf8 => return Ok(array.as_string().clone()),
        DataType::Null => return Ok(StringArray::new_null(array.len())),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
            return Ok(cast(array, &DataType::Utf8)?.as_string().clone());
        }
        _ => {}
    }
    if let Some(times) = times(array)? {
        let written = |it| {
            let mut text = String::new();
            datetime::write_time(it, &mut text);
            text
        };
        return Ok(times.iter().map(|it| it.map(written)).collect());
    }
    let cells = CellText::new(array);
    let is_moment = matches!(cells, CellText::DateTime(_));
    let (mut builder, mut bytes) =
        (StringBuilder::with_capacity(array.len(), 8 * array.len()), Vec::new());
    for row in 0..array.len() {
        if cells.is_null(row) {
            builder.append_null();
            continue;
        }
        bytes.clear();
        match &cells {
            CellText::Double(numbers) => number_text::write(numbers.value(row), &mut bytes),
            _ => cells.write(row, &mut bytes),
        }
        if is_moment && let Some(separator) = bytes.iter_mut().find(|it| **it == b'T') {
            *separator = b' ';
        }
        builder.append_value(String::from_utf8_lossy(&bytes));
    }
    Ok(builder.finish())
}

/// The milliseconds of times, where the array holds some.
fn times(array: &ArrayRef) -> Result<Option<DurationMillisecondArray>> {
    Ok(match array.data_type() {
        DataType::Duration(_) => Some(cast(array, &SPAN)?.as_primitive().clone()),
        _ => None,
    })
}

/// Numbers: text by its beginning, dates by their digits.
pub(super) fn to_numbers(array: &ArrayRef) -> Result<Float64Array> {
    let kind = array.data_type();
    if kind.is_numeric() || *kind == DataType::Boolean {
        return Ok(cast(array, &DataType::Float64)?.as_primitive().clone());
    }
    if *kind == DataType::Null {
        return Ok(Float64Array::new_null(array.len()));
    }
    if let Some(times) = times(array)? {
        return Ok(times.iter().map(|it| it.map(datetime::digits_of_time)).collect());
    }
    let is_moment = matches!(kind, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..));
    let texts = to_text(array)?;
    let mut builder = Float64Builder::with_capacity(array.len());
    for text in &texts {
        builder.append_option(text.map(|text| {
            if is_moment {
                let digits: String = text
                    .split('.')
                    .next()
                    .unwrap_or(text)
                    .chars()
                    .filter(char::is_ascii_digit)
                    .collect();
                digits.parse().unwrap_or(0.0)
            } else {
                leading_number(text)
            }
        }));
    }
    Ok(builder.finish())
}

/// The number at the beginning of a text, 0 where there is none: `'12abc'` is 12, `'-1.5e2x'` is -150.
pub(super) fn leading_number(text: &str) -> f64 {
    let text = text.trim_ascii_start();
    text[..leading_length(text)]
        .trim_start_matches('+')
        .parse::<f64>()
        .unwrap_or(0.0)
        .clamp(f64::MIN, f64::MAX)
}

/// The whole number at the beginning of a text: `'2.5'` is 2, `'1e2'` is 1. More digits than a LONG has are the nearest one.
pub(super) fn leading_whole(text: &str) -> i64 {
    let text = text.trim_ascii_start();
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    let number: i128 = text[sign..sign + digits.min(30)].parse().unwrap_or(0);
    let number = if text.starts_with('-') { -number } else { number };
    number.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// How many bytes of the text are a number that it begins with.
pub(super) fn leading_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits_from = |at: usize| bytes[at..].iter().take_while(|it| it.is_ascii_digit()).count();
    let mut end = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let whole = digits_from(end);
    end += whole;
    let mut behind = 0;
    if bytes.get(end) == Some(&b'.') {
        behind = digits_from(end + 1);
        if whole + behind > 0 {
            end += 1 + behind;
        }
    }
    if whole + behind == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = digits_from((end + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::leading_number;

    #[test]
    fn a_text_counts_by_the_number_at_its_beginning() {
        for (text, number) in [
            ("12abc", 12.0),
            ("-1.5e2x", -150.0),
            ("abc", 0.0),
            ("", 0.0),
            (" 7", 7.0),
            (".5", 0.5),
            ("1e", 1.0),
            ("+3", 3.0),
            ("-", 0.0),
            (".", 0.0),
            ("1.", 1.0),
        ] {
            assert_eq!(leading_number(text).to_bits(), f64::to_bits(number), "{text}");
        }
    }
}
