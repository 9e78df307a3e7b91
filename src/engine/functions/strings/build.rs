//! Texts made of other texts.

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::arguments::Arguments;
use super::super::call::{Call, MANY, Returns};
use super::super::output::TextOutput;
use super::parts::{byte_of, left};

const CALLS: &[Call] = &[
    Call::new("concat", (1, MANY), Returns::Text, concat),
    Call::new("concat_ws", (2, MANY), Returns::Text, concat_ws),
    Call::new("repeat", (2, 2), Returns::Text, repeat),
    Call::new("space", (1, 1), Returns::Text, space),
    Call::new("lpad", (3, 3), Returns::Text, |it| padded(it, true)),
    Call::new("rpad", (3, 3), Returns::Text, |it| padded(it, false)),
    Call::new("replace", (3, 3), Returns::Text, replace),
    Call::new("insert", (4, 4), Returns::Text, insert),
    Call::new("reverse", (1, 1), Returns::Text, reverse),
    Call::new("upper", (1, 1), Returns::Text, upper).also(&["ucase"]),
    Call::new("lower", (1, 1), Returns::Text, lower).also(&["lcase"]),
    Call::new("initcap", (1, 1), Returns::Text, initcap),
    Call::new("quote", (1, 1), Returns::Text, quote),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    CALLS.iter().map(Call::function).collect()
}

/// NULL if one of them is.
fn concat(arguments: &Arguments) -> Result<ArrayRef> {
    let texts = arguments.texts()?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        if texts.iter().any(|it| it.get(row).is_none()) {
            output.null();
            continue;
        }
        for piece in texts.iter().filter_map(|it| it.get(row)) {
            output.push(piece)?;
        }
        output.finish_row();
    }
    Ok(output.finish())
}

/// Leaves NULLs out; NULL if the separator is.
fn concat_ws(arguments: &Arguments) -> Result<ArrayRef> {
    let texts = arguments.texts()?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let Some(separator) = texts[0].get(row) else {
            output.null();
            continue;
        };
        for (at, piece) in texts[1..].iter().filter_map(|it| it.get(row)).enumerate() {
            if at > 0 {
                output.push(separator)?;
            }
            output.push(piece)?;
        }
        output.finish_row();
    }
    Ok(output.finish())
}

fn repeat(arguments: &Arguments) -> Result<ArrayRef> {
    let (texts, times) = (arguments.text(0)?, arguments.whole(1)?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        match texts.get(row).zip(times.get(row)) {
            Some((text, times)) => {
                output.push_times(text, usize::try_from(times).unwrap_or(0))?;
                output.finish_row();
            }
            None => output.null(),
        }
    }
    Ok(output.finish())
}

fn space(arguments: &Arguments) -> Result<ArrayRef> {
    let times = arguments.whole(0)?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        match times.get(row) {
            Some(times) => {
                output.push_times(" ", usize::try_from(times).unwrap_or(0))?;
                output.finish_row();
            }
            None => output.null(),
        }
    }
    Ok(output.finish())
}

/// A text that is too long is cut at its end, on whichever side the padding goes.
fn padded(arguments: &Arguments, in_front: bool) -> Result<ArrayRef> {
    let (texts, lengths, pads) = (arguments.text(0)?, arguments.whole(1)?, arguments.text(2)?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let wanted = lengths.get(row).and_then(|it| usize::try_from(it).ok());
        let (Some(text), Some(wanted), Some(pad)) = (texts.get(row), wanted, pads.get(row)) else {
            output.null();
            continue;
        };
        let missing = wanted.saturating_sub(text.chars().count());
        let pad_length = pad.chars().count();
        if missing > 0 && pad_length == 0 {
            output.finish_row();
            continue;
        }
        if !in_front {
            output.push(left(text, wanted))?;
        }
        if missing > 0 {
            output.push_times(pad, missing / pad_length)?;
            output.push(left(pad, missing % pad_length))?;
        }
        if in_front {
            output.push(left(text, wanted))?;
        }
        output.finish_row();
    }
    Ok(output.finish())
}

