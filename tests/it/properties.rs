//! Random scripts of operations against a naive model, and twice over for the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Mock, frozen};

/// The schemas that a script may alter to, as names; `n` is LONG, the others are STRING.
const SCHEMAS: [&[&str]; 3] = [&["n", "s"], &["n", "s", "t"], &["s", "n"]];
const TAGS: [&str; 2] = ["2024-01", "a b/c"];

#[derive(Clone, Debug)]
enum Op {
    Start {
        tag: Option<usize>,
        replace: bool,
    },
    /// A part of an open upload; a wrong one is a column too wide.
    Part {
        upload: usize,
        number: u32,
        rows: Vec<i64>,
        wrong: bool,
    },
    Commit {
        upload: usize,
        index: bool,
    },
    Append {
        n: i64,
    },
    Index,
    IndexOne {
        version: usize,
    },
    DeleteData {
        tag: usize,
    },
    DeleteTag {
        tag: usize,
    },
    Alter {
        schema: usize,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let rows = prop::collection::vec(-3_i64..100, 0..4);
    prop_oneof![
        3 => (prop::option::of(0..2_usize), any::<bool>()).prop_map(|(tag, replace)| Op::Start { tag, replace }),
        4 => (0..3_usize, 0..3_u32, rows, prop::bool::weighted(0.1))
            .prop_map(|(upload, number, rows, wrong)| Op::Part { upload, number, rows, wrong }),
        4 => (0..3_usize, any::<bool>()).prop_map(|(upload, index)| Op::Commit { upload, index }),
        1 => (0..9_i64).prop_map(|n| Op::Append { n }),
        2 => Just(Op::Index),
        1 => (0..4_usize).prop_map(|version| Op::IndexOne { version }),
        1 => (0..2_usize).prop_map(|tag| Op::DeleteData { tag }),
        1 => (0..2_usize).prop_map(|tag| Op::DeleteTag { tag }),
        1 => (0..3_usize).prop_map(|schema| Op::Alter { schema }),
    ]
}

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

#[derive(Clone, Debug, Default)]
struct Upload {
    tag: Option<usize>,
    replace: bool,
    /// The schema that each part was read under, and its rows; none where it was wrong.
    parts: BTreeMap<u32, (usize, Option<Vec<Row>>)>,
}

/// What a dataset should hold, in the plainest terms.
#[derive(Default)]
struct Model {
    schema: usize,
    /// Counts the changes of schema: a part is stale after any.
    schema_id: usize,
    open: BTreeMap<u64, Upload>,
    last_upload: u64,
    versions: Vec<(u64, Vec<Row>, bool)>,
    tags: BTreeMap<usize, u64>,
    indexed: BTreeSet<u64>,
    view: Vec<Vec<String>>,
}

impl Model {
    fn rows(&self, numbers: &[i64]) -> Vec<Row> {
        numbers
            .iter()
            .map(|n| {
                SCHEMAS[self.schema]
                    .iter()
                    .map(|name| ((*name).to_owned(), cell(name, *n)))
                    .collect()
            })
            .collect()
    }

    fn commit(&mut self, id: u64) -> bool {
        let Some(upload) = self.open.get(&id).cloned() else { return false };
        let mut rows = Vec::new();
        for (schema, part) in upload.parts.values() {
            match part {
                Some(part) if *schema == self.schema_id => rows.extend(part.clone()),
                _ => return false,
            }
        }
        self.open.remove(&id);
        if upload.replace && upload.tag.is_none() {
            self.versions.iter_mut().for_each(|it| it.2 = false);
            self.tags.clear();
        }
        if let Some(tag) = upload.tag
            && let Some(before) = self.tags.insert(tag, id)
        {
            self.retire(before);
        }
        self.versions.push((id, rows, true));
        true
    }

    fn retire(&mut self, id: u64) {
        self.versions.iter_mut().filter(|it| it.0 == id).for_each(|it| it.2 = false);
    }

