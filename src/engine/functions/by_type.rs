//! A column in another type, converted as MySQL converts.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, DurationMillisecondArray, Int64Array,
    TimestampMillisecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, DurationMillisecondType};
use datafusion::common::{DataFusionError, Result};

use super::SPAN;
use super::array_values::{leading_length, leading_whole, to_moments, to_numbers, to_text};
use super::date_text::{self, Time};
use super::datetime::DateTime;
use crate::engine::csv::numbers;
use crate::engine::types::{DECIMAL_PRECISION, DECIMAL_SCALE};

/// The DECIMAL with the most digits.
const DECIMAL_MOST: i128 = 10_i128.pow(DECIMAL_PRECISION as u32) - 1;

/// Before every date that there is: what a text that is no date is compared as.
const NO_DATE: i64 = -62_167_305_600_000;

/// Exact numbers: those of texts by their beginning, those of dates and times by their digits.
pub(super) fn to_decimals(array: &ArrayRef) -> Result<ArrayRef> {
    let kind = array.data_type();
    let target = DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE);
    match kind {
        DataType::Decimal128(..) => return Ok(Arc::clone(array)),
        DataType::Null | DataType::Boolean => {
            return Ok(cast(&cast(array, &DataType::Int64)?, &target)?);
        }
        kind if kind.is_integer() => return Ok(cast(array, &target)?),
        _ => {}
    }
    let unit = 10_i128.pow(u32::from(DECIMAL_SCALE.unsigned_abs()) - 3);
    let values: Decimal128Array = match kind {
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            let has_time = matches!(kind, DataType::Timestamp(..));
            let digits = |it: i64| digits_of(DateTime::of_millis(it), has_time) * unit;
            to_moments(array)?.iter().map(|it| it.map(digits)).collect()
        }
        DataType::Duration(_) => {
            to_times(array)?.iter().map(|it| it.map(|it| digits_of_time(it) * unit)).collect()
        }
        _ => to_text(array)?.iter().map(|it| it.map(leading_decimal)).collect(),
    };
    Ok(Arc::new(values.with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)?))
}

/// The number at the beginning of a text, or the largest one where it is beyond.
fn leading_decimal(text: &str) -> i128 {
    let number = text.trim_ascii_start();
    let number = &number[..leading_length(number)];
    match numbers::decimal(number.as_bytes()) {
        Ok(value) => value.unwrap_or(0),
        Err(_) if number.parse::<f64>().is_ok_and(|it| it.abs() < 1.0) => 0,
        Err(_) if number.starts_with('-') => -DECIMAL_MOST,
        Err(_) => DECIMAL_MOST,
    }
}

/// `20240229130509`, or `20240229` without a time, with three digits behind the point.
fn digits_of(moment: DateTime, has_time: bool) -> i128 {
    let civil = moment.civil();
    let day = (civil.year * 100 + i64::from(civil.month)) * 100 + i64::from(civil.day);
    if has_time {
        i128::from(day) * 1_000_000_000 + digits_of_time(moment.time_ms())
    } else {
        i128::from(day) * 1_000
    }
}

/// `hhmmss` with three digits behind the point.
fn digits_of_time(millis: i64) -> i128 {
    let seconds = millis.abs() / 1_000;
    let clock = (seconds / 3_600 * 100 + seconds / 60 % 60) * 100 + seconds % 60;
    i128::from((clock * 1_000 + millis.abs() % 1_000) * millis.signum())
}

/// Decimals with so many digits in all and behind the point: rounded, and the nearest where one has too many.
pub(super) fn fitted(decimals: &ArrayRef, digits: u8, scale: i8) -> Result<ArrayRef> {
    let DataType::Decimal128(_, from) = *decimals.data_type() else { return not_decimal() };
    let most = 10_i128.checked_pow(u32::from(digits)).map_or(i128::MAX, |it| it - 1);
    let shift = i64::from(scale) - i64::from(from);
    let unit = u32::try_from(shift.abs()).ok().and_then(|it| 10_i128.checked_pow(it));
    let fit = |value: i128| {
        let scaled = match unit {
            Some(unit) if shift < 0 => Some(cut(value, -shift, true) / unit),
            Some(unit) => value.checked_mul(unit),
            None => None,
        };
        scaled.unwrap_or(if value < 0 { -most } else { most }).clamp(-most, most)
    };
    let fitted: Decimal128Array = decimals.as_primitive::<Decimal128Type>().unary(fit);
    Ok(Arc::new(fitted.with_precision_and_scale(digits, scale)?))
}

