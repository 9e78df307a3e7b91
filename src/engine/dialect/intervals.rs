//! Dates plus and minus intervals: `DATE_ADD(d, INTERVAL n unit)`, `d + INTERVAL n unit`, ADDDATE, TIMESTAMPADD.
//! The engine's own intervals know no QUARTER and no amount from a column. MySQL's manual, "Date and Time Functions".
//! Pinned by tests/golden/sql/dates.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DateTimeField, Expr, Function, Interval, Query, UnaryOperator,
};

use super::super::error::SqlError;
use super::build::{arguments, call, nested, plain_call, take, text};
use super::{Facts, walk};

pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let outcome = walk::expressions_mut(query, |expr| match moved(expr) {
        Ok(Some(moved)) => {
            *expr = moved;
            ControlFlow::Continue(())
        }
        Ok(None) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    });
    match outcome {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

fn moved(expr: &mut Expr) -> Result<Option<Expr>, SqlError> {
    match expr {
        Expr::BinaryOp { left, op, right } => {
            let sign = match op {
                BinaryOperator::Plus => Sign::Plus,
                BinaryOperator::Minus => Sign::Minus,
                _ => return Ok(None),
            };
            if let Expr::Interval(interval) = right.as_mut() {
                return add(take(left), interval, sign).map(Some);
            }
            match (left.as_mut(), sign) {
                (Expr::Interval(interval), Sign::Plus) => {
                    add(take(right), interval, sign).map(Some)
                }
                _ => Ok(None),
            }
        }
        Expr::Function(function) => of_function(function),
        _ => Ok(None),
    }
}

fn of_function(function: &mut Function) -> Result<Option<Expr>, SqlError> {
    let Some((name, _)) = plain_call(function) else { return Ok(None) };
    let sign = match name.as_str() {
        "date_add" | "adddate" => Sign::Plus,
        "date_sub" | "subdate" => Sign::Minus,
        "timestampadd" | "timestampdiff" => return unit_first(&name, function).map(Some),
        _ => return Ok(None),
    };
    let args = arguments(function);
    let Ok([date, amount]) = <[Expr; 2]>::try_from(args) else {
        return Err(SqlError::Invalid(format!(
            "{} takes a date and an interval",
            name.to_uppercase()
        )));
    };
    match amount {
        Expr::Interval(mut interval) => add(date, &mut interval, sign).map(Some),
        days => Ok(Some(call("mysql_date_add", [date, sign.of(days), text("DAY")]))),
    }
}

/// TIMESTAMPADD(unit, n, date) and TIMESTAMPDIFF(unit, from, to): the unit is a word, not a column.
fn unit_first(name: &str, function: &mut Function) -> Result<Expr, SqlError> {
    let Ok([unit, first, second]) = <[Expr; 3]>::try_from(arguments(function)) else {
        return Err(SqlError::Invalid(format!(
            "{} takes a unit and two values",
            name.to_uppercase()
        )));
    };
    let unit = text(word(&unit));
    Ok(match name {
        "timestampadd" => call("mysql_date_add", [second, first, unit]),
        _ => call("timestampdiff", [unit, first, second]),
    })
}

fn word(unit: &Expr) -> String {
    let word = match unit {
        Expr::Identifier(it) => it.value.to_uppercase(),
        other => other.to_string().trim_matches('\'').to_uppercase(),
    };
    word.strip_prefix("SQL_TSI_").unwrap_or(&word).to_owned()
}

#[derive(Clone, Copy)]
enum Sign {
    Plus,
    Minus,
}

impl Sign {
    fn of(self, amount: Expr) -> Expr {
        match self {
            Self::Plus => amount,
            Self::Minus => {
                Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(nested(amount)) }
            }
        }
    }
}

fn add(date: Expr, interval: &mut Interval, sign: Sign) -> Result<Expr, SqlError> {
    let Some(field) = &interval.leading_field else {
        return Err(SqlError::Invalid("an INTERVAL has no unit".to_owned()));
    };
    let unit = match &interval.last_field {
        Some(last) if *field == DateTimeField::Microsecond => {
            format!("{}_{}", unit(last), unit(field))
        }
        Some(last) => format!("{}_{}", unit(field), unit(last)),
        None => unit(field),
    };
    let amount = take(&mut interval.value);
    // A text is a compound amount such as '1:30', whose sign is the function's business.
    let amount = match (sign, amount) {
        (Sign::Minus, Expr::Value(value)) if value.value.clone().into_string().is_some() => {
            text(format!("-{}", value.value.into_string().unwrap_or_default()))
        }
        (sign, amount) => sign.of(amount),
    };
    Ok(call("mysql_date_add", [date, amount, text(unit)]))
}

/// The unit in the singular.
fn unit(field: &DateTimeField) -> String {
    let unit = field.to_string().to_uppercase();
    match unit.strip_suffix('S') {
        Some(one) => one.to_owned(),
        None => unit,
    }
}
