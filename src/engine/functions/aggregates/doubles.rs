//! Sums and means of DOUBLEs whose last digit does not depend on the order of adding, and so neither on threads nor on how a table
//! was uploaded: what an addition rounds off is added up too.
//!
//! Knuth, The Art of Computer Programming, volume 2, section 4.2.2, theorem B; Neumaier, "Rundungsfehleranalyse einiger Verfahren
//! zur Summation endlicher Summen", 1974. Two doubles hold about 106 bits of a sum, of which 53 are shown.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type, UInt64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::StateFieldsArgs;
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

use super::filtered;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Sum,
    Mean,
}

/// A sum of doubles.
#[derive(Clone, Copy, Debug, Default)]
struct Total {
    sum: f64,
    /// What additions to the sum have rounded off.
    rest: f64,
    count: u64,
}

impl Total {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let added = sum - self.sum;
        self.rest += (self.sum - (sum - added)) + (value - added);
        self.sum = sum;
    }

    fn merge(&mut self, other: Self) {
        self.add(other.sum);
        self.rest += other.rest;
        self.count += other.count;
    }

    /// None of nothing.
    fn outcome(self, outcome: Outcome) -> Option<f64> {
        // Beyond the range of a double, the rest is no number.
        let sum = if self.sum.is_finite() { self.sum + self.rest } else { self.sum };
        let divisor = if outcome == Outcome::Mean { self.count as f64 } else { 1.0 };
        (self.count > 0).then_some(sum / divisor)
    }
}

/// Of a partial sum; of all values, where each counts once.
pub(super) fn state_fields(args: &StateFieldsArgs) -> Vec<FieldRef> {
    let field =
        |part: &str, kind| Field::new(format_state_name(args.name, part), kind, true).into();
    if args.is_distinct {
        return vec![field("values", DataType::Binary)];
    }
    vec![
        field("sum", DataType::Float64),
        field("rest", DataType::Float64),
        field("count", DataType::UInt64),
    ]
}

pub(super) fn accumulator(outcome: Outcome, is_distinct: bool) -> Box<dyn Accumulator> {
    if is_distinct {
        return Box::new(DistinctDoubles { seen: HashSet::new(), outcome });
    }
    Box::new(Doubles { total: Total::default(), outcome })
}

pub(super) fn groups_accumulator(outcome: Outcome) -> Box<dyn GroupsAccumulator> {
    Box::new(DoubleGroups { totals: Vec::new(), outcome })
}

#[derive(Debug)]
struct Doubles {
    total: Total,
    outcome: Outcome,
}

impl Accumulator for Doubles {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Float64Type>();
        self.total.count += (values.len() - values.null_count()) as u64;
        if values.null_count() > 0 {
            values.iter().flatten().for_each(|it| self.total.add(it));
            return Ok(());
        }
        // Four sums beside one another: an addition has to wait for the one before it.
        let mut lanes = [Total::default(); 4];
        let (fours, rest) = values.values().as_chunks::<4>();
        for four in fours {
            for (lane, value) in lanes.iter_mut().zip(four) {
                lane.add(*value);
            }
        }
        for lane in lanes {
            self.total.merge(lane);
        }
        for value in rest {
            self.total.add(*value);
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let values = values[0].as_primitive::<Float64Type>();
        self.total.count -= (values.len() - values.null_count()) as u64;
        values.iter().flatten().for_each(|it| self.total.add(-it));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.total.outcome(self.outcome)))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let Total { sum, rest, count } = self.total;
        Ok(vec![sum.into(), rest.into(), count.into()])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        totals(states).for_each(|it| self.total.merge(it));
        Ok(())
    }
}

fn totals(states: &[ArrayRef]) -> impl Iterator<Item = Total> {
    let [sums, rests] = [0, 1].map(|it| states[it].as_primitive::<Float64Type>().values());
    let counts = states[2].as_primitive::<UInt64Type>().values();
    let parts = sums.iter().zip(rests).zip(counts);
    parts.map(|((sum, rest), count)| Total { sum: *sum, rest: *rest, count: *count })
}

#[derive(Debug)]
struct DistinctDoubles {
    /// Bits.
    seen: HashSet<u64>,
    outcome: Outcome,
}

