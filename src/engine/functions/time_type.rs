//! The TIME type: text `HH:MM:SS` of up to 838 hours, either way.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::arguments::Args;
use super::array_values::leading_length;
use super::date_format::write_moment;
use super::date_text::{Time, read_time};
use super::datetime::{TIME_MAX_MS, write_time};
use super::time_arguments::Times;
use super::{DATETIME, Family, Function, Returns};
use crate::engine::calendar::DAY_MS;
use Returns::{Long, Text};

pub(super) const TABLE: &[Function] = &[
    Function::new("time", Family::Date, (1, 1), Text, time),
    Function::new("maketime", Family::Date, (3, 3), Text, maketime),
    Function::new("sec_to_time", Family::Date, (1, 1), Text, sec_to_time),
    Function::new("time_to_sec", Family::Date, (1, 1), Long, time_to_sec),
    Function::new("timediff", Family::Date, (2, 2), Text, timediff),
    Function::new("addtime", Family::Date, (2, 2), Returns::By(kind_of_sum), |args| {
        add_time(args, 1)
    }),
    Function::new("subtime", Family::Date, (2, 2), Returns::By(kind_of_sum), |args| {
        add_time(args, -1)
    }),
];

fn time(args: &Args) -> Result<ArrayRef> {
    let times = Times::of(args, 0)?;
    args.make_text(|row, out| {
        write_time(times.get(row)?.millis(), out);
        Some(())
    })
}

fn maketime(args: &Args) -> Result<ArrayRef> {
    let (hours, minutes, seconds) = (args.long(0)?, args.long(1)?, args.number(2)?);
    args.make_text(|row, out| {
        let (hours, minutes, seconds) = (hours.get(row)?, minutes.get(row)?, seconds.get(row)?);
        if !(0..60).contains(&minutes) || !(0.0..60.0).contains(&seconds) {
            return None;
        }
        let of_hour = minutes * 60_000 + (seconds * 1000.0).round() as i64;
        let millis = (hours.saturating_abs().min(839) * 3_600_000 + of_hour).min(TIME_MAX_MS);
        write_time(if hours < 0 { -millis } else { millis }, out);
        Some(())
    })
}

/// Goes on at 0 after 24 hours, <https://domo-support.domo.com/s/article/360043429933>; MySQL's goes to 838:59:59.
fn sec_to_time(args: &Args) -> Result<ArrayRef> {
    let seconds = args.number(0)?;
    args.make_text(|row, out| {
        let millis = (seconds.get(row)? * 1000.0).round() % DAY_MS as f64;
        write_time(millis as i64, out);
        Some(())
    })
}

fn time_to_sec(args: &Args) -> Result<ArrayRef> {
    let times = Times::of(args, 0)?;
    args.make_long(|row| Some(times.get(row)?.millis() / 1000))
}

/// NULL where one is a moment and the other a span.
fn timediff(args: &Args) -> Result<ArrayRef> {
    let (one, other) = (Times::of(args, 0)?, Times::of(args, 1)?);
    args.make_text(|row, out| {
        let millis = match (one.get(row)?, other.get(row)?) {
            (Time::DateTime(one), Time::DateTime(other)) => one.millis() - other.millis(),
            (Time::Span(one), Time::Span(other)) => one - other,
            _ => return None,
        };
        write_time(millis.clamp(-TIME_MAX_MS, TIME_MAX_MS), out);
        Some(())
    })
}

fn kind_of_sum(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    match kinds.first() {
        Some(DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) => DATETIME,
        _ => DataType::Utf8,
    }
}

/// How far ADDTIME and SUBTIME go: a number is so many seconds, <https://domo-support.domo.com/s/article/360043429933>, also
/// in a text; to MySQL it would be HHMMSS. A text with colons is hours, minutes and seconds.
fn distances(args: &Args) -> Result<impl Fn(usize) -> Option<i64>> {
    let (number, text) = (args.number(1)?, args.text(1)?);
    let is_text = args.kind(1).is_string();
    Ok(move |row: usize| {
        let text = text.get(row)?;
        let is_number = !is_text || leading_length(text.trim_ascii()) == text.trim_ascii().len();
        if !is_number || text.trim_ascii().is_empty() {
            return read_time(text).map(Time::millis);
        }
        let millis = (number.get(row)? * 1000.0).round();
        (millis.abs() < 1e15).then_some(millis as i64)
    })
}

fn add_time(args: &Args, sign: i64) -> Result<ArrayRef> {
    let (to, distance) = (Times::of(args, 0)?, distances(args)?);
    let sum = |row: usize| {
        let millis = sign * distance(row)?;
        match to.get(row)? {
            Time::DateTime(moment) => moment.plus_ms(millis).map(Time::DateTime),
            Time::Span(time) => Some(Time::Span((time + millis).clamp(-TIME_MAX_MS, TIME_MAX_MS))),
        }
    };
    if kind_of_sum(std::slice::from_ref(args.kind(0)), &[]) == DATETIME {
        return args.make_moment(|row| match sum(row)? {
            Time::DateTime(moment) => Some(moment),
            Time::Span(_) => None,
        });
    }
    args.make_text(|row, out| {
        match sum(row)? {
            Time::DateTime(moment) if moment.time_ms() % 1000 == 0 => {
                write_moment(moment, "%Y-%m-%d %H:%i:%s", out);
            }
            Time::DateTime(moment) => write_moment(moment, "%Y-%m-%d %H:%i:%s.%f", out),
            Time::Span(millis) => write_time(millis, out),
        }
        Some(())
    })
}
