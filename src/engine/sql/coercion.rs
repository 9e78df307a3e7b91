//! Operators and aggregates as the planner meets them: their types are decided later, by [`super::types`].

use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::planner::{
    ExprPlanner, PlannerResult, RawAggregateExpr, RawBinaryExpr, RawWindowExpr,
};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, WindowFunctionDefinition};
use datafusion::sql::sqlparser::ast::BinaryOperator as Sign;

use super::types::rules::{OF_BITS, OF_NUMBERS};
use super::types::{Op, defer, deferred};
use crate::engine::interrupt;

#[derive(Debug)]
pub(crate) struct DeferTypes;

impl ExprPlanner for DeferTypes {
    fn plan_binary_op(
        &self,
        raw: RawBinaryExpr,
        _schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        interrupt::check()?;
        interrupt::check()?;
        let RawBinaryExpr { op, left, right } = raw;
        let op = match op {
            Sign::And => return Ok(joined(left, Operator::And, right)),
            Sign::Or => return Ok(joined(left, Operator::Or, right)),
            Sign::Xor => return Ok(joined(left, Operator::NotEq, right)),
            Sign::Eq => Op::Equal,
            Sign::NotEq => Op::NotEqual,
            Sign::Lt => Op::Less,
            Sign::LtEq => Op::LessEqual,
            Sign::Gt => Op::Greater,
            Sign::GtEq => Op::GreaterEqual,
            Sign::Spaceship => Op::NullSafeEqual,
            Sign::Plus => Op::Plus,
            Sign::Minus => Op::Minus,
            Sign::Multiply => Op::Times,
            Sign::Divide => Op::Divide,
            Sign::Modulo => Op::Remainder,
            Sign::MyIntegerDivide => Op::DivideWhole,
            Sign::BitwiseAnd => Op::BitAnd,
            Sign::BitwiseOr => Op::BitOr,
            Sign::BitwiseXor => Op::BitXor,
            Sign::PGBitwiseShiftLeft => Op::ShiftLeft,
            Sign::PGBitwiseShiftRight => Op::ShiftRight,
            op => return Ok(PlannerResult::Original(RawBinaryExpr { op, left, right })),
        };
        Ok(PlannerResult::Planned(defer(op, vec![left, right])))
    }

    fn plan_aggregate(&self, mut raw: RawAggregateExpr) -> Result<PlannerResult<RawAggregateExpr>> {
        raw.args = arguments(raw.func.name(), raw.args);
        for key in &mut raw.order_by {
            if raw.func.name() == "percentile_cont" {
                key.expr = defer(Op::Number, vec![std::mem::take(&mut key.expr)]);
            }
        }
        Ok(PlannerResult::Original(raw))
    }

    fn plan_window(&self, mut raw: RawWindowExpr) -> Result<PlannerResult<RawWindowExpr>> {
        if let WindowFunctionDefinition::AggregateUDF(function) = &raw.func_def {
            raw.args = arguments(function.name(), raw.args);
        }
        Ok(PlannerResult::Original(raw))
    }
}

fn joined(left: Expr, op: Operator, right: Expr) -> PlannerResult<RawBinaryExpr> {
    let truth =
        |it: Expr| Box::new(if is_condition(&it) { it } else { defer(Op::Truth, vec![it]) });
    PlannerResult::Planned(Expr::BinaryExpr(BinaryExpr::new(truth(left), op, truth(right))))
}

fn arguments(aggregate: &str, arguments: Vec<Expr>) -> Vec<Expr> {
    let op = match aggregate {
        it if OF_NUMBERS.contains(&it) => Op::Number,
        it if OF_BITS.contains(&it) => Op::Whole,
        _ => return arguments,
    };
    arguments.into_iter().map(|it| defer(op, vec![it])).collect()
}

/// Whether it is evidently true or false.
fn is_condition(expr: &Expr) -> bool {
    match expr {
        // What is made by `joined`.
        Expr::BinaryExpr(_) => true,
        Expr::ScalarFunction(it) => deferred(it).is_some_and(Op::is_condition),
        Expr::Not(_) | Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Like(_) => true,
        Expr::InList(_) | Expr::InSubquery(_) | Expr::Exists(_) | Expr::Between(_) => true,
        _ => false,
    }
}
