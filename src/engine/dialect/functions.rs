//! A function that nobody has is refused by its name, with the nearest that there is.

use std::ops::ControlFlow;

use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::Volatility;
use datafusion::sql::sqlparser::ast::{Expr, Query};

use super::super::error::SqlError;
use super::super::names::nearest;
use super::super::{functions, settings::SqlMode};
use super::build::plain_call;
use super::{Facts, walk};

/// Nobody calls the functions that the rewrites put in, and strict mode takes none that only this engine has. Asked before
/// the rewrites.
pub(super) fn strict(query: &Query, facts: &Facts) -> Result<(), SqlError> {
    let is_strict = facts.settings.mode == SqlMode::Strict;
    let outcome = walk::expressions(query, |expr| match expr {
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let name = plain_call(function).map_or(name, |it| it.0);
            if functions::is_internal(&name) {
                let name = name.to_uppercase();
                ControlFlow::Break(SqlError::UnknownFunction { name, hint: String::new() })
            } else if is_strict && functions::is_engine_only(&name) {
                let name = name.to_uppercase();
                ControlFlow::Break(SqlError::Refused(format!(
                    "{name} is an extension, which strict mode does not accept"
                )))
            } else {
                ControlFlow::Continue(())
            }
        }
        _ => ControlFlow::Continue(()),
    });
    match outcome {
        ControlFlow::Break(refusal) => Err(refusal),
        ControlFlow::Continue(()) => Ok(()),
    }
}

pub(super) fn check(query: &Query, facts: &Facts) -> Result<(), SqlError> {
    let state = facts.state;
    let outcome = walk::expressions(query, |expr| match expr {
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let name = plain_call(function).map_or(name, |(name, _)| name);
            let needs_over = function.over.is_none() && is_window_only(&name, state);
            if needs_over {
                ControlFlow::Break(Problem::NeedsOver(name))
            } else if exists(&name, state) {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(Problem::Unknown(name))
            }
        }
        _ => ControlFlow::Continue(()),
    });
    let name = match outcome {
        ControlFlow::Continue(()) => return Ok(()),
        ControlFlow::Break(Problem::NeedsOver(name)) => {
            let name = name.to_uppercase();
            return Err(SqlError::Invalid(format!(
                "{name} is a window function: it needs OVER (…)"
            )));
        }
        ControlFlow::Break(Problem::Unknown(name)) => name,
    };
    let hint = nearest(&name, all(state));
    let hint = hint.map_or_else(String::new, |it| format!(". Did you mean {}?", it.to_uppercase()));
    Err(SqlError::UnknownFunction { name: name.to_uppercase(), hint })
}

/// Whether a function answers otherwise each time it is asked.
pub(super) fn has_chance(query: &Query, state: &SessionState) -> bool {
    let found = walk::expressions(query, |expr| match expr {
        Expr::Function(function)
            if plain_call(function)
                .filter(|(name, _)| name != "mysql_constant")
                .and_then(|(name, _)| state.scalar_functions().get(&name))
                .is_some_and(|it| it.signature().volatility != Volatility::Immutable) =>
        {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

enum Problem {
    Unknown(String),
    NeedsOver(String),
}

fn is_window_only(name: &str, state: &SessionState) -> bool {
    state.window_functions().contains_key(name)
        && !state.scalar_functions().contains_key(name)
        && !state.aggregate_functions().contains_key(name)
}

fn exists(name: &str, state: &SessionState) -> bool {
    state.scalar_functions().contains_key(name)
        || state.aggregate_functions().contains_key(name)
        || state.window_functions().contains_key(name)
}

/// The names of all functions but those that only rewrites put in.
fn all(state: &SessionState) -> impl Iterator<Item = &str> {
    let scalar = state.scalar_functions().keys();
    let aggregate = state.aggregate_functions().keys();
    let window = state.window_functions().keys();
    scalar.chain(aggregate).chain(window).map(String::as_str).filter(|it| !it.starts_with("mysql_"))
}
