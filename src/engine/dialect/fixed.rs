//! FIXED: an aggregate at a grain of its own within the aggregate that a query asks for, `SUM(SUM(x) FIXED (BY Region))`.
//! <https://domo-support.domo.com/s/article/4408174643607>
//!
//! A SELECT with FIXED becomes a join of grouped subqueries, as Domo runs several queries and joins them:
//!
//! ```sql
//! SELECT State, SUM(x) / SUM(SUM(x) FIXED (BY Region)) FROM t WHERE w GROUP BY Region, State
//! -- becomes
//! SELECT m.k2, m.a1 / f1.v
//! FROM (SELECT Region k1, State k2, SUM(x) a1 FROM t WHERE w GROUP BY k1, k2) m
//! JOIN (SELECT k1, SUM(v) v
//!       FROM (SELECT Region k1, SUM(x) v FROM t WHERE w GROUP BY k1) GROUP BY k1) f1
//!   ON m.k1 IS NOT DISTINCT FROM f1.k1
//! ```
//!
//! The innermost subquery is the inner aggregate at its grain. The one around it joins the values that belong together with
//! the outer aggregate: those of a grain's keys where the query's groups are as fine, those of a group where the grain is as
//! fine. Where neither holds, a group has the values of the keys that occur in its rows.
//!
//! FILTER chooses among the conditions that AND joins in WHERE. What FIXED reads, it reads under these: a filter that it
//! passes over takes no values away from a group that is shown.
//!
//! Everything is aggregated before it is joined, so that FIXED costs one more reading of the table and the joins are as small
//! as the answer. A window over rows would sort them all.

mod filters;
pub(super) mod grammar;
mod subquery;
mod tree;

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, GroupByExpr, OrderByKind, Query, Select, SelectItem, SetExpr, TableFactor,
    TableWithJoins, Value, Visit, VisitorMut,
};

use super::super::error::SqlError;
use super::build::{call, plain_call, take};
use super::same::{column_name, is_name, is_same, stripped};
use super::{Facts, aggregates, walk};
use grammar::NAME;
use tree::{Grouped, MAIN, column};

pub(super) fn expand(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    if !has_fixed(query) {
        return Ok(());
    }
    if let ControlFlow::Break(error) = walk::visit_mut(query, &mut Queries { facts }) {
        return Err(error);
    }
    if has_fixed(query) {
        return Err(refused(
            "FIXED stands in SELECT and ORDER BY only: it is no filter and no group",
        ));
    }
    Ok(())
}

fn refused(reason: impl Into<String>) -> SqlError {
    SqlError::Refused(reason.into())
}

fn is_fixed(expr: &Expr) -> bool {
    matches!(expr, Expr::Function(it) if plain_call(it).is_some_and(|(name, _)| name == NAME))
}

fn has_fixed(tree: &impl Visit) -> bool {
    let found = walk::expressions(tree, |it| {
        if is_fixed(it) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found.is_break()
}

fn has_window(expr: &Expr) -> bool {
    let found = walk::expressions(expr, |it| match it {
        Expr::Function(function) if function.over.is_some() => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

struct Queries<'a> {
    facts: &'a Facts<'a>,
}

impl VisitorMut for Queries<'_> {
    type Break = SqlError;

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        let order = match &mut query.order_by {
            Some(order) => match &mut order.kind {
                OrderByKind::Expressions(order) => {
                    order.iter_mut().map(|it| &mut it.expr).collect()
                }
                OrderByKind::All(_) => Vec::new(),
            },
            None => Vec::new(),
        };
        match self.body(&mut query.body, order) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}

impl Queries<'_> {
    fn body(&self, body: &mut SetExpr, order: Vec<&mut Expr>) -> Result<(), SqlError> {
        match body {
            SetExpr::Select(select) => self.select(select, order),
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left, Vec::new())?;
                self.body(right, Vec::new())
            }
            _ => Ok(()),
        }
    }

    fn select(&self, select: &mut Select, mut order: Vec<&mut Expr>) -> Result<(), SqlError> {
        if !has_fixed(&select.projection) && !order.iter().any(|it| has_fixed(*it)) {
            return Ok(());
        }
        let mut lowering = Lowering::new(select, self.facts)?;
        for item in &mut select.projection {
            lowering.item(item)?;
        }
        lowering.in_order = true;
        for expr in &mut order {
            lowering.expression(expr)?;
        }
        lowering.in_order = false;
        if let Some(having) = &mut select.having {
            lowering.expression(having)?;
        }
        if let ControlFlow::Break(error) = walk::visit_mut(&mut select.named_window, &mut lowering)
        {
            return Err(error);
        }
        select.from = vec![lowering.joined()];
        select.selection = select.having.take();
        select.group_by = GroupByExpr::Expressions(Vec::new(), Vec::new());
        Ok(())
    }
}

