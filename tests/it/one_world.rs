//! A request meets one world from its first look to its last, and one moment of it in each answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bytes::Bytes;
use domock::domain::operations::{
    DatasetFilter, DatasetOrder, NewDataset, NewStream, ProfileChange,
};
use domock::domain::stream::{ExecutionState, StreamIntent};
use domock::domain::{
    ColumnType, DatasetId, ExecutionId, Profile, SchemaColumn, Session, StreamId, UserId,
};
use domock::{Config, Domock};
use futures::FutureExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::Mock;

const ROWS: &str = "1\n2\n3\n";

fn new_dataset(name: &str) -> NewDataset {
    let profile = Profile { name: name.to_owned(), ..Profile::default() };
    NewDataset { profile, columns: vec![SchemaColumn::new("n", ColumnType::Long)] }
}

/// A stream over transport API, and a run of it that waits for parts.
fn started_run(session: &Session) -> (DatasetId, StreamId, ExecutionId) {
    let new = NewStream {
        dataset: new_dataset("fed"),
        stream: StreamIntent::default(),
        key_columns: None,
    };
    let created = session.create_stream(new).unwrap();
    let run = session.execute_stream(created.stream.id, "MANUAL".to_owned(), None).unwrap();
    (created.dataset.id, created.stream.id, run.id)
}

fn body(csv: &'static str) -> impl futures::Stream<Item = Result<Bytes, String>> + Unpin {
    futures::stream::iter([Ok(Bytes::from_static(csv.as_bytes()))])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_outlives_a_reset_finishes_on_the_world_it_began_with() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let mut outlived = 0;
    for _ in 0..100 {
        let session = domo.instance().session(UserId::new(1));
        let (_, stream, run) = started_run(&session);
        session.put_execution_part(stream, run, 1, body(ROWS)).await.unwrap();
        let mut commit = Box::pin(session.commit_execution(stream, run));
        // The first poll hands the rows to the engine's threads; most often they are not ready yet.
        if let Some(done) = (&mut commit).now_or_never() {
            done.unwrap();
            continue;
        }
        domo.reset();
        let done = commit.await.unwrap();
        assert_eq!(done.state(done.moment.now), ExecutionState::Success);
        assert_eq!(done.rows, 3);
        assert!(
            domo.instance().session(UserId::new(1)).stream(stream).is_err(),
            "the reset undone"
        );
        outlived += 1;
        if outlived == 5 {
            break;
        }
    }
    assert!(outlived > 0, "no commit was overtaken by the reset");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_outlives_a_reset_is_answered_from_the_world_it_began_with() {
    let mock = Mock::start(Config::for_tests(), &[("n", "LONG")]).await;
    let definition = json!({
        "transport": { "type": "API" },
        "dataSource": { "name": "fed" },
        "schemaDefinition": { "columns": [{ "name": "n", "type": "LONG" }] },
    });
    let stream = mock.ok("POST", "/api/data/v1/streams", definition).await["id"].clone();
    let runs = format!("/api/data/v1/streams/{stream}/executions");
    let run = mock.ok("POST", &runs, json!({})).await["executionId"].clone();

    let mut connection = TcpStream::connect(mock.address()).await.unwrap();
    let head = format!(
        "PUT {runs}/{run}/part/1 HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        ROWS.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    // Sent when the handler asks for the body: it has found the run by then.
    let mut interim = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    connection.read_exact(&mut interim).await.unwrap();
    mock.ok("POST", "/_domock/reset", Value::Null).await;
    connection.write_all(ROWS.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_never_lands_in_the_upload_of_another_world() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let before = domo.instance().session(UserId::new(1));
    let old = started_run(&before);
    domo.reset();
    let after = domo.instance().session(UserId::new(1));
    let new = started_run(&after);
    assert_eq!(old, new, "the same seed of ids gives the same ids");
    let (_, stream, run) = old;
    before.put_execution_part(stream, run, 1, body(ROWS)).await.unwrap();
    assert_eq!(after.commit_execution(stream, run).await.unwrap().rows, 0);
    assert_eq!(before.commit_execution(stream, run).await.unwrap().rows, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_never_finished_without_its_index_key() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let session = domo.instance().session(UserId::new(1));
    for _ in 0..200 {
        let (_, stream, run) = started_run(&session);
        session.put_execution_part(stream, run, 1, body(ROWS)).await.unwrap();
        let reader = session.clone();
        let reader = thread::spawn(move || {
            loop {
                let seen = reader.execution(stream, run).unwrap();
                if seen.state(seen.moment.now) == ExecutionState::Success {
                    return seen.index_key.clone();
                }
            }
        });
        let done = session.commit_execution(stream, run).await.unwrap();
        let seen = reader.join().unwrap();
        assert!(seen.is_some(), "a finished run without its index key");
        assert_eq!(seen, done.index_key);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_never_mixes_two_moments() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let session = domo.instance().session(UserId::new(1));
    let create = |name: &str| session.create_dataset(new_dataset(name)).unwrap().id;
    let (leader, follower) = (create("0"), create("0"));
    for _ in 0..2_000 {
        create("another");
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writer = thread::spawn({
        let (session, stop) = (session.clone(), Arc::clone(&stop));
        move || {
            for round in 1_u64.. {
                // The leader first, then the follower: at no moment is the follower ahead.
                for id in [leader, follower] {
                    let name = Some(round.to_string());
                    let change = ProfileChange { name, ..ProfileChange::default() };
                    session.change_profile(id, change).unwrap();
                }
                if stop.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    });
    for _ in 0..200 {
        let list = session.datasets(&DatasetFilter::default(), DatasetOrder::default());
        let rounds: HashMap<DatasetId, u64> = list
            .iter()
            .filter(|it| [leader, follower].contains(&it.id))
            .map(|it| (it.id, it.profile.name.parse().unwrap()))
            .collect();
        let ahead = rounds[&leader].checked_sub(rounds[&follower]);
        assert!(ahead.is_some_and(|it| it <= 1), "{rounds:?}");
    }
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
}
