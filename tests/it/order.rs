//! The order of an answer depends on the data and the query alone: not on threads, not on LIMIT and OFFSET, not on the cache.

use std::fmt::Write as _;

use domock::Config;
use domock::config::SqlModeArg;
use serde_json::{Value, json};

use crate::support::{Mock, frozen};

/// More than a query needs to be given several threads.
const ROWS: u64 = 110_000;
/// Queries of the property in the gate, one of each kind; `ORDER_QUERIES=500 ORDER_ROWS=300000` asks more.
const QUERIES: u64 = KINDS;
const KINDS: u64 = 9;

const COLUMNS: [(&str, &str); 6] = [
    ("id", "LONG"),
    ("g", "STRING"),
    ("h", "LONG"),
    ("x", "DOUBLE"),
    ("d", "DATE"),
    ("k", "STRING"),
];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

/// Numbers that look random and are the same in each run: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    fn maybe<'a>(&mut self, of: &[&'a str]) -> &'a str {
        if self.below(2) == 0 { "" } else { self.one(of) }
    }
}

/// Few groups, many equal keys, doubles whose sum depends on the order of adding, and some NULLs.
fn csv(rows: u64, random: &mut Random) -> String {
    let mut csv = String::new();
    for id in 0..rows {
        let group =
            ["north", "south", "east", "west", "", "Ünder", "north "][random.below(7) as usize];
        let group = if random.below(50) == 0 { "\\N" } else { group };
        let x = random.below(1_000_000) as f64 / 7.0 * 10_f64.powi(random.below(9) as i32 - 4);
        let (h, day, k) = (random.below(40), random.below(28) + 1, random.below(rows / 3));
        let _ = writeln!(
            csv,
            "{id},\"{group}\",{h},{x},2024-{:02}-{day:02},k{k}",
            random.below(12) + 1
        );
    }
    csv.replace("\"\\N\"", "\\N")
}

async fn servers(threads: &[usize], rows: u64) -> Vec<Mock> {
    let mut servers = Vec::new();
    for threads in threads {
        let mut config: Config = frozen();
        config.limits.threads = Some(*threads);
        config.answers.sql = SqlModeArg::Lenient;
        let mock = Mock::start(config, &COLUMNS).await;
        let text = csv(rows, &mut Random(7));
        // In parts of uneven size, so that batches end where they will.
        let lines: Vec<&str> = text.lines().collect();
        let upload = mock.start_upload().await;
        for (number, part) in lines.chunks(31_111).enumerate() {
            let part = part.join("\n") + "\n";
            assert_eq!(mock.put_part(upload, number as u32 + 1, part).await.status, 200);
        }
        assert_eq!(mock.commit(upload, json!({ "index": true })).await.status, 200);
        servers.push(mock);
    }
    servers
}

