use super::*;
use proptest::prelude::*;

fn us(text: &str) -> Option<i64> {
    read(text).map(|it| it.moment.us())
}

#[test]
fn a_date_is_read_in_every_spelling() {
    let day = Moment::of_civil(2024, 1, 5).map(Moment::us);
    for text in
        ["2024-01-05", "2024-1-5", "2024/01/05", "24-1-5", "20240105", "240105", " 2024.1.5 "]
    {
        assert_eq!(us(text), day, "{text}");
    }
    assert_eq!(us("2024-01-05 and more"), day);
    assert_eq!(us("70-1-5"), Moment::of_civil(1970, 1, 5).map(Moment::us));
}

#[test]
fn a_time_behind_the_date_is_read_in_every_spelling() {
    let start = Moment::of_civil(2024, 1, 5).unwrap();
    let at = |us| start.plus_us(us).map(Moment::us);
    let clock = HOUR_US + 2 * MINUTE_US + 3 * SECOND_US;
    for text in [
        "2024-01-05 01:02:03",
        "2024-1-5T1:2:3",
        "20240105010203",
        "240105010203",
        "20240105T010203",
    ] {
        assert_eq!(us(text), at(clock), "{text}");
    }
    assert_eq!(us("2024-01-05 01:02"), at(HOUR_US + 2 * MINUTE_US));
    assert_eq!(us("2024-01-05 01:02:03.4"), at(clock + 400_000));
    assert_eq!(us("2024-01-05 01:02:03.1234567"), at(clock + 123_457));
    assert_eq!(us("2024-01-05 01:02:03+01:00"), at(clock - HOUR_US));
    assert_eq!(us("2024-01-05T01:02:03Z"), at(clock));
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        "x",
        "2024",
        "2024-13-01",
        "2024-00-01",
        "2023-02-29",
        "2024-01-05 24:00:00",
        "2024-01-05 01:60:00",
        "0000-00-00",
        "-2024-01-05",
        "99999999",
        "10000-01-01",
    ] {
        assert_eq!(us(text), None, "{text}");
    }
}

#[test]
fn spans_are_read_in_every_spelling() {
    let seconds = |text| span(text).map(|it| it.us() / SECOND_US);
    for (text, expected) in [
        ("01:02:03", 3_723),
        ("-1:2:3", -3_723),
        ("1:02", 3_720),
        ("10203", 3_723),
        ("5", 5),
        ("1 01:00:00", 90_000),
        ("2024-01-05 01:02:03", 3_723),
        ("20240105010203", 3_723),
        ("272:59:59", 982_799),
        ("900:00:00", 3_020_399),
    ] {
        assert_eq!(seconds(text), Some(expected), "{text}");
    }
    for text in ["", "x", "1:60:00", "1:00:60", "70", "9999999999 00:00:00"] {
        assert_eq!(seconds(text), None, "{text}");
    }
    assert_eq!(span("00:00:00.5").map(Span::us), Some(500_000));
}

#[test]
fn numbers_are_dates_and_times_by_their_length() {
    let day = |number| moment_of_number(number).map(|it| it.moment.us());
    assert_eq!(day(20_240_105), us("2024-01-05"));
    assert_eq!(day(240_105), us("2024-01-05"));
    assert_eq!(day(700_105), us("1970-01-05"));
    assert_eq!(day(20_240_105_010_203), us("2024-01-05 01:02:03"));
    for number in [0, 100, -20_240_105, 20_241_305, i64::MAX, i64::MIN, 20_240_105_250_000] {
        assert_eq!(day(number), None, "{number}");
    }
    assert_eq!(span_of_number(10_203.5).map(Span::us), Some(3_723_500_000));
    assert_eq!(span_of_number(f64::NAN), None);
    assert_eq!(span_of_number(-1e300), None);
}

proptest! {
    #[test]
    fn no_text_panics(any in ".{0,30}", likely in "[-0-9 T:.+]{0,40}", number: i64, double: f64) {
        for text in [&any, &likely] {
            let _ = (read(text), span(text));
        }
        let _ = (moment_of_number(number), span_of_number(double));
    }
}
