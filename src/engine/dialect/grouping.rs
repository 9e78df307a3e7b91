//! `SELECT 7 AS c … GROUP BY c` groups by the constant; the planner would take 7 for the position of an item.
//! MySQL's manual, "SELECT Statement": only a number without a sign that GROUP BY itself writes is a position. Pinned by dialect.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, Query, Select, SelectItem, Value, VisitorMut,
};

use super::super::error::SqlError;
use super::build::{call, number, take};
use super::{Facts, walk};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    let _ = walk::visit_mut(query, &mut Grouping { facts });
    Ok(())
}

struct Grouping<'a> {
    facts: &'a Facts<'a>,
}

impl VisitorMut for Grouping<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let GroupByExpr::Expressions(keys, _) = &mut select.group_by else {
            return ControlFlow::Continue(());
        };
        for key in keys.iter_mut().filter(|it| is_signed(it)) {
            *key = no_position(key);
        }
        for item in &mut select.projection {
            let SelectItem::ExprWithAlias { expr, alias } = item else { continue };
            let names = |key: &Expr| matches!(key, Expr::Identifier(it) if it.value.eq_ignore_ascii_case(&alias.value));
            if is_whole_number(expr)
                && !self.facts.names.contains(&alias.value)
                && keys.iter().any(names)
            {
                *expr = no_position(expr);
            }
        }
        ControlFlow::Continue(())
    }
}

/// A call is no position any more.
fn no_position(constant: &mut Expr) -> Expr {
    call("mysql_add", [take(constant), number(0)])
}

fn is_signed(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_signed(inner),
        Expr::UnaryOp { expr, .. } => is_whole_number(expr),
        _ => false,
    }
}

fn is_whole_number(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => is_whole_number(inner),
        Expr::Value(it) => {
            matches!(&it.value, Value::Number(digits, _) if !digits.contains(['.', 'e', 'E']))
        }
        _ => false,
    }
}
