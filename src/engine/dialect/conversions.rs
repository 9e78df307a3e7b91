//! CAST, CONVERT and typed literals: a value that does not convert is NULL or 0, never the end of the query.
//! MySQL's manual, "Cast Functions and Operators". Pinned by tests/golden/sql/casts.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{DataType, ExactNumberInfo, Expr, Query, TypedString, Value};

use super::super::error::SqlError;
use super::super::types::DECIMAL_PRECISION;
use super::build::{call, take, text};
use super::{Facts, walk};

pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let outcome = walk::expressions_mut(query, |expr| {
        let converted = match expr {
            Expr::Cast { expr, data_type, .. } => convert(take(expr), data_type),
            Expr::Convert { expr, data_type: Some(data_type), .. } => {
                convert(take(expr), data_type)
            }
            // CONVERT(x USING charset) changes nothing here: all text is Unicode.
            Expr::Convert { expr, data_type: None, .. } => Ok(call("mysql_text", [take(expr)])),
            Expr::TypedString(TypedString { data_type, value, .. }) => {
                let written = value.value.clone().into_string().unwrap_or_default();
                convert(text(written), data_type)
            }
            _ => return ControlFlow::Continue(()),
        };
        match converted {
            Ok(converted) => {
                *expr = converted;
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    });
    match outcome {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

fn convert(expr: Expr, target: &DataType) -> Result<Expr, SqlError> {
    use DataType as T;
    Ok(match target {
        T::Signed | T::SignedInteger | T::Unsigned | T::UnsignedInteger => {
            call("mysql_signed", [expr])
        }
        T::Int(_)
        | T::Integer(_)
        | T::BigInt(_)
        | T::SmallInt(_)
        | T::TinyInt(_)
        | T::MediumInt(_) => call("mysql_signed", [expr]),
        T::Double(_) | T::DoublePrecision | T::Float(_) | T::Real => call("mysql_number", [expr]),
        T::Date => call("mysql_date", [expr]),
        T::Datetime(_) | T::Timestamp(..) => call("mysql_datetime", [expr]),
        T::Time(..) => call("mysql_time", [expr]),
        T::Char(length) | T::Character(length) | T::Varchar(length) | T::CharVarying(length) => {
            use datafusion::sql::sqlparser::ast::CharacterLength as Length;
            let whole = call("mysql_text", [expr]);
            match length {
                Some(Length::IntegerLength { length, .. }) => {
                    call("left", [whole, Expr::value(Value::Number(length.to_string(), false))])
                }
                _ => whole,
            }
        }
        T::Text | T::String(_) | T::Nvarchar(_) => call("mysql_text", [expr]),
        // The bytes are those of the text.
        T::Binary(_) => expr,
        T::Decimal(digits) | T::Numeric(digits) | T::Dec(digits) => decimal(expr, digits)?,
        T::Boolean | T::Bool => call("mysql_bool", [expr]),
        other => return Err(SqlError::Refused(format!("CAST to {other} is not accepted"))),
    })
}

/// MySQL's DECIMAL has 10 digits, none of them behind the point, where nothing else is written.
fn decimal(expr: Expr, digits: &ExactNumberInfo) -> Result<Expr, SqlError> {
    let (digits, scale) = match *digits {
        ExactNumberInfo::None => (10, 0),
        ExactNumberInfo::Precision(digits) => (digits, 0),
        ExactNumberInfo::PrecisionAndScale(digits, scale) => (digits, scale),
    };
    let most = u64::from(DECIMAL_PRECISION);
    if !(1..=most).contains(&digits) || scale < 0 || scale.unsigned_abs() > digits {
        return Err(SqlError::Refused(format!(
            "DECIMAL({digits}, {scale}) is not accepted: it has at most {most} digits"
        )));
    }
    Ok(call("mysql_decimal", [expr, text(digits.to_string()), text(scale.to_string())]))
}
