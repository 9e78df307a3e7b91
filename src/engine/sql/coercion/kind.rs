//! The sorts of values that conversions tell apart.

use datafusion::arrow::datatypes::DataType;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Truth,
    Text,
    Long,
    Double,
    Decimal,
    Date,
    Time,
    Other,
}

impl Kind {
    pub(super) fn of(arrow: &DataType) -> Self {
        match arrow {
            DataType::Null => Self::Null,
            DataType::Boolean => Self::Truth,
            DataType::Dictionary(_, value) => Self::of(value),
            it if it.is_string() => Self::Text,
            it if it.is_integer() => Self::Long,
            it if it.is_floating() => Self::Double,
            it if it.is_decimal() => Self::Decimal,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Timestamp(..) => Self::Time,
            _ => Self::Other,
        }
    }

    /// Whether it is a DOUBLE in a calculation.
    pub(super) fn is_double(self) -> bool {
        matches!(self, Self::Double | Self::Text | Self::Null)
    }

    pub(super) fn is_calendar(self) -> bool {
        matches!(self, Self::Date | Self::Time)
    }
}
