//! The text of a LONG, DOUBLE or DECIMAL → its value. Blanks around it do not count; nothing but blanks is null.

use super::{Unreadable, swar};
use crate::engine::types::{DECIMAL_PRECISION, DECIMAL_SCALE};

/// A 64-bit integer: `12`, `+12`, and also `12.0` and `1.2e1`, as data frames write integers beside missing values.
pub(crate) fn long(text: &[u8]) -> Result<Option<i64>, Unreadable> {
    let text = text.trim_ascii();
    let (negative, digits) = signed(text);
    if digits.len() <= 18 && !digits.is_empty() {
        let (mut value, mut all_digits) = (0_i64, true);
        for byte in digits {
            all_digits &= byte.is_ascii_digit();
            value = value * 10 + i64::from(byte & 15);
        }
        if all_digits {
            return Ok(Some(if negative { -value } else { value }));
        }
    }
    if text.is_empty() {
        return Ok(None);
    }
    match scaled(text, 0) {
        Some(Scaled { value, exact: true }) => value.try_into().map(Some).map_err(|_| Unreadable),
        _ => Err(Unreadable),
    }
}

/// A finite number. NaN, in any case of letters, is null; infinities and what would round to one are refused.
pub(crate) fn double(text: &[u8]) -> Result<Option<f64>, Unreadable> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(value) = Short::read(text).and_then(Short::double) {
        return Ok(Some(value));
    }
    let text = std::str::from_utf8(text).map_err(|_| Unreadable)?;
    match text.parse::<f64>() {
        // Not -0.0, which some of the engine's operators tell from 0.0.
        Ok(value) if value.is_finite() => Ok(Some(value + 0.0)),
        Ok(value) if value.is_nan() => Ok(None),
        _ => Err(Unreadable),
    }
}

/// The value times 10^[`DECIMAL_SCALE`], rounded half away from zero.
pub(crate) fn decimal(text: &[u8]) -> Result<Option<i128>, Unreadable> {
    const LIMIT: u128 = 10_u128.pow(DECIMAL_PRECISION as u32);
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(value) = Short::read(text).and_then(Short::decimal) {
        return Ok(Some(value));
    }
    let value = scaled(text, i32::from(DECIMAL_SCALE)).ok_or(Unreadable)?.value;
    if value.unsigned_abs() < LIMIT { Ok(Some(value)) } else { Err(Unreadable) }
}

/// What [`long`] reads, if the text is the beginning of these bytes and common.
#[inline]
pub(super) fn short_long(bytes: [u8; 8], len: usize) -> Option<i64> {
    let Short { negative, digits, behind_point } = Short::beginning(bytes, len)?;
    (behind_point == 0).then_some(if negative { -digits } else { digits })
}

#[inline]
pub(super) fn short_double(bytes: [u8; 8], len: usize) -> Option<f64> {
    Short::beginning(bytes, len)?.double()
}

#[inline]
pub(super) fn short_decimal(bytes: [u8; 8], len: usize) -> Option<i128> {
    Short::beginning(bytes, len)?.decimal()
}

const POWERS: [i64; Short::LENGTH_MAX] = {
    let mut powers = [1; Short::LENGTH_MAX];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// The common case: few digits, perhaps with a point among them.
struct Short {
    negative: bool,
    digits: i64,
    /// How many of them.
    behind_point: usize,
}

impl Short {
    /// With the point, without the sign.
    const LENGTH_MAX: usize = 18;

    #[inline]
    fn read(text: &[u8]) -> Option<Self> {
        let (negative, text) = signed(text);
        if text.len() > Self::LENGTH_MAX {
            return None;
        }
        let (mut digits, mut point) = (0, None);
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'0'..=b'9' => digits = digits * 10 + i64::from(byte - b'0'),
                b'.' if point.is_none() => point = Some(at),
                _ => return None,
            }
        }
        let count = text.len() - usize::from(point.is_some());
        let behind_point = point.map_or(0, |it| text.len() - it - 1);
        (count > 0).then_some(Self { negative, digits, behind_point })
    }

    /// Reads the first `len` of these bytes, all at once: each stays in its byte of a word, the last in the highest.
    #[inline]
    fn beginning(bytes: [u8; 8], len: usize) -> Option<Self> {
        let negative = bytes[0] == b'-';
        let free_bits = 64_usize.checked_sub(8 * len).filter(|it| *it < 64)?;
        // Zeros in front of the value and instead of its sign.
        let sign = u64::from(negative) * u64::from(b'-' ^ b'0');
        let mut word = (u64::from_le_bytes(bytes) ^ sign) << free_bits;
        word |= !(u64::MAX << free_bits) & swar::ZEROS;
        let mut count = len - usize::from(negative);
        let mut behind_point = 0;
        if let Some(bit) = swar::first(word, b'.') {
            let before = word & !(u64::MAX << bit);
            word = (word & (u64::MAX << bit << 8)) | (before << 8) | u64::from(b'0');
            count -= 1;
            behind_point = (56 - bit) / 8;
        }
        let digits = swar::digits(word)?;
        (count > 0).then_some(Self { negative, digits: i64::from(digits), behind_point })
    }

    fn decimal(self) -> Option<i128> {
        let missing = (DECIMAL_SCALE as usize).checked_sub(self.behind_point)?;
        let value = i128::from(self.digits) * i128::from(POWERS[missing]);
        Some(if self.negative { -value } else { value })
    }

    /// Both the digits and the power of ten are doubles without rounding, so that their quotient is rounded once: it is
    /// the nearest double, as the long way finds it. A zero without a sign, too.
    fn double(self) -> Option<f64> {
        const EXACT_MAX: i64 = 1 << 53;
        let value = self.digits as f64 / POWERS[self.behind_point] as f64;
        (self.digits <= EXACT_MAX).then_some(if self.negative { 0.0 - value } else { value })
    }
}

