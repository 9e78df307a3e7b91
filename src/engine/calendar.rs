//! Days since 1970-01-01 ↔ year, month and day of the Gregorian calendar, also before it was in use.

use std::sync::LazyLock;

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Days from 1970-01-01, or none where the month has no such day.
#[inline]
pub(crate) fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    if month > 12 || day == 0 || day > days_in_month(i64::from(year), month) {
        return None;
    }
    // The year begins in March here, so that the leap day is its last.
    let shifted_year = if month > 2 { year } else { year - 1 };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year as i32;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month (1-12) and day (1-31).
pub(crate) fn civil_from_days(days: i64) -> (i64, u32, u32) {
    match usize::try_from(days).ok().and_then(|it| NEAR.get(it)) {
        Some(&(year, month, day)) => (i64::from(year), u32::from(month), u32::from(day)),
        None => computed(days),
    }
}

/// The days of 1970 to 2069, which nearly all dates are of: what is known of these is looked up.
pub(crate) const NEAR_DAYS: usize = 36_525;

static NEAR: LazyLock<Vec<(u16, u8, u8)>> = LazyLock::new(|| {
    let day = |days| {
        let (year, month, day) = computed(days);
        (year as u16, month as u8, day as u8)
    };
    (0..NEAR_DAYS as i64).map(day).collect()
});

fn computed(days: i64) -> (i64, u32, u32) {
    let since_march_0000 = days.saturating_add(719_468);
    let era = since_march_0000.div_euclid(146_097);
    // 32 bits from here on: divisions of 64 take longer.
    let day_of_era = since_march_0000.rem_euclid(146_097) as u32;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + i64::from(year_of_era) + i64::from(month <= 2);
    (year, month, day)
}

pub(crate) fn days_in_month(year: i64, month: u32) -> u32 {
    static DAYS: [u8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
    u32::from(DAYS[month as usize % DAYS.len()]) + u32::from(month == 2 && is_leap(year))
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_fall_where_the_calendar_says() {
        assert_eq!(days_from_civil(1970, 1, 1), Some(0));
        assert_eq!(days_from_civil(2000, 2, 29), Some(11_016));
        assert_eq!(days_from_civil(1969, 12, 31), Some(-1));
        assert_eq!(days_from_civil(0, 1, 1), Some(-719_528));
        assert_eq!(days_from_civil(9999, 12, 31), Some(2_932_896));
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        assert_eq!(days_from_civil(1900, 2, 29), None);
        assert_eq!(days_from_civil(2023, 4, 31), None);
        assert_eq!(days_from_civil(2023, 0, 1), None);
        assert_eq!(days_from_civil(2023, 13, 1), None);
        assert_eq!(days_from_civil(2023, 1, 0), None);
    }

    #[test]
    fn every_day_of_ten_thousand_years_comes_back() {
        for days in -719_528..=2_932_896 {
            let (year, month, day) = civil_from_days(i64::from(days));
            assert_eq!(days_from_civil(year as i32, month, day), Some(days));
        }
    }
}
