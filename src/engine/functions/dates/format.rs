//! DATE_FORMAT and TIME_FORMAT: every specifier of MySQL's manual. Any other letter behind `%` stands for itself.

use std::fmt::Write as _;

use super::arguments::Arguments;
use super::moment::{Clock, Moment};
use super::parts::{MONTHS, WEEKDAYS};
use super::weeks::Mode;

pub(super) fn date_format(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    date(args.moment(0, row)?, &args.text(1, row)?, out)
}

pub(super) fn time_format(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    let (span, format) = (args.span(0, row)?, args.text(1, row)?);
    if span.us() < 0 {
        out.push('-');
    }
    specifiers(&format, out, |specifier, out| time_part(span.clock(), specifier, out))
}

pub(super) fn date(moment: Moment, format: &str, out: &mut String) -> Option<()> {
    let clock = Clock::from(moment);
    specifiers(format, out, |specifier, out| {
        if date_part(moment, specifier, out).is_none() {
            clock_part(clock, specifier, out);
        }
        Some(())
    })
}

fn specifiers(
    format: &str,
    out: &mut String,
    mut part: impl FnMut(char, &mut String) -> Option<()>,
) -> Option<()> {
    let mut rest = format;
    while let Some((plain, behind)) = rest.split_once('%') {
        out.push_str(plain);
        let mut letters = behind.chars();
        match letters.next() {
            Some(specifier) => part(specifier, out)?,
            None => out.push('%'),
        }
        rest = letters.as_str();
    }
    out.push_str(rest);
    Some(())
}

/// None where the specifier asks for nothing of a date.
fn date_part(moment: Moment, specifier: char, out: &mut String) -> Option<()> {
    let date = moment.civil();
    let (month, weekday) = (date.month as usize - 1, moment.weekday());
    let written = match specifier {
        'Y' => write!(out, "{:04}", date.year),
        'y' => write!(out, "{:02}", date.year % 100),
        'm' => write!(out, "{:02}", date.month),
        'c' => write!(out, "{}", date.month),
        'd' => write!(out, "{:02}", date.day),
        'e' => write!(out, "{}", date.day),
        'D' => write!(out, "{}{}", date.day, ordinal(date.day)),
        'M' => out.write_str(MONTHS[month]),
        'b' => out.write_str(&MONTHS[month][..3]),
        'W' => out.write_str(WEEKDAYS[weekday]),
        'a' => out.write_str(&WEEKDAYS[weekday][..3]),
        'w' => write!(out, "{}", (weekday + 1) % 7),
        'j' => write!(out, "{:03}", moment.day_of_year()),
        'U' => write!(out, "{:02}", Mode::of(0).week(moment).1),
        'u' => write!(out, "{:02}", Mode::of(1).week(moment).1),
        'V' => write!(out, "{:02}", Mode::of(2).week(moment).1),
        'v' => write!(out, "{:02}", Mode::ISO.week(moment).1),
        'X' => write!(out, "{:04}", Mode::of(2).week(moment).0),
        'x' => write!(out, "{:04}", Mode::ISO.week(moment).0),
        _ => return None,
    };
    written.ok()
}

/// A span has no day: zero where that is a number, none where it is a name or a week.
fn time_part(clock: Clock, specifier: char, out: &mut String) -> Option<()> {
    match specifier {
        'Y' => out.push_str("0000"),
        'y' | 'm' | 'd' => out.push_str("00"),
        'c' | 'e' => out.push('0'),
        'M' | 'b' | 'W' | 'a' | 'w' | 'D' | 'j' | 'U' | 'u' | 'V' | 'v' | 'X' | 'x' => return None,
        _ => clock_part(clock, specifier, out),
    }
    Some(())
}

fn clock_part(clock: Clock, specifier: char, out: &mut String) {
    let Clock { hour, minute, second, us } = clock;
    let half = (hour + 11) % 12 + 1;
    let half_day = if hour % 24 < 12 { "AM" } else { "PM" };
    let written = match specifier {
        'H' => write!(out, "{hour:02}"),
        'k' => write!(out, "{hour}"),
        'h' | 'I' => write!(out, "{half:02}"),
        'l' => write!(out, "{half}"),
        'i' => write!(out, "{minute:02}"),
        'S' | 's' => write!(out, "{second:02}"),
        'f' => write!(out, "{us:06}"),
        'p' => out.write_str(half_day),
        'r' => write!(out, "{half:02}:{minute:02}:{second:02} {half_day}"),
        'T' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
        other => out.write_char(other),
    };
    debug_assert!(written.is_ok(), "text takes any text");
}

fn ordinal(day: u32) -> &'static str {
    match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}
