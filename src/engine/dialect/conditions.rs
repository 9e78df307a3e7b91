//! A number where a condition is wanted: `WHERE Qty`, `IF(Qty, …)`, `NOT Qty`. It is true unless it is 0. And a condition
//! where a number may stand: `CASE … THEN a < b`, `SELECT a < b UNION …`. It is 1 or 0.
//! MySQL has no truth type of its own. Pinned by tests/golden/sql/conditions.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CaseWhen, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, JoinConstraint, JoinOperator, Query, Select, SelectItem, UnaryOperator,
    Value, ValueWithSpan, VisitorMut,
};

use super::super::error::SqlError;
use super::build::{arguments, binary, cast, nested, not, number, plain_call, take};
use super::{Facts, walk};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let _ = walk::visit_mut(query, &mut Conditions);
    Ok(())
}

struct Conditions;

impl VisitorMut for Conditions {
    type Break = ();

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for condition in [&mut select.selection, &mut select.having].into_iter().flatten() {
            settle(condition);
        }
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
                count(expr);
            }
        }
        for join in select.from.iter_mut().flat_map(|it| &mut it.joins) {
            if let JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint) = &mut join.join_operator
                && let JoinConstraint::On(condition) = constraint
            {
                settle(condition);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::UnaryOp { op: UnaryOperator::Not, expr }
            | Expr::IsTrue(expr)
            | Expr::IsNotTrue(expr)
            | Expr::IsFalse(expr)
            | Expr::IsNotFalse(expr) => settle(expr),
            Expr::UnaryOp { op: UnaryOperator::BangNot, expr: inner } => {
                settle(inner);
                *expr = not(take(inner));
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                for it in conditions {
                    count(&mut it.result);
                    if operand.is_some() {
                        count(&mut it.condition);
                    } else {
                        settle(&mut it.condition);
                    }
                }
                [operand, else_result].into_iter().flatten().for_each(|it| count(it));
            }
            Expr::InList { expr, list, .. } => {
                count(expr);
                list.iter_mut().for_each(count);
            }
            Expr::InSubquery { expr, .. } => count(expr),
            Expr::Function(function) => {
                if function.over.is_some()
                    && let FunctionArguments::List(list) = &mut function.args
                {
                    for arg in &mut list.args {
                        if let FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) = arg {
                            count(value);
                        }
                    }
                }
                if let Some(replaced) = if_as_case(function) {
                    *expr = replaced;
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// IF evaluates one of its branches only, as CASE does and as a function's arguments do not.
fn if_as_case(function: &mut Function) -> Option<Expr> {
    let (name, args) = plain_call(function)?;
    match (name.as_str(), args.len()) {
        ("if", 3) => {
            let [mut condition, mut result, mut otherwise] =
                <[Expr; 3]>::try_from(arguments(function)).ok()?;
            settle(&mut condition);
            count(&mut result);
            count(&mut otherwise);
            Some(Expr::Case {
                case_token: AttachedToken::empty(),
                end_token: AttachedToken::empty(),
                operand: None,
                conditions: vec![CaseWhen { condition, result }],
                else_result: Some(Box::new(otherwise)),
            })
        }
        ("isnull", 1) => Some(Expr::IsNull(Box::new(nested(arguments(function).pop()?)))),
        _ => None,
    }
}

/// A condition as 1 or 0.
fn count(value: &mut Expr) {
    if is_condition(value) {
        *value = cast(nested(take(value)), DataType::BigInt(None));
    }
}

fn settle(condition: &mut Expr) {
    if !is_condition(condition) {
        let value = take(condition);
        *condition = binary(nested(value), BinaryOperator::NotEq, number(0));
    }
}

fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_condition(inner),
        Expr::BinaryOp { op, .. } => {
            use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, NotEq, Or, Spaceship, Xor};
            matches!(op, And | Eq | Gt | GtEq | Lt | LtEq | NotEq | Or | Spaceship | Xor)
        }
        Expr::UnaryOp { op, .. } => matches!(op, UnaryOperator::Not | UnaryOperator::BangNot),
        Expr::Value(ValueWithSpan { value, .. }) => matches!(value, Value::Boolean(_)),
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::RLike { .. }
        | Expr::Exists { .. } => true,
        Expr::Function(function) => plain_call(function).is_some_and(|(name, _)| {
            ["regexp_like", "mysql_bool", "mysql_like", "mysql_ilike"].contains(&name.as_str())
        }),
        _ => false,
    }
}
