//! Lengths, places and comparisons of texts. Places count characters from 1; 0 is nowhere.

use std::cmp::Ordering;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::super::arguments::Arguments;
use super::super::call::{Call, MANY, Returns};
use super::super::output::TextOutput;
use super::parts::byte_of;

const CALLS: &[Call] = &[
    Call::new("length", (1, 1), Returns::Whole, |it| each(it, |text| text.len() as i64))
        .also(&["octet_length"]),
    Call::new("bit_length", (1, 1), Returns::Whole, |it| each(it, |text| text.len() as i64 * 8)),
    Call::new("char_length", (1, 1), Returns::Whole, |it| each(it, characters))
        .also(&["character_length"]),
    Call::new("ascii", (1, 1), Returns::Whole, |it| each(it, first_byte)),
    Call::new("ord", (1, 1), Returns::Whole, |it| each(it, first_code)),
    Call::new("locate", (2, 3), Returns::Whole, locate).also(&["position"]),
    Call::new("instr", (2, 2), Returns::Whole, |it| {
        each_pair(it, |text, part| place(part, text, 1))
    }),
    Call::new("find_in_set", (2, 2), Returns::Whole, |it| each_pair(it, in_set)),
    Call::new("strcmp", (2, 2), Returns::Whole, |it| each_pair(it, compared)),
    Call::new("field", (2, MANY), Returns::Whole, field),
    Call::new("elt", (2, MANY), Returns::Text, elt),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    CALLS.iter().map(Call::function).collect()
}

fn each(arguments: &Arguments, count: fn(&str) -> i64) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let counts = (0..arguments.rows()).map(|row| texts.get(row).map(count));
    Ok(Arc::new(counts.collect::<Int64Array>()))
}

fn each_pair(arguments: &Arguments, count: fn(&str, &str) -> i64) -> Result<ArrayRef> {
    let (left, right) = (arguments.text(0)?, arguments.text(1)?);
    let of = |row| Some(count(left.get(row)?, right.get(row)?));
    Ok(Arc::new((0..arguments.rows()).map(of).collect::<Int64Array>()))
}

fn characters(text: &str) -> i64 {
    text.chars().count() as i64
}

fn first_byte(text: &str) -> i64 {
    text.bytes().next().map_or(0, i64::from)
}

/// The bytes of the first character as one number.
fn first_code(text: &str) -> i64 {
    let first = &text[..byte_of(text, 1)];
    first.bytes().fold(0, |code, it| code * 256 + i64::from(it))
}

fn locate(arguments: &Arguments) -> Result<ArrayRef> {
    let (parts, texts) = (arguments.text(0)?, arguments.text(1)?);
    let from = arguments.whole_or(2, 1)?;
    let of = |row| Some(place(parts.get(row)?, texts.get(row)?, from.get(row)?));
    Ok(Arc::new((0..arguments.rows()).map(of).collect::<Int64Array>()))
}

fn place(part: &str, text: &str, from: i64) -> i64 {
    let Some(skip) = from.checked_sub(1).and_then(|it| usize::try_from(it).ok()) else { return 0 };
    let start = byte_of(text, skip);
    if start == text.len() && skip > text.chars().count() {
        return 0;
    }
    text[start..].find(part).map_or(0, |at| characters(&text[..start + at]) + 1)
}

/// The number of an item in a list with commas.
fn in_set(item: &str, list: &str) -> i64 {
    if list.is_empty() || item.contains(',') {
        return 0;
    }
    list.split(',').position(|it| it == item).map_or(0, |it| it as i64 + 1)
}

fn compared(left: &str, right: &str) -> i64 {
    match left.cmp(right) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// Which of the others the first argument is: as texts if all are texts, else as numbers. NULL is none of them.
fn field(arguments: &Arguments) -> Result<ArrayRef> {
    let text = |at: &usize| arguments.data_type(*at).is_string();
    let count = |at: Option<usize>| Some(at.map_or(0, |it| it as i64));
    if (0..arguments.len())
        .filter(|it| arguments.data_type(*it) != DataType::Null)
        .all(|it| text(&it))
    {
        let texts = arguments.texts()?;
        let of = |row| {
            let wanted = texts[0].get(row);
            let is = |at: &usize| wanted.is_some() && texts[*at].get(row) == wanted;
            count((1..texts.len()).find(is))
        };
        return Ok(Arc::new((0..arguments.rows()).map(of).collect::<Int64Array>()));
    }
    let numbers =
        (0..arguments.len()).map(|at| arguments.double(at)).collect::<Result<Vec<_>>>()?;
    let of = |row| {
        let wanted = numbers[0].get(row);
        let is = |at: &usize| {
            let pair = wanted.zip(numbers[*at].get(row));
            pair.is_some_and(|(left, right)| left.total_cmp(&right) == Ordering::Equal)
        };
        count((1..numbers.len()).find(is))
    };
    Ok(Arc::new((0..arguments.rows()).map(of).collect::<Int64Array>()))
}

/// The text of this number among the others.
fn elt(arguments: &Arguments) -> Result<ArrayRef> {
    let numbers = arguments.whole(0)?;
    let texts = (1..arguments.len()).map(|at| arguments.text(at)).collect::<Result<Vec<_>>>()?;
    let mut output = TextOutput::new(arguments.rows());
    for row in 0..arguments.rows() {
        let at = numbers.get(row).and_then(|it| usize::try_from(it.checked_sub(1)?).ok());
        output.row(at.and_then(|it| texts.get(it)?.get(row)))?;
    }
    Ok(output.finish())
}
