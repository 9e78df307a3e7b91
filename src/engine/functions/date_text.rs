//! Dates and times in texts and numbers, read as MySQL's `str_to_datetime`, `str_to_time` and `number_to_datetime` read them:
//! what follows a date does not count, and a part that is missing is 0.

use super::datetime::{Civil, DateTime, TIME_MAX_MS, clock, of_two_digits};
use crate::engine::csv::date_time_of;

/// A moment with its day, or a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    DateTime(DateTime),
    /// In milliseconds.
    Span(i64),
}

impl Time {
    /// A moment's time of day.
    pub(super) const fn millis(self) -> i64 {
        match self {
            Self::DateTime(moment) => moment.time_ms(),
            Self::Span(millis) => millis,
        }
    }
}

/// A date or datetime that the text begins with: `2024-02-29`, `24/2/9 1:05`, `20240229`, `2024-02-29 13 h`.
pub(super) fn read(text: &str) -> Option<DateTime> {
    let text = text.trim_ascii_start();
    let common = date_time_of(text.as_bytes()).map(DateTime::of_millis);
    common.or_else(|| Parts::of(text.as_bytes())?.moment())
}

/// Whether the date that a text begins with has a time behind it.
pub(super) fn has_time(text: &str) -> bool {
    Parts::of(text.trim_ascii_start().as_bytes()).is_some_and(|it| it.count > DAY + 1)
}

/// The numbers of a text, from the year on.
#[derive(Default)]
struct Parts {
    values: [i64; PARTS],
    count: usize,
    year_digits: usize,
    fraction_digits: u32,
    /// A blank or `T` stands between date and time, or nothing does.
    is_whole: bool,
}

const PARTS: usize = 7;
const YEAR: usize = 0;
const DAY: usize = 2;
const SECOND: usize = 5;
const FRACTION: usize = 6;

impl Parts {
    /// None where a blank stands within the date, or a number is too long.
    fn of(text: &[u8]) -> Option<Self> {
        let digits = text.iter().take_while(|it| it.is_ascii_digit() || **it == b'T').count();
        let is_compact = matches!(text.get(digits), None | Some(b'.'));
        let digits_of_year = if matches!(digits, 4 | 8) || digits >= 14 { 4 } else { 2 };
        let mut parts = Self { is_whole: is_compact, ..Self::default() };
        let mut rest = text;
        for part in YEAR..PARTS {
            let most = match part {
                FRACTION => 6,
                _ if !is_compact => usize::MAX,
                YEAR => digits_of_year,
                _ => 2,
            };
            let length = rest.iter().take_while(|it| it.is_ascii_digit()).count().min(most);
            if length == 0 {
                break;
            }
            parts.values[part] = whole(&rest[..length]).filter(|it| *it <= 999_999)?;
            parts.count = part + 1;
            match part {
                YEAR => parts.year_digits = length,
                FRACTION => parts.fraction_digits = length as u32,
                _ => {}
            }
            rest = parts.behind(part, &rest[length..])?;
        }
        Some(parts)
    }

    /// What is left after what separates a part from the next one.
    fn behind<'a>(&mut self, part: usize, rest: &'a [u8]) -> Option<&'a [u8]> {
        match (part, rest) {
            (DAY, [b'T', rest @ ..]) => {
                self.is_whole = true;
                Some(rest)
            }
            (SECOND, [b'.', rest @ ..]) => Some(rest),
            (SECOND | FRACTION, _) => Some(&[]),
            _ => {
                let is_blank = |it: &&u8| it.is_ascii_whitespace();
                let between = |it: &&u8| it.is_ascii_punctuation() || is_blank(it);
                let length = rest.iter().take_while(between).count();
                let has_blank = rest[..length].iter().any(|it| is_blank(&it));
                self.is_whole |= has_blank;
                (!has_blank || part == DAY).then_some(&rest[length..])
            }
        }
    }

    fn moment(&self) -> Option<DateTime> {
        if self.count <= DAY {
            return None;
        }
        let [year, month, day, hour, minute, second, fraction] = self.values;
        let year = if self.year_digits == 2 { of_two_digits(year) } else { year };
        let millis = fraction * 1_000 / 10_i64.pow(self.fraction_digits);
        let civil =
            Civil { year, month: u32::try_from(month).ok()?, day: u32::try_from(day).ok()? };
        DateTime::of(civil, clock(hour, minute, second)? + millis)
    }
}

