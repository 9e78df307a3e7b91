//! Operators and aggregates by the types of their operands: where MySQL converts silently, a conversion is put in.
//! Strings become numbers or dates, truth becomes 1 or 0, a division is never whole and never by zero.

mod kind;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{DFSchema, Result, ScalarValue, plan_err};
use datafusion::logical_expr::planner::{
    ExprPlanner, PlannerResult, RawAggregateExpr, RawBinaryExpr, RawWindowExpr,
};
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable, Operator, ScalarUDF, WindowFunctionDefinition, cast,
};
use datafusion::sql::sqlparser::ast::BinaryOperator as Op;

use crate::engine::interrupt;
use crate::engine::settings::StringCompare;
use crate::engine::types::{DECIMAL_PRECISION, DECIMAL_SCALE};
use kind::Kind;

/// The functions that convert.
#[derive(Debug)]
pub(crate) struct Conversions {
    pub(crate) number: Arc<ScalarUDF>,
    pub(crate) signed: Arc<ScalarUDF>,
    pub(crate) datetime: Arc<ScalarUDF>,
    pub(crate) lower: Arc<ScalarUDF>,
    pub(crate) nullif: Arc<ScalarUDF>,
    pub(crate) add: Arc<ScalarUDF>,
    pub(crate) subtract: Arc<ScalarUDF>,
    pub(crate) multiply: Arc<ScalarUDF>,
    pub(crate) string_compare: StringCompare,
}

/// An operand and what sort of value it has.
struct Operand {
    expr: Expr,
    kind: Kind,
}

impl ExprPlanner for Conversions {
    fn plan_binary_op(
        &self,
        raw: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        interrupt::check()?;
        let RawBinaryExpr { op, left, right } = raw;
        let operand = |expr: Expr| -> Result<Operand> {
            let kind = Kind::of(&expr.get_type(schema)?);
            Ok(Operand { expr, kind })
        };
        let (left, right) = (operand(left)?, operand(right)?);
        let planned = match op {
            Op::And => binary(self.truth(left), Operator::And, self.truth(right)),
            Op::Or => binary(self.truth(left), Operator::Or, self.truth(right)),
            Op::Xor => binary(self.truth(left), Operator::NotEq, self.truth(right)),
            Op::Eq => self.compare(left, Operator::Eq, right),
            Op::NotEq => self.compare(left, Operator::NotEq, right),
            Op::Lt => self.compare(left, Operator::Lt, right),
            Op::LtEq => self.compare(left, Operator::LtEq, right),
            Op::Gt => self.compare(left, Operator::Gt, right),
            Op::GtEq => self.compare(left, Operator::GtEq, right),
            Op::Spaceship => self.compare(left, Operator::IsNotDistinctFrom, right),
            Op::Plus => self.calculate(left, Operator::Plus, right)?,
            Op::Minus => self.calculate(left, Operator::Minus, right)?,
            Op::Multiply => self.calculate(left, Operator::Multiply, right)?,
            Op::Divide => self.divide(left, right)?,
            Op::Modulo => self.remainder(left, right)?,
            Op::MyIntegerDivide => self.divide_whole(left, right)?,
            Op::BitwiseAnd => self.bits(left, Operator::BitwiseAnd, right)?,
            Op::BitwiseOr => self.bits(left, Operator::BitwiseOr, right)?,
            Op::BitwiseXor => self.bits(left, Operator::BitwiseXor, right)?,
            Op::PGBitwiseShiftLeft => self.bits(left, Operator::BitwiseShiftLeft, right)?,
            Op::PGBitwiseShiftRight => self.bits(left, Operator::BitwiseShiftRight, right)?,
            op => {
                return Ok(PlannerResult::Original(RawBinaryExpr {
                    op,
                    left: left.expr,
                    right: right.expr,
                }));
            }
        };
        Ok(PlannerResult::Planned(planned))
    }
}

