//! Conversions that give NULL where they cannot convert. (until the functions land)

use std::sync::Arc;

use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

pub(super) fn functions() -> Vec<Arc<ScalarUDF>> {
    let day = DataType::Date32;
    let instant = DataType::Timestamp(TimeUnit::Millisecond, None);
    [
        ("mysql_number", DataType::Float64),
        ("mysql_signed", DataType::Int64),
        ("mysql_date", day),
        ("mysql_datetime", instant),
    ]
    .map(|(name, target)| {
        Arc::new(ScalarUDF::new_from_impl(Lenient {
            name,
            target,
            signature: Signature::any(1, Volatility::Immutable),
        }))
    })
    .into()
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Lenient {
    name: &'static str,
    target: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Lenient {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.target.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let options = CastOptions { safe: true, ..CastOptions::default() };
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        Ok(ColumnarValue::Array(cast_with_options(&arrays[0], &self.target, &options)?))
    }
}
