//! `NOW()` and its kin are what the caller's clock says, the same all through a query, in the engine's zone.
//! MySQL evaluates them once per statement. Pinned by tests/golden/sql/now.slt.

use std::ops::ControlFlow;

use chrono::{DateTime, Duration, NaiveDateTime};
use datafusion::sql::sqlparser::ast::{Expr, Query};

use super::super::error::SqlError;
use super::build::{call, number, plain_call, text};
use super::{Facts, walk};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    let utc = DateTime::from_timestamp_millis(facts.now_ms).unwrap_or_default().naive_utc();
    let offset = Duration::minutes(i64::from(facts.settings.utc_offset_minutes));
    let here = utc.checked_add_signed(offset).unwrap_or(utc);
    let _ = walk::expressions_mut(query, |expr| {
        if let Expr::Function(function) = expr
            && let Some((name, args)) = plain_call(function)
            && let Some(value) = value(&name, &args, here, utc)
        {
            *expr = value;
        }
        ControlFlow::<()>::Continue(())
    });
    Ok(())
}

/// Whether the query asks what time it is.
pub(super) fn asks(query: &Query) -> bool {
    let found = walk::expressions(query, |expr| match expr {
        Expr::Function(function)
            if plain_call(function).is_some_and(|(name, args)| {
                value(&name, &args, NaiveDateTime::MIN, NaiveDateTime::MIN).is_some()
            }) =>
        {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

fn value(name: &str, args: &[&Expr], here: NaiveDateTime, utc: NaiveDateTime) -> Option<Expr> {
    let whole_seconds = |it: NaiveDateTime| text(it.format("%Y-%m-%d %H:%M:%S").to_string());
    let date = |it: NaiveDateTime| call("mysql_date", [text(it.format("%Y-%m-%d").to_string())]);
    match name {
        "unix_timestamp" if args.is_empty() => Some(number(utc.and_utc().timestamp())),
        // An argument would be the digits behind the second.
        "now" | "current_timestamp" | "localtime" | "localtimestamp" | "sysdate"
            if args.len() <= 1 =>
        {
            Some(call("mysql_datetime", [whole_seconds(here)]))
        }
        "curdate" | "current_date" if args.is_empty() => Some(date(here)),
        "curtime" | "current_time" if args.len() <= 1 => {
            Some(text(here.format("%H:%M:%S").to_string()))
        }
        "utc_date" if args.is_empty() => Some(date(utc)),
        "utc_timestamp" if args.len() <= 1 => Some(call("mysql_datetime", [whole_seconds(utc)])),
        "utc_time" if args.len() <= 1 => Some(text(utc.format("%H:%M:%S").to_string())),
        _ => None,
    }
}
