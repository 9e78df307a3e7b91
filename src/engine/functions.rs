//! Every function that SQL may call: MySQL's, as tables of small functions over columns, and those of the engine that agree
//! with them. What is not here cannot be called.

#![expect(clippy::unnecessary_wraps, reason = "every function of the tables has one signature")]

mod aggregates;
mod arguments;
mod array_values;
mod bits;
mod by_type;
mod calculation;
mod checked_integers;
mod comparing;
mod conversions;
mod date_arithmetic;
mod date_format;
mod date_parse;
mod date_parts;
mod date_text;
mod date_units;
mod datetime;
mod like;
mod logic;
mod math;
mod number_text;
mod pattern;
mod registry;
mod rounding;
mod sketch;
mod string_builder;
mod text;
mod text_codes;
mod text_positions;
mod time_arguments;
mod time_type;
mod to_char;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::interrupt;
use super::overflow::Overflow;
use arguments::Args;

pub(crate) use aggregates::ignores_order;
pub(crate) use aggregates::noting_sum;
pub(crate) use by_type::is_date;
pub use registry::{Listed, list};
pub(crate) use registry::{aggregate, scalar, window};
pub use registry::{is_engine_only, is_internal};
pub(in crate::engine) use registry::{is_rewritten_aggregate, source};

/// What a function is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    Text,
    Date,
    Logic,
    Math,
    Aggregate,
    Window,
    /// Put in by rewrites, not written by anybody.
    Internal,
}

/// One of MySQL's functions.
#[derive(Debug, Clone, Copy)]
struct Function {
    name: &'static str,
    aliases: &'static [&'static str],
    family: Family,
    /// How many arguments it takes, at least and at most.
    arguments: (usize, usize),
    returns: Returns,
    evaluate: fn(&Args) -> Result<ArrayRef>,
    volatile: bool,
}

#[derive(Debug, Clone, Copy)]
enum Returns {
    Text,
    Long,
    Number,
    Boolean,
    Date,
    DateTime,
    Time,
    /// By the types of the arguments, and by those that are literals.
    By(fn(&[DataType], &[Option<String>]) -> DataType),
}

const MANY: usize = 1_000;

impl Function {
    const fn new(
        name: &'static str,
        family: Family,
        arguments: (usize, usize),
        returns: Returns,
        evaluate: fn(&Args) -> Result<ArrayRef>,
    ) -> Self {
        Self { name, aliases: &[], family, arguments, returns, evaluate, volatile: false }
    }

    const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }
}

/// A [`Function`] in the engine's terms.
#[derive(Debug)]
struct Udf {
    function: Function,
    aliases: Vec<String>,
    signature: Signature,
    pool: Arc<dyn MemoryPool>,
    overflow: Overflow,
}

impl Udf {
    fn of(function: Function, pool: Arc<dyn MemoryPool>) -> Arc<ScalarUDF> {
        let volatility =
            if function.volatile { Volatility::Volatile } else { Volatility::Immutable };
        let aliases = function.aliases.iter().map(|it| (*it).to_owned()).collect();
        let signature = Signature::user_defined(volatility);
        Arc::new(ScalarUDF::new_from_impl(Self {
            function,
            aliases,
            signature,
            pool,
            overflow: Overflow::default(),
        }))
    }
}

/// The function as one query calls it, which hears of a LONG that overflows.
pub(crate) fn noting(function: &ScalarUDF, overflow: &Overflow) -> Option<ScalarUDF> {
    let udf = function.inner().downcast_ref::<Udf>()?;
    Some(ScalarUDF::new_from_impl(Udf {
        function: udf.function,
        aliases: udf.aliases.clone(),
        signature: udf.signature.clone(),
        pool: Arc::clone(&udf.pool),
        overflow: overflow.clone(),
    }))
}

impl PartialEq for Udf {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for Udf {}

impl Hash for Udf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl ScalarUDFImpl for Udf {
    fn name(&self) -> &str {
        self.function.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Every argument is taken as it comes; what it counts as is the function's own affair.
    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        let (least, most) = self.function.arguments;
        if (least..=most).contains(&kinds.len()) {
            return Ok(kinds.to_vec());
        }
        let name = self.function.name.to_uppercase();
        let wanted = match (least, most) {
            (least, most) if least == most => format!("{least}"),
            (least, MANY) => format!("{least} or more"),
            (least, most) => format!("{least} to {most}"),
        };
        let found = kinds.len();
        let noun = if most == 1 { "argument" } else { "arguments" };
        Err(DataFusionError::Plan(format!("{name} takes {wanted} {noun}, not {found}")))
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        Ok(self.function.returns.kind(kinds, &[]))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        // The planner asks for types again and again.
        interrupt::check()?;
        let kinds: Vec<DataType> =
            args.arg_fields.iter().map(|it| it.data_type().clone()).collect();
        let literals: Vec<Option<String>> = args
            .scalar_arguments
            .iter()
            .map(|it| it.and_then(|it| it.try_as_str().flatten()).map(str::to_owned))
            .collect();
        Ok(Arc::new(Field::new(self.name(), self.function.returns.kind(&kinds, &literals), true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        interrupt::check()?;
        let wanted = args.return_field.data_type().clone();
        let arguments = Args::new(&args, &self.pool, &self.overflow)?;
        let mut array = (self.function.evaluate)(&arguments)?;
        if *array.data_type() != wanted {
            array = datafusion::arrow::compute::cast(&array, &wanted)?;
        }
        if arguments.all_constant() {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}

impl Returns {
    fn kind(self, kinds: &[DataType], literals: &[Option<String>]) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Long => DataType::Int64,
            Self::Number => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::DateTime => DATETIME,
            Self::Time => SPAN,
            Self::By(rule) => rule(kinds, literals),
        }
    }
}

/// The type of a datetime.
const DATETIME: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);
/// The type of a time, which may be negative and of more than a day.
const SPAN: DataType = DataType::Duration(TimeUnit::Millisecond);
