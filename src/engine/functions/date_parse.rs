//! STR_TO_DATE.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::arguments::Args;
use super::date_parts::{DAYS, MONTHS};
use super::datetime::{Civil, DateTime, clock, of_two_digits, write_time};
use super::{DATETIME, Family, Function, Returns};

pub(super) const TABLE: &[Function] = &[
    Function::new("str_to_date", Family::Date, (2, 2), Returns::By(kind), str_to_date),
    // Where the format is an expression.
    Function::new("mysql_str_to_datetime", Family::Internal, (2, 2), Returns::DateTime, |args| {
        let (text, format) = (args.text(0)?, args.text(1)?);
        args.make_moment(|row| Parts::of(text.get(row)?, format.get(row)?)?.moment())
    }),
];

/// Longer formats make a DATETIME.
const DATE_FORMAT_MAX: usize = 10;

/// A text, a DATETIME or a DATE, as the format is written: <https://domo-support.domo.com/s/article/4410213098903>.
fn kind(_: &[DataType], literals: &[Option<String>]) -> DataType {
    let Some(Some(format)) = literals.get(1) else { return DATETIME };
    if format == "%T" || format.starts_with("%H") {
        DataType::Utf8
    } else if format.chars().count() > DATE_FORMAT_MAX {
        DATETIME
    } else {
        DataType::Date32
    }
}

fn str_to_date(args: &Args) -> Result<ArrayRef> {
    let (text, format) = (args.text(0)?, args.text(1)?);
    let read = |row: usize| Parts::of(text.get(row)?, format.get(row)?);
    match kind(&[], &[None, format.constant().map(str::to_owned)]) {
        DataType::Date32 => args.make_date(|row| read(row)?.moment()),
        DataType::Utf8 => args.make_text(|row, out| {
            write_time(read(row)?.time_ms()?, out);
            Some(())
        }),
        _ => args.make_moment(|row| read(row)?.moment()),
    }
}

/// What the specifiers so far have found.
#[derive(Default)]
struct Parts {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    ms: i64,
    half_day: Option<HalfDay>,
    /// `%h` was read: hours from 1 to 12.
    of_half_day: bool,
    day_of_year: Option<i64>,
    week: Option<(Weeks, i64)>,
    /// Of weeks from Sunday (`%X`) or from Monday (`%x`).
    week_year: Option<(char, i64)>,
    /// 0 is Monday.
    weekday: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HalfDay {
    Morning,
    Afternoon,
}

impl Parts {
    fn of(mut text: &str, format: &str) -> Option<Self> {
        let mut parts = Self::default();
        parts.read(&mut text, format)?;
        Some(parts)
    }

    /// Stops where the text ends. Blanks before each part do not count.
    fn read(&mut self, text: &mut &str, format: &str) -> Option<()> {
        let mut format = format.chars();
        while let Some(wanted) = format.next() {
            *text = text.trim_ascii_start();
            if text.is_empty() {
                break;
            }
            match (wanted, format.as_str().is_empty()) {
                ('%', false) => self.part(format.next()?, text)?,
                (blank, _) if blank.is_ascii_whitespace() => {}
                (letter, _) => *text = text.strip_prefix(letter)?,
            }
        }
        Some(())
    }

    fn part(&mut self, specifier: char, text: &mut &str) -> Option<()> {
        match specifier {
            'Y' => {
                let digits = leading_digits(text, 4);
                let year = number(text, 4)?;
                self.year = if digits <= 2 { of_two_digits(year) } else { year };
            }
            'y' => self.year = of_two_digits(number(text, 2)?),
            'm' | 'c' => self.month = number(text, 2)?,
            'M' => {
                let found = name(text, &MONTHS, usize::MAX).or_else(|| name(text, &MONTHS, 3));
                self.month = found? + 1;
            }
            'b' => self.month = name(text, &MONTHS, 3)? + 1,
            'd' | 'e' => self.day = number(text, 2)?,
            'D' => {
                self.day = number(text, 2)?;
                *text = text.get(2..)?;
            }
            'h' | 'I' | 'l' => {
                self.hour = number(text, 2)?;
                self.of_half_day = true;
            }
            'H' | 'k' => self.hour = number(text, 2)?,
            'i' => self.minute = number(text, 2)?,
            'S' | 's' => self.second = number(text, 2)?,
            'f' => {
                let digits = leading_digits(text, 6);
                let padded = text[..digits].bytes().chain(*b"000").take(3);
                self.ms = padded.fold(0, |ms, it| ms * 10 + i64::from(it - b'0'));
                *text = &text[digits..];
            }
            'p' => {
                let half = text.get(..2)?;
                self.half_day = Some(match half.to_ascii_uppercase().as_str() {
                    "AM" => HalfDay::Morning,
                    "PM" => HalfDay::Afternoon,
                    _ => return None,
                });
                *text = &text[2..];
            }
            _ => return self.rare_part(specifier, text),
        }
        Some(())
    }