impl Accumulator for DistinctDoubles {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        // Both zeros are one.
        let values = values[0].as_primitive::<Float64Type>().iter().flatten();
        self.seen.extend(values.map(|it| (it + 0.0).to_bits()));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut total = Total { count: self.seen.len() as u64, ..Total::default() };
        self.seen.iter().for_each(|it| total.add(f64::from_bits(*it)));
        Ok(ScalarValue::Float64(total.outcome(self.outcome)))
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
            self.seen.extend(state.as_chunks::<8>().0.iter().map(|it| u64::from_le_bytes(*it)));
        }
        Ok(())
    }
}

struct DoubleGroups {
    totals: Vec<Total>,
    outcome: Outcome,
}

impl GroupsAccumulator for DoubleGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        count: usize,
    ) -> Result<()> {
        self.totals.resize(count, Total::default());
        let values = filtered(&values[0], filter)?;
        let values = values.as_primitive::<Float64Type>();
        let mut add = |value, group: &usize| {
            let total = &mut self.totals[*group];
            total.add(value);
            total.count += 1;
        };
        if values.null_count() == 0 {
            values.values().iter().zip(groups).for_each(|(value, group)| add(*value, group));
        } else {
            for (value, group) in values.iter().zip(groups) {
                if let Some(value) = value {
                    add(value, group);
                }
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let totals = emit.take_needed(&mut self.totals).into_iter();
        let outcomes: Float64Array = totals.map(|it| it.outcome(self.outcome)).collect();
        Ok(Arc::new(outcomes))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let totals = emit.take_needed(&mut self.totals);
        Ok(vec![
            Arc::new(Float64Array::from_iter_values(totals.iter().map(|it| it.sum))),
            Arc::new(Float64Array::from_iter_values(totals.iter().map(|it| it.rest))),
            Arc::new(UInt64Array::from_iter_values(totals.iter().map(|it| it.count))),
        ])
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], count: usize) -> Result<()> {
        self.totals.resize(count, Total::default());
        totals(states).zip(groups).for_each(|(it, group)| self.totals[*group].merge(it));
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = filtered(&values[0], filter)?;
        let values = values.as_primitive::<Float64Type>();
        let sums = values.iter().map(Option::unwrap_or_default);
        let counts = values.iter().map(|it| u64::from(it.is_some()));
        Ok(vec![
            Arc::new(Float64Array::from_iter_values(sums)),
            Arc::new(Float64Array::from_iter_values(std::iter::repeat_n(0.0, values.len()))),
            Arc::new(UInt64Array::from_iter_values(counts)),
        ])
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.totals.capacity() * size_of::<Total>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: impl Iterator<Item = f64>) -> Option<f64> {
        let mut total = Total::default();
        values.for_each(|it| {
            total.merge(Total { sum: it, rest: 0.0, count: 1 });
        });
        total.outcome(Outcome::Sum)
    }

    #[test]
    fn a_sum_is_the_same_in_any_order_and_in_any_parts() {
        let mixed = |it: u64| {
            (it.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f64 / 7.0
                * 10_f64.powi((it % 13) as i32 - 6)
        };
        let values: Vec<f64> = (0..50_000).map(mixed).collect();
        let forward = sum(values.iter().copied());
        assert_eq!(forward, sum(values.iter().rev().copied()));
        let added = |values: &mut dyn Iterator<Item = &f64>| values.sum::<f64>().to_bits();
        assert_ne!(added(&mut values.iter()), added(&mut values.iter().rev()));
        for parts in [2, 7, 8_192] {
            let mut all = DoubleGroups { totals: Vec::new(), outcome: Outcome::Sum };
            for part in values.chunks(parts) {
                let mut one = Doubles { total: Total::default(), outcome: Outcome::Sum };
                one.update_batch(&[Arc::new(Float64Array::from(part.to_vec()))]).unwrap();
                let state = one.state().unwrap();
                let state: Vec<ArrayRef> = state.iter().map(|it| it.to_array().unwrap()).collect();
                all.merge_batch(&state, &[0], 1).unwrap();
            }
            let outcome = all.evaluate(EmitTo::All).unwrap();
            assert_eq!(Some(outcome.as_primitive::<Float64Type>().value(0)), forward);
        }
    }

    #[test]
    fn what_is_rounded_off_is_not_lost() {
        assert_eq!(sum([1e100, 1.0, -1e100].into_iter()), Some(1.0));
        assert_eq!(sum([0.1; 10].into_iter()), Some(1.0));
        assert_eq!(sum([f64::MAX, f64::MAX].into_iter()), Some(f64::INFINITY));
        assert_eq!(sum(std::iter::empty()), None);
    }
}
