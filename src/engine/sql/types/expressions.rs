//! An expression from its leaves up: each node gets the types that MySQL's rules give it.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::tree_node::{Transformed, TreeNodeRewriter};
use datafusion::common::{Column, DFSchema, ExprSchema, Result};
use datafusion::logical_expr::expr::{
    AggregateFunction, Between, Case, Exists, InList, InSubquery, Like, SetComparison,
    WindowFunction,
};
use datafusion::logical_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, Subquery, WindowFunctionDefinition, cast,
};

use super::convert::{Converter, Operand, long};
use super::deferred::deferred;
use super::kind::Kind;
use super::rules;

/// Settles the expressions of one plan node.
pub(super) struct Settler<'a> {
    pub(super) convert: &'a Converter<'a>,
    /// What the node reads, and what the queries around it read.
    pub(super) schema: &'a DFSchema,
    /// What the queries around it read.
    pub(super) around: &'a DFSchema,
    /// Settles the plan of a subquery, with the columns around it.
    pub(super) settle: fn(&Converter, LogicalPlan, &DFSchema) -> Result<LogicalPlan>,
}

impl TreeNodeRewriter for Settler<'_> {
    type Node = Expr;

    fn f_up(&mut self, expr: Expr) -> Result<Transformed<Expr>> {
        let settled = match expr {
            Expr::ScalarFunction(function) => match deferred(&function) {
                Some(op) => self.convert.operator(op, self.operands(function.args)?)?,
                None => return Ok(Transformed::no(Expr::ScalarFunction(function))),
            },
            Expr::Case(case) => self.case(case)?,
            Expr::Between(it) => self.between(it)?,
            Expr::InList(it) => self.in_list(it)?,
            Expr::Like(it) => self.like(it)?,
            Expr::Not(it) => Expr::Not(self.truth(*it)?),
            Expr::IsTrue(it) => Expr::IsTrue(self.truth(*it)?),
            Expr::IsNotTrue(it) => Expr::IsNotTrue(self.truth(*it)?),
            Expr::IsFalse(it) => Expr::IsFalse(self.truth(*it)?),
            Expr::IsNotFalse(it) => Expr::IsNotFalse(self.truth(*it)?),
            Expr::IsUnknown(it) => Expr::IsNull(it),
            Expr::IsNotUnknown(it) => Expr::IsNotNull(it),
            Expr::Cast(it) => {
                let operand = self.operand(*it.expr)?;
                self.convert.to(operand, it.field.data_type())?
            }
            Expr::AggregateFunction(it) => Expr::AggregateFunction(self.aggregate(it)?),
            Expr::WindowFunction(it) => Expr::WindowFunction(Box::new(self.window(*it)?)),
            Expr::OuterReferenceColumn(field, column) => self.outer(field, column),
            Expr::ScalarSubquery(it) => Expr::ScalarSubquery(self.subquery(it)?),
            Expr::Exists(Exists { subquery, negated }) => {
                Expr::Exists(Exists { subquery: self.subquery(subquery)?, negated })
            }
            Expr::InSubquery(it) => self.in_subquery(it)?,
            Expr::SetComparison(it) => self.set_comparison(it)?,
            other => return Ok(Transformed::no(other)),
        };
        Ok(Transformed::yes(settled))
    }
}

