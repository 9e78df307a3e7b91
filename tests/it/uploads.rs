//! Stories of uploads that a single request cannot tell.

use std::io::Write;
use std::time::Duration;

use domock::Config;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Mock, client};

const COLUMNS: &[(&str, &str)] = &[("n", "LONG"), ("s", "STRING")];

#[tokio::test]
async fn parts_come_in_any_order_and_a_part_sent_again_replaces_the_first() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    let upload = mock.start_upload().await;
    for (part, csv) in [(7, "3,c\n"), (0, "1,a\n"), (7, "4,d\n"), (2, ""), (1, "2,b")] {
        assert_eq!(mock.put_part(upload, part, csv).await.status, 200);
    }
    mock.commit(upload, json!({ "action": "REPLACE", "index": "true" })).await;
    assert_eq!(mock.rows("SELECT * FROM t").await, json!([[1, "a"], [2, "b"], [4, "d"]]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_parts_in_parallel_are_one_upload() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    let upload = mock.start_upload().await;
    let parts = (0..60).map(|part| mock.put_part(upload, part, format!("{part},x\n").repeat(200)));
    for answer in futures::future::join_all(parts).await {
        assert_eq!(answer.status, 200);
    }
    mock.commit(upload, json!({ "action": "REPLACE" })).await;
    assert_eq!(mock.rows("SELECT COUNT(*), SUM(n) FROM t").await, json!([[12_000, 200 * 59 * 30]]));
}

#[tokio::test]
async fn a_part_may_be_gzipped() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    let upload = mock.start_upload().await;
    let mut zipped = GzEncoder::new(Vec::new(), Compression::default());
    zipped.write_all(b"1,\"two\nlines\"\n").unwrap();
    let path = mock.path(&format!("/uploads/{upload}/parts/1"));
    let headers = [("content-encoding".to_owned(), "gzip".to_owned())];
    let answer = client::send(mock.address(), ("PUT", &path), &headers, zipped.finish().unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    mock.commit(upload, json!({ "action": "REPLACE" })).await;
    assert_eq!(mock.rows("SELECT s FROM t").await, json!([["two\nlines"]]));
}

#[tokio::test]
async fn a_broken_gzip_is_refused_and_the_upload_stays_open() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    let upload = mock.start_upload().await;
    let path = mock.path(&format!("/uploads/{upload}/parts/1"));
    let headers = [("content-encoding".to_owned(), "gzip".to_owned())];
    let answer = client::send(mock.address(), ("PUT", &path), &headers, "no gzip").await.unwrap();
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(mock.put_part(upload, 1, "1,a\n").await.status, 200);
    assert_eq!(mock.commit(upload, json!({})).await.json()["rowCount"], 1);
}

#[tokio::test]
async fn a_part_that_unzips_beyond_the_limit_is_refused() {
    let mut config = Config::for_tests();
    config.limits.max_part_bytes = 1_000_000;
    let mock = Mock::start(config, COLUMNS).await;
    let upload = mock.start_upload().await;
    let mut zipped = GzEncoder::new(Vec::new(), Compression::best());
    zipped.write_all("1,aaaaaaaaaaaa\n".repeat(100_000).as_bytes()).unwrap();
    let zipped = zipped.finish().unwrap();
    assert!(zipped.len() < 100_000);
    let path = mock.path(&format!("/uploads/{upload}/parts/1"));
    let headers = [("content-encoding".to_owned(), "gzip".to_owned())];
    let answer = client::send(mock.address(), ("PUT", &path), &headers, zipped).await.unwrap();
    assert_eq!(answer.status, 413, "{}", answer.text());
}

#[tokio::test]
async fn rows_beyond_the_memory_limit_are_refused_and_nothing_is_lost() {
    let mut config = Config::for_tests();
    config.limits.max_data_bytes = 1_000_000;
    let mock = Mock::start(config, COLUMNS).await;
    mock.upload("1,a\n", json!({ "action": "REPLACE" })).await;
    let upload = mock.start_upload().await;
    mock.put_part(upload, 1, "1,aaaaaaaaaaaaaaaa\n".repeat(100_000)).await;
    let refused = mock.commit(upload, json!({ "action": "REPLACE" })).await;
    assert_eq!(refused.status, 413, "{}", refused.text());
    assert_eq!(mock.rows("SELECT * FROM t").await, json!([[1, "a"]]));
    // The part gave its memory back, so that a smaller one fits in its place.
    assert_eq!(mock.put_part(upload, 1, "2,b\n").await.status, 200);
    assert_eq!(mock.commit(upload, json!({ "action": "REPLACE" })).await.status, 200);
}

