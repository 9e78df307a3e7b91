//! SUM: of LONGs without wrapping around on the way. A sum that does not fit a LONG in the end wraps around, and says so.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array,
};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::sum::Sum;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, ReversedUDAF, Signature,
};

use crate::engine::overflow::Overflow;

use super::doubles::{self, Outcome};
use super::filtered;

/// A partial sum on its way from one thread to another.
const PARTIAL: DataType = DataType::Decimal128(38, 0);

#[derive(Debug, Default)]
pub(super) struct CheckedSum {
    engine: Sum,
    overflow: Overflow,
}

impl CheckedSum {
    pub(super) fn noting(overflow: Overflow) -> Self {
        Self { engine: Sum::default(), overflow }
    }
}

impl PartialEq for CheckedSum {
    fn eq(&self, other: &Self) -> bool {
        self.engine == other.engine
    }
}

impl Eq for CheckedSum {}

impl Hash for CheckedSum {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.engine.hash(state);
    }
}

fn is_long(args: &AccumulatorArgs) -> bool {
    *args.expr_fields[0].data_type() == DataType::Int64
}

fn is_double(args: &AccumulatorArgs) -> bool {
    *args.expr_fields[0].data_type() == DataType::Float64
}

impl AggregateUDFImpl for CheckedSum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn signature(&self) -> &Signature {
        self.engine.signature()
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        self.engine.return_type(kinds)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        match args.return_field.data_type() {
            DataType::Float64 => return Ok(doubles::state_fields(&args)),
            DataType::Int64 => {}
            _ => return self.engine.state_fields(args),
        }
        let kind = if args.is_distinct { DataType::Binary } else { PARTIAL };
        Ok(vec![Field::new(format_state_name(args.name, "sum"), kind, true).into()])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if is_double(&args) {
            return Ok(doubles::accumulator(Outcome::Sum, args.is_distinct));
        }
        if !is_long(&args) {
            return self.engine.accumulator(args);
        }
        if args.is_distinct {
            return Ok(Box::new(DistinctSum {
                overflow: self.overflow.clone(),
                ..Default::default()
            }));
        }
        Ok(Box::new(LongSum { overflow: self.overflow.clone(), ..Default::default() }))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.engine.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        if is_long(&args) {
            return Ok(Box::new(LongSums {
                overflow: self.overflow.clone(),
                ..Default::default()
            }));
        }
        if is_double(&args) {
            return Ok(doubles::groups_accumulator(Outcome::Sum));
        }
        self.engine.create_groups_accumulator(args)
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if (is_long(&args) || is_double(&args)) && !args.is_distinct {
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

fn long(sum: i128, overflow: &Overflow) -> i64 {
    i64::try_from(sum).unwrap_or_else(|_| {
        overflow.note();
        sum as i64
    })
}

/// The sum of a column. Halves of numbers add up without overflow, many at once.
fn total(values: &Int64Array) -> i128 {
    if values.null_count() > 0 {
        return values.iter().flatten().map(i128::from).sum();
    }
    let sum_of = |part: &[i64]| {
        let high: i64 = part.iter().map(|it| it >> 32).sum();
        let low: i64 = part.iter().map(|it| it & 0xffff_ffff).sum();
        (i128::from(high) << 32) + i128::from(low)
    };
    values.values().chunks(1 << 20).map(sum_of).sum()
}

#[derive(Debug, Default)]
struct LongSum {
    overflow: Overflow,
    sum: i128,
    count: u64,
}

impl Accumulator for LongSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Int64Type>();
        self.sum += total(values);
        self.count += (values.len() - values.null_count()) as u64;
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Int64Type>();
        self.sum -= total(values);
        self.count -= (values.len() - values.null_count()) as u64;
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64((self.count > 0).then(|| long(self.sum, &self.overflow))))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Decimal128((self.count > 0).then_some(self.sum), 38, 0)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for sum in states[0].as_primitive::<Decimal128Type>().iter().flatten() {
            self.sum += sum;
            self.count += 1;
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct DistinctSum {
    overflow: Overflow,
    seen: HashSet<i64>,
}

impl Accumulator for DistinctSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.seen.extend(values[0].as_primitive::<Int64Type>().iter().flatten());
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = self.seen.iter().map(|it| i128::from(*it)).sum();
        Ok(ScalarValue::Int64((!self.seen.is_empty()).then(|| long(sum, &self.overflow))))
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.seen.capacity() * 9
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = self.seen.iter().flat_map(|it| it.to_le_bytes()).collect();
        Ok(vec![ScalarValue::Binary(Some(values))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for state in states[0].as_binary::<i32>().iter().flatten() {
            self.seen.extend(state.as_chunks::<8>().0.iter().map(|it| i64::from_le_bytes(*it)));
        }
        Ok(())
    }
}

/// The sums of many groups; none where a group has had no value.
#[derive(Default)]
struct LongSums {
    overflow: Overflow,
    sums: Vec<Option<i128>>,
}

impl LongSums {
    fn add<T: Into<i128>>(
        &mut self,
        values: impl Iterator<Item = Option<T>>,
        groups: &[usize],
        count: usize,
    ) {
        self.sums.resize(count, None);
        for (value, group) in values.zip(groups) {
            if let Some(value) = value {
                *self.sums[*group].get_or_insert(0) += value.into();
            }
        }
    }
}

impl GroupsAccumulator for LongSums {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        let values = filtered(&values[0], filter)?;
        let values = values.as_primitive::<Int64Type>();
        if values.null_count() == 0 {
            self.add(values.values().iter().map(|it| Some(*it)), groups, count);
        } else {
            self.add(values.iter(), groups, count);
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let sums = emit.take_needed(&mut self.sums);
        let long = |it| long(it, &self.overflow);
        Ok(Arc::new(sums.into_iter().map(|it| it.map(long)).collect::<Int64Array>()))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let sums: Decimal128Array = emit.take_needed(&mut self.sums).into_iter().collect();
        Ok(vec![Arc::new(sums.with_data_type(PARTIAL))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.add(states[0].as_primitive::<Decimal128Type>().iter(), groups, count);
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = filtered(&values[0], filter)?;
        let values = values.as_primitive::<Int64Type>();
        let sums: Decimal128Array = values.iter().map(|it| it.map(i128::from)).collect();
        Ok(vec![Arc::new(sums.with_data_type(PARTIAL))])
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.sums.capacity() * size_of::<Option<i128>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_may_leave_the_range_on_its_way() {
        let columns = |values: Vec<Option<i64>>| [Arc::new(Int64Array::from(values)) as ArrayRef];
        let mut one = LongSum::default();
        one.update_batch(&columns(vec![Some(i64::MAX), Some(i64::MAX)])).unwrap();
        assert_eq!(one.evaluate().unwrap(), ScalarValue::Int64(Some(-2)));
        assert!(one.overflow.happened());
        one.update_batch(&columns(vec![Some(i64::MIN), None, Some(-5)])).unwrap();
        assert_eq!(one.evaluate().unwrap(), ScalarValue::Int64(Some(i64::MAX - 6)));
        one.retract_batch(&columns(vec![Some(-5), None])).unwrap();
        assert_eq!(one.evaluate().unwrap(), ScalarValue::Int64(Some(i64::MAX - 1)));
        let mut other = LongSum::default();
        other.merge_batch(&[one.state().unwrap()[0].to_array().unwrap()]).unwrap();
        assert_eq!(other.evaluate().unwrap(), ScalarValue::Int64(Some(i64::MAX - 1)));
        assert_eq!(LongSum::default().evaluate().unwrap(), ScalarValue::Int64(None));
    }

    #[test]
    fn groups_are_summed_apart_and_filters_leave_rows_out() {
        let values =
            [Arc::new(Int64Array::from(vec![Some(1), None, Some(5), Some(7)])) as ArrayRef];
        let filter = BooleanArray::from(vec![Some(true), Some(true), None, Some(true)]);
        let mut sums = LongSums::default();
        sums.update_batch(&values, &[0, 1, 0, 2], Some(&filter), 3).unwrap();
        sums.update_batch(&values, &[0, 0, 0, 2], None, 3).unwrap();
        let state = sums.convert_to_state(&values, Some(&filter)).unwrap();
        sums.merge_batch(&state, &[2, 2, 2, 2], 3).unwrap();
        let all = sums.evaluate(EmitTo::All).unwrap();
        assert_eq!(all.as_primitive(), &Int64Array::from(vec![Some(7), None, Some(22)]));
    }

    #[test]
    fn halves_add_up_to_the_whole() {
        let values = Int64Array::from(vec![i64::MIN, -1, 0, 1, i64::MAX, i64::MAX, 1 << 33]);
        assert_eq!(total(&values), values.iter().flatten().map(i128::from).sum());
    }
}
