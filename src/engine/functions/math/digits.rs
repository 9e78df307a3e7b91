//! Numbers in other bases, and a checksum.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::arguments::Arguments;
use super::super::call::{Call, Returns};
use super::super::output::TextOutput;

const CALLS: &[Call] = &[
    Call::new("conv", (3, 3), Returns::Text, conv),
    Call::new("bin", (1, 1), Returns::Text, |it| in_base(it, 2)),
    Call::new("oct", (1, 1), Returns::Text, |it| in_base(it, 8)),
    Call::new("crc32", (1, 1), Returns::Whole, crc32),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    CALLS.iter().map(Call::function).collect()
}

/// CONV(digits, from, to): a negative `to` means a signed answer.
fn conv(arguments: &Arguments) -> Result<ArrayRef> {
    let (texts, from, to) = (arguments.text(0)?, arguments.whole(1)?, arguments.whole(2)?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let converted = || {
            let (text, from, to) = (texts.get(row)?, from.get(row)?, to.get(row)?);
            let value = read(text, base(from)?)?;
            Some(written(value, base(to)?, to < 0))
        };
        output.row(converted().as_deref())?;
    }
    Ok(output.finish())
}

fn base(number: i64) -> Option<u32> {
    let base = u32::try_from(number.unsigned_abs()).ok()?;
    (2..=36).contains(&base).then_some(base)
}

/// As many digits as there are, in 64 bits; an empty text is no number.
fn read(text: &str, base: u32) -> Option<u64> {
    let text = text.trim_start();
    if text.is_empty() {
        return None;
    }
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut value: u64 = 0;
    for digit in digits.chars().map_while(|it| it.to_digit(base)) {
        value = value
            .checked_mul(u64::from(base))
            .and_then(|it| it.checked_add(u64::from(digit)))
            .unwrap_or(u64::MAX);
    }
    Some(if negative { value.wrapping_neg() } else { value })
}

fn written(value: u64, base: u32, signed: bool) -> String {
    let negative = signed && (value as i64) < 0;
    let mut rest = if negative { (value as i64).unsigned_abs() } else { value };
    let mut digits = Vec::with_capacity(65);
    loop {
        let digit = (rest % u64::from(base)) as u32;
        digits.push(char::from_digit(digit, base).unwrap_or('0').to_ascii_uppercase());
        rest /= u64::from(base);
        if rest == 0 {
            break;
        }
    }
    if negative {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

/// BIN and OCT are CONV from 10: a text counts as the whole number that it begins with.
fn in_base(arguments: &Arguments, base: u32) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let value = texts.get(row).and_then(|it| read(it, 10));
        output.row(value.map(|it| written(it, base, false)).as_deref())?;
    }
    Ok(output.finish())
}

fn crc32(arguments: &Arguments) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let of = |row| texts.get(row).map(|it| i64::from(checksum(it.as_bytes())));
    Ok(Arc::new((0..arguments.rows()).map(of).collect::<Int64Array>()))
}

/// The polynomial of zip and PNG.
fn checksum(bytes: &[u8]) -> u32 {
    let bit = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| bit(crc));
    !bytes.iter().fold(u32::MAX, byte)
}
