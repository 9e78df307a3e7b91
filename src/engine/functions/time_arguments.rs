//! An argument that stands for a time: a moment, a number or a text.

use datafusion::arrow::array::{Float64Array, StringArray, TimestampMillisecondArray};
use datafusion::common::Result;

use super::arguments::{Args, Column};
use super::date_text::{Time, read_time, time_of_number};

/// An argument's times by row.
pub(super) enum Times {
    Moments(Column<TimestampMillisecondArray>),
    Numbers(Column<Float64Array>),
    Texts(Column<StringArray>),
}

impl Times {
    pub(super) fn of(args: &Args, index: usize) -> Result<Self> {
        let kind = args.kind(index);
        Ok(if kind.is_temporal() {
            Self::Moments(args.moment(index)?)
        } else if kind.is_numeric() {
            Self::Numbers(args.number(index)?)
        } else {
            Self::Texts(args.text(index)?)
        })
    }

    pub(super) fn get(&self, row: usize) -> Option<Time> {
        match self {
            Self::Moments(moments) => moments.get(row).map(Time::DateTime),
            Self::Numbers(numbers) => time_of_number(numbers.get(row)?),
            Self::Texts(texts) => read_time(texts.get(row)?),
        }
    }
}
