//! The text of a DATE or DATETIME → its value. Blanks around it do not count; nothing but blanks is null.
//!
//! `YYYY-MM-DD`, then perhaps a time `HH:MM[:SS[.fraction]]` behind a blank or `T`, then perhaps `Z` or an offset.

use super::{Unreadable, swar};
use crate::engine::calendar::{DAY_MS, days_from_civil};

/// Days since 1970-01-01. A time of day other than midnight is refused; an offset changes nothing.
pub(crate) fn date(text: &[u8]) -> Result<Option<i32>, Unreadable> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    match DateTime::read(text) {
        Some(DateTime { days, time_ms: 0, .. }) => Ok(Some(days)),
        _ => Err(Unreadable),
    }
}

/// Milliseconds since 1970-01-01T00:00:00. An offset is converted to UTC; digits behind the millisecond are cut.
pub(crate) fn date_time(text: &[u8]) -> Result<Option<i64>, Unreadable> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    let DateTime { days, time_ms, offset_minutes } = DateTime::read(text).ok_or(Unreadable)?;
    Ok(Some(i64::from(days) * DAY_MS + time_ms - offset_minutes * 60_000))
}

/// What [`date`] reads, if the text is the beginning of these bytes and common.
#[inline]
pub(super) fn short_date(bytes: &[u8; 10], len: usize) -> Option<i32> {
    if len == bytes.len() { day(bytes) } else { None }
}

#[inline]
pub(super) fn short_date_time(bytes: &[u8; 20], len: usize) -> Option<i64> {
    let (date, rest) = bytes.split_first_chunk()?;
    let (&[between, ref time @ .., zone], _) = rest.split_first_chunk::<10>()?;
    let is_common = matches!(between, b' ' | b'T') && (len == 19 || (len == 20 && zone == b'Z'));
    let (date, seconds) = if is_common { (day(date)?, seconds(*time)?) } else { return None };
    Some(i64::from(date) * DAY_MS + i64::from(seconds) * 1_000)
}

struct DateTime {
    days: i32,
    /// Since midnight.
    time_ms: i64,
    offset_minutes: i64,
}

impl DateTime {
    fn read(text: &[u8]) -> Option<Self> {
        let (date, rest) = text.split_first_chunk()?;
        let days = day(date)?;
        let (time_ms, zone) = match rest {
            [] => (0, rest),
            [b' ' | b'T' | b't', time @ ..] => time_of_day(time)?,
            _ => return None,
        };
        Some(Self { days, time_ms, offset_minutes: offset(zone)? })
    }
}

/// `YYYY-MM-DD` in days since 1970.
#[inline]
fn day(text: &[u8; 10]) -> Option<i32> {
    let (year_and_month, &[d1, d2]) = text.split_first_chunk()? else { return None };
    let digits = swar::shaped(u64::from_le_bytes(*year_and_month), *b"0000-00-")?;
    let year = swar::pair(digits, 0) * 100 + swar::pair(digits, 2);
    days_from_civil(year as i32, swar::pair(digits, 5), two_digits([d1, d2])?)
}

/// `HH:MM:SS` in seconds since midnight.
#[inline]
fn seconds(text: [u8; 8]) -> Option<u32> {
    let digits = swar::shaped(u64::from_le_bytes(text), *b"00:00:00")?;
    seconds_of(swar::pair(digits, 0), swar::pair(digits, 3), swar::pair(digits, 6))
}

#[inline]
fn seconds_of(hours: u32, minutes: u32, seconds: u32) -> Option<u32> {
    let in_range = hours < 24 && minutes < 60 && seconds < 60;
    in_range.then_some((hours * 60 + minutes) * 60 + seconds)
}

/// `HH:MM[:SS[.fraction]]` in milliseconds, and the text behind it.
fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (&[h1, h2, b':', m1, m2], mut rest) = text.split_first_chunk()? else { return None };
    let (hours, minutes) = (two_digits([h1, h2])?, two_digits([m1, m2])?);
    let (mut seconds, mut ms) = (0, 0);
    if let [b':', s1, s2, behind @ ..] = rest {
        (seconds, rest) = (two_digits([*s1, *s2])?, behind);
        if let [b'.', fraction @ ..] = rest {
            let digits = fraction.iter().take_while(|it| it.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            let padded = fraction[..digits].iter().chain(b"000").take(3);
            ms = padded.fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'));
            rest = &fraction[digits..];
        }
    }
    let whole_seconds = i64::from(seconds_of(hours, minutes, seconds)?);
    Some((whole_seconds * 1_000 + ms, rest))
}

