//! `+ - *` of LONGs, which wrap around and say so, and DIV.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Datum, Int64Array, Scalar};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::numeric::{
    add, add_wrapping, mul, mul_wrapping, sub, sub_wrapping,
};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, i256};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result};

use super::arguments::Args;
use super::{Family, Function, Returns};

pub(super) const TABLE: &[Function] = &[
    Function::new("mysql_add", Family::Internal, (2, 2), Returns::Long, |it| {
        of(it, add, add_wrapping)
    }),
    Function::new("mysql_subtract", Family::Internal, (2, 2), Returns::Long, |it| {
        of(it, sub, sub_wrapping)
    }),
    Function::new("mysql_multiply", Family::Internal, (2, 2), Returns::Long, |it| {
        of(it, mul, mul_wrapping)
    }),
    Function::new("mysql_divide_whole", Family::Internal, (2, 2), Returns::Long, divide_whole),
];

type Kernel = fn(&dyn Datum, &dyn Datum) -> std::result::Result<ArrayRef, ArrowError>;

fn of(args: &Args, kernel: Kernel, wrapping: Kernel) -> Result<ArrayRef> {
    let operand = |index: usize| -> Result<Box<dyn Datum>> {
        let (array, is_constant) = args.raw(index);
        let array = cast(array, &DataType::Int64)?;
        let alone = is_constant && !args.all_constant();
        Ok(if alone { Box::new(Scalar::new(array)) } else { Box::new(array) })
    };
    let (left, right) = (operand(0)?, operand(1)?);
    kernel(left.as_ref(), right.as_ref()).or_else(|_| {
        args.note_overflow();
        Ok(wrapping(left.as_ref(), right.as_ref())?)
    })
}

/// DIV: exact, and cut towards zero. NULL by zero.
fn divide_whole(args: &Args) -> Result<ArrayRef> {
    let (left, right) = (args.whole(0)?, args.whole(1)?);
    let (left, right) = (exact(&left)?, exact(&right)?);
    let quotients = left.into_iter().zip(right).map(|(left, right)| match (left, right) {
        (Some(left), Some(right)) => left.divided(right),
        _ => Ok(None),
    });
    Ok(Arc::new(quotients.collect::<Result<Int64Array>>()?))
}

/// A number as digits and how many of them are behind the point.
#[derive(Clone, Copy)]
struct Exact {
    digits: i128,
    behind: i32,
}

/// Beyond so many digits a quotient is no LONG, or 0.
const SHIFT_MAX: u32 = 38;

impl Exact {
    fn divided(self, by: Self) -> Result<Option<i64>> {
        if by.digits == 0 {
            return Ok(None);
        }
        let shift = by.behind - self.behind;
        let (mut number, mut divisor) = (i256::from_i128(self.digits), i256::from_i128(by.digits));
        let more = i256::from_i128(10_i128.pow(shift.unsigned_abs().min(SHIFT_MAX)));
        if shift < 0 {
            divisor = divisor.wrapping_mul(more);
        } else {
            number = number.wrapping_mul(more);
        }
        let quotient = if shift.unsigned_abs() > SHIFT_MAX && (shift < 0 || self.digits == 0) {
            Some(0)
        } else {
            number.checked_div(divisor).and_then(i256::to_i128)
        };
        let long = quotient.and_then(|it| i64::try_from(it).ok());
        let problem =
            || DataFusionError::Execution("a result of DIV is too large for a LONG".to_owned());
        long.map(Some).ok_or_else(problem)
    }

    /// By the shortest digits that read back as the same number.
    fn of_double(value: f64) -> Option<Self> {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}").parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        Some(Self { digits, behind: i32::try_from(fraction.len()).ok()? - exponent })
    }
}

fn exact(array: &ArrayRef) -> Result<Vec<Option<Exact>>> {
    Ok(match array.data_type() {
        DataType::Int64 => {
            let of = |it: i64| Exact { digits: i128::from(it), behind: 0 };
            array.as_primitive::<Int64Type>().iter().map(|it| it.map(of)).collect()
        }
        DataType::Decimal128(_, scale) => {
            let of = |it: i128| Exact { digits: it, behind: i32::from(*scale) };
            array.as_primitive::<Decimal128Type>().iter().map(|it| it.map(of)).collect()
        }
        _ => {
            let doubles = cast(array, &DataType::Float64)?;
            let doubles = doubles.as_primitive::<Float64Type>();
            doubles.iter().map(|it| it.and_then(Exact::of_double)).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::Exact;

    #[test]
    fn doubles_are_divided_by_their_digits() {
        let divided = |a: f64, b: f64| {
            Exact::of_double(a).unwrap().divided(Exact::of_double(b).unwrap()).ok()
        };
        assert_eq!(divided(1.0, 1e-5), Some(Some(100_000)));
        assert_eq!(divided(1.0, 0.1), Some(Some(10)));
        assert_eq!(divided(-7.5, 2.0), Some(Some(-3)));
        assert_eq!(divided(1.0, -0.0), Some(None));
        assert_eq!(divided(1.0, 1e300), Some(Some(0)));
        assert_eq!(divided(1e300, 1.0), None);
        assert_eq!(divided(0.0, 1e-300), Some(Some(0)));
    }
}
