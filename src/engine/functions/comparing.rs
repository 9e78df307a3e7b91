//! Values of mixed types compared as `=` compares them: NULLIF, and what IN and `CASE x WHEN` become where their values are
//! not all compared as one type. MySQL's manual, "Type Conversion in Expression Evaluation".

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Int64Array};
use datafusion::arrow::compute::kernels::cmp::eq;
use datafusion::arrow::compute::{cast, nullif};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result};

use super::arguments::Args;
use super::array_values::{to_numbers, to_text};
use super::by_type::{comparable, to_decimals, to_longs, to_times};
use super::{Family, Function, MANY, Returns};
use crate::engine::sql::types::{Kind, rules};

pub(super) const TABLE: &[Function] = &[
    Function::new("nullif", Family::Logic, (2, 2), Returns::By(kind_of_first), null_if),
    Function::new("mysql_choice", Family::Internal, (2, MANY), Returns::Long, choice),
    Function::new("mysql_in", Family::Internal, (2, MANY), Returns::Boolean, is_in),
];

fn kind_of_first(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    match kinds.first() {
        Some(DataType::Boolean) => DataType::Int64,
        Some(kind) => kind.clone(),
        None => DataType::Null,
    }
}

fn null_if(args: &Args) -> Result<ArrayRef> {
    let value = args.whole(0)?;
    if *value.data_type() == DataType::Null {
        return Ok(value);
    }
    Ok(nullif(&value, &equal(args, 1)?)?)
}

/// The place of the first of the other values that equals the first one, 0 where none does.
fn choice(args: &Args) -> Result<ArrayRef> {
    let mut places = vec![0_i64; args.rows];
    for other in 1..args.len() {
        let equal = equal(args, other)?;
        for (row, place) in places.iter_mut().enumerate() {
            if *place == 0 && equal.is_valid(row) && equal.value(row) {
                *place = other as i64;
            }
        }
    }
    Ok(Arc::new(Int64Array::from(places)))
}

/// True where one is equal; NULL where none is and one comparison is NULL.
fn is_in(args: &Args) -> Result<ArrayRef> {
    let mut found = vec![Some(false); args.rows];
    for other in 1..args.len() {
        for (found, equal) in found.iter_mut().zip(&equal(args, other)?) {
            *found = match (*found, equal) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
    }
    Ok(Arc::new(BooleanArray::from(found)))
}

/// Where an argument equals the first one.
fn equal(args: &Args, other: usize) -> Result<BooleanArray> {
    let (left, right) = (args.kind(0), args.kind(other));
    let Some(kind) = rules::compared(Kind::of(left), Kind::of(right)) else {
        return Err(DataFusionError::Plan("a time is not compared with a date".to_owned()));
    };
    let target = match kind {
        Kind::Decimal => rules::decimal([left, right]),
        kind => kind.arrow(),
    };
    let column = |index: usize| args.spread(index, compared(args.raw(index).0, &target)?);
    Ok(eq(&column(0)?, &column(other)?)?)
}

/// An argument in the type in which it is compared.
fn compared(array: &ArrayRef, target: &DataType) -> Result<ArrayRef> {
    if array.data_type() == target {
        return Ok(Arc::clone(array));
    }
    if *array.data_type() == DataType::Null {
        return Ok(cast(array, target)?);
    }
    Ok(match Kind::of(target) {
        Kind::Text => Arc::new(to_text(array)?),
        Kind::Double => Arc::new(to_numbers(array)?),
        Kind::Long => Arc::new(to_longs(array)?),
        Kind::Decimal => cast(&to_decimals(array)?, target)?,
        Kind::DateTime => Arc::new(comparable(array)?),
        Kind::Time => Arc::new(to_times(array)?),
        _ => cast(array, target)?,
    })
}
