//! What clients leave behind, or send without an end: every byte of it is counted, and given back.

use std::time::{Duration, Instant};

use domock::{Config, Domock};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{Mock, client, frozen};

const COLUMNS: &[(&str, &str)] = &[("n", "LONG"), ("s", "STRING")];

async fn memory(mock: &Mock, owner: &str) -> u64 {
    let health = mock.ok("GET", "/_domock/health", Value::Null).await;
    health["memory"][owner]["used"].as_u64().unwrap()
}

/// Rows that take some bytes of memory.
fn rows_of(bytes: usize) -> String {
    format!("1,{}\n", "x".repeat(984)).repeat(bytes / 1_000)
}

async fn move_clock(mock: &Mock, how: Value) {
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let path = ("POST", "/_domock/clock");
    let moved = client::send(mock.address(), path, &headers, how.to_string()).await.unwrap();
    assert_eq!(moved.status, 200, "{}", moved.text());
}

fn limited(bytes: u64) -> Config {
    let mut config = Config::for_tests();
    config.limits.max_data_bytes = bytes;
    config
}

#[tokio::test]
async fn what_fits_can_be_replaced_for_ever() {
    for share in [4, 6] {
        let mock = Mock::start(limited(10_000_000), COLUMNS).await;
        let csv = rows_of(share * 1_000_000);
        for turn in 0..6 {
            let upload = mock.start_upload().await;
            assert_eq!(mock.put_part(upload, 1, csv.clone()).await.status, 200);
            let committed = mock.commit(upload, json!({ "action": "REPLACE" })).await;
            assert_eq!(committed.status, 200, "{share}, {turn}: {}", committed.text());
        }
        let count = mock.rows("SELECT COUNT(*) FROM t").await;
        assert_eq!(count, json!([[share * 1_000]]));
        let path = format!("/api/data/v3/datasources/{}", mock.dataset);
        assert_eq!(mock.send("DELETE", &path, "").await.status, 200);
        assert_eq!(memory(&mock, "uploads").await, 0);
        // At most the last table: where a REPLACE gave way, its rows are still counted after the dataset is deleted.
        let left = memory(&mock, "rows").await;
        assert!(left <= share as u64 * 1_000_000, "{share}: {left}");
    }
}

#[tokio::test]
async fn an_upload_that_is_discarded_gives_its_memory_back() {
    let mock = Mock::start(limited(10_000_000), COLUMNS).await;
    for _ in 0..4 {
        let upload = mock.start_upload().await;
        assert_eq!(mock.put_part(upload, 1, rows_of(6_000_000)).await.status, 200);
        assert!(memory(&mock, "uploads").await > 5_000_000);
        let path = mock.path(&format!("/uploads/{upload}"));
        assert_eq!(mock.send("DELETE", &path, "").await.status, 200);
        assert_eq!(memory(&mock, "uploads").await, 0);
        assert_eq!(mock.send("DELETE", &path, "").await.status, 404);
    }
    mock.upload(&rows_of(6_000_000), json!({})).await;
}

#[tokio::test]
async fn uploads_that_nobody_commits_are_given_up_after_a_day() {
    let mock = Mock::start(frozen(), COLUMNS).await;
    let old = mock.start_upload().await;
    mock.put_part(old, 1, rows_of(1_000_000)).await;
    for _ in 1..1_000 {
        mock.start_upload().await;
    }
    assert_eq!(mock.send("POST", &mock.path("/uploads"), "{}").await.status, 413);
    // What needs no open upload is not kept out.
    mock.ok("POST", &mock.path("/uploads"), json!({ "values": "1,a" })).await;
    move_clock(&mock, json!({ "advance_ms": 24 * 60 * 60 * 1_000 })).await;
    let new = mock.start_upload().await;
    assert_eq!(memory(&mock, "uploads").await, 0);
    assert_eq!(mock.put_part(old, 2, "1,a\n").await.status, 404);
    assert_eq!(mock.put_part(new, 1, "1,a\n").await.status, 200);
}

#[tokio::test]
async fn bodies_are_paid_for_while_they_arrive() {
    let mut config = limited(20_000_000);
    config.limits.max_body_pause_ms = 5_000;
    let mock = Mock::start(config, COLUMNS).await;
    let mut open = Vec::new();
    for _ in 0..16 {
        let mut socket = TcpStream::connect(mock.address()).await.unwrap();
        let head =
            "POST /api/data/v2/datasources HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        let piece = vec![b' '; 4_000_000];
        let _ = tokio::time::timeout(Duration::from_secs(2), socket.write_all(&piece)).await;
        open.push(socket);
    }
    assert!(memory(&mock, "uploads").await <= 20_000_000);
    let mut said = [0; 200];
    let last = open.last_mut().unwrap();
    let read = tokio::time::timeout(Duration::from_secs(20), last.read(&mut said)).await;
    let said = String::from_utf8_lossy(&said[..read.unwrap().unwrap()]).into_owned();
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    drop(open);
    let began = Instant::now();
    while memory(&mock, "uploads").await > 0 && began.elapsed() < Duration::from_secs(10) {}
    mock.create(COLUMNS).await;
}

