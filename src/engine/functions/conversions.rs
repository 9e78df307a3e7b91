//! Conversions that rewrites put in, with MySQL's rules for what does not fit.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::Result;

use super::arguments::Args;
use super::array_values::to_numbers;
use super::by_type::{comparable, fitted, to_decimals, to_longs, to_times};
use super::{Family, Function, MANY, Returns};
use crate::engine::types::{DECIMAL_PRECISION, DECIMAL_SCALE};

pub(super) const TABLE: &[Function] = &[
    Function::new("mysql_number", Family::Internal, (1, 1), Returns::Number, number),
    Function::new("mysql_signed", Family::Internal, (1, 1), Returns::Long, signed),
    Function::new("mysql_decimal", Family::Internal, (1, 3), Returns::By(kind_of_decimal), decimal),
    Function::new("mysql_date", Family::Internal, (1, 1), Returns::Date, |args| {
        let moment = args.moment(0)?;
        args.make_date(|row| moment.get(row))
    }),
    Function::new("mysql_datetime", Family::Internal, (1, 1), Returns::DateTime, |args| {
        let moment = args.moment(0)?;
        args.make_moment(|row| moment.get(row))
    }),
    Function::new(
        "mysql_comparable_datetime",
        Family::Internal,
        (1, 1),
        Returns::DateTime,
        |args| Ok(Arc::new(comparable(args.raw(0).0)?)),
    ),
    Function::new("mysql_time", Family::Internal, (1, 1), Returns::Time, |args| {
        Ok(Arc::new(to_times(args.raw(0).0)?))
    }),
    Function::new("mysql_text", Family::Internal, (1, 1), Returns::Text, |args| {
        let text = args.text(0)?;
        args.make_text(|row, out| text.get(row).map(|it| out.push_str(it)))
    }),
    Function::new(
        "mysql_order_key",
        Family::Internal,
        (2, MANY),
        Returns::By(|_, _| DataType::Binary),
        order_key,
    ),
    // Not folded into its value.
    Function::new(
        "mysql_constant",
        Family::Internal,
        (1, 1),
        Returns::By(|kinds, _| kinds.first().cloned().unwrap_or(DataType::Null)),
        |args| Ok(Arc::clone(args.raw(0).0)),
    )
    .volatile(),
    Function::new("mysql_bool", Family::Internal, (1, 1), Returns::Boolean, bool_of),
];

fn number(args: &Args) -> Result<ArrayRef> {
    Ok(Arc::new(to_numbers(args.raw(0).0)?))
}

/// Of the digits that are asked for, as texts: in all, and behind the point.
fn kind_of_decimal(kinds: &[DataType], literals: &[Option<String>]) -> DataType {
    match (kinds.first(), digits(literals, 1), digits(literals, 2)) {
        (_, Some(digits), Some(scale)) => {
            DataType::Decimal128(digits, i8::try_from(scale).unwrap_or_default())
        }
        (Some(kind @ DataType::Decimal128(..)), ..) => kind.clone(),
        _ => DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
    }
}

fn digits(literals: &[Option<String>], at: usize) -> Option<u8> {
    literals.get(at)?.as_ref()?.parse().ok()
}

/// `mysql_decimal(x)`, `mysql_decimal(x, 'digits', 'digits behind the point')`.
fn decimal(args: &Args) -> Result<ArrayRef> {
    let decimals = to_decimals(args.raw(0).0)?;
    if args.len() < 3 {
        return Ok(decimals);
    }
    let literal = |at: usize| args.text(at).ok()?.constant().map(str::to_owned);
    let literals = [None, literal(1), literal(2)];
    match kind_of_decimal(&[decimals.data_type().clone()], &literals) {
        DataType::Decimal128(digits, scale) => fitted(&decimals, digits, scale),
        _ => Ok(decimals),
    }
}

fn signed(args: &Args) -> Result<ArrayRef> {
    Ok(Arc::new(to_longs(args.raw(0).0)?))
}

/// True where a value counts as a number other than 0.
fn bool_of(args: &Args) -> Result<ArrayRef> {
    let numbers = to_numbers(args.raw(0).0)?;
    Ok(Arc::new(numbers.iter().map(|it| it.map(|it| it != 0.0)).collect::<BooleanArray>()))
}

/// `mysql_order_key(x, 'ASC', y, 'DESC', …)`: bytes that are ordered as the values are, NULL below all.
fn order_key(args: &Args) -> Result<ArrayRef> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for index in (0..args.len() - 1).step_by(2) {
        let descending = args.text(index + 1)?.constant() == Some("DESC");
        let options = SortOptions { descending, nulls_first: !descending };
        fields.push(SortField::new_with_options(args.kind(index).clone(), options));
        columns.push(args.whole(index)?);
    }
    let rows = RowConverter::new(fields)?.convert_columns(&columns)?;
    Ok(Arc::new(rows.try_into_binary()?))
}
