//! Formulas (Beast Modes): a name in a query that stands for an expression, also inside aggregates and other formulas.
//! A column of the same name comes first. Pinned by tests/golden/sql/formulas.slt.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Query, Select, SelectItem, SetExpr, TableFactor, VisitorMut,
};

use super::super::error::SqlError;
use super::super::settings::Formula;
use super::build::nested;
use super::{Facts, keywords, quotes, syntax, tokens, walk};

/// Parts of expressions that formulas may put into one query.
const PARTS_MAX: usize = 5_000;

pub(super) fn expand(query: &mut Query, facts: &Facts) -> Result<(), SqlError> {
    if facts.formulas.is_empty() {
        return Ok(());
    }
    let mut expander = Expander {
        facts,
        expanded: HashMap::new(),
        open: Vec::new(),
        parts: 0,
        reads_dataset: Vec::new(),
    };
    match walk::visit_mut(query, &mut expander) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

struct Expander<'a> {
    facts: &'a Facts<'a>,
    /// Finished expressions by lower-case name.
    expanded: HashMap<String, Expr>,
    /// Formulas whose expression is being expanded, outermost first.
    open: Vec<String>,
    parts: usize,
    /// For each SELECT around the place: whether it reads the dataset itself, not a subquery's columns.
    reads_dataset: Vec<bool>,
}

impl<'a> Expander<'a> {
    fn formula(&self, name: &str) -> Option<&'a Formula> {
        let known = self.facts.names.contains(name);
        self.facts
            .formulas
            .iter()
            .find(|it| !known && it.name.to_lowercase() == name.to_lowercase())
    }

    fn named(&self, expr: &Expr) -> Option<&'a Formula> {
        match expr {
            Expr::Identifier(it) => self.formula(&it.value),
            Expr::CompoundIdentifier(parts) => self.formula(&parts.last()?.value),
            _ => None,
        }
    }

    fn expression(&mut self, formula: &Formula) -> Result<Expr, SqlError> {
        let key = formula.name.to_lowercase();
        if self.open.contains(&key) {
            return Err(SqlError::Invalid(format!(
                "the formula '{}' refers to itself",
                formula.name
            )));
        }
        let expression = if let Some(finished) = self.expanded.get(&key) {
            finished.clone()
        } else {
            let mut expression = parse(formula, self.facts)?;
            self.open.push(key.clone());
            if let ControlFlow::Break(error) = walk::visit_mut(&mut expression, self) {
                return Err(error);
            }
            self.open.pop();
            self.expanded.insert(key, expression.clone());
            expression
        };
        let _ = walk::expressions(&expression, |_| {
            self.parts += 1;
            ControlFlow::<()>::Continue(())
        });
        if self.parts > PARTS_MAX {
            return Err(SqlError::Refused(format!(
                "the formulas expand to more than {PARTS_MAX} parts"
            )));
        }
        Ok(nested(expression))
    }

    fn is_open_here(&self) -> bool {
        !self.open.is_empty() || self.reads_dataset.last().copied().unwrap_or(true)
    }
}

impl VisitorMut for Expander<'_> {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        self.reads_dataset.push(body_reads_dataset(&query.body));
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &mut Query) -> ControlFlow<SqlError> {
        self.reads_dataset.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlError> {
        self.reads_dataset.push(reads_dataset(select));
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(expr) = item
                && self.named(expr).is_some()
            {
                let written = last_part(expr);
                *item = SelectItem::ExprWithAlias {
                    expr: expr.clone(),
                    alias: Ident::with_quote('`', written),
                };
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _select: &mut Select) -> ControlFlow<SqlError> {
        self.reads_dataset.pop();
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        let Some(formula) = self.named(expr).filter(|_| self.is_open_here()) else {
            return ControlFlow::Continue(());
        };
        match self.expression(formula) {
            Ok(expression) => {
                *expr = expression;
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    }
}

fn last_part(name: &Expr) -> String {
    match name {
        Expr::Identifier(it) => it.value.clone(),
        Expr::CompoundIdentifier(parts) => {
            parts.last().map(|it| it.value.clone()).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

fn body_reads_dataset(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => reads_dataset(select),
        SetExpr::SetOperation { left, .. } => body_reads_dataset(left),
        _ => false,
    }
}

fn reads_dataset(select: &Select) -> bool {
    let mut factors = select
        .from
        .iter()
        .flat_map(|it| std::iter::once(&it.relation).chain(it.joins.iter().map(|it| &it.relation)));
    factors.any(|it| matches!(it, TableFactor::Table { .. }))
}

fn parse(formula: &Formula, facts: &Facts) -> Result<Expr, SqlError> {
    let parse = || {
        let mut tokens = tokens::read(&formula.expression)?;
        keywords::infix_mod(&mut tokens);
        quotes::settle(&mut tokens, facts);
        syntax::parse_expression(tokens)
    };
    parse().map_err(|it| SqlError::Invalid(format!("the formula '{}': {it}", formula.name)))
}
