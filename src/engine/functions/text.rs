//! Functions that make text.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::arguments::Args;
use super::number_text::{self, Marks};
use super::{Family, Function, MANY, Returns};
use Returns::Text;

pub(super) const TABLE: &[Function] = &[
    Function::new("concat", Family::Text, (1, MANY), Text, concat),
    Function::new("concat_ws", Family::Text, (2, MANY), Text, concat_ws),
    Function::new("repeat", Family::Text, (2, 2), Text, repeat),
    Function::new("space", Family::Text, (1, 1), Text, space),
    Function::new("replace", Family::Text, (3, 3), Text, replace),
    Function::new("insert", Family::Text, (4, 4), Text, insert),
    Function::new("lpad", Family::Text, (2, 3), Text, |args| pad(args, true)),
    Function::new("rpad", Family::Text, (2, 3), Text, |args| pad(args, false)),
    Function::new("upper", Family::Text, (1, 1), Text, upper).also(&["ucase"]),
    Function::new("lower", Family::Text, (1, 1), Text, lower).also(&["lcase"]),
    Function::new("reverse", Family::Text, (1, 1), Text, reverse),
    Function::new("btrim", Family::Text, (1, 2), Text, |args| trim(args, (true, true)))
        .also(&["trim"]),
    Function::new("ltrim", Family::Text, (1, 2), Text, |args| trim(args, (true, false))),
    Function::new("rtrim", Family::Text, (1, 2), Text, |args| trim(args, (false, true))),
    Function::new("initcap", Family::Text, (1, 1), Text, initcap),
    Function::new("quote", Family::Text, (1, 1), Text, quote),
    Function::new("format", Family::Text, (2, 3), Text, format),
    Function::new("elt", Family::Text, (2, MANY), Text, elt),
    Function::new("mysql_bounded_list", Family::Internal, (3, 3), Text, bounded_list),
];

/// NULL if any argument is.
fn concat(args: &Args) -> Result<ArrayRef> {
    let texts = args.texts(0)?;
    for row in 0..args.rows {
        args.fits(texts.iter().filter_map(|it| it.get(row)).map(str::len).sum())?;
    }
    args.make_text(|row, out| {
        texts.iter().try_for_each(|it| it.get(row).map(|it| out.push_str(it)))
    })
}

/// Nulls behind the separator are passed over.
fn concat_ws(args: &Args) -> Result<ArrayRef> {
    let (separator, texts) = (args.text(0)?, args.texts(1)?);
    for row in 0..args.rows {
        let between = separator.get(row).map_or(0, str::len);
        args.fits(texts.iter().filter_map(|it| it.get(row)).map(|it| it.len() + between).sum())?;
    }
    args.make_text(|row, out| {
        let separator = separator.get(row)?;
        for (index, text) in texts.iter().filter_map(|it| it.get(row)).enumerate() {
            if index > 0 {
                out.push_str(separator);
            }
            out.push_str(text);
        }
        Some(())
    })
}

fn repeat(args: &Args) -> Result<ArrayRef> {
    let (text, times) = (args.text(0)?, args.long(1)?);
    for row in 0..args.rows {
        args.fits(
            text.get(row)
                .map_or(0, str::len)
                .saturating_mul(times.get(row).unwrap_or(0).max(0) as usize),
        )?;
    }
    args.make_text(|row, out| {
        let (text, times) = (text.get(row)?, times.get(row)?);
        if !text.is_empty() {
            out.push_str(&text.repeat(usize::try_from(times).unwrap_or(0)));
        }
        Some(())
    })
}

fn space(args: &Args) -> Result<ArrayRef> {
    let count = args.long(0)?;
    for row in 0..args.rows {
        args.fits(count.get(row).unwrap_or(0).max(0) as usize)?;
    }
    args.make_text(|row, out| {
        out.extend(std::iter::repeat_n(' ', count.get(row)?.max(0) as usize));
        Some(())
    })
}