fn query(kind: u64, random: &mut Random) -> String {
    let filter = random.maybe(&[
        " WHERE h > 20",
        " WHERE g = 'north'",
        " WHERE x < 1000 OR g IS NULL",
        " WHERE h IN (SELECT h FROM table WHERE id < 9)",
        " WHERE x > (SELECT AVG(x) FROM table)",
        " WHERE h NOT IN (SELECT h FROM table WHERE id < 5)",
    ]);
    let keys = [
        " ORDER BY h",
        " ORDER BY g DESC, h",
        " ORDER BY d",
        " ORDER BY x DESC",
        " ORDER BY g, d DESC",
    ];
    let order = random.maybe(&keys);
    match kind {
        0 => format!("SELECT id, g, x FROM table{filter}{order}"),
        1 => format!("SELECT UPPER(g) AS g, h + 1 AS h, id AS d, x FROM table{filter}{order}"),
        2 => {
            let by = random.one(&["g", "h", "d", "k", "g, h", "YEAR(d), MONTH(d)", "h % 7, g"]);
            let order = random.maybe(&[" ORDER BY c", " ORDER BY 1", " ORDER BY m DESC"]);
            let having = random.maybe(&[" HAVING COUNT(*) > 2"]);
            format!(
                "SELECT {by}, COUNT(*) AS c, SUM(x) AS s, AVG(x) AS a, STDDEV(x) AS e, MIN(h) AS m, ANY_VALUE(id) AS o, \
                 COUNT(DISTINCT h) AS u FROM table{filter} GROUP BY {by}{having}{order}"
            )
        }
        3 => {
            let what = random.one(&["g", "h", "g, h", "d", "k"]);
            let order = random.maybe(&[" ORDER BY 1"]);
            format!("SELECT DISTINCT {what} FROM table{filter}{order}")
        }
        4 => {
            let over = random.one(&[
                "PARTITION BY g ORDER BY h",
                "ORDER BY h DESC",
                "PARTITION BY h, g",
                "PARTITION BY g",
            ]);
            format!(
                "SELECT id, g, h, d, x, ROW_NUMBER() OVER ({over}) AS r, SUM(x) OVER (PARTITION BY h) AS s \
                 FROM table{filter}{order}"
            )
        }
        5 => format!(
            "SELECT * FROM (SELECT id, g, h, d, x, ROW_NUMBER() OVER (PARTITION BY g ORDER BY h) AS r FROM table{filter}) q \
             WHERE r <= 50{order}"
        ),
        6 => {
            let all = random.one(&["ALL", ""]);
            let order = random.maybe(&[" ORDER BY g", " ORDER BY h DESC"]);
            format!(
                "SELECT h, g FROM table{filter} UNION {all} SELECT h + 30, k FROM table WHERE h < 5{order}"
            )
        }
        7 => {
            let join = random.one(&["JOIN", "LEFT JOIN", "RIGHT JOIN"]);
            let order = random.maybe(&[" ORDER BY a.g", " ORDER BY b.h DESC"]);
            format!(
                "WITH a AS (SELECT id, g, h FROM table WHERE id % 97 = 0), b AS (SELECT id, g, h FROM table WHERE id % 89 = 1) \
                 SELECT a.id, a.g, b.id AS i, b.h FROM a {join} b ON a.h = b.h AND a.g = b.g{order}"
            )
        }
        _ => "SELECT GROUP_CONCAT(id) AS t, g FROM table WHERE id % 50 = 3 GROUP BY g".to_owned(),
    }
}

async fn pages(mock: &Mock, sql: &str, size: usize) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let page = mock.rows(&format!("{sql} LIMIT {size} OFFSET {}", rows.len())).await;
        let Value::Array(page) = page else { panic!("{sql}: {page}") };
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

fn assert_same(found: &[Value], wanted: &[Value], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (at, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert_eq!(found, wanted, "row {at} of {what}");
    }
}

#[tokio::test]
async fn pages_of_a_large_table_have_every_row_once() {
    let config = Config { ..frozen() };
    let mock = Mock::start(config, &[("id", "LONG")]).await;
    let csv = (0..100_000).map(|it| format!("{it}\n")).collect::<Vec<_>>().concat();
    mock.upload(&csv, json!({ "index": true })).await;
    let rows = pages(&mock, "SELECT id FROM table", 5_000).await;
    let wanted: Vec<Value> = (0..100_000).map(|it| json!([it])).collect();
    assert_same(&rows, &wanted, "all pages");
}

#[tokio::test]
async fn pages_together_are_the_answer_on_any_number_of_threads() {
    let (rows, count) = (setting("ORDER_ROWS", ROWS), setting("ORDER_QUERIES", QUERIES));
    let servers = servers(&[2, 1, 8], rows).await;
    let mut random = Random(setting("ORDER_SEED", 1));
    for turn in 0..count {
        let sql = query(turn % KINDS, &mut random);
        let Value::Array(all) = servers[0].rows(&sql).await else { panic!("{sql}") };
        for (mock, threads) in servers.iter().zip([2, 1, 8]).skip(1) {
            let again = mock.rows(&sql).await;
            assert_same(again.as_array().unwrap(), &all, &format!("{sql} on {threads} threads"));
        }
        let size = all.len() / (random.below(4) as usize + 2) + 1;
        let mock = &servers[random.below(3) as usize];
        let paged = pages(mock, &sql, size).await;
        assert_same(&paged, &all, &format!("{sql} in pages of {size}"));
        // A short answer is kept.
        let from = random.below(all.len() as u64 + 1) as usize;
        for turn in ["first", "second"] {
            let page = mock.rows(&format!("{sql} LIMIT 5 OFFSET {from}")).await;
            let wanted = &all[from..(from + 5).min(all.len())];
            assert_same(
                page.as_array().unwrap(),
                wanted,
                &format!("{sql}, a page for the {turn} time"),
            );
        }
    }
}
