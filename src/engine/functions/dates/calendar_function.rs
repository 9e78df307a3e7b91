//! A function that computes each row from the arguments' values in that row.

use std::hash::{Hash, Hasher};
use std::ops::RangeInclusive;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Int64Array, StringBuilder, TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::arguments::{Arguments, coerced};
use super::moment::Moment;

/// What a value and all values of a batch may take.
const VALUE_BYTES_MAX: usize = 16 << 20;
const BATCH_BYTES_MAX: usize = 256 << 20;

pub(super) const INSTANT: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);

/// How a row's value is computed; none is NULL.
#[derive(Clone, Copy)]
pub(super) enum Gives {
    Long(fn(&Arguments, usize) -> Option<i64>),
    Day(fn(&Arguments, usize) -> Option<Moment>),
    Instant(fn(&Arguments, usize) -> Option<Moment>),
    /// Appends the value to the text.
    Text(fn(&Arguments, usize, &mut String) -> Option<()>),
}

impl Gives {
    pub(super) fn data_type(self) -> DataType {
        match self {
            Self::Long(_) => DataType::Int64,
            Self::Day(_) => DataType::Date32,
            Self::Instant(_) => INSTANT,
            Self::Text(_) => DataType::Utf8,
        }
    }

    fn rows(self, arguments: &Arguments, rows: usize) -> Result<ArrayRef> {
        let rows = 0..rows;
        Ok(match self {
            Self::Long(row) => Arc::new(rows.map(|it| row(arguments, it)).collect::<Int64Array>()),
            Self::Day(row) => {
                let day = |it: Moment| it.days() as i32;
                Arc::new(rows.map(|it| row(arguments, it).map(day)).collect::<Date32Array>())
            }
            Self::Instant(row) => {
                let ms = |it: Moment| it.us().div_euclid(1_000);
                let values = rows.map(|it| row(arguments, it).map(ms));
                Arc::new(values.collect::<TimestampMillisecondArray>())
            }
            Self::Text(row) => {
                let mut values = StringBuilder::new();
                let mut value = String::new();
                for it in rows {
                    value.clear();
                    let found = row(arguments, it, &mut value);
                    let all = values.values_slice().len() + value.len();
                    if value.len() > VALUE_BYTES_MAX || all > BATCH_BYTES_MAX {
                        return exec_err!("a function's text is longer than the limit");
                    }
                    values.append_option(found.map(|()| value.as_str()));
                }
                Arc::new(values.finish())
            }
        })
    }

    /// One value where all arguments are constant, else one for each row.
    pub(super) fn invoke(self, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|it| matches!(it, ColumnarValue::Scalar(_)));
        let arguments = Arguments::of(&args.args)?;
        let values = self.rows(&arguments, if constant { 1 } else { args.number_rows })?;
        Ok(if constant {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&values, 0)?)
        } else {
            ColumnarValue::Array(values)
        })
    }
}

pub(super) struct CalendarFunction {
    name: &'static str,
    aliases: Vec<String>,
    takes: RangeInclusive<usize>,
    gives: Choice,
    signature: Signature,
}

enum Choice {
    Always(Gives),
    ByTypes(fn(&[DataType]) -> Gives),
}

pub(super) fn function(
    name: &'static str,
    aliases: &[&str],
    takes: RangeInclusive<usize>,
    gives: Gives,
) -> Arc<ScalarUDF> {
    build(name, aliases, takes, Choice::Always(gives))
}

/// A function whose result's type hangs on how many arguments there are and of which types.
pub(super) fn by_types(
    name: &'static str,
    takes: RangeInclusive<usize>,
    gives: fn(&[DataType]) -> Gives,
) -> Arc<ScalarUDF> {
    build(name, &[], takes, Choice::ByTypes(gives))
}

fn build(
    name: &'static str,
    aliases: &[&str],
    takes: RangeInclusive<usize>,
    gives: Choice,
) -> Arc<ScalarUDF> {
    let aliases = aliases.iter().map(|&it| it.to_owned()).collect();
    let signature = Signature::user_defined(Volatility::Immutable);
    let function = CalendarFunction { name, aliases, takes, gives, signature };
    Arc::new(ScalarUDF::new_from_impl(function))
}

impl Choice {
    fn of(&self, types: &[DataType]) -> Gives {
        match self {
            Self::Always(gives) => *gives,
            Self::ByTypes(choose) => choose(types),
        }
    }
}

/// Refuses a call with too few or too many arguments.
pub(super) fn check_count(name: &str, takes: &RangeInclusive<usize>, count: usize) -> Result<()> {
    if takes.contains(&count) {
        return Ok(());
    }
    let (least, most) = (takes.start(), takes.end());
    let wanted = match (most - least, most) {
        (0, 1) => "1 argument".to_owned(),
        (0, most) => format!("{most} arguments"),
        _ => format!("{least} to {most} arguments"),
    };
    plan_err!("{} takes {wanted}, not {count}", name.to_uppercase())
}

impl ScalarUDFImpl for CalendarFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        check_count(self.name, &self.takes, types.len())?;
        Ok(coerced(types))
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(self.gives.of(types).data_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let types: Vec<DataType> = args.args.iter().map(ColumnarValue::data_type).collect();
        self.gives.of(&types).invoke(&args)
    }
}

impl std::fmt::Debug for CalendarFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// A name stands for one function.
impl PartialEq for CalendarFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CalendarFunction {}

impl Hash for CalendarFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
