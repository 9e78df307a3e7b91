//! Numbers. What has no value is NULL, as in MySQL.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::arguments::Args;
use super::array_values::leading_length;
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
    Function::new("random", Family::Math, (0, 0), Number, rand).volatile(),
    Function::new("width_bucket", Family::Math, (4, 4), Long, width_bucket),
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

/// LOG(x) to the base of 10, <https://domo-support.domo.com/s/article/4410213098903>, where MySQL's is LN(x); or LOG(base, x).
fn log(args: &Args) -> Result<ArrayRef> {
    if args.len() == 1 {
        return one(args, |it| (it > 0.0).then(|| it.log10()));
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

/// MySQL's own sequence of numbers from a seed.
struct Random(u64, u64);

impl Random {
    const MODULUS: u64 = 0x3fff_ffff;

    fn of_seed(seed: u32) -> Self {
        let one = seed.wrapping_mul(0x1_0001).wrapping_add(55_555_555);
        let other = seed.wrapping_mul(0x1000_0001);
        Self(u64::from(one) % Self::MODULUS, u64::from(other) % Self::MODULUS)
    }

    fn next(&mut self) -> f64 {
        self.0 = (self.0 * 3 + self.1) % Self::MODULUS;
        self.1 = (self.0 + self.1 + 33) % Self::MODULUS;
        self.0 as f64 / Self::MODULUS as f64
    }
}

/// `RAND([seed])`: a constant seed begins a sequence, and a column's values seed row by row. A text that is no number is
/// a seed too, <https://domo-support.domo.com/s/article/4410213098903>.
fn rand(args: &Args) -> Result<ArrayRef> {
    use std::hash::{BuildHasher, RandomState};
    if args.len() == 0 {
        let hash = RandomState::new().hash_one(0);
        let mut random = Random(hash % Random::MODULUS, (hash >> 32) % Random::MODULUS);
        return args.make_number(|_| Some(random.next()));
    }
    let seeds = args.long(0)?;
    let texts = if args.kind(0).is_string() { Some(args.text(0)?) } else { None };
    let seed = |row: usize| match texts.as_ref().and_then(|it| it.get(row)) {
        Some(text) if leading_length(text) == 0 => crc32fast::hash(text.as_bytes()),
        _ => seeds.get(row).unwrap_or(0) as u32,
    };
    if !args.raw(0).1 {
        return args.make_number(|row| Some(Random::of_seed(seed(row)).next()));
    }
    let mut random = Random::of_seed(seed(0));
    args.make_number(|_| Some(random.next()))
}

/// `WIDTH_BUCKET(x, min, max, count)`: which of so many parts of a range a number or a date is in; 0 below all, and one more
/// than there are from the maximum on. NULL where there is no such range.
fn width_bucket(args: &Args) -> Result<ArrayRef> {
    let is_date = |at: usize| matches!(args.kind(at), DataType::Date32 | DataType::Timestamp(..));
    let are_dates = (0..3).any(is_date);
    let moments = (0..3).map(|at| args.moment(at)).collect::<Result<Vec<_>>>()?;
    let numbers = (0..3).map(|at| args.number(at)).collect::<Result<Vec<_>>>()?;
    let value = |at: usize, row: usize| {
        if are_dates {
            moments[at].get(row).map(|it| it.millis() as f64)
        } else {
            numbers[at].get(row)
        }
    };
    let count = args.long(3)?;
    args.make_long(|row| {
        let (value, least, most) = (value(0, row)?, value(1, row)?, value(2, row)?);
        let count = count.get(row).filter(|it| (1..=i64::from(i32::MAX)).contains(it))?;
        let share = (value - least) / (most - least);
        match share {
            it if it.is_nan() || it.is_infinite() => None,
            it if it < 0.0 => Some(0),
            it if it >= 1.0 => Some(count + 1),
            it => Some((it * count as f64).floor() as i64 + 1),
        }
    })
}

/// CONV(text, from, to): digits of one base in another, up to 64 bits; a negative `to` keeps the sign.
fn conv(args: &Args) -> Result<ArrayRef> {
    let (text, from, to) = (args.text(0)?, args.long(1)?, args.long(2)?);
    args.make_text(|row, out| in_other_base(text.get(row)?, (from.get(row)?, to.get(row)?), out))
}

/// BIN and OCT: of the digits that the number's text begins with.
fn in_base(args: &Args, base: i64) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| in_other_base(text.get(row)?, (10, base), out))
}

/// Numbers are of 64 bits, signed where a base is negative: more digits give the largest one.
fn in_other_base(text: &str, (from, to): (i64, i64), out: &mut String) -> Option<()> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let base = u32::try_from(from.unsigned_abs()).ok().filter(|it| (2..=36).contains(it))?;
    let target = Some(to.unsigned_abs()).filter(|it| (2..=36).contains(it))?;
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |it| (true, it));
    let value = digits.chars().map_while(|it| it.to_digit(base)).fold(0_u64, |value, it| {
        value.saturating_mul(u64::from(base)).saturating_add(u64::from(it))
    });
    let value = match (from < 0, is_negative) {
        (true, false) => value.min(i64::MAX as u64),
        (true, true) => value.min(i64::MIN.unsigned_abs()),
        (false, _) => value,
    };
    let bits = if is_negative { value.wrapping_neg() } else { value };
    if to < 0 && (bits as i64) < 0 {
        out.push('-');
        write_in_base((bits as i64).unsigned_abs(), target, out);
    } else {
        write_in_base(bits, target, out);
    }
    Some(())
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
    args.make_long(|row| Some(i64::from(crc32fast::hash(text.get(row)?.as_bytes()))))
}
