//! Parts of a date, and dates of parts.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::arguments::Args;
use super::date_text::Time;
use super::datetime::{Civil, DateTime, of_two_digits};
use super::time_arguments::Times;
use super::{DATETIME, Family, Function, Returns};
use crate::engine::calendar::days_in_month;
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
pub(super) const YEAR_0: i64 = 719_528;

pub(super) const TABLE: &[Function] = &[
    Function::new("year", Family::Date, (1, 2), Long, year),
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
    // WEEKDAY is the same to Domo, <https://domo-support.domo.com/s/article/360043429933>.
    Function::new("dayofweek", Family::Date, (1, 1), Long, |args| {
        part(args, |it| (it.weekday() + 1) % 7 + 1)
    })
    .also(&["weekday"]),
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
    Function::new("date_trunc", Family::Date, (2, 2), Returns::By(kind_of_truncated), date_trunc),
    Function::new("to_days", Family::Date, (1, 1), Long, |args| {
        part(args, |it| it.days() + YEAR_0)
    }),
    Function::new("to_seconds", Family::Date, (1, 1), Long, |args| {
        part(args, |it| (it.days() + YEAR_0) * 86_400 + it.time_ms() / 1000)
    }),
    Function::new("from_days", Family::Date, (1, 1), Date, from_days),
    Function::new("last_day", Family::Date, (1, 1), Date, last_day),
    Function::new("makedate", Family::Date, (2, 2), Date, makedate),
    Function::new("date", Family::Date, (1, 1), Date, date).also(&["to_date"]),
    Function::new("timestamp", Family::Date, (1, 2), Returns::DateTime, timestamp),
    Function::new("period_add", Family::Date, (2, 2), Long, period_add),
    Function::new("period_diff", Family::Date, (2, 2), Long, period_diff),
];

fn part(args: &Args, of: impl Fn(DateTime) -> i64) -> Result<ArrayRef> {
    args.longs_of_moments(0, of)
}

/// Of a datetime's time of day, or of a TIME, whose hours may be many.
fn time_part(args: &Args, of: impl Fn(i64) -> i64) -> Result<ArrayRef> {
    let times = Times::of(args, 0)?;
    args.make_long(|row| times.get(row).map(Time::millis).map(i64::abs).map(&of))
}

fn name(args: &Args, of: impl Fn(DateTime) -> &'static str) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    args.make_text(|row, out| moment.get(row).map(|it| out.push_str(of(it))))
}

/// How weeks are counted.
#[derive(Clone, Copy)]
enum Weeks {
    /// From Sunday, the first one holding the first of January: Domo's mode 11, and the one without a mode.
    FromJanuary,
    /// MySQL's modes 0 to 7; Domo's mode 22, of ISO 8601, is 3 of them.
    OfMysql(u8),
}

impl Weeks {
    fn of_mode(mode: i64) -> Result<Self> {
        match mode {
            11 => Ok(Self::FromJanuary),
            22 => Ok(Self::OfMysql(3)),
            0..=7 => Ok(Self::OfMysql(mode as u8)),
            _ => exec_err!("weeks are counted in the modes 11, 22 and 0 to 7, not in {mode}"),
        }
    }

    /// The week and its year.
    fn of(self, moment: DateTime, always_with_year: bool) -> (i64, i64) {
        match self {
            Self::FromJanuary => moment.week_from_january(),
            Self::OfMysql(mode) => moment.week(mode, always_with_year),
        }
    }
}

/// A number of the week of each row, counted in the mode that the second argument says, if there is one.
fn of_week(
    args: &Args,
    null_mode: Option<i64>,
    always_with_year: bool,
    of: fn(i64, i64) -> i64,
) -> Result<ArrayRef> {
    if args.len() == 1 {
        return part(args, |it| {
            let (week, year) = it.week_from_january();
            of(week, year)
        });
    }
    let (moment, mode) = (args.moment(0)?, args.long(1)?);
    let mut modes = Vec::with_capacity(args.rows);
    for row in 0..args.rows {
        modes.push(mode.get(row).or(null_mode).map(Weeks::of_mode).transpose()?);
    }
    args.make_long(|row| {
        let (week, year) = modes[row]?.of(moment.get(row)?, always_with_year);
        Some(of(week, year))
    })
}

