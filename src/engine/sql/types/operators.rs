//! Operators between operands whose types are known.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::{Expr, Operator, cast};

use super::convert::{Converter, Operand, binary, long, written_day};
use super::kind::Kind;
use super::op::Op;
use super::rules;

impl Converter<'_> {
    pub(super) fn operator(&self, op: Op, operands: Vec<Operand>) -> Result<Expr> {
        let operands = match <[Operand; 2]>::try_from(operands) {
            Ok([left, right]) => return self.between_two(left, op, right),
            Err(operands) => operands,
        };
        let Ok([it]) = <[Operand; 1]>::try_from(operands) else {
            return plan_err!("{} takes one or two values", op.sign());
        };
        match op {
            Op::Truth => self.truth(it),
            Op::Whole => self.to(it, &DataType::Int64),
            _ => self.number(it),
        }
    }

    fn between_two(&self, left: Operand, op: Op, right: Operand) -> Result<Expr> {
        match op {
            Op::Equal => self.compare(left, Operator::Eq, right),
            Op::NotEqual => self.compare(left, Operator::NotEq, right),
            Op::Less => self.compare(left, Operator::Lt, right),
            Op::LessEqual => self.compare(left, Operator::LtEq, right),
            Op::Greater => self.compare(left, Operator::Gt, right),
            Op::GreaterEqual => self.compare(left, Operator::GtEq, right),
            Op::NullSafeEqual => self.compare(left, Operator::IsNotDistinctFrom, right),
            _ => self.calculate(left, op, right),
        }
    }

    /// A value is true unless it counts as 0.
    pub(super) fn truth(&self, it: Operand) -> Result<Expr> {
        match it.kind() {
            Kind::Truth => Ok(it.expr),
            Kind::Null => Ok(cast(it.expr, DataType::Boolean)),
            _ => {
                let zero = Operand { expr: long(0), arrow: DataType::Int64 };
                self.compare(it, Operator::NotEq, zero)
            }
        }
    }

    /// A value as an operand of a calculation.
    pub(super) fn number(&self, it: Operand) -> Result<Expr> {
        if it.arrow.is_decimal() {
            return Ok(it.expr);
        }
        let target = rules::number(it.kind()).arrow();
        self.to(it, &target)
    }

    pub(super) fn compare(&self, left: Operand, op: Operator, right: Operand) -> Result<Expr> {
        let (left, right) = self.alike(left, right)?;
        Ok(binary(left, op, right))
    }

    /// Two values in the type that they are compared in.
    pub(super) fn alike(&self, left: Operand, right: Operand) -> Result<(Expr, Expr)> {
        let (left, right) = (self.dated(left, right.kind())?, right);
        let right = self.dated(right, left.kind())?;
        let (kind, target) = comparison(&[&left, &right])?;
        Ok((self.to_compared(left, kind, &target)?, self.to_compared(right, kind, &target)?))
    }

    /// Values in the one type that each of them is compared with the first in; none where there are several.
    pub(super) fn all_alike(&self, operands: &[Operand]) -> Result<Option<Vec<Expr>>> {
        let Some((first, others)) = operands.split_first() else { return Ok(None) };
        let mut kinds = others.iter().map(|it| comparison(&[first, it]).map(|it| it.0));
        let kind = kinds.next().transpose()?;
        for other in kinds {
            if Some(other?) != kind {
                return Ok(None);
            }
        }
        self.converted(operands.to_vec(), kind.unwrap_or_else(|| first.kind())).map(Some)
    }

    /// BETWEEN compares all three in one type.
    pub(super) fn bounds(&self, value: Operand, low: Operand, high: Operand) -> Result<[Expr; 3]> {
        let kind = value.kind();
        let (low, high) = (self.dated(low, kind)?, self.dated(high, kind)?);
        let (below, above) = (comparison(&[&value, &low])?.0, comparison(&[&value, &high])?.0);
        let Some(kind) = rules::compared(below, above) else { return not_compared(below, above) };
        let all = self.converted(vec![value, low, high], kind)?;
        <[Expr; 3]>::try_from(all).or_else(|_| plan_err!("BETWEEN takes three values"))
    }

    fn converted(&self, operands: Vec<Operand>, kind: Kind) -> Result<Vec<Expr>> {
        let target = target(kind, operands.iter().map(|it| &it.arrow));
        operands.into_iter().map(|it| self.to_compared(it, kind, &target)).collect()
    }

    /// A literal beside a date, as the date that it stands for: '2024-02-29' is a day, 20240229 one too.
    fn dated(&self, it: Operand, beside: Kind) -> Result<Operand> {
        let Expr::Literal(value, _) = &it.expr else { return Ok(it) };
        if !beside.has_day() {
            return Ok(it);
        }
        if let Some(expr) = written_day(&it.expr).filter(|_| beside == Kind::Date) {
            return Ok(Operand { expr, arrow: DataType::Date32 });
        }
        let digits = match value {
            ScalarValue::Int64(Some(value)) => value.to_string(),
            _ => return Ok(it),
        };
        let is_date = crate::engine::functions::is_date(&digits);
        if !is_date {
            return Ok(it);
        }
        let expr = self.call("mysql_datetime", vec![it.expr])?;
        Ok(Operand { expr, arrow: Kind::DateTime.arrow() })
    }

    fn calculate(&self, left: Operand, op: Op, right: Operand) -> Result<Expr> {
        let kinds = (left.kind(), right.kind());
        let Some(result) = rules::calculated(kinds.0, op, kinds.1) else {
            return plan_err!(
                "{} does not calculate with {} and {}: use DATE_ADD, DATE_SUB, DATEDIFF or TIMESTAMPDIFF",
                op.sign(),
                name(kinds.0),
                name(kinds.1)
            );
        };
        if rules::counts_days(kinds.0, op, kinds.1) {
            return self.days(left, op, right);
        }
        match op {
            Op::Divide => self.divide(left, right),
            Op::DivideWhole => {
                let operands = vec![self.number(left)?, self.number(right)?];
                self.call("mysql_divide_whole", operands)
            }
            Op::BitAnd => self.bits(left, "mysql_bit_and", right),
            Op::BitOr => self.bits(left, "mysql_bit_or", right),
            Op::BitXor => self.bits(left, "mysql_bit_xor", right),
            Op::ShiftLeft => self.bits(left, "mysql_shift_left", right),
            Op::ShiftRight => self.bits(left, "mysql_shift_right", right),
            _ => self.of_numbers(left, op, right, result),
        }
    }

    /// `+ - * %` in the result's type.
    fn of_numbers(&self, left: Operand, op: Op, right: Operand, result: Kind) -> Result<Expr> {
        let (whole, operator) = match op {
            Op::Plus => (Some("mysql_add"), Operator::Plus),
            Op::Minus => (Some("mysql_subtract"), Operator::Minus),
            Op::Times => (Some("mysql_multiply"), Operator::Multiply),
            _ => (None, Operator::Modulo),
        };
        let target = target(result, [&left.arrow, &right.arrow]);
        let (left, right) = (self.to(left, &target)?, self.to(right, &target)?);
        if let Some(function) = whole.filter(|_| result == Kind::Long) {
            return self.call_noting(function, vec![left, right]);
        }
        let right = if op == Op::Remainder { self.unless_zero(right, &target)? } else { right };
        let calculated = binary(left, operator, right);
        Ok(match result {
            // Without this the digits behind the point would add up until none are left in front of it.
            Kind::Decimal => cast(calculated, target),
            Kind::Double => unsigned_zero(calculated),
            _ => calculated,
        })
    }

    fn divide(&self, left: Operand, right: Operand) -> Result<Expr> {
        let double = DataType::Float64;
        let (left, right) = (self.to(left, &double)?, self.to(right, &double)?);
        Ok(unsigned_zero(binary(left, Operator::Divide, self.unless_zero(right, &double)?)))
    }

    fn bits(&self, left: Operand, function: &str, right: Operand) -> Result<Expr> {
        let long = DataType::Int64;
        self.call(function, vec![self.to(left, &long)?, self.to(right, &long)?])
    }

    /// Domo's days: `date - date` and `date - n`.
    fn days(&self, left: Operand, op: Op, right: Operand) -> Result<Expr> {
        if left.kind().has_day() && right.kind().has_day() {
            return self.call("datediff", vec![left.expr, right.expr]);
        }
        let (day, count) = if left.kind().has_day() { (left, right) } else { (right, left) };
        let count = self.to(count, &DataType::Float64)?;
        let count = match op {
            Op::Minus => {
                binary(Expr::Literal(ScalarValue::Float64(Some(0.0)), None), Operator::Minus, count)
            }
            _ => count,
        };
        let unit = Expr::Literal(ScalarValue::Utf8(Some("DAY".to_owned())), None);
        self.call("mysql_date_add", vec![day.expr, count, unit])
    }

    fn unless_zero(&self, divisor: Expr, target: &DataType) -> Result<Expr> {
        let zero = self.to(Operand { expr: long(0), arrow: DataType::Int64 }, target)?;
        self.call("nullif", vec![divisor, zero])
    }
}

