//! Text and numbers as dates and times, read as leniently as MySQL reads them.
//! MySQL's manual, "Date and Time Literals".

use super::moment::{Civil, DAY_US, HOUR_US, MINUTE_US, Moment, SECOND_US, Span};

/// A date, with or without a time behind it. Whatever stands behind what can be read does not count.
pub(super) struct Read {
    pub(super) moment: Moment,
    pub(super) has_time: bool,
}

pub(super) fn read(text: &str) -> Option<Read> {
    let text = text.trim_ascii().as_bytes();
    let leading = text.iter().take_while(|it| it.is_ascii_digit()).count();
    let ends = matches!(text.get(leading), None | Some(b'.' | b'T' | b't'));
    if leading >= 5 && (ends || leading >= 6) { packed(text, leading) } else { delimited(text) }
}

/// `2024-1-5 1:02:03.4`, with any punctuation between the parts, and perhaps an offset from UTC at the end.
fn delimited(text: &[u8]) -> Option<Read> {
    let mut text = Scanner { rest: text };
    let (year, digits) = text.number(4)?;
    let year = if digits <= 2 { full_year(year) } else { year };
    text.punctuation()?;
    let (month, _) = text.number(2)?;
    text.punctuation()?;
    let (day, _) = text.number(2)?;
    let date = Moment::of_civil(year, month as u32, day as u32)?;
    let has_time = text.before_time();
    let mut us = 0;
    for (unit, most) in [(HOUR_US, 23), (MINUTE_US, 59), (SECOND_US, 59)] {
        if !has_time || (unit != HOUR_US && !text.skip(b":")) {
            break;
        }
        let (part, _) = text.number(2)?;
        if part > most {
            return None;
        }
        us += part * unit;
        if unit == SECOND_US {
            us += text.fraction();
        }
    }
    let east = if has_time { text.offset()? } else { 0 };
    Some(Read { moment: date.plus_us(us - east)?, has_time })
}

/// `20240105`, `240105`, `20240105010203` or `240105010203`.
fn packed(text: &[u8], digits: usize) -> Option<Read> {
    let four_digit_year = digits == 8 || digits >= 14;
    let mut text = Scanner { rest: text };
    let (year, _) = text.number(if four_digit_year { 4 } else { 2 })?;
    let year = if four_digit_year { year } else { full_year(year) };
    let (month, _) = text.number(2)?;
    let (day, _) = text.number(2)?;
    let date = Moment::of_civil(year, month as u32, day as u32)?;
    let mut us = 0;
    let has_time = text.before_time() || text.rest.first().is_some_and(u8::is_ascii_digit);
    if has_time {
        let mut part =
            |most: i64| text.number(2).map_or(Some(0), |(it, _)| (it <= most).then_some(it));
        us = part(23)? * HOUR_US + part(59)? * MINUTE_US + part(59)? * SECOND_US;
        us += text.fraction();
    }
    Some(Read { moment: date.plus_us(us)?, has_time })
}

