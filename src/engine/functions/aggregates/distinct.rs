//! Approximate counts of distinct values, and the sketches behind them, which a query may keep and merge.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};

use super::super::sketch::{LOG_K_DEFAULT, SKETCH, Sketch, hashes};

/// An aggregate from values or sketches to a sketch or its estimate.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Distinct {
    name: &'static str,
    aliases: Vec<String>,
    takes: Input,
    gives: Output,
    signature: Signature,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Input {
    /// And a `max_log_k`, where a sketch is asked for.
    Values,
    Sketches,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Output {
    Sketch,
    Count,
}

impl Distinct {
    fn new(name: &'static str, aliases: &[&str], takes: Input, gives: Output) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        let aliases = aliases.iter().map(|it| (*it).to_owned()).collect();
        Self { name, aliases, takes, gives, signature }
    }

    pub(super) fn all() -> [Self; 4] {
        use Input::{Sketches, Values};
        [
            Self::new(
                "approximate_count_distinct",
                &["approx_count_distinct", "approx_distinct"],
                Values,
                Output::Count,
            ),
            Self::new(
                "hll_sketch_init",
                &["approximate_count_distinct_synopsis"],
                Values,
                Output::Sketch,
            ),
            Self::new("hll_sketch_merge_partial", &[], Sketches, Output::Sketch),
            Self::new(
                "hll_sketch_merge",
                &["approximate_count_distinct_of_synopsis"],
                Sketches,
                Output::Count,
            ),
        ]
    }
}

impl AggregateUDFImpl for Distinct {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        let name = self.name.to_uppercase();
        match (self.takes, self.gives, kinds) {
            (Input::Values, _, [kind]) if *kind == SKETCH => {
                plan_err!("{name} takes values, not a sketch: HLL_SKETCH_MERGE takes one")
            }
            (Input::Values, _, [kind]) => Ok(vec![kind.clone()]),
            (Input::Values, Output::Sketch, [kind, log_k]) if log_k.is_integer() => {
                Ok(vec![kind.clone(), DataType::Int64])
            }
            (Input::Sketches, _, [DataType::Binary | DataType::Null]) => Ok(vec![SKETCH]),
            (Input::Sketches, _, [_]) => {
                plan_err!("{name} takes a sketch: HLL_SKETCH_INIT makes one")
            }
            (Input::Values, Output::Sketch, _) => {
                plan_err!("{name} takes a value and a whole number from 4 to 21")
            }
            _ => plan_err!("{name} takes 1 argument, not {}", kinds.len()),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.gives {
            Output::Sketch => SKETCH,
            Output::Count => DataType::Int64,
        })
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format_state_name(args.name, "sketch");
        Ok(vec![Field::new(name, SKETCH, true).into()])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Growing { takes: self.takes, gives: self.gives, sketch: None }))
    }

    /// COUNT of no rows is 0.
    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        Ok(match self.gives {
            Output::Sketch => ScalarValue::Binary(None),
            Output::Count => ScalarValue::Int64(Some(0)),
        })
    }
}

#[derive(Debug)]
struct Growing {
    takes: Input,
    gives: Output,
    sketch: Option<Sketch>,
}

impl Growing {
    fn insert(&mut self, values: &[ArrayRef]) -> Result<()> {
        let hashes = hashes(&values[0])?;
        if self.sketch.is_none() && !hashes.is_empty() {
            let given = values.get(1).map(AsArray::as_primitive::<Int64Type>);
            let log_k = given.filter(|it| it.is_valid(0)).map(|it| it.value(0));
            self.sketch = Some(Sketch::new(log_k.unwrap_or(LOG_K_DEFAULT.into()))?);
        }
        if let Some(sketch) = &mut self.sketch {
            hashes.into_iter().flatten().for_each(|it| sketch.insert(it));
        }
        Ok(())
    }
}

impl Accumulator for Growing {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        match self.takes {
            Input::Values => self.insert(values),
            Input::Sketches => self.merge_batch(values),
        }
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for bytes in states[0].as_binary::<i32>().iter().flatten() {
            let other = Sketch::of_bytes(bytes)?;
            match &mut self.sketch {
                Some(sketch) => sketch.merge(&other),
                none => *none = Some(other),
            }
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(self.sketch.as_ref().map(Sketch::to_bytes))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(match self.gives {
            Output::Sketch => ScalarValue::Binary(self.sketch.as_ref().map(Sketch::to_bytes)),
            Output::Count => {
                ScalarValue::Int64(Some(self.sketch.as_ref().map_or(0, Sketch::estimate)))
            }
        })
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.sketch.as_ref().map_or(0, Sketch::size)
    }
}
