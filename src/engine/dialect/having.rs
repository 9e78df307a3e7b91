//! `SELECT SUM(x) AS x … HAVING x > 60` means the alias: MySQL looks for a name of HAVING among the items before it looks
//! among the columns, unless GROUP BY names the column. Inside an aggregate the name is the column's.
//! MySQL's manual, "Problems with Column Aliases" and "SELECT Statement". Pinned by tests/golden/sql/names.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, GroupByExpr, Query, Select, SelectItem, VisitorMut};

use super::build::{nested, plain_call};
use super::same::column_name;
use super::{Facts, aggregates, walk};

pub(super) fn expand(query: &mut Query, facts: &Facts) {
    let _ = walk::visit_mut(query, &mut Aliases { facts });
}

struct Aliases<'a> {
    facts: &'a Facts<'a>,
}

impl VisitorMut for Aliases<'_> {
    type Break = ();

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let Some(having) = &mut select.having else { return ControlFlow::Continue(()) };
        let keys: Vec<&str> = match &select.group_by {
            GroupByExpr::Expressions(keys, _) => keys.iter().filter_map(column_name).collect(),
            GroupByExpr::All(_) => Vec::new(),
        };
        let is_key = |name: &str| {
            self.facts.names.contains(name) && keys.iter().any(|it| it.eq_ignore_ascii_case(name))
        };
        let aliases = select.projection.iter().filter_map(|it| match it {
            SelectItem::ExprWithAlias { expr, alias } if !is_key(&alias.value) => {
                Some((alias.value.to_lowercase(), expr.clone()))
            }
            _ => None,
        });
        let mut replacing = Replacing { facts: self.facts, aliases: aliases.collect(), inside: 0 };
        walk::visit_mut(having, &mut replacing)
    }
}

struct Replacing<'a> {
    facts: &'a Facts<'a>,
    aliases: Vec<(String, Expr)>,
    /// How many aggregates and subqueries are around the place.
    inside: usize,
}

impl Replacing<'_> {
    fn is_aggregate(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Function(it) if plain_call(it)
            .is_none_or(|(name, _)| aggregates::is_aggregate(&name, self.facts)))
    }
}

impl VisitorMut for Replacing<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.inside += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.inside -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if self.is_aggregate(expr) {
            self.inside += 1;
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if self.is_aggregate(expr) {
            self.inside -= 1;
            return ControlFlow::Continue(());
        }
        let Expr::Identifier(name) = expr else { return ControlFlow::Continue(()) };
        let name = name.value.to_lowercase();
        if self.inside == 0
            && let Some((_, item)) = self.aliases.iter().find(|(alias, _)| *alias == name)
        {
            *expr = nested(item.clone());
        }
        ControlFlow::Continue(())
    }
}
