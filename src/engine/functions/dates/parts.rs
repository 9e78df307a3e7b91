//! Parts of a date or of a time: their numbers and names.

use super::arguments::Arguments;
use super::moment::{Clock, Moment};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// From Monday.
pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(super) fn year(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.moment(0, row)?.civil().year)
}

pub(super) fn quarter(args: &Arguments, row: usize) -> Option<i64> {
    Some((month(args, row)? + 2) / 3)
}

pub(super) fn month(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.moment(0, row)?.civil().month.into())
}

pub(super) fn day(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.moment(0, row)?.civil().day.into())
}

/// 1 is Sunday.
pub(super) fn day_of_week(args: &Arguments, row: usize) -> Option<i64> {
    Some((args.moment(0, row)?.weekday() as i64 + 1) % 7 + 1)
}

/// 0 is Monday.
pub(super) fn weekday(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.moment(0, row)?.weekday() as i64)
}

pub(super) fn day_of_year(args: &Arguments, row: usize) -> Option<i64> {
    Some(args.moment(0, row)?.day_of_year())
}

/// More than 23 for a span that is longer than a day.
pub(super) fn hour(args: &Arguments, row: usize) -> Option<i64> {
    Some(clock(args, row)?.hour.into())
}

pub(super) fn minute(args: &Arguments, row: usize) -> Option<i64> {
    Some(clock(args, row)?.minute.into())
}

pub(super) fn second(args: &Arguments, row: usize) -> Option<i64> {
    Some(clock(args, row)?.second.into())
}

pub(super) fn microsecond(args: &Arguments, row: usize) -> Option<i64> {
    Some(clock(args, row)?.us.into())
}

fn clock(args: &Arguments, row: usize) -> Option<Clock> {
    Some(args.span(0, row)?.clock())
}

pub(super) fn month_name(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    let month = args.moment(0, row)?.civil().month;
    out.push_str(MONTHS.get(month as usize - 1)?);
    Some(())
}

pub(super) fn day_name(args: &Arguments, row: usize, out: &mut String) -> Option<()> {
    out.push_str(WEEKDAYS.get(args.moment(0, row)?.weekday())?);
    Some(())
}

pub(super) fn last_day(args: &Arguments, row: usize) -> Option<Moment> {
    let date = args.moment(0, row)?.civil();
    Moment::of_civil_clipped(date.year, date.month, 31)
}
