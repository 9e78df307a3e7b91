//! Constants with which the engine is wrong: in the parts of a sorted UNION it takes one part's for that of all and leaves the
//! sorting out, and in front of NOT IN it passes over NULLs, its own and those of the subquery.
//! Pinned by tests/golden/sql/joins.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Query, SelectItem, SetExpr, TableFactor, UnaryOperator, Value, VisitorMut,
};

use super::super::error::SqlError;
use super::build::{binary, call, nested, take};
use super::{Facts, walk};
use super::{syntax, tokens};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let _ = walk::visit_mut(query, &mut Constants);
    Ok(())
}

struct Constants;

impl VisitorMut for Constants {
    type Break = ();

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        if query.order_by.is_some() && matches!(*query.body, SetExpr::SetOperation { .. }) {
            hide_in(&mut query.body);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::InSubquery { expr: value, subquery, negated: true } = expr
            && !has_column(value)
            && let Some(no_null) = has_no_null(subquery)
        {
            let nothing = Expr::Exists { subquery: subquery.clone(), negated: true };
            let is_there = Expr::IsNotNull(Box::new(nested(value.as_ref().clone())));
            let has_value = nested(binary(is_there, BinaryOperator::Or, nothing));
            let is_known = binary(no_null, BinaryOperator::And, has_value);
            *expr = nested(binary(take(expr), BinaryOperator::And, is_known));
        }
        ControlFlow::Continue(())
    }
}

/// `NOT EXISTS (SELECT 1 FROM (subquery) AS q (c) WHERE c IS NULL)`
fn has_no_null(subquery: &Query) -> Option<Expr> {
    let tokens =
        tokens::read("SELECT 1 FROM (SELECT 1) AS mysql_q (mysql_c) WHERE mysql_c IS NULL");
    let mut query = syntax::parse(tokens.ok()?).ok()?;
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let TableFactor::Derived { subquery: inner, .. } = &mut select.from.first_mut()?.relation
    else {
        return None;
    };
    **inner = subquery.clone();
    Some(Expr::Exists { subquery: Box::new(query), negated: true })
}

fn hide_in(body: &mut SetExpr) {
    match body {
        SetExpr::SetOperation { left, right, .. } => {
            hide_in(left);
            hide_in(right);
        }
        SetExpr::Query(query) => hide_in(&mut query.body),
        SetExpr::Select(select) => {
            for item in &mut select.projection {
                if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item
                {
                    hide(expr);
                }
            }
        }
        _ => {}
    }
}

fn hide(expr: &mut Expr) {
    if is_constant(expr) {
        *expr = call("mysql_constant", [take(expr)]);
    }
}

/// Whether an expression has another value in another row, as far as its syntax tells.
fn has_column(expr: &Expr) -> bool {
    let found = walk::expressions(expr, |it| match it {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Value(it) => it.value != Value::Null,
        Expr::Nested(inner) | Expr::UnaryOp { op: UnaryOperator::Minus, expr: inner } => {
            is_constant(inner)
        }
        Expr::TypedString(_) => true,
        _ => false,
    }
}