fn replace(args: &Args) -> Result<ArrayRef> {
    let (text, from, to) = (args.text(0)?, args.text(1)?, args.text(2)?);
    for row in 0..args.rows {
        let (Some(text), Some(from), Some(to)) = (text.get(row), from.get(row), to.get(row)) else {
            continue;
        };
        if to.len() > from.len() && !from.is_empty() && text.len() / from.len() * to.len() > 1 << 20
        {
            args.fits(text.matches(from).count().saturating_mul(to.len()))?;
        }
    }
    args.make_text(|row, out| {
        let (text, from, to) = (text.get(row)?, from.get(row)?, to.get(row)?);
        if from.is_empty() {
            out.push_str(text);
            return Some(());
        }
        for (index, piece) in text.split(from).enumerate() {
            if index > 0 {
                out.push_str(to);
            }
            out.push_str(piece);
        }
        Some(())
    })
}

/// INSERT(text, position, length, new): the original where the position is outside.
fn insert(args: &Args) -> Result<ArrayRef> {
    let (text, position, length, new) =
        (args.text(0)?, args.long(1)?, args.long(2)?, args.text(3)?);
    args.make_text(|row, out| {
        let (text, new) = (text.get(row)?, new.get(row)?);
        let (position, length) = (position.get(row)?, length.get(row)?);
        let count = text.chars().count() as i64;
        if position < 1 || position > count {
            out.push_str(text);
            return Some(());
        }
        let before = position as usize - 1;
        let rest = count as usize - before;
        let gone = usize::try_from(length).unwrap_or(rest).min(rest);
        out.extend(text.chars().take(before));
        out.push_str(new);
        out.extend(text.chars().skip(before + gone));
        Some(())
    })
}

/// Cut or filled to a length in characters; NULL for a negative one.
fn pad(args: &Args, on_the_left: bool) -> Result<ArrayRef> {
    let (text, length) = (args.text(0)?, args.long(1)?);
    let filling = (args.len() > 2).then(|| args.text(2)).transpose()?;
    for row in 0..args.rows {
        args.fits(length.get(row).unwrap_or(0).max(0) as usize)?;
    }
    args.make_text(|row, out| {
        let text = text.get(row)?;
        let filling = filling.as_ref().map_or(Some(" "), |it| it.get(row))?;
        let length = usize::try_from(length.get(row)?).ok()?;
        let count = text.chars().count();
        if count >= length {
            out.extend(text.chars().take(length));
            return Some(());
        }
        if filling.is_empty() {
            return Some(());
        }
        let fill = filling.chars().cycle().take(length - count);
        if on_the_left {
            out.extend(fill);
            out.push_str(text);
        } else {
            out.push_str(text);
            out.extend(fill);
        }
        Some(())
    })
}

fn upper(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let text = text.get(row)?;
        if text.is_ascii() {
            out.push_str(text);
            out.make_ascii_uppercase();
        } else {
            out.extend(text.chars().map(|it| alone(it.to_uppercase()).unwrap_or(it)));
        }
        Some(())
    })
}

/// A character that stays one: others would move what stands behind them.
fn alone(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_none() { first } else { None }
}

fn lower(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let text = text.get(row)?;
        if text.is_ascii() {
            out.push_str(text);
            out.make_ascii_lowercase();
        } else {
            out.extend(text.chars().map(|it| it.to_lowercase().next().unwrap_or(it)));
        }
        Some(())
    })
}

fn reverse(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        out.extend(text.get(row)?.chars().rev());
        Some(())
    })
}

/// Takes blanks, or another text as a whole, from the ends.
fn trim(args: &Args, (start, end): (bool, bool)) -> Result<ArrayRef> {
    let text = args.text(0)?;
    let what = (args.len() > 1).then(|| args.text(1)).transpose()?;
    args.make_text(|row, out| {
        let mut text = text.get(row)?;
        let what = what.as_ref().map_or(Some(" "), |it| it.get(row))?;
        if !what.is_empty() {
            if start {
                text = text.trim_start_matches(what);
            }
            if end {
                text = text.trim_end_matches(what);
            }
        }
        out.push_str(text);
        Some(())
    })
}

