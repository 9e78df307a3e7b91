//! Operators of bits: MySQL's are of 64 bits without a sign. A result of 2⁶³ and more has no LONG and is negative.
//! <https://dev.mysql.com/doc/refman/8.4/en/bit-functions.html>

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;

use super::arguments::Args;
use super::{Family, Function, Returns};

pub(super) const TABLE: &[Function] = &[
    of("mysql_bit_and", |args| bits(args, |a, b| a & b)),
    of("mysql_bit_or", |args| bits(args, |a, b| a | b)),
    of("mysql_bit_xor", |args| bits(args, |a, b| a ^ b)),
    of("mysql_shift_left", |args| bits(args, |a, count| shifted(a, count, u64::checked_shl))),
    of("mysql_shift_right", |args| bits(args, |a, count| shifted(a, count, u64::checked_shr))),
];

const fn of(name: &'static str, evaluate: fn(&Args) -> Result<ArrayRef>) -> Function {
    Function::new(name, Family::Internal, (2, 2), Returns::Long, evaluate)
}

fn bits(args: &Args, of: fn(u64, u64) -> u64) -> Result<ArrayRef> {
    let (left, right) = (args.long(0)?, args.long(1)?);
    args.make_long(|row| Some(of(left.get(row)? as u64, right.get(row)? as u64) as i64))
}

/// Nothing is left of a number that is shifted by 64 and more.
fn shifted(value: u64, count: u64, by: fn(u64, u32) -> Option<u64>) -> u64 {
    u32::try_from(count).ok().and_then(|count| by(value, count)).unwrap_or(0)
}
