//! The conversions that the rewrites put in: `CAST(x AS …)` and the silent ones of operators.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::ScalarUDF;

use super::arguments::{Arguments, doubles, wholes};
use super::call::{Call, Returns};
use super::numbers::whole_of_text_cut;

const CALLS: &[Call] = &[
    Call::new("mysql_number", (1, 1), Returns::Double, number),
    Call::new("mysql_signed", (1, 1), Returns::Whole, signed),
    Call::new("mysql_bool", (1, 1), Returns::Truth, truth),
    Call::new("mysql_text", (1, 1), Returns::Text, text),
];

pub(super) fn scalar() -> Vec<Arc<ScalarUDF>> {
    CALLS.iter().map(Call::function).collect()
}

fn number(arguments: &Arguments) -> Result<ArrayRef> {
    Ok(Arc::new(doubles(&arguments.array(0)?.0)?))
}

/// A text is cut at its point where a number is rounded.
fn signed(arguments: &Arguments) -> Result<ArrayRef> {
    let (array, _) = arguments.array(0)?;
    if !array.data_type().is_string() && !matches!(array.data_type(), DataType::Dictionary(..)) {
        return Ok(Arc::new(wholes(&array)?));
    }
    let texts = arguments.text(0)?;
    let values: Int64Array =
        (0..arguments.rows()).map(|row| texts.get(row).map(whole_of_text_cut)).collect();
    Ok(Arc::new(values))
}

fn truth(arguments: &Arguments) -> Result<ArrayRef> {
    let values: BooleanArray =
        doubles(&arguments.array(0)?.0)?.iter().map(|it| it.map(|it| it != 0.0)).collect();
    Ok(Arc::new(values))
}

fn text(arguments: &Arguments) -> Result<ArrayRef> {
    let texts = arguments.text(0)?;
    let values: StringArray = (0..arguments.rows()).map(|row| texts.get(row)).collect();
    Ok(Arc::new(values))
}
