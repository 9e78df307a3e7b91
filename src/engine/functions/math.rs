//! Numbers. What has no value is NULL, as in MySQL.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array};
use datafusion::arrow::datatypes::{DataType, Decimal128Type};
use datafusion::common::Result;

use super::arguments::Args;
use super::{Family, Function, Returns};
use Returns::{Long, Number, Text};

pub(super) const TABLE: &[Function] = &[
    Function::new("round", Family::Math, (1, 2), Returns::By(kind_of_rounded), |args| {
        to_digits(args, true)
    }),
    Function::new("truncate", Family::Math, (2, 2), Returns::By(kind_of_rounded), |args| {
        to_digits(args, false)
    })
    .also(&["trunc"]),
    Function::new("abs", Family::Math, (1, 1), Returns::By(kind_of_rounded), abs),
    Function::new("ceil", Family::Math, (1, 1), Returns::By(kind_of_rounded), |args| {
        whole(args, f64::ceil)
    })
    .also(&["ceiling"]),
    Function::new("floor", Family::Math, (1, 1), Returns::By(kind_of_rounded), |args| {
        whole(args, f64::floor)
    }),
    Function::new("exp", Family::Math, (1, 1), Number, |args| one(args, |it| Some(it.exp()))),
    Function::new("pi", Family::Math, (0, 0), Number, |args| {
        args.make_number(|_| Some(std::f64::consts::PI))
    }),
    Function::new("degrees", Family::Math, (1, 1), Number, |args| {
        one(args, |it| Some(it.to_degrees()))
    }),
    Function::new("radians", Family::Math, (1, 1), Number, |args| {
        one(args, |it| Some(it.to_radians()))
    }),
    Function::new("sin", Family::Math, (1, 1), Number, |args| one(args, |it| Some(it.sin()))),
    Function::new("cos", Family::Math, (1, 1), Number, |args| one(args, |it| Some(it.cos()))),
    Function::new("tan", Family::Math, (1, 1), Number, |args| one(args, |it| Some(it.tan()))),
    Function::new("cot", Family::Math, (1, 1), Number, |args| one(args, |it| Some(1.0 / it.tan()))),
    Function::new("asin", Family::Math, (1, 1), Number, |args| one(args, |it| Some(it.asin()))),
    Function::new("acos", Family::Math, (1, 1), Number, |args| one(args, |it| Some(it.acos()))),
    Function::new("atan", Family::Math, (1, 2), Number, atan).also(&["atan2"]),
    Function::new("sign", Family::Math, (1, 1), Long, sign),
    Function::new("sqrt", Family::Math, (1, 1), Number, |args| {
        one(args, |it| (it >= 0.0).then(|| it.sqrt()))
    }),
    Function::new("ln", Family::Math, (1, 1), Number, |args| {
        one(args, |it| (it > 0.0).then(|| it.ln()))
    }),
    Function::new("log", Family::Math, (1, 2), Number, log),
    Function::new("log2", Family::Math, (1, 1), Number, |args| {
        one(args, |it| (it > 0.0).then(|| it.log2()))
    }),
    Function::new("log10", Family::Math, (1, 1), Number, |args| {
        one(args, |it| (it > 0.0).then(|| it.log10()))
    }),
    Function::new("pow", Family::Math, (2, 2), Number, pow).also(&["power"]),
    Function::new("mod", Family::Math, (2, 2), Returns::By(kind_of_mod), modulo),
    Function::new("rand", Family::Math, (0, 1), Number, rand).volatile(),
    Function::new("conv", Family::Math, (3, 3), Text, conv),
    Function::new("bin", Family::Math, (1, 1), Text, |args| in_base(args, 2)),
    Function::new("oct", Family::Math, (1, 1), Text, |args| in_base(args, 8)),
    Function::new("crc32", Family::Math, (1, 1), Long, crc32),
];

fn one(args: &Args, of: impl Fn(f64) -> Option<f64>) -> Result<ArrayRef> {
    let number = args.number(0)?;
    args.make_number(|row| of(number.get(row)?))
}

/// ATAN(x), or ATAN(y, x).
fn atan(args: &Args) -> Result<ArrayRef> {
    if args.len() == 1 {
        return one(args, |it| Some(it.atan()));
    }
    let (y, x) = (args.number(0)?, args.number(1)?);
    args.make_number(|row| Some(y.get(row)?.atan2(x.get(row)?)))
}

/// A whole number above or below.
fn whole(args: &Args, to: fn(f64) -> f64) -> Result<ArrayRef> {
    if args.kind(0).is_integer() {
        let number = args.long(0)?;
        return args.make_long(|row| number.get(row));
    }
    one(args, |it| Some(to(it)))
}

fn abs(args: &Args) -> Result<ArrayRef> {
    if !args.kind(0).is_integer() {
        return one(args, |it| Some(it.abs()));
    }
    let number = args.long(0)?;
    if (0..args.rows).any(|row| number.get(row) == Some(i64::MIN)) {
        let message = "9223372036854775808 is too large for a LONG".to_owned();
        return Err(datafusion::common::DataFusionError::Execution(message));
    }
    args.make_long(|row| number.get(row).map(i64::abs))
}

