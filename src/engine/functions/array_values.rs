//! Arrays of any type as arrays of the type that a function reads: text, numbers, moments, times.

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DurationMillisecondArray, Float64Array, Float64Builder, StringArray,
    StringBuilder, TimestampMillisecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::Result;

use super::SPAN;
use super::date_text;
use super::datetime::{self, DateTime};
use super::number_text;
use crate::engine::rows::text::CellText;

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
