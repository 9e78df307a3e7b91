//! BETWEEN, IN, LIKE and REGEXP in terms that convert their operands as `=` and `<` do.
//! MySQL's manual, "Comparison Functions and Operators". Pinned by tests/golden/sql/comparisons.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, DataType, Expr, Query, Value};

use super::super::error::SqlError;
use super::super::settings::StringCompare;
use super::super::types::ColumnType;
use super::build::{binary, call, cast, nested, not, take, text};
use super::{Facts, walk};

/// A list this short is compared value by value, so that each comparison converts; a longer one is looked up.
const COMPARED_MAX: usize = 4;

pub(super) fn fix(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    let insensitive = facts.settings.string_compare == StringCompare::Insensitive;
    let outcome = walk::expressions_mut(query, |expr| {
        let (compared, negated) = match expr {
            Expr::Between { expr, negated, low, high } => {
                (between(take(expr), take(low), take(high)), *negated)
            }
            Expr::InList { expr, list, negated }
                if list.len() <= COMPARED_MAX && !list.is_empty() =>
            {
                (any_of(&take(expr), std::mem::take(list)), *negated)
            }
            Expr::InList { expr: value, list, .. } => {
                look_up(value, list, facts);
                return ControlFlow::Continue(());
            }
            Expr::RLike { expr, pattern, negated, .. } => (
                call("regexp_like", [text_of(take(expr), facts), take(pattern), text("i")]),
                *negated,
            ),
            Expr::Like { negated, any, expr: value, pattern, escape_char } => {
                let (value, pattern) =
                    (Box::new(text_of(take(value), facts)), Box::new(take(pattern)));
                let (negated, any) = (*negated, *any);
                let pattern = match escape_of(escape_char.take().map(|it| it.value)) {
                    Some(escape) => match with_backslashes(&pattern, &escape) {
                        Some(pattern) => Box::new(pattern),
                        None => {
                            return ControlFlow::Break(SqlError::Refused(NO_LITERAL.to_owned()));
                        }
                    },
                    None => pattern,
                };
                if !any && has_many_parts(&pattern) {
                    let name = if insensitive { "mysql_ilike" } else { "mysql_like" };
                    let matches = call(name, [*value, *pattern]);
                    *expr = if negated { not(matches) } else { matches };
                    return ControlFlow::Continue(());
                }
                let escape_char = None;
                *expr = if insensitive {
                    Expr::ILike { negated, any, expr: value, pattern, escape_char }
                } else {
                    Expr::Like { negated, any, expr: value, pattern, escape_char }
                };
                return ControlFlow::Continue(());
            }
            _ => return ControlFlow::Continue(()),
        };
        *expr = if negated { not(compared) } else { nested(compared) };
        ControlFlow::Continue(())
    });
    match outcome {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

const NO_LITERAL: &str = "LIKE with an ESCAPE of its own needs a pattern that is written out";

/// What stands behind ESCAPE, where it is not the backslash, which is the usual one.
fn escape_of(written: Option<Value>) -> Option<String> {
    written?.into_string().filter(|it| it != "\\")
}

/// Whether DataFusion would take long over a pattern: over one of many parts, or one for each row.
fn has_many_parts(pattern: &Expr) -> bool {
    const PARTS_MAX: usize = 4;
    let Expr::Value(written) = pattern else { return true };
    let text = written.value.clone().into_string();
    text.is_some_and(|it| it.bytes().filter(|it| matches!(it, b'%' | b'_')).count() > PARTS_MAX)
}

/// The pattern with a backslash for the character that escapes; `ESCAPE ''` has none.
fn with_backslashes(pattern: &Expr, escape: &str) -> Option<Expr> {
    let escape = escape.chars().next();
    let Expr::Value(written) = pattern else { return None };
    let written = written.value.clone().into_string()?;
    let mut translated = String::with_capacity(written.len() + 4);
    let mut chars = written.chars();
    while let Some(char) = chars.next() {
        let escaped = if Some(char) == escape { chars.next() } else { None };
        match escaped.unwrap_or(char) {
            literal @ ('%' | '_' | '\\') if escaped.is_some() || literal == '\\' => {
                translated.extend(['\\', literal]);
            }
            plain => translated.push(plain),
        }
    }
    Some(text(translated))
}

/// Patterns are for texts; a number is matched as it is written.
fn text_of(value: Expr, facts: &Facts) -> Expr {
    let is_text = facts.kind(&value) == Some(ColumnType::String) || is_text(&value);
    if is_text { value } else { cast(value, DataType::Varchar(None)) }
}

/// A long list of values of another type than the column's: they, or the column, are converted once.
fn look_up(value: &mut Expr, list: &mut [Expr], facts: &Facts) {
    let Some(kind) = facts.kind(value) else { return };
    let conversion = match kind {
        ColumnType::String if list.iter().all(is_number) => {
            *value = call("mysql_number", [take(value)]);
            return;
        }
        ColumnType::String => return,
        ColumnType::Long | ColumnType::Double | ColumnType::Decimal => "mysql_number",
        ColumnType::Date => "mysql_date",
        ColumnType::DateTime => "mysql_datetime",
    };
    for it in list.iter_mut().filter(|it| is_text(it)) {
        *it = call(conversion, [take(it)]);
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(it) if matches!(it.value, Value::SingleQuotedString(_) | Value::DoubleQuotedString(_)))
}

fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::Value(it) => matches!(it.value, Value::Number(..)),
        Expr::UnaryOp { expr, .. } => is_number(expr),
        _ => false,
    }
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
    let first = comparisons.next().unwrap_or_else(|| Expr::value(Value::Null));
    comparisons.fold(first, |left, right| binary(left, BinaryOperator::Or, right))
}