impl Conversions {
    /// A number is true unless it is 0.
    fn truth(&self, it: Operand) -> Expr {
        match it.kind {
            Kind::Truth => it.expr,
            Kind::Null => cast(it.expr, DataType::Boolean),
            Kind::Text => binary(self.number.call(vec![it.expr]), Operator::NotEq, zero()),
            Kind::Date | Kind::Time => Expr::IsNotNull(Box::new(it.expr)),
            _ => binary(it.expr, Operator::NotEq, zero()),
        }
    }

    fn compare(&self, left: Operand, op: Operator, right: Operand) -> Expr {
        use Kind::{Date, Decimal, Double, Long, Text, Time, Truth};
        let (left, right) = match (left.kind, right.kind) {
            (Text, Text) if self.string_compare == StringCompare::Insensitive => {
                (self.lower.call(vec![left.expr]), self.lower.call(vec![right.expr]))
            }
            (Text, Long | Double | Decimal | Truth) | (Long | Double | Decimal | Truth, Text) => {
                (self.number_of(left), self.number_of(right))
            }
            (Truth, Long | Double | Decimal) | (Long | Double | Decimal, Truth) => {
                (self.number_of(left), self.number_of(right))
            }
            (Date, Text) => match day(&right.expr) {
                Some(day) => (left.expr, day),
                None => (self.instant(left), self.instant(right)),
            },
            (Text, Date) => match day(&left.expr) {
                Some(day) => (day, right.expr),
                None => (self.instant(left), self.instant(right)),
            },
            (Time, Text | Date) | (Text | Date, Time) => (self.instant(left), self.instant(right)),
            _ => (left.expr, right.expr),
        };
        binary(left, op, right)
    }

    fn calculate(&self, left: Operand, op: Operator, right: Operand) -> Result<Expr> {
        numbers(&left, &right, &op.to_string())?;
        let decimals = left.kind == Kind::Decimal && right.kind == Kind::Decimal;
        let is_double = left.kind.is_double() || right.kind.is_double();
        let are_whole =
            matches!((left.kind, right.kind), (Kind::Long | Kind::Truth, Kind::Long | Kind::Truth));
        if are_whole {
            let checked = match op {
                Operator::Plus => &self.add,
                Operator::Minus => &self.subtract,
                _ => &self.multiply,
            };
            return Ok(checked.call(vec![left.expr, right.expr]));
        }
        let result = binary(self.number_of(left), op, self.number_of(right));
        // Without this the digits behind the point would add up until none are left in front of it.
        Ok(match op {
            Operator::Multiply if decimals => {
                cast(result, DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE))
            }
            Operator::Multiply if is_double => unsigned_zero(result),
            _ => result,
        })
    }

    fn divide(&self, left: Operand, right: Operand) -> Result<Expr> {
        numbers(&left, &right, "/")?;
        let left = cast(self.number_of(left), DataType::Float64);
        let right = self.unless_zero(cast(self.number_of(right), DataType::Float64));
        Ok(unsigned_zero(binary(left, Operator::Divide, right)))
    }

    fn divide_whole(&self, left: Operand, right: Operand) -> Result<Expr> {
        numbers(&left, &right, "DIV")?;
        let whole =
            matches!((left.kind, right.kind), (Kind::Long | Kind::Truth, Kind::Long | Kind::Truth));
        let (left, right) = (self.number_of(left), self.number_of(right));
        if whole {
            return Ok(binary(left, Operator::Divide, self.unless_zero(right)));
        }
        let right = self.unless_zero(cast(right, DataType::Float64));
        Ok(cast(binary(cast(left, DataType::Float64), Operator::Divide, right), DataType::Int64))
    }

    fn remainder(&self, left: Operand, right: Operand) -> Result<Expr> {
        numbers(&left, &right, "MOD")?;
        let is_double = left.kind.is_double() || right.kind.is_double();
        let (left, right) = (self.number_of(left), self.number_of(right));
        let rest = binary(left, Operator::Modulo, self.unless_zero(right));
        Ok(if is_double { unsigned_zero(rest) } else { rest })
    }

    /// The bits of whole numbers; others are rounded.
    fn bits(&self, left: Operand, op: Operator, right: Operand) -> Result<Expr> {
        numbers(&left, &right, &op.to_string())?;
        let whole = |it: Operand| match it.kind {
            Kind::Long => it.expr,
            Kind::Truth | Kind::Null => cast(it.expr, DataType::Int64),
            _ => self.signed.call(vec![it.expr]),
        };
        Ok(binary(whole(left), op, whole(right)))
    }

    fn number_of(&self, it: Operand) -> Expr {
        match it.kind {
            Kind::Text => self.number.call(vec![it.expr]),
            Kind::Truth => cast(it.expr, DataType::Int64),
            Kind::Null => cast(it.expr, DataType::Float64),
            _ => it.expr,
        }
    }

    fn instant(&self, it: Operand) -> Expr {
        match it.kind {
            Kind::Text => self.datetime.call(vec![it.expr]),
            Kind::Date => cast(it.expr, DataType::Timestamp(TimeUnit::Millisecond, None)),
            _ => it.expr,
        }
    }

    fn unless_zero(&self, divisor: Expr) -> Expr {
        self.nullif.call(vec![divisor, zero()])
    }
}

