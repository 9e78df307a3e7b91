//! The kinds of values that MySQL's rules tell apart.

use datafusion::arrow::datatypes::{DataType, TimeUnit};

use crate::engine::types::{DECIMAL_PRECISION, DECIMAL_SCALE};

/// The order is that of the rows and columns in [`super::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Null,
    /// A condition: a LONG that is 1 or 0.
    Truth,
    Long,
    Decimal,
    Double,
    Text,
    Date,
    DateTime,
    /// A span of time, negative or of more than a day too.
    Time,
    /// What no expression of a query has, such as a sketch.
    Other,
}

impl Kind {
    pub(crate) fn of(arrow: &DataType) -> Self {
        match arrow {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Truth,
            DataType::Dictionary(_, value) => Self::of(value),
            it if it.is_string() => Self::Text,
            it if it.is_integer() => Self::Long,
            it if it.is_floating() => Self::Double,
            it if it.is_decimal() => Self::Decimal,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Timestamp(..) => Self::DateTime,
            DataType::Duration(_) => Self::Time,
            _ => Self::Other,
        }
    }

    /// The Arrow type that holds such values.
    pub(crate) fn arrow(self) -> DataType {
        match self {
            Self::Null => DataType::Null,
            Self::Truth => DataType::Boolean,
            Self::Long => DataType::Int64,
            Self::Decimal => DataType::Decimal128(DECIMAL_PRECISION, DECIMAL_SCALE),
            Self::Double => DataType::Float64,
            Self::Text => DataType::Utf8,
            Self::Date => DataType::Date32,
            Self::DateTime => DataType::Timestamp(TimeUnit::Millisecond, None),
            Self::Time => DataType::Duration(TimeUnit::Millisecond),
            Self::Other => DataType::Binary,
        }
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Truth | Self::Long | Self::Decimal | Self::Double)
    }

    /// Whether it has a day in the calendar.
    pub(crate) fn has_day(self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }
}
