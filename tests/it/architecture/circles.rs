//! No two files name each other, directly or round several corners, so that each can be read and moved without the other.
//!
//! A module that names its own children is what a module is, and does not count; what it re-exports is looked up where
//! it stands.

use std::collections::{BTreeMap, BTreeSet};

use super::{code_lines, sources};

type Path = Vec<String>;

#[test]
fn no_files_name_each_other_in_a_circle() {
    let crate_map = CrateMap::read();
    let arrows = crate_map.arrows();
    let circles = circles(&arrows);
    let shown: Vec<String> = circles.iter().map(|it| it.join(" → ")).collect();
    assert!(circles.is_empty(), "circles:\n{}", shown.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let arrow = |from: &str, to: &[&str]| {
        (from.to_owned(), to.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>())
    };
    let arrows = BTreeMap::from([
        arrow("a", &["b"]),
        arrow("b", &["c", "d"]),
        arrow("c", &["a"]),
        arrow("d", &[]),
    ]);
    assert_eq!(circles(&arrows), [["a", "b", "c", "a"]]);
}

/// What each file of `src` names, as far as its text tells.
struct CrateMap {
    /// By module: the paths that it names, from the root of the crate.
    named: BTreeMap<String, Vec<Path>>,
    /// What a module re-exports: (module, name) → where that stands.
    reexports: BTreeMap<(String, String), Path>,
}

impl CrateMap {
    fn read() -> Self {
        let mut map = Self { named: BTreeMap::new(), reexports: BTreeMap::new() };
        let files: Vec<(Path, String)> = sources("")
            .into_iter()
            .map(|(file, text)| (module(&file), text))
            .filter(|(module, _)| module.last().is_none_or(|it| it != "tests"))
            .collect();
        let modules: BTreeSet<String> = files.iter().map(|(it, _)| it.join("::")).collect();
        for (module, text) in files {
            let code: Vec<&str> = code_lines(&text).map(|(_, line)| line).collect();
            let code = code.join("\n");
            let mut named = inline_paths(&code, &module);
            for (is_public, tree) in uses(&code) {
                for path in leaves(&tree) {
                    let Some(path) = absolute(&path, &module, &modules) else { continue };
                    if let (true, Some(name)) = (is_public, path.last()) {
                        map.reexports.insert((module.join("::"), name.clone()), path.clone());
                    }
                    named.push(path);
                }
            }
            map.named.insert(module.join("::"), named);
        }
        map
    }

    fn arrows(&self) -> BTreeMap<String, BTreeSet<String>> {
        let of = |module: &String, paths: &Vec<Path>| {
            let child = format!("{module}::");
            let files = paths.iter().filter_map(|it| self.file_of(it.clone()));
            files.filter(|it| it != module && !it.starts_with(&child)).collect()
        };
        self.named.iter().map(|(module, paths)| (module.clone(), of(module, paths))).collect()
    }

    /// The file that a path leads into.
    fn file_of(&self, mut path: Path) -> Option<String> {
        // No chain of re-exports is longer.
        for _ in 0..5 {
            let length = (1..=path.len())
                .rev()
                .find(|length| self.named.contains_key(&path[..*length].join("::")))?;
            let file = path[..length].join("::");
            let next = path.get(length).and_then(|name| {
                self.reexports.get(&(file.clone(), name.clone())).map(|it| (it, length + 1))
            });
            match next {
                Some((to, rest)) => path = [to.as_slice(), &path[rest..]].concat(),
                None => return Some(file),
            }
        }
        None
    }
}

/// `src/domain/dataset/access.rs` → `domain::dataset::access`
fn module(file: &str) -> Path {
    let inner = file.strip_prefix("src/").and_then(|it| it.strip_suffix(".rs")).unwrap_or(file);
    inner.split('/').map(str::to_owned).collect()
}

/// The trees of `use` declarations, and whether others see what they name.
fn uses(code: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let Some(at) = statement.rfind("use ") else { continue };
        let before = statement[..at].rsplit('\n').next().unwrap_or_default().trim();
        let is_public = before.starts_with("pub");
        if before.is_empty() || is_public {
            let words: Vec<&str> = statement[at + 4..].split_whitespace().collect();
            found.push((is_public, words.join(" ")));
        }
    }
    found
}

/// `a::{b as x, c::{self, d}}` → `a::b`, `a::c`, `a::c::d`
fn leaves(tree: &str) -> Vec<Path> {
    let Some((prefix, inner)) = tree.split_once('{') else {
        let plain = tree.split(" as ").next().unwrap_or(tree).trim();
        let path = plain.split("::").filter(|it| !it.is_empty() && *it != "self" && *it != "*");
        return vec![path.map(str::to_owned).collect()];
    };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, sign) in inner.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[from..]);
    let parts = parts.into_iter().map(str::trim).filter(|it| !it.is_empty());
    parts.flat_map(|part| leaves(&format!("{prefix}{part}"))).collect()
}

/// `crate::a::b`, `super::b` and `self::b` in the code itself.
fn inline_paths(code: &str, module: &[String]) -> Vec<Path> {
    let starts = ["crate::", "super::"];
    let found = starts.iter().flat_map(|start| code.match_indices(start));
    let texts = found.map(|(at, _)| {
        let rest = &code[at..];
        let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_' && it != ':');
        rest[..end.unwrap_or(rest.len())].trim_end_matches(':')
    });
    let paths = texts.map(|it| it.split("::").map(str::to_owned).collect::<Path>());
    paths.filter_map(|it| absolute(&it, module, &BTreeSet::new())).collect()
}

/// From the root of the crate; none for another crate.
fn absolute(path: &[String], module: &[String], modules: &BTreeSet<String>) -> Option<Path> {
    let supers = path.iter().take_while(|it| *it == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "super" => {
            let base = module.get(..module.len().checked_sub(supers)?)?;
            Some([base, &path[supers..]].concat())
        }
        first => {
            let child = [module, &[first.to_owned()]].concat().join("::");
            modules.contains(&child).then(|| [module, path].concat())
        }
    }
}

/// The shortest way round for each file that leads back to itself, without the ways that were told before.
fn circles(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for start in arrows.keys() {
        if told.contains(start) {
            continue;
        }
        if let Some(way) = way_back(start, arrows) {
            told.extend(way.iter().cloned());
            found.push(way);
        }
    }
    found
}

fn way_back(start: &str, arrows: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut ways = std::collections::VecDeque::from([vec![start.to_owned()]]);
    while let Some(way) = ways.pop_front() {
        for next in arrows.get(way.last()?).into_iter().flatten() {
            let longer = [way.as_slice(), std::slice::from_ref(next)].concat();
            if next == start {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push_back(longer);
            }
        }
    }
    None
}
