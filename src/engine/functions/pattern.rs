//! Regular expressions. They do not tell case apart unless they are asked to (`c`).

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{DataFusionError, Result};
use regex::{Regex, RegexBuilder};

use super::arguments::Args;
use super::string_builder::{BATCH_BYTES_MAX, fits};
use super::{Family, Function, Returns};

/// Bytes that a compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 1 << 20;

pub(super) const TABLE: &[Function] = &[
    Function::new("regexp_like", Family::Text, (2, 3), Returns::Boolean, regexp_like),
    Function::new("regexp_replace", Family::Text, (3, 6), Returns::Text, regexp_replace),
    Function::new("regexp_substr", Family::Text, (2, 5), Returns::Text, regexp_substr),
    Function::new("regexp_instr", Family::Text, (2, 6), Returns::Long, regexp_instr),
];

/// The pattern of the last row, which is mostly that of all.
#[derive(Default)]
struct Compiled {
    last: Option<(String, String, Regex)>,
}

impl Compiled {
    fn get(&mut self, pattern: &str, flags: &str) -> Result<&Regex> {
        let is_last =
            self.last.as_ref().is_some_and(|(text, with, _)| text == pattern && with == flags);
        if !is_last {
            if let Some(flag) = flags.chars().find(|it| !"cimnu".contains(*it)) {
                let message = format!("'{flag}' is no flag of a regular expression");
                return Err(DataFusionError::Execution(message));
            }
            let regex = RegexBuilder::new(pattern)
                .case_insensitive(flags.rfind('i').is_some() || !flags.contains('c'))
                .multi_line(flags.contains('m'))
                .dot_matches_new_line(flags.contains('n'))
                .size_limit(PATTERN_BYTES_MAX)
                .dfa_size_limit(PATTERN_BYTES_MAX)
                .build();
            let regex = regex.map_err(|_| {
                DataFusionError::Execution(format!(
                    "'{}' is no regular expression that can be used",
                    start_of(pattern)
                ))
            })?;
            self.last = Some((pattern.to_owned(), flags.to_owned(), regex));
        }
        self.last
            .as_ref()
            .map(|(_, _, regex)| regex)
            .ok_or_else(|| DataFusionError::Execution(String::new()))
    }
}

fn start_of(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Calls `with` for each row whose arguments in front and flags are all there.
fn each(
    args: &Args,
    (texts, flags): (usize, usize),
    mut with: impl FnMut(usize, &[&str], &Regex) -> Option<()>,
) -> Result<()> {
    let columns = (0..texts).map(|it| args.text(it)).collect::<Result<Vec<_>>>()?;
    let flags = (args.len() > flags).then(|| args.text(flags)).transpose()?;
    let mut compiled = Compiled::default();
    for row in 0..args.rows {
        let values: Option<Vec<&str>> = columns.iter().map(|it| it.get(row)).collect();
        let flags = flags.as_ref().map_or(Some(""), |it| it.get(row));
        if let (Some(values), Some(flags)) = (values, flags) {
            // None where another argument is null.
            let _ = with(row, &values, compiled.get(values[1], flags)?);
        }
    }
    Ok(())
}

fn regexp_like(args: &Args) -> Result<ArrayRef> {
    let mut matches = vec![None; args.rows];
    each(args, (2, 2), |row, values, regex| {
        matches[row] = Some(regex.is_match(values[0]));
        Some(())
    })?;
    Ok(std::sync::Arc::new(matches.into_iter().collect::<datafusion::arrow::array::BooleanArray>()))
}

/// REGEXP_REPLACE(text, pattern, new[, from[, which[, flags]]]): all matches where `which` is 0.
fn regexp_replace(args: &Args) -> Result<ArrayRef> {
    let from = (args.len() > 3).then(|| args.long(3)).transpose()?;
    let which = (args.len() > 4).then(|| args.long(4)).transpose()?;
    let mut made: Vec<Option<String>> = vec![None; args.rows];
    let mut bytes = 0_usize;
    let mut too_long = Ok(());
    each(args, (3, 5), |row, values, regex| {
        let from = from.as_ref().map_or(Some(1), |it| it.get(row))?;
        let which = which.as_ref().map_or(Some(0), |it| it.get(row))?;
        let start = values[0]
            .char_indices()
            .nth(usize::try_from(from.checked_sub(1)?).ok()?)
            .map_or(values[0].len(), |(at, _)| at);
        let (kept, text) = values[0].split_at(start);
        let replaced =
            match with_replaced(regex, text, values[2], usize::try_from(which).unwrap_or(0)) {
                Ok(replaced) => replaced,
                Err(error) => {
                    too_long = Err(error);
                    return None;
                }
            };
        bytes += replaced.len();
        if bytes > BATCH_BYTES_MAX && too_long.is_ok() {
            too_long = fits(bytes, false);
        }
        made[row] = too_long.is_ok().then(|| format!("{kept}{replaced}"));
        Some(())
    })?;
    too_long?;
    args.make_text(|row, out| made[row].as_ref().map(|it| out.push_str(it)))
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

/// The text with its n-th match replaced, or all where `nth` is 0; it stops where it grows too long.
fn with_replaced(regex: &Regex, text: &str, new: &str, nth: usize) -> Result<String> {
    let (mut made, mut copied) = (String::new(), 0);
    let pieces = pieces(new);
    for (index, captures) in regex.captures_iter(text).enumerate() {
        let Some(whole) = captures.get(0).filter(|_| nth == 0 || index + 1 == nth) else {
            continue;
        };
        made.push_str(&text[copied..whole.start()]);
        copied = whole.end();
        for piece in &pieces {
            made.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Group(group) => captures.get(*group).map_or("", |it| it.as_str()),
            });
            fits(made.len(), false)?;
        }
        if nth > 0 {
            break;
        }
    }
    made.push_str(&text[copied..]);
    Ok(made)
}

