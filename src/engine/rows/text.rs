//! The cells of an array as text, straight from its values.

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    StringArray, StringViewArray, TimestampMillisecondArray, UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::arrow::util::display::array_value_to_string;

use crate::engine::calendar::{DAY_MS, civil_from_days};

/// An array in one of the few forms that are written here.
#[derive(Debug)]
pub(crate) enum CellText {
    Boolean(BooleanArray),
    Long(Int64Array),
    Unsigned(UInt64Array),
    Double(Float64Array),
    Decimal(Decimal128Array, usize),
    Date(Date32Array),
    DateTime(TimestampMillisecondArray),
    Text(StringArray),
    TextView(StringViewArray),
    /// What no column of ours has: through Arrow's own display.
    Other(ArrayRef),
}

impl CellText {
    pub(crate) fn new(array: &ArrayRef) -> Self {
        let wanted = match array.data_type() {
            DataType::Dictionary(_, value) => return Self::recast(array, value),
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => DataType::Int64,
            DataType::Float16 | DataType::Float32 => DataType::Float64,
            DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
                DataType::Decimal128(*precision, *scale)
            }
            DataType::Date64 => DataType::Date32,
            DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Millisecond, None),
            DataType::LargeUtf8 => DataType::Utf8View,
            own => own.clone(),
        };
        if wanted == *array.data_type() { Self::of(array) } else { Self::recast(array, &wanted) }
    }

    fn recast(array: &ArrayRef, to: &DataType) -> Self {
        cast(array, to).map_or_else(|_| Self::Other(array.clone()), |it| Self::new(&it))
    }

    fn of(array: &ArrayRef) -> Self {
        match array.data_type() {
            DataType::Boolean => Self::Boolean(array.as_boolean().clone()),
            DataType::Int64 => Self::Long(array.as_primitive().clone()),
            DataType::UInt64 => Self::Unsigned(array.as_primitive().clone()),
            DataType::Float64 => Self::Double(array.as_primitive().clone()),
            DataType::Decimal128(_, scale) if *scale >= 0 => {
                Self::Decimal(array.as_primitive().clone(), *scale as usize)
            }
            DataType::Date32 => Self::Date(array.as_primitive().clone()),
            DataType::Timestamp(..) => Self::DateTime(array.as_primitive().clone()),
            DataType::Utf8 => Self::Text(array.as_string().clone()),
            DataType::Utf8View => Self::TextView(array.as_string_view().clone()),
            _ => Self::Other(array.clone()),
        }
    }

    /// Nulls, and doubles that are no number.
    pub(crate) fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Boolean(array) => array.is_null(row),
            Self::Long(array) => array.is_null(row),
            Self::Unsigned(array) => array.is_null(row),
            Self::Double(array) => array.is_null(row) || !array.value(row).is_finite(),
            Self::Decimal(array, _) => array.is_null(row),
            Self::Date(array) => array.is_null(row),
            Self::DateTime(array) => array.is_null(row),
            Self::Text(array) => array.is_null(row),
            Self::TextView(array) => array.is_null(row),
            Self::Other(array) => array.is_null(row),
        }
    }

    /// Whether JSON has this as a number. Booleans are 1 and 0, as MySQL has them.
    pub(crate) fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Boolean(_)
                | Self::Long(_)
                | Self::Unsigned(_)
                | Self::Double(_)
                | Self::Decimal(..)
        )
    }

    /// Text that may hold anything, where all else needs no escape in JSON and no quotes in CSV.
    pub(crate) fn free_text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(array) => Some(array.value(row)),
            Self::TextView(array) => Some(array.value(row)),
            _ => None,
        }
    }

    /// Writes a value that is not null, as it would stand in a CSV without quotes.
    pub(crate) fn write(&self, row: usize, out: &mut Vec<u8>) {
        match self {
            Self::Boolean(array) => out.push(b'0' + u8::from(array.value(row))),
            Self::Long(array) => {
                out.extend_from_slice(itoa::Buffer::new().format(array.value(row)).as_bytes());
            }
            Self::Unsigned(array) => {
                out.extend_from_slice(itoa::Buffer::new().format(array.value(row)).as_bytes());
            }
            Self::Double(array) => write_double(array.value(row), out),
            Self::Decimal(array, scale) => write_decimal(array.value(row), *scale, out),
            Self::Date(array) => write_date(i64::from(array.value(row)), out),
            Self::DateTime(array) => write_date_time(array.value(row), out),
            Self::Text(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Self::TextView(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Self::Other(array) => {
                let text = array_value_to_string(array, row).unwrap_or_default();
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// The shortest text that reads back as the same double; whole numbers without a point.
fn write_double(value: f64, out: &mut Vec<u8>) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
}

fn write_decimal(value: i128, scale: usize, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(value.unsigned_abs()).as_bytes();
    let (whole, behind) = digits.split_at(digits.len().saturating_sub(scale));
    out.extend_from_slice(if whole.is_empty() { b"0" } else { whole });
    let significant = behind.iter().rposition(|it| *it != b'0').map_or(0, |it| it + 1);
    if significant > 0 {
        out.push(b'.');
        out.extend(std::iter::repeat_n(b'0', scale - behind.len()));
        out.extend_from_slice(&behind[..significant]);
    }
}

fn write_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days(days);
    if (0..=9999).contains(&year) {
        let (century, year) = (year as u32 / 100, year as u32 % 100);
        out.extend_from_slice(&two_digits(century));
        out.extend_from_slice(&two_digits(year));
    } else {
        out.extend_from_slice(itoa::Buffer::new().format(year).as_bytes());
    }
    out.push(b'-');
    out.extend_from_slice(&two_digits(month));
    out.push(b'-');
    out.extend_from_slice(&two_digits(day));
}

/// Milliseconds are shown only where there are any.
fn write_date_time(millis: i64, out: &mut Vec<u8>) {
    write_date(millis.div_euclid(DAY_MS), out);
    let of_day = millis.rem_euclid(DAY_MS) as u32;
    let seconds = of_day / 1000;
    out.push(b'T');
    out.extend_from_slice(&two_digits(seconds / 3600));
    out.push(b':');
    out.extend_from_slice(&two_digits(seconds / 60 % 60));
    out.push(b':');
    out.extend_from_slice(&two_digits(seconds % 60));
    let millis = of_day % 1000;
    if millis > 0 {
        out.push(b'.');
        out.push(b'0' + (millis / 100) as u8);
        out.extend_from_slice(&two_digits(millis % 100));
    }
}

fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

/// All cells of a table, `∅` for null.
#[cfg(test)]
pub(crate) fn cells(table: &crate::engine::Table) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for batch in table.batches() {
        let columns: Vec<CellText> = batch.columns().iter().map(CellText::new).collect();
        for row in 0..batch.num_rows() {
            let cell = |it: &CellText| {
                let mut text = Vec::new();
                if it.is_null(row) {
                    return "∅".to_owned();
                }
                it.write(row, &mut text);
                String::from_utf8(text).unwrap()
            };
            rows.push(columns.iter().map(cell).collect());
        }
    }
    rows
}
