//! ROUND, TRUNCATE, CEIL, FLOOR, ABS and SIGN: a whole number stays one, a decimal stays exact.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array,
};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::ScalarUDF;

use super::super::arguments::{Arguments, Wholes, doubles, wholes};
use super::super::call::{Call, Returns};

const CALLS: &[Call] = &[
    Call::new("abs", (1, 1), Returns::By(number), |it| rounded(it, Way::Absolute)),
    Call::new("ceil", (1, 1), Returns::By(number), |it| rounded(it, Way::Up)).also(&["ceiling"]),
    Call::new("floor", (1, 1), Returns::By(number), |it| rounded(it, Way::Down)),
    Call::new("round", (1, 2), Returns::By(number), |it| rounded(it, Way::Nearest)),
    Call::new("truncate", (2, 2), Returns::By(number), |it| rounded(it, Way::Cut)),
    Call::new("sign", (1, 1), Returns::Whole, sign),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    CALLS.iter().map(Call::function).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Absolute,
    Up,
    Down,
    Nearest,
    Cut,
}

/// Whole numbers and truths → LONG, decimals as they are, all else → DOUBLE.
fn number(arguments: &[DataType]) -> DataType {
    match arguments.first() {
        Some(it) if it.is_integer() && *it != DataType::UInt64 => DataType::Int64,
        Some(DataType::Boolean) => DataType::Int64,
        Some(DataType::Decimal128(precision, scale)) if *scale >= 0 => {
            DataType::Decimal128(*precision, *scale)
        }
        _ => DataType::Float64,
    }
}

fn rounded(arguments: &Arguments, way: Way) -> Result<ArrayRef> {
    let (array, once) = arguments.array(0)?;
    let places = arguments.whole_or(1, 0)?;
    let rows = arguments.rows();
    let at = |row: usize| if once { 0 } else { row };
    let kind = number(&[arguments.data_type(0)]);
    match kind {
        DataType::Int64 => {
            let values = wholes(&array)?;
            each_whole(rows, &places, |row| valid::<Int64Type>(&values, at(row)), way)
        }
        DataType::Decimal128(precision, scale) => {
            let values = array.as_primitive::<Decimal128Type>();
            let of = |row| {
                let value = valid::<Decimal128Type>(values, at(row))?;
                let places = places.get(row)?;
                Some(whole_rounded(value, i64::from(scale).saturating_sub(places.min(38)), way))
            };
            let rounded: Decimal128Array = (0..rows).map(of).collect::<Decimal128Array>();
            Ok(Arc::new(rounded.with_precision_and_scale(precision, scale)?))
        }
        _ => {
            let values = doubles(&array)?;
            let of = |row| {
                let value = valid::<Float64Type>(&values, at(row))?;
                Some(double_rounded(value, places.get(row)?, way))
            };
            Ok(Arc::new((0..rows).map(of).collect::<Float64Array>()))
        }
    }
}

fn valid<T: datafusion::arrow::datatypes::ArrowPrimitiveType>(
    values: &datafusion::arrow::array::PrimitiveArray<T>,
    row: usize,
) -> Option<T::Native> {
    values.is_valid(row).then(|| values.value(row))
}

fn each_whole(
    rows: usize,
    places: &Wholes,
    value: impl Fn(usize) -> Option<i64>,
    way: Way,
) -> Result<ArrayRef> {
    let mut rounded = Vec::with_capacity(rows);
    for row in 0..rows {
        let (Some(value), Some(places)) = (value(row), places.get(row)) else {
            rounded.push(None);
            continue;
        };
        let exact = whole_rounded(i128::from(value), places.saturating_neg(), way);
        let narrow = i64::try_from(exact);
        rounded.push(Some(
            narrow.map_err(|_| exec_datafusion_err!("{exact} is too large for a LONG"))?,
        ));
    }
    Ok(Arc::new(Int64Array::from(rounded)))
}

/// Rounds off that many digits; what has no more digits than that is 0 or one more.
fn whole_rounded(value: i128, digits: i64, way: Way) -> i128 {
    if way == Way::Absolute {
        return value.saturating_abs();
    }
    let Ok(digits) = u32::try_from(digits) else { return value };
    let Some(unit) = 10i128.checked_pow(digits) else { return 0 };
    let (kept, rest) = (value / unit, value % unit);
    let step = match way {
        Way::Up => i128::from(rest > 0),
        Way::Down => -i128::from(rest < 0),
        Way::Nearest if rest.abs() >= unit - rest.abs() => rest.signum(),
        Way::Nearest | Way::Cut | Way::Absolute => 0,
    };
    (kept + step).saturating_mul(unit)
}

/// A double is rounded as the decimal that it is shown as: ROUND(1.255, 2) is 1.26.
fn double_rounded(value: f64, places: i64, way: Way) -> f64 {
    match way {
        Way::Absolute => return value.abs(),
        Way::Up => return value.ceil(),
        Way::Down => return value.floor(),
        Way::Nearest if places == 0 => return value.round(),
        Way::Cut if places == 0 => return value.trunc(),
        Way::Nearest | Way::Cut => {}
    }
    if places > 30 || !value.is_finite() || value == 0.0 {
        return value;
    }
    let mut buffer = zmij::Buffer::new();
    let shown = buffer.format_finite(value);
    shown_rounded(shown, places, way).unwrap_or(value)
}

/// Works on the shortest digits that mean the same double.
fn shown_rounded(shown: &str, places: i64, way: Way) -> Option<f64> {
    let (mantissa, exponent) = shown.split_once(['e', 'E']).unwrap_or((shown, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (whole, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{behind}").parse().ok()?;
    let scale = (behind.len() as i64) - exponent;
    let rounded = whole_rounded(digits, scale.saturating_sub(places), way);
    format!("{rounded}e{}", -scale).parse().ok()
}

fn sign(arguments: &Arguments) -> Result<ArrayRef> {
    let values = arguments.double(0)?;
    let of = |it: f64| if it > 0.0 { 1 } else { -i64::from(it < 0.0) };
    Ok(Arc::new((0..arguments.rows()).map(|row| values.get(row).map(of)).collect::<Int64Array>()))
}