impl Settler<'_> {
    fn operand(&self, expr: Expr) -> Result<Operand> {
        Operand::of(expr, self.schema)
    }

    fn operands(&self, expressions: Vec<Expr>) -> Result<Vec<Operand>> {
        expressions.into_iter().map(|it| self.operand(it)).collect()
    }

    fn truth(&self, expr: Expr) -> Result<Box<Expr>> {
        Ok(Box::new(self.convert.truth(self.operand(expr)?)?))
    }

    fn case(&self, case: Case) -> Result<Expr> {
        let (conditions, results): (Vec<Expr>, Vec<Expr>) =
            case.when_then_expr.into_iter().map(|(when, then)| (*when, *then)).unzip();
        let count = results.len();
        let results = results.into_iter().chain(case.else_expr.map(|it| *it));
        let results = self.operands(results.collect())?;
        let types: Vec<&DataType> = results.iter().map(|it| &it.arrow).collect();
        let kind = rules::aggregated_type(&types);
        let results = results.into_iter().map(|it| self.convert.to(it, &kind));
        let mut results = results.collect::<Result<Vec<_>>>()?;
        let otherwise = (results.len() > count).then(|| results.pop()).flatten();
        let (value, conditions) = if let Some(value) = case.expr {
            let (value, conditions) = self.choice(*value, conditions)?;
            (Some(Box::new(value)), conditions)
        } else {
            let truth = |it| self.truth(it).map(|it| *it);
            (None, conditions.into_iter().map(truth).collect::<Result<_>>()?)
        };
        let boxed = conditions.into_iter().zip(results);
        let branches = boxed.map(|(when, then)| (Box::new(when), Box::new(then))).collect();
        Ok(Expr::Case(Case::new(value, branches, otherwise.map(Box::new))))
    }

    /// `CASE x WHEN v …`: each is compared with x as `=` compares.
    fn choice(&self, value: Expr, whens: Vec<Expr>) -> Result<(Expr, Vec<Expr>)> {
        let count = whens.len();
        let operands = self.operands(std::iter::once(value).chain(whens).collect())?;
        if let Some(mut alike) = self.convert.all_alike(&operands)? {
            let whens = alike.split_off(1);
            if let Some(value) = alike.pop() {
                return Ok((value, whens));
            }
        }
        let index = self.convert.call("mysql_choice", self.mixed(operands)?)?;
        Ok((index, (1..).take(count).map(long).collect()))
    }

    fn between(&self, it: Between) -> Result<Expr> {
        let [value, low, high] = [*it.expr, *it.low, *it.high].map(|it| self.operand(it));
        let all = self.convert.bounds(value?, low?, high?)?;
        let [value, low, high] = all.map(Box::new);
        Ok(Expr::Between(Between::new(value, it.negated, low, high)))
    }

    fn in_list(&self, it: InList) -> Result<Expr> {
        let InList { expr, list, negated } = it;
        let operands = self.operands(std::iter::once(*expr).chain(list).collect())?;
        if let Some(mut alike) = self.convert.all_alike(&operands)? {
            let list = alike.split_off(1);
            if let Some(value) = alike.pop() {
                return Ok(Expr::InList(InList::new(Box::new(value), list, negated)));
            }
        }
        let found = self.convert.call("mysql_in", self.mixed(operands)?)?;
        Ok(if negated { Expr::Not(Box::new(found)) } else { found })
    }

    /// Operands that a function compares by their types.
    fn mixed(&self, operands: Vec<Operand>) -> Result<Vec<Expr>> {
        let folded = |it: Operand| match it.kind() {
            Kind::Text => self.convert.to_compared(it, Kind::Text, &DataType::Utf8),
            _ => Ok(it.expr),
        };
        operands.into_iter().map(folded).collect()
    }

    fn like(&self, it: Like) -> Result<Expr> {
        let text = |expr: Expr| -> Result<Box<Expr>> {
            Ok(Box::new(self.convert.to(self.operand(expr)?, &DataType::Utf8)?))
        };
        let (expr, pattern) = (text(*it.expr)?, text(*it.pattern)?);
        Ok(Expr::Like(Like::new(it.negated, expr, pattern, it.escape_char, it.case_insensitive)))
    }

    /// Conditions count as 1 and 0.
    fn counted(&self, arguments: Vec<Expr>) -> Result<Vec<Expr>> {
        let counted = |it: Operand| match it.kind() {
            Kind::Truth => cast(it.expr, DataType::Int64),
            _ => it.expr,
        };
        Ok(self.operands(arguments)?.into_iter().map(counted).collect())
    }

    fn aggregate(&self, mut it: AggregateFunction) -> Result<AggregateFunction> {
        it.func = self.convert.noting(it.func);
        if !rules::takes_conditions(it.func.name()) {
            it.params.args = self.counted(it.params.args)?;
        }
        Ok(it)
    }

    fn window(&self, mut it: WindowFunction) -> Result<WindowFunction> {
        if let WindowFunctionDefinition::AggregateUDF(function) = it.fun {
            it.fun = WindowFunctionDefinition::AggregateUDF(self.convert.noting(function));
        }
        let keeps = match &it.fun {
            WindowFunctionDefinition::AggregateUDF(it) => rules::takes_conditions(it.name()),
            WindowFunctionDefinition::WindowUDF(_) => false,
        };
        if !keeps {
            it.params.args = self.counted(it.params.args)?;
        }
        Ok(it)
    }

    /// A column of the query around this one, by the type that it has there now.
    fn outer(&self, field: FieldRef, column: Column) -> Expr {
        let settled = self.around.field_from_column(&column).cloned();
        Expr::OuterReferenceColumn(settled.unwrap_or(field), column)
    }

    fn subquery(&self, it: Subquery) -> Result<Subquery> {
        let plan = (self.settle)(self.convert, Arc::unwrap_or_clone(it.subquery), self.schema)?;
        let outer = it.outer_ref_columns.into_iter().map(|it| match it {
            Expr::OuterReferenceColumn(field, column) => self.outer(field, column),
            other => other,
        });
        let outer_ref_columns = outer.collect();
        Ok(Subquery { subquery: Arc::new(plan), outer_ref_columns, spans: it.spans })
    }

    fn in_subquery(&self, it: InSubquery) -> Result<Expr> {
        let (value, subquery) = self.compared_with(*it.expr, it.subquery)?;
        Ok(Expr::InSubquery(InSubquery::new(Box::new(value), subquery, it.negated)))
    }

    fn set_comparison(&self, it: SetComparison) -> Result<Expr> {
        let (value, subquery) = self.compared_with(*it.expr, it.subquery)?;
        let value = Box::new(value);
        Ok(Expr::SetComparison(SetComparison::new(value, subquery, it.op, it.quantifier)))
    }

    /// A value and the column of a subquery, in the type that they are compared in.
    fn compared_with(&self, value: Expr, subquery: Subquery) -> Result<(Expr, Subquery)> {
        let subquery = self.subquery(subquery)?;
        let plan = &subquery.subquery;
        let column = Expr::Column(plan.schema().columns().swap_remove(0));
        let read = Operand::of(column.clone(), plan.schema())?;
        let (value, converted) = self.convert.alike(self.operand(value)?, read)?;
        if converted == column {
            return Ok((value, subquery));
        }
        let plan = LogicalPlanBuilder::from(Arc::unwrap_or_clone(subquery.subquery));
        let plan = plan.project([converted.alias("mysql_value")])?.build()?;
        Ok((value, Subquery { subquery: Arc::new(plan), ..subquery }))
    }
}