fn initcap(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let mut in_word = false;
        for char in text.get(row)?.chars() {
            if in_word {
                out.extend(char.to_lowercase());
            } else {
                out.extend(char.to_uppercase());
            }
            in_word = char.is_alphanumeric();
        }
        Some(())
    })
}

/// As a literal: NULL is the word.
fn quote(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    args.make_text(|row, out| {
        let Some(text) = text.get(row) else {
            out.push_str("NULL");
            return Some(());
        };
        out.push('\'');
        for char in text.chars() {
            match char {
                '\'' | '\\' => out.extend(['\\', char]),
                '\0' => out.push_str("\\0"),
                '\u{1a}' => out.push_str("\\Z"),
                _ => out.push(char),
            }
        }
        out.push('\'');
        Some(())
    })
}

/// FORMAT(number, digits[, locale]).
fn format(args: &Args) -> Result<ArrayRef> {
    let (digits, locale) = (args.long(1)?, (args.len() > 2).then(|| args.text(2)).transpose()?);
    let digits = |row: usize| digits.get(row).map(|it| it.clamp(0, 30) as usize);
    let marks = |row: usize| {
        let locale = locale.as_ref().and_then(|it| it.get(row));
        locale.map_or(Marks::USUAL, Marks::of)
    };
    if let Some(exact) = super::rounding::exact(args) {
        return args.make_text(|row, out| {
            let (value, scale) = exact(row)?;
            let digits = digits(row)?;
            let unit = 10_u128.pow(scale);
            let value = super::by_type::cut(value, i64::from(scale) - digits as i64, true);
            let (whole, behind) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
            let behind = format!("{behind:0width$}{:030}", 0, width = scale as usize);
            marks(row).write(value < 0, &whole.to_string(), &behind[..digits], out);
            Some(())
        });
    }
    let number = args.number(0)?;
    // A literal is a DECIMAL to MySQL, and is rounded as one.
    let is_literal = *args.kind(0) == DataType::Float64 && args.raw(0).1;
    args.make_text(|row, out| {
        let (digits, mut number) = (digits(row)?, number.get(row)?);
        if is_literal {
            number = super::rounding::round_to(number, digits as i64);
        }
        let plain = number_text::with_digits(number.abs(), digits);
        let (whole, behind) = plain.split_once('.').unwrap_or((&plain, ""));
        let is_negative = number < 0.0 && plain.bytes().any(|it| (b'1'..=b'9').contains(&it));
        marks(row).write(is_negative, whole, behind, out);
        Some(())
    })
}

/// The n-th of the texts behind the number.
fn elt(args: &Args) -> Result<ArrayRef> {
    let (number, texts) = (args.long(0)?, args.texts(1)?);
    args.make_text(|row, out| {
        let index = usize::try_from(number.get(row)?).ok()?.checked_sub(1)?;
        out.push_str(texts.get(index)?.get(row)?);
        Some(())
    })
}

/// The list of LISTAGG, unless it has more characters than it may: then what the third argument says, ERROR, TRUNCATE, or a
/// text in its place. <https://domo-support.domo.com/s/article/4410213098903>
fn bounded_list(args: &Args) -> Result<ArrayRef> {
    let (list, most, otherwise) = (args.text(0)?, args.long(1)?, args.text(2)?);
    let most = |row: usize| usize::try_from(most.get(row)?).ok();
    let is_longer = |row: usize| Some(list.get(row)?.chars().nth(most(row)?).is_some());
    for row in 0..args.rows {
        if is_longer(row) == Some(true) && otherwise.get(row).is_none_or(|it| it == "ERROR") {
            return exec_err!(
                "LISTAGG makes a list of more than {} characters",
                most(row).unwrap_or_default()
            );
        }
    }
    args.make_text(|row, out| {
        let (list, most) = (list.get(row)?, most(row)?);
        match (is_longer(row)?, otherwise.get(row)) {
            (false, _) => out.push_str(list),
            (true, Some("TRUNCATE") | None) => out.extend(list.chars().take(most)),
            (true, Some(other)) => out.push_str(other),
        }
        Some(())
    })
}