fn not_decimal<T>() -> Result<T> {
    Err(DataFusionError::Internal("a DECIMAL has another type".to_owned()))
}

/// A whole number without its last digits.
pub(super) fn cut(value: i128, digits: i64, rounds: bool) -> i128 {
    let Some(unit) = u32::try_from(digits).ok().and_then(|it| 10_i128.checked_pow(it)) else {
        return if digits > 0 { 0 } else { value };
    };
    let (whole, rest) = (value / unit, value % unit);
    let away = i128::from(rounds && 2 * rest.abs() >= unit) * rest.signum();
    (whole + away) * unit
}

/// Whole numbers: others are rounded, and texts cut at their point.
pub(super) fn to_longs(array: &ArrayRef) -> Result<Int64Array> {
    let kind = array.data_type();
    if kind.is_integer() || matches!(kind, DataType::Boolean | DataType::Null) {
        return Ok(cast(array, &DataType::Int64)?.as_primitive().clone());
    }
    if kind.is_floating() {
        let numbers = to_numbers(array)?;
        return Ok(numbers.iter().map(|it| it.map(|it| it.round() as i64)).collect());
    }
    if kind.is_string() || matches!(kind, DataType::Dictionary(..)) {
        return Ok(to_text(array)?.iter().map(|it| it.map(leading_whole)).collect());
    }
    let decimals = to_decimals(array)?;
    let DataType::Decimal128(_, scale) = *decimals.data_type() else { return not_decimal() };
    let unit = 10_i128.pow(u32::from(scale.max(0).unsigned_abs()));
    let whole = |it: i128| in_range(cut(it, i64::from(scale), true) / unit);
    Ok(decimals.as_primitive::<Decimal128Type>().unary(whole))
}

fn in_range(value: i128) -> i64 {
    value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// Times, and what can be read as one: of a datetime, that of its day; of a number, its digits.
pub(super) fn to_times(array: &ArrayRef) -> Result<DurationMillisecondArray> {
    match array.data_type() {
        DataType::Duration(_) => {
            Ok(cast(array, &SPAN)?.as_primitive::<DurationMillisecondType>().clone())
        }
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            let of_day = |it: i64| DateTime::of_millis(it).time_ms();
            Ok(to_moments(array)?.iter().map(|it| it.map(of_day)).collect())
        }
        _ => Ok(to_text(array)?
            .iter()
            .map(|it| it.and_then(date_text::read_time).map(Time::millis))
            .collect()),
    }
}

/// Dates and datetimes to compare: a text that is none is less than each of them.
pub(super) fn comparable(array: &ArrayRef) -> Result<TimestampMillisecondArray> {
    let moments = to_moments(array)?;
    let nulls = array.logical_nulls();
    let value = |row: usize| match &nulls {
        Some(nulls) if nulls.is_null(row) => None,
        _ if moments.is_null(row) => Some(NO_DATE),
        _ => Some(moments.value(row)),
    };
    Ok((0..array.len()).map(value).collect())
}

/// Whether a text is a date or datetime.
pub(crate) fn is_date(text: &str) -> bool {
    date_text::read(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_and_clamped_to_their_digits() {
        let decimals = |values: &[i128]| -> ArrayRef {
            let array: Decimal128Array = values.iter().copied().map(Some).collect();
            Arc::new(array.with_precision_and_scale(38, 10).unwrap())
        };
        let fitted =
            fitted(&decimals(&[1_234_567_890_000_000, 12_350_000_000, -15_000_000_000]), 5, 2);
        let fitted = fitted.unwrap();
        assert_eq!(fitted.as_primitive::<Decimal128Type>().values(), &[99_999, 124, -150]);
    }

    #[test]
    fn texts_and_times_count_by_their_digits() {
        assert_eq!(leading_decimal("12.5x"), 125_000_000_000);
        assert_eq!(leading_decimal("x"), 0);
        assert_eq!(leading_decimal("-1e99"), -DECIMAL_MOST);
        assert_eq!(leading_whole("-12.9"), -12);
        assert_eq!(digits_of_time(-3_661_500), -10_101_500);
        let moment = DateTime::of_millis(1_709_211_909_125);
        assert_eq!(digits_of(moment, true), 20_240_229_130_509_125);
        assert_eq!(digits_of(moment, false), 20_240_229_000);
    }
}
