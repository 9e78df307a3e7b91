//! The files around the code agree with Cargo.toml and with one another: Dockerfile, package, licences, CONTRIBUTING, workflows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};
use toml::Table;

#[test]
fn the_dockerfile_has_every_target_of_cargo_toml_before_it_calls_cargo() {
    let mut there = Vec::new();
    let mut builds = 0;
    for instruction in dockerfile() {
        let words: Vec<&str> = instruction.split_whitespace().collect();
        match words[0] {
            "COPY" => there.extend(copied(&instruction)),
            "RUN" => {
                there.extend(
                    words
                        .iter()
                        .filter(|it| Path::new(it).extension().is_some_and(|it| it == "rs"))
                        .map(|it| (*it).to_owned()),
                );
                if instruction.contains("scripts/build-static") || instruction.contains("cargo ") {
                    builds += 1;
                    for target in targets() {
                        let is_there = there.iter().any(|it| Path::new(&target).starts_with(it));
                        assert!(
                            is_there,
                            "cargo fails in `{instruction}`: {target} is not copied, nor made as a stub"
                        );
                    }
                }
            }
            _ => {}
        }
    }
    assert!(builds > 0, "the Dockerfile builds nothing");
}

#[test]
fn what_the_dockerfile_copies_is_sent_to_the_engine() {
    let ignored = read(".dockerignore");
    for source in dockerfile().iter().flat_map(|it| copied(it)) {
        assert!(root().join(&source).exists(), "there is no {source}");
        assert!(
            ignored.lines().any(|it| it == format!("!{source}")),
            ".dockerignore hides {source}"
        );
    }
}

#[test]
fn what_the_source_includes_is_in_the_image_and_in_the_package() {
    let copied: Vec<String> = dockerfile().iter().flat_map(|it| copied(it)).collect();
    let packaged = strings(&manifest()["package"]["include"]);
    for file in files("src") {
        let source = read(&file);
        for quoted in
            ["include_str!(\"", "include_bytes!(\""].iter().flat_map(|it| source.split(it).skip(1))
        {
            let path = quoted.split('"').next().unwrap();
            let included = root().join(&file).parent().unwrap().join(path).canonicalize().unwrap();
            let included = included.strip_prefix(root()).unwrap();
            assert!(
                copied.iter().any(|it| included.starts_with(it)),
                "{file} includes {path}, which the Dockerfile does not copy"
            );
            let is_packaged =
                packaged.iter().any(|it| included.starts_with(it.trim_start_matches('/')));
            assert!(
                is_packaged,
                "{file} includes {path}, which `include` of Cargo.toml leaves out"
            );
        }
    }
}

#[test]
fn the_labels_of_the_image_are_those_of_cargo_toml() {
    let label = dockerfile().into_iter().find(|it| it.starts_with("LABEL")).unwrap();
    let package = &manifest()["package"];
    for (name, field) in [
        ("title", "name"),
        ("version", "version"),
        ("description", "description"),
        ("licenses", "license"),
        ("source", "repository"),
    ] {
        let expected =
            format!("org.opencontainers.image.{name}=\"{}\"", package[field].as_str().unwrap());
        assert!(label.contains(&expected), "the Dockerfile has no {expected}");
    }
}

#[test]
fn everything_is_built_by_one_version_of_rust() {
    let version = manifest()["package"]["rust-version"].as_str().unwrap().to_owned();
    assert!(
        read("Dockerfile").contains(&format!("rust:{version}-slim")),
        "the Dockerfile's base is not {version}"
    );
    for workflow in files(".github/workflows") {
        for line in read(&workflow).lines().filter(|it| it.contains("RUSTUP_TOOLCHAIN:")) {
            assert!(
                line.ends_with(&format!("RUSTUP_TOOLCHAIN: \"{version}\"")),
                "{workflow}: {line}"
            );
        }
    }
}

