//! ROUND and what else leaves digits out: exact for LONGs and DECIMALs.

use std::fmt::Display;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::common::{DataFusionError, Result};

use super::arguments::Args;
use super::by_type::cut;
use super::{Family, Function, Returns};

pub(super) const TABLE: &[Function] = &[
    // Exact while it rounds; the answer is a DOUBLE, <https://domo-support.domo.com/s/article/4410213098903>.
    Function::new("round", Family::Math, (1, 2), Returns::Number, |args| to_digits(args, true)),
    Function::new("truncate", Family::Math, (2, 2), Returns::By(kind_of_rounded), |args| {
        to_digits(args, false)
    })
    .also(&["trunc"]),
    Function::new("abs", Family::Math, (1, 1), Returns::By(kind_of_rounded), abs),
    // LONGs to Domo, <https://domo-support.domo.com/s/article/4410213098903>, where MySQL keeps the type.
    Function::new("ceil", Family::Math, (1, 1), Returns::Long, |args| {
        let above = |value: i128, unit: i128| {
            value - value.rem_euclid(unit) + unit * i128::from(value % unit != 0)
        };
        whole(args, above, f64::ceil)
    })
    .also(&["ceiling"]),
    Function::new("floor", Family::Math, (1, 1), Returns::Long, |args| {
        whole(args, |value, unit| value - value.rem_euclid(unit), f64::floor)
    }),
    Function::new("sign", Family::Math, (1, 1), Returns::Long, sign),
];

/// The digits of a DECIMAL changed, its scale kept; none where the argument is no DECIMAL.
fn of_decimals(
    args: &Args,
    make: impl Fn(usize, i128, i8) -> Option<i128>,
) -> Option<Result<ArrayRef>> {
    let DataType::Decimal128(precision, scale) = *args.kind(0) else { return None };
    let (array, constant) = args.raw(0);
    let decimals = array.as_primitive::<Decimal128Type>();
    let changed: Decimal128Array = (0..args.rows)
        .map(|row| {
            let at = if constant { 0 } else { row };
            make(row, decimals.is_valid(at).then(|| decimals.value(at))?, scale)
        })
        .collect();
    let changed = changed.with_precision_and_scale(precision, scale);
    Some(changed.map(|it| Arc::new(it) as ArrayRef).map_err(Into::into))
}

/// The values of a LONG or DECIMAL without a point, and how many digits belong behind it; none for other types.
pub(super) fn exact<'a>(args: &'a Args<'_>) -> Option<impl Fn(usize) -> Option<(i128, u32)> + 'a> {
    let (array, constant) = args.raw(0);
    let scale = match array.data_type() {
        DataType::Int64 => 0,
        DataType::Decimal128(_, scale) => u32::try_from(*scale).ok()?,
        _ => return None,
    };
    Some(move |row| {
        let row = if constant { 0 } else { row };
        let value = || match scale {
            0 if *array.data_type() == DataType::Int64 => {
                i128::from(array.as_primitive::<Int64Type>().value(row))
            }
            _ => array.as_primitive::<Decimal128Type>().value(row),
        };
        array.is_valid(row).then(|| (value(), scale))
    })
}

/// A whole number above or below, which has to fit a LONG.
fn whole(
    args: &Args,
    of_decimal: fn(i128, i128) -> i128,
    of_double: fn(f64) -> f64,
) -> Result<ArrayRef> {
    let mut longs = Vec::with_capacity(args.rows);
    if let Some(exact) = exact(args) {
        for row in 0..args.rows {
            let number = exact(row).map(|(value, scale)| {
                let unit = 10_i128.pow(scale);
                i64::try_from(of_decimal(value, unit) / unit).map_err(|_| too_large(value / unit))
            });
            longs.push(number.transpose()?);
        }
        return args.make_long(|row| longs[row]);
    }
    let number = args.number(0)?;
    for row in 0..args.rows {
        let number = number.get(row).map(of_double).map(|it| {
            let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&it);
            if fits { Ok(it as i64) } else { Err(too_large(format_args!("{it:e}"))) }
        });
        longs.push(number.transpose()?);
    }
    args.make_long(|row| longs[row])
}

fn too_large(number: impl Display) -> DataFusionError {
    DataFusionError::Execution(format!("{number} is too large for a LONG"))
}

fn abs(args: &Args) -> Result<ArrayRef> {
    if let Some(made) = of_decimals(args, |_, value, _| value.checked_abs()) {
        return made;
    }
    if !args.kind(0).is_integer() {
        let number = args.number(0)?;
        return args.make_number(|row| number.get(row).map(f64::abs));
    }
    let number = args.long(0)?;
    if (0..args.rows).any(|row| number.get(row) == Some(i64::MIN)) {
        let message = "9223372036854775808 is too large for a LONG".to_owned();
        return Err(DataFusionError::Execution(message));
    }
    args.make_long(|row| number.get(row).map(i64::abs))
}

