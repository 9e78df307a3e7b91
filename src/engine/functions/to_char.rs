//! TO_CHAR and TO_NUMBER. The letters of their patterns are those of Vertica, which are PostgreSQL's: Domo's page names the
//! functions and no letters. A letter that stands for nothing is copied.
//! <https://www.postgresql.org/docs/current/functions-formatting.html>

mod dates;
mod numbers;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::arguments::Args;
use super::array_values::leading_length;
use super::rounding;
use super::{Family, Function, Returns};
use Returns::Text;

pub(super) const TABLE: &[Function] = &[
    Function::new("to_char", Family::Text, (2, 2), Text, to_char),
    Function::new("to_number", Family::Math, (1, 2), Returns::By(kind_of_number), to_number),
];

/// Patterns that neither function knows.
const UNKNOWN: &[&str] = &["EEEE", "RN", "TZ", "OF", "V"];

fn known(pattern: &str, is_number: bool) -> Result<()> {
    let upper = pattern.to_uppercase();
    let unquoted: String = upper.split('"').step_by(2).collect();
    let found = UNKNOWN.iter().find(|it| match **it {
        "EEEE" | "RN" | "V" => is_number && unquoted.contains(**it),
        other => !is_number && unquoted.contains(other),
    });
    match found {
        Some(found) => exec_err!("the pattern {found} of TO_CHAR is not emulated"),
        None => Ok(()),
    }
}

/// A number, or a date, as a pattern says. A text counts as a number where the pattern has places for digits.
fn to_char(args: &Args) -> Result<ArrayRef> {
    let pattern = args.text(1)?;
    let kind = args.kind(0);
    let is_text = kind.is_string();
    let is_number = |pattern: &str| {
        kind.is_numeric() || *kind == DataType::Boolean || is_text && pattern.contains(['9', '0'])
    };
    for row in 0..args.rows {
        if let Some(pattern) = pattern.get(row) {
            known(pattern, is_number(pattern))?;
        }
    }
    let (moment, number, text) = (args.moment(0)?, args.number(0)?, args.text(0)?);
    let exact = rounding::exact(args);
    args.make_text(|row, out| {
        let pattern = pattern.get(row)?;
        if !is_number(pattern) {
            return dates::write(moment.get(row)?, pattern, out);
        }
        if is_text && !is_whole(text.get(row)?) {
            return None;
        }
        let digits = numbers::places_behind(pattern);
        let value = match exact.as_ref() {
            Some(exact) => {
                let (value, scale) = exact(row)?;
                numbers::Rounded::of_exact(value, scale, digits)
            }
            None => numbers::Rounded::of_double(number.get(row)?, digits),
        };
        numbers::write(&value, pattern, out);
        Some(())
    })
}

/// Whether all of a text is a number.
fn is_whole(text: &str) -> bool {
    let text = text.trim_ascii();
    !text.is_empty() && leading_length(text) == text.len()
}

fn kind_of_number(kinds: &[DataType], literals: &[Option<String>]) -> DataType {
    match (kinds.len(), literals.get(1)) {
        (1, _) => DataType::Int64,
        (_, Some(Some(pattern))) if !numbers::has_point(pattern) => DataType::Int64,
        _ => DataType::Float64,
    }
}

/// `TO_NUMBER(text[, pattern])`: a LONG unless the pattern has a point. NULL where the text is no such number.
fn to_number(args: &Args) -> Result<ArrayRef> {
    let text = args.text(0)?;
    if args.len() == 1 {
        return args.make_long(|row| {
            let text = text.get(row)?.trim_ascii();
            let whole = is_whole(text).then(|| text.split('.').next())??;
            whole.trim_start_matches('+').parse().ok().or_else(|| {
                let number: f64 = text.parse().ok()?;
                (number.abs() < 9.2e18).then_some(number.trunc() as i64)
            })
        });
    }
    let pattern = args.text(1)?;
    let is_long = pattern.constant().is_some_and(|it| !numbers::has_point(it));
    let number = |row: usize| numbers::read(text.get(row)?, pattern.get(row)?);
    if is_long {
        return args.make_long(|row| number(row)?.parse().ok());
    }
    args.make_number(|row| number(row)?.parse().ok())
}
