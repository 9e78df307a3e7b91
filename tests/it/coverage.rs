//! The route table and the contract files cover each other.

use std::collections::BTreeSet;
use std::path::Path;

use domock::Config;
use domock::wire::routes::{Evidence, ROUTES};
use serde_json::Value;

use crate::support::Mock;

#[test]
fn every_route_has_a_contract_and_every_contract_a_route() {
    let contracts = contract_routes();
    let routes: BTreeSet<String> = ROUTES.iter().map(|it| it.id.to_owned()).collect();
    let uncovered: Vec<_> = routes.difference(&contracts).collect();
    assert!(uncovered.is_empty(), "routes without a contract: {uncovered:?}");
    let stray: Vec<_> = contracts.difference(&routes).collect();
    assert!(stray.is_empty(), "contracts without a route: {stray:?}");
}

#[test]
fn ids_and_requests_of_the_table_are_unique() {
    let ids: BTreeSet<_> = ROUTES.iter().map(|it| it.id).collect();
    assert_eq!(ids.len(), ROUTES.len());
    let requests: Vec<_> =
        ROUTES.iter().flat_map(|it| it.paths().map(move |path| (it.verb.name(), path))).collect();
    assert_eq!(requests.iter().collect::<BTreeSet<_>>().len(), requests.len());
}

#[test]
fn domos_paths_and_the_control_plane_do_not_overlap() {
    for path in ROUTES.iter().flat_map(domock::wire::routes::Route::paths) {
        assert!(!path.starts_with("/_domock") && path != "/health", "{path}");
    }
}

#[test]
fn what_is_documented_says_where() {
    for route in ROUTES.iter().filter(|it| it.evidence == Evidence::Documented) {
        assert!(!route.doc.is_empty(), "{} names no section of the page", route.id);
    }
    for route in ROUTES.iter().filter(|it| it.evidence == Evidence::Inferred) {
        assert!(!route.note.is_empty(), "{} does not say what is inferred", route.id);
    }
}

#[tokio::test]
async fn the_coverage_page_counts_requests() {
    let mock = Mock::start(Config::for_tests(), &[("a", "STRING")]).await;
    mock.ok("GET", &mock.path(""), Value::Null).await;
    mock.ok("GET", &mock.path(""), Value::Null).await;
    mock.send("GET", "/api/data/v3/datasources/nonsense", "").await;
    let page = mock.ok("GET", "/_domock/coverage", Value::Null).await;
    let rows = page.as_array().unwrap();
    let hits = |id: &str| rows.iter().find(|it| it["id"] == id).unwrap()["hits"].clone();
    assert_eq!([hits("dataset.create"), hits("dataset.get"), hits("dataset.cards")], [1, 3, 0]);
}

#[test]
fn deviations_are_pinned_by_tests_that_are_there() {
    let page = std::fs::read_to_string(root().join("docs/deviations.md")).unwrap();
    let contracts = contract_names();
    let mut pins = BTreeSet::new();
    for row in page.lines().filter(|it| it.starts_with("| ") && !it.ends_with("Pinned by |")) {
        let pinned_by = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let is_pinned = pinned_by.contains('`') || pinned_by == "review";
        assert!(is_pinned, "nothing pins: {row}");
        for pin in pinned_by.split('`').skip(1).step_by(2) {
            let is_there = contracts.contains(pin)
                || root().join("tests/golden").join(pin).is_file()
                || root().join("tests").join(pin).is_file();
            assert!(is_there, "there is no {pin}");
            pins.insert(pin.to_owned());
        }
    }
    for route in ROUTES.iter().filter(|it| it.evidence == Evidence::Inferred) {
        let is_pinned = pins.iter().any(|it| it.starts_with(&format!("{}--", route.id)));
        assert!(is_pinned, "docs/deviations.md does not name {}", route.id);
    }
}

fn contract_routes() -> BTreeSet<String> {
    contract_names()
        .iter()
        .filter_map(|it| it.split_once("--"))
        .map(|(route, _)| route.to_owned())
        .collect()
}

/// `<route>--<case>` of each contract file.
fn contract_names() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for family in std::fs::read_dir(root().join("tests/golden/contract")).unwrap() {
        let family = family.unwrap().path();
        if !family.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(family).unwrap() {
            let name = file.unwrap().file_name().to_string_lossy().into_owned();
            found.extend(name.strip_suffix(".json").map(str::to_owned));
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