/// One SELECT on its way to the joined one.
struct Lowering<'a> {
    facts: &'a Facts<'a>,
    /// Where the rows come from, and which: the SELECT without its items, its groups and what follows them.
    source: Select,
    aliases: Vec<(String, Expr)>,
    with_qualifiers: bool,
    keys: Vec<Expr>,
    aggregates: Vec<Expr>,
    /// The subqueries to be joined, each with the keys that it has in common with the groups.
    fixed: Vec<(Query, Vec<usize>)>,
    /// Whether a bare name may be that of an item.
    in_order: bool,
}

impl<'a> Lowering<'a> {
    fn new(select: &Select, facts: &'a Facts) -> Result<Self, SqlError> {
        let aliases = select.projection.iter().filter_map(|it| match it {
            SelectItem::ExprWithAlias { expr, alias } => Some((alias.value.clone(), expr.clone())),
            _ => None,
        });
        let mut source = select.clone();
        tree::keep_rows(&mut source);
        let mut lowering = Self {
            facts,
            source,
            aliases: aliases.collect(),
            with_qualifiers: tree::tables(&select.from).count() > 1,
            keys: Vec::new(),
            aggregates: Vec::new(),
            fixed: Vec::new(),
            in_order: false,
        };
        if let GroupByExpr::Expressions(keys, _) = &select.group_by {
            for key in keys {
                let key = lowering.group(key, &select.projection)?;
                if !lowering.keys.iter().any(|it| lowering.is_same(it, &key)) {
                    lowering.keys.push(key);
                }
            }
        }
        Ok(lowering)
    }

    fn is_same(&self, one: &Expr, other: &Expr) -> bool {
        is_same(one, other, self.with_qualifiers)
    }

