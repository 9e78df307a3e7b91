//! Pieces of the joined SELECT that FIXED becomes.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, Join, JoinConstraint, JoinOperator, ObjectName,
    Query, Select, SelectItem, SetExpr, TableAlias, TableFactor, TableWithJoins, Visitor,
};

use super::super::build::{binary, number};
use super::super::same::column_name;
use super::super::walk;

/// The subquery of the query's own groups.
pub(super) const MAIN: &str = "mysql_main";
/// The value of a FIXED.
pub(super) const VALUE: &str = "mysql_value";

pub(super) fn key(at: usize) -> String {
    format!("mysql_key{at}")
}

/// A key of a grain that the query does not group by.
pub(super) fn grain(at: usize) -> String {
    format!("mysql_grain{at}")
}

pub(super) fn aggregate(at: usize) -> String {
    format!("mysql_aggregate{at}")
}

pub(super) fn fixed(at: usize) -> String {
    format!("mysql_fixed{at}")
}

fn ident(name: &str) -> Ident {
    Ident::with_quote('`', name)
}

pub(super) fn name(name: &str) -> Expr {
    Expr::Identifier(ident(name))
}

pub(super) fn column(table: &str, name: &str) -> Expr {
    Expr::CompoundIdentifier(vec![ident(table), ident(name)])
}

pub(super) fn named(expr: Expr, name: &str) -> SelectItem {
    SelectItem::ExprWithAlias { expr, alias: ident(name) }
}

pub(super) fn one() -> Expr {
    number(1)
}

/// Leaves of a SELECT where its rows come from.
pub(super) fn keep_rows(select: &mut Select) {
    select.projection.clear();
    select.distinct = None;
    select.select_modifiers = None;
    select.group_by = GroupByExpr::Expressions(Vec::new(), Vec::new());
    select.having = None;
    select.named_window.clear();
    select.sort_by.clear();
}

/// `SELECT key AS name, …, value AS name … GROUP BY name, …`
pub(super) struct Grouped {
    pub(super) keys: Vec<(Expr, String)>,
    pub(super) value: Option<(Expr, String)>,
}

impl Grouped {
    pub(super) fn select(self, mut source: Select) -> Select {
        let keys = self.keys.iter().map(|(_, key)| name(key)).collect();
        let items = self.keys.into_iter().chain(self.value);
        source.projection = items.map(|(expr, name)| named(expr, &name)).collect();
        source.group_by = GroupByExpr::Expressions(keys, Vec::new());
        source
    }

    pub(super) fn over(self, source: Select) -> Query {
        query(self.select(source))
    }
}

pub(super) fn query(select: Select) -> Query {
    Query {
        with: None,
        body: Box::new(SetExpr::Select(Box::new(select))),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    }
}

/// A SELECT without items over other tables than those of this one.
pub(super) fn select_from(source: &Select, from: TableWithJoins) -> Select {
    let mut select = source.clone();
    select.selection = None;
    select.from = vec![from];
    select
}

pub(super) fn derived(query: Query, alias: &str) -> TableFactor {
    let alias = TableAlias { explicit: true, name: ident(alias), columns: Vec::new(), at: None };
    TableFactor::Derived {
        lateral: false,
        subquery: Box::new(query),
        alias: Some(alias),
        sample: None,
    }
}

pub(super) fn alone(relation: TableFactor) -> TableWithJoins {
    TableWithJoins { relation, joins: Vec::new() }
}

/// Joined with others, each on a condition or, without one, row by row. Every row has its match: an inner join would do,
/// were it not that the engine joins it with the others into one, in which NULL is the same as nothing.
pub(super) fn join(
    relation: TableFactor,
    others: Vec<(TableFactor, Option<Expr>)>,
) -> TableWithJoins {
    let join = |(relation, on): (TableFactor, Option<Expr>)| Join {
        relation,
        global: false,
        join_operator: match on {
            Some(on) => JoinOperator::LeftOuter(JoinConstraint::On(on)),
            None => JoinOperator::CrossJoin(JoinConstraint::None),
        },
    };
    TableWithJoins { relation, joins: others.into_iter().map(join).collect() }
}

/// Whether two tables have the same values in columns of these names; NULL is the same as NULL.
pub(super) fn equal(one: &str, other: &str, names: &[String]) -> Option<Expr> {
    let equal = |name: &String| {
        let (one, other) = (column(one, name), column(other, name));
        Expr::IsNotDistinctFrom(Box::new(one), Box::new(other))
    };
    names.iter().map(equal).reduce(|left, right| binary(left, BinaryOperator::And, right))
}

pub(super) fn tables(from: &[TableWithJoins]) -> impl Iterator<Item = &TableFactor> {
    from.iter()
        .flat_map(|it| std::iter::once(&it.relation).chain(it.joins.iter().map(|it| &it.relation)))
}

/// The names of the columns that a query answers, as far as it writes them.
pub(super) fn outputs(body: &SetExpr) -> Box<dyn Iterator<Item = &str> + '_> {
    match body {
        SetExpr::Select(select) => Box::new(select.projection.iter().filter_map(|it| match it {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.as_str()),
            SelectItem::UnnamedExpr(expr) => column_name(expr),
            _ => None,
        })),
        SetExpr::Query(query) => outputs(&query.body),
        SetExpr::SetOperation { left, .. } => outputs(left),
        _ => Box::new(std::iter::empty()),
    }
}

/// How often a SELECT names a table, in its subqueries too.
pub(super) fn reads(select: &Select) -> usize {
    struct Reads(usize);

    impl Visitor for Reads {
        type Break = ();

        fn pre_visit_relation(&mut self, _: &ObjectName) -> ControlFlow<()> {
            self.0 += 1;
            ControlFlow::Continue(())
        }
    }

    let mut reads = Reads(0);
    let _ = walk::visit(select, &mut reads);
    reads.0
}
