//! Counting with dates: intervals, differences, zones, and the clock of Unix.

use std::str::FromStr;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result};

use super::arguments::Args;
use super::date_format::write_moment;
use super::moment::{self, Moment, read_time};
use super::{Family, Function, MOMENT, Returns};
use Returns::{DateTime, Long};

pub(super) const TABLE: &[Function] = &[
    Function::new("mysql_date_add", Family::Internal, (3, 3), Returns::By(kind_of_sum), date_add),
    Function::new("datediff", Family::Date, (2, 2), Long, datediff),
    Function::new("timestampdiff", Family::Date, (3, 3), Long, timestampdiff),
    Function::new("convert_tz", Family::Date, (3, 3), DateTime, convert_tz),
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Microsecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl FromStr for Unit {
    type Err = DataFusionError;

    fn from_str(text: &str) -> Result<Self> {
        let unit = match text.to_uppercase().trim_start_matches("SQL_TSI_") {
            "MICROSECOND" => Self::Microsecond,
            "SECOND" => Self::Second,
            "MINUTE" => Self::Minute,
            "HOUR" => Self::Hour,
            "DAY" => Self::Day,
            "WEEK" => Self::Week,
            "MONTH" => Self::Month,
            "QUARTER" => Self::Quarter,
            "YEAR" => Self::Year,
            other => return Err(DataFusionError::Plan(format!("{other} is no unit of time"))),
        };
        Ok(unit)
    }
}

impl Unit {
    const fn millis(self) -> Option<i64> {
        match self {
            Self::Second => Some(1000),
            Self::Minute => Some(60_000),
            Self::Hour => Some(3_600_000),
            Self::Day => Some(86_400_000),
            Self::Week => Some(7 * 86_400_000),
            _ => None,
        }
    }

    const fn months(self) -> Option<i64> {
        match self {
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Year => Some(12),
            _ => None,
        }
    }

    /// Whether a date stays a date when such a unit is added.
    const fn is_of_days(self) -> bool {
        matches!(self, Self::Day | Self::Week | Self::Month | Self::Quarter | Self::Year)
    }
}

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
        Some(DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) => MOMENT,
        _ => DataType::Utf8,
    }
}

/// `mysql_date_add(date, amount, 'UNIT')`: a fraction of an amount counts for seconds only.
fn date_add(args: &Args) -> Result<ArrayRef> {
    let (moment, amount, unit) = (args.moment(0)?, args.number(1)?, unit_of(args, 2)?);
    let sum = |row: usize| {
        let (moment, amount) = (moment.get(row)?, amount.get(row)?);
        let whole = amount.round();
        if whole.abs() > 1e15 {
            return None;
        }
        match (unit.millis(), unit.months()) {
            (_, Some(months)) => moment.plus_months((whole as i64).checked_mul(months)?),
            (Some(1000), _) => moment.plus_ms((amount * 1000.0).round() as i64),
            (Some(millis), _) => moment.plus_ms((whole as i64).checked_mul(millis)?),
            (None, None) => moment.plus_ms((amount / 1000.0).round() as i64),
        }
    };
    match args.kind(0) {
        DataType::Date32 | DataType::Date64 if unit.is_of_days() => args.make_date(sum),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => args.make_moment(sum),
        _ => {
            let text = args.text(0)?;
            args.make_text(|row, out| {
                let had_time = text.get(row)?.contains(':');
                let moment = sum(row)?;
                let format =
                    if had_time || !unit.is_of_days() { "%Y-%m-%d %H:%i:%s" } else { "%Y-%m-%d" };
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
        match (unit.millis(), unit.months()) {
            (_, Some(months)) => Some(months_between(from, to) / months),
            (Some(of_unit), _) => Some(millis / of_unit),
            (None, None) => millis.checked_mul(1000),
        }
    })
}

/// Whole months from one moment to another, negative backwards.
fn months_between(from: Moment, to: Moment) -> i64 {
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
        let utc = moment.plus_ms(-from.offset_of_local(moment)?)?;
        utc.plus_ms(to.offset_of_utc(utc)?)
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
        return Some(Zone::Fixed(sign * read_time(digits)?))
            .filter(|it| matches!(it, Zone::Fixed(ms) if ms.abs() <= 14 * 3_600_000));
    }
    match text.to_uppercase().as_str() {
        "UTC" | "GMT" | "SYSTEM" => Some(Zone::Fixed(0)),
        _ => text.parse::<chrono_tz::Tz>().ok().map(Zone::Named),
    }
}

impl Zone {
    fn offset_of_local(&self, local: Moment) -> Option<i64> {
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

    fn offset_of_utc(&self, utc: Moment) -> Option<i64> {
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
    if kinds.len() > 1 { DataType::Utf8 } else { MOMENT }
}

/// FROM_UNIXTIME(seconds[, format]): NULL for negative ones.
fn from_unixtime(args: &Args) -> Result<ArrayRef> {
    let seconds = args.number(0)?;
    let moment = |row: usize| {
        let millis = (seconds.get(row)? * 1000.0).round();
        (0.0..=UNIX_LAST as f64 * 1000.0 + 999.0)
            .contains(&millis)
            .then(|| moment::Moment::of_millis(millis as i64))
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
