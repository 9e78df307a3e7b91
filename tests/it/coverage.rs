//! The route table and the contract files cover each other.

use std::collections::BTreeSet;
use std::path::Path;

use domock::wire::routes::{Evidence, ROUTES};

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

fn contract_routes() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/contract");
    let mut found = BTreeSet::new();
    for family in std::fs::read_dir(root).unwrap() {
        let family = family.unwrap().path();
        if !family.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(family).unwrap() {
            let name = file.unwrap().file_name().to_string_lossy().into_owned();
            if let Some((route, _)) = name.strip_suffix(".json").and_then(|it| it.split_once("--"))
            {
                found.insert(route.to_owned());
            }
        }
    }
    found
}