/// Sums and means of truths are those of 1 and 0.
#[derive(Debug)]
pub(crate) struct TruthsAsNumbers;

impl ExprPlanner for TruthsAsNumbers {
    /// The interface shows no types here; what is evidently true or false can be told without them.
    fn plan_aggregate(&self, mut raw: RawAggregateExpr) -> Result<PlannerResult<RawAggregateExpr>> {
        if let [argument] = raw.args.as_mut_slice()
            && is_truth(argument)
            && !["bool_and", "bool_or"].contains(&raw.func.name())
        {
            *argument = cast(std::mem::take(argument), DataType::Int64);
        }
        Ok(PlannerResult::Original(raw))
    }

    fn plan_window(&self, mut raw: RawWindowExpr) -> Result<PlannerResult<RawWindowExpr>> {
        if let (WindowFunctionDefinition::AggregateUDF(function), [argument]) =
            (&raw.func_def, raw.args.as_mut_slice())
            && is_truth(argument)
            && !["bool_and", "bool_or"].contains(&function.name())
        {
            *argument = cast(std::mem::take(argument), DataType::Int64);
        }
        Ok(PlannerResult::Original(raw))
    }
}

fn is_truth(expr: &Expr) -> bool {
    match expr {
        Expr::BinaryExpr(it) => {
            use Operator::{
                And, Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq, Or,
            };
            matches!(
                it.op,
                And | Eq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom | Lt | LtEq | NotEq | Or
            )
        }
        Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::Like(_)
        | Expr::InList(_)
        | Expr::Between(_) => true,
        Expr::IsTrue(_) | Expr::IsFalse(_) | Expr::IsNotTrue(_) | Expr::IsNotFalse(_) => true,
        Expr::Literal(ScalarValue::Boolean(_), _) => true,
        Expr::ScalarFunction(it) => {
            ["regexp_like", "isnull", "mysql_bool", "mysql_like", "mysql_ilike"]
                .contains(&it.name())
        }
        _ => false,
    }
}

fn binary(left: Expr, op: Operator, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}

fn numbers(left: &Operand, right: &Operand, op: &str) -> Result<()> {
    if left.kind.is_calendar() || right.kind.is_calendar() {
        return plan_err!("{op} does not calculate with dates: use DATE_ADD, DATE_SUB or DATEDIFF");
    }
    Ok(())
}

/// `-0.0` is `0.0` to MySQL, and to the engine only in some of its operators: no calculation answers it.
fn unsigned_zero(expr: Expr) -> Expr {
    binary(expr, Operator::Plus, Expr::Literal(ScalarValue::Float64(Some(0.0)), None))
}

fn zero() -> Expr {
    Expr::Literal(ScalarValue::Int64(Some(0)), None)
}

/// A text that is written out and is a day, as that day.
fn day(expr: &Expr) -> Option<Expr> {
    let Expr::Literal(ScalarValue::Utf8(Some(text)), _) = expr else { return None };
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let days = i32::try_from((day - epoch).num_days()).ok()?;
    Some(Expr::Literal(ScalarValue::Date32(Some(days)), None))
}
