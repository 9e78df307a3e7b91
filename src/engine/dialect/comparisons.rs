//! LIKE without an ESCAPE of its own, and REGEXP as a function.
//! MySQL's manual, "Comparison Functions and Operators". Pinned by tests/golden/sql/comparisons.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Query, Value};

use super::super::error::SqlError;
use super::super::settings::StringCompare;
use super::build::{call, nested, not, take, text};
use super::{Facts, walk};

pub(super) fn fix(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    let insensitive = facts.settings.string_compare == StringCompare::Insensitive;
    let outcome = walk::expressions_mut(query, |expr| {
        let (compared, negated) = match expr {
            Expr::RLike { expr, pattern, negated, .. } => {
                (call("regexp_like", [take(expr), take(pattern), text("i")]), *negated)
            }
            Expr::Like { negated, any, expr: value, pattern, escape_char } => {
                let (value, pattern) = (Box::new(take(value)), Box::new(take(pattern)));
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
