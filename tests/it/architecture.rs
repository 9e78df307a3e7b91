//! The rules between files: arrows, circles, words that are not theirs, sizes.

mod circles;

use std::fs;
use std::path::{Path, PathBuf};

/// What a floor may name of the crate besides itself. A prefix allows what begins with it.
const ALLOWED: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("domain", &["engine"]),
    ("wire", &["domain"]),
    ("front", &[]),
    ("seed", &["domain", "engine"]),
    ("control", &["domain", "front::connection", "front::tls", "wire::routes", "wire::error"]),
];

/// Words that a floor must not know.
const FOREIGN: &[(&str, &[&str])] = &[
    ("engine", &["axum::", "hyper::", "serde::", "Dataset", "Domo", "Beast", "BEAST"]),
    ("domain", &["axum::", "hyper::", "http::", "serde::", "serde_json", "tokio::spawn"]),
    ("wire", &["datafusion", "dashmap", "DashMap", "Mutex", "RwLock", "SystemTime"]),
];

/// What `wire` must not get hold of: a handler has its session, which gives it neither a world nor the time.
const OF_NO_REQUEST: &[&str] =
    &["Instance", "Instances", "World", "WorldStore", "Clock", "clock", "snapshot"];

/// The one file that may give a status to a refusal; the compiler keeps others from making one by its constructor.
const REFUSALS: &str = "src/wire/error.rs";

/// The statuses that anybody may answer.
const SUCCESSES: &[&str] = &["OK", "CREATED", "ACCEPTED", "NO_CONTENT", "from_u16"];

/// The files that may say that something is not emulated, each with its status 501.
const NOT_EMULATED: &[&str] = &[REFUSALS, "src/domain/error.rs"];

const LINES_MAX: usize = 400;

#[test]
fn arrows_point_down() {
    let mut upward = Vec::new();
    for (floor, allowed) in ALLOWED {
        for (file, text) in sources(floor) {
            for (number, line) in code_lines(&text) {
                for named in names_of_the_crate(line) {
                    let own = named.starts_with(floor);
                    let is_allowed = allowed.iter().any(|it| named.starts_with(it));
                    if !own && !is_allowed {
                        upward.push(format!("{file}:{number} {floor} → {named}"));
                    }
                }
            }
        }
    }
    assert!(upward.is_empty(), "arrows that point up:\n{}", upward.join("\n"));
}

#[test]
fn floors_do_not_know_what_is_not_theirs() {
    let mut found = Vec::new();
    for (floor, words) in FOREIGN {
        for (file, text) in sources(floor) {
            for (number, line) in code_lines(&text) {
                // A link to a page is a source, not a word of the code.
                let line = line.split("\"https://").next().unwrap_or_default();
                found.extend(
                    words
                        .iter()
                        .filter(|it| line.contains(**it))
                        .map(|it| format!("{file}:{number} {it}")),
                );
            }
        }
    }
    assert!(found.is_empty(), "foreign words:\n{}", found.join("\n"));
}

#[test]
fn statuses_of_refusals_stand_in_one_file() {
    let mut found = Vec::new();
    for (file, text) in sources("").into_iter().filter(|(file, _)| file != REFUSALS) {
        for (number, line) in code_lines(&text) {
            let statuses =
                line.match_indices("StatusCode::").map(|(at, it)| &line[at + it.len()..]);
            let is_refusal = |it: &&str| !SUCCESSES.iter().any(|success| it.starts_with(success));
            found.extend(statuses.filter(is_refusal).map(|it| format!("{file}:{number} {it}")));
        }
    }
    assert!(found.is_empty(), "statuses outside of {REFUSALS}:\n{}", found.join("\n"));
}

#[test]
fn what_is_not_emulated_is_a_501() {
    let mut found = Vec::new();
    for floor in ["domain", "wire"] {
        for (file, text) in sources(floor) {
            let lines = code_lines(&text).filter(|(_, line)| line.contains("not emulated"));
            if !NOT_EMULATED.contains(&file.as_str()) {
                found.extend(lines.map(|(number, line)| format!("{file}:{number} {line}")));
            }
        }
    }
    assert!(found.is_empty(), "say it by Refusal::not_emulated:\n{}", found.join("\n"));
}

#[test]
fn wire_asks_for_no_world_and_no_time() {
    let mut found = Vec::new();
    for (file, text) in sources("wire") {
        for (number, line) in code_lines(&text) {
            // A link to a page is a source, not a word of the code.
            let line = line.split("\"https://").next().unwrap_or_default();
            let strange = words(line).find(|it| OF_NO_REQUEST.contains(it));
            let strange = strange.or_else(|| line.contains(".now()").then_some(".now()"));
            found.extend(strange.map(|it| format!("{file}:{number} {it}")));
        }
    }
    assert!(found.is_empty(), "only the session may know:\n{}", found.join("\n"));
}

#[test]
fn a_handler_calls_one_operation() {
    let mut found = Vec::new();
    for (file, text) in sources("wire") {
        for handler in text.split("\npub async fn ").skip(1) {
            let body = handler.split("\n}\n").next().unwrap_or(handler);
            let mentions = words(body).filter(|it| *it == "session").count();
            // Its parameter, and one call.
            if body.contains("session: ") && mentions != 2 {
                let name = body.split('(').next().unwrap_or(body);
                found.push(format!("{file} {name} names its session {mentions} times"));
            }
        }
    }
    assert!(found.is_empty(), "a handler calls one operation:\n{}", found.join("\n"));
}

#[test]
fn files_are_read_in_one_sitting() {
    let long: Vec<String> = sources("")
        .into_iter()
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(file, text)| format!("{file}: {} lines", text.lines().count()))
        .collect();
    assert!(long.is_empty(), "files above {LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn modules_are_files_beside_their_folders() {
    let odd: Vec<String> = sources("")
        .into_iter()
        .map(|(file, _)| file)
        .filter(|it| it.ends_with("/mod.rs"))
        .collect();
    assert!(odd.is_empty(), "{odd:?}");
}

/// `a::b` for each `crate::a::b` of a line.
fn names_of_the_crate(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").map(move |(at, prefix)| &line[at + prefix.len()..])
}

/// Identifiers, keywords and numbers.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|it: char| !it.is_alphanumeric() && it != '_').filter(|it| !it.is_empty())
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    code.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The files of a floor, or of all of `src`, with their paths from the root.
fn sources(floor: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src").join(floor), &mut files);
    let alone = root.join(format!("src/{floor}.rs"));
    if alone.is_file() {
        files.push(alone);
    }
    assert!(!files.is_empty(), "src/{floor} has no files");
    let relative = |it: &PathBuf| it.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    files.iter().map(|it| (relative(it), fs::read_to_string(it).unwrap())).collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}
