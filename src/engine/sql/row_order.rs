//! The order of rows, as part of the plan. DataFusion leaves it open wherever SQL does; clients that page through an answer
//! rely on it, and so do people who compare two answers.
//!
//! Every plan has an intended order that depends on the data and the query alone: a table's rows come as they are stored;
//! ORDER BY sorts, and rows with equal keys stay in the order they had; a join follows its left table, then its right one; a window
//! leaves the order as it was; UNION ALL is its first part, then its second; groups and DISTINCT rows come in the order in which
//! they first appear, because that is what a hash aggregation over rows in order gives without a sort.
//!
//! Where an operator produces its rows in that order, nothing is added. Where it does not, its input rows are numbered
//! ([`NumberRows`]), the numbers travel beside the rows as hidden columns, and where order counts (the final answer, LIMIT, a
//! window, a sort as its last key), the rows are sorted by them. `optimizer/parallel.rs` may then spread the work over threads, as
//! long as the rows come out in the same order.

mod number_rows;
mod planner;
mod sort_rows;

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchemaRef, Result, internal_err};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::logical_plan::builder::build_join_schema;
use datafusion::logical_expr::utils::generate_sort_key;
use datafusion::logical_expr::{
    Aggregate, Expr, Extension, Filter, Join, JoinType, LogicalPlan, Projection, Sort, SortExpr,
    SubqueryAlias, Window,
};

use crate::engine::functions::ignores_order;
use number_rows::NumberRows;
use sort_rows::SortRows;

pub(super) use number_rows::{NumberRowsExec, is_row_number};
pub(super) use planner::RowOrderPlanner;
pub(super) use sort_rows::settle_sorts;

/// The same plan with its rows in the intended order. It must be optimized already: what comes after must not move rows.
pub(super) fn ordered(plan: LogicalPlan) -> Result<LogicalPlan> {
    Numbering::default().in_order(plan)
}

/// Makes the names of the hidden columns.
#[derive(Default)]
struct Numbering {
    count: usize,
}

/// A plan, and the hidden columns behind its own that its rows must be sorted by: none where they come in order.
struct Rows {
    plan: LogicalPlan,
    numbers: Vec<Column>,
}

impl Rows {
    fn in_order(plan: LogicalPlan) -> Self {
        Self { plan, numbers: Vec::new() }
    }
}

impl Numbering {
    fn in_order(&mut self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let schema = Arc::clone(plan.schema());
        let rows = self.rows(plan, true)?;
        if rows.numbers.is_empty() {
            return Ok(rows.plan);
        }
        let keys = by_number(&rows.numbers).collect();
        without_numbers(sorted(keys, rows.plan, None), &schema)
    }

    fn in_order_of(&mut self, plan: Arc<LogicalPlan>) -> Result<Arc<LogicalPlan>> {
        self.in_order(Arc::unwrap_or_clone(plan)).map(Arc::new)
    }

    /// Rows that carry their numbers.
    fn numbered(&mut self, plan: Arc<LogicalPlan>) -> Result<Rows> {
        let Rows { plan, numbers } = self.rows(Arc::unwrap_or_clone(plan), true)?;
        if !numbers.is_empty() {
            return Ok(Rows { plan, numbers });
        }
        self.count += 1;
        let node = NumberRows::new(plan, self.count)?;
        let numbers = vec![node.column()];
        Ok(Rows { plan: LogicalPlan::Extension(Extension { node: Arc::new(node) }), numbers })
    }

