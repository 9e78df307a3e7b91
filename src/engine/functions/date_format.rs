//! DATE_FORMAT and TIME_FORMAT, with every specifier of MySQL.

use std::fmt::Write;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;

use super::arguments::Args;
use super::date_parts::{DAYS, MONTHS};
use super::datetime::DateTime;
use super::time_arguments::Times;
use super::{Family, Function, Returns};

pub(super) const TABLE: &[Function] = &[
    Function::new("date_format", Family::Date, (2, 2), Returns::Text, date_format),
    Function::new("time_format", Family::Date, (2, 2), Returns::Text, time_format),
    Function::new("get_format", Family::Date, (2, 2), Returns::Text, get_format),
];

fn date_format(args: &Args) -> Result<ArrayRef> {
    let (moment, format) = (args.moment(0)?, args.text(1)?);
    args.make_text(|row, out| {
        let format = format.get(row).filter(|it| !it.is_empty())?;
        write_moment(moment.get(row)?, format, out);
        Some(())
    })
}

/// The formats that MySQL keeps for a type and a country.
fn get_format(args: &Args) -> Result<ArrayRef> {
    let (kind, country) = (args.text(0)?, args.text(1)?);
    args.make_text(|row, out| {
        let (kind, country) = (kind.get(row)?.to_uppercase(), country.get(row)?.to_uppercase());
        out.push_str(match (kind.as_str(), country.as_str()) {
            ("DATE", "USA") => "%m.%d.%Y",
            ("DATE", "JIS" | "ISO") => "%Y-%m-%d",
            ("DATE", "EUR") => "%d.%m.%Y",
            ("DATE", "INTERNAL") => "%Y%m%d",
            ("DATETIME", "USA" | "EUR") => "%Y-%m-%d %H.%i.%s",
            ("DATETIME", "JIS" | "ISO") => "%Y-%m-%d %H:%i:%s",
            ("DATETIME", "INTERNAL") => "%Y%m%d%H%i%s",
            ("TIME", "USA") => "%h:%i:%s %p",
            ("TIME", "JIS" | "ISO") => "%H:%i:%s",
            ("TIME", "EUR") => "%H.%i.%s",
            ("TIME", "INTERNAL") => "%H%i%s",
            _ => return None,
        });
        Some(())
    })
}

/// A moment as a format says; a specifier that is none stands for its letter.
pub(super) fn write_moment(moment: DateTime, format: &str, out: &mut String) {
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            out.push(char);
            continue;
        }
        let Some(specifier) = chars.next() else {
            out.push('%');
            return;
        };
        if !write_of_date(moment, specifier, out)
            && !write_of_time(moment.time_ms(), specifier, out)
        {
            out.push(specifier);
        }
    }
}

fn write_of_date(moment: DateTime, specifier: char, out: &mut String) -> bool {
    let civil = moment.civil();
    let (day, month) = (DAYS[moment.weekday() as usize], MONTHS[civil.month as usize - 1]);
    let written = match specifier {
        'a' => out.write_str(&day[..3]),
        'W' => out.write_str(day),
        // Domo counts from 1, <https://domo-support.domo.com/s/article/360043429953>; MySQL from 0.
        'w' => write!(out, "{}", (moment.weekday() + 1) % 7 + 1),
        'b' => out.write_str(&month[..3]),
        'M' => out.write_str(month),
        'c' => write!(out, "{}", civil.month),
        'm' => write!(out, "{:02}", civil.month),
        'd' => write!(out, "{:02}", civil.day),
        'e' => write!(out, "{}", civil.day),
        'D' => write!(out, "{}{}", civil.day, ordinal(civil.day)),
        'j' => write!(out, "{:03}", moment.day_of_year()),
        'Y' => write!(out, "{:04}", civil.year),
        'y' => write!(out, "{:02}", civil.year % 100),
        'U' => write!(out, "{:02}", moment.week(0, false).0),
        'u' => write!(out, "{:02}", moment.week(1, false).0),
        'V' => write!(out, "{:02}", moment.week(2, false).0),
        'v' => write!(out, "{:02}", moment.week(3, false).0),
        'X' => write!(out, "{:04}", moment.week(2, false).1),
        'x' => write!(out, "{:04}", moment.week(3, false).1),
        _ => return false,
    };
    written.is_ok()
}

fn write_of_time(time_ms: i64, specifier: char, out: &mut String) -> bool {
    let seconds = time_ms / 1000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let twelve = (hour % 24 + 11) % 12 + 1;
    let half = if hour % 24 < 12 { "AM" } else { "PM" };
    let written = match specifier {
        'H' => write!(out, "{hour:02}"),
        'k' => write!(out, "{hour}"),
        'h' | 'I' => write!(out, "{twelve:02}"),
        'l' => write!(out, "{twelve}"),
        'i' => write!(out, "{minute:02}"),
        'S' | 's' => write!(out, "{second:02}"),
        'f' => write!(out, "{:06}", time_ms % 1000 * 1000),
        'p' => out.write_str(half),
        'r' => write!(out, "{twelve:02}:{minute:02}:{second:02} {half}"),
        'T' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
        _ => return false,
    };
    written.is_ok()
}

pub(super) fn ordinal(day: u32) -> &'static str {
    match day {
        11..=13 => "th",
        _ if day % 10 == 1 => "st",
        _ if day % 10 == 2 => "nd",
        _ if day % 10 == 3 => "rd",
        _ => "th",
    }
}

/// The specifiers of times; the numbers of a date are 0, and its names give NULL.
fn time_format(args: &Args) -> Result<ArrayRef> {
    let (times, format) = (Times::of(args, 0)?, args.text(1)?);
    args.make_text(|row, out| {
        let time_ms = times.get(row)?.millis();
        if time_ms < 0 {
            out.push('-');
        }
        let mut chars = format.get(row)?.chars();
        while let Some(char) = chars.next() {
            if char != '%' {
                out.push(char);
                continue;
            }
            let specifier = chars.next()?;
            match specifier {
                _ if write_of_time(time_ms.abs(), specifier, out) => {}
                'Y' => out.push_str("0000"),
                'y' | 'm' | 'd' => out.push_str("00"),
                'c' | 'e' => out.push('0'),
                _ if "aWwbMDjUuVvXx".contains(specifier) => return None,
                _ => out.push(specifier),
            }
        }
        Some(())
    })
}
