//! Operations that Domo documents beyond the Datasets API: each is served, or is a 501 that names it.

use domock::{Config, Domock};

use crate::support::client;

/// Verb and path, by the page that documents them.
const OPERATIONS: &str = include_str!("documented.txt");

#[tokio::test]
async fn every_documented_operation_is_served_or_says_that_it_is_not_emulated() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let mut unknown = Vec::new();
    for line in OPERATIONS.lines().filter(|it| !it.is_empty() && !it.starts_with('#')) {
        let (verb, path) = line.split_once(' ').unwrap();
        let path: Vec<&str> =
            path.split('/').map(|it| if it.starts_with('{') { "1" } else { it }).collect();
        let path = path.join("/");
        let answer = client::send(domo.address(), (verb, &path), &[], "{}").await.unwrap();
        let text = answer.text();
        if answer.status == 405 || text.contains("no such route") {
            unknown.push(format!("{line}: {} {text}", answer.status));
        }
        if answer.status == 501 {
            assert!(!answer.header("x-domock-unsupported").is_empty(), "{line}");
        }
    }
    assert!(unknown.is_empty(), "neither served nor named:\n{}", unknown.join("\n"));
}