    /// `keeps_order` is false below an aggregation that answers the same for any order of its rows.
    fn rows(&mut self, plan: LogicalPlan, keeps_order: bool) -> Result<Rows> {
        let plan = plan.map_subqueries(|it| self.subquery(it))?.data;
        Ok(match plan {
            LogicalPlan::Projection(Projection { mut expr, input, .. }) => {
                let Rows { plan, numbers } = self.rows(Arc::unwrap_or_clone(input), keeps_order)?;
                expr.extend(numbers.iter().cloned().map(Expr::Column));
                let plan = LogicalPlan::Projection(Projection::try_new(expr, Arc::new(plan))?);
                Rows { plan, numbers }
            }
            LogicalPlan::Filter(filter) => {
                let input = self.rows(Arc::unwrap_or_clone(filter.input), keeps_order)?;
                let filter = Filter::try_new(filter.predicate, Arc::new(input.plan))?;
                Rows { plan: LogicalPlan::Filter(filter), numbers: input.numbers }
            }
            LogicalPlan::SubqueryAlias(SubqueryAlias { input, alias, .. }) => {
                let Rows { plan, numbers } = self.rows(Arc::unwrap_or_clone(input), keeps_order)?;
                let renamed = |it: Column| Column::new(Some(alias.clone()), it.name);
                let numbers = numbers.into_iter().map(renamed).collect();
                let alias = SubqueryAlias::try_new(Arc::new(plan), alias)?;
                Rows { plan: LogicalPlan::SubqueryAlias(alias), numbers }
            }
            LogicalPlan::Sort(sort) => self.sort(sort)?,
            LogicalPlan::Window(window) => self.window(window, keeps_order)?,
            LogicalPlan::Join(join) => self.join(join, keeps_order)?,
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate)?,
            other => Rows::in_order(self.over_rows_in_order(other)?),
        })
    }

    /// ORDER BY: rows with equal keys stay as they were.
    fn sort(&mut self, sort: Sort) -> Result<Rows> {
        let Sort { mut expr, input, fetch } = sort;
        let schema = Arc::clone(input.schema());
        let Rows { plan, numbers } = self.numbered(input)?;
        expr.extend(by_number(&numbers));
        Ok(Rows::in_order(without_numbers(sorted(expr, plan, fetch), &schema)?))
    }

    fn window(&mut self, window: Window, keeps_order: bool) -> Result<Rows> {
        let Window { input, window_expr, schema } = window;
        let keys = window_keys(&window_expr)?;
        if keys.is_empty() {
            let input = self.in_order_of(input)?;
            return Ok(Rows::in_order(LogicalPlan::Window(Window::try_new(window_expr, input)?)));
        }
        let Rows { plan, numbers } = self.numbered(input)?;
        // Rows that the window's own keys do not tell apart, as ROW_NUMBER must.
        let keys = keys.into_iter().chain(by_number(&numbers)).collect();
        let input = Arc::new(sorted(keys, plan, None));
        let plan = LogicalPlan::Window(Window::try_new(window_expr, input)?);
        if keeps_order {
            return Ok(Rows { plan, numbers });
        }
        Ok(Rows::in_order(without_numbers(plan, &schema)?))
    }

    fn join(&mut self, join: Join, keeps_order: bool) -> Result<Rows> {
        use JoinType::{LeftAnti, LeftMark, LeftSemi, Right, RightAnti, RightMark, RightSemi};

        let kind = join.join_type;
        let (left, right) = (Arc::clone(&join.left), Arc::clone(&join.right));
        let mut side = |plan: Arc<LogicalPlan>, is_kept: bool| {
            if keeps_order && is_kept {
                self.numbered(plan)
            } else {
                self.rows(Arc::unwrap_or_clone(plan), false)
            }
        };
        let left = side(left, !matches!(kind, RightSemi | RightAnti | RightMark))?;
        let right = side(right, !matches!(kind, LeftSemi | LeftAnti | LeftMark))?;
        let schema = build_join_schema(left.plan.schema(), right.plan.schema(), &kind)?;
        let numbers = match kind {
            // A RIGHT JOIN is a LEFT JOIN the other way round: MySQL's manual, "JOIN Clause".
            Right => [right.numbers, left.numbers].concat(),
            _ => [left.numbers, right.numbers].concat(),
        };
        let join = Join {
            left: Arc::new(left.plan),
            right: Arc::new(right.plan),
            schema: Arc::new(schema),
            ..join
        };
        Ok(Rows { plan: LogicalPlan::Join(join), numbers })
    }

    fn aggregate(&mut self, aggregate: Aggregate) -> Result<Rows> {
        let Aggregate { input, group_expr, aggr_expr, .. } = aggregate;
        let needs_order = !aggr_expr.iter().all(expr_ignores_order);
        let input = if needs_order {
            self.in_order_of(input)?
        } else {
            Arc::new(self.rows(Arc::unwrap_or_clone(input), false)?.plan)
        };
        let aggregate = Aggregate::try_new(input, group_expr, aggr_expr)?;
        Ok(Rows::in_order(LogicalPlan::Aggregate(aggregate)))
    }

    /// LIMIT, UNION ALL and what has no input: they keep the order that their input has.
    fn over_rows_in_order(&mut self, plan: LogicalPlan) -> Result<LogicalPlan> {
        plan.map_children(|it| self.in_order(it).map(Transformed::yes)).map(|it| it.data)
    }

    fn subquery(&mut self, plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Subquery(mut subquery) = plan else { return Ok(Transformed::no(plan)) };
        subquery.subquery = self.in_order_of(subquery.subquery)?;
        Ok(Transformed::yes(LogicalPlan::Subquery(subquery)))
    }
}

fn sorted(keys: Vec<SortExpr>, input: LogicalPlan, fetch: Option<usize>) -> LogicalPlan {
    LogicalPlan::Extension(Extension { node: Arc::new(SortRows { keys, input, fetch }) })
}

/// The rows of an outer join that have no partner have no number on its side, and come last.
fn by_number(numbers: &[Column]) -> impl Iterator<Item = SortExpr> {
    numbers.iter().map(|it| Expr::Column(it.clone()).sort(true, false))
}

fn without_numbers(plan: LogicalPlan, schema: &DFSchemaRef) -> Result<LogicalPlan> {
    let columns = schema.iter().map(|it| Expr::Column(Column::from(it))).collect();
    Projection::try_new(columns, Arc::new(plan)).map(LogicalPlan::Projection)
}

/// What a window needs its rows sorted by. All expressions of one window node agree in that.
fn window_keys(expressions: &[Expr]) -> Result<Vec<SortExpr>> {
    let Some(Expr::WindowFunction(function)) = expressions.first().map(without_alias) else {
        return internal_err!("a window without a function");
    };
    let WindowFunction { params, .. } = function.as_ref();
    let keys = generate_sort_key(&params.partition_by, &params.order_by)?;
    Ok(keys.into_iter().map(|(key, _)| key).collect())
}

fn expr_ignores_order(aggregate: &Expr) -> bool {
    match without_alias(aggregate) {
        Expr::AggregateFunction(it) => ignores_order(it.func.name()),
        _ => false,
    }
}

fn without_alias(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => without_alias(&alias.expr),
        other => other,
    }
}