#[tokio::test]
async fn an_upsert_beyond_the_memory_limit_is_refused_and_its_upload_stays_open() {
    let mut config = Config::for_tests();
    config.limits.max_data_bytes = 1_000_000;
    let mock = Mock::start(config, COLUMNS).await;
    let columns = json!([{ "name": "n", "type": "LONG", "upsertKey": true }, { "name": "s", "type": "STRING" }]);
    let schemas = format!("/api/data/v2/datasources/{}/schemas", mock.dataset);
    mock.ok("POST", &schemas, json!({ "columns": columns })).await;
    let csv = (0..20_000).map(|it| format!("{it},aaaaaaaaaaaaaaaa\n")).collect::<Vec<_>>();
    mock.upload(&csv.concat(), json!({ "action": "REPLACE" })).await;
    let upload = mock.start_upload().await;
    mock.put_part(upload, 1, "7,b\n").await;
    // The rows before and after would have to be there at the same time.
    let refused = mock.commit(upload, json!({ "action": "UPSERT" })).await;
    assert_eq!(refused.status, 413, "{}", refused.text());
    assert_eq!(
        mock.rows("SELECT COUNT(*), MAX(s) FROM t").await,
        json!([[20_000, "aaaaaaaaaaaaaaaa"]])
    );
    let appended = mock.commit(upload, json!({ "action": "APPEND" })).await;
    assert_eq!(appended.json()["rowCount"], 1, "{}", appended.text());
}

#[tokio::test]
async fn a_client_that_hangs_up_leaves_no_part() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    let upload = mock.start_upload().await;
    let mut socket = TcpStream::connect(mock.address()).await.unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n1,a\n",
        mock.path(&format!("/uploads/{upload}/parts/1"))
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    drop(socket);
    assert_eq!(mock.put_part(upload, 2, "2,b\n").await.status, 200);
    assert_eq!(mock.commit(upload, json!({ "action": "REPLACE" })).await.json()["rowCount"], 1);
}

#[tokio::test]
async fn a_query_whose_client_hangs_up_stops() {
    let mut config = Config::for_tests();
    config.limits.max_queries = Some(1);
    let mock = Mock::start(config, COLUMNS).await;
    mock.upload(&"1,a\n".repeat(3_000), json!({ "action": "REPLACE" })).await;
    let endless = json!({ "sql": "SELECT COUNT(*) FROM t a, t b, t c WHERE a.n + b.n + c.n = 4" })
        .to_string();
    let mut socket = TcpStream::connect(mock.address()).await.unwrap();
    let request = format!(
        "POST /api/query/v1/execute/{} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{endless}",
        mock.dataset,
        endless.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    // Whether it has begun or not, no answer may come before it is hung up on.
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(200), socket.read(&mut byte)).await;
    if early.is_ok() {
        // It was refused at once, which is as good an end.
        return;
    }
    drop(socket);
    // There is one turn for queries: this one gets it only when the other has stopped.
    assert_eq!(mock.rows("SELECT COUNT(*) FROM t").await, json!([[3_000]]));
}

#[tokio::test]
async fn the_rows_of_an_old_version_are_not_seen_after_a_replace_with_nothing() {
    let mock = Mock::start(Config::for_tests(), COLUMNS).await;
    mock.upload("1,a\n", json!({ "action": "REPLACE" })).await;
    mock.upload("", json!({ "action": "REPLACE" })).await;
    assert_eq!(mock.rows("SELECT * FROM t").await, json!([]));
    let versions = mock.ok("GET", &mock.path("/dataversions/details"), Value::Null).await;
    let counts: Vec<&Value> =
        versions.as_array().unwrap().iter().map(|it| &it["rowCount"]).collect();
    assert_eq!(counts, [&json!(0), &json!(1)]);
}