fn week(args: &Args) -> Result<ArrayRef> {
    of_week(args, Some(0), false, |week, _| week)
}

fn yearweek(args: &Args) -> Result<ArrayRef> {
    of_week(args, None, true, |week, year| year * 100 + week)
}

/// YEAR(date), or YEAR(date, mode): the year that the date's week belongs to.
fn year(args: &Args) -> Result<ArrayRef> {
    if args.len() == 1 {
        return part(args, |it| it.civil().year);
    }
    of_week(args, None, true, |_, year| year)
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
    let time = (args.len() > 1).then(|| Times::of(args, 1)).transpose()?;
    args.make_moment(|row| {
        let millis = time.as_ref().map_or(Some(0), |it| it.get(row).map(Time::millis))?;
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

/// A day or more of a DATE is a DATE, <https://domo-support.domo.com/s/article/360044289573>.
fn kind_of_truncated(kinds: &[DataType], literals: &[Option<String>]) -> DataType {
    let unit = literals.first().and_then(|it| it.as_deref()).and_then(Truncation::of);
    match (kinds.get(1), unit) {
        (Some(DataType::Date32), Some(unit)) if unit.is_of_days() => DataType::Date32,
        _ => DATETIME,
    }
}

/// What DATE_TRUNC leaves out everything below of.
#[derive(Clone, Copy)]
enum Truncation {
    Months(u32),
    Week,
    Millis(i64),
}

impl Truncation {
    fn of(unit: &str) -> Option<Self> {
        Some(match unit.to_ascii_lowercase().as_str() {
            "year" => Self::Months(12),
            "quarter" => Self::Months(3),
            "month" => Self::Months(1),
            "week" => Self::Week,
            "day" => Self::Millis(86_400_000),
            "hour" => Self::Millis(3_600_000),
            "minute" => Self::Millis(60_000),
            "second" => Self::Millis(1_000),
            "millisecond" | "microsecond" => Self::Millis(1),
            _ => return None,
        })
    }

    fn is_of_days(self) -> bool {
        !matches!(self, Self::Millis(millis) if millis < 86_400_000)
    }

    /// Weeks begin on Monday.
    fn begin(self, moment: DateTime) -> Option<DateTime> {
        match self {
            Self::Months(months) => {
                let Civil { year, month, .. } = moment.civil();
                DateTime::of(Civil { year, month: (month - 1) / months * months + 1, day: 1 }, 0)
            }
            Self::Week => Some(DateTime::of_days(moment.days() - moment.weekday())),
            Self::Millis(millis) => {
                Some(DateTime::of_millis(moment.millis().div_euclid(millis) * millis))
            }
        }
    }
}

/// DATE_TRUNC('unit', moment)
fn date_trunc(args: &Args) -> Result<ArrayRef> {
    let (unit, moment) = (args.text(0)?, args.moment(1)?);
    let mut units = Vec::with_capacity(args.rows);
    for row in 0..args.rows {
        units.push(match unit.get(row).map(|it| (it, Truncation::of(it))) {
            None => None,
            Some((_, Some(unit))) => Some(unit),
            Some((unknown, None)) => return exec_err!("DATE_TRUNC knows no unit '{unknown}'"),
        });
    }
    let begin = |row: usize| units[row]?.begin(moment.get(row)?);
    match kind_of_truncated(
        &[DataType::Utf8, args.kind(1).clone()],
        &[unit.constant().map(str::to_owned)],
    ) {
        DataType::Date32 => args.make_date(begin),
        _ => args.make_moment(begin),
    }
}