#[tokio::test]
async fn texts_have_bounds_and_a_budget() {
    let mut config = Config::for_tests();
    config.limits.max_text_bytes = 1_000_000;
    let mock = Mock::start(config, COLUMNS).await;
    let create = "/api/data/v2/datasources";
    let named = |name: &str| {
        json!({ "dataSourceName": name, "schema": { "columns": [{ "name": "n", "type": "LONG" }] } })
            .to_string()
    };
    let refused = mock.send("POST", create, named(&"x".repeat(8_000_000))).await;
    assert_eq!(refused.status, 413, "{}", refused.text());
    assert!(refused.text().contains("a dataset's name"), "{}", refused.text());
    let mut made = 0;
    let refused = loop {
        let answer = mock.send("POST", create, named(&"x".repeat(4_000))).await;
        if answer.status != 200 {
            break answer;
        }
        made += 1;
        assert!(made < 1_000);
    };
    assert_eq!(refused.status, 413, "{}", refused.text());
    assert!(refused.text().contains("texts held in memory"), "{}", refused.text());
    assert!((100..300).contains(&made), "{made}");
    mock.ok("POST", "/_domock/reset", Value::Null).await;
    assert_eq!(mock.send("POST", create, named("small")).await.status, 200);
}

#[tokio::test]
async fn an_id_that_comes_a_thousand_times_is_answered_once() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    let ids = vec![mock.dataset.clone(); 1_000];
    let found = mock.ok("POST", "/api/data/v3/datasources/bulk", json!(ids)).await;
    assert_eq!(found["dataSources"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upsert_ends_beside_a_client_who_appends_without_a_pause() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    let columns = json!([{ "name": "n", "type": "LONG", "upsertKey": true }, { "name": "s", "type": "STRING" }]);
    let schemas = format!("/api/data/v2/datasources/{}/schemas", mock.dataset);
    mock.ok("POST", &schemas, json!({ "columns": columns })).await;
    let csv = (0..200_000).map(|it| format!("{it},a\n")).collect::<Vec<_>>().concat();
    mock.upload(&csv, json!({ "action": "REPLACE" })).await;
    let upload = mock.start_upload().await;
    mock.put_part(upload, 1, "7,b\n").await;
    let appending = async {
        for number in 0_u64.. {
            let rows = json!({ "values": format!("{},c", 1_000_000 + number) });
            mock.ok("POST", &mock.path("/uploads"), rows).await;
        }
    };
    let upserting = mock.commit(upload, json!({ "action": "UPSERT" }));
    tokio::select! {
        () = appending => {}
        done = tokio::time::timeout(Duration::from_mins(1), upserting) => {
            assert_eq!(done.expect("it takes its turn").status, 200);
        }
    }
    assert_eq!(mock.rows("SELECT COUNT(*) FROM t WHERE s = 'b'").await, json!([[1]]));
}

#[tokio::test]
async fn what_was_indexed_stays_so_when_the_clock_goes_back() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    mock.upload("1,a\n", json!({})).await;
    move_clock(&mock, json!({ "set_ms": 1_704_067_200_000_u64 })).await;
    assert_eq!(mock.rows("SELECT n FROM t").await, json!([[1]]));
    mock.upload("2,b\n", json!({ "action": "APPEND" })).await;
    assert_eq!(mock.rows("SELECT COUNT(*) FROM t").await, json!([[2]]));
}

#[tokio::test]
async fn the_last_day_of_the_calendar_is_a_day_too() {
    let mut config = Config::for_tests();
    config.time.frozen_at = Some(domock::domain::Timestamp(253_402_300_799_000));
    let mock = Mock::start(config, COLUMNS).await;
    mock.upload("1,a\n", json!({})).await;
    assert_eq!(mock.rows("SELECT n FROM t").await, json!([[1]]));
}

#[tokio::test]
async fn the_token_of_a_login_is_random_unless_the_ids_are_chosen() {
    let token = async |id_seed: Option<u64>| {
        let mut config = Config::for_tests();
        config.seed.id_seed = id_seed;
        let domo = Domock::start(config).await.unwrap();
        let login = json!({ "method": "password", "emailAddress": "a@b.c", "password": "x" });
        let path = ("POST", "/api/content/v2/authentication");
        let answer = client::send(domo.address(), path, &[], login.to_string()).await.unwrap();
        answer.json()["sessionToken"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(token(Some(7)).await, token(Some(7)).await);
    let (one, other) = (token(None).await, token(None).await);
    assert!(one.len() > 20 && one != other, "{one} {other}");
}
