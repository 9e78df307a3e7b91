//! A chain of `+ - *` in one call: as many calls would come to, and the planner would take too long over those.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::numeric::{add, add_wrapping, mul, sub, sub_wrapping};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{DataFusionError, Result};

use super::arguments::Args;
use super::{Family, Function, MANY, Returns};
use crate::engine::interrupt::check;
use crate::engine::types::{DECIMAL_PRECISION, DECIMAL_SCALE};

pub(super) const TABLE: &[Function] = &[Function::new(
    "mysql_calculate",
    Family::Internal,
    (3, MANY),
    Returns::By(|kinds, _| result(&kinds[1..])),
    calculate,
)];

/// What sort of number an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Long,
    Decimal,
    Double,
    Calendar,
}

fn sort_of(kind: &DataType) -> Sort {
    match kind {
        DataType::Boolean => Sort::Long,
        it if it.is_integer() => Sort::Long,
        it if it.is_decimal() => Sort::Decimal,
        it if it.is_temporal() => Sort::Calendar,
        _ => Sort::Double,
    }
}

const DECIMAL: DataType = DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE);

/// One DOUBLE makes all that follows one, and so does one DECIMAL of LONGs.
fn result(kinds: &[DataType]) -> DataType {
    let has = |sort| kinds.iter().any(|it| sort_of(it) == sort);
    match () {
        () if has(Sort::Double) || has(Sort::Calendar) => DataType::Float64,
        () if has(Sort::Decimal) => DECIMAL,
        () => DataType::Int64,
    }
}

fn calculate(args: &Args) -> Result<ArrayRef> {
    let signs = args.text(0)?;
    let signs = signs.constant().unwrap_or_default();
    let mut made = operand(args, 1)?;
    for (sign, index) in signs.chars().zip(2..args.len()) {
        check()?;
        made = step(&made, sign, &operand(args, index)?)?;
    }
    Ok(made)
}

/// As a LONG, a DECIMAL or a DOUBLE.
fn operand(args: &Args, index: usize) -> Result<ArrayRef> {
    match sort_of(args.kind(index)) {
        Sort::Long => Ok(cast(&args.whole(index)?, &DataType::Int64)?),
        Sort::Decimal => args.whole(index),
        Sort::Double => {
            let numbers: ArrayRef = Arc::new(super::array_values::to_numbers(args.raw(index).0)?);
            args.spread(index, numbers)
        }
        Sort::Calendar => Err(DataFusionError::Plan(
            "+ does not calculate with dates: use DATE_ADD, DATE_SUB or DATEDIFF".to_owned(),
        )),
    }
}

fn step(left: &ArrayRef, sign: char, right: &ArrayRef) -> Result<ArrayRef> {
    let sorts = [left, right].map(|it| sort_of(it.data_type()));
    if sorts.contains(&Sort::Double) {
        let (left, right) = (cast(left, &DataType::Float64)?, cast(right, &DataType::Float64)?);
        return Ok(match sign {
            '+' => add_wrapping(&left, &right)?,
            '-' => sub_wrapping(&left, &right)?,
            _ => {
                // Not -0.0.
                let product = mul(&left, &right)?;
                let product = product.as_primitive::<Float64Type>();
                let product: Float64Array = product.unary(|it| it + 0.0);
                Arc::new(product)
            }
        });
    }
    let kernel = match sign {
        '+' => add,
        '-' => sub,
        _ => mul,
    };
    if sorts == [Sort::Long; 2] {
        return kernel(left, right).map_err(|_| {
            DataFusionError::Execution(format!("a result of {sign} is too large for a LONG"))
        });
    }
    let decimal = |it: &ArrayRef| match sort_of(it.data_type()) {
        Sort::Long => cast(it, &DataType::Decimal128(20, 0)),
        _ => Ok(Arc::clone(it)),
    };
    Ok(cast(&kernel(&decimal(left)?, &decimal(right)?)?, &DECIMAL)?)
}
