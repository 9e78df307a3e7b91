//! Numbers as MySQL writes them in texts: DOUBLEs as its `my_gcvt` does, and FORMAT with the marks of a locale.

/// The shortest digits that read back as the same DOUBLE; with an exponent where the point is more than fifteen digits away.
pub(super) fn write(value: f64, out: &mut Vec<u8>) {
    /// DBL_DIG of C.
    const DIGITS: i32 = 15;
    let shortest = format!("{value:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let point = exponent.parse().unwrap_or(0) + 1;
    if value == 0.0 {
        out.push(b'0');
    } else if (1 - DIGITS..=DIGITS).contains(&point) || point == DIGITS + 1 && has_fraction(value) {
        out.extend_from_slice(value.to_string().as_bytes());
    } else {
        out.extend_from_slice(digits.as_bytes());
        out.push(b'e');
        out.extend_from_slice(exponent.as_bytes());
    }
}

fn has_fraction(value: f64) -> bool {
    value.fract() != 0.0
}

/// With so many digits behind the point: its shortest ones and zeros, or fewer of its binary value, a tie to the even one.
pub(super) fn with_digits(value: f64, digits: usize) -> String {
    let shortest = value.to_string();
    let there = shortest.split_once('.').map_or(0, |(_, behind)| behind.len());
    match digits.checked_sub(there) {
        Some(0) => shortest,
        Some(missing) => {
            let point = if there == 0 { "." } else { "" };
            format!("{shortest}{point}{:0<missing$}", "")
        }
        None => format!("{value:.digits$}"),
    }
}

/// How a country writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    point: char,
    /// None where thousands are not told apart.
    thousands: Option<char>,
    /// Above the first three digits, groups are of two: India's lakhs.
    in_pairs: bool,
}

impl Marks {
    pub(super) const USUAL: Self = Self { point: '.', thousands: Some(','), in_pairs: false };

    /// By a name such as `de_DE`; one that is not known counts as `en_US`. MySQL's manual, "MySQL Server Locale Support".
    pub(super) fn of(locale: &str) -> Self {
        let with = |point, thousands| Self { point, thousands, in_pairs: false };
        match locale.to_ascii_lowercase().as_str() {
            "ar_sa" | "sr_rs" => with('.', None),
            "be_by" | "da_dk" | "de_be" | "de_de" | "de_lu" | "es_ar" | "es_bo" | "es_cl"
            | "es_co" | "es_ec" | "es_es" | "es_py" | "es_uy" | "es_ve" | "fo_fo" | "hu_hu"
            | "id_id" | "is_is" | "lt_lt" | "mn_mn" | "nb_no" | "no_no" | "ro_ro" | "ru_ua"
            | "sq_al" | "tr_tr" | "uk_ua" | "vi_vn" => with(',', Some('.')),
            "bg_bg" | "ca_es" | "de_at" | "el_gr" | "eu_es" | "fr_be" | "fr_ca" | "fr_ch"
            | "fr_fr" | "fr_lu" | "gl_es" | "hr_hr" | "it_it" | "nl_be" | "nl_nl" | "pl_pl"
            | "pt_br" | "pt_pt" | "sl_si" => with(',', None),
            "cs_cz" | "es_cr" | "et_ee" | "fi_fi" | "lv_lv" | "mk_mk" | "ru_ru" | "sk_sk"
            | "sv_fi" | "sv_se" => with(',', Some(' ')),
            "de_ch" => with('.', Some('\'')),
            "it_ch" | "rm_ch" => with(',', Some('\'')),
            "en_in" | "ta_in" | "te_in" => Self { in_pairs: true, ..Self::USUAL },
            _ => Self::USUAL,
        }
    }

    /// Digits in front of the point and behind it.
    pub(super) fn write(self, is_negative: bool, whole: &str, behind: &str, out: &mut String) {
        if is_negative {
            out.push('-');
        }
        for (index, digit) in whole.chars().enumerate() {
            let left = whole.len() - index;
            let begins = if self.in_pairs {
                left == 3 || left > 3 && left % 2 == 1
            } else {
                left.is_multiple_of(3)
            };
            if let Some(mark) = self.thousands.filter(|_| index > 0 && begins) {
                out.push(mark);
            }
            out.push(digit);
        }
        if !behind.is_empty() {
            out.push(self.point);
            out.push_str(behind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_mysql_writes_them() {
        for (value, text) in [
            (1e14, "100000000000000"),
            (1e15, "1e15"),
            (1e20, "1e20"),
            (-1e300, "-1e300"),
            (123_456_789_012_345_678.0, "1.2345678901234568e17"),
            (1e16 / 3.0, "3333333333333333.5"),
            (1e-10, "0.0000000001"),
            (1.5e-15, "0.0000000000000015"),
            (1e-16, "1e-16"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (0.0, "0"),
        ] {
            let mut out = Vec::new();
            write(value, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
    }

    #[test]
    fn countries_write_numbers_in_their_own_way() {
        for (locale, text) in [
            ("en_US", "1,234,567.89"),
            ("de_DE", "1.234.567,89"),
            ("fr_FR", "1234567,89"),
            ("en_IN", "12,34,567.89"),
            ("de_CH", "1'234'567.89"),
            ("nowhere", "1,234,567.89"),
        ] {
            let mut out = String::new();
            Marks::of(locale).write(false, "1234567", "89", &mut out);
            assert_eq!(out, text, "{locale}");
        }
    }
}
