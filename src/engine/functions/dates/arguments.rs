//! The arguments of a call, row by row, as what the function wants them to be.

use std::borrow::Cow;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, Int64Array, PrimitiveArray, StringArray,
};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Float64Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;

use super::moment::{Moment, SECOND_US, Span};
use super::reading;

/// The types in which arguments arrive: text, whole numbers, doubles, days, instants of any unit, or nothing.
pub(super) fn coerced(types: &[DataType]) -> Vec<DataType> {
    types.iter().map(plain).collect()
}

fn plain(of: &DataType) -> DataType {
    match of {
        DataType::Dictionary(_, value) => plain(value),
        DataType::Null | DataType::Date32 => of.clone(),
        DataType::Date64 => DataType::Timestamp(TimeUnit::Millisecond, None),
        DataType::Timestamp(unit, _) => DataType::Timestamp(*unit, None),
        DataType::UInt64 => DataType::Float64,
        it if it.is_integer() || *it == DataType::Boolean => DataType::Int64,
        it if it.is_numeric() => DataType::Float64,
        _ => DataType::Utf8,
    }
}

pub(super) struct Arguments {
    columns: Vec<Column>,
}

struct Column {
    values: Values,
    /// One value for all rows.
    constant: bool,
}

enum Values {
    Null,
    Text(StringArray),
    Long(Int64Array),
    Double(Float64Array),
    Day(Date32Array),
    /// An instant's number, and how many microseconds it counts; a negative count divides.
    Instant(Int64Array, i64),
}

impl Arguments {
    pub(super) fn of(args: &[ColumnarValue]) -> Result<Self> {
        let columns = args.iter().map(|it| {
            let (array, constant) = match it {
                ColumnarValue::Array(array) => (ArrayRef::clone(array), false),
                ColumnarValue::Scalar(value) => (value.to_array()?, true),
            };
            Ok(Column { values: values(&array)?, constant })
        });
        Ok(Self { columns: columns.collect::<Result<_>>()? })
    }

    pub(super) fn has(&self, at: usize) -> bool {
        at < self.columns.len()
    }

    fn at(&self, at: usize, row: usize) -> (&Values, usize) {
        match self.columns.get(at) {
            Some(column) => (&column.values, if column.constant { 0 } else { row }),
            None => (&Values::Null, 0),
        }
    }

    pub(super) fn moment(&self, at: usize, row: usize) -> Option<Moment> {
        Some(self.read(at, row)?.moment)
    }

    pub(super) fn read(&self, at: usize, row: usize) -> Option<reading::Read> {
        let (values, row) = self.at(at, row);
        let (moment, has_time) = match values {
            Values::Null => return None,
            Values::Text(it) => return reading::read(text(it, row)?),
            Values::Long(it) => return reading::moment_of_number(number(it, row)?),
            Values::Double(it) => return reading::moment_of_number(whole(number(it, row)?)?),
            Values::Day(it) => (Moment::of_day(number(it, row)?.into()), false),
            Values::Instant(it, unit) => (instant(number(it, row)?, *unit), true),
        };
        moment.map(|moment| reading::Read { moment, has_time })
    }

    /// The time of day of a date, or a span that stands for itself.
    pub(super) fn span(&self, at: usize, row: usize) -> Option<Span> {
        let (values, row) = self.at(at, row);
        match values {
            Values::Null => None,
            Values::Text(it) => reading::span(text(it, row)?),
            Values::Long(it) => reading::span_of_number(number(it, row)? as f64),
            Values::Double(it) => reading::span_of_number(number(it, row)?),
            Values::Day(it) => number(it, row).map(|_| Span::of_us(0)),
            Values::Instant(it, unit) => {
                instant(number(it, row)?, *unit).map(|it| Span::of_us(it.us_of_day()))
            }
        }
    }

    /// A text's number is that at its beginning, or 0; halves round away from zero.
    pub(super) fn long(&self, at: usize, row: usize) -> Option<i64> {
        let (values, row) = self.at(at, row);
        match values {
            Values::Long(it) => number(it, row),
            Values::Text(it) => Some(leading_number(text(it, row)?).trunc() as i64),
            _ => self.double(at, row).map(|it| it.round() as i64),
        }
    }

    pub(super) fn double(&self, at: usize, row: usize) -> Option<f64> {
        let (values, row) = self.at(at, row);
        match values {
            Values::Null => None,
            Values::Text(it) => Some(leading_number(text(it, row)?)),
            Values::Long(it) => Some(number(it, row)? as f64),
            Values::Double(it) => number(it, row),
            Values::Day(_) | Values::Instant(..) => {
                let moment = self.moment(at, row)?;
                let date = moment.civil();
                let date = date.year * 10_000 + i64::from(date.month) * 100 + i64::from(date.day);
                Some(date as f64)
            }
        }
    }

    pub(super) fn text(&self, at: usize, row: usize) -> Option<Cow<'_, str>> {
        let (values, row_there) = self.at(at, row);
        match values {
            Values::Text(it) => text(it, row_there).map(Cow::Borrowed),
            Values::Long(it) => number(it, row_there).map(|it| it.to_string().into()),
            Values::Double(it) => number(it, row_there).map(|it| it.to_string().into()),
            _ => self.moment(at, row).map(|it| {
                let date = it.civil();
                format!("{:04}-{:02}-{:02}", date.year, date.month, date.day).into()
            }),
        }
    }
}

fn values(array: &ArrayRef) -> Result<Values> {
    Ok(match array.data_type() {
        DataType::Null => Values::Null,
        DataType::Utf8 => Values::Text(array.as_string().clone()),
        DataType::Int64 => Values::Long(array.as_primitive::<Int64Type>().clone()),
        DataType::Float64 => Values::Double(array.as_primitive::<Float64Type>().clone()),
        DataType::Date32 => Values::Day(array.as_primitive::<Date32Type>().clone()),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => Values::Instant(
                array.as_primitive::<TimestampSecondType>().reinterpret_cast(),
                SECOND_US,
            ),
            TimeUnit::Millisecond => Values::Instant(
                array.as_primitive::<TimestampMillisecondType>().reinterpret_cast(),
                1_000,
            ),
            TimeUnit::Microsecond => Values::Instant(
                array.as_primitive::<TimestampMicrosecondType>().reinterpret_cast(),
                1,
            ),
            TimeUnit::Nanosecond => Values::Instant(
                array.as_primitive::<TimestampNanosecondType>().reinterpret_cast(),
                -1_000,
            ),
        },
        other => return exec_err!("a date function does not take a value of type {other}"),
    })
}

fn instant(number: i64, unit: i64) -> Option<Moment> {
    Moment::of_us(if unit < 0 { number.div_euclid(-unit) } else { number.checked_mul(unit)? })
}

fn text(array: &StringArray, row: usize) -> Option<&str> {
    array.is_valid(row).then(|| array.value(row))
}

fn number<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

fn whole(number: f64) -> Option<i64> {
    (number.is_finite() && number.abs() < 1e15).then_some(number.trunc() as i64)
}

/// `12.5 days` is 12.5, `x` is 0.
fn leading_number(text: &str) -> f64 {
    let text = text.trim_ascii_start();
    let mut end = 0;
    let mut seen_point = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'+' | b'-' if at == 0 => {}
            b'.' if !seen_point => seen_point = true,
            b'0'..=b'9' => end = at + 1,
            _ => break,
        }
    }
    text[..end].parse().unwrap_or(0.0)
}