struct Scaled {
    value: i128,
    /// Nothing was rounded away.
    exact: bool,
}

/// `text` times 10^`scale` as an integer, rounded half away from zero; none where it is no number or too large.
fn scaled(text: &[u8], scale: i32) -> Option<Scaled> {
    let (negative, digits) = signed(text);
    let Mantissa { value, exponent, lost_first, lost_any } = Mantissa::read(digits)?;
    let shift = exponent.saturating_add(scale);
    let (magnitude, exact) = if value == 0 {
        (0, true)
    } else if shift >= 0 {
        let power = 10_u128.checked_pow(shift.unsigned_abs())?;
        (value.checked_mul(power)? + u128::from(lost_first >= 5), !lost_any)
    } else if shift < -38 {
        (0, false)
    } else {
        let power = 10_u128.pow(shift.unsigned_abs());
        let remainder = value % power;
        (value / power + u128::from(remainder >= power / 2), remainder == 0 && !lost_any)
    };
    let magnitude = i128::try_from(magnitude).ok()?;
    Some(Scaled { value: if negative { -magnitude } else { magnitude }, exact })
}

/// `value` × 10^`exponent`, and what of the digits did not fit.
#[derive(Default)]
struct Mantissa {
    value: u128,
    exponent: i32,
    lost_first: u8,
    lost_any: bool,
}

impl Mantissa {
    const DIGITS_MAX: u32 = 38;

    fn read(digits: &[u8]) -> Option<Self> {
        let mut it = Self::default();
        let (mut kept, mut lost, mut seen_digit, mut seen_point) = (0, 0_u32, false, false);
        for (index, &byte) in digits.iter().enumerate() {
            match byte {
                b'0'..=b'9' => {
                    seen_digit = true;
                    let digit = byte - b'0';
                    if kept < Self::DIGITS_MAX {
                        it.value = it.value * 10 + u128::from(digit);
                        kept += u32::from(it.value > 0);
                        it.exponent -= i32::from(seen_point);
                    } else {
                        if lost == 0 {
                            it.lost_first = digit;
                        }
                        lost += 1;
                        it.lost_any |= digit > 0;
                        it.exponent += i32::from(!seen_point);
                    }
                }
                b'.' if !seen_point => seen_point = true,
                b'e' | b'E' if seen_digit => {
                    it.exponent = it.exponent.saturating_add(exponent(&digits[index + 1..])?);
                    break;
                }
                _ => return None,
            }
        }
        seen_digit.then_some(it)
    }
}

fn exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = signed(text);
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i32;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.saturating_mul(10).saturating_add(i32::from(byte - b'0'));
    }
    Some(if negative { -value } else { value })
}