    /// A position or an alias stands for its item.
    fn group(&self, key: &Expr, items: &[SelectItem]) -> Result<Expr, SqlError> {
        let position = match key {
            Expr::Value(it) => match &it.value {
                Value::Number(digits, _) => digits.parse::<usize>().ok(),
                _ => None,
            },
            _ => None,
        };
        match position.map(|it| items.get(it.wrapping_sub(1))) {
            None => Ok(self.unaliased(key)),
            Some(Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. })) => {
                Ok(expr.clone())
            }
            Some(_) => Err(SqlError::Invalid(format!("GROUP BY {key} is the position of no item"))),
        }
    }

    /// What an alias stands for; a column of that name comes first.
    fn unaliased(&self, expr: &Expr) -> Expr {
        let Expr::Identifier(name) = stripped(expr) else { return expr.clone() };
        let alias = self.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&name.value));
        match alias {
            Some((_, item)) if !self.is_column(&name.value) => item.clone(),
            _ => expr.clone(),
        }
    }

    fn is_column(&self, name: &str) -> bool {
        tree::tables(&self.source.from).any(|it| match it {
            TableFactor::Derived { subquery, .. } => {
                tree::outputs(&subquery.body).any(|it| it.eq_ignore_ascii_case(name))
            }
            _ => self.facts.names.contains(name),
        })
    }

    fn item(&mut self, item: &mut SelectItem) -> Result<(), SqlError> {
        match item {
            SelectItem::ExprWithAlias { expr, .. } => self.expression(expr),
            SelectItem::UnnamedExpr(expr) => {
                let name = column_name(expr).map_or_else(|| expr.to_string(), str::to_owned);
                self.expression(expr)?;
                *item = tree::named(take(expr), &name);
                Ok(())
            }
            _ => Err(refused("* stands beside FIXED: name the columns that are grouped by")),
        }
    }

    fn expression(&mut self, expr: &mut Expr) -> Result<(), SqlError> {
        if has_fixed(expr) && has_window(expr) {
            return Err(refused("FIXED and a window function stand in one calculation"));
        }
        match walk::visit_mut(expr, self) {
            ControlFlow::Break(error) => Err(error),
            ControlFlow::Continue(()) => Ok(()),
        }
    }

    fn is_aggregate(&self, name: &str) -> bool {
        aggregates::is_aggregate(name, self.facts)
    }

    /// What stands for a part of an expression in the joined SELECT, if the part needs something to stand for it.
    fn lowered(&mut self, expr: &Expr) -> Result<Option<Expr>, SqlError> {
        if let Some(key) = self.keys.iter().position(|it| self.is_same(it, expr)) {
            return Ok(Some(column(MAIN, &tree::key(key))));
        }
        match expr {
            Expr::Function(function) => self.function(function),
            Expr::Identifier(name)
                if self.in_order
                    && self.aliases.iter().any(|it| it.0.eq_ignore_ascii_case(&name.value)) =>
            {
                Ok(None)
            }
            name if is_name(name) => Err(SqlError::Invalid(format!(
                "column '{}' must be in GROUP BY or inside an aggregate function",
                column_name(name).unwrap_or_default()
            ))),
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
                Err(refused("a subquery stands beside FIXED: put FIXED into a query of its own"))
            }
            _ => Ok(None),
        }
    }

    fn function(&mut self, function: &Function) -> Result<Option<Expr>, SqlError> {
        let name = function.name.to_string().trim_matches('`').to_lowercase();
        if name == NAME {
            return Err(refused(
                "FIXED needs an aggregate around it too, as SUM(SUM(x) FIXED (…))",
            ));
        }
        if function.over.is_some() || !self.is_aggregate(&name) {
            return Ok(None);
        }
        let aggregate = Expr::Function(function.clone());
        if has_fixed(&aggregate) {
            return self.fixed(function).map(Some);
        }
        let known = self.aggregates.iter().position(|it| self.is_same(it, &aggregate));
        let at = known.unwrap_or_else(|| {
            self.aggregates.push(aggregate);
            self.aggregates.len() - 1
        });
        Ok(Some(column(MAIN, &tree::aggregate(at))))
    }

    /// The groups of the query joined with each FIXED.
    fn joined(&mut self) -> TableWithJoins {
        let keys = self.keys.iter().enumerate().map(|(at, key)| (key.clone(), tree::key(at)));
        let mut select = Grouped { keys: keys.collect(), value: None }.select(self.source.clone());
        let aggregates = std::mem::take(&mut self.aggregates);
        for (at, aggregate) in aggregates.into_iter().enumerate() {
            select.projection.push(tree::named(aggregate, &tree::aggregate(at)));
        }
        if self.keys.is_empty() {
            // One row, also of no rows.
            let count = call("count", [tree::one()]);
            select.projection.push(tree::named(count, "mysql_rows"));
        }
        let main = tree::derived(tree::query(select), MAIN);
        let fixed = std::mem::take(&mut self.fixed);
        let joins = fixed.into_iter().enumerate().map(|(at, (query, common))| {
            let (name, keys) = (tree::fixed(at), common.iter().map(|it| tree::key(*it)));
            let keys: Vec<String> = keys.collect();
            let on = tree::equal(MAIN, &name, &keys);
            (tree::derived(query, &name), on)
        });
        tree::join(main, joins.collect())
    }
}

impl VisitorMut for Lowering<'_> {
    type Break = SqlError;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        match self.lowered(expr) {
            Ok(Some(lowered)) => {
                *expr = lowered;
                ControlFlow::Continue(())
            }
            Ok(None) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}
