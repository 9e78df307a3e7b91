//! Many who ask at once: whose query runs, and for how long the others wait.

use std::time::{Duration, Instant};

use domock::engine::{Asker, Engine, Query, SqlError, Table, Ticket};
use futures::StreamExt;

use crate::hostile_sql::{engine, engine_within, run, table, text};

fn asked(table: &Table, sql: &str, group: u64, member: u64) -> Query {
    let ticket = Ticket::now(Asker { group, member });
    Query { ticket, ..Query::new(table.clone(), sql) }
}

async fn answered(engine: &Engine, query: Query) -> Result<String, SqlError> {
    text(engine.query(query).await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_query_does_not_wait_for_the_heavy_ones_of_others() {
    let (engine, table) = (engine_within(Duration::from_secs(30)), table(20_000));
    let heavy = "SELECT SUM(a.n * b.n) FROM table a JOIN table b ON a.one = b.one";
    let mut bombs = tokio::task::JoinSet::new();
    for member in 0..32 {
        let (engine, query) = (engine.clone(), asked(&table, heavy, 1, member));
        bombs.spawn(async move { answered(&engine, query).await });
    }
    // They are all there.
    tokio::time::timeout(Duration::from_millis(500), std::future::pending::<()>()).await.ok();
    let mut slowest = Duration::ZERO;
    for turn in 0..10 {
        let sql = format!("SELECT COUNT(*), {turn} FROM table WHERE n < 10");
        let began = Instant::now();
        let answer = answered(&engine, asked(&table, &sql, 2, 99)).await.unwrap();
        assert_eq!(answer, format!("[10,{turn}]"));
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    drop(bombs);
}

#[tokio::test]
async fn readers_who_do_not_read_keep_nobody_from_asking() {
    let (engine, table) = (engine(), table(400_000));
    let (mut unread, mut unread_exports) = (Vec::new(), Vec::new());
    for member in 0..8 {
        let rows = engine.query(asked(&table, "SELECT * FROM table", 1, member)).await.unwrap();
        let mut chunks = Box::pin(rows.into_chunks());
        assert!(chunks.next().await.unwrap().is_ok());
        unread.push(chunks);
        let ticket = Ticket::now(Asker { group: 1, member });
        let export = engine.export(table.clone(), u64::MAX, ticket);
        let rows = export.rows(domock::engine::RowFormat::JsonArrays);
        let mut chunks = Box::pin(rows.into_chunks());
        assert!(chunks.next().await.unwrap().is_ok());
        unread_exports.push(chunks);
    }
    let began = Instant::now();
    let rows = run(&engine, &table, "SELECT MAX(n) FROM table").await.unwrap();
    assert_eq!(text(rows).await.unwrap(), "[399999]");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    // Whoever comes too late does not get half an answer for a whole one.
    tokio::time::timeout(Duration::from_secs(4), std::future::pending::<()>()).await.ok();
    let last = unread.pop().unwrap().collect::<Vec<_>>().await.pop().unwrap();
    assert!(last.is_err());
}

#[tokio::test]
async fn the_time_of_a_query_runs_from_where_its_request_began() {
    let (engine, table) = (engine_within(Duration::from_millis(500)), table(10));
    let began = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    let late = Query {
        ticket: Ticket { began, ..Ticket::default() },
        ..Query::new(table.clone(), "SELECT MAX(n) FROM table")
    };
    let error = engine.query(late).await.map(drop).unwrap_err();
    assert!(matches!(error, SqlError::Deadline { limit_ms: 500 }), "{error:?}");
}
