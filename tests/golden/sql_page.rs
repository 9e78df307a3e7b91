//! `docs/sql.md`: clauses from the annotated blocks of the `.slt` files, functions from the engine's list.
//!
//! An annotation is a comment in front of a block, `#: clause | difference`. Whether the clause is accepted is what the block
//! itself shows, and how it is known what the engine's list of clauses says. A clause of the form `NAME()` is a note on the
//! function.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use domock::engine::functions::{Family, Listed, list};
use domock::engine::{CLAUSES, Grade, Source};
use libtest_mimic::Failed;

use crate::pages::{compare, root};

struct Clause {
    name: String,
    accepted: bool,
    difference: String,
    file: String,
}

#[derive(Default)]
struct Cases {
    clauses: Vec<Clause>,
    /// Notes on functions, by their names.
    notes: BTreeMap<String, Vec<String>>,
    /// How many blocks call a function, and in which files.
    calls: BTreeMap<String, (usize, BTreeSet<String>)>,
    count: usize,
}

pub(crate) fn check() -> Result<(), Failed> {
    let cases = read()?;
    let functions = list();
    let untested: Vec<&str> = functions
        .iter()
        .filter(|it| names(it).all(|name| !cases.calls.contains_key(name)))
        .map(|it| it.name.as_str())
        .collect();
    if !untested.is_empty() {
        return Err(format!("no .slt file calls {}", untested.join(", ")).into());
    }
    let shown: BTreeSet<&str> =
        cases.clauses.iter().filter(|it| it.accepted).map(|it| it.name.as_str()).collect();
    let known: BTreeSet<&str> = CLAUSES.iter().map(|it| it.name).collect();
    let odd: Vec<&&str> = shown.symmetric_difference(&known).collect();
    if !odd.is_empty() {
        return Err(format!("clauses that only a case or only the engine names: {odd:?}").into());
    }
    compare("docs/sql.md", &page(&cases, &functions))
}

fn names(function: &Listed) -> impl Iterator<Item = &str> {
    std::iter::once(&function.name).chain(&function.aliases).map(String::as_str)
}

fn read() -> Result<Cases, Failed> {
    let mut files = Vec::new();
    crate::collect(&root().join("tests/golden/sql"), ".slt", &mut files);
    files.sort();
    let mut cases = Cases::default();
    for path in files {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for block in std::fs::read_to_string(&path)?.split("\n\n") {
            cases.add(block.trim_end(), &file);
        }
    }
    Ok(cases)
}

impl Cases {
    fn add(&mut self, block: &str, file: &str) {
        let comments: Vec<&str> = block.lines().take_while(|it| it.starts_with('#')).collect();
        let body = block.lines().skip(comments.len()).collect::<Vec<_>>().join("\n");
        let Some((kind, rest)) = body.split_once('\n') else { return };
        if !["query", "refused"].contains(&kind) {
            return;
        }
        self.count += 1;
        for name in called(rest.split("\n----").next().unwrap_or_default()) {
            let (count, files) = self.calls.entry(name).or_default();
            *count += 1;
            files.insert(file.to_owned());
        }
        for annotation in comments.iter().filter_map(|it| it.strip_prefix("#: ")) {
            let mut parts =
                annotation.splitn(2, " | ").map(|it| it.trim().trim_end_matches('|').trim());
            let mut part = || parts.next().unwrap_or_default().to_owned();
            let (name, difference) = (part(), part());
            if let Some(function) = name.strip_suffix("()").filter(|it| !it.contains(' ')) {
                self.notes.entry(function.to_lowercase()).or_default().push(difference);
                continue;
            }
            let (accepted, file) = (kind == "query", file.to_owned());
            self.clauses.push(Clause { name, accepted, difference, file });
        }
    }
}

/// The words in front of a parenthesis.
fn called(sql: &str) -> BTreeSet<String> {
    let pieces = sql.split('(').rev().skip(1);
    let word = |it: &str| {
        let it = it.trim_end();
        let start =
            it.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        it[start..].to_lowercase()
    };
    pieces.map(word).filter(|it| !it.is_empty()).collect()
}

fn page(cases: &Cases, functions: &[Listed]) -> String {
    let mut page = format!(
        "# SQL\n\n\
         Generated from the function list and {} cases in `tests/golden/sql` by `UPDATE=1 cargo test --test golden`.\n\n\
         The evidence column says why something is supported. **documented**: an article of Domo's Knowledge Base has it. **observed**:\n\
         clients send it, or people who work with Domo report it. **MySQL's manual**: MySQL has it, whose dialect Domo's tools name, but\n\
         no source says that Domo has it. The header `x-domock-evidence` of an answer states the weakest evidence of what the query\n\
         uses (`inferred` for MySQL's manual); `--require-evidence` refuses queries with weaker evidence. Where Domo's articles and\n\
         MySQL disagree, the articles count.\n\
         Differences from MySQL 8 that are not specific to a row are in [deviations.md](deviations.md).\n\n\
         ## Clauses\n\n| clause | status | evidence | known differences | shown by |\n|---|---|---|---|---|\n",
        cases.count,
    );
    for it in &cases.clauses {
        let status = if it.accepted { "accepted" } else { "refused" };
        let source = CLAUSES.iter().find(|clause| it.accepted && clause.name == it.name);
        let evidence = source.map_or_else(String::new, |it| linked(it.source));
        let (name, difference) = (cell(&it.name), cell(&it.difference));
        let _ = writeln!(page, "| {name} | {status} | {evidence} | {difference} | {} |", it.file);
    }
    let families = [
        (Family::Text, "Strings"),
        (Family::Date, "Dates and times"),
        (Family::Logic, "Conditions"),
        (Family::Math, "Numbers"),
        (Family::Aggregate, "Aggregates"),
        (Family::Window, "Window functions"),
    ];
    page.push_str(
        "\nNOW, CURDATE, CURTIME and similar functions, CAST, CONVERT, EXTRACT, DATE_ADD and DATE_SUB have their own grammar and are listed among the clauses.\n",
    );
    for (family, title) in families {
        let _ = write!(
            page,
            "\n## {title}\n\n| function | also | evidence | cases | known differences |\n|---|---|---|---|---|\n"
        );
        for it in functions.iter().filter(|it| it.family == family) {
            let evidence = linked(it.source);
            let calls = names(it).filter_map(|name| cases.calls.get(name));
            let (mut count, mut files) = (0, BTreeSet::new());
            for (calls, of) in calls {
                count += calls;
                files.extend(of.iter().map(|it| it.trim_end_matches(".slt")));
            }
            let notes: Vec<String> = names(it)
                .filter_map(|name| cases.notes.get(name))
                .flatten()
                .map(|it| cell(it))
                .collect();
            let _ = writeln!(
                page,
                "| {} | {} | {evidence} | {count} in {} | {} |",
                it.name.to_uppercase(),
                it.aliases.join(", ").to_uppercase(),
                files.into_iter().collect::<Vec<_>>().join(", "),
                notes.join("; "),
            );
        }
    }
    page
}

fn linked(source: Source) -> String {
    match source.grade {
        Grade::Unknown => "none: lenient mode only".to_owned(),
        grade => format!("[{}]({})", grade.name(), source.link),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
