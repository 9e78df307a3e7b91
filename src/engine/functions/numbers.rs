//! Numbers out of text and out of other numbers, by MySQL's rules: never an error, at worst 0 or the nearest there is.

/// The number that a text begins with, after white space; 0 where it begins with none.
pub(super) fn double_of_text(text: &str) -> f64 {
    let number = prefix(text.trim_start());
    let value: f64 = number.parse().unwrap_or(0.0);
    value.clamp(f64::MIN, f64::MAX)
}

/// The longest beginning that is a number: `12.5e3abc` → `12.5e3`.
fn prefix(text: &str) -> &str {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes.get(from..).unwrap_or_default().iter().take_while(|it| it.is_ascii_digit()).count()
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut behind = 0;
    if bytes.get(end) == Some(&b'.') {
        behind = digits(end + 1);
        end += usize::from(whole + behind > 0) + behind;
    }
    if whole + behind == 0 {
        return "";
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    &text[..end]
}

/// The whole number that a text begins with: CAST('12.9' AS SIGNED) is 12.
pub(super) fn whole_of_text_cut(text: &str) -> i64 {
    let text = text.trim_start();
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut value: i64 = 0;
    for digit in digits.bytes().take_while(u8::is_ascii_digit) {
        let digit = i64::from(digit - b'0');
        let next = value.saturating_mul(10);
        value = if negative { next.saturating_sub(digit) } else { next.saturating_add(digit) };
    }
    value
}

/// A text as an argument that counts: rounded, and exact where it is a whole number.
pub(super) fn whole_of_text(text: &str) -> i64 {
    let number = prefix(text.trim_start());
    if number.contains(['.', 'e', 'E']) {
        whole_of_double(double_of_text(text))
    } else {
        whole_of_text_cut(text)
    }
}

/// Rounded half away from zero; what is too large is the largest, and what is no number 0.
pub(super) fn whole_of_double(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_counts_as_the_number_it_begins_with() {
        let cases = [
            ("12", 12.0),
            ("12abc", 12.0),
            ("  -1.5e2x", -150.0),
            ("1e", 1.0),
            ("1e+", 1.0),
            (".5", 0.5),
            ("5.", 5.0),
            (".", 0.0),
            ("-.", 0.0),
            ("+7", 7.0),
            ("abc", 0.0),
            ("", 0.0),
            ("é1", 0.0),
            ("inf", 0.0),
            ("1e999", f64::MAX),
        ];
        for (text, number) in cases {
            assert!((double_of_text(text) - number).abs() < f64::EPSILON, "{text}");
        }
    }

    #[test]
    fn whole_numbers_end_at_the_bounds() {
        assert_eq!(whole_of_text("9223372036854775808"), i64::MAX);
        assert_eq!(whole_of_text("-9223372036854775808"), i64::MIN);
        assert_eq!(whole_of_text("-99999999999999999999"), i64::MIN);
        assert_eq!(whole_of_text("2.5"), 3);
        assert_eq!(whole_of_text_cut("2.9"), 2);
        assert_eq!(whole_of_double(f64::NAN), 0);
        assert_eq!(whole_of_double(f64::INFINITY), i64::MAX);
    }
}
