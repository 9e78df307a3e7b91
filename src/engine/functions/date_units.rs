//! The units of intervals, those of several parts too, and how far an amount of them moves a date.
//! MySQL's manual, "Temporal Intervals".

use std::str::FromStr;

use datafusion::common::DataFusionError;

const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;
const HOUR_US: i64 = 60 * MINUTE_US;
const DAY_US: i64 = 24 * HOUR_US;
/// The parts of a compound unit, from the largest.
const PARTS: [i64; 5] = [DAY_US, HOUR_US, MINUTE_US, SECOND_US, 1];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// So many months.
    Months(i64),
    /// So many microseconds.
    Time(i64),
    /// Years and months, as `1-2`.
    YearMonth,
    /// Parts of so many microseconds, as `1:30`.
    Parts(&'static [i64]),
}

/// How far a date is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distance {
    Months(i64),
    Microseconds(i64),
}

impl FromStr for Unit {
    type Err = DataFusionError;

    fn from_str(text: &str) -> Result<Self, DataFusionError> {
        Ok(match text.to_uppercase().trim_start_matches("SQL_TSI_") {
            "YEAR" => Self::Months(12),
            "QUARTER" => Self::Months(3),
            "MONTH" => Self::Months(1),
            "WEEK" => Self::Time(7 * DAY_US),
            "DAY" => Self::Time(DAY_US),
            "HOUR" => Self::Time(HOUR_US),
            "MINUTE" => Self::Time(MINUTE_US),
            "SECOND" => Self::SECOND,
            "MICROSECOND" => Self::Time(1),
            "YEAR_MONTH" => Self::YearMonth,
            "DAY_HOUR" => Self::Parts(&PARTS[..2]),
            "DAY_MINUTE" => Self::Parts(&PARTS[..3]),
            "DAY_SECOND" => Self::Parts(&PARTS[..4]),
            "DAY_MICROSECOND" => Self::Parts(&PARTS),
            "HOUR_MINUTE" => Self::Parts(&PARTS[1..3]),
            "HOUR_SECOND" => Self::Parts(&PARTS[1..4]),
            "HOUR_MICROSECOND" => Self::Parts(&PARTS[1..]),
            "MINUTE_SECOND" => Self::Parts(&PARTS[2..4]),
            "MINUTE_MICROSECOND" => Self::Parts(&PARTS[2..]),
            "SECOND_MICROSECOND" => Self::Parts(&PARTS[3..]),
            other => return Err(DataFusionError::Plan(format!("{other} is no unit of time"))),
        })
    }
}

impl Unit {
    pub(super) const SECOND: Self = Self::Time(SECOND_US);

    /// Whether a date stays a date when such a unit is added.
    pub(super) fn is_of_days(self) -> bool {
        match self {
            Self::Months(_) | Self::YearMonth => true,
            Self::Time(us) => us >= DAY_US,
            Self::Parts(_) => false,
        }
    }

    /// Whether its amounts are texts of several numbers.
    pub(super) fn is_compound(self) -> bool {
        matches!(self, Self::YearMonth | Self::Parts(_))
    }

    /// Of a number: only seconds have a fraction, other units round. None where it is too far.
    pub(super) fn distance(self, amount: f64) -> Option<Distance> {
        let whole = amount.round();
        if whole.abs() > 1e15 {
            return None;
        }
        let whole = whole as i64;
        Some(match self {
            Self::Months(months) => Distance::Months(whole.checked_mul(months)?),
            Self::SECOND if amount.abs() < 1e12 => {
                Distance::Microseconds((amount * 1e6).round() as i64)
            }
            Self::Time(us) => Distance::Microseconds(whole.checked_mul(us)?),
            Self::YearMonth | Self::Parts(_) => return self.distance_of_text(&whole.to_string()),
        })
    }

    /// Of a text such as `-1 2:30`. Where parts are missing, it is the larger ones.
    pub(super) fn distance_of_text(self, text: &str) -> Option<Distance> {
        match self {
            Self::YearMonth => sum(text, &[12, 1]).map(Distance::Months),
            Self::Parts(parts) => sum(text, parts).map(Distance::Microseconds),
            Self::Months(_) | Self::Time(_) => None,
        }
    }
}

fn sum(text: &str, lengths: &[i64]) -> Option<i64> {
    let sign_end = text.find(|it: char| it.is_ascii_digit()).unwrap_or(text.len());
    // Subtracting a negative amount writes a second sign in front of its own.
    let negative = text[..sign_end].matches('-').count() % 2 == 1;
    let numbers: Vec<&str> =
        text.split(|it: char| !it.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
    let missing = lengths.len().checked_sub(numbers.len())?;
    let mut sum = 0_i64;
    for (digits, &length) in numbers.iter().zip(&lengths[missing..]) {
        let is_fraction = length == 1 && lengths.contains(&SECOND_US);
        let number = if is_fraction { microseconds(digits)? } else { digits.parse().ok()? };
        sum = sum.checked_add(number.checked_mul(length)?)?;
    }
    Some(if negative { -sum } else { sum })
}

/// The digits behind a second's point.
fn microseconds(digits: &str) -> Option<i64> {
    let number: i64 = digits.parse().ok()?;
    Some(match digits.len() as u32 {
        few @ ..=6 => number * 10_i64.pow(6 - few),
        many => number / 10_i64.checked_pow(many - 6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_amount_of_several_parts_is_read_from_its_end() {
        let distance = |unit: &str, text| unit.parse::<Unit>().unwrap().distance_of_text(text);
        let us = |it| Some(Distance::Microseconds(it));
        assert_eq!(distance("HOUR_MINUTE", "1:30"), us(HOUR_US + 30 * MINUTE_US));
        assert_eq!(distance("DAY_SECOND", "30"), us(30 * SECOND_US));
        assert_eq!(distance("DAY_MICROSECOND", "-1 2:3:4.5"), us(-93_784_500_000));
        assert_eq!(distance("SECOND_MICROSECOND", "--1.0000019"), us(1_000_001));
        assert_eq!(distance("YEAR_MONTH", "1-2"), Some(Distance::Months(14)));
        assert_eq!(distance("HOUR_MINUTE", "1:2:3"), None);
        assert_eq!(distance("HOUR_MINUTE", ""), us(0));
        assert_eq!(distance("DAY_HOUR", "9223372036854775807 1"), None);
    }

    proptest! {
        #[test]
        fn no_amount_panics(text in "[-0-9:. ]{0,40}", number: f64) {
            for name in ["YEAR", "SECOND", "DAY", "YEAR_MONTH", "DAY_MICROSECOND", "HOUR_SECOND"] {
                let unit: Unit = name.parse().unwrap();
                let _ = (unit.distance(number), unit.distance_of_text(&text));
            }
        }
    }
}