/// A time of day or a span: `-838:59:59`, `1 02:03:04`, `1:02`, `10203`, or the time of a date with one.
pub(super) fn span(text: &str) -> Option<Span> {
    let text = text.trim_ascii();
    if let Some(Read { moment, has_time: true }) = looks_dated(text).then(|| read(text)).flatten() {
        return Some(Span::of_us(moment.us_of_day()));
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut text = Scanner { rest: text.as_bytes() };
    let (first, _) = text.number(10)?;
    let mut us = 0;
    let colon =
        if text.rest.first() == Some(&b' ') && text.rest.get(1).is_some_and(u8::is_ascii_digit) {
            text.rest = &text.rest[1..];
            us += first.checked_mul(DAY_US)?;
            let (hours, _) = text.number(2)?;
            us = us.checked_add(hours * HOUR_US)?;
            true
        } else if text.rest.first() == Some(&b':') {
            us += first.checked_mul(HOUR_US)?;
            true
        } else {
            us += clock_digits(first)?;
            false
        };
    if colon {
        for unit in [MINUTE_US, SECOND_US] {
            if text.skip(b":") {
                let (part, _) = text.number(2)?;
                us = us.checked_add((part < 60).then_some(part * unit)?)?;
            }
        }
    }
    us = us.checked_add(text.fraction())?;
    Some(Span::of_us(if negative { -us } else { us }))
}

/// Whether a text begins as a date does and goes on behind it.
fn looks_dated(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let next = text.as_bytes().get(digits);
    matches!(next, Some(b'-' | b'/' | b'.')) && text.len() > 10 || digits >= 12
}

/// `10203` is 1:02:03.
fn clock_digits(number: i64) -> Option<i64> {
    let (hours, minutes, seconds) = (number / 10_000, number / 100 % 100, number % 100);
    if minutes > 59 || seconds > 59 {
        return None;
    }
    hours.checked_mul(HOUR_US)?.checked_add(minutes * MINUTE_US + seconds * SECOND_US)
}

/// 20240105 or 20240105010203; with two digits for the year as well.
pub(super) fn moment_of_number(number: i64) -> Option<Read> {
    let (date, clock) = match number {
        101..=99_991_231 => (number, 0),
        101_000_000..=99_991_231_235_959 => (number / 1_000_000, number % 1_000_000),
        _ => return None,
    };
    let short = if number <= 99_991_231 { date <= 991_231 } else { number <= 991_231_235_959 };
    let Civil { year, month, day } =
        Civil { year: date / 10_000, month: (date / 100 % 100) as u32, day: (date % 100) as u32 };
    let year = if short { full_year(year) } else { year };
    let us = clock_digits(clock).filter(|it| *it < DAY_US)?;
    let moment = Moment::of_civil(year, month, day)?.plus_us(us)?;
    Some(Read { moment, has_time: number > 99_991_231 })
}

/// 10203 is 1:02:03; a number as long as a date with a time is the time in it.
pub(super) fn span_of_number(number: f64) -> Option<Span> {
    let whole = number.trunc();
    if !number.is_finite() || whole.abs() > 1e15 {
        return None;
    }
    let us = ((number.abs() - whole.abs()) * 1e6).round() as i64;
    let whole = whole as i64;
    if whole.abs() > 8_385_959 {
        return moment_of_number(whole)
            .filter(|it| it.has_time)
            .map(|it| Span::of_us(it.moment.us_of_day()));
    }
    let us = clock_digits(whole.abs())? + us;
    Some(Span::of_us(if number < 0.0 { -us } else { us }))
}

/// 69 is 2069, 70 is 1970.
pub(super) fn full_year(short: i64) -> i64 {
    if short < 70 { 2000 + short } else { 1900 + short }
}

struct Scanner<'a> {
    rest: &'a [u8],
}

impl Scanner<'_> {
    /// The number that the next digits make, and how many they are; at most so many.
    fn number(&mut self, most: usize) -> Option<(i64, usize)> {
        let digits = self.rest.iter().take(most).take_while(|it| it.is_ascii_digit()).count();
        let (digits_here, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let number = digits_here.iter().fold(0, |sum, it| sum * 10 + i64::from(it - b'0'));
        (digits > 0).then_some((number, digits))
    }

    fn skip(&mut self, any_of: &[u8]) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if any_of.contains(first) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn punctuation(&mut self) -> Option<()> {
        let length = self.rest.iter().take_while(|it| it.is_ascii_punctuation()).count();
        self.rest = &self.rest[length..];
        (length > 0).then_some(())
    }

    /// Steps over what parts the date from the time: a `T`, blanks, or punctuation, if digits follow.
    fn before_time(&mut self) -> bool {
        let between = |it: &&u8| it.is_ascii_whitespace() || it.is_ascii_punctuation();
        let length = match self.rest.first() {
            Some(b'T' | b't') => 1,
            _ => self.rest.iter().take_while(between).count(),
        };
        let behind = &self.rest[length..];
        let found = length > 0 && behind.first().is_some_and(u8::is_ascii_digit);
        if found {
            self.rest = behind;
        }
        found
    }

    /// Microseconds. Digits behind the sixth round.
    fn fraction(&mut self) -> i64 {
        if !self.skip(b".") {
            return 0;
        }
        let digits = self.rest.iter().take_while(|it| it.is_ascii_digit()).count();
        let (fraction, rest) = self.rest.split_at(digits);
        self.rest = rest;
        let padded = fraction.iter().chain(b"0000000").take(7);
        let tenths = padded.fold(0, |sum, it| sum * 10 + i64::from(it - b'0'));
        (tenths + 5) / 10
    }

    /// `+05:30` in microseconds; 0 where no offset stands. None if there cannot be such a one.
    fn offset(&mut self) -> Option<i64> {
        let &[sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = self.rest else { return Some(0) };
        if ![h1, h2, m1, m2].iter().all(u8::is_ascii_digit) {
            return Some(0);
        }
        let two = |tens: u8, ones: u8| i64::from(tens & 15) * 10 + i64::from(ones & 15);
        let (hours, minutes) = (two(h1, h2), two(m1, m2));
        let us = hours * HOUR_US + minutes * MINUTE_US;
        (minutes < 60 && us <= 14 * HOUR_US).then_some(if sign == b'-' { -us } else { us })
    }
}

#[cfg(test)]
mod tests;
