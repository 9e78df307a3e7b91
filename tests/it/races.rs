//! Many at once on one dataset: a reader sees one whole version or another, and nothing is lost.

use std::sync::Arc;

use domock::Config;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::Mock;

const ROWS: usize = 500;

fn csv(mark: usize) -> String {
    format!("{mark}\n").repeat(ROWS)
}

async fn start() -> Arc<Mock> {
    Arc::new(Mock::start(Config::for_tests(), &[("mark", "LONG")]).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_one_whole_replace_or_another() {
    let mock = start().await;
    mock.upload(&csv(0), json!({ "action": "REPLACE", "index": true })).await;
    let mut tasks = JoinSet::new();
    for writer in 1..=4 {
        let mock = Arc::clone(&mock);
        tasks.spawn(async move {
            for round in 0..5 {
                mock.upload(
                    &csv(writer * 10 + round),
                    json!({ "action": "REPLACE", "index": true }),
                )
                .await;
            }
        });
    }
    for _ in 0..4 {
        let mock = Arc::clone(&mock);
        tasks.spawn(async move {
            for _ in 0..20 {
                let seen = mock.rows("SELECT COUNT(*), COUNT(DISTINCT mark) FROM t").await;
                assert_eq!(seen, json!([[ROWS, 1]]), "a reader saw a mixture");
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_append_is_lost() {
    let mock = start().await;
    let mut tasks = JoinSet::new();
    for writer in 0..8 {
        let mock = Arc::clone(&mock);
        tasks.spawn(async move {
            for round in 0..4 {
                let mark = writer * 10 + round;
                if round % 2 == 0 {
                    mock.upload(&csv(mark), json!({ "action": "APPEND", "index": true })).await;
                } else {
                    let body = json!({ "values": csv(mark) });
                    mock.ok("POST", &mock.path("/uploads"), body).await;
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let seen = mock.rows("SELECT COUNT(*), COUNT(DISTINCT mark) FROM t").await;
    assert_eq!(seen, json!([[8 * 4 * ROWS, 32]]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn upserts_side_by_side_lose_no_row() {
    let mock = start().await;
    let columns = json!([{ "name": "mark", "type": "LONG", "upsertKey": true }]);
    let schemas = format!("/api/data/v2/datasources/{}/schemas", mock.dataset);
    mock.ok("POST", &schemas, json!({ "columns": columns })).await;
    // Enough rows that a merge with them takes its time.
    let others = (100..20_100).map(|it| format!("{it}\n")).collect::<Vec<_>>().concat();
    mock.upload(&others, json!({ "action": "REPLACE", "index": true })).await;
    let mut tasks = JoinSet::new();
    for writer in 0..6 {
        let mock = Arc::clone(&mock);
        tasks.spawn(async move {
            for round in 0..4 {
                // Every writer has keys of its own, and one that it shares with the next.
                let (first, last) = (writer * 2, writer * 2 + 2);
                let csv = format!("{first}\n{}\n{last}\n", first + 1);
                mock.upload(&csv, json!({ "action": "UPSERT", "index": round % 2 == 0 })).await;
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    mock.upload("0\n", json!({ "action": "UPSERT", "index": true })).await;
    let seen = mock.rows("SELECT COUNT(*), COUNT(DISTINCT mark) FROM t").await;
    assert_eq!(seen, json!([[20_013, 20_013]]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn partitions_are_replaced_side_by_side() {
    let mock = start().await;
    mock.upload("", json!({ "action": "REPLACE", "index": true })).await;
    let mut tasks = JoinSet::new();
    for tag in 0..4 {
        let mock = Arc::clone(&mock);
        tasks.spawn(async move {
            for round in 0..5 {
                let body = json!({ "index": true, "dataTag": format!("p{tag}") });
                mock.upload(&csv(tag * 10 + round), body).await;
            }
        });
    }
    for _ in 0..3 {
        let mock = Arc::clone(&mock);
        tasks.spawn(async move {
            for _ in 0..20 {
                let seen = mock.rows("SELECT mark, COUNT(*) FROM t GROUP BY mark").await;
                let seen = seen.as_array().unwrap();
                assert!(seen.len() <= 4 && seen.iter().all(|it| it[1] == ROWS), "{seen:?}");
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let seen = mock.rows("SELECT mark, COUNT(*) FROM t GROUP BY mark ORDER BY mark").await;
    assert_eq!(seen, json!([[4, ROWS], [14, ROWS], [24, ROWS], [34, ROWS]]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_two_commits_of_an_upload_wins() {
    let mock = start().await;
    for _ in 0..10 {
        let upload = mock.start_upload().await;
        mock.put_part(upload, 1, csv(1)).await;
        let commit = || mock.commit(upload, json!({ "action": "REPLACE", "index": true }));
        let (one, other) = tokio::join!(commit(), commit());
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reset_leaves_no_500_and_no_trace() {
    let mock = start().await;
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let mock = Arc::clone(&mock);
        tasks.spawn(async move {
            for _ in 0..10 {
                let start = mock.send("POST", &mock.path("/uploads"), "{}").await;
                let upload = start.json()["uploadId"].as_u64().unwrap_or(1);
                let part = mock.put_part(upload, 1, csv(1)).await;
                let commit = mock.commit(upload, json!({ "index": true })).await;
                let query = mock.query("SELECT COUNT(*) FROM t").await;
                for answer in [start, part, commit, query] {
                    assert!(answer.status.as_u16() < 500, "{}", answer.text());
                }
            }
        });
    }
    let resetting = Arc::clone(&mock);
    tasks.spawn(async move {
        for _ in 0..10 {
            resetting.ok("POST", "/_domock/reset", Value::Null).await;
        }
    });
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    mock.ok("POST", "/_domock/reset", Value::Null).await;
    assert_eq!(mock.send("GET", &mock.path(""), "").await.status, 404);
}