/// None where the digits are more than a LONG holds.
fn whole(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |number, digit| {
        number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    })
}

/// A date as a number: `20240229`, `240229`, `20240229130509`. Its fraction is one of seconds.
pub(super) fn of_number(number: f64) -> Option<DateTime> {
    // Beyond it, and below 0, there is no date.
    const LAST: f64 = 99_991_231_235_959.0;
    if !(101.0..LAST + 1.0).contains(&number) {
        return None;
    }
    let (whole, fraction) = (number.trunc() as i64, number.fract());
    let (date, time) =
        if whole <= 99_991_231 { (whole, 0) } else { (whole / 1_000_000, whole % 1_000_000) };
    let date = match date {
        0..=691_231 => date + 20_000_000,
        700_101..=991_231 => date + 19_000_000,
        10_000_101.. => date,
        _ => return None,
    };
    let (month, day) = (date / 100 % 100, date % 100);
    let civil = Civil { year: date / 10_000, month: month as u32, day: day as u32 };
    let millis = (fraction * 1_000.0).round().min(999.0) as i64;
    DateTime::of(civil, clock(time / 10_000, time / 100 % 100, time % 100)? + millis)
}

/// A time, or a datetime's: `-12:30`, `100:00:00.5`, `1 12:00:00`, `123015`, `2024-02-29 13:05:09`.
pub(super) fn read_time(text: &str) -> Option<Time> {
    /// From this length on a text may be a whole datetime.
    const WHOLE: usize = 12;
    let text = text.trim_ascii_start();
    if text.len() >= WHOLE {
        let parts = Parts::of(text.as_bytes()).filter(|it| it.is_whole && it.count > DAY);
        if parts.is_some() {
            return read(text).map(Time::DateTime);
        }
    }
    span(text.as_bytes()).map(Time::Span)
}

/// A number as a time: `130509` is 13:05:09, and from eleven digits on it is a datetime.
pub(super) fn time_of_number(number: f64) -> Option<Time> {
    const DATETIMES: f64 = 1e10;
    const MOST: f64 = 8_385_959.0;
    if number >= DATETIMES {
        return of_number(number).map(Time::DateTime);
    }
    if number.abs() >= MOST + 1.0 {
        return None;
    }
    let (digits, fraction) = (number.abs().trunc() as i64, number.abs().fract());
    let millis = of_digits(digits)? + (fraction * 1_000.0).round().min(999.0) as i64;
    Some(Time::Span(if number < 0.0 { -millis } else { millis }))
}

fn of_digits(digits: i64) -> Option<i64> {
    of_parts(digits / 10_000, digits / 100 % 100, digits % 100)
}

fn of_parts(hours: i64, minutes: i64, seconds: i64) -> Option<i64> {
    let in_range = minutes < 60 && seconds < 60 && hours < 100_000_000;
    in_range.then(|| ((hours * 60 + minutes) * 60 + seconds) * 1_000)
}

/// Milliseconds, at most those of 838:59:59.
fn span(text: &[u8]) -> Option<i64> {
    let (is_negative, text) = text.strip_prefix(b"-").map_or((false, text), |it| (true, it));
    let (first, rest) = take_number(text)?;
    let (millis, rest) = match rest {
        [b':', b'0'..=b'9', ..] => clock_parts(first, rest)?,
        // Nothing at all is no time.
        _ if rest.len() == text.len() && !matches!(rest, [b'.', b'0'..=b'9', ..]) => return None,
        _ => match rest.trim_ascii_start() {
            behind @ [b'0'..=b'9', ..] if behind.len() < rest.len() => {
                let (hours, rest) = take_number(behind)?;
                let (of_day, rest) = clock_parts(hours, rest)?;
                (first.checked_mul(86_400_000)?.checked_add(of_day)?, rest)
            }
            _ => (of_digits(first)?, rest),
        },
    };
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => {
            let digits = rest.iter().take_while(|it| it.is_ascii_digit()).count();
            let millis = rest[..digits].iter().chain(b"000").take(3);
            (millis.fold(0, |ms, it| ms * 10 + i64::from(it - b'0')), &rest[digits..])
        }
        _ => (0, rest),
    };
    // An exponent makes it no time.
    if matches!(rest, [b'e' | b'E', b'0'..=b'9', ..] | [b'e' | b'E', b'-' | b'+', b'0'..=b'9', ..])
    {
        return None;
    }
    let millis = millis.checked_add(fraction)?.min(TIME_MAX_MS);
    Some(if is_negative { -millis } else { millis })
}