fn replace(arguments: &Arguments) -> Result<ArrayRef> {
    let (texts, from, to) = (arguments.text(0)?, arguments.text(1)?, arguments.text(2)?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let (Some(text), Some(from), Some(to)) = (texts.get(row), from.get(row), to.get(row))
        else {
            output.null();
            continue;
        };
        if from.is_empty() {
            output.row(Some(text))?;
            continue;
        }
        for (at, piece) in text.split(from).enumerate() {
            if at > 0 {
                output.push(to)?;
            }
            output.push(piece)?;
        }
        output.finish_row();
    }
    Ok(output.finish())
}

/// INSERT(text, at, length, new): as it is where there is no such place.
fn insert(arguments: &Arguments) -> Result<ArrayRef> {
    let (texts, news) = (arguments.text(0)?, arguments.text(3)?);
    let (places, lengths) = (arguments.whole(1)?, arguments.whole(2)?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let (Some(text), Some(at), Some(length), Some(new)) =
            (texts.get(row), places.get(row), lengths.get(row), news.get(row))
        else {
            output.null();
            continue;
        };
        let at = at.checked_sub(1).and_then(|it| usize::try_from(it).ok());
        match at.map(|it| byte_of(text, it)).filter(|it| *it < text.len()) {
            Some(from) => {
                let rest = &text[from..];
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                output.push(&text[..from])?;
                output.push(new)?;
                output.push(&rest[byte_of(rest, length)..])?;
                output.finish_row();
            }
            None => output.row(Some(text))?,
        }
    }
    Ok(output.finish())
}

fn reverse(arguments: &Arguments) -> Result<ArrayRef> {
    each_char(arguments, |text, output| text.chars().rev().try_for_each(|it| output.push_char(it)))
}

/// Text by text, each written piece by piece.
fn each_char(
    arguments: &Arguments,
    write: impl Fn(&str, &mut TextOutput) -> Result<()>,
) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        match texts.get(row) {
            Some(text) => {
                write(text, &mut output)?;
                output.finish_row();
            }
            None => output.null(),
        }
    }
    Ok(output.finish())
}

fn upper(arguments: &Arguments) -> Result<ArrayRef> {
    respelt(arguments, str::make_ascii_uppercase, str::to_uppercase)
}

fn lower(arguments: &Arguments) -> Result<ArrayRef> {
    respelt(arguments, str::make_ascii_lowercase, str::to_lowercase)
}

/// Most texts are ASCII, and those need no memory of their own.
fn respelt(
    arguments: &Arguments,
    ascii: fn(&mut str),
    unicode: fn(&str) -> String,
) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let mut output = TextOutput::new(arguments.rows());
    let mut copy = String::new();
    for row in 0..arguments.rows() {
        match texts.get(row) {
            Some(text) if text.is_ascii() => {
                copy.clear();
                copy.push_str(text);
                ascii(&mut copy);
                output.row(Some(&copy))?;
            }
            Some(text) => output.row(Some(&unicode(text)))?,
            None => output.null(),
        }
    }
    Ok(output.finish())
}

/// The first letter of each word large, the others small.
fn initcap(arguments: &Arguments) -> Result<ArrayRef> {
    each_char(arguments, |text, output| {
        let mut inside = false;
        for it in text.chars() {
            if inside {
                it.to_lowercase().try_for_each(|it| output.push_char(it))?;
            } else {
                it.to_uppercase().try_for_each(|it| output.push_char(it))?;
            }
            inside = it.is_alphanumeric();
        }
        Ok(())
    })
}

/// A literal that means the text; the word NULL where it is NULL.
fn quote(arguments: &Arguments) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let Some(text) = texts.get(row) else {
            output.row(Some("NULL"))?;
            continue;
        };
        output.push("'")?;
        for it in text.chars() {
            match it {
                '\0' => output.push("\\0")?,
                '\u{1a}' => output.push("\\Z")?,
                '\'' | '\\' => {
                    output.push("\\")?;
                    output.push_char(it)?;
                }
                it => output.push_char(it)?,
            }
        }
        output.push("'")?;
        output.finish_row();
    }
    Ok(output.finish())
}
