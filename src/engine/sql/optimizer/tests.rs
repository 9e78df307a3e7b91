//! Which queries get the plans of this folder, and that they answer as DataFusion's own plan on one thread does, row by row.

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::execution::session_state::SessionState;
use datafusion::physical_plan::{collect, displayable};

use super::*;
use crate::engine::dialect::{self, Facts};
use crate::engine::names::Names;
use crate::engine::settings::SqlSettings;
use crate::engine::sql::session::build;
use crate::engine::sql::{logical, physical};
use crate::engine::types::{Column, ColumnType, arrow_schema};
use crate::engine::{EngineLimits, SqlMode, Table};

const TESTED: [&str; 2] = ["group_by_day", "top_n_per_group"];

/// 20 000 rows in batches of 1 000: days of 1960 to 2109, some NULL; regions, some NULL; one number twice at the most.
fn table() -> Table {
    let columns: Arc<[Column]> = Arc::new([
        Column::new("id", ColumnType::Long),
        Column::new("day", ColumnType::Date),
        Column::new("region", ColumnType::String),
        Column::new("sales", ColumnType::Double),
    ]);
    let batch = |from: i64| {
        // Numbers without an order, the same in each run.
        let mixed = |it: i64| (it * 7_919 + 13) % 20_011;
        let rows = || from..from + 1_000;
        let day = |it| (mixed(it) % 97 != 0).then_some((mixed(it) * 31 % 54_787 - 3_653) as i32);
        let region = |it| ["EMEA", "APAC", "", "Americas"].get((mixed(it) % 5) as usize).copied();
        let sales = |it| (mixed(it) % 11 != 0).then(|| (mixed(it) / 2) as f64 / 10.0 - 400.0);
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(rows())),
            Arc::new(rows().map(day).collect::<Date32Array>()),
            Arc::new(rows().map(region).collect::<StringArray>()),
            Arc::new(rows().map(sales).collect::<Float64Array>()),
        ];
        RecordBatch::try_new(arrow_schema(&columns), arrays).unwrap()
    };
    let batches = (0..20).map(|it| batch(it * 1_000)).collect();
    Table::new(columns, batches, Vec::new())
}

/// The plan of a query in one session, and its rows.
async fn planned(
    state: &SessionState,
    table: &Table,
    sql: &str,
) -> (String, Result<String, String>) {
    let settings = SqlSettings { mode: SqlMode::Lenient, ..SqlSettings::default() };
    let names = Names::new(table.columns());
    let facts = Facts {
        columns: table.columns(),
        names: &names,
        formulas: &[],
        now_ms: 0,
        settings: &settings,
        state,
    };
    let prepared = dialect::prepare(sql, &facts).unwrap();
    let (logical, _) = logical(state, table, &names, prepared.statement).unwrap();
    let optimized = state.optimize(&logical).unwrap();
    let physical = physical(state, optimized).await.unwrap();
    let plan = displayable(physical.as_ref()).indent(false).to_string();
    let rows = collect(physical, state.task_ctx()).await;
    let rows = rows.map(|it| pretty_format_batches(&it).unwrap().to_string());
    (plan, rows.map_err(|it| it.strip_backtrace()))
}

fn limits(query_bytes_max: usize) -> EngineLimits {
    EngineLimits { query_bytes_max, ..EngineLimits::small() }
}

/// For one thread and for three, and each again without the rules that are tested.
fn sessions(query_bytes_max: usize) -> [[SessionState; 2]; 2] {
    let settings = SqlSettings { mode: SqlMode::Lenient, ..SqlSettings::default() };
    let limits = limits(query_bytes_max);
    [1, 3].map(|threads| {
        let all = || physical_rules(Parallelism { threads, rows_min: 1 });
        let mut without = all();
        without.retain(|it| !TESTED.contains(&it.name()));
        [all(), without].map(|it| build(&limits, settings, it).unwrap())
    })
}

