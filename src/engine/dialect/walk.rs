//! Walks over syntax trees.
//!
//! sqlparser compiles a walk over all of its grammar anew for each type of visitor, a third of a megabyte each. Here all
//! visitors share two walks, one that reads and one that changes. These pass on what is in the enums below, and no other hook.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, ObjectName, Query, Select, TableFactor, Visit, VisitMut, Visitor, VisitorMut,
};

/// Walks until the visitor breaks, and answers what it broke with.
#[expect(clippy::disallowed_methods, reason = "all others call this one")]
pub(super) fn visit<V: Visitor>(tree: &impl Visit, visitor: &mut V) -> ControlFlow<V::Break> {
    let mut found = None;
    let mut pass_on = |place: Place| {
        let step = match place {
            Place::Query(it) => visitor.pre_visit_query(it),
            Place::Select(it) => visitor.pre_visit_select(it),
            Place::TableFactor(it) => visitor.pre_visit_table_factor(it),
            Place::Relation(it) => visitor.pre_visit_relation(it),
            Place::Expr(it) => visitor.pre_visit_expr(it),
        };
        step.map_break(|it| found = Some(it))
    };
    let _ = tree.visit(&mut Reading(&mut pass_on));
    found.map_or(ControlFlow::Continue(()), ControlFlow::Break)
}

/// As [`visit`], for a visitor that changes the tree.
#[expect(clippy::disallowed_methods, reason = "all others call this one")]
pub(super) fn visit_mut<V: VisitorMut>(
    tree: &mut impl VisitMut,
    visitor: &mut V,
) -> ControlFlow<V::Break> {
    let mut found = None;
    let mut pass_on = |place: PlaceMut| {
        let step = match place {
            PlaceMut::Query(it) => visitor.pre_visit_query(it),
            PlaceMut::QueryEnd(it) => visitor.post_visit_query(it),
            PlaceMut::Select(it) => visitor.pre_visit_select(it),
            PlaceMut::SelectEnd(it) => visitor.post_visit_select(it),
            PlaceMut::TableFactor(it) => visitor.pre_visit_table_factor(it),
            PlaceMut::Relation(it) => visitor.pre_visit_relation(it),
            PlaceMut::Expr(it) => visitor.pre_visit_expr(it),
            PlaceMut::ExprEnd(it) => visitor.post_visit_expr(it),
        };
        step.map_break(|it| found = Some(it))
    };
    let _ = tree.visit(&mut Changing(&mut pass_on));
    found.map_or(ControlFlow::Continue(()), ControlFlow::Break)
}

/// Every expression, before its parts.
pub(super) fn expressions<B>(
    tree: &impl Visit,
    see: impl FnMut(&Expr) -> ControlFlow<B>,
) -> ControlFlow<B> {
    visit(tree, &mut Expressions(see))
}

/// Every expression, after its parts.
pub(super) fn expressions_mut<B>(
    tree: &mut impl VisitMut,
    change: impl FnMut(&mut Expr) -> ControlFlow<B>,
) -> ControlFlow<B> {
    visit_mut(tree, &mut Expressions(change))
}

struct Expressions<F>(F);

impl<B, F: FnMut(&Expr) -> ControlFlow<B>> Visitor for Expressions<F> {
    type Break = B;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<B> {
        self.0(expr)
    }
}

impl<B, F: FnMut(&mut Expr) -> ControlFlow<B>> VisitorMut for Expressions<F> {
    type Break = B;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<B> {
        self.0(expr)
    }
}

/// Where a walk that reads has come to; its parts come after it.
enum Place<'a> {
    Query(&'a Query),
    Select(&'a Select),
    TableFactor(&'a TableFactor),
    Relation(&'a ObjectName),
    Expr(&'a Expr),
}

/// The one visitor that walks and reads.
struct Reading<'a>(&'a mut dyn FnMut(Place) -> ControlFlow<()>);

impl Visitor for Reading<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        (self.0)(Place::Query(query))
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        (self.0)(Place::Select(select))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        (self.0)(Place::TableFactor(factor))
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        (self.0)(Place::Relation(relation))
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        (self.0)(Place::Expr(expr))
    }
}

/// Where a walk that changes has come to; at an end, the parts have been walked.
enum PlaceMut<'a> {
    Query(&'a mut Query),
    QueryEnd(&'a mut Query),
    Select(&'a mut Select),
    SelectEnd(&'a mut Select),
    TableFactor(&'a mut TableFactor),
    Relation(&'a mut ObjectName),
    Expr(&'a mut Expr),
    ExprEnd(&'a mut Expr),
}

/// The one visitor that walks and changes.
struct Changing<'a>(&'a mut dyn FnMut(PlaceMut) -> ControlFlow<()>);

impl VisitorMut for Changing<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        (self.0)(PlaceMut::Query(query))
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        (self.0)(PlaceMut::QueryEnd(query))
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        (self.0)(PlaceMut::Select(select))
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        (self.0)(PlaceMut::SelectEnd(select))
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        (self.0)(PlaceMut::TableFactor(factor))
    }

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<()> {
        (self.0)(PlaceMut::Relation(relation))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        (self.0)(PlaceMut::Expr(expr))
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        (self.0)(PlaceMut::ExprEnd(expr))
    }
}
