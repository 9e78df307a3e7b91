//! Dates and times from and to numbers, text and one another.

use std::fmt::Write as _;

use super::arguments::Arguments;
use super::format;
use super::moment::{
    Clock, DAY_US, DAYS_TO_EPOCH, HOUR_US, MINUTE_US, Moment, SECOND_US, Span, first_of_year,
};
use super::reading::full_year;

/// A day without its time.
pub(super) fn date(args: &Arguments, row: usize) -> Option<Moment> {
    args.moment(0, row)
}

/// A day with its time; plus a span, where there is a second argument.
pub(super) fn timestamp(args: &Arguments, row: usize) -> Option<Moment> {
    let moment = args.moment(0, row)?;
    if args.has(1) { moment.plus_us(args.span(1, row)?.us()) } else { Some(moment) }
}

pub(super) fn time(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    write_span(args.span(0, row)?, out)
}

/// `[-]HH:MM:SS`, with six digits behind the second where they are not all zero.
pub(super) fn write_span(span: Span, out: &mut String) -> Option<()> {
    let Clock { hour, minute, second, us } = span.clock();
    let sign = if span.us() < 0 { "-" } else { "" };
    write!(out, "{sign}{hour:02}:{minute:02}:{second:02}").ok()?;
    write_fraction(us, out)
}

fn write_fraction(us: u32, out: &mut String) -> Option<()> {
    if us == 0 { Some(()) } else { write!(out, ".{us:06}").ok() }
}

/// Days since the year 0.
pub(super) fn to_days(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.moment(0, row)?.days() + DAYS_TO_EPOCH)
}

pub(super) fn from_days(args: &Arguments, row: usize) -> Option<Moment> {
    // Up to here MySQL answers with a date of zeros.
    let days = args.long(0, row).filter(|it| *it > 365)?;
    Moment::of_day(days.checked_sub(DAYS_TO_EPOCH)?)
}

pub(super) fn to_seconds(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.moment(0, row)?.us().div_euclid(SECOND_US) + DAYS_TO_EPOCH * (DAY_US / SECOND_US))
}

/// 0 before 1970 and from 3001-01-19 on.
pub(super) fn unix_timestamp(args: &Arguments, row: usize) -> Option<i64> {
    let seconds = args.moment(0, row)?.us().div_euclid(SECOND_US);
    Some(if (0..=UNIX_SECONDS_MAX).contains(&seconds) { seconds } else { 0 })
}

/// 3001-01-18T23:59:59.
const UNIX_SECONDS_MAX: i64 = 32_536_771_199;

pub(super) fn from_unixtime(args: &Arguments, row: usize) -> Option<Moment> {
    let seconds = args.double(0, row)?;
    if !(0.0..UNIX_SECONDS_MAX as f64 + 1.0).contains(&seconds) {
        return None;
    }
    let us = (seconds.fract() * 1e6).round() as i64;
    Moment::of_us(seconds.trunc() as i64 * SECOND_US + us)
}

pub(super) fn from_unixtime_format(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    format::date(from_unixtime(args, row)?, &args.text(1, row)?, out)
}

pub(super) fn sec_to_time(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    let seconds = args.double(0, row)?;
    // A cast of a number that is too large gives the largest.
    write_span(Span::of_us((seconds * 1e6).round() as i64), out)
}

pub(super) fn time_to_sec(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.span(0, row)?.us() / SECOND_US)
}

/// The nth day of a year.
pub(super) fn make_date(args: &Arguments, row: usize) -> Option<Moment> {
    let (year, day) = (args.long(0, row)?, args.long(1, row)?);
    let year = if (0..=99).contains(&year) { full_year(year) } else { year };
    if day <= 0 || !(0..=9999).contains(&year) {
        return None;
    }
    Moment::of_day(first_of_year(year).checked_add(day - 1)?)
}

pub(super) fn make_time(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    let (hours, minutes) = (args.long(0, row)?, args.long(1, row)?);
    let seconds = args.double(2, row)?;
    if !(0..60).contains(&minutes) || !(0.0..60.0).contains(&seconds) {
        return None;
    }
    let us = hours.saturating_abs().saturating_mul(HOUR_US);
    let us = us.saturating_add(minutes * MINUTE_US + (seconds * 1e6).round() as i64);
    write_span(Span::of_us(if hours < 0 { -us } else { us }), out)
}
