//! Functions on dates and times. A TIME is given out as text.

mod arguments;
mod calendar_function;
mod conversions;
mod format;
mod moment;
mod parts;
mod reading;
mod weeks;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::Family::Date;
use super::Function;
use calendar_function::Gives::{Day, Instant, Long, Text};
use calendar_function::{by_types, function};

pub(super) const LIST: &[Function] = &[
    Function::observed(Date, "year"),
    Function::inferred(Date, "quarter"),
    Function::observed(Date, "month"),
    Function::inferred(Date, "day").aliases(&["dayofmonth"]),
    Function::inferred(Date, "dayofweek"),
    Function::inferred(Date, "weekday"),
    Function::inferred(Date, "dayofyear"),
    Function::documented(Date, "hour"),
    Function::inferred(Date, "minute"),
    Function::inferred(Date, "second"),
    Function::inferred(Date, "microsecond"),
    Function::inferred(Date, "monthname"),
    Function::inferred(Date, "dayname"),
    Function::inferred(Date, "last_day"),
    Function::inferred(Date, "week"),
    Function::inferred(Date, "weekofyear"),
    Function::inferred(Date, "yearweek"),
    Function::observed(Date, "date_format"),
    Function::inferred(Date, "time_format"),
    Function::inferred(Date, "date"),
    Function::inferred(Date, "timestamp"),
    Function::inferred(Date, "time").note("gives text: HH:MM:SS"),
    Function::inferred(Date, "to_days"),
    Function::inferred(Date, "from_days"),
    Function::inferred(Date, "to_seconds"),
    Function::inferred(Date, "unix_timestamp").note("gives whole seconds"),
    Function::inferred(Date, "from_unixtime"),
    Function::inferred(Date, "sec_to_time").note("gives text: HH:MM:SS"),
    Function::inferred(Date, "time_to_sec"),
    Function::inferred(Date, "makedate"),
    Function::inferred(Date, "maketime").note("gives text: HH:MM:SS"),
    Function::inferred(Date, "date_trunc"),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    let mut functions = super::of_engine(&["date_trunc"]);
    functions.extend([
        function("year", &[], 1..=1, Long(parts::year)),
        function("quarter", &[], 1..=1, Long(parts::quarter)),
        function("month", &[], 1..=1, Long(parts::month)),
        function("day", &["dayofmonth"], 1..=1, Long(parts::day)),
        function("dayofweek", &[], 1..=1, Long(parts::day_of_week)),
        function("weekday", &[], 1..=1, Long(parts::weekday)),
        function("dayofyear", &[], 1..=1, Long(parts::day_of_year)),
        function("hour", &[], 1..=1, Long(parts::hour)),
        function("minute", &[], 1..=1, Long(parts::minute)),
        function("second", &[], 1..=1, Long(parts::second)),
        function("microsecond", &[], 1..=1, Long(parts::microsecond)),
        function("monthname", &[], 1..=1, Text(parts::month_name)),
        function("dayname", &[], 1..=1, Text(parts::day_name)),
        function("last_day", &[], 1..=1, Day(parts::last_day)),
        function("week", &[], 1..=2, Long(weeks::week)),
        function("weekofyear", &[], 1..=1, Long(weeks::week_of_year)),
        function("yearweek", &[], 1..=2, Long(weeks::year_week)),
        function("date_format", &[], 2..=2, Text(format::date_format)),
        function("time_format", &[], 2..=2, Text(format::time_format)),
        function("date", &[], 1..=1, Day(conversions::date)),
        function("mysql_date", &[], 1..=1, Day(conversions::date)),
        function("timestamp", &[], 1..=2, Instant(conversions::timestamp)),
        function("mysql_datetime", &[], 1..=1, Instant(conversions::timestamp)),
        function("time", &[], 1..=1, Text(conversions::time)),
        function("to_days", &[], 1..=1, Long(conversions::to_days)),
        function("from_days", &[], 1..=1, Day(conversions::from_days)),
        function("to_seconds", &[], 1..=1, Long(conversions::to_seconds)),
        function("unix_timestamp", &[], 1..=1, Long(conversions::unix_timestamp)),
        by_types("from_unixtime", 1..=2, |types| match types {
            [_] => Instant(conversions::from_unixtime),
            _ => Text(conversions::from_unixtime_format),
        }),
        function("sec_to_time", &[], 1..=1, Text(conversions::sec_to_time)),
        function("time_to_sec", &[], 1..=1, Long(conversions::time_to_sec)),
        function("makedate", &[], 2..=2, Day(conversions::make_date)),
        function("maketime", &[], 3..=3, Text(conversions::make_time)),
    ]);
    functions
}
