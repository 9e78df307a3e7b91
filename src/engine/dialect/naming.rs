//! Names without regard to case, and output columns called as the SELECT list wrote them.
//! MySQL's column names are not case-sensitive; duplicates are allowed. Pinned by names.slt.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, Ident, Join, JoinConstraint, JoinOperator, NamedWindowExpr, ObjectName,
    ObjectNamePart, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
    TableAlias, TableFactor, VisitorMut, WindowType,
};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::super::names::{Names, Written, numbered};
use super::allowed::ITEMS_MAX;
use super::tokens::{Text, depths, is};
use super::{Facts, Output, walk};

/// The items of the outermost SELECT list as they were written; empty where they cannot be told apart.
pub(super) fn item_texts(text: &Text, tokens: &[TokenWithSpan]) -> Vec<String> {
    let depths = depths(tokens);
    let outer = |at: usize| depths[at] == 0;
    let Some(select) = (0..tokens.len()).find(|&it| outer(it) && is(tokens.get(it), "select"))
    else {
        return Vec::new();
    };
    let words = ["distinct", "all", "distinctrow", "high_priority", "straight_join"];
    let modifies = |at: usize| {
        let sql = |it: &TokenWithSpan| it.token.to_string().to_lowercase().starts_with("sql_");
        words.iter().any(|it| is(tokens.get(at), it)) || tokens.get(at).is_some_and(sql)
    };
    let start = (select + 1..tokens.len()).find(|&it| !modifies(it)).unwrap_or(tokens.len());
    let ends = ["from", "limit", "union", "where", "order", "except", "intersect"];
    let ending = |at: usize| outer(at) && ends.iter().any(|it| is(tokens.get(at), it));
    let end = (start..tokens.len()).find(|&it| ending(it)).unwrap_or(tokens.len());
    let commas: Vec<usize> =
        (start..end).filter(|&it| outer(it) && tokens[it].token == Token::Comma).collect();
    if commas.len() > ITEMS_MAX {
        return Vec::new();
    }
    let mut from = start;
    let mut texts = Vec::new();
    for to in commas.into_iter().chain(std::iter::once(end)) {
        texts.push(text.slice(&tokens[from..to]).unwrap_or_default().to_owned());
        from = to + 1;
    }
    texts
}

/// How the columns of the answer are called. An alias that differs from a column only by case is answered as the column is
/// spelt, which was observed on an instance of Domo in July 2026.
pub(super) fn outputs(query: &Query, texts: &[String], facts: &Facts) -> Vec<Output> {
    let Some(select) = first_select(&query.body) else { return Vec::new() };
    let named = |(at, item): (usize, &SelectItem)| match item {
        SelectItem::UnnamedExpr(expr) => Output::Named(written(expr, text_of(texts, select, at))),
        SelectItem::ExprWithAlias { alias, .. } => {
            let column = facts.names.index(&alias.value).and_then(|it| facts.columns.get(it));
            Output::Named(column.map_or(&alias.value, |it| &it.name).clone())
        }
        SelectItem::ExprWithAliases { .. }
        | SelectItem::QualifiedWildcard(..)
        | SelectItem::Wildcard(_) => Output::Star,
    };
    select.projection.iter().enumerate().map(named).collect()
}

fn first_select(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first_select(&query.body),
        SetExpr::SetOperation { left, .. } => first_select(left),
        _ => None,
    }
}

fn text_of<'a>(texts: &'a [String], select: &Select, at: usize) -> Option<&'a str> {
    texts.get(at).filter(|_| texts.len() == select.projection.len()).map(String::as_str)
}

fn written(expr: &Expr, text: Option<&str>) -> String {
    match expr {
        Expr::Identifier(it) => it.value.clone(),
        Expr::CompoundIdentifier(parts) => {
            parts.last().map(|it| it.value.clone()).unwrap_or_default()
        }
        other => text.map_or_else(|| other.to_string(), str::to_owned),
    }
}

/// Gives every name its internal spelling, and every selected expression a name of its own.
pub(super) fn fold(query: &mut Query, names: &Names, texts: &[String]) -> Written {
    let mut folder = Folder { names, texts, written: Written::default() };
    if let Some(select) = first_select_mut(&mut query.body) {
        folder.alias(select, true);
    }
    folder.texts = &[];
    let _ = walk::visit_mut(query, &mut folder);
    folder.written
}

fn first_select_mut(body: &mut SetExpr) -> Option<&mut Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => first_select_mut(&mut query.body),
        SetExpr::SetOperation { left, .. } => first_select_mut(left),
        _ => None,
    }
}