/// `hours[:minutes[:seconds]]`, whose hours are read: milliseconds, and the text behind.
fn clock_parts(hours: i64, mut rest: &[u8]) -> Option<(i64, &[u8])> {
    let mut others = [0; 2];
    for other in &mut others {
        let [b':', digits @ ..] = rest else { break };
        if !digits.first().is_some_and(u8::is_ascii_digit) {
            break;
        }
        (*other, rest) = take_number(digits)?;
    }
    Some((of_parts(hours, others[0], others[1])?, rest))
}

fn take_number(text: &[u8]) -> Option<(i64, &[u8])> {
    let digits = text.iter().take_while(|it| it.is_ascii_digit()).count();
    Some((whole(&text[..digits])?, &text[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Option<DateTime> {
        read(text)
    }

    #[test]
    fn what_follows_a_date_does_not_count() {
        for text in ["2024-02-29 UTC", "2024-02-29, x", "2024-02-29x", "2024-02-29T", " 2024-02-29"]
        {
            assert_eq!(moment(text), read("2024-02-29"), "{text}");
        }
        assert_eq!(moment("2024-1-5 1:2:3 PM"), read("2024-01-05 01:02:03"));
    }

    #[test]
    fn an_hour_alone_is_one() {
        for text in ["2024-02-29 13", "2024-02-29T13", "2024-02-29-13", "2024/02/29  13"] {
            assert_eq!(moment(text), read("2024-02-29 13:00:00"), "{text}");
        }
    }

    #[test]
    fn many_forms_are_read() {
        for text in
            ["20240229", "240229", "2024/2/29", "24-02-29", "2024:02:29", "2024-02-29T00:00"]
        {
            assert_eq!(moment(text), read("2024-02-29"), "{text}");
        }
        assert_eq!(moment("20240229T130509.5"), read("2024-02-29 13:05:09.500"));
        for text in [
            "2023-02-29",
            "hello",
            "",
            "2024-13-01",
            "2024-02",
            "99999999",
            "20240229 13",
            "2024-02-29 25:00",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_dates_too() {
        for (number, text) in [
            (20_240_229.0, "2024-02-29"),
            (240_229.0, "2024-02-29"),
            (700_101.0, "1970-01-01"),
            (101.0, "2000-01-01"),
        ] {
            assert_eq!(of_number(number), read(text), "{text}");
        }
        assert_eq!(of_number(20_240_229_130_509.5), read("2024-02-29 13:05:09.5"));
        for number in [0.0, -1.0, 100.0, 691_232.0, 20_240_230.0, 1e300, f64::NAN] {
            assert_eq!(of_number(number), None, "{number}");
        }
    }

    #[test]
    fn times_go_beyond_a_day() {
        let millis = |text: &str| read_time(text).map(Time::millis);
        for (text, expected) in [
            ("100:00:01.5", Some(360_001_500)),
            ("-01:30", Some(-5_400_000)),
            ("1 12:00", Some(129_600_000)),
            ("123015", Some(45_015_000)),
            ("12abc", Some(12_000)),
            (".5", Some(500)),
            ("2024/01/15", Some(1_224_000)),
            ("900:00:00", Some(TIME_MAX_MS)),
            ("2024-02-29 13:05:09", Some(47_109_000)),
            ("12:60:00", None),
            ("1e2", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
        assert_eq!(time_of_number(130_509.0), read_time("13:05:09"));
        assert_eq!(time_of_number(20_240_229.0), None);
    }
}
