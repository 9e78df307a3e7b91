//! Functions with a grammar of their own (`SUBSTRING(x FROM 2 FOR 3)`, `POSITION(a IN b)`, `EXTRACT(u FROM d)`):
//! they become ordinary calls, so that there is one function of each name. Pinned by tests/golden/sql/strings.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CeilFloorKind, DateTimeField, Expr, Function, Query, UnaryOperator, Value,
    ValueWithSpan,
};

use super::super::error::SqlError;
use super::build::{arguments, binary, call, nested, number, plain_call, take, text};
use super::{Facts, walk};

pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let outcome = walk::expressions_mut(query, |expr| {
        let plain = match expr {
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let from = substring_from.as_mut().map(|it| take(it));
                let length = substring_for.as_mut().map(|it| take(it));
                call(
                    "substring",
                    [Some(take(expr)), from.or(Some(number(1))), length].into_iter().flatten(),
                )
            }
            Expr::Position { expr, r#in } => call("locate", [take(expr), take(r#in)]),
            Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                call("ceil", [take(expr)])
            }
            Expr::Floor {
                expr,
                field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime),
            } => call("floor", [take(expr)]),
            Expr::Extract { field, expr, .. } => {
                let Some(parts) = extract(field, take(expr)) else {
                    let problem = format!("EXTRACT knows no unit {field}");
                    return ControlFlow::Break(SqlError::Invalid(problem));
                };
                parts
            }
            // `-x` converts a text as `0 - x` does.
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } if !is_number(expr) => {
                nested(binary(number(0), BinaryOperator::Minus, nested(take(expr))))
            }
            Expr::Value(ValueWithSpan { value: Value::HexStringLiteral(digits), .. }) => {
                match i64::from_str_radix(digits, 16) {
                    Ok(value) => number(value),
                    Err(_) => {
                        return ControlFlow::Break(SqlError::Invalid(format!(
                            "0x{digits} is too large"
                        )));
                    }
                }
            }
            Expr::Function(function) => match plain_function(function) {
                Some(plain) => plain,
                None => return ControlFlow::Continue(()),
            },
            _ => return ControlFlow::Continue(()),
        };
        *expr = plain;
        ControlFlow::Continue(())
    });
    match outcome {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(it) if matches!(it.value, Value::Number(..)))
}

fn plain_function(function: &mut Function) -> Option<Expr> {
    modulo(function).or_else(|| str_to_date(function)).or_else(|| get_format(function))
}

/// GET_FORMAT(DATE, 'USA') names a type where others take a value.
fn get_format(function: &mut Function) -> Option<Expr> {
    match plain_call(function)? {
        (name, args) if name == "get_format" && matches!(args[..], [Expr::Identifier(_), _]) => {}
        _ => return None,
    }
    let [kind, format] = <[Expr; 2]>::try_from(arguments(function)).ok()?;
    Some(call("get_format", [text(kind.to_string()), format]))
}

/// MOD(a, b) is a % b.
fn modulo(function: &mut Function) -> Option<Expr> {
    let (name, args) = plain_call(function)?;
    if name != "mod" || args.len() != 2 {
        return None;
    }
    let [left, right] = <[Expr; 2]>::try_from(arguments(function)).ok()?;
    Some(nested(binary(nested(left), BinaryOperator::Modulo, nested(right))))
}

/// STR_TO_DATE answers a DATETIME unless its format is written out: a type cannot wait for what an expression may give.
fn str_to_date(function: &mut Function) -> Option<Expr> {
    let (name, args) = plain_call(function)?;
    let is_written_out = |it: &Expr| matches!(it, Expr::Value(_));
    if name != "str_to_date" || args.get(1).is_none_or(|it| is_written_out(it)) {
        return None;
    }
    Some(call("mysql_str_to_datetime", arguments(function)))
}

const ORDER: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "microsecond"];

/// `YEAR_MONTH` is 202402: each part takes two digits behind the one before, and microseconds take six.
fn extract(field: &DateTimeField, from: Expr) -> Option<Expr> {
    let units = field.to_string().to_lowercase();
    // As in MySQL: the weeks of Domo's mode 11 are those of WEEK without a mode alone.
    if units == "week" {
        return Some(call("week", [from, number(0)]));
    }
    if ["quarter", "microsecond"].contains(&units.as_str()) {
        return Some(call(&units, [from]));
    }
    let (first, last) = units.split_once('_').unwrap_or((&units, &units));
    let at = |unit: &str| ORDER.iter().position(|it| *it == unit);
    let parts = ORDER.get(at(first)?..=at(last)?)?;
    let (most, others) = parts.split_first()?;
    Some(others.iter().fold(call(most, [from.clone()]), |sum, part| {
        let room = if *part == "microsecond" { 1_000_000 } else { 100 };
        let shifted = binary(nested(sum), BinaryOperator::Multiply, number(room));
        nested(binary(shifted, BinaryOperator::Plus, call(part, [from.clone()])))
    }))
}
