//! An expression in another type, converted as MySQL converts.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{
    AggregateUDF, BinaryExpr, Expr, ExprSchemable, Operator, ScalarUDF, cast,
};

use super::kind::Kind;
use crate::engine::functions;
use crate::engine::overflow::Overflow;
use crate::engine::settings::{SqlSettings, StringCompare};

/// An operand and its type.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub(super) expr: Expr,
    pub(super) arrow: DataType,
}

impl Operand {
    pub(super) fn of(expr: Expr, schema: &DFSchema) -> Result<Self> {
        let arrow = expr.get_type(schema)?;
        Ok(Self { expr, arrow })
    }

    pub(super) fn kind(&self) -> Kind {
        Kind::of(&self.arrow)
    }
}

/// The functions that convert.
#[derive(Debug)]
pub(super) struct Converter<'a> {
    state: &'a SessionState,
    pub(super) is_insensitive: bool,
    overflow: &'a Overflow,
}

impl<'a> Converter<'a> {
    pub(super) fn new(state: &'a SessionState, overflow: &'a Overflow) -> Self {
        let settings = state.config().get_extension::<SqlSettings>();
        let compare = settings.map(|it| it.string_compare);
        Self { state, is_insensitive: compare == Some(StringCompare::Insensitive), overflow }
    }

    pub(super) fn call(&self, name: &str, args: Vec<Expr>) -> Result<Expr> {
        Ok(self.function(name)?.call(args))
    }

    /// A call whose result may overflow.
    pub(super) fn call_noting(&self, name: &str, args: Vec<Expr>) -> Result<Expr> {
        let function = self.function(name)?;
        let noting = functions::noting(function, self.overflow);
        Ok(noting.as_ref().unwrap_or(function).call(args))
    }

    /// The aggregate as this query calls it.
    pub(super) fn noting(&self, aggregate: Arc<AggregateUDF>) -> Arc<AggregateUDF> {
        match aggregate.name() {
            "sum" => Arc::new(functions::noting_sum(self.overflow)),
            _ => aggregate,
        }
    }

    fn function(&self, name: &str) -> Result<&Arc<ScalarUDF>> {
        let missing = || DataFusionError::Internal(format!("there is no function {name}"));
        self.state.scalar_functions().get(name).ok_or_else(missing)
    }

    /// A value in the type that expressions have in common.
    pub(super) fn to(&self, it: Operand, target: &DataType) -> Result<Expr> {
        if it.arrow == *target {
            return Ok(it.expr);
        }
        let from = it.kind();
        if (from, Kind::of(target)) == (Kind::Truth, Kind::Decimal) {
            // Arrow casts no truth to a DECIMAL.
            return Ok(cast(cast(it.expr, DataType::Int64), target.clone()));
        }
        let function = match (Kind::of(target), from) {
            (_, Kind::Null) | (Kind::Other | Kind::Null, _) => None,
            (Kind::Text, Kind::Text) => None,
            (Kind::Text, _) => Some("mysql_text"),
            (Kind::Truth, _) => Some("mysql_bool"),
            (Kind::Long, Kind::Truth | Kind::Long) => None,
            (Kind::Long, _) => Some("mysql_signed"),
            (Kind::Decimal, Kind::Truth | Kind::Long | Kind::Decimal) => None,
            (Kind::Decimal, _) => Some("mysql_decimal"),
            (Kind::Double, it) if it.is_number() => None,
            (Kind::Double, _) => Some("mysql_number"),
            (Kind::Date, _) => Some("mysql_date"),
            (Kind::DateTime, Kind::Date | Kind::DateTime) => None,
            (Kind::DateTime, _) => Some("mysql_datetime"),
            (Kind::Time, Kind::Time) => None,
            (Kind::Time, _) => Some("mysql_time"),
        };
        let Some(function) = function else { return Ok(cast(it.expr, target.clone())) };
        let converted = self.call(function, vec![it.expr])?;
        let found = Kind::of(target).arrow();
        Ok(if found == *target { converted } else { cast(converted, target.clone()) })
    }

    /// A value as this kind, to be compared: a text that is no date is less than every date.
    pub(super) fn to_compared(&self, it: Operand, kind: Kind, target: &DataType) -> Result<Expr> {
        match (kind, it.kind()) {
            (Kind::DateTime, Kind::Text) => self.call("mysql_comparable_datetime", vec![it.expr]),
            (Kind::Text, _) if self.is_insensitive => {
                let text = self.to(it, &DataType::Utf8)?;
                self.call("lower", vec![text])
            }
            _ => self.to(it, target),
        }
    }
}

pub(super) fn binary(left: Expr, op: Operator, right: Expr) -> Expr {
    Expr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}

pub(super) fn long(value: i64) -> Expr {
    Expr::Literal(ScalarValue::Int64(Some(value)), None)
}

/// A text that is written out and is a day, as that day.
pub(super) fn written_day(expr: &Expr) -> Option<Expr> {
    let Expr::Literal(ScalarValue::Utf8(Some(text)), _) = expr else { return None };
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let days = i32::try_from((day - epoch).num_days()).ok()?;
    Some(Expr::Literal(ScalarValue::Date32(Some(days)), None))
}
