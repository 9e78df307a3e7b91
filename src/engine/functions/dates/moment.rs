//! A day with a time of day, and a span of time: the two values that all functions here compute with.

use crate::engine::calendar::{civil_from_days, days_from_civil};

pub(super) const SECOND_US: i64 = 1_000_000;
pub(super) const MINUTE_US: i64 = 60 * SECOND_US;
pub(super) const HOUR_US: i64 = 60 * MINUTE_US;
pub(super) const DAY_US: i64 = 24 * HOUR_US;

/// Days from MySQL's day 0 to 1970-01-01.
pub(super) const DAYS_TO_EPOCH: i64 = 719_528;
const FIRST_DAY: i64 = -DAYS_TO_EPOCH;
const LAST_DAY: i64 = 2_932_896;

/// Microseconds since 1970-01-01T00:00:00, never outside of the years 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i64);

impl Moment {
    pub(super) fn of_us(us: i64) -> Option<Self> {
        let days = us.div_euclid(DAY_US);
        (FIRST_DAY..=LAST_DAY).contains(&days).then_some(Self(us))
    }

    pub(super) fn of_day(days: i64) -> Option<Self> {
        Self::of_us(days.checked_mul(DAY_US)?)
    }

    /// None where the calendar has no such day.
    pub(super) fn of_civil(year: i64, month: u32, day: u32) -> Option<Self> {
        let year = i32::try_from(year).ok().filter(|it| (0..=9999).contains(it))?;
        Self::of_day(days_from_civil(year, month, day)?.into())
    }

    /// Like `of_civil`, with the month's last day for any behind it.
    pub(super) fn of_civil_clipped(year: i64, month: u32, day: u32) -> Option<Self> {
        (28..=day).rev().chain([day]).find_map(|day| Self::of_civil(year, month, day))
    }

    pub(super) fn plus_us(self, us: i64) -> Option<Self> {
        Self::of_us(self.0.checked_add(us)?)
    }

    pub(super) fn us(self) -> i64 {
        self.0
    }

    /// Since 1970-01-01.
    pub(super) fn days(self) -> i64 {
        self.0.div_euclid(DAY_US)
    }

    pub(super) fn us_of_day(self) -> i64 {
        self.0.rem_euclid(DAY_US)
    }

    pub(super) fn civil(self) -> Civil {
        let (year, month, day) = civil_from_days(self.days());
        Civil { year, month, day }
    }

    /// 0 is Monday.
    pub(super) fn weekday(self) -> usize {
        (self.days() + 3).rem_euclid(7) as usize
    }

    /// 1 to 366.
    pub(super) fn day_of_year(self) -> i64 {
        self.days() - first_of_year(self.civil().year) + 1
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: u32,
    pub(super) day: u32,
}

/// The days since 1970-01-01 on which a year begins.
pub(super) fn first_of_year(year: i64) -> i64 {
    days_from_civil(year as i32, 1, 1).map_or(0, i64::from)
}

/// Microseconds, as MySQL's TIME holds them: less than 839 hours either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(i64);

impl Span {
    const MAX_US: i64 = 838 * HOUR_US + 59 * MINUTE_US + 59 * SECOND_US;

    /// The nearest that a TIME can hold.
    pub(super) fn of_us(us: i64) -> Self {
        Self(us.clamp(-Self::MAX_US, Self::MAX_US))
    }

    pub(super) fn us(self) -> i64 {
        self.0
    }

    pub(super) fn clock(self) -> Clock {
        Clock::of_us(self.0.unsigned_abs())
    }
}

/// The parts of a time of day, or of a span without its sign.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) us: u32,
}

impl Clock {
    fn of_us(us: u64) -> Self {
        let seconds = us / 1_000_000;
        Self {
            hour: (seconds / 3_600) as u32,
            minute: (seconds / 60 % 60) as u32,
            second: (seconds % 60) as u32,
            us: (us % 1_000_000) as u32,
        }
    }
}

impl From<Moment> for Clock {
    fn from(moment: Moment) -> Self {
        Self::of_us(moment.us_of_day().unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_outside_of_the_years_0_to_9999() {
        assert_eq!(Moment::of_us(i64::MIN), None);
        assert_eq!(Moment::of_us(i64::MAX), None);
        assert_eq!(Moment::of_day(i64::MAX), None);
        assert_eq!(Moment::of_civil(10_000, 1, 1), None);
        assert_eq!(Moment::of_civil(-1, 12, 31), None);
        let last = Moment::of_civil(9999, 12, 31).unwrap();
        assert_eq!(last.plus_us(DAY_US), None);
        assert!(last.plus_us(DAY_US - 1).is_some());
    }

    #[test]
    fn a_day_behind_the_months_end_is_the_months_last() {
        assert_eq!(Moment::of_civil_clipped(2023, 2, 31), Moment::of_civil(2023, 2, 28));
        assert_eq!(Moment::of_civil_clipped(2024, 2, 31), Moment::of_civil(2024, 2, 29));
        assert_eq!(Moment::of_civil_clipped(2024, 2, 3), Moment::of_civil(2024, 2, 3));
        assert_eq!(Moment::of_civil_clipped(2024, 13, 31), None);
    }

    #[test]
    fn the_epoch_is_a_thursday() {
        assert_eq!(Moment::of_day(0).unwrap().weekday(), 3);
        assert_eq!(Moment::of_day(-1).unwrap().weekday(), 2);
        assert_eq!(Moment::of_civil(2024, 12, 31).unwrap().day_of_year(), 366);
    }
}
