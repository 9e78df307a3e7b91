//! Parts of a date, and dates of parts.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;

use super::arguments::Args;
use super::datetime::{Civil, DateTime, days_in_month, of_two_digits, read_time};
use super::{Family, Function, Returns};
use Returns::{Date, Long, Text};

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
pub(super) const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Days between the year 0 and 1970.
const YEAR_0: i64 = 719_528;

pub(super) const TABLE: &[Function] = &[
    Function::new("year", Family::Date, (1, 1), Long, |args| part(args, |it| it.civil().year)),
    Function::new("quarter", Family::Date, (1, 1), Long, |args| {
        part(args, |it| i64::from(it.civil().month.div_ceil(3)))
    }),
    Function::new("month", Family::Date, (1, 1), Long, |args| {
        part(args, |it| i64::from(it.civil().month))
    }),
    Function::new("day", Family::Date, (1, 1), Long, |args| {
        part(args, |it| i64::from(it.civil().day))
    })
    .also(&["dayofmonth"]),
    Function::new("dayofyear", Family::Date, (1, 1), Long, |args| {
        part(args, DateTime::day_of_year)
    }),
    Function::new("dayofweek", Family::Date, (1, 1), Long, |args| {
        part(args, |it| (it.weekday() + 1) % 7 + 1)
    }),
    Function::new("weekday", Family::Date, (1, 1), Long, |args| part(args, DateTime::weekday)),
    Function::new("week", Family::Date, (1, 2), Long, week),
    Function::new("weekofyear", Family::Date, (1, 1), Long, |args| {
        part(args, |it| it.week(3, false).0)
    }),
    Function::new("yearweek", Family::Date, (1, 2), Long, yearweek),
    Function::new("hour", Family::Date, (1, 1), Long, |args| time_part(args, |ms| ms / 3_600_000)),
    Function::new("minute", Family::Date, (1, 1), Long, |args| {
        time_part(args, |ms| ms / 60_000 % 60)
    }),
    Function::new("second", Family::Date, (1, 1), Long, |args| {
        time_part(args, |ms| ms / 1000 % 60)
    }),
    Function::new("microsecond", Family::Date, (1, 1), Long, |args| {
        time_part(args, |ms| ms % 1000 * 1000)
    }),
    Function::new("monthname", Family::Date, (1, 1), Text, |args| {
        name(args, |it| MONTHS[it.civil().month as usize - 1])
    }),
    Function::new("dayname", Family::Date, (1, 1), Text, |args| {
        name(args, |it| DAYS[it.weekday() as usize])
    }),
    Function::new("date_trunc", Family::Date, (2, 2), Returns::DateTime, date_trunc),
    Function::new("to_days", Family::Date, (1, 1), Long, |args| {
        part(args, |it| it.days() + YEAR_0)
    }),
    Function::new("to_seconds", Family::Date, (1, 1), Long, |args| {
        part(args, |it| (it.days() + YEAR_0) * 86_400 + it.time_ms() / 1000)
    }),
    Function::new("from_days", Family::Date, (1, 1), Date, from_days),
    Function::new("last_day", Family::Date, (1, 1), Date, last_day),
    Function::new("makedate", Family::Date, (2, 2), Date, makedate),
    Function::new("date", Family::Date, (1, 1), Date, date),
    Function::new("timestamp", Family::Date, (1, 2), Returns::DateTime, timestamp),
    Function::new("period_add", Family::Date, (2, 2), Long, period_add),
    Function::new("period_diff", Family::Date, (2, 2), Long, period_diff),
];

fn part(args: &Args, of: impl Fn(DateTime) -> i64) -> Result<ArrayRef> {
    args.longs_of_moments(0, of)
}

/// Of a datetime's time of day, or of a TIME, whose hours may be many.
fn time_part(args: &Args, of: impl Fn(i64) -> i64) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    let text = args.text(0)?;
    let is_number = args.kind(0).is_numeric();
    args.make_long(|row| {
        // `10:05:03` could be read as a short date too.
        let text = text.get(row)?;
        let is_time = (is_number || text.contains(':'))
            && !text.trim_start_matches('-').contains(['-', '/', 'T']);
        let millis = match moment.get(row).filter(|_| !is_time) {
            Some(moment) => moment.time_ms(),
            None => read_time(text)?,
        };
        Some(of(millis.abs()))
    })
}