async fn check(node: &str, wanted: bool, queries: &[&str]) {
    let table = table();
    let [[one, without], [three, three_without]] = sessions(100 << 20);
    for sql in queries {
        let (_, expected) = Box::pin(planned(&without, &table, sql)).await;
        for (state, is_tested) in [(&one, true), (&three, true), (&three_without, false)] {
            let (plan, rows) = Box::pin(planned(state, &table, sql)).await;
            assert_eq!(plan.contains(node), wanted && is_tested, "{sql}\n{plan}");
            assert_eq!(rows, expected, "{sql}\n{plan}");
        }
    }
}

#[tokio::test]
async fn keys_that_are_made_of_one_day_are_made_once_a_day() {
    let queries = [
        "SELECT YEAR(day) AS y, MONTH(day) AS m, SUM(sales) AS s FROM table GROUP BY YEAR(day), MONTH(day) ORDER BY y, m",
        "SELECT YEAR(day), MONTH(day), SUM(sales), AVG(sales), MIN(region), MAX(id), COUNT(*) FROM table GROUP BY YEAR(day), MONTH(day)",
        "SELECT day, SUM(id), COUNT(sales) FROM table GROUP BY day",
        "SELECT DATE_FORMAT(day, '%Y-%m') AS m, AVG(sales) AS s FROM table WHERE id > 500 GROUP BY m HAVING s > 0",
        "SELECT MONTHNAME(day), STDDEV(sales) FROM table GROUP BY MONTHNAME(day)",
        "SELECT YEAR(day), SUM(sales) FROM table WHERE id < 0 GROUP BY YEAR(day)",
        "SELECT day > '2020-01-01', COUNT(*) FROM table GROUP BY day > '2020-01-01'",
        "SELECT YEAR(day), SUM(id * 1000000000000000) FROM table GROUP BY YEAR(day)",
    ];
    check("DayGroupsExec", true, &queries).await;
}

#[tokio::test]
async fn keys_of_anything_else_are_left_to_the_engine() {
    let queries = [
        "SELECT region, SUM(sales) FROM table GROUP BY region",
        "SELECT YEAR(day), region, SUM(sales) FROM table GROUP BY YEAR(day), region",
        "SELECT YEAR(day), COUNT(DISTINCT region) FROM table GROUP BY YEAR(day)",
        "SELECT YEAR(day), GROUP_CONCAT(DISTINCT region ORDER BY region) FROM table GROUP BY YEAR(day)",
        "SELECT YEAR(day), ANY_VALUE(sales) FROM table WHERE id < 9 GROUP BY YEAR(day)",
        "SELECT SUM(sales) FROM table",
        "SELECT DISTINCT QUARTER(day) FROM table",
        "SELECT YEAR(day) + RAND() < 0, COUNT(*) FROM table GROUP BY YEAR(day) + RAND() < 0",
    ];
    check("DayGroupsExec", false, &queries).await;
}

#[tokio::test]
async fn what_is_none_of_the_first_rows_is_not_sorted() {
    let numbered = |function: &str, over: &str, r: &str| {
        format!(
            "SELECT id, r FROM (SELECT id, region, sales, {function}() OVER ({over}) AS r FROM table) q WHERE {r} ORDER BY id, r"
        )
    };
    let by_region = "PARTITION BY region ORDER BY sales DESC, id";
    let queries = [
        numbered("ROW_NUMBER", by_region, "r <= 3"),
        numbered("ROW_NUMBER", by_region, "r = 1"),
        numbered("ROW_NUMBER", by_region, "r < 3"),
        numbered("ROW_NUMBER", by_region, "7 >= r"),
        numbered("RANK", by_region, "r <= 2"),
        numbered("RANK", "PARTITION BY region ORDER BY sales DESC", "r <= 2"),
        numbered("RANK", "PARTITION BY region ORDER BY sales", "r <= 5"),
        numbered("ROW_NUMBER", "ORDER BY day DESC, id", "r <= 10"),
        numbered("ROW_NUMBER", "PARTITION BY day, region ORDER BY id DESC", "r <= 2"),
        numbered("ROW_NUMBER", "PARTITION BY YEAR(day) ORDER BY region, id", "r <= 2"),
    ];
    check("PartitionedTopNExec", true, &queries.each_ref().map(String::as_str)).await;
}