/// A LONG stays one, and a DECIMAL.
fn kind_of_rounded(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    match kinds.first() {
        Some(kind) if kind.is_integer() || *kind == DataType::Boolean => DataType::Int64,
        Some(DataType::Decimal128(precision, scale)) => DataType::Decimal128(*precision, *scale),
        _ => DataType::Float64,
    }
}

/// ROUND half away from zero, or TRUNCATE, to so many digits behind the point.
fn to_digits(args: &Args, rounds: bool) -> Result<ArrayRef> {
    let digits = (args.len() > 1).then(|| args.long(1)).transpose()?;
    let digits =
        |row: usize| digits.as_ref().map_or(Some(0), |it| it.get(row)).map(|it| it.clamp(-38, 38));
    if args.kind(0).is_integer() {
        let number = args.long(0)?;
        return args.make_long(|row| {
            let (number, digits) = (number.get(row)?, digits(row)?);
            if digits >= 0 {
                Some(number)
            } else {
                i64::try_from(cut(i128::from(number), -digits, rounds)).ok()
            }
        });
    }
    let made = of_decimals(args, |row, value, scale| {
        Some(cut(value, i64::from(scale) - digits(row)?, rounds))
    });
    if let Some(made) = made {
        return made;
    }
    let number = args.number(0)?;
    args.make_number(|row| {
        let (number, digits) = (number.get(row)?, digits(row)?);
        Some(if rounds { round_to(number, digits) } else { truncate_to(number, digits) })
    })
}

/// From here on a double has no digits behind the point.
const WHOLE_FROM: f64 = 4_503_599_627_370_496.0;

/// Half away from zero; a double that prints as a tie counts as one.
pub(super) fn round_to(number: f64, digits: i64) -> f64 {
    let scale = 10_f64.powi(digits as i32);
    let scaled = number * scale;
    if !scaled.is_finite() || scale == 0.0 {
        return if digits < 0 { 0.0 } else { number };
    }
    if scaled.abs() >= WHOLE_FROM {
        return number;
    }
    let nearest = scaled.round();
    // Beyond it a DOUBLE has no digits behind the point that could be a little off.
    let is_tie = scaled.abs() < 1e14
        && ((scaled - scaled.trunc()).abs() - 0.5).abs() < scaled.abs() * 4.0 * f64::EPSILON;
    let rounded = if is_tie { scaled.trunc() + scaled.signum() } else { nearest };
    rounded / scale
}

fn truncate_to(number: f64, digits: i64) -> f64 {
    let scale = 10_f64.powi(digits as i32);
    let scaled = number * scale;
    if !scaled.is_finite() || scale == 0.0 {
        return if digits < 0 { 0.0 } else { number };
    }
    if scaled.abs() >= WHOLE_FROM {
        return number;
    }
    // 1.999 * 1000 is a little less than 1999: what is as near as that counts as whole.
    let nearest = scaled.round();
    let is_whole = (scaled - nearest).abs() < scaled.abs() * 4.0 * f64::EPSILON;
    (if is_whole { nearest } else { scaled.trunc() }) / scale
}

fn sign(args: &Args) -> Result<ArrayRef> {
    let number = args.number(0)?;
    args.make_long(|row| {
        let number = number.get(row)?;
        Some(i64::from(number > 0.0) - i64::from(number < 0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_rounded_away_from_zero() {
        for (number, digits, rounded) in [
            (2.5, 0, 3.0),
            (-2.5, 0, -3.0),
            (1.255, 2, 1.26),
            (1.005, 2, 1.01),
            (0.1 + 0.2, 1, 0.3),
            (1234.0, -2, 1200.0),
            (1e300, 5, 1e300),
        ] {
            assert_eq!(
                round_to(number, digits).to_bits(),
                f64::to_bits(rounded),
                "{number}, {digits}"
            );
        }
        assert_eq!(cut(-15, 1, true), -20);
        assert_eq!(cut(-15, 1, false), -10);
        assert_eq!(cut(i128::from(i64::MAX), 39, true), 0);
    }

    #[test]
    fn what_prints_as_whole_is_not_cut_below_it() {
        assert_eq!(truncate_to(1.999, 3).to_bits(), 1.999_f64.to_bits());
        assert_eq!(truncate_to(1.999, 1).to_bits(), 1.9_f64.to_bits());
        assert_eq!(truncate_to(-1.999, 0).to_bits(), f64::to_bits(-1.0));
    }
}
