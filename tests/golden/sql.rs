//! `.slt` files: queries over a small table, and the rows or the refusal that each must give.
//!
//! A file is blocks with an empty line between them; `#` begins a comment line. The first line of a block says what it is:
//!
//! ```text
//! table                         columns as `Name TYPE | …`, then rows as `cell | …`; replaces the default table
//! settings mode=lenient strings=insensitive evidence=documented offset=-420 now=2024-06-01T12:00:00
//! formula Name                  the lines below are its expression
//! query                         SQL, `----`, then `columns: name TYPE | …` (optional) and one row a line
//! refused                       SQL, `----`, the message
//! ```
//!
//! A comment `#: clause | evidence | difference` in front of a block goes into docs/sql.md.
//!
//! A cell is NULL, a number, or text; text that is empty, has `|`, or would be taken for one of these stands in quotes.
//! `UPDATE=1` rewrites the answers.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use domock::engine::types::arrow_schema;
use domock::engine::{
    Column, Engine, EngineLimits, Formula, Grade, Query, SqlMode, SqlSettings, StringCompare, Table,
};
use futures::StreamExt;

const DEFAULT_TABLE: &str = "\
Store Name STRING | Sales DOUBLE | Qty LONG | Order Date DATE | Created At DATETIME | Price DECIMAL | Note STRING
North | 10.5 | 5 | 2024-01-15 | 2024-01-15T13:05:09 | 10.50 | a,b,c
south | 20.0 | 2 | 2024-02-29 | 2024-02-29T13:05:09 | 2.00  | NULL
South | 5.25 | 7 | 2024-12-31 | 2024-12-31T13:05:09 | 3.33  | x
East  | NULL | 0 | 2023-07-04 | 2023-07-04T13:05:09 | NULL  | 50% off";

pub(crate) fn check(path: &Path) -> Result<(), libtest_mimic::Failed> {
    let text = std::fs::read_to_string(path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut world = World::new();
    let mut rewritten = Vec::new();
    let mut wrong = String::new();
    for block in text.trim_end().split("\n\n") {
        let actual = runtime.block_on(world.run(block));
        if !same(block, &actual) {
            let _ = write!(wrong, "\n--- expected\n{block}\n--- got\n{actual}\n");
        }
        rewritten.push(actual);
    }
    if wrong.is_empty() {
        return Ok(());
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, rewritten.join("\n\n") + "\n")?;
        return Ok(());
    }
    Err(wrong.into())
}

/// What the blocks so far have set up.
struct World {
    table: Table,
    settings: SqlSettings,
    formulas: Vec<Formula>,
    now_ms: i64,
    engine: Engine,
}

impl World {
    fn new() -> Self {
        let settings = SqlSettings::default();
        // 2026-01-15T12:00:00Z
        Self {
            table: table(DEFAULT_TABLE),
            settings,
            formulas: Vec::new(),
            now_ms: 1_768_478_400_000,
            engine: engine(settings),
        }
    }

    /// The block as it should be: itself, with the answer that the engine gave.
    async fn run(&mut self, block: &str) -> String {
        let comment = |line: &&str| line.starts_with('#');
        let length: usize = block.lines().take_while(comment).map(|it| it.len() + 1).sum();
        let (comments, body) = block.split_at(length.min(block.len()));
        let (head, rest) = body.split_once('\n').unwrap_or((body, ""));
        let mut words = head.split_whitespace();
        match words.next() {
            Some("table") => self.table = table(rest),
            Some("settings") => words.for_each(|it| self.set(it)),
            Some("formula") => {
                let name = head["formula".len()..].trim().to_owned();
                self.formulas.push(Formula { name, expression: rest.to_owned() });
            }
            Some("query" | "refused") => {
                let (sql, expected) = rest.split_once("\n----").unwrap_or((rest, ""));
                let (kind, answer) = self.answer(sql, expected.contains("\ncolumns: ")).await;
                return format!("{comments}{kind}\n{sql}\n----{answer}");
            }
            _ => assert!(body.is_empty(), "what is this block?\n{block}"),
        }
        block.to_owned()
    }