#[tokio::test]
async fn rows_that_another_number_counts_are_sorted() {
    let numbered = |columns: &str, r: &str| {
        format!("SELECT * FROM (SELECT id, region, {columns} FROM table) q WHERE {r} ORDER BY id")
    };
    let number = "ROW_NUMBER() OVER (PARTITION BY region ORDER BY sales, id) AS r";
    let queries = [
        numbered(number, "r > 4990"),
        numbered(number, "r < 1"),
        numbered(number, "r <= 3 AND id > 10000"),
        numbered(number, "r <= 101 AND r > 95"),
        numbered(
            &format!("{number}, LEAD(id) OVER (PARTITION BY region ORDER BY sales, id) AS n"),
            "r <= 3",
        ),
        numbered(&format!("{number}, COUNT(*) OVER (PARTITION BY region) AS n"), "r <= 3"),
        numbered("DENSE_RANK() OVER (PARTITION BY region ORDER BY sales) AS r", "r <= 2"),
        numbered("NTILE(3) OVER (PARTITION BY region ORDER BY sales, id) AS r", "r <= 1"),
        numbered("ROW_NUMBER() OVER (PARTITION BY sales ORDER BY id) AS r", "r <= 1"),
    ];
    check("PartitionedTopNExec", false, &queries.each_ref().map(String::as_str)).await;
}

/// Of `c`, which is constant in each part, DataFusion thinks that it needs no sorting.
#[tokio::test]
async fn first_rows_of_a_union_are_those_of_all_parts() {
    let table = table();
    let sql = "SELECT 1 AS c, id FROM table WHERE id < 9000 UNION ALL SELECT 2 AS c, id + 50000 AS id FROM table ORDER BY c DESC, id LIMIT 3";
    for state in sessions(100 << 20).as_flattened() {
        for _ in 0..20 {
            let (_, rows) = Box::pin(planned(state, &table, sql)).await;
            let rows = rows.unwrap();
            assert!((50_000..50_003).all(|it| rows.contains(&format!("| 2 | {it} |"))), "{rows}");
        }
    }
}

#[tokio::test]
async fn several_threads_answer_as_one_does() {
    let table = table();
    let [[one, _], [three, _]] = sessions(100 << 20);
    for (operator, sql) in [
        ("ConcatExec", "SELECT UPPER(region), id FROM table WHERE sales > 0"),
        (
            "ConcatExec",
            "SELECT region, COUNT(*), SUM(sales), AVG(sales) FROM table GROUP BY region",
        ),
        ("ConcatExec", "SELECT DISTINCT sales FROM table"),
        ("ConcatExec", "SELECT region, COUNT(DISTINCT sales) FROM table GROUP BY region"),
        ("SortPreservingMergeExec", "SELECT id, region FROM table ORDER BY region"),
        ("SortPreservingMergeExec", "SELECT id, region FROM table ORDER BY region DESC LIMIT 70"),
        (
            "SortPreservingMergeExec",
            "SELECT id, RANK() OVER (PARTITION BY region ORDER BY day) AS r FROM table",
        ),
        ("UnionExec", "SELECT id FROM table WHERE id > 9000 UNION ALL SELECT id FROM table"),
    ] {
        let (_, expected) = Box::pin(planned(&one, &table, sql)).await;
        let (plan, rows) = Box::pin(planned(&three, &table, sql)).await;
        assert!(plan.contains(operator), "{sql}\n{plan}");
        assert_eq!(rows, expected, "{sql}\n{plan}");
    }
}

#[tokio::test]
async fn what_does_not_fit_into_memory_is_refused_as_before() {
    let table = table();
    for [ours, engines] in sessions(20 << 10) {
        for sql in [
            "SELECT day, SUM(id) FROM table GROUP BY day",
            "SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY sales) AS r FROM table) q WHERE r = 1",
        ] {
            for state in [&ours, &engines] {
                let (_, rows) = Box::pin(planned(state, &table, sql)).await;
                assert!(rows.unwrap_err().contains("Resources exhausted"), "{sql}");
            }
        }
    }
}