    fn index(&mut self, only: Option<u64>) {
        let wanted = |id: &u64| only.is_none_or(|it| it == *id || self.indexed.contains(id));
        let live: Vec<_> =
            self.versions.iter().filter(|(id, _, live)| *live && wanted(id)).collect();
        let project = |row: &Row| {
            SCHEMAS[self.schema]
                .iter()
                .map(|name| row.get(*name).cloned().unwrap_or("null".to_owned()))
                .collect()
        };
        self.view = live.iter().flat_map(|(_, rows, _)| rows.iter().map(project)).collect();
        self.indexed = live.iter().map(|(id, _, _)| *id).collect();
        self.view.sort();
    }
}

fn cell(name: &str, n: i64) -> String {
    if name == "n" { n.to_string() } else { format!("\"{name}{n}\"") }
}

fn csv(columns: &[&str], numbers: &[i64], wrong: bool) -> String {
    numbers
        .iter()
        .map(|n| {
            columns.iter().map(|name| cell(name, *n)).collect::<Vec<_>>().join(",")
                + if wrong { ",x\n" } else { "\n" }
        })
        .collect()
}

/// Runs a script on a server of its own, checks it against the model, and returns all that was answered.
async fn run(script: &[Op]) -> Vec<u8> {
    let mock = Mock::start(frozen(), &[("n", "LONG"), ("s", "STRING")]).await;
    let (mut model, mut transcript) = (Model::default(), Vec::new());
    for op in script {
        let (answer, succeeds) = step(&mock, &mut model, op).await;
        assert_eq!(answer.status.is_success(), succeeds, "{op:?}: {}", answer.text());
        assert!(answer.status.as_u16() < 500, "{op:?}: {}", answer.text());
        transcript.extend_from_slice(&answer.body);
        let seen = mock.query("SELECT * FROM t").await;
        if seen.status == 400 {
            // A dataset that never had data cannot be queried.
            assert!(model.view.is_empty(), "after {op:?}: {}", seen.text());
            assert!(seen.text().contains("No indexed schema"), "{}", seen.text());
        } else {
            assert_eq!(sorted(&seen.json()["rows"]), model.view, "after {op:?}");
        }
        transcript.extend_from_slice(&seen.body);
        let metadata = mock.ok("GET", &mock.path(""), Value::Null).await;
        assert_eq!(metadata["rowCount"], model.view.len(), "after {op:?}");
        let partitions = mock
            .ok(
                "GET",
                &format!("/api/query/v1/datasources/{}/partition", mock.dataset),
                Value::Null,
            )
            .await;
        let tags: Vec<Value> =
            model.tags.keys().map(|it| json!({ "partitionId": TAGS[*it] })).collect();
        assert_eq!(partitions, Value::from(tags), "after {op:?}");
    }
    transcript
}

#[expect(clippy::too_many_lines, reason = "an arm for each operation, read as a table")]
async fn step(mock: &Mock, model: &mut Model, op: &Op) -> (crate::support::Answer, bool) {
    let nth_open = |model: &Model, nth: usize| model.open.keys().nth(nth).copied().unwrap_or(999);
    let query_path = format!("/api/query/v1/datasources/{}", mock.dataset);
    match op {
        Op::Start { tag, replace } => {
            model.last_upload += 1;
            model.open.insert(
                model.last_upload,
                Upload { tag: *tag, replace: *replace, ..Upload::default() },
            );
            let action = if *replace { "REPLACE" } else { "APPEND" };
            let body = json!({ "action": action, "dataTag": tag.map(|it| TAGS[it]) });
            (mock.send("POST", &mock.path("/uploads"), body.to_string()).await, true)
        }
        Op::Part { upload, number, rows, wrong } => {
            let id = nth_open(model, *upload);
            let content = (!wrong || rows.is_empty()).then(|| model.rows(rows));
            let schema = model.schema_id;
            let known = model
                .open
                .get_mut(&id)
                .map(|it| it.parts.insert(*number, (schema, content)))
                .is_some();
            let answer = mock.put_part(id, *number, csv(SCHEMAS[model.schema], rows, *wrong)).await;
            (answer, known)
        }
        Op::Commit { upload, index } => {
            let id = nth_open(model, *upload);
            let done = model.commit(id);
            if done && *index {
                model.index(None);
            }
            (mock.commit(id, json!({ "index": index })).await, done)
        }
        Op::Append { n } => {
            model.last_upload += 1;
            let rows = model.rows(&[*n]);
            model.versions.push((model.last_upload, rows, true));
            model.index(None);
            let values = csv(SCHEMAS[model.schema], &[*n], false);
            (
                mock.send("POST", &mock.path("/uploads"), json!({ "values": values }).to_string())
                    .await,
                true,
            )
        }
        Op::Index => {
            model.index(None);
            (mock.send("POST", &mock.path("/indexes"), r#"{"dataIds": []}"#).await, true)
        }
        Op::IndexOne { version } => {
            let id = model.versions.get(*version).map(|it| it.0);
            if id.is_some() {
                model.index(id);
            }
            let body = json!({ "dataIds": [id.unwrap_or(999)] });
            (mock.send("POST", &mock.path("/indexes"), body.to_string()).await, id.is_some())
        }
        Op::DeleteData { tag } => {
            if let Some(id) = model.tags.get(tag).copied() {
                model.retire(id);
            }
            (
                mock.send("DELETE", &format!("{query_path}/tag/{}/data", encoded(*tag)), "").await,
                true,
            )
        }
        Op::DeleteTag { tag } => {
            model.tags.remove(tag);
            (
                mock.send("DELETE", &format!("{query_path}/partition/{}", encoded(*tag)), "").await,
                true,
            )
        }
        Op::Alter { schema } => {
            model.schema_id += usize::from(model.schema != *schema);
            model.schema = *schema;
            let kind = |name: &&str| json!({ "name": name, "type": if *name == "n" { "LONG" } else { "STRING" } });
            let columns: Vec<Value> = SCHEMAS[*schema].iter().map(kind).collect();
            let path = format!("/api/data/v2/datasources/{}/schemas", mock.dataset);
            (mock.send("POST", &path, json!({ "columns": columns }).to_string()).await, true)
        }
    }
}

fn encoded(tag: usize) -> String {
    TAGS[tag].replace(' ', "%20").replace('/', "%2F")
}

fn sorted(rows: &Value) -> Vec<Vec<String>> {
    let cells = |row: &Value| row.as_array().unwrap().iter().map(Value::to_string).collect();
    let mut rows: Vec<Vec<String>> = rows.as_array().unwrap().iter().map(cells).collect();
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_script_does_what_the_model_does_and_the_same_each_time(script in prop::collection::vec(op(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (once, again) = runtime.block_on(async { (run(&script).await, run(&script).await) });
        prop_assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&again));
    }
}
