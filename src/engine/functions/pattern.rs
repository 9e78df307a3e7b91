//! Regular expressions. They do not tell case apart unless they are asked to (`c`).

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Int64Array, StringArray};
use datafusion::common::{DataFusionError, Result};
use regex::{Regex, RegexBuilder};

use super::arguments::{Args, Column};
use super::string_builder::fits;
use super::{Family, Function, Returns};
use crate::engine::interrupt::{Beat, check};

/// How large a compiled pattern may be, and how long a text that it is matched against, in bytes: at worst each byte of the
/// text costs as much as there are states in the pattern, and a search cannot be stopped.
const SIZES: [(usize, usize); 4] =
    [(16 << 10, 4 << 20), (64 << 10, 512 << 10), (256 << 10, 64 << 10), (1 << 20, 8 << 10)];

pub(super) const TABLE: &[Function] = &[
    Function::new("regexp_like", Family::Text, (2, 3), Returns::Boolean, regexp_like),
    Function::new("regexp_replace", Family::Text, (3, 6), Returns::Text, regexp_replace),
    Function::new("regexp_substr", Family::Text, (2, 5), Returns::Text, regexp_substr),
    Function::new("regexp_instr", Family::Text, (2, 6), Returns::Long, regexp_instr),
];

/// The pattern of the last row, which is mostly that of all.
#[derive(Default)]
struct Compiled {
    last: Option<(String, String, Pattern)>,
}

struct Pattern {
    regex: Regex,
    text_bytes_max: usize,
}

impl Compiled {
    fn get(&mut self, pattern: &str, flags: &str) -> Result<&Pattern> {
        let is_last =
            self.last.as_ref().is_some_and(|(text, with, _)| text == pattern && with == flags);
        if !is_last {
            let compiled = Pattern::new(pattern, flags)?;
            self.last = Some((pattern.to_owned(), flags.to_owned(), compiled));
        }
        self.last
            .as_ref()
            .map(|(_, _, pattern)| pattern)
            .ok_or_else(|| DataFusionError::Execution(String::new()))
    }
}

impl Pattern {
    fn new(pattern: &str, flags: &str) -> Result<Self> {
        if let Some(flag) = flags.chars().find(|it| !"cimnu".contains(*it)) {
            let message = format!("'{flag}' is no flag of a regular expression");
            return Err(DataFusionError::Execution(message));
        }
        for (bytes_max, text_bytes_max) in SIZES {
            check()?;
            let regex = RegexBuilder::new(pattern)
                .case_insensitive(flags.rfind('i').is_some() || !flags.contains('c'))
                .multi_line(flags.contains('m'))
                .dot_matches_new_line(flags.contains('n'))
                .size_limit(bytes_max)
                .dfa_size_limit(1 << 20)
                .build();
            match regex {
                Ok(regex) => return Ok(Self { regex, text_bytes_max }),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(_) => break,
            }
        }
        Err(DataFusionError::Execution(format!(
            "'{}' is no regular expression that can be used",
            start_of(pattern)
        )))
    }

    /// Refuses a text that is too long for the pattern.
    fn takes(&self, text: &str) -> Result<&Regex> {
        let bytes_max = self.text_bytes_max;
        if text.len() > bytes_max {
            return Err(DataFusionError::Execution(format!(
                "this regular expression is not matched against a text of more than {bytes_max} bytes"
            )));
        }
        Ok(&self.regex)
    }
}

fn start_of(text: &str) -> String {
    text.chars().take(80).collect()
}

/// The texts of a row, in front of the flags, and the pattern, which is the second of them.
struct Rows {
    texts: Vec<Column<StringArray>>,
    flags: Option<Column<StringArray>>,
    compiled: Compiled,
}

impl Rows {
    fn new(args: &Args, (texts, flags): (usize, usize)) -> Result<Self> {
        Ok(Self {
            texts: (0..texts).map(|it| args.text(it)).collect::<Result<_>>()?,
            flags: (args.len() > flags).then(|| args.text(flags)).transpose()?,
            compiled: Compiled::default(),
        })
    }

    /// The first text and the pattern of a row; none where one of them, or the flags, is null.
    fn get(&mut self, row: usize) -> Result<Option<(&str, &Regex)>> {
        let flags = self.flags.as_ref().map_or(Some(""), |it| it.get(row));
        let (text, pattern) = (self.texts[0].get(row), self.texts[1].get(row));
        let (Some(text), Some(pattern), Some(flags)) = (text, pattern, flags) else {
            return Ok(None);
        };
        let pattern = self.compiled.get(pattern, flags)?;
        Ok(Some((text, pattern.takes(text)?)))
    }
}

fn regexp_like(args: &Args) -> Result<ArrayRef> {
    let mut rows = Rows::new(args, (2, 2))?;
    let mut beat = Beat::default();
    let matches = |row| {
        let Some((text, regex)) = rows.get(row)? else { return Ok(None) };
        let found = regex.is_match(text);
        beat.tick(text.len())?;
        Ok(Some(found))
    };
    Ok(Arc::new((0..args.rows).map(matches).collect::<Result<BooleanArray>>()?))
}

/// The number that an argument has in a row; `usual` where the argument is not there.
fn number(column: Option<&Column<Int64Array>>, usual: i64, row: usize) -> Option<i64> {
    column.map_or(Some(usual), |it| it.get(row))
}

