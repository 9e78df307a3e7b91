//! Choices among values of any type.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Datum, new_null_array};
use datafusion::arrow::compute::kernels::cmp::{gt, lt};
use datafusion::arrow::compute::kernels::zip::zip;
use datafusion::arrow::compute::{cast, is_not_null, is_null, nullif};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::common::Result;

use super::arguments::Args;
use super::array_values::to_numbers;
use super::{Family, Function, MANY, Returns};
use crate::engine::sql::types::rules;

pub(super) const TABLE: &[Function] = &[
    Function::new("if", Family::Logic, (3, 3), Returns::By(kind_of_if), if_else),
    Function::new("ifnull", Family::Logic, (2, 2), Returns::By(kind_of_ifnull), ifnull)
        .also(&["nvl"]),
    Function::new("coalesce", Family::Logic, (1, MANY), Returns::By(kind_of_all), coalesce),
    Function::new("greatest", Family::Logic, (1, MANY), Returns::By(kind_of_all), |args| {
        farthest(args, gt)
    }),
    Function::new("least", Family::Logic, (1, MANY), Returns::By(kind_of_all), |args| {
        farthest(args, lt)
    }),
    Function::new("isnull", Family::Logic, (1, 1), Returns::Boolean, isnull),
];

/// The type that values of both types have.
fn common(one: &DataType, other: &DataType) -> DataType {
    rules::aggregated_type(&[one, other])
}

fn kind_of_if(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    match kinds {
        [_, one, other] => common(one, other),
        _ => DataType::Utf8,
    }
}

fn kind_of_ifnull(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    match kinds {
        [one, other] => common(one, other),
        _ => DataType::Utf8,
    }
}

fn kind_of_all(kinds: &[DataType], _: &[Option<String>]) -> DataType {
    rules::aggregated_type(&kinds.iter().collect::<Vec<_>>())
}

/// The whole column of an argument in a type.
fn column(args: &Args, index: usize, kind: &DataType) -> Result<ArrayRef> {
    let (array, _) = args.raw(index);
    let array = if *kind == DataType::Utf8 && *array.data_type() != DataType::Utf8 {
        let text = args.text(index)?;
        args.make_text(|row, out| text.get(row).map(|it| out.push_str(it)))?
    } else if *array.data_type() == DataType::Boolean {
        cast(&cast(array, &DataType::Int64)?, kind)?
    } else {
        cast(array, kind)?
    };
    args.spread(index, array)
}

/// Which rows an argument is true in: a number that is not 0, NULL never.
fn truths(args: &Args, index: usize) -> Result<BooleanArray> {
    let (array, constant) = args.raw(index);
    let numbers = to_numbers(array)?;
    let truth = |row: usize| {
        let row = if constant { 0 } else { row };
        numbers.is_valid(row) && numbers.value(row) != 0.0
    };
    Ok((0..args.rows).map(|row| Some(truth(row))).collect())
}

fn if_else(args: &Args) -> Result<ArrayRef> {
    let kind = common(args.kind(1), args.kind(2));
    let (condition, yes, no) = (truths(args, 0)?, column(args, 1, &kind)?, column(args, 2, &kind)?);
    Ok(zip(&condition, &yes, &no)?)
}

fn ifnull(args: &Args) -> Result<ArrayRef> {
    let kind = common(args.kind(0), args.kind(1));
    let (value, other) = (column(args, 0, &kind)?, column(args, 1, &kind)?);
    Ok(zip(&is_not_null(&value)?, &value, &other)?)
}

/// All arguments in the type that they have in common.
fn columns(args: &Args) -> Result<Vec<ArrayRef>> {
    let kinds: Vec<DataType> = (0..args.len()).map(|it| args.kind(it).clone()).collect();
    let kind = kind_of_all(&kinds, &[]);
    (0..args.len()).map(|it| column(args, it, &kind)).collect()
}

fn coalesce(args: &Args) -> Result<ArrayRef> {
    let mut columns = columns(args)?.into_iter();
    let first = columns.next().unwrap_or_else(|| new_null_array(&DataType::Null, args.rows));
    columns.try_fold(first, |value, other| Ok(zip(&is_not_null(&value)?, &value, &other)?))
}

/// GREATEST and LEAST: NULL where any argument is.
fn farthest(
    args: &Args,
    beats: fn(&dyn Datum, &dyn Datum) -> std::result::Result<BooleanArray, ArrowError>,
) -> Result<ArrayRef> {
    let columns = columns(args)?;
    let mut farthest = Arc::clone(&columns[0]);
    if *farthest.data_type() == DataType::Null {
        return Ok(farthest);
    }
    for other in &columns[1..] {
        farthest = zip(&beats(other, &farthest)?, other, &farthest)?;
    }
    for other in &columns {
        farthest = nullif(&farthest, &is_null(other)?)?;
    }
    Ok(farthest)
}

fn isnull(args: &Args) -> Result<ArrayRef> {
    let nulls: BooleanArray = (0..args.rows).map(|row| Some(args.is_null(0, row))).collect();
    Ok(Arc::new(nulls))
}
