//! STR_TO_DATE.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::arguments::Args;
use super::date_parts::{DAYS, MONTHS};
use super::moment::{Civil, Moment, clock, of_two_digits, write_time};
use super::{Family, Function, MOMENT, Returns};

pub(super) const TABLE: &[Function] =
    &[Function::new("str_to_date", Family::Date, (2, 2), Returns::By(kind), str_to_date)];

const OF_DATE: &str = "abcdDejMmUuVvWwXxYy";
const OF_TIME: &str = "fHhIiklprSsT";

/// A DATE, a DATETIME, or a TIME, as the format's specifiers are.
fn kind(_: &[DataType], literals: &[Option<String>]) -> DataType {
    let Some(Some(format)) = literals.get(1) else { return MOMENT };
    match (has(format, OF_DATE), has(format, OF_TIME)) {
        (_, false) => DataType::Date32,
        (false, true) => DataType::Utf8,
        (true, true) => MOMENT,
    }
}

fn has(format: &str, specifiers: &str) -> bool {
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char == '%' && chars.next().is_some_and(|it| specifiers.contains(it)) {
            return true;
        }
    }
    false
}

fn str_to_date(args: &Args) -> Result<ArrayRef> {
    let (text, format) = (args.text(0)?, args.text(1)?);
    let read = |row: usize| parse(text.get(row)?, format.get(row)?);
    match kind(&[], &[None, format.constant().map(str::to_owned)]) {
        DataType::Date32 => args.make_date(|row| read(row)?.moment()),
        DataType::Utf8 => args.make_text(|row, out| {
            write_time(read(row)?.time_ms()?, out);
            Some(())
        }),
        _ => args.make_moment(|row| read(row)?.moment()),
    }
}

/// What has been read so far.
#[derive(Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    millis: i64,
    is_afternoon: Option<bool>,
}

impl Parts {
    fn moment(&self) -> Option<Moment> {
        let time_ms = self.time_ms()?;
        if let (Some(year), Some(day)) = (self.year, self.day_of_year) {
            let first = Moment::of(Civil { year, month: 1, day: 1 }, time_ms)?;
            return first.plus_ms((day - 1) * 86_400_000);
        }
        let civil = Civil {
            year: self.year?,
            month: u32::try_from(self.month?).ok()?,
            day: u32::try_from(self.day?).ok()?,
        };
        Moment::of(civil, time_ms)
    }

    fn time_ms(&self) -> Option<i64> {
        let hour = match self.is_afternoon {
            None => self.hour,
            Some(_) if !(1..=12).contains(&self.hour) => return None,
            Some(is_afternoon) => self.hour % 12 + if is_afternoon { 12 } else { 0 },
        };
        Some(clock(hour, self.minute, self.second)? + self.millis)
    }
}

/// Text behind the format's end is passed over, as MySQL does with a warning.
fn parse(text: &str, format: &str) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut rest = text.trim_start();
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char.is_whitespace() {
            rest = rest.trim_start();
        } else if char == '%' {
            rest = specifier(chars.next()?, rest.trim_start(), &mut parts)?;
        } else {
            rest = rest.trim_start().strip_prefix(char)?;
        }
    }
    Some(parts)
}

fn specifier<'a>(specifier: char, text: &'a str, parts: &mut Parts) -> Option<&'a str> {
    let (value, rest) = match specifier {
        'Y' => number(text, 4)?,
        'j' => number(text, 3)?,
        'y' | 'c' | 'm' | 'd' | 'e' | 'D' | 'H' | 'k' | 'h' | 'I' | 'l' | 'i' | 'S' | 's' => {
            number(text, 2)?
        }
        _ => (0, text),
    };
    match specifier {
        'Y' => parts.year = Some(value),
        'y' => parts.year = Some(of_two_digits(value)),
        'c' | 'm' => parts.month = Some(value),
        'd' | 'e' => parts.day = Some(value),
        'D' => {
            parts.day = Some(value);
            return rest
                .get(2..)
                .filter(|_| ["st", "nd", "rd", "th"].contains(&&rest[..2].to_lowercase()[..]));
        }
        'j' => parts.day_of_year = Some(value),
        'H' | 'k' => parts.hour = value,
        'h' | 'I' | 'l' => {
            parts.hour = value;
            parts.is_afternoon = parts.is_afternoon.or(Some(false));
        }
        'i' => parts.minute = value,
        'S' | 's' => parts.second = value,
        'f' => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).take(6).count();
            let padded = text[..digits].bytes().chain(*b"000").take(3);
            parts.millis = padded.fold(0, |ms, it| ms * 10 + i64::from(it - b'0'));
            return Some(&text[digits..]);
        }
        'p' => {
            parts.is_afternoon = Some(match text.get(..2)?.to_uppercase().as_str() {
                "AM" => false,
                "PM" => true,
                _ => return None,
            });
            return Some(&text[2..]);
        }
        'b' | 'M' => {
            let (month, rest) = named(text, &MONTHS, specifier == 'b')?;
            parts.month = Some(month as i64 + 1);
            return Some(rest);
        }
        'a' | 'W' => return named(text, &DAYS, specifier == 'a').map(|(_, rest)| rest),
        'T' => return composed("%H:%i:%S", text, parts),
        'r' => return composed("%I:%i:%S %p", text, parts),
        '%' => return text.strip_prefix('%'),
        _ => return None,
    }
    Some(rest)
}

fn composed<'a>(format: &str, text: &'a str, parts: &mut Parts) -> Option<&'a str> {
    let mut rest = text;
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        rest = match char {
            '%' => specifier(chars.next()?, rest, parts)?,
            ' ' => rest.trim_start(),
            _ => rest.strip_prefix(char)?,
        };
    }
    Some(rest)
}

fn number(text: &str, digits_max: usize) -> Option<(i64, &str)> {
    let digits = text.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// Which name a text begins with, whole or by its first three letters.
fn named<'a>(text: &'a str, names: &[&str], is_short: bool) -> Option<(usize, &'a str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = if is_short { &name[..3] } else { name };
        let begin = text.get(..name.len())?;
        begin.eq_ignore_ascii_case(name).then(|| (index, &text[name.len()..]))
    })
}
