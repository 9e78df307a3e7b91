//! PERCENTILE_CONT and its kin: exact, between two values in proportion. The engine's rounds the proportion.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

/// `mysql_percentile(number, share)`
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Percentile {
    signature: Signature,
}

impl Default for Percentile {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for Percentile {
    fn name(&self) -> &'static str {
        "mysql_percentile"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        let is_number = |it: &DataType| it.is_numeric() || *it == DataType::Null;
        match kinds {
            [value, share] if is_number(value) && is_number(share) => {
                Ok(vec![DataType::Float64, DataType::Float64])
            }
            _ => plan_err!("a percentile is of numbers, and of a share from 0 to 1"),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "values");
        Ok(vec![Field::new(name, DataType::Binary, true).into()])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Values { values: Vec::new(), share: None, is_distinct: args.is_distinct }))
    }
}

#[derive(Debug)]
struct Values {
    values: Vec<f64>,
    share: Option<f64>,
    is_distinct: bool,
}

impl Values {
    fn take_share(&mut self, share: f64) -> Result<()> {
        if !(0.0..=1.0).contains(&share) {
            return exec_err!("a percentile takes a share from 0 to 1, not {share}");
        }
        self.share = Some(share);
        Ok(())
    }
}

impl Accumulator for Values {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let shares = values[1].as_primitive::<Float64Type>();
        if self.share.is_none() && !shares.is_empty() && shares.is_valid(0) {
            self.take_share(shares.value(0))?;
        }
        self.values.extend(values[0].as_primitive::<Float64Type>().iter().flatten());
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.values.sort_unstable_by(f64::total_cmp);
        if self.is_distinct {
            self.values.dedup();
        }
        let Some(share) = self.share.filter(|_| !self.values.is_empty()) else {
            return Ok(ScalarValue::Float64(None));
        };
        let place = share * (self.values.len() - 1) as f64;
        let (below, above) = (place.floor() as usize, place.ceil() as usize);
        let (below, above) = (self.values[below], self.values[above]);
        let value = below + (above - below) * place.fract();
        Ok(ScalarValue::Float64(Some(value)))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.values.capacity() * size_of::<f64>()
    }

    /// The share, and the values behind it.
    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let share = self.share.unwrap_or(f64::NAN);
        let numbers = std::iter::once(share).chain(self.values.drain(..));
        Ok(vec![ScalarValue::Binary(Some(numbers.flat_map(f64::to_le_bytes).collect()))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_binary::<i32>().iter().flatten() {
            let (numbers, []) = state.as_chunks::<8>() else {
                return exec_err!("a partial percentile is broken");
            };
            let mut numbers = numbers.iter().map(|it| f64::from_le_bytes(*it));
            if let Some(share) = numbers.next().filter(|it| !it.is_nan()) {
                self.take_share(share)?;
            }
            self.values.extend(numbers);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::Float64Array;

    use super::*;

    fn of(values: Vec<Option<f64>>, share: f64) -> Values {
        let mut all = Values { values: Vec::new(), share: None, is_distinct: false };
        let shares = Float64Array::from(vec![share; values.len()]);
        let columns: [ArrayRef; 2] = [Arc::new(Float64Array::from(values)), Arc::new(shares)];
        all.update_batch(&columns).unwrap();
        all
    }

    #[test]
    fn partial_percentiles_become_one() {
        for (share, value) in [(0.0, 0.0), (0.5, 3.5), (0.25, 1.5), (1.0, 7.0)] {
            let mut one = of(vec![Some(7.0), None, Some(0.0)], share);
            let mut other = of(vec![Some(2.0), Some(5.0)], share);
            let states = [one.state().unwrap(), other.state().unwrap()].concat();
            let mut all = of(vec![], share);
            all.merge_batch(&[ScalarValue::iter_to_array(states).unwrap()]).unwrap();
            assert_eq!(all.evaluate().unwrap(), ScalarValue::from(value));
        }
    }
}