/// The n-th match from a position on.
fn found<'a>(regex: &Regex, text: &'a str, from: i64, which: i64) -> Option<regex::Match<'a>> {
    let skipped = usize::try_from(from.checked_sub(1)?).ok()?;
    let start = text.char_indices().nth(skipped).map_or(text.len(), |(at, _)| at);
    let nth = usize::try_from(which.max(1)).ok()? - 1;
    let mut at = start;
    let mut count = 0;
    while let Some(found) = regex.find_at(text, at) {
        if count == nth {
            return Some(found);
        }
        count += 1;
        at = found.end() + usize::from(found.is_empty());
        if at > text.len() || !text.is_char_boundary(at) {
            break;
        }
    }
    None
}

fn regexp_substr(args: &Args) -> Result<ArrayRef> {
    let from = (args.len() > 2).then(|| args.long(2)).transpose()?;
    let which = (args.len() > 3).then(|| args.long(3)).transpose()?;
    let mut made: Vec<Option<String>> = vec![None; args.rows];
    each(args, (2, 4), |row, values, regex| {
        let from = from.as_ref().map_or(Some(1), |it| it.get(row))?;
        let which = which.as_ref().map_or(Some(1), |it| it.get(row))?;
        made[row] = found(regex, values[0], from, which).map(|it| it.as_str().to_owned());
        Some(())
    })?;
    args.make_text(|row, out| made[row].as_ref().map(|it| out.push_str(it)))
}

/// REGEXP_INSTR(text, pattern[, from[, which[, behind[, flags]]]]): 0 where there is no match.
fn regexp_instr(args: &Args) -> Result<ArrayRef> {
    let from = (args.len() > 2).then(|| args.long(2)).transpose()?;
    let which = (args.len() > 3).then(|| args.long(3)).transpose()?;
    let behind = (args.len() > 4).then(|| args.long(4)).transpose()?;
    let mut made: Vec<Option<i64>> = vec![None; args.rows];
    each(args, (2, 5), |row, values, regex| {
        let from = from.as_ref().map_or(Some(1), |it| it.get(row))?;
        let which = which.as_ref().map_or(Some(1), |it| it.get(row))?;
        let behind = behind.as_ref().map_or(Some(0), |it| it.get(row))?;
        made[row] = Some(found(regex, values[0], from, which).map_or(0, |it| {
            let at = if behind == 0 { it.start() } else { it.end() };
            values[0][..at].chars().count() as i64 + 1
        }));
        Some(())
    })?;
    args.make_long(|row| made[row])
}
