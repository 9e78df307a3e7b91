//! The columns of a CSV that nobody has described.

#[cfg(doc)]
use super::CsvParser;
use super::scan::{Record, Records};
use super::{CsvError, datetimes, has_leading_zero, numbers};
use crate::engine::types::{Column, ColumnType};

/// What a column may still be, best first; a string it may always be.
const CANDIDATES: [ColumnType; 4] =
    [ColumnType::Long, ColumnType::Double, ColumnType::Date, ColumnType::DateTime];
/// Columns of a header.
const COLUMNS_MAX: usize = 100_000;

/// The names in the first line, and for each the narrowest type that takes all of its values. A column without
/// values is one of strings, and so is one with a leading zero, which no number would keep: a ZIP code.
pub fn infer(csv: &[u8]) -> Result<Vec<Column>, CsvError> {
    let typed = observe(csv)?;
    let kind = |it: Option<ColumnType>| it.unwrap_or(ColumnType::String);
    Ok(typed.into_iter().map(|(name, it)| Column::new(name, kind(it))).collect())
}

/// What [`infer`] may find in a whole CSV that begins like this. It is what it does find if a [`CsvParser`] takes
/// all of it with [`CsvParser::only_as_inferred`]: more values can but widen a type, and none would fit better.
pub fn guess(beginning: &[u8]) -> Option<Vec<Column>> {
    let end = memchr::memrchr(b'\n', beginning)? + 1;
    let typed = observe(&beginning[..end]).ok()?;
    typed.into_iter().map(|(name, kind)| Some(Column::new(name, kind?))).collect()
}

/// The names, and for each column with a value the type.
fn observe(csv: &[u8]) -> Result<Vec<(String, Option<ColumnType>)>, CsvError> {
    let csv = csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv);
    let (mut fields, mut scratch) = (Vec::new(), Vec::new());
    let mut names: Vec<String> = Vec::new();
    let mut possible: Vec<(bool, [bool; CANDIDATES.len()])> = Vec::new();
    let mut records = Records::new(csv, b',', true);
    let mut start = 0;
    while start < csv.len() {
        let line = || memchr::memchr_iter(b'\n', &csv[..start]).count() as u64 + 1;
        let malformed =
            |problem: &str| CsvError::Malformed { line: line(), problem: problem.to_owned() };
        fields.clear();
        let next = match records.read(start, COLUMNS_MAX, &mut fields) {
            Record::Whole { next, .. } => next,
            Record::Unfinished => break,
            Record::Malformed(problem) => return Err(malformed(problem)),
        };
        if names.is_empty() {
            for field in &fields {
                let name = String::from_utf8(field.value(csv, &mut scratch).to_vec());
                names.push(name.map_err(|_| malformed("a name that is not UTF-8"))?);
            }
            possible.resize(names.len(), (false, [true; CANDIDATES.len()]));
        } else if fields.len() == names.len() {
            for (field, (has_value, candidates)) in fields.iter().zip(&mut possible) {
                if !field.is_null(csv) && candidates.contains(&true) {
                    narrow(field.value(csv, &mut scratch), candidates);
                    *has_value = true;
                }
            }
        } else {
            return Err(CsvError::Width {
                line: line(),
                found: fields.len(),
                expected: names.len(),
            });
        }
        start = next;
    }
    let typed = names.into_iter().zip(possible).map(|(name, (has_value, candidates))| {
        let kind = CANDIDATES.iter().zip(candidates).find(|(_, is_possible)| *is_possible);
        (name, has_value.then(|| kind.map_or(ColumnType::String, |(kind, _)| *kind)))
    });
    Ok(typed.collect())
}

fn narrow(value: &[u8], candidates: &mut [bool; CANDIDATES.len()]) {
    let has_leading_zero = has_leading_zero(value);
    let is_long = !has_leading_zero && candidates[0] && matches!(numbers::long(value), Ok(Some(_)));
    let takes = |kind| match kind {
        ColumnType::Long | ColumnType::Double if has_leading_zero => false,
        ColumnType::Long => is_long,
        // What is a long is a double too.
        ColumnType::Double if is_long => true,
        ColumnType::Double => matches!(numbers::double(value), Ok(Some(_))),
        ColumnType::Date => matches!(datetimes::date(value), Ok(Some(_))),
        _ => matches!(datetimes::date_time(value), Ok(Some(_))),
    };
    for (kind, is_possible) in CANDIDATES.into_iter().zip(candidates) {
        *is_possible = *is_possible && takes(kind);
    }
}