struct Folder<'a> {
    names: &'a Names,
    texts: &'a [String],
    written: Written,
}

impl Folder<'_> {
    fn ident(&mut self, ident: &mut Ident) {
        let inside = self.names.inside(&ident.value);
        let written = std::mem::replace(&mut ident.value, inside.clone());
        self.written.names.entry(inside).or_insert(written);
        ident.quote_style = Some('"');
    }

    fn object(&mut self, name: &mut ObjectName) {
        for part in &mut name.0 {
            if let ObjectNamePart::Identifier(ident) = part {
                self.ident(ident);
            }
        }
    }

    fn table_alias(&mut self, alias: &mut TableAlias) {
        self.ident(&mut alias.name);
        for it in &mut alias.columns {
            self.ident(&mut it.name);
            self.written.given.insert(it.name.value.clone());
        }
    }

    fn value(&mut self, parts: &mut [Ident]) {
        for part in &mut *parts {
            self.ident(part);
        }
        self.written.values.extend(parts.last().map(|it| it.value.clone()));
    }

    /// Duplicates are fine for MySQL and not for the planner: the second `x` becomes `x#2`.
    fn alias(&mut self, select: &mut Select, outermost: bool) {
        let texts: Vec<Option<String>> = (0..select.projection.len())
            .map(|at| text_of(self.texts, select, at).map(str::to_owned))
            .collect();
        let is_star = |it: &SelectItem| {
            matches!(it, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
        };
        let star = select.projection.iter().any(is_star);
        let mut taken: HashSet<String> = HashSet::new();
        if star {
            taken.extend(self.names.internal().iter().cloned());
        }
        for (item, text) in select.projection.iter_mut().zip(texts) {
            let (expr, name) = match item {
                SelectItem::UnnamedExpr(expr) => {
                    let name = written(expr, text.as_deref());
                    (expr.clone(), name)
                }
                SelectItem::ExprWithAlias { expr, alias } => (expr.clone(), alias.value.clone()),
                _ => continue,
            };
            let bare = matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
            let mut inside = self.names.inside(&name);
            if taken.contains(&inside) {
                inside = numbered(&inside, |it| taken.contains(it));
            } else if bare && matches!(item, SelectItem::UnnamedExpr(_)) {
                taken.insert(inside);
                continue;
            }
            taken.insert(inside.clone());
            self.written.given.insert(inside.clone());
            if outermost || !matches!(item, SelectItem::UnnamedExpr(_)) || !bare {
                self.written.items.entry(inside.clone()).or_insert(name);
            }
            *item = SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('"', inside) };
        }
    }

    fn function(&mut self, function: &mut Function) {
        match &mut function.over {
            Some(WindowType::NamedWindow(name)) => self.ident(name),
            Some(WindowType::WindowSpec(spec)) => {
                if let Some(name) = &mut spec.window_name {
                    self.ident(name);
                }
            }
            None => {}
        }
    }

    fn join(&mut self, join: &mut Join) {
        if let JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) = &mut join.join_operator
            && let JoinConstraint::Using(columns) = constraint
        {
            for it in columns {
                self.object(it);
            }
        }
    }
}

impl VisitorMut for Folder<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        for cte in query.with.iter_mut().flat_map(|it| &mut it.cte_tables) {
            self.table_alias(&mut cte.alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        self.alias(select, false);
        for item in &mut select.projection {
            if let SelectItem::QualifiedWildcard(
                SelectItemQualifiedWildcardKind::ObjectName(name),
                _,
            ) = item
            {
                self.object(name);
            }
        }
        for window in &mut select.named_window {
            self.ident(&mut window.0);
            if let NamedWindowExpr::NamedWindow(name) = &mut window.1 {
                self.ident(name);
            }
        }
        for from in &mut select.from {
            for it in &mut from.joins {
                self.join(it);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        self.object(relation);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { alias: Some(alias), .. }
            | TableFactor::Derived { alias: Some(alias), .. } => {
                self.table_alias(alias);
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                for it in &mut table_with_joins.joins {
                    self.join(it);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(it) => self.value(std::slice::from_mut(it)),
            Expr::CompoundIdentifier(parts) => self.value(parts),
            Expr::Function(it) => {
                self.function(it);
                it.name.0.iter_mut().for_each(lower);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn lower(part: &mut ObjectNamePart) {
    if let ObjectNamePart::Identifier(ident) = part {
        ident.value = ident.value.to_lowercase();
    }
}
