//! Pages that are written from the code; `UPDATE=1` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use domock::wire::routes::{Evidence, ROUTES};
use libtest_mimic::Failed;

/// The names of the contract files, by the id of their route.
pub(crate) fn contracts() -> BTreeMap<String, Vec<String>> {
    let mut files = Vec::new();
    crate::collect(&root().join("tests/golden/contract"), ".json", &mut files);
    let mut by_route: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (route, case) = name.split_once("--").unwrap_or((&name, ""));
        by_route.entry(route.to_owned()).or_default().push(case.to_owned());
    }
    for cases in by_route.values_mut() {
        cases.sort();
    }
    by_route
}

pub(crate) fn coverage() -> Result<(), Failed> {
    let contracts = contracts();
    let mut page = String::from(
        "# Coverage\n\n\
         Generated from the route table and the contract files by `UPDATE=1 cargo test --test golden`.\n\n\
         * **documented**: on Domo's page of the Datasets API, at the given anchor, or in the given file of its developer portal (`docs/API-Reference`).\n\
         * **observed**: recorded at a real instance, or relied on by the code of a client.\n\
         * **inferred**: our deduction, without a source. `--require-evidence documented` answers 501 instead.\n\n\
         With `--auth strict`, a route requires what the column `needs` says: a login, or access to the dataset at the level CAN_VIEW (view), CAN_SHARE, CAN_EDIT or CO_OWNER, or the role of an administrator.\n\n",
    );
    for evidence in [Evidence::Documented, Evidence::Observed, Evidence::Inferred] {
        let count = ROUTES.iter().filter(|it| it.evidence == evidence).count();
        let _ = writeln!(page, "{} routes are {}.", count, evidence.name());
    }
    page.push_str(
        "\n| route | request | needs | evidence | honoured | ignored | contracts |\n|---|---|---|---|---|---|---|\n",
    );
    for route in ROUTES {
        let list =
            |names: &[&str]| names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" ");
        let ignored = route.all_ignored();
        let ignored: Vec<&str> = ignored.iter().map(|(name, _)| name.as_str()).collect();
        let evidence = match route.documentation() {
            link if link.is_empty() => route.evidence.name().to_owned(),
            link => format!("[{}]({link})", route.evidence.name()),
        };
        let cases = contracts.get(route.id).map_or(0, Vec::len);
        let _ = writeln!(
            page,
            "| {} | `{} {}` | {} | {evidence} | {} | {} | {cases} |",
            route.id,
            route.verb.name(),
            route.path,
            route.needs.name(),
            list(route.honoured),
            list(&ignored),
        );
    }
    page.push_str("\n## Ignored\n\nWhat is taken without effect, and why. What a route neither honours nor ignores, it refuses with 400.\n\n");
    for route in ROUTES {
        let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, reason) in route.all_ignored() {
            by_reason.entry(reason).or_default().push(format!("`{name}`"));
        }
        for (reason, names) in by_reason {
            let _ = writeln!(page, "* **{}**: {}: {reason}", route.id, names.join(", "));
        }
    }
    page.push_str("\n## Notes\n\n");
    for route in ROUTES.iter().filter(|it| !it.note.is_empty()) {
        let _ = writeln!(page, "* **{}**: {}", route.id, route.note);
    }
    page.push_str("\n## Contracts\n\nEach is a test: a file `tests/golden/contract/<family>/<route>--<case>.json`.\n\n");
    for (route, cases) in &contracts {
        let _ = writeln!(page, "* **{route}**: {}", cases.join(", "));
    }
    compare("docs/coverage.md", &page)
}

/// Whether the checked-in page is the one that the code makes.
pub(crate) fn compare(path: &str, page: &str) -> Result<(), Failed> {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, page)?;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    if found == page {
        return Ok(());
    }
    let line = found.lines().zip(page.lines()).position(|(a, b)| a != b).map_or(0, |it| it + 1);
    Err(format!("{path} is stale from line {line} on: run UPDATE=1 cargo test --test golden")
        .into())
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