fn name(args: &Args, of: impl Fn(DateTime) -> &'static str) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    args.make_text(|row, out| moment.get(row).map(|it| out.push_str(of(it))))
}

fn week(args: &Args) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    let mode = (args.len() > 1).then(|| args.long(1)).transpose()?;
    args.make_long(|row| {
        let mode = mode.as_ref().and_then(|it| it.get(row)).unwrap_or(0);
        Some(moment.get(row)?.week((mode & 7) as u8, false).0)
    })
}

fn yearweek(args: &Args) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    let mode = (args.len() > 1).then(|| args.long(1)).transpose()?;
    args.make_long(|row| {
        let mode = mode.as_ref().map_or(Some(0), |it| it.get(row))?;
        let (week, year) = moment.get(row)?.week((mode & 7) as u8, true);
        Some(year * 100 + week)
    })
}

fn from_days(args: &Args) -> Result<ArrayRef> {
    let days = args.long(0)?;
    args.make_date(|row| DateTime::of_days(days.get(row)?.checked_sub(YEAR_0)?).plus_ms(0))
}

fn last_day(args: &Args) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    args.make_date(|row| {
        let civil = moment.get(row)?.civil();
        DateTime::of(Civil { day: days_in_month(civil.year, civil.month), ..civil }, 0)
    })
}

/// MAKEDATE(year, day of the year): NULL for a day before the first.
fn makedate(args: &Args) -> Result<ArrayRef> {
    let (year, day) = (args.long(0)?, args.long(1)?);
    args.make_date(|row| {
        let (year, day) = (year.get(row)?, day.get(row)?);
        let year = if (0..100).contains(&year) { of_two_digits(year) } else { year };
        let first = DateTime::of(Civil { year, month: 1, day: 1 }, 0)?;
        let days = first.days().checked_add(day.checked_sub(1).filter(|it| *it >= 0)?)?;
        DateTime::of_days(days).plus_ms(0)
    })
}

fn date(args: &Args) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    args.make_date(|row| moment.get(row))
}

/// TIMESTAMP(date[, time]): their sum.
fn timestamp(args: &Args) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    let time = (args.len() > 1).then(|| args.text(1)).transpose()?;
    args.make_moment(|row| {
        let millis = time.as_ref().map_or(Some(0), |it| read_time(it.get(row)?))?;
        moment.get(row)?.plus_ms(millis)
    })
}

/// Months of a period, `YYYYMM` or `YYMM`.
fn months(period: i64) -> Option<i64> {
    if !(1..=999_912).contains(&period) {
        return None;
    }
    let (year, month) = (period / 100, period % 100);
    let year = if year < 100 { of_two_digits(year) } else { year };
    Some(year * 12 + month - 1)
}

fn period_add(args: &Args) -> Result<ArrayRef> {
    let (period, count) = (args.long(0)?, args.long(1)?);
    args.make_long(|row| {
        let sum = months(period.get(row)?)?.checked_add(count.get(row)?)?;
        sum.div_euclid(12).checked_mul(100)?.checked_add(sum.rem_euclid(12) + 1)
    })
}

fn period_diff(args: &Args) -> Result<ArrayRef> {
    let (one, other) = (args.long(0)?, args.long(1)?);
    args.make_long(|row| Some(months(one.get(row)?)? - months(other.get(row)?)?))
}

/// DATE_TRUNC('unit', moment); weeks begin on Monday.
fn date_trunc(args: &Args) -> Result<ArrayRef> {
    let (unit, moment) = (args.text(0)?, args.moment(1)?);
    args.make_moment(|row| {
        let (unit, moment): (_, DateTime) = (unit.get(row)?, moment.get(row)?);
        let Civil { year, month, .. } = moment.civil();
        let first_of = |month| DateTime::of(Civil { year, month, day: 1 }, 0);
        let whole = |ms: i64| Some(DateTime::of_millis(moment.millis().div_euclid(ms) * ms));
        match unit.to_ascii_lowercase().as_str() {
            "year" => first_of(1),
            "quarter" => first_of((month - 1) / 3 * 3 + 1),
            "month" => first_of(month),
            "week" => Some(DateTime::of_days(moment.days() - moment.weekday())),
            "day" => whole(86_400_000),
            "hour" => whole(3_600_000),
            "minute" => whole(60_000),
            "second" => whole(1_000),
            "millisecond" | "microsecond" => Some(moment),
            _ => None,
        }
    })
}
