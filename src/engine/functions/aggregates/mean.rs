//! AVG: of a DECIMAL exactly, and then a DOUBLE as every mean is, <https://domo-support.domo.com/s/article/4410213098903>.

use std::collections::HashSet;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, i256};
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_err};
use datafusion::functions_aggregate::average::Avg;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, GroupsAccumulator, ReversedUDAF, Signature,
};

use super::doubles::{self, Outcome};

/// How many digits a mean has more than its values.
const DIGITS_MORE: i8 = 4;

#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Mean {
    engine: Avg,
}

fn is_decimal(kind: &DataType) -> bool {
    matches!(kind, DataType::Decimal128(..))
}

impl AggregateUDFImpl for Mean {
    fn name(&self) -> &'static str {
        "avg"
    }

    fn signature(&self) -> &Signature {
        self.engine.signature()
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        match kinds {
            [DataType::Decimal128(..)] => Ok(DataType::Float64),
            kinds => self.engine.return_type(kinds),
        }
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        if args.input_fields.iter().any(|it| is_decimal(it.data_type())) {
            let name = format_state_name(args.name, "sum");
            return Ok(vec![Field::new(name, DataType::Binary, true).into()]);
        }
        if args.input_fields.iter().any(|it| *it.data_type() == DataType::Float64) {
            return Ok(doubles::state_fields(&args));
        }
        self.engine.state_fields(args)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        match args.expr_fields[0].data_type() {
            DataType::Decimal128(_, scale) => {
                let seen = args.is_distinct.then(HashSet::new);
                Ok(Box::new(DecimalMean { sum: 0, count: 0, scale: *scale, seen }))
            }
            DataType::Float64 => Ok(doubles::accumulator(Outcome::Mean, args.is_distinct)),
            _ => self.engine.accumulator(args),
        }
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !is_decimal(args.expr_fields[0].data_type())
            && self.engine.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        if *args.expr_fields[0].data_type() == DataType::Float64 {
            return Ok(doubles::groups_accumulator(Outcome::Mean));
        }
        self.engine.create_groups_accumulator(args)
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let kind = args.expr_fields[0].data_type();
        if is_decimal(kind) || (*kind == DataType::Float64 && !args.is_distinct) {
            return self.accumulator(args);
        }
        self.engine.create_sliding_accumulator(args)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

#[derive(Debug)]
struct DecimalMean {
    sum: i128,
    count: u64,
    scale: i8,
    /// What was counted, where everything counts once.
    seen: Option<HashSet<i128>>,
}

impl DecimalMean {
    fn add(&mut self, value: i128) -> Result<()> {
        if self.seen.as_mut().is_some_and(|it| !it.insert(value)) {
            return Ok(());
        }
        let sum = self.sum.checked_add(value);
        self.sum = sum.ok_or_else(too_large)?;
        self.count += 1;
        Ok(())
    }
}

fn too_large() -> DataFusionError {
    DataFusionError::Execution("a result is too large for a DECIMAL".to_owned())
}

/// `sum / count` with [`DIGITS_MORE`], half away from zero.
fn divided(sum: i128, count: u64) -> Option<i128> {
    let sum = i256::from_i128(sum).checked_mul(i256::from_i128(10_i128.pow(DIGITS_MORE as u32)))?;
    let count = i256::from_i128(i128::from(count));
    let half = i256::from_i128(if sum.is_negative() { -1 } else { 1 }).checked_mul(count)?;
    let twice = sum.checked_mul(i256::from_i128(2))?.checked_add(half)?;
    twice.checked_div(count.checked_mul(i256::from_i128(2))?)?.to_i128()
}

impl Accumulator for DecimalMean {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let mut values = values[0].as_primitive::<Decimal128Type>().iter().flatten();
        values.try_for_each(|it| self.add(it))
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for value in values[0].as_primitive::<Decimal128Type>().iter().flatten() {
            self.sum = self.sum.checked_sub(value).ok_or_else(too_large)?;
            self.count -= 1;
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        self.seen.is_none()
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mean = match self.count {
            0 => None,
            count => Some(divided(self.sum, count).ok_or_else(too_large)?),
        };
        let unit = 10_f64.powi(i32::from(self.scale.saturating_add(DIGITS_MORE)));
        Ok(ScalarValue::Float64(mean.map(|it| it as f64 / unit)))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.seen.as_ref().map_or(0, |it| it.capacity() * 17)
    }

    /// The sum and the count, or all values where each counts once.
    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let state = match &self.seen {
            Some(seen) => seen.iter().flat_map(|it| it.to_le_bytes()).collect(),
            None => [self.sum, i128::from(self.count)].map(i128::to_le_bytes).concat(),
        };
        Ok(vec![ScalarValue::Binary(Some(state))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_binary::<i32>().iter().flatten() {
            let (numbers, []) = state.as_chunks::<16>() else {
                return exec_err!("a partial mean is broken");
            };
            let mut numbers = numbers.iter().map(|it| i128::from_le_bytes(*it));
            if self.seen.is_some() {
                numbers.try_for_each(|it| self.add(it))?;
            } else if let (Some(sum), Some(count)) = (numbers.next(), numbers.next()) {
                self.sum = self.sum.checked_add(sum).ok_or_else(too_large)?;
                self.count += count as u64;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_is_rounded_away_from_zero() {
        assert_eq!(divided(1, 3), Some(3_333));
        assert_eq!(divided(2, 3), Some(6_667));
        assert_eq!(divided(-2, 3), Some(-6_667));
        assert_eq!(divided(1, 20_000), Some(1));
        assert_eq!(divided(-1, 20_000), Some(-1));
        assert_eq!(divided(i128::MAX, 1), None);
    }

    #[test]
    fn partial_means_become_one() {
        for (seen, mean) in [(None, 0.023_333), (Some(HashSet::new()), 0.03)] {
            let of = |values: &[i128]| {
                let mut mean = DecimalMean { sum: 0, count: 0, scale: 2, seen: seen.clone() };
                values.iter().try_for_each(|it| mean.add(*it)).unwrap();
                mean
            };
            let states = [of(&[1, 5]).state().unwrap(), of(&[1]).state().unwrap()].concat();
            let mut all = of(&[]);
            all.merge_batch(&[ScalarValue::iter_to_array(states).unwrap()]).unwrap();
            assert_eq!(all.evaluate().unwrap(), ScalarValue::Float64(Some(mean)));
        }
    }
}
