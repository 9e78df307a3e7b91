//! Operators whose operands' types are not known yet, while the planner reads a statement.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::kind::Kind;
use super::op::Op;
use super::rules;

/// The type that [`super::settle`] gives the result, if the operands keep these types.
fn result(op: Op, operands: &[DataType]) -> DataType {
    match (op, operands) {
        (Op::Whole, _) => DataType::Int64,
        (Op::Number, [it]) if it.is_decimal() => it.clone(),
        (Op::Number, [it]) => rules::number(Kind::of(it)).arrow(),
        (op, _) if op.is_condition() => DataType::Boolean,
        (op, [left, right]) => {
            let kind = rules::calculated(Kind::of(left), op, Kind::of(right));
            kind.unwrap_or(Kind::Double).arrow()
        }
        _ => DataType::Float64,
    }
}

/// The operator over these operands, for [`super::settle`] to replace.
pub(crate) fn defer(op: Op, operands: Vec<Expr>) -> Expr {
    let signature = Signature::user_defined(Volatility::Immutable);
    let function = ScalarUDF::new_from_impl(Deferred { op, signature });
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), operands))
}

/// The operator that a function stands for.
pub(crate) fn deferred(function: &ScalarFunction) -> Option<Op> {
    function.func.inner().downcast_ref::<Deferred>().map(|it| it.op)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Deferred {
    op: Op,
    signature: Signature,
}

impl ScalarUDFImpl for Deferred {
    fn name(&self) -> &str {
        self.op.sign()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(result(self.op, types))
    }

    fn invoke_with_args(&self, _args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        internal_err!("{} was not settled", self.op.sign())
    }
}