#[test]
fn licences_are_allowed() {
    let allowed = strings(&deny()["licenses"]["allow"]);
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let licence =
            package["license"].as_str().unwrap_or_else(|| panic!("{name} has no licence"));
        let expression = Expression::parse_mode(licence, ParseMode::LAX).unwrap();
        // "This version or later" is met by this version.
        let is_allowed = expression
            .evaluate(|it| allowed.iter().any(|own| own == it.to_string().trim_end_matches('+')));
        assert!(is_allowed, "{name} is under {licence}, which deny.toml does not allow");
    }
}

#[test]
fn a_crate_comes_in_two_versions_only_where_deny_toml_says_why() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        let [name, version] =
            ["name", "version"].map(|it| package[it].as_str().unwrap().to_owned());
        versions.entry(name).or_default().insert(version);
    }
    for skip in deny()["bans"]["skip"].as_array().unwrap() {
        let (name, version) = skip["crate"].as_str().unwrap().split_once('@').unwrap();
        let is_there = versions.get_mut(name).is_some_and(|it| it.len() > 1 && it.remove(version));
        assert!(is_there, "deny.toml skips {name} {version}, which is not there twice");
    }
    versions.retain(|_, it| it.len() > 1);
    assert!(versions.is_empty(), "twice, and deny.toml does not say why: {versions:?}");
}

#[test]
fn contributing_names_every_script() {
    let page = read("CONTRIBUTING.md");
    let scripts = [".ci", "scripts", "benches", "tests"].iter().flat_map(|it| files(it));
    for script in scripts.filter(|it| read(it).starts_with("#!/")) {
        assert!(
            page.contains(&format!("`{script}")),
            "CONTRIBUTING.md does not say what {script} is for"
        );
    }
}

#[test]
fn workflows_call_scripts_that_are_there() {
    for workflow in files(".github/workflows") {
        for word in read(&workflow)
            .split_whitespace()
            .filter(|it| it.starts_with("scripts/") || it.starts_with(".ci/"))
        {
            assert!(root().join(word).is_file(), "{workflow}: there is no {word}");
        }
    }
}

/// Its instructions, each on one line, without comments.
fn dockerfile() -> Vec<String> {
    let text = read("Dockerfile");
    let code: Vec<&str> = text.lines().filter(|it| !it.trim_start().starts_with('#')).collect();
    let joined = code.join("\n").replace("\\\n", " ");
    joined.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// What an instruction copies out of the project.
fn copied(instruction: &str) -> Vec<String> {
    let words: Vec<&str> = instruction.split_whitespace().collect();
    if words[0] != "COPY" || words[1].starts_with("--from") {
        return Vec::new();
    }
    words[1..words.len() - 1].iter().map(|it| (*it).to_owned()).collect()
}

/// The files without which cargo refuses to read Cargo.toml, or has nothing to build.
fn targets() -> Vec<String> {
    let manifest = manifest();
    let mut found = vec!["src/lib.rs".to_owned(), "src/main.rs".to_owned()];
    for (kind, folder) in
        [("test", "tests"), ("bench", "benches"), ("example", "examples"), ("bin", "src/bin")]
    {
        for target in manifest.get(kind).and_then(toml::Value::as_array).into_iter().flatten() {
            let name = target["name"].as_str().unwrap();
            let usual = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
            let path = target.get("path").and_then(toml::Value::as_str).map(str::to_owned);
            found.push(path.or(usual.into_iter().find(|it| root().join(it).is_file())).unwrap());
        }
    }
    found
}

/// What Cargo.lock has for Linux, tests included.
fn packages() -> Vec<Value> {
    let graph = &deny()["graph"]["targets"];
    let platforms = strings(graph).into_iter().flat_map(|it| ["--filter-platform".to_owned(), it]);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(platforms)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn manifest() -> Table {
    read("Cargo.toml").parse().unwrap()
}

fn deny() -> Table {
    read("deny.toml").parse().unwrap()
}

fn strings(list: &toml::Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// The files of git in a folder, from the project's root.
fn files(folder: &str) -> Vec<String> {
    let output =
        Command::new("git").args(["ls-files", "--", folder]).current_dir(root()).output().unwrap();
    let found: Vec<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert!(!found.is_empty(), "git knows no file of {folder}");
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|it| panic!("{path}: {it}"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
