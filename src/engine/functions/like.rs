//! LIKE for patterns of many parts. DataFusion makes a regular expression of these, whose time grows with the length of the
//! text times that of the pattern; here each part is looked for once, from where the one before it ended.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::common::Result;

use super::arguments::Args;
use super::{Family, Function, Returns};
use crate::engine::interrupt::Beat;

pub(super) const TABLE: &[Function] = &[
    Function::new("mysql_like", Family::Internal, (2, 2), Returns::Boolean, |args| {
        like(args, false)
    }),
    Function::new("mysql_ilike", Family::Internal, (2, 2), Returns::Boolean, |args| {
        like(args, true)
    }),
];

fn like(args: &Args, ignore_case: bool) -> Result<ArrayRef> {
    let (text, pattern) = (args.text(0)?, args.text(1)?);
    let mut last: Option<(String, Pattern)> = None;
    let mut beat = Beat::default();
    let matches = |row| {
        let (Some(text), Some(wanted)) = (text.get(row), pattern.get(row)) else { return Ok(None) };
        if last.as_ref().is_none_or(|(it, _)| it != wanted) {
            last = Some((wanted.to_owned(), Pattern::new(&folded(wanted, ignore_case))));
        }
        beat.tick(text.len() + wanted.len())?;
        let text = folded(text, ignore_case);
        last.as_ref().map(|(_, pattern)| pattern.matches(&text, &mut beat)).transpose()
    };
    Ok(Arc::new((0..args.rows).map(matches).collect::<Result<BooleanArray>>()?))
}

fn folded(text: &str, ignore_case: bool) -> std::borrow::Cow<'_, str> {
    if ignore_case { text.to_lowercase().into() } else { text.into() }
}

/// The parts between the percent signs of a pattern.
#[derive(Debug)]
struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    /// Characters of which some may be any.
    Mask(Vec<Option<char>>),
}

impl Pattern {
    fn new(pattern: &str) -> Self {
        let (mut parts, mut part) = (Vec::new(), Vec::new());
        let mut chars = pattern.chars();
        while let Some(char) = chars.next() {
            match char {
                '%' => parts.push(Part::new(std::mem::take(&mut part))),
                '_' => part.push(None),
                // A backslash at the end stands for itself.
                '\\' => part.push(Some(chars.next().unwrap_or('\\'))),
                plain => part.push(Some(plain)),
            }
        }
        parts.push(Part::new(part));
        Self { parts }
    }

    /// The first part stands at the beginning and the last one at the end; each other one is found as early as it can be,
    /// which leaves the most for those behind it.
    fn matches(&self, text: &str, beat: &mut Beat) -> Result<bool> {
        let Some((first, rest)) = self.parts.split_first() else { return Ok(text.is_empty()) };
        let Some(begin) = first.at_start(text) else { return Ok(false) };
        let Some((last, middle)) = rest.split_last() else { return Ok(begin == text.len()) };
        let Some(end) = last.at_end(text) else { return Ok(false) };
        if begin > end {
            return Ok(false);
        }
        let mut text = &text[begin..end];
        for part in middle {
            match part.find(text, beat)? {
                Some(behind) => text = &text[behind..],
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl Part {
    fn new(chars: Vec<Option<char>>) -> Self {
        match chars.iter().copied().collect() {
            Some(text) => Self::Text(text),
            None => Self::Mask(chars),
        }
    }

    /// Where the part ends that the text begins with.
    fn at_start(&self, text: &str) -> Option<usize> {
        match self {
            Self::Text(part) => text.starts_with(part).then_some(part.len()),
            Self::Mask(mask) => begins(mask, text),
        }
    }

    /// Where the part begins that the text ends with.
    fn at_end(&self, text: &str) -> Option<usize> {
        match self {
            Self::Text(part) => text.ends_with(part).then(|| text.len() - part.len()),
            Self::Mask(mask) => {
                let mut chars = text.char_indices().rev();
                let mut at = text.len();
                for wanted in mask.iter().rev() {
                    let (found, char) = chars.next()?;
                    if wanted.is_some_and(|it| it != char) {
                        return None;
                    }
                    at = found;
                }
                Some(at)
            }
        }
    }

    /// Where the part ends that comes first.
    fn find(&self, text: &str, beat: &mut Beat) -> Result<Option<usize>> {
        match self {
            Self::Text(part) => {
                let found = text.find(part).map(|at| at + part.len());
                beat.tick(found.unwrap_or(text.len()))?;
                Ok(found)
            }
            Self::Mask(mask) => {
                for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                    if let Some(length) = begins(mask, &text[at..]) {
                        return Ok(Some(at + length));
                    }
                    beat.tick(mask.len())?;
                }
                Ok(None)
            }
        }
    }
}

fn begins(mask: &[Option<char>], text: &str) -> Option<usize> {
    let mut chars = text.chars();
    for wanted in mask {
        let char = chars.next()?;
        if wanted.is_some_and(|it| it != char) {
            return None;
        }
    }
    Some(text.len() - chars.as_str().len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(text: &str, pattern: &str) -> bool {
        Pattern::new(pattern).matches(text, &mut Beat::default()).unwrap()
    }

    #[test]
    fn parts_are_found_one_behind_the_other() {
        for (text, pattern, wanted) in [
            ("", "", true),
            ("", "%", true),
            ("a", "", false),
            ("abc", "a%c", true),
            ("ac", "a%c", true),
            ("a", "a%a", false),
            ("aba", "a%a", true),
            ("abab", "%ab", true),
            ("xaybz", "%a_b%", true),
            ("xab", "%a_b%", false),
            ("ä", "_", true),
            ("äb", "%_b", true),
            ("a%b", r"a\%b", true),
            ("axb", r"a\%b", false),
            (r"a\", r"a\", true),
            ("ab", "__%_", false),
            ("abc", "__%_", true),
        ] {
            assert_eq!(matches(text, pattern), wanted, "{text} LIKE {pattern}");
        }
    }

    proptest! {
        #[test]
        fn it_matches_what_a_regular_expression_matches(text in "[ab]{0,8}", pattern in "[ab%_]{0,8}") {
            let regex: String = pattern.chars().map(|it| match it {
                '%' => "(?s:.*)".to_owned(),
                '_' => "(?s:.)".to_owned(),
                plain => plain.to_string(),
            }).collect();
            let regex = regex::Regex::new(&format!("^{regex}$")).unwrap();
            prop_assert_eq!(matches(&text, &pattern), regex.is_match(&text));
        }
    }
}