/// REGEXP_REPLACE(text, pattern, new[, from[, which[, flags]]]): all matches where `which` is 0.
fn regexp_replace(args: &Args) -> Result<ArrayRef> {
    let new = args.text(2)?;
    let from = (args.len() > 3).then(|| args.long(3)).transpose()?;
    let which = (args.len() > 4).then(|| args.long(4)).transpose()?;
    let mut rows = Rows::new(args, (2, 5))?;
    args.try_make_text(|row, out| {
        let from = number(from.as_ref(), 1, row).and_then(|it| it.checked_sub(1));
        let from = from.and_then(|it| usize::try_from(it).ok());
        let which = number(which.as_ref(), 0, row);
        let (Some(from), Some(which), Some(new)) = (from, which, new.get(row)) else {
            return Ok(None);
        };
        let Some((text, regex)) = rows.get(row)? else { return Ok(None) };
        let start = text.char_indices().nth(from).map_or(text.len(), |(at, _)| at);
        let (kept, text) = text.split_at(start);
        out.push_str(kept);
        replace(regex, text, (new, usize::try_from(which).unwrap_or(0)), out).map(Some)
    })
}

/// A piece of what is put in for a match.
enum Piece<'a> {
    Text(&'a str),
    /// `$1`; `$0` is the whole match.
    Group(usize),
}

/// `$` and a number is a group, and a backslash takes the character behind it as it is.
fn pieces(new: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), new);
    while let Some(at) = rest.find(['$', '\\']) {
        pieces.push(Piece::Text(&rest[..at]));
        let behind = &rest[at + 1..];
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        let group = behind[..digits].parse().ok().filter(|_| rest.as_bytes()[at] == b'$');
        if let Some(group) = group {
            pieces.push(Piece::Group(group));
            rest = &behind[digits..];
            continue;
        }
        let literal = if rest.as_bytes()[at] == b'\\' { behind } else { &rest[at..] };
        let (literal, after) = literal.split_at(literal.chars().next().map_or(0, char::len_utf8));
        pieces.push(Piece::Text(literal));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Writes the text with its n-th match replaced, or all where `nth` is 0; it stops where that grows too long.
fn replace(regex: &Regex, text: &str, (new, nth): (&str, usize), out: &mut String) -> Result<()> {
    let pieces = pieces(new);
    let (mut copied, mut beat) = (0, Beat::default());
    for (index, captures) in regex.captures_iter(text).enumerate() {
        let Some(whole) = captures.get(0).filter(|_| nth == 0 || index + 1 == nth) else {
            beat.tick(0)?;
            continue;
        };
        out.push_str(&text[copied..whole.start()]);
        copied = whole.end();
        for piece in &pieces {
            out.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Group(group) => captures.get(*group).map_or("", |it| it.as_str()),
            });
            fits(out.len(), false)?;
        }
        beat.tick(whole.len())?;
        if nth > 0 {
            break;
        }
    }
    out.push_str(&text[copied..]);
    Ok(())
}

/// The n-th match from a position on.
fn found<'a>(
    regex: &Regex,
    text: &'a str,
    (from, which): (i64, i64),
) -> Result<Option<regex::Match<'a>>> {
    let Some(skipped) = from.checked_sub(1).and_then(|it| usize::try_from(it).ok()) else {
        return Ok(None);
    };
    let mut at = text.char_indices().nth(skipped).map_or(text.len(), |(at, _)| at);
    let (mut left, mut beat) = (which.max(1), Beat::default());
    while let Some(found) = regex.find_at(text, at) {
        left -= 1;
        if left == 0 {
            return Ok(Some(found));
        }
        at = found.end() + usize::from(found.is_empty());
        if at > text.len() || !text.is_char_boundary(at) {
            break;
        }
        beat.tick(found.len())?;
    }
    Ok(None)
}

fn regexp_substr(args: &Args) -> Result<ArrayRef> {
    let from = (args.len() > 2).then(|| args.long(2)).transpose()?;
    let which = (args.len() > 3).then(|| args.long(3)).transpose()?;
    let mut rows = Rows::new(args, (2, 4))?;
    args.try_make_text(|row, out| {
        let place = (number(from.as_ref(), 1, row), number(which.as_ref(), 1, row));
        let (Some(from), Some(which)) = place else { return Ok(None) };
        let Some((text, regex)) = rows.get(row)? else { return Ok(None) };
        Ok(found(regex, text, (from, which))?.map(|it| out.push_str(it.as_str())))
    })
}

/// REGEXP_INSTR(text, pattern[, from[, which[, behind[, flags]]]]): 0 where there is no match.
fn regexp_instr(args: &Args) -> Result<ArrayRef> {
    let from = (args.len() > 2).then(|| args.long(2)).transpose()?;
    let which = (args.len() > 3).then(|| args.long(3)).transpose()?;
    let behind = (args.len() > 4).then(|| args.long(4)).transpose()?;
    let mut rows = Rows::new(args, (2, 5))?;
    args.try_make_long(|row| {
        let place = (number(from.as_ref(), 1, row), number(which.as_ref(), 1, row));
        let (Some(from), Some(which)) = place else { return Ok(None) };
        let Some(behind) = number(behind.as_ref(), 0, row) else { return Ok(None) };
        let Some((text, regex)) = rows.get(row)? else { return Ok(None) };
        Ok(Some(found(regex, text, (from, which))?.map_or(0, |it| {
            let at = if behind == 0 { it.start() } else { it.end() };
            text[..at].chars().count() as i64 + 1
        })))
    })
}
