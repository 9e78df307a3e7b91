//! Parts of a text: nothing is copied but the part itself. Positions count characters from 1.

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::arguments::Arguments;
use super::super::call::{Call, Returns};
use super::super::output::TextOutput;

const CALLS: &[Call] = &[
    Call::new("left", (2, 2), Returns::Text, |it| counted(it, left)),
    Call::new("right", (2, 2), Returns::Text, |it| counted(it, right)),
    Call::new("substring", (2, 3), Returns::Text, substring).also(&["substr", "mid"]),
    Call::new("substring_index", (3, 3), Returns::Text, |it| split(it, before_nth)),
    Call::new("split_part", (3, 3), Returns::Text, |it| split(it, nth_part)),
    Call::new("btrim", (1, 2), Returns::Text, |it| trimmed(it, true, true)).also(&["trim"]),
    Call::new("ltrim", (1, 2), Returns::Text, |it| trimmed(it, true, false)),
    Call::new("rtrim", (1, 2), Returns::Text, |it| trimmed(it, false, true)),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    CALLS.iter().map(Call::function).collect()
}

fn counted(arguments: &Arguments, part: fn(&str, usize) -> &str) -> Result<ArrayRef> {
    let (texts, counts) = (arguments.text(0)?, arguments.whole(1)?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let count = counts.get(row).map(|it| usize::try_from(it).unwrap_or(0));
        output.row(texts.get(row).zip(count).map(|(text, count)| part(text, count)))?;
    }
    Ok(output.finish())
}

pub(super) fn left(text: &str, count: usize) -> &str {
    &text[..byte_of(text, count)]
}

pub(super) fn right(text: &str, count: usize) -> &str {
    let Some(count) = count.checked_sub(1) else { return "" };
    text.char_indices().nth_back(count).map_or(text, |(at, _)| &text[at..])
}

/// Where the character of this number, from 0, begins; the end if there are not so many.
pub(super) fn byte_of(text: &str, character: usize) -> usize {
    if text.is_ascii() {
        return character.min(text.len());
    }
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

fn substring(arguments: &Arguments) -> Result<ArrayRef> {
    let (texts, starts) = (arguments.text(0)?, arguments.whole(1)?);
    let lengths = arguments.whole_or(2, i64::MAX)?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let part = || Some(section(texts.get(row)?, starts.get(row)?, lengths.get(row)?));
        output.row(part())?;
    }
    Ok(output.finish())
}

/// A negative start counts from the end; there is nothing at 0.
fn section(text: &str, start: i64, length: i64) -> &str {
    let length = usize::try_from(length).unwrap_or(0);
    let far = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let from = match start {
        0 => return "",
        1.. => byte_of(text, far - 1),
        _ => match text.char_indices().nth_back(far - 1) {
            Some((at, _)) => at,
            None => return "",
        },
    };
    left(&text[from..], length)
}

fn split(
    arguments: &Arguments,
    part: for<'a> fn(&'a str, &str, i64) -> &'a str,
) -> Result<ArrayRef> {
    let (texts, delimiters, counts) = (arguments.text(0)?, arguments.text(1)?, arguments.whole(2)?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let found = texts.get(row).zip(delimiters.get(row)).zip(counts.get(row));
        output.row(found.map(|((text, delimiter), count)| part(text, delimiter, count)))?;
    }
    Ok(output.finish())
}

/// Everything before the nth delimiter, or behind the nth from the end.
fn before_nth<'a>(text: &'a str, delimiter: &str, count: i64) -> &'a str {
    if delimiter.is_empty() || count == 0 {
        return "";
    }
    let skip = usize::try_from(count.unsigned_abs() - 1).unwrap_or(usize::MAX);
    if count > 0 {
        return text.match_indices(delimiter).nth(skip).map_or(text, |(at, _)| &text[..at]);
    }
    let behind = |(at, _): (usize, &str)| &text[at + delimiter.len()..];
    text.rmatch_indices(delimiter).nth(skip).map_or(text, behind)
}

/// What is between two delimiters, by number from 1, or from the end where it is negative.
fn nth_part<'a>(text: &'a str, delimiter: &str, count: i64) -> &'a str {
    let Some(skip) = count.unsigned_abs().checked_sub(1) else { return "" };
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    if delimiter.is_empty() {
        return if skip == 0 { text } else { "" };
    }
    let part =
        if count > 0 { text.split(delimiter).nth(skip) } else { text.rsplit(delimiter).nth(skip) };
    part.unwrap_or_default()
}

/// Takes off spaces, or a text of any length as often as it stands there.
fn trimmed(arguments: &Arguments, front: bool, back: bool) -> Result<ArrayRef> {
    let (texts, off) = (arguments.text(0)?, arguments.text_or(1, " ")?);
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let rest = texts.get(row).zip(off.get(row)).map(|(text, off)| {
            if off.is_empty() {
                return text;
            }
            let text = if front { text.trim_start_matches(off) } else { text };
            if back { text.trim_end_matches(off) } else { text }
        });
        output.row(rest)?;
    }
    Ok(output.finish())
}
