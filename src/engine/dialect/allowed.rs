//! What a query may hold: SELECTs over the one dataset. Everything else is refused by its name.
//! Pinned by tests/golden/sql/refused.slt.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, Ident, ObjectName, Query, Select, SelectFlavor, SelectItem, SetExpr,
    TableFactor, UnaryOperator, Visitor,
};

use super::super::error::SqlError;
use super::super::settings::SqlMode;
use super::{Facts, walk};

/// Items of a SELECT or GROUP BY list.
pub(super) const ITEMS_MAX: usize = 2_000;
const STARS_MAX: usize = 16;

pub(super) fn check(query: &Query, facts: &Facts) -> Result<(), SqlError> {
    let mut checker = Checker { ctes: BTreeSet::new(), datasets: BTreeSet::new() };
    match walk::visit(query, &mut checker) {
        ControlFlow::Break(reason) => return Err(SqlError::Refused(reason)),
        ControlFlow::Continue(()) => {}
    }
    let datasets: Vec<&String> = checker.datasets.difference(&checker.ctes).collect();
    match datasets[..] {
        [one, other, ..] if facts.settings.mode == SqlMode::Strict => Err(SqlError::Refused(
            format!("a query reads one dataset; this one names '{one}' and '{other}'"),
        )),
        _ => Ok(()),
    }
}

struct Checker {
    ctes: BTreeSet<String>,
    datasets: BTreeSet<String>,
}

fn refuse(what: &str) -> ControlFlow<String> {
    ControlFlow::Break(format!("{what} is not accepted"))
}

impl Checker {
    fn body(body: &SetExpr) -> ControlFlow<String> {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) => ControlFlow::Continue(()),
            SetExpr::SetOperation { left, right, .. } => {
                Self::body(left)?;
                Self::body(right)
            }
            SetExpr::Values(_) => refuse("VALUES"),
            SetExpr::Table(_) => refuse("TABLE"),
            SetExpr::Insert(_) => refuse("INSERT"),
            SetExpr::Update(_) => refuse("UPDATE"),
            SetExpr::Delete(_) => refuse("DELETE"),
            SetExpr::Merge(_) => refuse("MERGE"),
        }
    }
}

fn is_usual(op: UnaryOperator) -> bool {
    matches!(
        op,
        UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not | UnaryOperator::BangNot
    )
}

fn is_usual_expression(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Identifier(_)
            | Expr::CompoundIdentifier(_)
            | Expr::Value(_)
            | Expr::TypedString(_)
            | Expr::Interval(_)
            | Expr::Nested(_)
            | Expr::Tuple(_)
            | Expr::UnaryOp { .. }
            | Expr::BinaryOp { .. }
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotUnknown(_)
            | Expr::Between { .. }
            | Expr::InList { .. }
            | Expr::InSubquery { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_)
            | Expr::Like { .. }
            | Expr::RLike { .. }
            | Expr::Case { .. }
            | Expr::Cast { .. }
            | Expr::Convert { .. }
            | Expr::Extract { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Function(_)
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(..)
    )
}

fn has_window(filter: &Expr) -> bool {
    let found = walk::expressions(filter, |it| match it {
        Expr::Function(function) if function.over.is_some() => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

/// The planner compares each item with each other.
fn sizes(select: &Select) -> ControlFlow<String> {
    let grouped = match &select.group_by {
        GroupByExpr::Expressions(expressions, _) => expressions.len(),
        GroupByExpr::All(_) => 0,
    };
    if select.projection.len().max(grouped) > ITEMS_MAX {
        return ControlFlow::Break(format!(
            "a SELECT or GROUP BY list has more than {ITEMS_MAX} items"
        ));
    }
    let star = |it: &&SelectItem| {
        matches!(it, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
    };
    if select.projection.iter().filter(star).count() > STARS_MAX {
        return ControlFlow::Break(format!("a SELECT list has more than {STARS_MAX} stars"));
    }
    ControlFlow::Continue(())
}

impl Visitor for Checker {
    type Break = String;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        Self::body(&query.body)?;
        for cte in query.with.iter().flat_map(|it| &it.cte_tables) {
            self.ctes.insert(cte.alias.name.value.to_lowercase());
        }
        if !query.locks.is_empty() {
            return refuse("FOR UPDATE or FOR SHARE");
        }
        if query.for_clause.is_some() || query.settings.is_some() || query.format_clause.is_some() {
            return refuse("a FOR, SETTINGS or FORMAT clause");
        }
        if !query.pipe_operators.is_empty() {
            return refuse("|>");
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        sizes(select)?;
        if select.into.is_some() {
            return refuse("SELECT … INTO");
        }
        if !matches!(select.flavor, SelectFlavor::Standard) {
            return refuse("a query that begins with FROM");
        }
        if !select.lateral_views.is_empty() {
            return refuse("LATERAL VIEW");
        }
        if select.prewhere.is_some() || !select.connect_by.is_empty() || select.top.is_some() {
            return refuse("PREWHERE, CONNECT BY or TOP");
        }
        if select.qualify.is_some() {
            return refuse("QUALIFY");
        }
        if let GroupByExpr::Expressions(_, modifiers) = &select.group_by
            && !modifiers.is_empty()
        {
            return refuse("GROUP BY … WITH ROLLUP");
        }
        if matches!(select.group_by, GroupByExpr::All(_)) {
            return refuse("GROUP BY ALL");
        }
        let filters = [&select.selection, &select.having];
        if filters.into_iter().flatten().any(has_window) {
            return ControlFlow::Break(
                "a window function stands in WHERE or HAVING: filter in a query around it"
                    .to_owned(),
            );
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        match factor {
            TableFactor::Table { name, args, version, sample, .. } => {
                if args.is_some() {
                    return refuse(&format!("the table function {name}"));
                }
                if version.is_some() || sample.is_some() {
                    return refuse("a table's version or sample");
                }
                self.dataset(name)
            }
            TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } => {
                ControlFlow::Continue(())
            }
            other => refuse(&format!("FROM {other}")),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Self::Break> {
        match expr {
            Expr::Identifier(Ident { value, quote_style: None, .. }) if value.starts_with('@') => {
                refuse(&format!("the variable {value}"))
            }
            Expr::UnaryOp { op, .. } if !is_usual(*op) => refuse(&format!("the operator {op}")),
            Expr::Array(_)
            | Expr::Struct { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::Lambda(_) => refuse("a value made of values"),
            Expr::CompoundFieldAccess { .. } | Expr::JsonAccess { .. } => {
                refuse("access to a part of a value")
            }
            Expr::AtTimeZone { .. } => refuse("AT TIME ZONE"),
            Expr::Collate { .. } => refuse("COLLATE"),
            expr if is_usual_expression(expr) => ControlFlow::Continue(()),
            other => refuse(&other.to_string().chars().take(80).collect::<String>()),
        }
    }
}

impl Checker {
    fn dataset(&mut self, name: &ObjectName) -> ControlFlow<String> {
        let [part] = name.0.as_slice() else {
            return ControlFlow::Break(format!(
                "{name} is no dataset: its name has more than one part"
            ));
        };
        let Some(ident) = part.as_ident() else { return refuse(&format!("FROM {name}")) };
        if ident.quote_style == Some('\'') || ident.value.contains(['/', '\\']) {
            return refuse(&format!("FROM {name}"));
        }
        self.datasets.insert(ident.value.to_lowercase());
        ControlFlow::Continue(())
    }
}