/// What values are compared as, and in which type.
fn comparison(operands: &[&Operand; 2]) -> Result<(Kind, DataType)> {
    let [left, right] = operands.map(Operand::kind);
    let Some(kind) = rules::compared(left, right) else { return not_compared(left, right) };
    Ok((kind, target(kind, operands.iter().map(|it| &it.arrow))))
}

fn target<'a>(kind: Kind, types: impl IntoIterator<Item = &'a DataType>) -> DataType {
    if kind == Kind::Decimal { rules::decimal(types) } else { kind.arrow() }
}

fn not_compared<T>(left: Kind, right: Kind) -> Result<T> {
    plan_err!("{} is not compared with {}", name(left), name(right))
}

/// How a refusal calls values of a kind.
fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "NULL",
        Kind::Truth => "a condition",
        Kind::Long => "a LONG",
        Kind::Decimal => "a DECIMAL",
        Kind::Double => "a DOUBLE",
        Kind::Text => "a STRING",
        Kind::Date => "a DATE",
        Kind::DateTime => "a DATETIME",
        Kind::Time => "a time",
        Kind::Other => "a sketch",
    }
}

/// `-0.0` is `0.0` to MySQL, and to the engine only in some of its operators: no calculation answers it.
fn unsigned_zero(expr: Expr) -> Expr {
    binary(expr, Operator::Plus, Expr::Literal(ScalarValue::Float64(Some(0.0)), None))
}
