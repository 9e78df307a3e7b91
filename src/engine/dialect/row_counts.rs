//! Numbers of rows that a query names: LIMIT, OFFSET, the bounds of a frame, how far LAG looks back. DataFusion adds to
//! them and multiplies them without a check, so none stays larger than any number of rows that there can be.
//! Pinned by tests/it/hostile_sql.rs.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, LimitClause,
    NamedWindowDefinition, NamedWindowExpr, Query, Select, UnaryOperator, Value, VisitorMut,
    WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use super::super::error::SqlError;
use super::build::number;
use super::{Facts, walk};

/// More rows than fit into the memory of any machine.
const ROWS_MAX: i64 = 1 << 40;
/// Centroids of the sketch of an approximate percentile: DataFusion reserves memory for all of them.
const CENTROIDS_MAX: i64 = 10_000;

pub(super) fn fix(query: &mut Query, _: &Facts) -> Result<(), SqlError> {
    match walk::visit_mut(query, &mut Bounder) {
        ControlFlow::Break(refusal) => Err(SqlError::Refused(refusal)),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Bounder;

impl VisitorMut for Bounder {
    type Break = String;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<String> {
        match &mut query.limit_clause {
            Some(LimitClause::LimitOffset { limit, offset, .. }) => {
                limit.iter_mut().for_each(bound);
                if let Some(offset) = offset {
                    bound(&mut offset.value);
                }
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                bound(offset);
                bound(limit);
            }
            None => {}
        }
        let fetch = query.fetch.iter_mut().filter_map(|it| it.quantity.as_mut());
        fetch.for_each(bound);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<String> {
        for NamedWindowDefinition(_, window) in &mut select.named_window {
            if let NamedWindowExpr::WindowSpec(window) = window {
                bound_window(window);
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<String> {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        if let Some(WindowType::WindowSpec(window)) = &mut function.over {
            bound_window(window);
        }
        let name = function.name.to_string().to_lowercase();
        match name.as_str() {
            "lag" | "lead" | "nth_value" => arguments(function).skip(1).take(1).for_each(bound),
            "ntile" => arguments(function).for_each(bound),
            "approx_percentile_cont" => {
                let centroids = arguments(function).last().and_then(|it| literal(it));
                if centroids.is_some_and(|(it, _)| it.is_none_or(|it| it > CENTROIDS_MAX)) {
                    return ControlFlow::Break(format!(
                        "an approximate percentile has at most {CENTROIDS_MAX} centroids"
                    ));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn bound_window(window: &mut WindowSpec) {
    // The bounds of a RANGE are values, not rows.
    let Some(WindowFrame {
        units: WindowFrameUnits::Rows | WindowFrameUnits::Groups,
        start_bound,
        end_bound,
    }) = &mut window.window_frame
    else {
        return;
    };
    for side in std::iter::once(start_bound).chain(end_bound.as_mut()) {
        if let WindowFrameBound::Preceding(Some(rows)) | WindowFrameBound::Following(Some(rows)) =
            side
        {
            bound(rows);
        }
    }
}

fn arguments(function: &mut Function) -> impl Iterator<Item = &mut Expr> {
    let list = match &mut function.args {
        FunctionArguments::List(list) => list.args.as_mut_slice(),
        _ => &mut [],
    };
    list.iter_mut().filter_map(|it| match it {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(it)) => Some(it),
        _ => None,
    })
}

/// A number that is written out: its size, `None` where that is beyond all integers, and whether it is negative.
fn literal(expr: &Expr) -> Option<(Option<i64>, bool)> {
    match expr {
        Expr::Nested(inner) => literal(inner),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
            literal(expr).map(|(size, negative)| (size, !negative))
        }
        Expr::Value(it) => match &it.value {
            Value::Number(digits, _) if digits.bytes().all(|it| it.is_ascii_digit()) => {
                Some((digits.parse().ok(), false))
            }
            _ => None,
        },
        _ => None,
    }
}

fn bound(expr: &mut Expr) {
    if let Some((size, negative)) = literal(expr)
        && size.is_none_or(|it| it > ROWS_MAX)
    {
        *expr = number(if negative { -ROWS_MAX } else { ROWS_MAX });
    }
}
