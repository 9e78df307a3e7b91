//! A server of its own for each test, and requests to it.

use std::net::SocketAddr;

use domock::domain::Timestamp;
use domock::{Config, Domock};
use hyper::body::Bytes;
use serde_json::{Value, json};

#[path = "../support/client.rs"]
pub(crate) mod client;

pub(crate) use client::Answer;

/// 2024-06-01T12:00:00Z
pub(crate) const NOON: Timestamp = Timestamp(1_717_243_200_000);

/// A running server and one dataset of it.
pub(crate) struct Mock {
    pub(crate) domo: Domock,
    pub(crate) dataset: String,
}

impl Mock {
    /// With a dataset of the columns `(name, type)`.
    pub(crate) async fn start(config: Config, columns: &[(&str, &str)]) -> Self {
        let domo = Domock::start(config).await.unwrap();
        let mut mock = Self { domo, dataset: String::new() };
        mock.dataset = mock.create(columns).await;
        mock
    }

    pub(crate) async fn create(&self, columns: &[(&str, &str)]) -> String {
        let columns: Vec<Value> =
            columns.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
        let body = json!({ "dataSourceName": "test", "schema": { "columns": columns } });
        let created = self.ok("POST", "/api/data/v2/datasources", body).await;
        created["dataSource"]["dataSourceId"].as_str().unwrap().to_owned()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.domo.address()
    }

    /// Below the dataset's v3 path.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/data/v3/datasources/{}{rest}", self.dataset)
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: impl Into<Bytes>) -> Answer {
        client::send(self.address(), (method, path), &[], body).await.unwrap()
    }

    /// A request in JSON that must succeed, and its answer.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    pub(crate) async fn start_upload(&self) -> u64 {
        let started = self.ok("POST", &self.path("/uploads"), json!({ "action": null })).await;
        started["uploadId"].as_u64().unwrap()
    }

    pub(crate) async fn put_part(&self, upload: u64, part: u32, csv: impl Into<Bytes>) -> Answer {
        self.send("PUT", &self.path(&format!("/uploads/{upload}/parts/{part}")), csv).await
    }

    pub(crate) async fn commit(&self, upload: u64, body: Value) -> Answer {
        self.send("PUT", &self.path(&format!("/uploads/{upload}/commit")), body.to_string()).await
    }

    /// One upload of one part, committed as the body says.
    pub(crate) async fn upload(&self, csv: &str, body: Value) {
        let upload = self.start_upload().await;
        assert_eq!(self.put_part(upload, 1, csv.to_owned()).await.status, 200);
        let committed = self.commit(upload, body).await;
        assert_eq!(committed.status, 200, "{}", committed.text());
    }

    pub(crate) async fn query(&self, sql: &str) -> Answer {
        let path = format!("/api/query/v1/execute/{}?format=table", self.dataset);
        self.send("POST", &path, json!({ "sql": sql }).to_string()).await
    }

    pub(crate) async fn rows(&self, sql: &str) -> Value {
        let answer = self.query(sql).await;
        assert_eq!(answer.status, 200, "{sql}: {}", answer.text());
        answer.json()["rows"].clone()
    }
}

pub(crate) fn frozen() -> Config {
    let mut config = Config::for_tests();
    config.time.frozen_at = Some(NOON);
    config
}
