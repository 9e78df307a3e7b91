//! What is a CSV, what is none, and that cuts do not matter.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::engine::memory::MemoryBudget;
use crate::engine::rows::text::cells;
use crate::engine::table::Table;
use crate::engine::types::Column;

const ALL: [(&str, ColumnType); 6] = [
    ("s", ColumnType::String),
    ("l", ColumnType::Long),
    ("d", ColumnType::Double),
    ("c", ColumnType::Decimal),
    ("day", ColumnType::Date),
    ("at", ColumnType::DateTime),
];

fn columns(spec: &[(&str, ColumnType)]) -> Arc<[Column]> {
    spec.iter().map(|(name, kind)| Column::new(*name, *kind)).collect()
}

fn parse_in(
    chunks: &[&[u8]],
    spec: &[(&str, ColumnType)],
    header: Header,
) -> Result<Table, CsvError> {
    let format = CsvFormat { delimiter: b',', header };
    let mut parser = CsvParser::new(columns(spec), format, &MemoryBudget::new(1 << 30));
    chunks.iter().try_for_each(|it| parser.push(it))?;
    parser.finish()
}

fn strings(width: usize) -> Vec<(&'static str, ColumnType)> {
    ["a", "b", "c", "d"].iter().take(width).map(|it| (*it, ColumnType::String)).collect()
}

/// The cells as a reader sees them that has no nulls.
fn without_nulls(table: &Table) -> Vec<Vec<String>> {
    let text = |it: String| if it == "∅" { String::new() } else { it };
    cells(table).into_iter().map(|row| row.into_iter().map(text).collect()).collect()
}

#[track_caller]
fn check(csv: &str, width: usize, expected: &[&[&str]]) {
    let table = parse_in(&[csv.as_bytes()], &strings(width), Header::Never).unwrap();
    assert_eq!(cells(&table), expected);
}

#[track_caller]
fn refuse(csv: &[u8], spec: &[(&str, ColumnType)], expected: &str) {
    let refusal = parse_in(&[csv], spec, Header::Never).unwrap_err();
    assert_eq!(refusal.to_string(), expected);
}

#[test]
fn records_end_in_lf_or_crlf_and_the_last_may_not_end() {
    check("a,b\r\nc,d\n", 2, &[&["a", "b"], &["c", "d"]]);
    check("a,b\nc,d", 2, &[&["a", "b"], &["c", "d"]]);
    check("\"a\",\"b\"\r\n", 2, &[&["a", "b"]]);
    check("", 2, &[]);
}

#[test]
fn quotes_hold_commas_quotes_and_line_ends() {
    check(
        "\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"\"\"\"\n",
        2,
        &[&["a,b", "say \"hi\""], &["two\nlines", "\""]],
    );
}

#[test]
fn an_empty_value_is_null_and_an_empty_quoted_one_is_not() {
    check(",\"\"\n\\N,\"\\N\"\n", 2, &[&["∅", ""], &["∅", "\\N"]]);
}

#[test]
fn a_blank_line_is_a_null_of_a_single_column() {
    check("x\n\ny\n", 1, &[&["x"], &["∅"], &["y"]]);
    refuse(b"a,b\n\nc,d\n", &strings(2), "line 2: 1 values for 2 columns");
}

#[test]
fn a_byte_order_mark_is_no_value() {
    let table = parse_in(&[b"\xEF", b"\xBB\xBFa,b\n"], &strings(2), Header::Never).unwrap();
    assert_eq!(cells(&table), [["a", "b"]]);
}

#[test]
fn a_header_is_one_only_where_it_equals_the_names() {
    let rows = |csv: &[u8], header| parse_in(&[csv], &strings(2), header).unwrap().rows();
    assert_eq!(rows(b"a,b\n1,2\n", Header::Auto), 1);
    assert_eq!(rows(b"a,B\n1,2\n", Header::Auto), 2);
    assert_eq!(rows(b"a,b\na,b\n", Header::Auto), 1);
    assert_eq!(rows(b"a,b\n1,2\n", Header::Never), 2);
    assert_eq!(rows(b"x,y\n1,2\n", Header::Always), 1);
}

