//! Generated tables: the same arguments give the same bytes.

use std::io::{BufWriter, Error, Result, Write};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }

    /// An empty value in this percentage of cases.
    fn is_null(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const REGIONS: &[&str] = &["North", "South", "East", "West", "EMEA", "APAC", "LATAM", "Other"];
const CHANNELS: &[&str] = &["web", "store", "phone", "agent"];
const NOTES: &[&str] = &[
    "\"a gift, wrapped\"",
    "fragile",
    "\"says \"\"hello\"\"\"",
    "\"two\nlines\"",
    "call first",
    "gift",
    "for Zoë",
    "return",
];
const CARRIERS: &[&str] =
    &["UA", "AA", "B6", "DL", "EV", "MQ", "US", "WN", "VX", "FL", "AS", "9E", "F9", "HA"];
const ORIGINS: &[&str] = &["EWR", "JFK", "LGA"];

pub fn write(table: &str, rows: u64, seed: u64) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut random = Random(seed);
    for row in 0..rows {
        match table {
            "orders" => order(&mut out, row, &mut random)?,
            "flights" => flight(&mut out, row, &mut random)?,
            other => return Err(Error::other(format!("there is no table '{other}'"))),
        }
    }
    out.flush()
}

/// 12 columns of every type, about 100 bytes: few and many distinct strings, nulls, quotes, a line break inside quotes.
fn order(out: &mut impl Write, row: u64, random: &mut Random) -> Result<()> {
    let day = random.below(730);
    let (date, second) = (civil(day), random.below(86_400));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    write!(out, "{row},{date},{date}T{hour:02}:{minute:02}:{second:02},")?;
    write!(out, "Store {:03},{},", random.below(500), random.pick(REGIONS))?;
    write!(out, "P{:05},Customer {},", random.below(50_000), random.below(200_000))?;
    let (quantity, cents) = (1 + random.below(20), 50 + random.below(50_000));
    write!(out, "{quantity},{}.{:02},", cents / 100, cents % 100)?;
    if !random.is_null(2) {
        let thousandths = quantity * cents * 10 + random.below(10);
        write!(out, "{}", thousandths as f64 / 1000.0)?;
    }
    let note = if random.is_null(40) { "" } else { random.pick(NOTES) };
    writeln!(out, ",{note},{}", random.pick(CHANNELS))
}

/// The 19 columns of the flights that left New York, about 90 bytes.
fn flight(out: &mut impl Write, row: u64, random: &mut Random) -> Result<()> {
    let date = civil(row % 365);
    let (month, day) = (&date[5..7], &date[8..10]);
    let (hour, minute) = (5 + random.below(19), random.below(60));
    let delay = random.below(120) as i64 - 20;
    write!(out, "2013,{},{},", month.trim_start_matches('0'), day.trim_start_matches('0'))?;
    let planned = hour * 100 + minute;
    if random.is_null(3) {
        write!(out, ",{planned},,,{},,", planned + 200)?;
    } else {
        let late = delay + random.below(20) as i64;
        write!(out, "{planned},{planned},{delay},{},{},{late},", planned + 210, planned + 200)?;
    }
    write!(
        out,
        "{},{},N{}UA,",
        random.pick(CARRIERS),
        1 + random.below(6000),
        10_000 + random.below(4_000)
    )?;
    write!(out, "{},A{:02},", random.pick(ORIGINS), random.below(100))?;
    let miles = 80 + random.below(4_900);
    writeln!(out, "{},{miles},{hour},{minute},{date}T{hour:02}:00:00Z", 20 + miles / 8)
}

/// A day of 2013, 2014 …, by Howard Hinnant's algorithm (<https://howardhinnant.github.io/date_algorithms.html>).
fn civil(days_since_2013: u64) -> String {
    const DAYS_TO_2013: u64 = 719_468 + 15_706;
    let day = days_since_2013 + DAYS_TO_2013;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year}-{month:02}-{of_month:02}")
}
