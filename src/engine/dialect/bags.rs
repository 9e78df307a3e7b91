//! INTERSECT ALL and EXCEPT ALL count duplicates: rows get the number that they have among their equals, and the sets of these
//! are what is asked. The engine's own operators look for whether a row is there.
//! MySQL's manual, "INTERSECT Clause". Pinned by tests/golden/sql/joins.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Query, Select, SelectItem, SetExpr, SetOperator, SetQuantifier, TableFactor, Values,
    VisitorMut,
};

use super::super::error::SqlError;
use super::{Facts, syntax, tokens, walk};

pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    match walk::visit_mut(query, &mut Bags) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Bags;

impl VisitorMut for Bags {
    type Break = SqlError;

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        match body(&mut query.body) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}

fn body(set: &mut SetExpr) -> Result<(), SqlError> {
    let SetExpr::SetOperation { op, set_quantifier, left, right } = set else { return Ok(()) };
    body(left)?;
    body(right)?;
    let word = match op {
        SetOperator::Intersect => "INTERSECT",
        SetOperator::Except | SetOperator::Minus => "EXCEPT",
        SetOperator::Union => return Ok(()),
    };
    if *set_quantifier != SetQuantifier::All {
        return Ok(());
    }
    let columns = columns(left).ok_or_else(|| {
        SqlError::Refused(format!("{word} ALL of * is not accepted: name the columns"))
    })?;
    let list = columns.join(", ");
    let numbered = |side: &str| {
        format!(
            "SELECT {list}, ROW_NUMBER() OVER (PARTITION BY {list}) AS `#n` FROM (SELECT 1) AS `{side}` ({list})"
        )
    };
    let text =
        format!("SELECT {list} FROM ({} {word} {}) AS `#bags`", numbered(LEFT), numbered(RIGHT));
    let mut made = syntax::parse(tokens::read(&text)?)?;
    let sides = Sides { left: Some(take(left)), right: Some(take(right)) };
    let _ = walk::visit_mut(&mut made, &mut { sides });
    *set = *made.body;
    Ok(())
}

const LEFT: &str = "#left";
const RIGHT: &str = "#right";

/// Puts both queries where the text has `SELECT 1`.
struct Sides {
    left: Option<SetExpr>,
    right: Option<SetExpr>,
}

impl VisitorMut for Sides {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Derived { subquery, alias: Some(alias), .. } = factor {
            let side = match alias.name.value.as_str() {
                LEFT => self.left.take(),
                RIGHT => self.right.take(),
                _ => None,
            };
            if let Some(side) = side {
                *subquery.body = side;
            }
        }
        ControlFlow::Continue(())
    }
}

fn take(set: &mut SetExpr) -> SetExpr {
    let nothing = Values { explicit_row: false, value_keyword: false, rows: Vec::new() };
    std::mem::replace(set, SetExpr::Values(nothing))
}

/// The names of the columns, in backticks; none where a star stands for some.
fn columns(set: &SetExpr) -> Option<Vec<String>> {
    let select = first_select(set)?;
    let items = select.projection.iter().enumerate();
    let mut names: Vec<String> = items.map(|(at, item)| name(at, item)).collect::<Option<_>>()?;
    for at in 1..names.len() {
        if names[..at].contains(&names[at]) {
            names[at] = format!("#{at}");
        }
    }
    Some(names.into_iter().map(|it| format!("`{}`", it.replace('`', "``"))).collect())
}

fn name(at: usize, item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(name.value.clone()),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
            parts.last().map(|it| it.value.clone())
        }
        SelectItem::UnnamedExpr(_) => Some(format!("#{at}")),
        _ => None,
    }
}

fn first_select(set: &SetExpr) -> Option<&Select> {
    match set {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first_select(&query.body),
        SetExpr::SetOperation { left, .. } => first_select(left),
        _ => None,
    }
}
