//! The six column types of a dataset, and the Arrow types that hold them.

use std::fmt;
use std::str::FromStr;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// Rows of a batch, while CSV is read and while a query runs.
pub(crate) const BATCH_ROWS: usize = 8_192;

/// Digits of a DECIMAL in all, and behind the point. Domo's schema states neither.
pub const DECIMAL_PRECISION: u8 = 38;
pub const DECIMAL_SCALE: i8 = 10;

/// The type of a dataset's column, by the name that Domo's schema gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    String,
    /// A 64-bit signed integer.
    Long,
    Double,
    Decimal,
    /// A day without a time.
    Date,
    /// An instant without a zone, kept to the millisecond.
    DateTime,
}

impl ColumnType {
    pub const ALL: [Self; 6] =
        [Self::String, Self::Long, Self::Double, Self::Decimal, Self::Date, Self::DateTime];

    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Long => "LONG",
            Self::Double => "DOUBLE",
            Self::Decimal => "DECIMAL",
            Self::Date => "DATE",
            Self::DateTime => "DATETIME",
        }
    }

    /// The Arrow type in which a stored column of this type is held.
    pub fn arrow(self) -> DataType {
        match self {
            Self::String => DataType::Utf8,
            Self::Long => DataType::Int64,
            Self::Double => DataType::Float64,
            Self::Decimal => DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
            Self::Date => DataType::Date32,
            Self::DateTime => DataType::Timestamp(TimeUnit::Millisecond, None),
        }
    }

    /// The type under which a query's output column is reported.
    pub fn of_arrow(arrow: &DataType) -> Self {
        match arrow {
            DataType::Dictionary(_, value) => Self::of_arrow(value),
            it if it.is_integer() => Self::Long,
            DataType::Boolean => Self::Long,
            it if it.is_floating() => Self::Double,
            it if it.is_decimal() => Self::Decimal,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Timestamp(..) => Self::DateTime,
            _ => Self::String,
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ColumnType {
    type Err = UnknownType;

    fn from_str(text: &str) -> Result<Self, UnknownType> {
        Self::ALL
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownType(text.to_owned()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a column type: use STRING, LONG, DOUBLE, DECIMAL, DATE or DATETIME")]
pub struct UnknownType(pub String);

/// A column of a table: its name as the schema spells it, and its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Column {
    pub name: String,
    pub kind: ColumnType,
}

impl Column {
    pub fn new(name: impl Into<String>, kind: ColumnType) -> Self {
        Self { name: name.into(), kind }
    }
}

/// The Arrow schema of these columns; every one is nullable.
pub fn arrow_schema(columns: &[Column]) -> SchemaRef {
    let fields: Vec<Field> =
        columns.iter().map(|it| Field::new(&it.name, it.kind.arrow(), true)).collect();
    SchemaRef::new(Schema::new(fields))
}
