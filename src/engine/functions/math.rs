//! Numbers. What has no value is NULL, as in MySQL.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::arguments::Args;
use super::{Family, Function, Returns};
use Returns::{Long, Number, Text};

pub(super) const TABLE: &[Function] = &[
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
