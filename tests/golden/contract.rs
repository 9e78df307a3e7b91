//! Contract files: a request as the documentation or a client has it, and what its answer must hold.
//!
//! ```json
//! {
//!   "source": "get-metadata",
//!   "given": ["a dataset", {"method": "POST", "url": "…", "body": {}, "capture": {"upload": "uploadId"}}],
//!   "request": {"method": "GET", "url": "https://{instance}.domo.com/api/…/:datasetId", "headers": {}, "body": {}},
//!   "expect": {"status": 200, "headers": {}, "body": {"id": "<uuid>"}}
//! }
//! ```
//!
//! `source` is an anchor of Domo's page, or says where else the request comes from. `given` are steps before it: named
//! lists of `given.json`, or requests. `text` in the place of `body` is sent as it is. Expected objects may lack members
//! of the answer, lists may not; `<uuid>`, `<int>`, `<epoch-ms>`, `<epoch-s>`, `<toe>`, `<string>` and `<any>` stand for
//! any such value, `<absent>` for none, `$name` for what was captured. `exact` compares the body as text. `config` sets what its
//! name says. The server's clock stands still at 2024-06-01T12:00:00Z, and its seed is in `seed`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use domock::Domock;
use domock::config::{AuthArg, Config};
use domock::domain::Timestamp;
use domock::wire::queries::DefaultShape;
use domock::wire::routes::Evidence;
use libtest_mimic::Failed;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::client::{self, Answer};

const NOW_MS: i64 = 1_717_243_200_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contract {
    #[expect(dead_code, reason = "for the reader of the file")]
    source: String,
    #[serde(default)]
    config: Settings,
    #[serde(default)]
    given: Vec<Given>,
    request: Step,
    expect: Expected,
    /// Requests after it, which show its effect.
    #[serde(default)]
    then: Vec<Consequence>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Consequence {
    request: Step,
    expect: Expected,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    require_evidence: Option<String>,
    default_shape: Option<String>,
    auth: Option<String>,
    index_ms: Option<u32>,
    execution_ms: Option<u32>,
    max_json_bytes: Option<usize>,
    max_part_bytes: Option<usize>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Given {
    Named(String),
    Step(Step),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    text: Option<String>,
    /// Names for parts of the answer: `{"dataset": "dataSource.dataSourceId"}`.
    #[serde(default)]
    capture: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    exact: Option<String>,
}

pub(crate) fn check(path: &Path) -> Result<(), Failed> {
    let contract: Contract = serde_json::from_slice(&std::fs::read(path)?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(run(&contract))?)
}

async fn run(contract: &Contract) -> anyhow::Result<()> {
    let domo = Domock::start(config(&contract.config)).await?;
    let mut names = BTreeMap::from([
        ("user".to_owned(), Value::from(28)),
        ("other".to_owned(), Value::from(29)),
        ("partition".to_owned(), Value::from("2022-05-01")),
    ]);
    let mut given = contract.given.clone();
    given.reverse();
    while let Some(step) = given.pop() {
        match step {
            Given::Named(name) => given.extend(named(&name)?.into_iter().rev()),
            Given::Step(step) => {
                let answer = send(&domo, &step, &mut names).await?;
                anyhow::ensure!(
                    answer.status.is_success(),
                    "given {} {}: {}",
                    step.method,
                    step.url,
                    answer.text()
                );
            }
        }
    }
    let answer = send(&domo, &contract.request, &mut names).await?;
    compare(&contract.expect, &answer, &names)?;
    for consequence in &contract.then {
        let answer = send(&domo, &consequence.request, &mut names).await?;
        compare(&consequence.expect, &answer, &names)
            .map_err(|it| it.context(format!("then {}", consequence.request.url)))?;
    }
    Ok(())
}

fn config(settings: &Settings) -> Config {
    let mut config = Config::for_tests().with_seed_dir(directory().join("seed"));
    config.time.frozen_at = Some(Timestamp(NOW_MS));
    config.time.index_ms = settings.index_ms.unwrap_or(0);
    config.time.execution_ms = settings.execution_ms.unwrap_or(0);
    config.limits.max_json_bytes = settings.max_json_bytes.unwrap_or(config.limits.max_json_bytes);
    config.limits.max_part_bytes = settings.max_part_bytes.unwrap_or(config.limits.max_part_bytes);
    if settings.require_evidence.as_deref() == Some("documented") {
        config.answers.require_evidence = Evidence::Documented;
    }
    if settings.auth.as_deref() == Some("strict") {
        config.answers.auth = AuthArg::Strict;
    }
    config.answers.default_shape = match settings.default_shape.as_deref() {
        Some("list") => DefaultShape::List,
        Some("table") => DefaultShape::Table,
        _ => DefaultShape::Auto,
    };
    config
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/contract")
}

fn named(name: &str) -> anyhow::Result<Vec<Given>> {
    let all: BTreeMap<String, Vec<Given>> =
        serde_json::from_slice(&std::fs::read(directory().join("given.json"))?)?;
    all.get(name).cloned().ok_or_else(|| anyhow::anyhow!("given.json has no '{name}'"))
}

async fn send(
    domo: &Domock,
    step: &Step,
    names: &mut BTreeMap<String, Value>,
) -> anyhow::Result<Answer> {
    let path = path(&step.url, names)?;
    let headers: Vec<(String, String)> =
        step.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let body = match (&step.text, &step.body) {
        (Some(text), _) => text.clone(),
        (None, Some(body)) => filled(body, names).to_string(),
        (None, None) => String::new(),
    };
    let answer = client::send(domo.address(), (&step.method, &path), &headers, body).await?;
    for (name, place) in &step.capture {
        let body = answer.json();
        let value = place.split('.').try_fold(&body, |it, key| match key.parse::<usize>() {
            Ok(index) => it.get(index),
            Err(_) => it.get(key),
        });
        let value = value
            .ok_or_else(|| anyhow::anyhow!("{}: has no {place}: {}", step.url, answer.text()))?;
        names.insert(name.clone(), value.clone());
    }
    Ok(answer)
}

/// The path of a URL whose `{name}` and `:name` are filled in. The page spells one name in several ways.
fn path(url: &str, names: &BTreeMap<String, Value>) -> anyhow::Result<String> {
    let path = url.split_once(".domo.com").map_or(url, |(_, path)| path);
    let mut filled = String::new();
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            filled.push('/');
        }
        let (segment, query) =
            segment.split_once('?').map_or((segment, None), |(it, query)| (it, Some(query)));
        filled.push_str(&argument(segment, names)?);
        if let Some(query) = query {
            let (name, value) = query.split_once('=').unwrap_or((query, ""));
            let _ = write!(filled, "?{name}={}", argument(value, names)?);
        }
    }
    Ok(filled)
}

