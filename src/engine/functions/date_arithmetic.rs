//! Counting with dates: intervals, differences, zones, and the clock of Unix.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::arguments::Args;
use super::date_format::write_moment;
use super::date_text::has_time;
use super::date_units::{Distance, Unit};
use super::datetime::{self, DateTime};
use super::{DATETIME, Family, Function, Returns};
use Returns::Long;

pub(super) const TABLE: &[Function] = &[
    Function::new("mysql_date_add", Family::Internal, (3, 3), Returns::By(kind_of_sum), date_add),
    Function::new("datediff", Family::Date, (2, 2), Long, datediff).also(&["date_diff"]),
    Function::new("timestampdiff", Family::Date, (3, 3), Long, timestampdiff),
    Function::new("convert_tz", Family::Date, (3, 3), Returns::DateTime, convert_tz),
    Function::new(
        "unix_timestamp",
        Family::Date,
        (1, 1),
        Returns::By(kind_of_unix),
        unix_timestamp,
    ),
    Function::new(
        "from_unixtime",
        Family::Date,
        (1, 2),
        Returns::By(kind_from_unix),
        from_unixtime,
    ),
];

fn unit_of(args: &Args, index: usize) -> Result<Unit> {
    let unit = args.text(index)?;
    unit.constant().unwrap_or("DAY").parse()
}

/// A date plus days is a date, plus hours a datetime; a text stays one.
fn kind_of_sum(kinds: &[DataType], literals: &[Option<String>]) -> DataType {
    let unit = literals.get(2).and_then(|it| it.as_deref()).and_then(|it| it.parse::<Unit>().ok());
    match kinds.first() {
        Some(DataType::Date32 | DataType::Date64) if unit.is_none_or(Unit::is_of_days) => {
            DataType::Date32
        }
        Some(DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) => DATETIME,
        _ => DataType::Utf8,
    }
}

/// `mysql_date_add(date, amount, 'UNIT')`
fn date_add(args: &Args) -> Result<ArrayRef> {
    let (moment, amount, unit) = (args.moment(0)?, args.number(1)?, unit_of(args, 2)?);
    let amount_is_text = args.kind(1).is_string();
    let amounts = if unit.is_compound() { Some(args.text(1)?) } else { None };
    let distance = |row: usize| match &amounts {
        Some(amounts) => unit.distance_of_text(amounts.get(row)?),
        // A text's number is cut where another rounds.
        None if amount_is_text && unit != Unit::SECOND => unit.distance(amount.get(row)?.trunc()),
        None => unit.distance(amount.get(row)?),
    };
    let sum = |row: usize| {
        let moment: DateTime = moment.get(row)?;
        match distance(row)? {
            Distance::Months(months) => moment.plus_months(months),
            Distance::Microseconds(us) => moment.plus_ms(us.div_euclid(1_000)),
        }
    };
    match args.kind(0) {
        DataType::Date32 | DataType::Date64 if unit.is_of_days() => args.make_date(sum),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => args.make_moment(sum),
        _ => {
            let text = args.text(0)?;
            args.make_text(|row, out| {
                let has_time = has_time(text.get(row)?) || !unit.is_of_days();
                let moment = sum(row)?;
                let format = match (has_time, moment.time_ms() % 1_000) {
                    (false, _) => "%Y-%m-%d",
                    (true, 0) => "%Y-%m-%d %H:%i:%s",
                    (true, _) => "%Y-%m-%d %H:%i:%s.%f",
                };
                write_moment(moment, format, out);
                Some(())
            })
        }
    }
}

fn datediff(args: &Args) -> Result<ArrayRef> {
    let (one, other) = (args.moment(0)?, args.moment(1)?);
    args.make_long(|row| Some(one.get(row)?.days() - other.get(row)?.days()))
}

/// `timestampdiff('UNIT', from, to)`: whole units.
fn timestampdiff(args: &Args) -> Result<ArrayRef> {
    let (unit, from, to) = (unit_of(args, 0)?, args.moment(1)?, args.moment(2)?);
    args.make_long(|row| {
        let (from, to) = (from.get(row)?, to.get(row)?);
        let millis = to.millis() - from.millis();
        match unit {
            Unit::Months(months) => Some(months_between(from, to) / months),
            Unit::Time(us) => Some(millis.checked_mul(1_000)? / us),
            Unit::YearMonth | Unit::Parts(_) => None,
        }
    })
}

/// Whole months from one moment to another, negative backwards.
fn months_between(from: DateTime, to: DateTime) -> i64 {
    if to < from {
        return -months_between(to, from);
    }
    let (start, end) = (from.civil(), to.civil());
    let months = (end.year - start.year) * 12 + i64::from(end.month) - i64::from(start.month);
    let is_short = (end.day, to.time_ms()) < (start.day, from.time_ms());
    months - i64::from(is_short)
}