#[test]
fn mistakes_are_named_by_line_column_and_value() {
    refuse(b"a,b\nc\n", &strings(2), "line 2: 1 values for 2 columns");
    refuse(
        b"a,b\nc,d,e\n",
        &strings(2),
        "There are too many columns. Expected 2. Row 2, column 3.",
    );
    refuse(b"\"two\nlines\",b\nx\"y,z\n", &strings(2), "line 3: a quote inside an unquoted value");
    refuse(b"\"a\"b,c\n", &strings(2), "line 1: text after the closing quote of a value");
    refuse(b"a,b\n\"c,d\n", &strings(2), "line 2: the quote of a value is never closed");
    refuse(b"a,\xFF\n", &strings(2), "line 1: a value that is not UTF-8");
    let spec = [("n", ColumnType::Long), ("day", ColumnType::Date)];
    refuse(b"1,2024-01-01\nx,2024-01-01\n", &spec, "line 2, column 'n': 'x' is not a LONG");
    refuse(b"1,2023-02-29\n", &spec, "line 1, column 'day': '2023-02-29' is not a DATE");
}

/// Values are read column by column, and only then is a mistake in the text behind them known.
#[test]
fn the_first_mistake_is_told() {
    let spec = [("n", ColumnType::Long), ("day", ColumnType::Date)];
    let first = "line 5001, column 'day': 'x' is not a DATE";
    let rows = "1,2024-01-01\n".repeat(5_000);
    for rest in ["1,x\nx,2024-01-01\n", "1,x\n1\n", "1,x\n1,\"\n", "1,x\n1,2\"\n"] {
        refuse(format!("{rows}{rest}").as_bytes(), &spec, first);
    }
    refuse(format!("{rows}1,x\n\n").as_bytes(), &spec, first);
    refuse(&[rows.as_bytes(), b"1,x\n1,\xFF\n"].concat(), &spec, first);
    refuse(b"\"\n\",1\n", &spec, "line 1, column 'day': '1' is not a DATE");
}

#[test]
fn all_types_take_the_forms_that_clients_send() {
    let csv = "x,-7,1e3,1.005,2024-02-29,2024-02-29 13:05:09.123456\n\
               \"\",12.0,.5,-2,2024-02-29T00:00:00,2024-02-29T13:05:09Z\n\
               ,,,,,\n\
               é, 9223372036854775807 ,-0.25,12345678901234567890.12,0001-01-01,2024-02-29\n";
    let table = parse_in(&[csv.as_bytes()], &ALL, Header::Auto).unwrap();
    let expected = [
        ["x", "-7", "1000", "1.005", "2024-02-29", "2024-02-29T13:05:09.123"],
        ["", "12", "0.5", "-2", "2024-02-29", "2024-02-29T13:05:09"],
        ["∅", "∅", "∅", "∅", "∅", "∅"],
        [
            "é",
            "9223372036854775807",
            "-0.25",
            "12345678901234567890.12",
            "0001-01-01",
            "2024-02-29T00:00:00",
        ],
    ];
    assert_eq!(cells(&table), expected);
}

#[test]
fn many_rows_fall_into_batches_and_pay_for_their_memory() {
    let csv = "x,1\n".repeat(20_000);
    let budget = MemoryBudget::new(1 << 30);
    let format = CsvFormat { delimiter: b',', header: Header::Never };
    let spec = columns(&[("s", ColumnType::String), ("n", ColumnType::Long)]);
    let mut parser = CsvParser::new(Arc::clone(&spec), format, &budget);
    parser.push(csv.as_bytes()).unwrap();
    let table = parser.finish().unwrap();
    assert_eq!((table.rows(), table.batches().len()), (20_000, 3));
    assert!(budget.used() >= 20_000 * 8);
    drop(table);
    assert_eq!(budget.used(), 0);
    let mut parser = CsvParser::new(spec, format, &MemoryBudget::new(1_000));
    assert!(parser.push(csv.as_bytes()).unwrap_err().is_too_large());
}

