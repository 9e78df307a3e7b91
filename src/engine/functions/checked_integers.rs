//! `+ - *` of LONGs: what does not fit one is refused, where the engine's own operators would wrap around.

use datafusion::arrow::array::{ArrayRef, Datum, Scalar};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::numeric::{add, mul, sub};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result};

use super::arguments::Args;
use super::{Family, Function, Returns};

pub(super) const TABLE: &[Function] = &[
    Function::new("mysql_add", Family::Internal, (2, 2), Returns::Long, |it| of(it, '+', add)),
    Function::new("mysql_subtract", Family::Internal, (2, 2), Returns::Long, |it| of(it, '-', sub)),
    Function::new("mysql_multiply", Family::Internal, (2, 2), Returns::Long, |it| of(it, '*', mul)),
];

type Kernel = fn(&dyn Datum, &dyn Datum) -> std::result::Result<ArrayRef, ArrowError>;

fn of(args: &Args, sign: char, kernel: Kernel) -> Result<ArrayRef> {
    let operand = |index: usize| -> Result<Box<dyn Datum>> {
        let (array, is_constant) = args.raw(index);
        let array = cast(array, &DataType::Int64)?;
        let alone = is_constant && !args.all_constant();
        Ok(if alone { Box::new(Scalar::new(array)) } else { Box::new(array) })
    };
    let (left, right) = (operand(0)?, operand(1)?);
    kernel(left.as_ref(), right.as_ref()).map_err(|_| {
        DataFusionError::Execution(format!("a result of {sign} is too large for a LONG"))
    })
}
