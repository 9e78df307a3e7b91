//! The TIME type: text `HH:MM:SS` of up to 838 hours, either way.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::arguments::Args;
use super::date_format::write_moment;
use super::datetime::{DateTime, TIME_MAX_MS, read_time, write_time};
use super::{DATETIME, Family, Function, Returns};
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

/// What an argument is as a time: a moment with its day, or a span.
enum Value {
    DateTime(DateTime),
    Span(i64),
}

fn value(text: &str, moment: Option<DateTime>, is_moment: bool) -> Option<Value> {
    // Digits and colons without a date are a time, though they could be read as a short date too.
    let has_date =
        is_moment || text.trim_start_matches('-').contains(['-', '/', 'T']) || text.len() >= 14;
    match moment {
        Some(moment) if has_date => Some(Value::DateTime(moment)),
        _ => read_time(text).map(Value::Span),
    }
}

fn values(args: &Args, index: usize) -> Result<impl Fn(usize) -> Option<Value>> {
    let (text, moment) = (args.text(index)?, args.moment(index)?);
    let is_moment =
        matches!(args.kind(index), DataType::Date32 | DataType::Date64 | DataType::Timestamp(..));
    Ok(move |row: usize| value(text.get(row)?, moment.get(row), is_moment))
}

fn time(args: &Args) -> Result<ArrayRef> {
    let value = values(args, 0)?;
    args.make_text(|row, out| {
        write_time(span(&value(row)?), out);
        Some(())
    })
}

fn span(value: &Value) -> i64 {
    match value {
        Value::DateTime(moment) => moment.time_ms(),
        Value::Span(millis) => *millis,
    }
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

fn sec_to_time(args: &Args) -> Result<ArrayRef> {
    let seconds = args.number(0)?;
    args.make_text(|row, out| {
        let millis =
            (seconds.get(row)? * 1000.0).round().clamp(-(TIME_MAX_MS as f64), TIME_MAX_MS as f64);
        write_time(millis as i64, out);
        Some(())
    })
}

fn time_to_sec(args: &Args) -> Result<ArrayRef> {
    let value = values(args, 0)?;
    args.make_long(|row| Some(span(&value(row)?) / 1000))
}

/// NULL where one is a moment and the other a span.
fn timediff(args: &Args) -> Result<ArrayRef> {
    let (one, other) = (values(args, 0)?, values(args, 1)?);
    args.make_text(|row, out| {
        let millis = match (one(row)?, other(row)?) {
            (Value::DateTime(one), Value::DateTime(other)) => one.millis() - other.millis(),
            (Value::Span(one), Value::Span(other)) => one - other,
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

fn add_time(args: &Args, sign: i64) -> Result<ArrayRef> {
    let (to, span) = (values(args, 0)?, args.text(1)?);
    let sum = |row: usize| {
        let millis = sign * read_time(span.get(row)?)?;
        match to(row)? {
            Value::DateTime(moment) => moment.plus_ms(millis).map(Value::DateTime),
            Value::Span(time) => {
                Some(Value::Span((time + millis).clamp(-TIME_MAX_MS, TIME_MAX_MS)))
            }
        }
    };
    if kind_of_sum(std::slice::from_ref(args.kind(0)), &[]) == DATETIME {
        return args.make_moment(|row| match sum(row)? {
            Value::DateTime(moment) => Some(moment),
            Value::Span(_) => None,
        });
    }
    args.make_text(|row, out| {
        match sum(row)? {
            Value::DateTime(moment) => write_moment(moment, "%Y-%m-%d %H:%i:%s", out),
            Value::Span(millis) => write_time(millis, out),
        }
        Some(())
    })
}
