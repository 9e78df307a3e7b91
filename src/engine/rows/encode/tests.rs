//! Every type in every format, nulls and odd texts included.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array,
    Int32Array, Int64Array, StringArray, StringViewArray, TimestampMicrosecondArray,
    TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::Int32Type;
use proptest::prelude::*;

use super::*;
use crate::engine::types::ColumnType;

fn encoded(arrays: Vec<(&str, ArrayRef)>, format: RowFormat) -> String {
    let columns: Vec<Column> = arrays
        .iter()
        .map(|(name, it)| Column::new(*name, ColumnType::of_arrow(it.data_type())))
        .collect();
    let batch = RecordBatch::try_from_iter(arrays).unwrap();
    let mut out = Vec::new();
    Encoder::new(&columns, format).encode(&batch, &mut out);
    String::from_utf8(out).unwrap()
}

fn one(array: impl Into<ArrayRef>) -> String {
    encoded(vec![("c", array.into())], RowFormat::JsonArrays)
}

fn array(it: impl datafusion::arrow::array::Array + 'static) -> ArrayRef {
    Arc::new(it)
}

#[test]
fn numbers_keep_every_digit() {
    let longs = Int64Array::from(vec![Some(i64::MAX), Some(i64::MIN), None]);
    assert_eq!(one(array(longs)), "[9223372036854775807],[-9223372036854775808],[null]");
    let doubles = Float64Array::from(vec![410.0, 0.1 + 0.2, -0.0035, f64::NAN, f64::INFINITY]);
    assert_eq!(one(array(doubles)), "[410],[0.30000000000000004],[-0.0035],[null],[null]");
    let decimals =
        Decimal128Array::from(vec![105, 200, -5, 0]).with_precision_and_scale(10, 2).unwrap();
    assert_eq!(one(array(decimals)), "[1.05],[2],[-0.05],[0]");
    assert_eq!(one(array(Int32Array::from(vec![-7]))), "[-7]");
    assert_eq!(one(array(BooleanArray::from(vec![true, false]))), "[1],[0]");
}

#[test]
fn moments_are_written_in_iso_form() {
    assert_eq!(one(array(Date32Array::from(vec![19_782, -1]))), r#"["2024-02-29"],["1969-12-31"]"#);
    let millis = TimestampMillisecondArray::from(vec![1_553_021_342_000, 1_553_021_342_007]);
    assert_eq!(one(array(millis)), r#"["2019-03-19T18:49:02"],["2019-03-19T18:49:02.007"]"#);
    let micros = TimestampMicrosecondArray::from(vec![-1_000_000]);
    assert_eq!(one(array(micros)), r#"["1969-12-31T23:59:59"]"#);
}

#[test]
fn dictionaries_and_views_are_text_like_any_other() {
    let dictionary: DictionaryArray<Int32Type> = vec!["a", "b", "a"].into_iter().collect();
    assert_eq!(one(array(dictionary)), r#"["a"],["b"],["a"]"#);
    assert_eq!(
        one(array(StringViewArray::from(vec!["a long enough text", "b"]))),
        r#"["a long enough text"],["b"]"#
    );
}

#[test]
fn a_csv_tells_null_from_the_empty_string() {
    let texts = || {
        array(StringArray::from(vec![
            Some(""),
            None,
            Some("a,b"),
            Some("say \"hi\""),
            Some("\\N"),
            Some("x"),
        ]))
    };
    let format = RowFormat::Csv { null: CsvNull::Empty };
    assert_eq!(
        encoded(vec![("t", texts())], format),
        "\"\"\n\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"\\N\"\nx\n"
    );
    let format = RowFormat::Csv { null: CsvNull::BackslashN };
    assert!(encoded(vec![("t", texts())], format).starts_with("\"\"\n\\N\n"));
}

#[test]
fn objects_have_their_keys_and_text_arrays_their_quotes() {
    let arrays = || {
        vec![
            ("a \"q\"", array(Int64Array::from(vec![Some(1), None]))),
            ("b", array(StringArray::from(vec!["x", "y"]))),
        ]
    };
    assert_eq!(
        encoded(arrays(), RowFormat::JsonObjects),
        r#"{"a \"q\"":1,"b":"x"},{"a \"q\"":null,"b":"y"}"#
    );
    assert_eq!(encoded(arrays(), RowFormat::JsonStringArrays), r#"["1","x"],[null,"y"]"#);
}

#[test]
fn commas_fall_between_batches_too() {
    let columns = [Column::new("n", ColumnType::Long)];
    let batch = RecordBatch::try_from_iter([("n", array(Int64Array::from(vec![1])))]).unwrap();
    let (mut encoder, mut out) = (Encoder::new(&columns, RowFormat::JsonArrays), Vec::new());
    encoder.encode(&batch, &mut out);
    encoder.encode(&batch, &mut out);
    assert_eq!(out, b"[1],[1]");
}

proptest! {
    #[test]
    fn any_text_reads_back_from_json(text in any::<String>()) {
        let json = one(array(StringArray::from(vec![text.as_str()])));
        prop_assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
    }

    #[test]
    fn any_double_reads_back_from_json(bits in any::<u64>()) {
        let double = f64::from_bits(bits);
        let json = one(array(Float64Array::from(vec![double])));
        let read = serde_json::from_str::<[Option<f64>; 1]>(&json).unwrap()[0];
        // serde_json reads the last digit of a few doubles differently; Rust does not.
        let read = read.map(|_| json.trim_matches(['[', ']']).parse::<f64>().unwrap());
        prop_assert_eq!(read.map(f64::to_bits), double.is_finite().then_some(bits));
    }
}
