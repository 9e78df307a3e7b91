//! `(a, b) = (1, 2)` and `(a, b) IN ((1, 2), …)` value by value. MySQL's manual, "Comparison Functions and Operators".
//! Pinned by tests/golden/sql/row_values.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Query};

use super::super::error::SqlError;
use super::build::{binary, nested, not, take};
use super::{Facts, walk};

/// Values that a row on the left may come to, over all rows that it is compared with: it is written once for each.
const COPIES_MAX: usize = 2_000;

pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let outcome = walk::expressions_mut(query, |expr| {
        let compared = match expr {
            Expr::BinaryOp { left, op, right } => match (left.as_mut(), right.as_mut()) {
                (Expr::Tuple(left), Expr::Tuple(right)) => equal(left, op, right),
                _ => return ControlFlow::Continue(()),
            },
            Expr::InList { expr: row, list, negated } => match row.as_mut() {
                Expr::Tuple(row) => is_in(row, list, *negated),
                _ => return ControlFlow::Continue(()),
            },
            _ => return ControlFlow::Continue(()),
        };
        match compared {
            Ok(compared) => {
                *expr = compared;
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    });
    if let ControlFlow::Break(error) = outcome {
        return Err(error);
    }
    let left = walk::expressions(query, |expr| match expr {
        Expr::Tuple(_) => ControlFlow::Break(expr.to_string()),
        _ => ControlFlow::Continue(()),
    });
    match left {
        ControlFlow::Break(row) => {
            let row: String = row.chars().take(80).collect();
            Err(SqlError::Refused(format!("the row value {row} is not accepted here")))
        }
        ControlFlow::Continue(()) => Ok(()),
    }
}

fn equal(left: &mut [Expr], op: &BinaryOperator, right: &mut [Expr]) -> Result<Expr, SqlError> {
    match op {
        BinaryOperator::Eq | BinaryOperator::Spaceship => pairs(left, op, right),
        BinaryOperator::NotEq => Ok(not(pairs(left, &BinaryOperator::Eq, right)?)),
        op => Err(SqlError::Refused(format!("rows are not compared by {op}"))),
    }
}

fn pairs(left: &mut [Expr], op: &BinaryOperator, right: &mut [Expr]) -> Result<Expr, SqlError> {
    if left.len() != right.len() {
        return Err(SqlError::Invalid(format!(
            "a row of {} values is compared with one of {}",
            left.len(),
            right.len()
        )));
    }
    let pair =
        |(a, b): (&mut Expr, &mut Expr)| binary(nested(take(a)), op.clone(), nested(take(b)));
    let pairs = left.iter_mut().zip(right).map(pair);
    let all = pairs.reduce(|one, other| binary(one, BinaryOperator::And, other));
    all.map(nested).ok_or_else(|| SqlError::Invalid("a row has no value".to_owned()))
}

fn is_in(row: &[Expr], list: &mut [Expr], negated: bool) -> Result<Expr, SqlError> {
    let parts: usize = row.iter().map(|it| it.to_string().len().div_ceil(16)).sum();
    if parts.saturating_mul(list.len()) > COPIES_MAX {
        return Err(SqlError::Refused("a row is compared with too many others".to_owned()));
    }
    let mut any: Option<Expr> = None;
    for other in list {
        let Expr::Tuple(other) = other else {
            return Err(SqlError::Invalid("a row is compared with a value".to_owned()));
        };
        let one = pairs(&mut row.to_vec(), &BinaryOperator::Eq, other)?;
        any = Some(match any {
            Some(before) => binary(before, BinaryOperator::Or, one),
            None => one,
        });
    }
    let any = any.ok_or_else(|| SqlError::Invalid("IN has no row".to_owned()))?;
    Ok(if negated { not(any) } else { nested(any) })
}
