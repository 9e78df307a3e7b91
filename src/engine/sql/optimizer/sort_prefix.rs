//! A number for each value of a column that is in no other order than the values are: of two values, the lesser has the
//! lesser number, or both have the same.

use datafusion::arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimeUnit,
    TimestampMillisecondType, UInt64Type,
};
use datafusion::common::{Result, internal_err};

pub(super) fn has_sort_prefix(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Int64
            | DataType::UInt64
            | DataType::Float64
            | DataType::Decimal128(..)
            | DataType::Date32
            | DataType::Timestamp(TimeUnit::Millisecond, _)
            | DataType::Utf8
    )
}

/// Ranks in the order of a sort with these options.
pub(super) fn sort_prefix(
    values: &ArrayRef,
    options: SortOptions,
    ranks: &mut Vec<u64>,
) -> Result<()> {
    ranks.clear();
    match values.data_type() {
        DataType::Int64 => of::<Int64Type>(values, ranks, of_long),
        DataType::UInt64 => of::<UInt64Type>(values, ranks, |it| it),
        DataType::Date32 => of::<Date32Type>(values, ranks, |it| of_long(i64::from(it))),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            of::<TimestampMillisecondType>(values, ranks, of_long);
        }
        DataType::Float64 => of::<Float64Type>(values, ranks, of_double),
        // Those of a column have one scale. A double knows the first digits.
        DataType::Decimal128(..) => of::<Decimal128Type>(values, ranks, |it| of_double(it as f64)),
        DataType::Utf8 => {
            let texts = values.as_string::<i32>();
            ranks.extend((0..texts.len()).map(|it| of_text(texts.value(it))));
        }
        other => return internal_err!("{other} has no ranks"),
    }
    if options.descending {
        for it in ranks.iter_mut() {
            *it = !*it;
        }
    }
    if let Some(nulls) = values.logical_nulls() {
        let of_null = if options.nulls_first { 0 } else { u64::MAX };
        let of_nulls = ranks.iter_mut().zip(&nulls).filter(|(_, is_valid)| !is_valid);
        of_nulls.for_each(|(rank, _)| *rank = of_null);
    }
    Ok(())
}

fn of<T: ArrowPrimitiveType>(
    values: &ArrayRef,
    ranks: &mut Vec<u64>,
    rank: impl Fn(T::Native) -> u64,
) {
    ranks.extend(values.as_primitive::<T>().values().iter().map(|it| rank(*it)));
}

fn of_long(value: i64) -> u64 {
    value.cast_unsigned() ^ 1 << 63
}

fn of_double(value: f64) -> u64 {
    // Both zeros are one.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits ^ 1 << 63 }
}

/// That of the first eight bytes.
fn of_text(text: &str) -> u64 {
    let mut first = [0; 8];
    let count = text.len().min(8);
    first[..count].copy_from_slice(&text.as_bytes()[..count]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Decimal128Array, Float64Array, Int64Array, StringArray};
    use datafusion::arrow::compute::sort;

    use super::*;

    #[test]
    fn sorted_values_have_sorted_ranks() {
        let texts = ["", "a", "a\0", "ab", "abcdefgh", "abcdefghi", "ü", "\u{10ffff}"];
        let columns: [ArrayRef; 4] = [
            Arc::new(Int64Array::from(vec![
                None,
                Some(i64::MIN),
                Some(-1),
                Some(0),
                Some(i64::MAX),
            ])),
            Arc::new(Float64Array::from(vec![
                Some(f64::NAN),
                Some(f64::INFINITY),
                Some(1e-300),
                Some(0.0),
                None,
                Some(-0.0),
                Some(-1.5),
                Some(f64::NEG_INFINITY),
            ])),
            Arc::new(Decimal128Array::from(vec![
                Some(i128::MIN),
                Some(7),
                None,
                Some(-7),
                Some(i128::MAX),
            ])),
            Arc::new(texts.iter().map(|it| Some(*it)).chain([None]).collect::<StringArray>()),
        ];
        for column in columns {
            for (descending, nulls_first) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let options = SortOptions { descending, nulls_first };
                let sorted = sort(&column, Some(options)).unwrap();
                let mut found = Vec::new();
                sort_prefix(&sorted, options, &mut found).unwrap();
                assert!(found.is_sorted(), "{sorted:?} {found:?}");
                found.dedup();
                assert!(found.len() >= 4, "{sorted:?} {found:?}");
            }
        }
    }
}
