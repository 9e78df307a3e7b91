//! The patterns of numbers: `9` and `0` for digits, `.` or `D` for the point, `,` or `G` between thousands, and signs.

use super::super::by_type::cut;
use super::super::date_format::ordinal;
use super::super::rounding::round_to;

/// A number with as many digits behind the point as a pattern has places for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rounded {
    is_negative: bool,
    /// Without zeros in front; empty for 0.
    whole: String,
    behind: String,
}

impl Rounded {
    pub(super) fn of_exact(value: i128, scale: u32, digits: usize) -> Self {
        let value = cut(value, i64::from(scale) - digits as i64, true);
        let unit = 10_u128.pow(scale);
        let (whole, rest) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
        let behind = format!("{rest:0width$}{:0digits$}", 0, width = scale as usize);
        let behind = if scale == 0 { "0".repeat(digits) } else { behind };
        Self::new(value < 0, &whole.to_string(), &behind[..digits])
    }

    pub(super) fn of_double(number: f64, digits: usize) -> Self {
        let number = round_to(number, digits as i64);
        let plain = format!("{:.digits$}", number.abs());
        let (whole, behind) = plain.split_once('.').unwrap_or((&plain, ""));
        Self::new(number < 0.0, whole, behind)
    }

    fn new(is_negative: bool, whole: &str, behind: &str) -> Self {
        let whole = whole.trim_start_matches('0').to_owned();
        let is_zero = whole.is_empty() && behind.bytes().all(|it| it == b'0');
        Self { is_negative: is_negative && !is_zero, whole, behind: behind.to_owned() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A place for a digit; with a zero in it where there is none.
    Digit {
        is_zero: bool,
    },
    Point,
    Group,
    Currency,
    /// `S`, `SG`, `MI`, `PL`, `PR`
    Sign(&'static str),
    Ordinal {
        is_upper: bool,
    },
    Text(String),
}

/// The parts of a pattern, and whether blanks fill it up.
fn parts(pattern: &str) -> (Vec<Part>, bool) {
    let (mut parts, mut fills, mut rest) = (Vec::new(), true, pattern);
    while let Some(first) = rest.chars().next() {
        let begins =
            |it: &str| rest.get(..it.len()).is_some_and(|text| text.eq_ignore_ascii_case(it));
        let (part, length) = match first {
            '"' => {
                let text = rest[1..].split('"').next().unwrap_or_default();
                (Some(Part::Text(text.to_owned())), (text.len() + 2).min(rest.len()))
            }
            _ if begins("FM") => {
                fills = false;
                (None, 2)
            }
            _ if begins("TH") => (Some(Part::Ordinal { is_upper: first == 'T' }), 2),
            '9' | '0' => (Some(Part::Digit { is_zero: first == '0' }), 1),
            '.' | 'D' | 'd' => (Some(Part::Point), 1),
            ',' | 'G' | 'g' => (Some(Part::Group), 1),
            '$' | 'L' | 'l' => (Some(Part::Currency), 1),
            _ => match ["SG", "MI", "PL", "PR", "S"].into_iter().find(|it| begins(it)) {
                Some(sign) => (Some(Part::Sign(sign)), sign.len()),
                None => (Some(Part::Text(first.to_string())), first.len_utf8()),
            },
        };
        parts.extend(part);
        rest = &rest[length..];
    }
    (parts, fills)
}

fn is_digit(part: &Part) -> bool {
    matches!(part, Part::Digit { .. })
}

pub(super) fn has_point(pattern: &str) -> bool {
    parts(pattern).0.contains(&Part::Point)
}

pub(super) fn places_behind(pattern: &str) -> usize {
    let (parts, _) = parts(pattern);
    parts.iter().skip_while(|it| **it != Part::Point).filter(|it| is_digit(it)).count()
}

pub(super) fn write(value: &Rounded, pattern: &str, out: &mut String) {
    let (parts, fills) = parts(pattern);
    let point = parts.iter().position(|it| *it == Part::Point).unwrap_or(parts.len());
    let places = parts[..point].iter().filter(|it| is_digit(it)).count();
    let first_zero = parts[..point]
        .iter()
        .filter(|it| is_digit(it))
        .position(|it| *it == Part::Digit { is_zero: true })
        .unwrap_or(places);
    let mut whole = value.whole.clone();
    // A number without a fraction shows at least its 0.
    if whole.is_empty() && point == parts.len() {
        whole.push('0');
    }
    let mut number = Number {
        overflows: whole.len() > places,
        whole: whole.into_bytes(),
        behind: value.behind.bytes().collect(),
        places,
        first_zero,
        has_sign: parts.iter().any(|it| matches!(it, Part::Sign(_))),
        is_negative: value.is_negative,
        fills,
        blanks_written: 0,
    };
    number.write(&parts, point, out);
}

struct Number {
    whole: Vec<u8>,
    behind: Vec<u8>,
    /// In front of the point.
    places: usize,
    first_zero: usize,
    overflows: bool,
    has_sign: bool,
    is_negative: bool,
    fills: bool,
    /// Blanks that stand in front of a sign already.
    blanks_written: usize,
}

impl Number {
    fn write(&mut self, parts: &[Part], point: usize, out: &mut String) {
        if !self.fills {
            self.shorten(&parts[point..]);
        }
        let (mut place, mut behind, mut begun) = (0, 0, false);
        let start = out.len();
        // The sign stands where the number begins.
        let mut sign_at = None;
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::Digit { .. } if at < point => {
                    match self.digit(place) {
                        Some(digit) => {
                            sign_at.get_or_insert(out.len());
                            begun = true;
                            out.push(digit);
                        }
                        None => self.blank(out),
                    }
                    place += 1;
                }
                Part::Digit { .. } => {
                    if let Some(digit) = self.behind.get(behind) {
                        out.push(if self.overflows { '#' } else { char::from(*digit) });
                    }
                    behind += 1;
                }
                Part::Point => {
                    sign_at.get_or_insert(out.len());
                    begun = true;
                    out.push('.');
                }
                Part::Group if begun => out.push(','),
                Part::Group => self.blank(out),
                Part::Currency => out.push('$'),
                Part::Sign(sign) => self.sign(sign, at > point || begun, &mut sign_at, out),
                Part::Ordinal { is_upper } if !self.is_negative => {
                    let tail = &self.whole[self.whole.len().saturating_sub(2)..];
                    let number = std::str::from_utf8(tail).ok().and_then(|it| it.parse().ok());
                    let suffix = ordinal(number.unwrap_or(0));
                    out.push_str(&if *is_upper {
                        suffix.to_uppercase()
                    } else {
                        suffix.to_owned()
                    });
                }
                Part::Ordinal { .. } => {}
                Part::Text(text) => out.push_str(text),
            }
        }
        if !self.has_sign {
            let sign_at = sign_at.unwrap_or(start);
            match (self.is_negative, self.fills) {
                (true, _) => out.insert(sign_at, '-'),
                (false, true) => out.insert(sign_at, ' '),
                (false, false) => {}
            }
        }
        self.enclose(parts, start, out);
    }

    /// Zeros at the end that no `0` of the pattern asks for go.
    fn shorten(&mut self, behind: &[Part]) {
        let asked = behind
            .iter()
            .filter(|it| is_digit(it))
            .enumerate()
            .filter(|(_, it)| **it == Part::Digit { is_zero: true })
            .map(|(at, _)| at + 1)
            .last()
            .unwrap_or(0);
        while self.behind.len() > asked && self.behind.last() == Some(&b'0') {
            self.behind.pop();
        }
    }

    /// What stands in a place in front of the point.
    fn digit(&self, place: usize) -> Option<char> {
        if self.overflows {
            return Some('#');
        }
        let empty = self.places - self.whole.len();
        match place.checked_sub(empty) {
            Some(at) => Some(char::from(self.whole[at])),
            None => (place >= self.first_zero).then_some('0'),
        }
    }

    /// In a place without a digit.
    fn blank(&mut self, out: &mut String) {
        if self.blanks_written > 0 {
            self.blanks_written -= 1;
        } else if self.fills {
            out.push(' ');
        }
    }

    fn sign(&mut self, sign: &str, is_behind: bool, sign_at: &mut Option<usize>, out: &mut String) {
        let signed = if self.is_negative { '-' } else { '+' };
        let blank = if self.fills { " " } else { "" };
        match sign {
            "S" if !is_behind => {
                // In front of the first digit, which is yet to come.
                let empty = self.places.saturating_sub(self.whole.len()).min(self.first_zero);
                if self.fills {
                    out.extend(std::iter::repeat_n(' ', empty));
                    self.blanks_written = empty;
                }
                out.push(signed);
                sign_at.get_or_insert(out.len());
            }
            "S" | "SG" => out.push(signed),
            "MI" if self.is_negative => out.push('-'),
            "PL" if !self.is_negative => out.push('+'),
            "PR" => {}
            _ => out.push_str(blank),
        }
    }

    /// `PR` puts a negative number between `<` and `>`.
    fn enclose(&self, parts: &[Part], start: usize, out: &mut String) {
        if !parts.contains(&Part::Sign("PR")) {
            return;
        }
        let blanks = out[start..].len() - out[start..].trim_start().len();
        if self.is_negative {
            out.insert(start + blanks, '<');
            out.push('>');
        } else if self.fills {
            out.insert(start, ' ');
            out.push(' ');
        }
    }
}

/// The number in a text that fits a pattern, as a text that parses. `X` are digits to the base of 16.
pub(super) fn read(text: &str, pattern: &str) -> Option<String> {
    let text = text.trim();
    let is_hexadecimal = !pattern.is_empty() && pattern.bytes().all(|it| b"Xx".contains(&it));
    if is_hexadecimal {
        let fits = text.len() <= pattern.len();
        return fits.then(|| i64::from_str_radix(text, 16).ok())?.map(|it| it.to_string());
    }
    let (parts, _) = parts(pattern);
    let point = parts.iter().position(|it| *it == Part::Point).unwrap_or(parts.len());
    let mut places =
        [&parts[..point], &parts[point..]].map(|it| it.iter().filter(|it| is_digit(it)).count());
    let (mut number, mut is_negative, mut is_behind) = (String::new(), false, false);
    for char in text.chars() {
        match char {
            '0'..='9' => {
                let left = &mut places[usize::from(is_behind)];
                *left = left.checked_sub(1)?;
                number.push(char);
            }
            '.' if !is_behind && point < parts.len() => {
                is_behind = true;
                number.push('.');
            }
            '-' | '<' if !is_negative => is_negative = true,
            '+' | '>' | ' ' | ',' | '$' => {}
            other => {
                let stands = |it: &Part| matches!(it, Part::Text(text) if text.contains(other));
                if !parts.iter().any(stands) {
                    return None;
                }
            }
        }
    }
    if !number.contains(|it: char| it.is_ascii_digit()) {
        return None;
    }
    Some(if is_negative { format!("-{number}") } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_their_patterns_say() {
        // From PostgreSQL's table of examples.
        for (number, pattern, text) in [
            (-0.1, "99.99", "  -.10"),
            (-0.1, "FM9.99", "-.1"),
            (-0.1, "FM90.99", "-0.1"),
            (0.1, "0.9", " 0.1"),
            (12.0, "9990999.9", "    0012.0"),
            (12.0, "FM9990999.9", "0012."),
            (485.0, "999", " 485"),
            (-485.0, "999", "-485"),
            (485.0, "9 9 9", " 4 8 5"),
            (1485.0, "9,999", " 1,485"),
            (1485.0, "9G999", " 1,485"),
            (148.5, "999.999", " 148.500"),
            (148.5, "FM999.999", "148.5"),
            (148.5, "FM999.990", "148.500"),
            (3148.5, "9G999D999", " 3,148.500"),
            (-485.0, "999S", "485-"),
            (-485.0, "999MI", "485-"),
            (485.0, "999MI", "485 "),
            (485.0, "FM999MI", "485"),
            (485.0, "PL999", "+485"),
            (485.0, "SG999", "+485"),
            (-485.0, "SG999", "-485"),
            (-485.0, "999PR", "<485>"),
            (482.0, "999th", " 482nd"),
            (485.8, "\"Pre:\"999\" Post:\".999", "Pre: 485 Post:.800"),
            (12.0, "S999", " +12"),
            (1234.0, "999", " ###"),
            (0.0, "999", "   0"),
            (2.5, "9", " 3"),
        ] {
            let mut out = String::new();
            let value = Rounded::of_double(number, places_behind(pattern));
            write(&value, pattern, &mut out);
            assert_eq!(out, text, "{number} {pattern}");
        }
        assert_eq!(Rounded::of_exact(-12_345, 3, 1), Rounded::of_double(-12.3, 1));
        assert_eq!(Rounded::of_exact(7, 0, 2), Rounded::of_double(7.0, 2));
    }

    #[test]
    fn numbers_are_read_where_they_fit() {
        for (text, pattern, number) in [
            ("12,454.8-", "99G999D9S", Some("-12454.8")),
            ("$1,234", "$9,999", Some("1234")),
            ("<12>", "99PR", Some("-12")),
            ("FF", "XX", Some("255")),
            ("123", "99", None),
            ("1.5", "9", None),
            ("abc", "999", None),
            ("", "9", None),
        ] {
            assert_eq!(read(text, pattern).as_deref(), number, "{text} {pattern}");
        }
    }
}
