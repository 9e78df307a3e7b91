//! One data file is one test: what checks it, where it lies, and how it is called.

#[path = "../support/client.rs"]
mod client;
mod contract;
mod pages;
mod sql;
mod sql_page;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

/// Files under a directory, by the end of their name, and what checks them.
struct Kind {
    name: &'static str,
    directory: &'static str,
    ending: &'static str,
    check: fn(&Path) -> Result<(), Failed>,
}

const KINDS: &[Kind] = &[
    Kind { name: "sql", directory: "tests/golden/sql", ending: ".slt", check: sql::check },
    Kind {
        name: "contract",
        directory: "tests/golden/contract",
        ending: ".json",
        check: contract::check,
    },
];

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = KINDS.iter().flat_map(trials).collect();
    trials.push(Trial::test("page::docs/coverage.md", pages::coverage));
    trials.push(Trial::test("page::docs/sql.md", sql_page::check));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(kind: &Kind) -> Vec<Trial> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(kind.directory);
    let mut files = Vec::new();
    collect(&root, kind.ending, &mut files);
    files.sort();
    assert!(!files.is_empty(), "{} has no {} files", root.display(), kind.ending);
    let check = kind.check;
    files
        .into_iter()
        .map(|file| {
            let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
            Trial::test(format!("{}::{name}", kind.name), move || check(&file))
        })
        .collect()
}

fn collect(directory: &Path, ending: &str, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("the directory of a kind is there") {
        let path = entry.expect("a directory can be listed").path();
        if path.is_dir() {
            collect(&path, ending, files);
        } else if path.to_string_lossy().ends_with(ending) && !path.ends_with("given.json") {
            files.push(path);
        }
    }
}
