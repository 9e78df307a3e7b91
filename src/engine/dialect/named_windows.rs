//! `OVER (w ORDER BY x)` begins as the named window w does. The planner forgets the name.
//! MySQL's manual, "Named Windows". Pinned by tests/golden/sql/windows.slt.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, NamedWindowExpr, Query, Select, SetExpr, VisitorMut, WindowSpec, WindowType,
};

use super::super::error::SqlError;
use super::{Facts, walk};

pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    match walk::visit_mut(query, &mut Windows) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Windows;

impl VisitorMut for Windows {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        let SetExpr::Select(select) = &mut *query.body else { return ControlFlow::Continue(()) };
        let named = named(select);
        if named.is_empty() {
            return ControlFlow::Continue(());
        }
        let mut fill = |expr: &mut Expr| match expr {
            Expr::Function(function) => match &mut function.over {
                Some(WindowType::WindowSpec(spec)) => inherit(spec, &named),
                _ => ControlFlow::Continue(()),
            },
            _ => ControlFlow::Continue(()),
        };
        walk::expressions_mut(&mut select.projection, &mut fill)?;
        walk::expressions_mut(&mut query.order_by, &mut fill)?;
        for window in &mut select.named_window {
            if let NamedWindowExpr::WindowSpec(spec) = &mut window.1 {
                inherit(spec, &named)?;
            }
        }
        ControlFlow::Continue(())
    }
}

fn named(select: &Select) -> HashMap<String, WindowSpec> {
    let spec = |expr: &NamedWindowExpr| match expr {
        NamedWindowExpr::WindowSpec(spec) => Some(spec.clone()),
        NamedWindowExpr::NamedWindow(_) => None,
    };
    let windows = select.named_window.iter();
    windows.filter_map(|it| Some((it.0.value.to_lowercase(), spec(&it.1)?))).collect()
}

/// Takes over what the window that it names has and it has not.
fn inherit(spec: &mut WindowSpec, named: &HashMap<String, WindowSpec>) -> ControlFlow<SqlError> {
    // Names that go in a circle end here too.
    for _ in 0..=named.len() {
        let Some(name) = spec.window_name.take() else { return ControlFlow::Continue(()) };
        let Some(base) = named.get(&name.value.to_lowercase()) else {
            return ControlFlow::Break(SqlError::Invalid(format!("there is no window {name}")));
        };
        if spec.partition_by.is_empty() {
            spec.partition_by.clone_from(&base.partition_by);
        }
        if spec.order_by.is_empty() {
            spec.order_by.clone_from(&base.order_by);
        }
        spec.window_frame = spec.window_frame.take().or_else(|| base.window_frame.clone());
        spec.window_name.clone_from(&base.window_name);
    }
    ControlFlow::Break(SqlError::Invalid("windows name one another in a circle".to_owned()))
}