fn argument(text: &str, names: &BTreeMap<String, Value>) -> anyhow::Result<String> {
    let braced = text.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    let Some(name) = braced.or_else(|| text.strip_prefix(':').filter(|it| !it.is_empty())) else {
        return Ok(text.to_owned());
    };
    let canonical = match name {
        "datasetId" | "dataset_id" => "dataset",
        "userId" => "user",
        "streamId" | "stream_id" => "stream",
        "upload_id" | "dataset_upload_id" => "upload",
        "dataset_partition_id" => "partition",
        "index_id" => "index",
        "part" => return Ok("1".to_owned()),
        other => other,
    };
    match names.get(canonical) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
        None => anyhow::bail!("nothing was captured as {canonical}"),
    }
}

/// `$name` and the page's own placeholders, replaced in a body.
fn filled(body: &Value, names: &BTreeMap<String, Value>) -> Value {
    match body {
        Value::String(text) => {
            let name = text.strip_prefix('$').or(match text.as_str() {
                "{dataset_id}" => Some("dataset"),
                "{dataset_partition_id}" => Some("partition"),
                "ownerId1" | "userId1" => Some("user"),
                "userId2" => Some("other"),
                _ => None,
            });
            name.and_then(|it| names.get(it)).unwrap_or(body).clone()
        }
        Value::Array(items) => items.iter().map(|it| filled(it, names)).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), filled(value, names)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

fn compare(
    expected: &Expected,
    answer: &Answer,
    names: &BTreeMap<String, Value>,
) -> anyhow::Result<()> {
    let mut wrong = String::new();
    if answer.status.as_u16() != expected.status {
        let _ = writeln!(wrong, "status {} and not {}", answer.status, expected.status);
    }
    for (name, value) in &expected.headers {
        if answer.header(name) != value {
            let _ = writeln!(wrong, "header {name}: '{}' and not '{value}'", answer.header(name));
        }
    }
    if let Some(body) = &expected.body {
        differences("body", &filled(body, names), Some(&answer.json()), &mut wrong);
    }
    if let Some(exact) = &expected.exact
        && *exact != answer.text()
    {
        let _ = writeln!(wrong, "body is not\n{exact}");
    }
    anyhow::ensure!(wrong.is_empty(), "{wrong}the answer: {}", answer.text());
    Ok(())
}

fn differences(place: &str, expected: &Value, found: Option<&Value>, wrong: &mut String) {
    let Some(found) = found else {
        if expected != "<absent>" {
            let _ = writeln!(wrong, "{place} is missing");
        }
        return;
    };
    match (expected, found) {
        (Value::Object(members), Value::Object(_)) => {
            for (key, value) in members {
                differences(&format!("{place}.{key}"), value, found.get(key), wrong);
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            for (index, (item, other)) in items.iter().zip(others).enumerate() {
                differences(&format!("{place}[{index}]"), item, Some(other), wrong);
            }
        }
        (Value::String(placeholder), _) if placeholder.starts_with('<') => {
            if !stands_for(placeholder, found) {
                let _ = writeln!(wrong, "{place}: {found} is no {placeholder}");
            }
        }
        _ if is_same(expected, found) => {}
        _ => {
            let _ = writeln!(wrong, "{place}: {found} and not {expected}");
        }
    }
}

/// Numbers are the same when they say the same: `2` and `2.0`.
fn is_same(expected: &Value, found: &Value) -> bool {
    match (expected.as_f64(), found.as_f64()) {
        (Some(a), Some(b)) if expected.as_i64().is_none() || found.as_i64().is_none() => {
            a.to_bits() == b.to_bits()
        }
        _ => expected == found,
    }
}

fn stands_for(placeholder: &str, found: &Value) -> bool {
    let text = found.as_str().unwrap_or_default();
    let number = found.as_i64();
    match placeholder {
        "<any>" => true,
        "<string>" => found.is_string(),
        "<int>" => number.is_some(),
        "<epoch-ms>" => number.is_some_and(|it| it > 1_000_000_000_000),
        "<epoch-s>" => number.is_some_and(|it| (1_000_000_000..10_000_000_000).contains(&it)),
        "<uuid>" => text.len() == 36 && text.parse::<domock::domain::DatasetId>().is_ok(),
        "<toe>" => {
            let groups: Vec<usize> = text.split('-').map(str::len).collect();
            groups == [10, 5, 5]
                && text
                    .chars()
                    .all(|it| it == '-' || it.is_ascii_digit() || it.is_ascii_uppercase())
        }
        _ => false,
    }
}
