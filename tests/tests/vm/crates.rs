//! The crates depend on each other as ARCHITECTURE.md says, and on nothing else of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates of ours, with those that each may depend on.
type Table = BTreeMap<String, BTreeSet<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names in a cell of the table.
fn names(cell: &str) -> BTreeSet<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

/// The table of ARCHITECTURE.md, with the folder of each crate.
fn allowed() -> (Table, BTreeMap<String, PathBuf>) {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("<!-- crates -->").unwrap();
    let (table, _) = table.split_once("<!-- /crates -->").unwrap();
    let mut allowed = Table::new();
    let mut folders = BTreeMap::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [name, folder, dependencies] = cells[..] else {
            panic!("a row of the table has {} cells: {row}", cells.len());
        };
        let name = names(name).pop_first().unwrap();
        let folder = names(folder).pop_first().unwrap();
        folders.insert(name.clone(), root().join(folder).canonicalize().unwrap());
        allowed.insert(name, names(dependencies));
    }
    (allowed, folders)
}

/// The manifests of the workspace.
fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// What a manifest depends on of ours, other than for its own tests.
fn dependencies(package: &serde_json::Value) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
        .filter(|name| name == "jsvm" || name.starts_with("jsvm-"))
        .collect()
}

#[test]
fn crates_depend_on_what_the_table_allows() {
    let (allowed, folders) = allowed();
    let mut published = BTreeSet::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        // An empty list of registries means: not to be published.
        if package["publish"].is_array() {
            continue;
        }
        published.insert(name.to_owned());
        let table = allowed
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no row in the table of ARCHITECTURE.md"));
        let wrong: Vec<_> = dependencies(&package).difference(table).cloned().collect();
        assert!(
            wrong.is_empty(),
            "{name} depends on {}, which the table of ARCHITECTURE.md does not allow",
            wrong.join(", ")
        );
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        assert_eq!(
            manifest.parent().unwrap().canonicalize().unwrap(),
            folders[name],
            "{name}"
        );
    }
    let listed: BTreeSet<_> = allowed.keys().cloned().collect();
    assert_eq!(listed, published, "the table lists the published crates");
}

#[test]
fn the_table_has_no_cycle() {
    let (allowed, _) = allowed();
    let mut order: Vec<&String> = Vec::new();
    while order.len() < allowed.len() {
        let next = allowed.iter().find(|(name, dependencies)| {
            !order.contains(name) && dependencies.iter().all(|one| order.contains(&one))
        });
        let (name, _) = next.expect("some crates depend on each other in a cycle");
        order.push(name);
    }
}
