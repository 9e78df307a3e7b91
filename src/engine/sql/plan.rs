//! A prepared statement → a physical plan whose columns are ready to be written.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column as Reference, DFSchema, Result, plan_err};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};
use datafusion::sql::planner::{NullOrdering, ParserOptions, SqlToRel};
use datafusion::sql::sqlparser::ast::Statement;
use tracing::trace_span;

use super::super::EngineLimits;
use super::super::dialect::{Output, Prepared};
use super::super::error::SqlError;
use super::super::names::Names;
use super::super::overflow::Overflow;
use super::super::provider::Scope;
use super::super::table::Table;
use super::super::types::{Column, ColumnType};
use super::row_order::{self, RowOrderPlanner};
use super::types::{self, Kind};

/// What runs, and the columns of its answer.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) physical: Arc<dyn ExecutionPlan>,
    pub(super) columns: Vec<Column>,
    pub(super) overflow: Overflow,
}

pub(super) async fn plan(
    state: &SessionState,
    table: &Table,
    names: &Names,
    prepared: Prepared,
    limits: &EngineLimits,
) -> Result<Planned, SqlError> {
    let Prepared { statement, outputs, written, .. } = prepared;
    let failed = |it| SqlError::of_planning(it, table, &written, limits);
    let (logical, overflow) = logical(state, table, names, statement).map_err(failed)?;
    let original = |inside: &str| {
        let column = names
            .internal()
            .iter()
            .position(|it| it == inside)
            .map(|at| table.columns()[at].name.clone());
        written.items.get(inside).cloned().or(column).unwrap_or_else(|| inside.to_owned())
    };
    let called = called(logical.schema(), &outputs, original);
    let kinds = logical.schema().fields().iter().map(|it| ColumnType::of_arrow(it.data_type()));
    let columns = called.into_iter().zip(kinds).map(|(name, kind)| Column { name, kind }).collect();
    let optimized = trace_span!("optimize").in_scope(|| state.optimize(&logical));
    let optimized = optimized.map_err(failed)?;
    let physical = physical(state, optimized).await.map_err(failed)?;
    Ok(Planned { physical, columns, overflow })
}

/// How an optimized plan runs, with its rows in order.
#[tracing::instrument(level = "trace", skip_all)]
pub(in crate::engine) async fn physical(
    state: &SessionState,
    optimized: LogicalPlan,
) -> Result<Arc<dyn ExecutionPlan>> {
    let ordered = row_order::ordered(optimized)?;
    let planner = DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(RowOrderPlanner)]);
    planner.create_physical_plan(&ordered, state).await
}

/// What a statement asks for, not yet how; and whether a LONG will have overflowed.
#[tracing::instrument(level = "trace", skip_all)]
pub(in crate::engine) fn logical(
    state: &SessionState,
    table: &Table,
    names: &Names,
    statement: Statement,
) -> Result<(LogicalPlan, Overflow)> {
    let scope = Scope::new(state, table.clone(), names);
    let options = ParserOptions::new()
        .with_enable_ident_normalization(false)
        .with_default_null_ordering(NullOrdering::NullsMin);
    let planner = SqlToRel::new_with_options(&scope, options);
    let plan = planner.sql_statement_to_plan(statement)?;
    let overflow = Overflow::default();
    let plan = types::settle(state, &overflow, plan)?;
    Ok((writable(state, plan)?, overflow))
}

/// What the answer's format has no word for becomes something it has: truth is 1 or 0, and a time and NULL alone are strings.
fn writable(state: &SessionState, plan: LogicalPlan) -> Result<LogicalPlan> {
    let target = |kind: &DataType| match kind {
        DataType::Boolean => Some(DataType::Int64),
        DataType::Null | DataType::Duration(_) => Some(DataType::Utf8),
        _ => None,
    };
    if plan.schema().fields().iter().any(|it| it.data_type().is_binary()) {
        return plan_err!(
            "a sketch is no value of an answer: HLL_SKETCH_EXTRACT answers its estimate"
        );
    }
    if plan.schema().fields().iter().all(|it| target(it.data_type()).is_none()) {
        return Ok(plan);
    }
    let columns: Vec<Expr> = plan
        .schema()
        .iter()
        .map(|(qualifier, field)| {
            let column = Expr::Column(Reference::from((qualifier, field)));
            match target(field.data_type()) {
                Some(kind) => {
                    let written = match state.scalar_functions().get("mysql_text") {
                        Some(text) if field.data_type() == &Kind::Time.arrow() => {
                            text.call(vec![column])
                        }
                        _ => cast(column, kind),
                    };
                    written.alias_qualified(qualifier.cloned(), field.name())
                }
                None => column,
            }
        })
        .collect();
    LogicalPlanBuilder::from(plan).project(columns)?.build()
}

/// One name for each column of the answer: a star stands for as many as the others leave.
fn called(schema: &DFSchema, outputs: &[Output], original: impl Fn(&str) -> String) -> Vec<String> {
    let fields: Vec<&String> = schema.fields().iter().map(|it| it.name()).collect();
    let stars = outputs.iter().filter(|it| **it == Output::Star).count();
    let named = outputs.len() - stars;
    if stars > 1 || (stars == 0 && named != fields.len()) || named > fields.len() {
        return fields.into_iter().map(|it| original(it)).collect();
    }
    let starred = fields.len() - named;
    let mut fields = fields.into_iter();
    let mut called = Vec::new();
    for output in outputs {
        match output {
            Output::Named(name) => {
                fields.next();
                called.push(name.clone());
            }
            Output::Star => called.extend(fields.by_ref().take(starred).map(|it| original(it))),
        }
    }
    called
}