/// Nothing, `Z`, `±hh:mm`, `±hhmm` or `±hh`, behind at most one blank; in minutes east of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let text = text.strip_prefix(b" ").unwrap_or(text);
    let (sign, hours, minutes) = match *text {
        [] | [b'Z' | b'z'] => return Some(0),
        [sign, h1, h2] => (sign, [h1, h2], [b'0'; 2]),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => (sign, [h1, h2], [m1, m2]),
        _ => return None,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let east = i64::from(hours * 60 + minutes);
    match sign {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Some(east),
        b'-' => Some(-east),
        _ => None,
    }
}

fn two_digits([tens, ones]: [u8; 2]) -> Option<u32> {
    let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
    is_number.then(|| u32::from(tens & 15) * 10 + u32::from(ones & 15))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn date_times_are_read_in_every_form_that_clients_send() {
        for (text, ms) in [
            ("1970-01-01", 0),
            ("1970-01-02 00:00", 86_400_000),
            ("1970-01-01T00:00:01", 1_000),
            (" 1970-01-01 00:00:01.5 ", 1_500),
            ("1970-01-01 00:00:01.123456", 1_123),
            ("1970-01-01 00:00:00.000999999", 0),
            ("1970-01-01T00:00:01Z", 1_000),
            ("1970-01-01T02:00:00+02:00", 0),
            ("1969-12-31 19:00:00-0500", 0),
            ("1970-01-01 01:00:00 +01", 0),
            ("2013-01-01 05:00:00", 1_357_016_400_000),
            ("1969-12-31T23:59:59.999", -1),
        ] {
            assert_eq!(date_time(text.as_bytes()), Ok(Some(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_time_is_refused() {
        for text in [
            "x",
            "2013",
            "2013-1-1",
            "2013-02-29",
            "2013/01/01",
            "20130101",
            "2013-01-01 ",
            "2013-01-01T",
            "2013-01-01 24:00",
            "2013-01-01 1:00",
            "2013-01-01 00:60",
            "2013-01-01 00:00:60",
            "2013-01-01 00:00:00.",
            "2013-01-01 00:00:00+24:00",
            "2013-01-01 00:00:00 PM",
            "2013-01-01Z",
            "12013-01-01",
            "-2013-01-01",
        ] {
            let expected = if text.trim() == "2013-01-01" {
                Ok(Some(1_356_998_400_000))
            } else {
                Err(Unreadable)
            };
            assert_eq!(date_time(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_date_may_carry_midnight_and_nothing_else() {
        for text in [
            "2013-01-01",
            "2013-01-01 00:00:00",
            "2013-01-01T00:00:00.000Z",
            "2013-01-01T00:00+05:00",
        ] {
            assert_eq!(date(text.as_bytes()), Ok(Some(15_706)), "{text}");
        }
        assert_eq!(date(b"2013-01-01 00:00:01"), Err(Unreadable));
        assert_eq!(date(b" "), Ok(None));
    }

    proptest! {
        #[test]
        fn what_is_read_at_once_is_what_is_read_piece_by_piece(
            text in "(19|20)[0-9]{2}[-/][0-3][0-9]-[0-3][0-9]([ Tt][0-3][0-9]:[0-7][0-9]:[0-7][0-9:](Z|)|)",
        ) {
            let bytes = |it: usize| text.as_bytes().get(it).copied().unwrap_or(b'Z');
            if let Some(days) = short_date(&std::array::from_fn(bytes), text.len()) {
                prop_assert_eq!(date(text.as_bytes()), Ok(Some(days)));
            }
            if let Some(ms) = short_date_time(&std::array::from_fn(bytes), text.len()) {
                prop_assert_eq!(date_time(text.as_bytes()), Ok(Some(ms)));
            }
        }

        #[test]
        fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..40), likely in "[-0-9 T:.Z+]{0,40}") {
            for text in [&text[..], likely.as_bytes()] {
                let _ = (date(text), date_time(text));
            }
        }
    }
}
