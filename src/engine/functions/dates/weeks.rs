//! Weeks by MySQL's eight modes, and what is told of a week. MySQL's manual, WEEK().

use super::arguments::Arguments;
use super::moment::{Moment, first_of_year};

/// How weeks are counted.
#[derive(Clone, Copy)]
pub(super) struct Mode {
    monday_first: bool,
    /// Days before the year's first week belong to the last of the year before; else to a week 0.
    whole_weeks: bool,
    /// The first week is the first that begins in the year; else the first with four days in it.
    begins_in_year: bool,
}

impl Mode {
    /// ISO 8601.
    pub(super) const ISO: Self = Self::of(3);

    pub(super) const fn of(mode: i64) -> Self {
        let monday_first = mode & 1 != 0;
        Self {
            monday_first,
            whole_weeks: mode & 2 != 0,
            begins_in_year: (mode & 4 != 0) == monday_first,
        }
    }

    const fn with_whole_weeks(self) -> Self {
        Self { whole_weeks: true, ..self }
    }

    /// Days since 1970-01-01 on which the first week of a year begins.
    pub(super) fn first_week(self, year: i64) -> i64 {
        let new_year = first_of_year(year);
        // 1970-01-01 was a Thursday.
        let days_in = (new_year + if self.monday_first { 3 } else { 4 }).rem_euclid(7);
        let last_that_counts = if self.begins_in_year { 0 } else { 3 };
        new_year - days_in + if days_in > last_that_counts { 7 } else { 0 }
    }

    /// The year that the week belongs to, and its number.
    pub(super) fn week(self, moment: Moment) -> (i64, i64) {
        let (days, year) = (moment.days(), moment.civil().year);
        let first = self.first_week(year);
        let number_from = |first: i64| (days - first).div_euclid(7) + 1;
        if !self.whole_weeks {
            return (year, number_from(first).max(0));
        }
        if days < first {
            return (year - 1, number_from(self.first_week(year - 1)));
        }
        let next = self.first_week(year + 1);
        if days >= next { (year + 1, number_from(next)) } else { (year, number_from(first)) }
    }
}

pub(super) fn week(args: &Arguments, row: usize) -> Option<i64> {
    Some(mode(args, row).week(args.moment(0, row)?).1)
}

pub(super) fn year_week(args: &Arguments, row: usize) -> Option<i64> {
    let (year, week) = mode(args, row).with_whole_weeks().week(args.moment(0, row)?);
    Some(year * 100 + week)
}

pub(super) fn week_of_year(args: &Arguments, row: usize) -> Option<i64> {
    Some(Mode::ISO.week(args.moment(0, row)?).1)
}

fn mode(args: &Arguments, row: usize) -> Mode {
    // An unknown mode is 0, like none.
    Mode::of(args.long(1, row).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(date: (i64, u32, u32)) -> [i64; 8] {
        let moment = Moment::of_civil(date.0, date.1, date.2).unwrap();
        std::array::from_fn(|mode| Mode::of(mode as i64).week(moment).1)
    }

    #[test]
    fn each_mode_counts_as_the_manual_says() {
        assert_eq!(weeks((2008, 2, 20)), [7, 8, 7, 8, 8, 7, 8, 7]);
        assert_eq!(weeks((2008, 12, 31)), [52, 53, 52, 1, 53, 52, 53, 52]);
        assert_eq!(weeks((2000, 1, 1)), [0, 0, 52, 52, 0, 0, 52, 52]);
        assert_eq!(weeks((2024, 1, 1)), [0, 1, 53, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn iso_weeks_are_those_of_a_calendar_library_for_400_years() {
        use chrono::{Datelike, NaiveDate};
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        for days in 0..146_097 {
            let date = epoch + chrono::Days::new(days);
            let iso = date.iso_week();
            let ours = Mode::ISO.week(Moment::of_day(days as i64).unwrap());
            assert_eq!(ours, (iso.year().into(), iso.week().into()), "{date}");
        }
    }
}
