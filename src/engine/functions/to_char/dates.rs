//! The patterns of dates.

use std::fmt::Write;

use super::super::date_format::ordinal;
use super::super::date_parts::{DAYS, MONTHS, YEAR_0};
use super::super::datetime::DateTime;

/// The patterns, longer ones before those that they begin with.
const PATTERNS: &[&str] = &[
    "SSSSS", "SSSS", "MONTH", "HH24", "HH12", "YYYY", "IYYY", "A.M.", "P.M.", "A.D.", "B.C.",
    "IDDD", "Y,YYY", "MON", "DAY", "DDD", "YYY", "IYY", "HH", "MI", "SS", "MS", "US", "AM", "PM",
    "AD", "BC", "MM", "DY", "DD", "ID", "IY", "IW", "WW", "YY", "CC", "RM", "Y", "I", "D", "W",
    "Q", "J",
];
/// Days between the first day of the Julian count and the year 0.
const JULIAN: i64 = 1_721_060;
const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

/// None where a pattern has no value.
pub(super) fn write(moment: DateTime, pattern: &str, out: &mut String) -> Option<()> {
    let mut rest = pattern;
    let mut fills = true;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (text, behind) = quoted.split_once('"').unwrap_or((quoted, ""));
            out.push_str(text);
            rest = behind;
            continue;
        }
        if begins(rest, "FM") {
            fills = false;
            rest = &rest[2..];
            continue;
        }
        let Some(found) = PATTERNS.iter().find(|it| begins(rest, it)) else {
            let mut chars = rest.chars();
            out.extend(chars.next());
            rest = chars.as_str();
            continue;
        };
        let (written, behind) = rest.split_at(found.len());
        let start = out.len();
        write_pattern(moment, found, written, fills, out);
        rest = behind;
        if begins(rest, "TH") {
            let number: i64 = out[start..].trim().parse().ok()?;
            let suffix = ordinal((number % 100).unsigned_abs() as u32);
            if rest.starts_with('T') {
                out.push_str(&suffix.to_uppercase());
            } else {
                out.push_str(suffix);
            }
            rest = &rest[2..];
        }
        fills = true;
    }
    Some(())
}

fn begins(text: &str, pattern: &str) -> bool {
    text.get(..pattern.len()).is_some_and(|it| it.eq_ignore_ascii_case(pattern))
}

fn write_pattern(moment: DateTime, pattern: &str, written: &str, fills: bool, out: &mut String) {
    let name = match pattern {
        "MONTH" | "MON" => MONTHS[moment.civil().month as usize - 1],
        "DAY" | "DY" => DAYS[moment.weekday() as usize],
        "RM" => ROMAN[moment.civil().month as usize - 1],
        "AM" | "PM" => {
            if moment.time_ms() < 43_200_000 {
                "am"
            } else {
                "pm"
            }
        }
        "A.M." | "P.M." => {
            if moment.time_ms() < 43_200_000 {
                "a.m."
            } else {
                "p.m."
            }
        }
        "AD" | "BC" => "ad",
        "A.D." | "B.C." => "a.d.",
        _ => return write_number(moment, pattern, fills, out),
    };
    let length = if ["MON", "DY"].contains(&pattern) { 3 } else { name.len() };
    let name = in_case_of(written, &name[..length]);
    let width = match pattern {
        "MONTH" | "DAY" if fills => 9,
        "RM" if fills => 4,
        _ => 0,
    };
    let _ = write!(out, "{name:width$}");
}

/// A name in capitals, with one capital, or without, as the pattern is written.
fn in_case_of(written: &str, name: &str) -> String {
    let mut letters = written.chars().filter(char::is_ascii_alphabetic);
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            let (first, rest) = name.split_at(1);
            first.to_uppercase() + &rest.to_lowercase()
        }
        (Some(first), _) if first.is_uppercase() => name.to_uppercase(),
        _ => name.to_lowercase(),
    }
}

fn write_number(moment: DateTime, pattern: &str, fills: bool, out: &mut String) {
    let civil = moment.civil();
    let time_ms = moment.time_ms();
    let hour = time_ms / 3_600_000;
    let (week, week_year) = moment.week(3, false);
    let (month, day) = (i64::from(civil.month), i64::from(civil.day));
    let (number, width) = match pattern {
        "Y,YYY" => {
            let _ = write!(out, "{},{:03}", civil.year / 1000, civil.year % 1000);
            return;
        }
        "YYYY" => (civil.year, 4),
        "YYY" => (civil.year % 1000, 3),
        "YY" => (civil.year % 100, 2),
        "Y" => (civil.year % 10, 1),
        "IYYY" => (week_year, 4),
        "IYY" => (week_year % 1000, 3),
        "IY" => (week_year % 100, 2),
        "I" => (week_year % 10, 1),
        "CC" => ((civil.year + 99) / 100, 2),
        "Q" => ((month - 1) / 3 + 1, 1),
        "MM" => (month, 2),
        "WW" => ((moment.day_of_year() - 1) / 7 + 1, 2),
        "W" => ((day - 1) / 7 + 1, 1),
        "IW" => (week, 2),
        "DDD" => (moment.day_of_year(), 3),
        "IDDD" => ((week - 1) * 7 + moment.weekday() + 1, 3),
        "DD" => (day, 2),
        "D" => ((moment.weekday() + 1) % 7 + 1, 1),
        "ID" => (moment.weekday() + 1, 1),
        "J" => (moment.days() + YEAR_0 + JULIAN, 1),
        "HH24" => (hour, 2),
        "HH" | "HH12" => ((hour + 11) % 12 + 1, 2),
        "MI" => (time_ms / 60_000 % 60, 2),
        "SS" => (time_ms / 1000 % 60, 2),
        "MS" => (time_ms % 1000, 3),
        "US" => (time_ms % 1000 * 1000, 6),
        // Seconds since midnight.
        _ => (time_ms / 1000, 1),
    };
    let width = if fills { width } else { 1 };
    let _ = write!(out, "{number:0width$}");
}

#[cfg(test)]
mod tests {
    use super::super::super::date_text::read;
    use super::*;

    #[test]
    fn dates_are_written_as_their_patterns_say() {
        let moment = read("2024-03-05 15:04:09.250").unwrap();
        for (pattern, text) in [
            ("YYYY-MM-DD HH24:MI:SS", "2024-03-05 15:04:09"),
            ("Month DDth, YYYY", "March     05th, 2024"),
            ("FMMonth FMDDth, YYYY", "March 5th, 2024"),
            ("DY Dy dy MON Mon mon", "TUE Tue tue MAR Mar mar"),
            ("HH:MI am HH12 P.M. MS US", "03:04 pm 03 P.M. 250 250000"),
            ("Q WW W IW IYYY D ID DDD CC J RM", "1 10 1 10 2024 3 2 065 21 2460375 III "),
            ("\"Day\" FMDay Y,YYY SSSS", "Day Tuesday 2,024 54249"),
        ] {
            let mut out = String::new();
            write(moment, pattern, &mut out).unwrap();
            assert_eq!(out, text, "{pattern}");
        }
    }
}
