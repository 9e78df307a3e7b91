//! Long chains of one sort of operator. The planner asks for the type of each part of an expression again at each operator
//! around it, so its time grows with the square of a chain's length, and more. A chain of ANDs or ORs becomes a balanced
//! tree, and one of `+ - *` a few calls that take many operands each, from left to right.
//! Pinned by tests/it/hostile_sql.rs.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Value,
};

use super::super::error::SqlError;
use super::build::{arguments, binary, call, plain_call, take, text};
use super::{Facts, walk};

/// Operators of a chain that stays as it is.
const SHORT: usize = 16;
/// Operands of one call: all of them are computed before it is.
const OPERANDS_MAX: usize = 256;

/// Computes `a + b - c` from `'+-', a, b, c`.
const CALCULATE: &str = "mysql_calculate";
/// Stand for chains of ANDs and ORs while these are gathered.
const ALL: &str = "mysql_all";
const ANY: &str = "mysql_any";

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, _: &Facts) -> Result<(), SqlError> {
    let _ = walk::expressions_mut(query, |expr| {
        gather(expr);
        ControlFlow::<()>::Continue(())
    });
    let _ = walk::expressions_mut(query, |expr| {
        balance(expr);
        ControlFlow::<()>::Continue(())
    });
    Ok(())
}

/// Which call a chain of an operator becomes.
fn call_of(op: &BinaryOperator) -> Option<&'static str> {
    match op {
        BinaryOperator::And => Some(ALL),
        BinaryOperator::Or => Some(ANY),
        BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => Some(CALCULATE),
        _ => None,
    }
}

/// The parts of a chain are walked before it, so it is gathered operand by operand.
fn gather(expr: &mut Expr) {
    let Expr::BinaryOp { left, op, right } = expr else { return };
    let Some(name) = call_of(op) else { return };
    if let Expr::Function(gathered) = left.as_mut()
        && gathered.name.to_string() == name
    {
        let is_full = name == CALCULATE && length(gathered) > OPERANDS_MAX;
        if is_full {
            *expr = call(CALCULATE, [text(op.to_string()), take(left), take(right)]);
        } else {
            push(gathered, op, take(right));
            *expr = take(left);
        }
        return;
    }
    if chained(left, name) < SHORT {
        return;
    }
    let (mut operands, mut signs) = (vec![take(right)], vec![op.to_string()]);
    let mut rest = take(left);
    while let Expr::BinaryOp { left, op, right } = &mut rest
        && call_of(op) == Some(name)
    {
        operands.push(take(right));
        signs.push(op.to_string());
        let next = take(left);
        rest = next;
    }
    operands.push(rest);
    operands.reverse();
    signs.reverse();
    let signs = (name == CALCULATE).then(|| text(signs.concat()));
    *expr = call(name, signs.into_iter().chain(operands));
}

/// How many operators of the same call follow one another on the left.
fn chained(expr: &Expr, name: &str) -> usize {
    let (mut length, mut rest) = (0, expr);
    while let Expr::BinaryOp { left, op, .. } = rest
        && call_of(op) == Some(name)
    {
        (length, rest) = (length + 1, left);
    }
    length
}

fn length(call: &Function) -> usize {
    match &call.args {
        FunctionArguments::List(list) => list.args.len(),
        _ => 0,
    }
}

fn push(call: &mut Function, op: &BinaryOperator, operand: Expr) {
    let FunctionArguments::List(list) = &mut call.args else { return };
    let sign = list.args.first_mut();
    if let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(signs)))) = sign
        && let Value::SingleQuotedString(signs) = &mut signs.value
        && call_of(op) == Some(CALCULATE)
    {
        signs.push_str(&op.to_string());
    }
    list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(operand)));
}

fn balance(expr: &mut Expr) {
    let Expr::Function(chain) = expr else { return };
    let op = match plain_call(chain) {
        Some((name, _)) if name == ALL => BinaryOperator::And,
        Some((name, _)) if name == ANY => BinaryOperator::Or,
        _ => return,
    };
    *expr = tree(arguments(chain), &op);
}

fn tree(mut operands: Vec<Expr>, op: &BinaryOperator) -> Expr {
    match operands.len() {
        1 => operands.remove(0),
        count => {
            let right = operands.split_off(count / 2);
            binary(tree(operands, op), op.clone(), tree(right, op))
        }
    }
}