#[test]
fn a_batch_is_paid_for_before_it_is_full() {
    let csv = vec![vec!["x".repeat(2_000); 4].join(","); 500].join("\n");
    let budget = MemoryBudget::new(2 << 20);
    let format = CsvFormat { delimiter: b',', header: Header::Never };
    let mut parser = CsvParser::new(columns(&strings(4)), format, &budget);
    let refusal = csv.as_bytes().chunks(10_000).find_map(|it| parser.push(it).err());
    assert!(refusal.is_some_and(|it| it.is_too_large()));
    drop(parser);
    assert_eq!(budget.used(), 0);
}

#[test]
fn wide_rows_close_a_batch_early() {
    let csv = format!("{}\n", "x".repeat(1 << 20)).repeat(40);
    let table = parse_in(&[csv.as_bytes()], &strings(1), Header::Never).unwrap();
    assert_eq!((table.rows(), table.batches().len()), (40, 3));
}

/// Looking at the beginning again with every piece would take time by the square of the record.
#[test]
fn a_record_in_tiny_pieces_is_looked_at_once() {
    let csv = format!("a,\"{}\"\nc,d\n", "x\"\"\n".repeat(1 << 20));
    let pieces: Vec<&[u8]> = csv.as_bytes().chunks(1).collect();
    let table = parse_in(&pieces, &strings(2), Header::Never).unwrap();
    assert_eq!(table.rows(), 2);
}

#[test]
fn a_record_has_16_mib_and_no_more_however_it_comes() {
    let longest = format!("{}\n", "x".repeat((16 << 20) - 1));
    let too_long = format!("a\n{}\n", "x".repeat(16 << 20));
    for size in [usize::MAX, 100_000] {
        let read = |csv: &str| {
            let chunks: Vec<&[u8]> = csv.as_bytes().chunks(size).collect();
            parse_in(&chunks, &strings(1), Header::Never)
        };
        assert_eq!(read(&longest).unwrap().rows(), 1);
        assert_eq!(read(&too_long).unwrap_err().to_string(), "line 2: a record longer than 16 MiB");
    }
}

#[test]
fn a_leading_zero_makes_a_column_one_of_strings() {
    let csv = b"zip,share,n\n07030,0.5,0\n10001,00.5,10\n";
    let kinds: Vec<ColumnType> = infer(csv).unwrap().iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [ColumnType::String, ColumnType::String, ColumnType::Long]);
}

#[test]
fn columns_are_inferred_from_all_their_values() {
    let csv = b"id,price,day,at,note,empty\n1,2.5,2024-01-01,2024-01-01 10:00:00,x,\n2,3,2024-01-02,2024-01-02,7,\n";
    let kinds: Vec<&str> = infer(csv).unwrap().iter().map(|it| it.kind.name()).collect();
    assert_eq!(kinds, ["LONG", "DOUBLE", "DATE", "DATETIME", "STRING", "STRING"]);
    assert_eq!(infer(b"a,b\n1\n").unwrap_err().to_string(), "line 2: 1 values for 2 columns");
}

