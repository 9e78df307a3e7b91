//! Functions that find and cut text. Positions count characters from 1.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;

use super::arguments::Args;
use super::{Family, Function, MANY, Returns};
use Returns::{Long, Text};

pub(super) const TABLE: &[Function] = &[
    Function::new("substring", Family::Text, (2, 3), Text, substring).also(&["substr", "mid"]),
    // LENGTH counts characters to Domo, <https://domo-support.domo.com/s/article/360043429933>, and bytes to MySQL.
    Function::new("length", Family::Text, (1, 1), Long, |args| {
        let text = args.text(0)?;
        args.make_long(|row| text.get(row).map(|it| it.chars().count() as i64))
    })
    .also(&["char_length", "character_length"]),
    Function::new("left", Family::Text, (2, 2), Text, left),
    Function::new("right", Family::Text, (2, 2), Text, right),
    Function::new("substring_index", Family::Text, (3, 3), Text, substring_index),
    Function::new("split_part", Family::Text, (3, 3), Text, split_part),
    Function::new("locate", Family::Text, (2, 3), Long, locate).also(&["position"]),
    Function::new("instr", Family::Text, (2, 2), Long, instr),
    Function::new("field", Family::Text, (2, MANY), Long, field),
    Function::new("find_in_set", Family::Text, (2, 2), Long, find_in_set),
    Function::new("strcmp", Family::Text, (2, 2), Long, strcmp),
];

/// The characters from a position on; a negative one counts from the end, and 0 is nowhere.
fn substring(args: &Args) -> Result<ArrayRef> {
    let (text, position) = (args.text(0)?, args.long(1)?);
    let length = (args.len() > 2).then(|| args.long(2)).transpose()?;
    args.make_text(|row, out| {
        let (text, position) = (text.get(row)?, position.get(row)?);
        let length = match &length {
            Some(length) => length.get(row)?,
            None => i64::MAX,
        };
        let skipped = if position > 0 {
            usize::try_from(position - 1).ok()
        } else {
            let count = text.chars().count() as i64;
            usize::try_from(count.saturating_add(position)).ok().filter(|_| position != 0)
        };
        if let (Some(skipped), Ok(length)) = (skipped, usize::try_from(length)) {
            out.extend(text.chars().skip(skipped).take(length));
        }
        Some(())
    })
}

fn left(args: &Args) -> Result<ArrayRef> {
    let (text, length) = (args.text(0)?, args.long(1)?);
    args.make_text(|row, out| {
        let (text, length) = (text.get(row)?, length.get(row)?);
        out.extend(text.chars().take(usize::try_from(length).unwrap_or(0)));
        Some(())
    })
}

fn right(args: &Args) -> Result<ArrayRef> {
    let (text, length) = (args.text(0)?, args.long(1)?);
    args.make_text(|row, out| {
        let (text, length) = (text.get(row)?, length.get(row)?);
        let gone = text.chars().count().saturating_sub(usize::try_from(length).unwrap_or(0));
        out.extend(text.chars().skip(gone));
        Some(())
    })
}

/// What comes before the n-th delimiter; behind the n-th from the end where n is negative.
fn substring_index(args: &Args) -> Result<ArrayRef> {
    let (text, delimiter, count) = (args.text(0)?, args.text(1)?, args.long(2)?);
    args.make_text(|row, out| {
        let (text, delimiter, count) = (text.get(row)?, delimiter.get(row)?, count.get(row)?);
        if delimiter.is_empty() || count == 0 {
            return Some(());
        }
        let nth = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) - 1;
        let cut = if count > 0 {
            text.match_indices(delimiter).nth(nth).map_or(text, |(at, _)| &text[..at])
        } else {
            text.rmatch_indices(delimiter).nth(nth).map_or(text, |(at, it)| &text[at + it.len()..])
        };
        out.push_str(cut);
        Some(())
    })
}

/// The n-th piece between delimiters, from the end where n is negative; empty where there is none.
fn split_part(args: &Args) -> Result<ArrayRef> {
    let (text, delimiter, number) = (args.text(0)?, args.text(1)?, args.long(2)?);
    args.make_text(|row, out| {
        let (text, delimiter, number) = (text.get(row)?, delimiter.get(row)?, number.get(row)?);
        let Some(nth) = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX).checked_sub(1)
        else {
            return Some(());
        };
        let piece = match number {
            _ if delimiter.is_empty() => (nth == 0).then_some(text),
            1.. => text.split(delimiter).nth(nth),
            _ => text.rsplit(delimiter).nth(nth),
        };
        out.push_str(piece.unwrap_or_default());
        Some(())
    })
}

/// LOCATE(part, text[, from]): 0 where it is not there.
fn locate(args: &Args) -> Result<ArrayRef> {
    let (part, text) = (args.text(0)?, args.text(1)?);
    let from = (args.len() > 2).then(|| args.long(2)).transpose()?;
    args.make_long(|row| {
        let from = match &from {
            Some(from) => from.get(row)?,
            None => 1,
        };
        Some(position(text.get(row)?, part.get(row)?, from))
    })
}

fn instr(args: &Args) -> Result<ArrayRef> {
    let (text, part) = (args.text(0)?, args.text(1)?);
    args.make_long(|row| Some(position(text.get(row)?, part.get(row)?, 1)))
}

fn position(text: &str, part: &str, from: i64) -> i64 {
    let Some(skipped) = usize::try_from(from).ok().and_then(|it| it.checked_sub(1)) else {
        return 0;
    };
    let start = text.char_indices().nth(skipped).map(|(at, _)| at);
    let start = start.or_else(|| (text.chars().count() == skipped).then_some(text.len()));
    let Some(start) = start else { return 0 };
    text[start..].find(part).map_or(0, |at| (text[..start + at].chars().count() + 1) as i64)
}

/// Which of the others the first argument equals; 0 for none, and for NULL. Numbers compare as numbers.
fn field(args: &Args) -> Result<ArrayRef> {
    if (0..args.len()).all(|it| args.kind(it).is_numeric()) {
        let numbers = (0..args.len()).map(|it| args.number(it)).collect::<Result<Vec<_>>>()?;
        return args.make_long(|row| {
            let wanted = numbers[0].get(row);
            Some(wanted.map_or(0, |wanted| {
                let found = numbers[1..]
                    .iter()
                    .position(|it| it.get(row).is_some_and(|it| it.total_cmp(&wanted).is_eq()));
                found.map_or(0, |it| it as i64 + 1)
            }))
        });
    }
    let texts = args.texts(0)?;
    args.make_long(|row| {
        let wanted = texts[0].get(row);
        let found = texts[1..].iter().position(|it| wanted.is_some() && it.get(row) == wanted);
        Some(found.map_or(0, |it| it as i64 + 1))
    })
}

/// The place of a text in a list with commas.
fn find_in_set(args: &Args) -> Result<ArrayRef> {
    let (text, set) = (args.text(0)?, args.text(1)?);
    args.make_long(|row| {
        let (text, set) = (text.get(row)?, set.get(row)?);
        if set.is_empty() || text.contains(',') {
            return Some(0);
        }
        Some(set.split(',').position(|it| it == text).map_or(0, |it| it as i64 + 1))
    })
}

fn strcmp(args: &Args) -> Result<ArrayRef> {
    let (one, other) = (args.text(0)?, args.text(1)?);
    args.make_long(|row| Some(one.get(row)?.cmp(other.get(row)?) as i64))
}