/// A LONG stays one, and a DECIMAL.
fn kind_of_rounded(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    match kinds.first() {
        Some(kind) if kind.is_integer() => DataType::Int64,
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
    if let DataType::Decimal128(precision, scale) = *args.kind(0) {
        let (array, constant) = args.raw(0);
        let decimals = array.as_primitive::<Decimal128Type>();
        let made: Decimal128Array = (0..args.rows)
            .map(|row| {
                let at = if constant { 0 } else { row };
                let value = decimals.is_valid(at).then(|| decimals.value(at))?;
                Some(cut(value, i64::from(scale) - digits(row)?, rounds))
            })
            .collect();
        return Ok(Arc::new(made.with_precision_and_scale(precision, scale)?));
    }
    let number = args.number(0)?;
    args.make_number(|row| {
        let (number, digits) = (number.get(row)?, digits(row)?);
        Some(if rounds { round_to(number, digits) } else { truncate_to(number, digits) })
    })
}

/// A whole number without its last digits.
fn cut(value: i128, digits: i64, rounds: bool) -> i128 {
    let Some(unit) = u32::try_from(digits).ok().and_then(|it| 10_i128.checked_pow(it)) else {
        return if digits > 0 { 0 } else { value };
    };
    let (whole, rest) = (value / unit, value % unit);
    let away = i128::from(rounds && 2 * rest.abs() >= unit) * rest.signum();
    (whole + away) * unit
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
    let is_tie = ((scaled - scaled.trunc()).abs() - 0.5).abs() < scaled.abs() * 4.0 * f64::EPSILON;
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

/// LOG(x), or LOG(base, x).
fn log(args: &Args) -> Result<ArrayRef> {
    if args.len() == 1 {
        return one(args, |it| (it > 0.0).then(|| it.ln()));
    }
    let (base, number) = (args.number(0)?, args.number(1)?);
    args.make_number(|row| {
        let (base, number) = (base.get(row)?, number.get(row)?);
        (base > 1.0 && number > 0.0 || base > 0.0 && base < 1.0 && number > 0.0)
            .then(|| number.ln() / base.ln())
    })
}

fn pow(args: &Args) -> Result<ArrayRef> {
    let (base, exponent) = (args.number(0)?, args.number(1)?);
    args.make_number(|row| Some(base.get(row)?.powf(exponent.get(row)?)))
}

fn kind_of_mod(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    if kinds.iter().all(DataType::is_integer) { DataType::Int64 } else { DataType::Float64 }
}

/// NULL by zero; the sign is that of the first.
fn modulo(args: &Args) -> Result<ArrayRef> {
    if kind_of_mod(&[args.kind(0).clone(), args.kind(1).clone()], &[]) == DataType::Int64 {
        let (number, by) = (args.long(0)?, args.long(1)?);
        return args.make_long(|row| {
            let (number, by) = (number.get(row)?, by.get(row)?);
            if by == -1 { Some(0) } else { number.checked_rem(by) }
        });
    }
    let (number, by) = (args.number(0)?, args.number(1)?);
    args.make_number(|row| {
        let (number, by) = (number.get(row)?, by.get(row)?);
        (by != 0.0).then(|| number % by)
    })
}

/// `RAND([seed])`: with a seed, MySQL's own sequence.
fn rand(args: &Args) -> Result<ArrayRef> {
    use std::hash::{BuildHasher, RandomState};
    const MODULUS: u64 = 0x3fff_ffff;
    let seed = (args.len() > 0).then(|| args.long(0)).transpose()?;
    let (mut one, mut other) = if let Some(seed) = &seed {
        let seed = seed.get(0).unwrap_or(0) as u32;
        let one = seed.wrapping_mul(0x1_0001).wrapping_add(55_555_555);
        (u64::from(one) % MODULUS, u64::from(seed.wrapping_mul(0x1000_0001)) % MODULUS)
    } else {
        let hash = RandomState::new().hash_one(0);
        (hash % MODULUS, (hash >> 32) % MODULUS)
    };
    args.make_number(|_| {
        one = (one * 3 + other) % MODULUS;
        other = (one + other + 33) % MODULUS;
        Some(one as f64 / MODULUS as f64)
    })
}

/// CONV(text, from, to): digits of one base in another, up to 64 bits; a negative `to` keeps the sign.
fn conv(args: &Args) -> Result<ArrayRef> {
    let (text, from, to) = (args.text(0)?, args.long(1)?, args.long(2)?);
    args.make_text(|row, out| {
        let (text, from, to) = (text.get(row)?.trim(), from.get(row)?, to.get(row)?);
        if text.is_empty() {
            return None;
        }
        let base = u32::try_from(from.unsigned_abs()).ok().filter(|it| (2..=36).contains(it))?;
        let target = Some(to.unsigned_abs()).filter(|it| (2..=36).contains(it))?;
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |it| (true, it));
        let value = digits.chars().map_while(|it| it.to_digit(base)).fold(0_u64, |value, it| {
            value.saturating_mul(u64::from(base)).saturating_add(u64::from(it))
        });
        let bits = if is_negative { value.wrapping_neg() } else { value };
        if to < 0 && (bits as i64) < 0 {
            out.push('-');
            write_in_base((bits as i64).unsigned_abs(), target, out);
        } else {
            write_in_base(bits, target, out);
        }
        Some(())
    })
}

fn in_base(args: &Args, base: u64) -> Result<ArrayRef> {
    let number = args.long(0)?;
    args.make_text(|row, out| {
        write_in_base(number.get(row)? as u64, base, out);
        Some(())
    })
}

fn write_in_base(mut value: u64, base: u64, out: &mut String) {
    let mut digits = Vec::new();
    loop {
        digits.push(
            char::from_digit((value % base) as u32, base as u32)
                .unwrap_or('0')
                .to_ascii_uppercase(),
        );
        value /= base;
        if value == 0 {
            break;
        }
    }
    out.extend(digits.iter().rev());
}

fn crc32(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_long(|row| {
        let sum = text.get(row)?.bytes().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(byte), |sum, _| {
                (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
            })
        });
        Some(i64::from(!sum))
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
