//! Seconds since 1970 are counted in UTC: UNIX_TIMESTAMP and FROM_UNIXTIME move between it and the engine's zone.
//! Pinned by tests/golden/sql/str_to_date.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Function, Query};

use super::super::error::SqlError;
use super::build::{arguments, binary, call, nested, number, plain_call, text};
use super::{Facts, walk};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    let offset = i64::from(facts.settings.utc_offset_minutes);
    if offset == 0 {
        return Ok(());
    }
    let _ = walk::expressions_mut(query, |expr| {
        if let Expr::Function(function) = expr
            && let Some(rewritten) = rewritten(function, offset)
        {
            *expr = rewritten;
        }
        ControlFlow::<()>::Continue(())
    });
    Ok(())
}

fn rewritten(function: &mut Function, offset_minutes: i64) -> Option<Expr> {
    let (name, args) = plain_call(function)?;
    match (name.as_str(), args.as_slice()) {
        ("unix_timestamp", [_]) => {
            let [local] = <[Expr; 1]>::try_from(arguments(function)).ok()?;
            let utc = call("mysql_date_add", [local, number(-offset_minutes), text("MINUTE")]);
            Some(call("unix_timestamp", [utc]))
        }
        ("from_unixtime", [_] | [_, _]) => {
            let mut args = arguments(function);
            let seconds = nested(args.remove(0));
            let local = binary(seconds, BinaryOperator::Plus, number(offset_minutes * 60));
            args.insert(0, local);
            Some(call("from_unixtime", args))
        }
        _ => None,
    }
}
