//! BETWEEN, IN, LIKE and REGEXP in terms that convert their operands as `=` and `<` do.
//! MySQL's manual, "Comparison Functions and Operators". Pinned by tests/golden/sql/comparisons.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Query, visit_expressions_mut};

use super::super::error::SqlError;
use super::super::sql::StringCompare;
use super::Facts;
use super::build::{binary, call, nested, not, take};

/// A list this short is compared value by value, so that each comparison converts; a longer one is looked up.
const COMPARED_MAX: usize = 4;

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    let insensitive = facts.settings.string_compare == StringCompare::Insensitive;
    let _ = visit_expressions_mut(query, |expr| {
        let (compared, negated) = match expr {
            Expr::Between { expr, negated, low, high } => {
                (between(take(expr), take(low), take(high)), *negated)
            }
            Expr::InList { expr, list, negated }
                if list.len() <= COMPARED_MAX && !list.is_empty() =>
            {
                (any_of(&take(expr), std::mem::take(list)), *negated)
            }
            Expr::RLike { expr, pattern, negated, .. } => {
                (call("regexp_like", [take(expr), take(pattern)]), *negated)
            }
            Expr::Like { negated, any, expr: value, pattern, escape_char } if insensitive => {
                let (value, pattern) = (Box::new(take(value)), Box::new(take(pattern)));
                let escape_char = escape_char.take();
                *expr =
                    Expr::ILike { negated: *negated, any: *any, expr: value, pattern, escape_char };
                return ControlFlow::<()>::Continue(());
            }
            _ => return ControlFlow::Continue(()),
        };
        *expr = if negated { not(compared) } else { nested(compared) };
        ControlFlow::Continue(())
    });
    Ok(())
}

fn between(value: Expr, low: Expr, high: Expr) -> Expr {
    let value = nested(value);
    let above = binary(value.clone(), BinaryOperator::GtEq, nested(low));
    let below = binary(value, BinaryOperator::LtEq, nested(high));
    binary(above, BinaryOperator::And, below)
}

fn any_of(value: &Expr, list: Vec<Expr>) -> Expr {
    let equal = |it: Expr| binary(nested(value.clone()), BinaryOperator::Eq, nested(it));
    let mut comparisons = list.into_iter().map(equal);
    let first = comparisons
        .next()
        .unwrap_or_else(|| Expr::value(datafusion::sql::sqlparser::ast::Value::Null));
    comparisons.fold(first, |left, right| binary(left, BinaryOperator::Or, right))
}