/// CONVERT_TZ(moment, from, to): offsets such as `+02:00`, and names of the tz database.
fn convert_tz(args: &Args) -> Result<ArrayRef> {
    let (moment, from, to) = (args.moment(0)?, args.text(1)?, args.text(2)?);
    args.make_moment(|row| {
        let (moment, from, to) = (moment.get(row)?, zone(from.get(row)?)?, zone(to.get(row)?)?);
        let east = from.offset_of_local(moment)?;
        // Outside of Unix's time a moment stays as it is.
        let in_reach = |utc: &DateTime| (0..=UNIX_LAST).contains(&utc.millis().div_euclid(1_000));
        match moment.plus_ms(-east).filter(in_reach) {
            Some(utc) => utc.plus_ms(to.offset_of_utc(utc)?),
            None => Some(moment),
        }
    })
}

enum Zone {
    /// Milliseconds east of UTC.
    Fixed(i64),
    Named(chrono_tz::Tz),
}

fn zone(text: &str) -> Option<Zone> {
    if let Some((sign, digits)) = text
        .strip_prefix('+')
        .map(|it| (1, it))
        .or_else(|| text.strip_prefix('-').map(|it| (-1, it)))
    {
        return offset(digits).map(|ms| Zone::Fixed(sign * ms));
    }
    let code = text.to_uppercase();
    let minutes = CODES.iter().find(|(it, _)| *it == code).map(|(_, minutes)| *minutes);
    match minutes {
        Some(minutes) => Some(Zone::Fixed(minutes * 60_000)),
        None => named(text).map(Zone::Named),
    }
}

/// The codes of UTC and of North America's zones, standard and summer time, in minutes east of UTC. Domo takes such codes
/// beside names and offsets, <https://domo-support.domo.com/s/article/4410213098903>; MySQL has the names alone.
const CODES: &[(&str, i64)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("SYSTEM", 0),
    ("NST", -210),
    ("NDT", -150),
    ("AST", -240),
    ("ADT", -180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("HDT", -540),
];

/// `2:30` or `02:30`, up to 14 hours.
fn offset(digits: &str) -> Option<i64> {
    let (hours, minutes) = digits.split_once(':')?;
    let number = |it: &str| {
        let is_short = (1..=2).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
        is_short.then(|| it.parse::<i64>().ok())?
    };
    let minutes = number(hours)? * 60 + number(minutes).filter(|it| *it < 60)?;
    (minutes <= 14 * 60).then_some(minutes * 60_000)
}

/// By its name as the zones' database spells it, or in other letters.
fn named(name: &str) -> Option<chrono_tz::Tz> {
    let other_letters =
        || chrono_tz::TZ_VARIANTS.into_iter().find(|it| it.name().eq_ignore_ascii_case(name));
    name.parse().ok().or_else(other_letters)
}

impl Zone {
    fn offset_of_local(&self, local: DateTime) -> Option<i64> {
        use chrono::{Offset, TimeZone};
        match self {
            Self::Fixed(ms) => Some(*ms),
            Self::Named(zone) => {
                let local = chrono::DateTime::from_timestamp_millis(local.millis())?.naive_utc();
                // A local time that summer time skips counts as the one after it.
                let offset = zone.offset_from_local_datetime(&local).earliest();
                let offset = offset.or_else(|| {
                    zone.offset_from_local_datetime(&(local + chrono::TimeDelta::hours(1)))
                        .earliest()
                })?;
                Some(i64::from(offset.fix().local_minus_utc()) * 1000)
            }
        }
    }

    fn offset_of_utc(&self, utc: DateTime) -> Option<i64> {
        use chrono::{Offset, TimeZone};
        match self {
            Self::Fixed(ms) => Some(*ms),
            Self::Named(zone) => {
                let utc = chrono::DateTime::from_timestamp_millis(utc.millis())?.naive_utc();
                Some(i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1000)
            }
        }
    }
}

fn kind_of_unix(_: &[DataType], _: &[Option<String>]) -> DataType {
    DataType::Int64
}

/// The last second that MySQL's Unix clock knows: 3001-01-18 23:59:59.
const UNIX_LAST: i64 = 32_536_771_199;

/// Seconds since 1970; 0 where the clock does not go.
fn unix_timestamp(args: &Args) -> Result<ArrayRef> {
    let moment = args.moment(0)?;
    args.make_long(|row| {
        let seconds = moment.get(row)?.millis().div_euclid(1000);
        Some(if (0..=UNIX_LAST).contains(&seconds) { seconds } else { 0 })
    })
}

fn kind_from_unix(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    if kinds.len() > 1 { DataType::Utf8 } else { DATETIME }
}

/// FROM_UNIXTIME(seconds[, format]): NULL for negative ones.
fn from_unixtime(args: &Args) -> Result<ArrayRef> {
    let seconds = args.number(0)?;
    let moment = |row: usize| {
        let millis = (seconds.get(row)? * 1000.0).round();
        (0.0..=UNIX_LAST as f64 * 1000.0 + 999.0)
            .contains(&millis)
            .then(|| datetime::DateTime::of_millis(millis as i64))
    };
    if args.len() == 1 {
        return args.make_moment(moment);
    }
    let format = args.text(1)?;
    args.make_text(|row, out| {
        write_moment(moment(row)?, format.get(row)?, out);
        Some(())
    })
}