    fn set(&mut self, setting: &str) {
        let (name, value) = setting.split_once('=').expect("a setting is name=value");
        match (name, value) {
            ("mode", "lenient") => self.settings.mode = SqlMode::Lenient,
            ("mode", "strict") => self.settings.mode = SqlMode::Strict,
            ("strings", "insensitive") => self.settings.string_compare = StringCompare::Insensitive,
            ("strings", "sensitive") => self.settings.string_compare = StringCompare::Sensitive,
            ("evidence", "documented") => self.settings.evidence = Grade::Documented,
            ("evidence", "observed") => self.settings.evidence = Grade::Observed,
            ("offset", minutes) => {
                self.settings.utc_offset_minutes = minutes.parse().expect("an offset is minutes");
            }
            ("now", time) => {
                let time = chrono::NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H:%M:%S")
                    .expect("now is a time");
                self.now_ms = time.and_utc().timestamp_millis();
            }
            _ => panic!("no such setting: {setting}"),
        }
        self.engine = engine(self.settings);
    }

    async fn answer(&self, sql: &str, with_columns: bool) -> (&'static str, String) {
        let (table, formulas) = (self.table.clone(), self.formulas.clone());
        let query = Query { formulas, now_ms: self.now_ms, ..Query::new(table, sql) };
        let rows = match self.engine.query(query).await {
            Ok(rows) => rows,
            Err(error) => return ("refused", format!("\n{error}")),
        };
        let mut answer = String::new();
        if with_columns {
            let columns: Vec<String> =
                rows.columns().iter().map(|it| format!("{} {}", it.name, it.kind)).collect();
            let _ = write!(answer, "\ncolumns: {}", columns.join(" | "));
        }
        let mut json = b"[".to_vec();
        let mut chunks = std::pin::pin!(rows.into_chunks());
        while let Some(chunk) = chunks.next().await {
            match chunk {
                Ok(chunk) => json.extend_from_slice(&chunk.bytes),
                Err(error) => return ("refused", format!("\n{error}")),
            }
        }
        json.push(b']');
        let parsed: Vec<Vec<serde_json::Value>> = serde_json::from_slice(&json)
            .unwrap_or_else(|it| panic!("{it}: {}", String::from_utf8_lossy(&json)));
        for row in parsed {
            let cells: Vec<String> = row.iter().map(cell).collect();
            let _ = write!(answer, "\n{}", cells.join(" | "));
        }
        ("query", answer)
    }
}

fn engine(settings: SqlSettings) -> Engine {
    Engine::new(EngineLimits {
        data_bytes_max: 1 << 20,
        upload_bytes_max: 1 << 20,
        text_bytes_max: 1 << 20,
        answer_bytes_max: 64 << 20,
        query_bytes_max: 64 << 20,
        query_time_max: Duration::from_secs(20),
        query_rows_max: 100_000,
        queries_at_once_max: 4,
        sql_bytes_max: 64 << 10,
        threads: 1,
    })
    .with_sql(settings)
}

fn table(text: &str) -> Table {
    let mut lines = text.lines();
    let columns: Vec<Column> = cells(lines.next().expect("a table has columns"))
        .into_iter()
        .map(|it| {
            let (name, kind) = it.rsplit_once(' ').expect("a column is a name and a type");
            Column::new(name, kind.parse().expect("a column has a type"))
        })
        .collect();
    let rows: Vec<Vec<&str>> = lines.map(cells).collect();
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let texts: StringArray = rows.iter().map(|row| value(row[at])).collect();
            cast(&texts, &column.kind.arrow()).expect("cells fit their column")
        })
        .collect();
    let columns: Arc<[Column]> = columns.into();
    if rows.is_empty() {
        return Table::empty(columns);
    }
    let batch =
        RecordBatch::try_new(arrow_schema(&columns), arrays).expect("columns are equally long");
    Table::new(columns, vec![batch], Vec::new())
}

fn cells(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn value(cell: &str) -> Option<&str> {
    (cell != "NULL")
        .then(|| cell.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')).unwrap_or(cell))
}

fn cell(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Null => "NULL".to_owned(),
        serde_json::Value::String(text) => {
            let plain = !text.is_empty()
                && text.trim() == text
                && text != "NULL"
                && !text.contains(['|', '\'', '\\'])
                && !text.contains(char::is_control);
            if plain { text.clone() } else { format!("'{}'", text.escape_debug()) }
        }
        other => other.to_string(),
    }
}

/// Equal, but for blanks around cells and for zeros behind a number.
fn same(expected: &str, actual: &str) -> bool {
    let mut lines = expected.lines().zip(actual.lines());
    expected.lines().count() == actual.lines().count()
        && lines.all(|(a, b)| {
            a == b
                || (cells(a).len() == cells(b).len()
                    && cells(a).iter().zip(cells(b)).all(|(a, b)| same_cell(a, b)))
        })
}

fn same_cell(a: &str, b: &str) -> bool {
    let number = |it: &str| it.parse::<f64>().ok();
    a == b || (number(a).is_some() && number(a) == number(b))
}
