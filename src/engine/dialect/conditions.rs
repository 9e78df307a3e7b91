//! A number where a condition is wanted: `WHERE Qty`, `IF(Qty, …)`, `NOT Qty`. It is true unless it is 0.
//! MySQL has no truth type of its own. Pinned by tests/golden/sql/conditions.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CaseWhen, Expr, Function, JoinConstraint, JoinOperator, Query, Select,
    UnaryOperator, Value, ValueWithSpan, VisitMut, VisitorMut,
};

use super::super::error::SqlError;
use super::Facts;
use super::build::{arguments, binary, nested, not, number, plain_call, take};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let _ = query.visit(&mut Conditions);
    Ok(())
}

struct Conditions;

impl VisitorMut for Conditions {
    type Break = ();

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for condition in [&mut select.selection, &mut select.having].into_iter().flatten() {
            settle(condition);
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
            Expr::Case { operand: None, conditions, .. } => {
                for it in conditions {
                    settle(&mut it.condition);
                }
            }
            Expr::Function(function) => {
                if let Some(case) = if_as_case(function) {
                    *expr = case;
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
            let [mut condition, result, otherwise] =
                <[Expr; 3]>::try_from(arguments(function)).ok()?;
            settle(&mut condition);
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
        | Expr::InList { .. }
        | Expr::InSubquery { .. }
        | Expr::Between { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. }
        | Expr::RLike { .. }
        | Expr::Exists { .. } => true,
        _ => false,
    }
}
