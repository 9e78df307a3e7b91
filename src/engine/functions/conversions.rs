//! Conversions that rewrites put in, with MySQL's rules for what does not fit.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Decimal128Array};
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::Result;

use super::arguments::{Args, leading_length, to_numbers};
use super::{Family, Function, MANY, Returns};
use crate::engine::csv::numbers;
use crate::engine::types::{DECIMAL_PRECISION, DECIMAL_SCALE};

pub(super) const TABLE: &[Function] = &[
    Function::new("mysql_number", Family::Internal, (1, 1), Returns::Number, number),
    Function::new("mysql_signed", Family::Internal, (1, 1), Returns::Long, signed),
    Function::new("mysql_decimal", Family::Internal, (1, 1), Returns::By(kind_of_decimal), decimal),
    Function::new("mysql_date", Family::Internal, (1, 1), Returns::Date, |args| {
        let moment = args.moment(0)?;
        args.make_date(|row| moment.get(row))
    }),
    Function::new("mysql_datetime", Family::Internal, (1, 1), Returns::DateTime, |args| {
        let moment = args.moment(0)?;
        args.make_moment(|row| moment.get(row))
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

fn kind_of_decimal(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    match kinds.first() {
        Some(kind) if kind.is_numeric() => kind.clone(),
        _ => DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
    }
}

/// A number stays what it is; of others the number counts that their text begins with.
fn decimal(args: &Args) -> Result<ArrayRef> {
    if args.kind(0).is_numeric() {
        return Ok(Arc::clone(args.raw(0).0));
    }
    let text = args.text(0)?;
    let value = |row: usize| {
        let number = text.get(row)?.trim_ascii_start();
        let number = &number[..leading_length(number)];
        Some(numbers::decimal(number.as_bytes()).ok().flatten().unwrap_or(0))
    };
    let values: Decimal128Array = (0..args.rows).map(value).collect();
    Ok(Arc::new(values.with_precision_and_scale(DECIMAL_PRECISION, DECIMAL_SCALE)?))
}

/// Numbers are rounded, and texts cut at their point.
fn signed(args: &Args) -> Result<ArrayRef> {
    let long = args.long(0)?;
    args.make_long(|row| long.get(row))
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
