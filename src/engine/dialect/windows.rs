//! LAST_VALUE is the last value of its partition, <https://domo-support.domo.com/s/article/4410213098903>, unless the query
//! writes a frame: MySQL's frame ends with the row where there is an order. Pinned by tests/golden/sql/windows.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, Ident, NamedWindowDefinition, NamedWindowExpr, Query, Select, VisitorMut,
    WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use super::super::error::SqlError;
use super::build::plain_call;
use super::{Facts, walk};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let _ = walk::visit_mut(query, &mut Windows { named: Vec::new() });
    Ok(())
}

struct Windows {
    /// The named windows of the SELECTs around the place, the innermost last.
    named: Vec<Vec<NamedWindowDefinition>>,
}

impl VisitorMut for Windows {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        self.named.push(select.named_window.clone());
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &mut Select) -> ControlFlow<()> {
        self.named.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expr
            && plain_call(function).is_some_and(|(name, _)| name == "last_value")
        {
            self.widen(function);
        }
        ControlFlow::Continue(())
    }
}

impl Windows {
    fn widen(&self, function: &mut Function) {
        let written = match &function.over {
            Some(WindowType::WindowSpec(window)) => window.clone(),
            Some(WindowType::NamedWindow(name)) => {
                let Some(window) = self.window(name) else { return };
                window
            }
            None => return,
        };
        // Of a window that builds on another, the frame and the order may be the other's.
        let base = written.window_name.as_ref().and_then(|it| self.window(it));
        let has_frame = |it: &WindowSpec| it.window_frame.is_some();
        if has_frame(&written) || base.as_ref().is_some_and(has_frame) {
            return;
        }
        let frame = WindowFrame {
            units: WindowFrameUnits::Rows,
            start_bound: WindowFrameBound::Preceding(None),
            end_bound: Some(WindowFrameBound::Following(None)),
        };
        let window = WindowSpec { window_frame: Some(frame), ..written };
        function.over = Some(WindowType::WindowSpec(window));
    }

    fn window(&self, name: &Ident) -> Option<WindowSpec> {
        let named = self.named.last()?;
        let same = |it: &&NamedWindowDefinition| it.0.value.eq_ignore_ascii_case(&name.value);
        match &named.iter().find(same)?.1 {
            NamedWindowExpr::WindowSpec(window) => Some(window.clone()),
            NamedWindowExpr::NamedWindow(_) => None,
        }
    }
}
