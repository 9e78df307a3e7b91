//! Dates and times of day: taking them apart, counting with them, and writing times.

use crate::engine::calendar::{DAY_MS, civil_from_days, days_from_civil, days_in_month, is_leap};

/// A moment without a zone, kept to the millisecond, between the years 0 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DateTime {
    millis: i64,
}

/// A moment's calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// 1-12
    pub(super) month: u32,
    /// 1-31
    pub(super) day: u32,
}

impl DateTime {
    pub(super) const fn of_millis(millis: i64) -> Self {
        Self { millis }
    }

    pub(super) const fn of_days(days: i64) -> Self {
        Self { millis: days.saturating_mul(DAY_MS) }
    }

    /// None where there is no such day, or no such year in MySQL.
    pub(super) fn of(civil: Civil, time_ms: i64) -> Option<Self> {
        if !(0..=9999).contains(&civil.year) {
            return None;
        }
        let days = days_from_civil(civil.year as i32, civil.month, civil.day)?;
        Some(Self { millis: i64::from(days) * DAY_MS + time_ms })
    }

    pub(super) const fn millis(self) -> i64 {
        self.millis
    }

    pub(super) const fn days(self) -> i64 {
        self.millis.div_euclid(DAY_MS)
    }

    pub(super) const fn time_ms(self) -> i64 {
        self.millis.rem_euclid(DAY_MS)
    }

    pub(super) fn civil(self) -> Civil {
        let (year, month, day) = civil_from_days(self.days());
        Civil { year, month, day }
    }

    /// Moved by so many milliseconds; none beyond the years that MySQL knows.
    pub(super) fn plus_ms(self, millis: i64) -> Option<Self> {
        let moved = Self { millis: self.millis.checked_add(millis)? };
        (0..=9999).contains(&moved.civil().year).then_some(moved)
    }

    /// Moved by so many months; the day is the month's last where there is no such day.
    pub(super) fn plus_months(self, months: i64) -> Option<Self> {
        let civil = self.civil();
        let count = (civil.year * 12 + i64::from(civil.month) - 1).checked_add(months)?;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u32 + 1);
        let day = civil.day.min(days_in_month(year, month));
        Self::of(Civil { year, month, day }, self.time_ms())
    }

    /// 0 on Monday.
    pub(super) const fn weekday(self) -> i64 {
        (self.days() + 3).rem_euclid(7)
    }

    /// 1 on the first of January.
    pub(super) fn day_of_year(self) -> i64 {
        self.days() - first_day(self.civil().year) + 1
    }

    /// The week from Sunday to Saturday, of which the first holds the first of January, and the year.
    pub(super) fn week_from_january(self) -> (i64, i64) {
        let year = self.civil().year;
        let first = Self::of_days(first_day(year));
        let before = (first.weekday() + 1) % 7;
        ((self.day_of_year() - 1 + before) / 7 + 1, year)
    }

    /// The week and its year, as MySQL counts them in this mode (0-7).
    pub(super) fn week(self, mode: u8, always_with_year: bool) -> (i64, i64) {
        let monday_first = mode & 1 != 0;
        let mut counts_from_1 = mode & 2 != 0 || always_with_year;
        // In the modes that begin on Sunday, the third bit says the opposite.
        let first_full_week = (mode & 4 != 0) == monday_first;
        let civil = self.civil();
        let mut year = civil.year;
        let mut first = first_day(year);
        let shift = if monday_first { 3 } else { 4 };
        let mut weekday = (first + shift).rem_euclid(7);
        let starts_late = |weekday: i64| if first_full_week { weekday != 0 } else { weekday >= 4 };
        if civil.month == 1 && i64::from(civil.day) <= 7 - weekday {
            if !counts_from_1 && starts_late(weekday) {
                return (0, year);
            }
            counts_from_1 = true;
            year -= 1;
            let days = days_in_year(year);
            first -= days;
            weekday = (weekday + 53 * 7 - days).rem_euclid(7);
        }
        let start = if starts_late(weekday) { first + 7 - weekday } else { first - weekday };
        let days = self.days() - start;
        if counts_from_1 && days >= 52 * 7 {
            let next = (weekday + days_in_year(year)).rem_euclid(7);
            if !starts_late(next) {
                return (1, year + 1);
            }
        }
        (days.div_euclid(7) + 1, year)
    }
}

fn days_in_year(year: i64) -> i64 {
    365 + i64::from(is_leap(year))
}

fn first_day(year: i64) -> i64 {
    days_from_civil(year as i32, 1, 1).map_or(0, i64::from)
}

/// 00-69 are this century's years, 70-99 the last one's.
pub(super) const fn of_two_digits(year: i64) -> i64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// Milliseconds of a time of day, or none where it is no such time.
pub(super) fn clock(hours: i64, minutes: i64, seconds: i64) -> Option<i64> {
    let in_range =
        (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds);
    in_range.then(|| ((hours * 60 + minutes) * 60 + seconds) * 1000)
}

/// The largest TIME: 838:59:59.
pub(super) const TIME_MAX_MS: i64 = ((838 * 60 + 59) * 60 + 59) * 1000;

/// A time as the number `hhmmss`.
pub(super) fn digits_of_time(millis: i64) -> f64 {
    let seconds = millis.abs() / 1_000;
    let clock = (seconds / 3_600 * 100 + seconds / 60 % 60) * 100 + seconds % 60;
    (clock * 1_000 + millis.abs() % 1_000) as f64 * millis.signum() as f64 / 1_000.0
}

/// `HH:MM:SS`, with six digits behind it only where there is a fraction.
pub(super) fn write_time(millis: i64, out: &mut String) {
    use std::fmt::Write;
    if millis < 0 {
        out.push('-');
    }
    let (seconds, millis) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if millis > 0 {
        let _ = write!(out, ".{millis:03}000");
    }
}

#[cfg(test)]
mod tests {
    use super::super::date_text::read;
    use super::*;

    fn day(text: &str) -> DateTime {
        read(text).unwrap()
    }

    #[test]
    fn weeks_are_those_of_mysql() {
        // Values of MySQL 8's WEEK(date, mode) for modes 0 to 7.
        for (text, weeks) in [
            ("2008-02-20", [7, 8, 7, 8, 8, 7, 8, 7]),
            ("2000-01-01", [0, 0, 52, 52, 0, 0, 52, 52]),
            ("2024-12-31", [52, 53, 52, 1, 53, 53, 1, 53]),
            ("2021-01-03", [1, 0, 1, 53, 1, 0, 1, 52]),
        ] {
            let found: Vec<i64> = (0..8).map(|mode| day(text).week(mode, false).0).collect();
            assert_eq!(found, weeks, "{text}");
        }
    }
}
