//! Whether two expressions are the same, however their names are written and whatever parentheses are around them.

use std::mem::discriminant;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Ident, ObjectNamePart};

use super::build::take;
use super::walk;

/// `with_qualifiers`: whether `t.x` is another column than `x`, as it may be where a query has several tables.
pub(super) fn is_same(one: &Expr, other: &Expr, with_qualifiers: bool) -> bool {
    let (one, other) = (stripped(one), stripped(other));
    if !(is_name(one) && is_name(other)) && discriminant(one) != discriminant(other) {
        return false;
    }
    normal(one, with_qualifiers) == normal(other, with_qualifiers)
}

/// Without parentheses around it.
pub(super) fn stripped(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => stripped(inner),
        expr => expr,
    }
}

pub(super) fn is_name(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
}

/// The last part of a column's name.
pub(super) fn column_name(expr: &Expr) -> Option<&str> {
    match stripped(expr) {
        Expr::Identifier(it) => Some(&it.value),
        Expr::CompoundIdentifier(parts) => Some(&parts.last()?.value),
        _ => None,
    }
}

fn normal(expr: &Expr, with_qualifiers: bool) -> Expr {
    let mut normal = expr.clone();
    let _ = walk::expressions_mut(&mut normal, |it| {
        match it {
            Expr::Nested(inner) => *it = take(inner),
            Expr::Identifier(name) => lower(name),
            Expr::CompoundIdentifier(parts) => {
                parts.iter_mut().for_each(lower);
                if !with_qualifiers && let Some(column) = parts.pop() {
                    *it = Expr::Identifier(column);
                }
            }
            Expr::Function(function) => {
                for part in &mut function.name.0 {
                    if let ObjectNamePart::Identifier(name) = part {
                        lower(name);
                    }
                }
            }
            _ => {}
        }
        ControlFlow::<()>::Continue(())
    });
    normal
}

fn lower(name: &mut Ident) {
    name.value = name.value.to_lowercase();
    name.quote_style = None;
}