/// Whether the number is negative, and its text without the sign.
fn signed(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn longs_are_read_in_every_form_that_is_integral() {
        for (text, value) in [
            ("0", 0),
            ("-0", 0),
            (" +12\t", 12),
            ("12.0", 12),
            ("12.", 12),
            ("-3.000", -3),
            ("1e3", 1000),
            ("1.5E+1", 15),
            ("120e-1", 12),
            ("000000000000000000000000000000000000000000000012", 12),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(long(text.as_bytes()), Ok(Some(value)), "{text}");
        }
    }

    #[test]
    fn what_is_no_long_is_refused() {
        for text in [
            "x",
            "12.5",
            "1e-1",
            "9223372036854775808",
            "1e40",
            "1e999999999999",
            "-",
            "+",
            ".",
            "1_0",
            "0x1",
            "1 2",
            "--1",
            "1e",
            "e1",
            "1e5000",
            "¼",
            "/",
            ":",
            "1:",
        ] {
            assert_eq!(long(text.as_bytes()), Err(Unreadable), "{text}");
        }
    }

    #[test]
    fn common_numbers_are_read_at_once() {
        assert_eq!(short_long(*b"-123,4.5", 4), Some(-123));
        assert_eq!(short_double(*b"-12.5,67", 5), Some(-12.5));
        assert_eq!(short_decimal(*b"123.4567", 8), Some(1_234_567_000_000));
        for text in [b".,      ", b"-,      ", b"-.,     "] {
            let len = text.iter().position(|it| *it == b',').unwrap();
            assert_eq!(short_double(*text, len), None);
        }
    }

    #[test]
    fn doubles_are_finite_or_null_and_no_zero_is_negative() {
        assert_eq!(double(b" 1.5e-3 "), Ok(Some(0.0015)));
        assert_eq!(double(b".5"), Ok(Some(0.5)));
        assert_eq!(double(b"-0").map(|it| it.map(f64::to_bits)), Ok(Some(0)));
        assert_eq!(double(b"NaN"), Ok(None));
        assert_eq!(double(b"  "), Ok(None));
        for text in ["inf", "-Infinity", "1e400", "NA", "1,5", "\u{661}"] {
            assert_eq!(double(text.as_bytes()), Err(Unreadable), "{text}");
        }
    }

    #[test]
    fn decimals_round_half_away_from_zero() {
        for (text, value) in [
            ("1", 10_000_000_000),
            ("-1.5", -15_000_000_000),
            (".5", 5_000_000_000),
            ("0.00000000005", 1),
            ("-0.00000000005", -1),
            ("0.00000000004999999999999999999999999999999999999999", 0),
            ("1.00000000015", 10_000_000_002),
            ("1e-10", 1),
            ("1E3", 10_000_000_000_000),
            ("1e-400", 0),
            ("0e400", 0),
        ] {
            assert_eq!(decimal(text.as_bytes()), Ok(Some(value)), "{text}");
        }
    }

    #[test]
    fn a_decimal_has_28_digits_before_the_point_and_no_more() {
        let widest = "9999999999999999999999999999.9999999999";
        assert_eq!(decimal(widest.as_bytes()), Ok(Some(10_i128.pow(38) - 1)));
        assert_eq!(decimal(format!("-{widest}4").as_bytes()), Ok(Some(1 - 10_i128.pow(38))));
        assert_eq!(decimal(format!("{widest}5").as_bytes()), Err(Unreadable));
        assert_eq!(decimal(b"10000000000000000000000000000"), Err(Unreadable));
        assert_eq!(decimal(b"1e28"), Err(Unreadable));
        assert_eq!(decimal(&[b'9'; 100]), Err(Unreadable));
    }

    proptest! {
        #[test]
        fn the_short_way_to_a_decimal_agrees_with_the_long_one(text in "[+-]?[0-9]{0,9}[.]?[0-9]{0,9}") {
            if let Some(value) = Short::read(text.as_bytes()).and_then(Short::decimal) {
                prop_assert_eq!(scaled(text.as_bytes(), 10).map(|it| it.value), Some(value));
            }
        }

        #[test]
        fn the_short_way_to_a_double_agrees_with_the_long_one(text in "[+-]?[0-9]{0,17}[.]?[0-9]{0,9}") {
            if let Some(value) = Short::read(text.as_bytes()).and_then(Short::double) {
                prop_assert_eq!(text.parse::<f64>().map(|it| (it + 0.0).to_bits()), Ok(value.to_bits()));
            }
        }

        #[test]
        fn what_is_read_at_once_is_what_is_read_byte_by_byte(text in "[-+]?[0-9]{0,5}[-.e0-9 ]{0,3}", behind: [u8; 8]) {
            let bytes = std::array::from_fn(|it| text.as_bytes().get(it).copied().unwrap_or(behind[it]));
            let text = text.as_bytes();
            if let Some(value) = short_long(bytes, text.len()) {
                prop_assert_eq!(long(text), Ok(Some(value)));
            }
            if let Some(value) = short_double(bytes, text.len()) {
                let expected = double(text).unwrap().unwrap();
                prop_assert_eq!(value.to_bits(), expected.to_bits());
            }
            if let Some(value) = short_decimal(bytes, text.len()) {
                prop_assert_eq!(decimal(text), Ok(Some(value)));
            }
        }

        #[test]
        fn every_i64_comes_back(value: i64) {
            prop_assert_eq!(long(value.to_string().as_bytes()), Ok(Some(value)));
        }

        #[test]
        fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..60), digits in "[-+.e0-9]{0,60}") {
            for text in [&text[..], digits.as_bytes()] {
                let _ = (long(text), double(text), decimal(text));
            }
        }
    }
}