    fn rare_part(&mut self, specifier: char, text: &mut &str) -> Option<()> {
        match specifier {
            'W' => self.weekday = Some(name(text, &DAYS, usize::MAX)?),
            'a' => self.weekday = Some(name(text, &DAYS, 3)?),
            'w' => {
                // 1 is Sunday, as in DATE_FORMAT.
                let from_sunday = number(text, 1).filter(|it| (1..=7).contains(it))?;
                self.weekday = Some((from_sunday + 5) % 7);
            }
            'j' => self.day_of_year = Some(number(text, 3)?),
            'U' | 'u' | 'V' | 'v' => {
                self.week = Some((Weeks::of(specifier), number(text, 2)?));
            }
            'X' | 'x' => self.week_year = Some((specifier, number(text, 4)?)),
            'r' => self.read(text, "%I:%i:%S %p")?,
            'T' => self.read(text, "%H:%i:%S")?,
            '%' => *text = text.strip_prefix('%')?,
            '.' => *text = text.trim_start_matches(|it: char| it.is_ascii_punctuation()),
            '@' => *text = text.trim_start_matches(char::is_alphabetic),
            '#' => *text = text.trim_start_matches(|it: char| it.is_ascii_digit()),
            _ => return None,
        }
        Some(())
    }

    fn moment(&self) -> Option<DateTime> {
        let time_ms = self.time_ms()?;
        if let Some(day) = self.day_of_year {
            let days = (day > 0).then_some(day - 1)?;
            return day_from(new_year(self.year)?, days, time_ms);
        }
        if let (Some((weeks, week)), Some(weekday)) = (self.week, self.weekday) {
            if weeks.year != self.week_year.map(|it| it.0) || week > 53 {
                return None;
            }
            let year = self.week_year.map_or(self.year, |it| it.1);
            let days = (week - 1) * 7 + weeks.in_week(weekday);
            return day_from(weeks.first(year)?, days, time_ms);
        }
        let (month, day) = (u32::try_from(self.month).ok()?, u32::try_from(self.day).ok()?);
        DateTime::of(Civil { year: self.year, month, day }, time_ms)
    }

    /// Milliseconds since midnight.
    fn time_ms(&self) -> Option<i64> {
        let hour = match (self.of_half_day, self.half_day) {
            (true, half) => {
                let hour = (1..=12).contains(&self.hour).then_some(self.hour % 12)?;
                hour + if half == Some(HalfDay::Afternoon) { 12 } else { 0 }
            }
            (false, None) => self.hour,
            // AM and PM do not go with hours from 0 to 23.
            (false, Some(_)) => return None,
        };
        Some(clock(hour, self.minute, self.second)? + self.ms)
    }
}

/// Weeks as `%U`, `%u`, `%V` and `%v` count them.
#[derive(Clone, Copy)]
struct Weeks {
    monday_first: bool,
    /// The specifier of their year, where it may be another than the date's.
    year: Option<char>,
}

impl Weeks {
    fn of(specifier: char) -> Self {
        let (monday_first, year) = match specifier {
            'U' => (false, None),
            'u' => (true, None),
            'V' => (false, Some('X')),
            _ => (true, Some('x')),
        };
        Self { monday_first, year }
    }

    /// The first day of a year's first week: from Monday, the one with four days in the year; else the first whole one.
    fn first(self, year: i64) -> Option<DateTime> {
        let new_year = new_year(year)?;
        let in_week = self.in_week(new_year.weekday());
        let last_that_counts = if self.monday_first { 3 } else { 0 };
        let days = if in_week > last_that_counts { 7 - in_week } else { -in_week };
        day_from(new_year, days, 0)
    }

    /// How many days into the week a weekday is, 0 being Monday.
    fn in_week(self, weekday: i64) -> i64 {
        if self.monday_first { weekday } else { (weekday + 1) % 7 }
    }
}

fn new_year(year: i64) -> Option<DateTime> {
    DateTime::of(Civil { year, month: 1, day: 1 }, 0)
}

fn day_from(start: DateTime, days: i64, time_ms: i64) -> Option<DateTime> {
    start.plus_ms(days * 86_400_000 + time_ms)
}

fn leading_digits(text: &str, most: usize) -> usize {
    text.bytes().take(most).take_while(u8::is_ascii_digit).count()
}

/// Takes the number of at most so many digits from the text's beginning.
fn number(text: &mut &str, most: usize) -> Option<i64> {
    let (digits, rest) = text.split_at(leading_digits(text, most));
    *text = rest;
    digits.parse().ok()
}

/// Takes one of these names, or its beginning, without regard to case; gives its place.
fn name(text: &mut &str, names: &[&str], length: usize) -> Option<i64> {
    let found = names.iter().enumerate().find_map(|(at, name)| {
        let name = &name[..length.min(name.len())];
        let begins = text.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
        begins.then_some((at, name.len()))
    });
    let (at, length) = found?;
    *text = &text[length..];
    i64::try_from(at).ok()
}
