//! A plan from its leaves up: each node's expressions are settled by what the nodes below it answer.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DFSchemaRef, Result};
use datafusion::datasource::cte_worktable::CteWorkTable;
use datafusion::datasource::provider_as_source;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    Expr, Join, LogicalPlan, LogicalPlanBuilder, RecursiveQuery, Union,
};

use super::convert::{Converter, Operand};
use super::expressions::Settler;
use super::rules;
use crate::engine::overflow::Overflow;

/// The plan with every type decided.
pub(crate) fn settle(
    state: &SessionState,
    overflow: &Overflow,
    plan: LogicalPlan,
) -> Result<LogicalPlan> {
    settle_within(&Converter::new(state, overflow), plan, &DFSchema::empty())
}

/// The plan of a subquery, with the columns of the queries around it.
fn settle_within(convert: &Converter, plan: LogicalPlan, around: &DFSchema) -> Result<LogicalPlan> {
    let settled = plan
        .transform_down_up(|it| work_table(convert, it, around), |it| node(convert, it, around));
    settled.map(|it| it.data)
}

fn node(
    convert: &Converter,
    plan: LogicalPlan,
    around: &DFSchema,
) -> Result<Transformed<LogicalPlan>> {
    let mut schema = merge_schema(&plan.inputs());
    schema.merge(around);
    let names = NamePreserver::new(&plan);
    let mut settler = Settler { convert, schema: &schema, around, settle: settle_within };
    plan.map_expressions(|expr| {
        let name = names.save(&expr);
        Ok(expr.rewrite(&mut settler)?.update_data(|it| name.restore(it)))
    })?
    .map_data(|plan| match plan {
        LogicalPlan::Union(it) => union(convert, it),
        LogicalPlan::Join(it) => join(convert, it),
        LogicalPlan::RecursiveQuery(it) => recursive(convert, it),
        other => Ok(other),
    })?
    .map_data(LogicalPlan::recompute_schema)
}

/// Every column has the type that all parts have in common.
fn union(convert: &Converter, union: Union) -> Result<LogicalPlan> {
    let types: Vec<DataType> = (0..union.schema.fields().len())
        .map(|at| {
            let of_parts: Vec<_> =
                union.inputs.iter().map(|it| it.schema().field(at).data_type()).collect();
            rules::aggregated_type(&of_parts)
        })
        .collect();
    let fields = union.schema.iter().zip(&types).map(|((table, field), kind)| {
        let field = field.as_ref().clone().with_data_type(kind.clone()).with_nullable(true);
        (table.cloned(), Arc::new(field))
    });
    let metadata = union.schema.metadata().clone();
    let schema = DFSchemaRef::new(DFSchema::new_with_metadata(fields.collect(), metadata)?);
    let inputs = union.inputs.into_iter().map(|it| typed(convert, it, &types));
    Ok(LogicalPlan::Union(Union { inputs: inputs.collect::<Result<_>>()?, schema }))
}

/// The recursive part answers in the types of the first one, which MySQL takes for all.
fn recursive(convert: &Converter, query: RecursiveQuery) -> Result<LogicalPlan> {
    let RecursiveQuery { name, static_term, recursive_term, is_distinct, .. } = query;
    let fields = static_term.schema().fields();
    let types: Vec<DataType> = fields.iter().map(|it| it.data_type().clone()).collect();
    let recursive_term = typed(convert, recursive_term, &types)?;
    RecursiveQuery::try_new(name, static_term, recursive_term, is_distinct)
        .map(LogicalPlan::RecursiveQuery)
}

/// The sides of each `a = b` in one type.
fn join(convert: &Converter, mut join: Join) -> Result<LogicalPlan> {
    let (left, right) = (join.left.schema(), join.right.schema());
    let on = join
        .on
        .into_iter()
        .map(|(a, b)| convert.alike(Operand::of(a, left)?, Operand::of(b, right)?));
    join.on = on.collect::<Result<_>>()?;
    Ok(LogicalPlan::Join(join))
}

/// The plan with its columns in these types.
fn typed(
    convert: &Converter,
    plan: Arc<LogicalPlan>,
    types: &[DataType],
) -> Result<Arc<LogicalPlan>> {
    let schema = Arc::clone(plan.schema());
    if schema.fields().iter().map(|it| it.data_type()).eq(types) {
        return Ok(plan);
    }
    let columns =
        schema.columns().into_iter().zip(types).map(|(column, target)| {
            convert.to(Operand::of(Expr::Column(column), &schema)?, target)
        });
    projected(Arc::unwrap_or_clone(plan), columns.collect::<Result<_>>()?).map(Arc::new)
}

/// These expressions over the plan, under the names of its columns.
fn projected(plan: LogicalPlan, columns: Vec<Expr>) -> Result<LogicalPlan> {
    let schema = Arc::clone(plan.schema());
    let named = columns.into_iter().zip(schema.iter()).map(|(expr, (table, field))| match expr {
        Expr::Column(it) => Expr::Column(it),
        other => other.alias_qualified(table.cloned(), field.name()),
    });
    LogicalPlanBuilder::from(plan).project(named.collect::<Vec<_>>())?.build()
}

/// The types of a recursive query's first part are those of the table that the other part reads: they are settled first.
fn work_table(
    convert: &Converter,
    plan: LogicalPlan,
    around: &DFSchema,
) -> Result<Transformed<LogicalPlan>> {
    let LogicalPlan::RecursiveQuery(mut query) = plan else { return Ok(Transformed::no(plan)) };
    let read = Arc::clone(query.static_term.schema());
    let settled = settle_within(convert, Arc::unwrap_or_clone(query.static_term), around)?;
    query.static_term = Arc::new(settled);
    let types = |it: &DFSchema| -> Vec<DataType> {
        it.fields().iter().map(|it| it.data_type().clone()).collect()
    };
    let schema = query.static_term.schema();
    if types(schema) != types(&read) {
        let table = CteWorkTable::new(&query.name, Arc::clone(schema.inner()));
        let source = provider_as_source(Arc::new(table));
        let term = Arc::unwrap_or_clone(query.recursive_term);
        let term = term.transform_up(|it| match it {
            LogicalPlan::TableScan(scan) if scan.table_name.table() == query.name => {
                let scan = LogicalPlanBuilder::scan(query.name.clone(), Arc::clone(&source), None);
                Ok(Transformed::yes(scan?.build()?))
            }
            other => Ok(Transformed::no(other)),
        })?;
        query.recursive_term = Arc::new(term.data);
    }
    Ok(Transformed::yes(LogicalPlan::RecursiveQuery(query)))
}
