//! What our scalar functions have in common: a name, how many arguments, what they return, and the work itself.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::arguments::Arguments;

/// How one function is run. Arguments of every type are taken and converted inside.
#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    /// The fewest and the most arguments.
    pub(super) arity: (usize, usize),
    pub(super) returns: Returns,
    /// Gives `arguments.rows()` values of the returned type.
    pub(super) run: fn(&Arguments) -> Result<ArrayRef>,
}

#[derive(Clone, Copy)]
pub(super) enum Returns {
    Text,
    Whole,
    Double,
    Truth,
    /// By the types of the arguments.
    By(fn(&[DataType]) -> DataType),
}

/// As many arguments as anybody writes.
pub(super) const MANY: usize = 10_000;

impl Call {
    pub(super) const fn new(
        name: &'static str,
        arity: (usize, usize),
        returns: Returns,
        run: fn(&Arguments) -> Result<ArrayRef>,
    ) -> Self {
        Self { name, aliases: &[], arity, returns, run }
    }

    pub(super) const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// With the same arguments it gives the same answer.
    pub(super) fn function(&self) -> Arc<ScalarUDF> {
        self.of(Volatility::Immutable)
    }

    pub(super) fn volatile_function(&self) -> Arc<ScalarUDF> {
        self.of(Volatility::Volatile)
    }

    fn of(&self, volatility: Volatility) -> Arc<ScalarUDF> {
        Arc::new(ScalarUDF::new_from_impl(Ours {
            call: *self,
            aliases: self.aliases.iter().map(|it| (*it).to_owned()).collect(),
            signature: Signature::user_defined(volatility),
        }))
    }
}

struct Ours {
    call: Call,
    aliases: Vec<String>,
    signature: Signature,
}

impl std::fmt::Debug for Ours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ours").field("name", &self.call.name).finish_non_exhaustive()
    }
}

impl PartialEq for Ours {
    fn eq(&self, other: &Self) -> bool {
        self.call.name == other.call.name
    }
}

impl Eq for Ours {}

impl Hash for Ours {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.call.name.hash(state);
    }
}

impl ScalarUDFImpl for Ours {
    fn name(&self) -> &str {
        self.call.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        let (least, most) = self.call.arity;
        if (least..=most).contains(&arguments.len()) {
            return Ok(arguments.to_vec());
        }
        let wanted = match (least, most) {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, MANY) => format!("{least} or more arguments"),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let (name, given) = (self.call.name.to_uppercase(), arguments.len());
        plan_err!("{name} takes {wanted}, not {given}")
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(match self.call.returns {
            Returns::Text => DataType::Utf8,
            Returns::Whole => DataType::Int64,
            Returns::Double => DataType::Float64,
            Returns::Truth => DataType::Boolean,
            Returns::By(kind) => kind(arguments),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arguments = Arguments::new(&args.args, args.number_rows);
        let constant = arguments.is_constant();
        let values = (self.call.run)(&arguments)?;
        if constant && values.len() == 1 {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&values, 0)?));
        }
        Ok(ColumnarValue::Array(values))
    }
}