proptest! {
    #[test]
    fn cuts_do_not_matter(csv in "([a-c\",\r\n]|é|\\\\N){0,60}", cuts in prop::collection::vec(0_usize..70, 0..6)) {
        let bytes = csv.as_bytes();
        let whole = parse_in(&[bytes], &strings(2), Header::Auto).map(|it| cells(&it));
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|it| *it < bytes.len()).collect();
        cuts.sort_unstable();
        let mut chunks = Vec::new();
        let mut from = 0;
        for cut in cuts {
            chunks.push(&bytes[from..cut]);
            from = cut;
        }
        chunks.push(&bytes[from..]);
        prop_assert_eq!(parse_in(&chunks, &strings(2), Header::Auto).map(|it| cells(&it)), whole);
    }

    /// Where a piece ends, values are not read the way they are in the middle of one.
    #[test]
    fn cuts_do_not_matter_to_any_type(
        rows in prop::collection::vec(
            (
                "[a-cé]{0,20}|\"[a\n,]{0,20}(\"\")?\"",
                "-?[0-9]{1,10}|\\\\N",
                "-?[0-9]{1,4}[.][0-9]{0,6}|NaN|-0",
                "-?[0-9]{0,9}[.]?[0-9]{1,3}| ",
                "20[0-9]{2}-(0[1-9]|1[0-2])-[012][1-8]|",
                "2024-02-[012][1-9][ T]0[1-9]:[0-5][0-9]:[0-5][0-9](Z|[.][0-9]|)",
            ),
            0..20),
        size in 1_usize..90,
    ) {
        let line = |(s, l, d, c, day, at): &(String, String, String, String, String, String)| {
            format!("{s},{l},{d},{c},{day},{at}\n")
        };
        let csv = rows.iter().map(line).collect::<Vec<String>>().concat();
        let read = |size| {
            let chunks: Vec<&[u8]> = csv.as_bytes().chunks(size).collect();
            parse_in(&chunks, &ALL, Header::Auto).map(|it| cells(&it))
        };
        prop_assert_eq!(read(size), read(usize::MAX));
    }

    #[test]
    fn what_is_read_is_what_the_csv_crate_reads(csv in "([a-c\",,]|\r\n|\n|é){0,60}") {
        let table = parse_in(&[csv.as_bytes()], &strings(2), Header::Never);
        let mut oracle = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
        if let Ok(table) = table {
            let expected: Vec<Vec<String>> = oracle.deserialize().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(without_nulls(&table), expected);
        }
    }

    #[test]
    fn what_the_csv_crate_writes_is_read(
        rows in prop::collection::vec(prop::array::uniform3("[a-c\",\r\n é]{0,6}"), 0..8),
        with_crlf: bool,
        size in 1_usize..20,
    ) {
        let end = if with_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(end).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = writer.into_inner().unwrap();
        let chunks: Vec<&[u8]> = text.chunks(size).collect();
        let table = parse_in(&chunks, &strings(3), Header::Never).unwrap();
        prop_assert_eq!(without_nulls(&table), rows.iter().map(|it| it.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_quoted_comes_back(rows in prop::collection::vec(prop::array::uniform3(any::<String>()), 0..8)) {
        let quoted = |it: &String| format!("\"{}\"", it.replace('"', "\"\""));
        let csv: String = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect();
        let table = parse_in(&[csv.as_bytes()], &strings(3), Header::Never).unwrap();
        prop_assert_eq!(cells(&table), rows.iter().map(|it| it.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn a_guess_that_holds_is_what_is_inferred(
        values in prop::collection::vec("|0|7|007|1.5|00.5|1e3|NaN| |\"\"|x|2024-01-01|2024-01-01 10:00", 1..8),
        seen in 1_usize..8,
    ) {
        let rows = values.join(",k\n") + ",k\n";
        let csv = format!("v,k\n{rows}");
        let beginning: usize = csv.split_inclusive('\n').take(1 + seen).map(str::len).sum();
        if let Some(guessed) = guess(&csv.as_bytes()[..beginning]) {
            let format = CsvFormat { delimiter: b',', header: Header::Always };
            let columns = guessed.clone().into();
            let mut parser = CsvParser::new(columns, format, &MemoryBudget::new(1 << 30)).only_as_inferred();
            if parser.push(csv.as_bytes()).and_then(|()| parser.finish()).is_ok() {
                prop_assert_eq!(infer(csv.as_bytes()).unwrap(), guessed);
            }
        }
    }

    #[test]
    fn any_bytes_are_rows_or_a_refusal(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_in(&[&bytes], &ALL, Header::Auto);
        let _ = infer(&bytes);
    }
}
