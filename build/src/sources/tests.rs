use std::fs;
use std::path::Path;
use std::process::Command;

use crate::toolchain::Toolchain;
use crate::{engine, licences};

use super::{EXCLUDED, Inputs, SNAPSHOT_CODEC, Sources, TRANSPILER, VM, tools};

const ARTEFACTS: [(&str, Inputs); 3] = [
    ("vm", VM),
    ("transpiler", TRANSPILER),
    ("snapshot", SNAPSHOT_CODEC),
];

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A checkout with a few sources.
fn checkout() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("guest/src/lib.rs", "one"),
        ("guest/web/a b.js", "two"),
        ("guest/web-packages.json", "three"),
        ("guest/target/output", "ignored"),
        ("guest/web/node_modules/package/file.js", "ignored"),
        ("guest/.hidden/file", "ignored"),
        ("guest/src/.swap", "ignored"),
        ("build/src/lib.rs", "four"),
        ("build/src/stage/tests.rs", "ignored"),
        ("host/data/src/lib.rs", "five"),
        ("host/data/src/serde/mod.rs", "ignored"),
        ("host/data/README.md", "ignored"),
        ("transpiler/src/lib.rs", "six"),
        ("host/snapshot/src/codec.rs", "seven"),
        ("npm/snapshot/src/lib.rs", "eight"),
        ("npm/snapshot/artefacts/snapshot.wasm", "ignored"),
        (
            "Cargo.lock",
            "[[package]]\nname = \"wit-component\"\nversion = \"1.2.3\"\n\n\
             [[package]]\nname = \"other\"\nversion = \"4.5.6\"\n",
        ),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The digest of `build/stale.sh`, run in a checkout; `None` where there is no shell.
fn digest_of_script(root: &Path, name: &str) -> Option<String> {
    let mut command = Command::new("sh");
    command
        .arg(root.join("build/stale.sh"))
        .args([name, "--digest"]);
    let output = command.output().ok()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{messages}");
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

#[test]
fn the_script_computes_the_same_digest() {
    let folder = checkout();
    let script = folder.path().join("build/stale.sh");
    fs::copy(root().join("build/stale.sh"), script).unwrap();
    for root in [folder.path(), &root()] {
        for (name, inputs) in ARTEFACTS {
            let digest = Sources::read(root, &inputs).unwrap().digest;
            match digest_of_script(root, name) {
                Some(other) => assert_eq!(digest, other, "{}", root.display()),
                None => eprintln!("skipped: there is no sh"),
            }
        }
    }
}

#[test]
fn the_script_has_the_same_lists() {
    let script = fs::read_to_string(root().join("build/stale.sh")).unwrap();
    for (_, inputs) in ARTEFACTS {
        let roots = format!("roots='\n{}\n'", inputs.roots.join("\n"));
        assert!(script.contains(&roots), "{roots}");
        let tools = format!("tools='{}'", inputs.tools.join(" "));
        assert!(script.contains(&tools), "{tools}");
    }
    let paths = EXCLUDED.map(|path| format!("-path {path}"));
    assert!(script.contains(&format!("\\( {} \\) -prune", paths.join(" -o "))));
}

#[test]
fn what_is_built_or_hidden_is_no_source() {
    let folder = checkout();
    let sources = Sources::read(folder.path(), &VM).unwrap();
    let names: Vec<_> = sources.files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "Cargo.lock",
            "build/src/lib.rs",
            "guest/src/lib.rs",
            "guest/web-packages.json",
            "guest/web/a b.js",
            "host/data/src/lib.rs",
        ]
    );
}

#[test]
fn a_changed_source_changes_the_digest_and_another_package_does_not() {
    let folder = checkout();
    let digest = || Sources::read(folder.path(), &VM).unwrap().digest;
    let change = |name: &str, old: &str, new: &str| {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old));
        fs::write(path, text.replace(old, new)).unwrap();
    };
    let first = digest();
    change("Cargo.lock", "4.5.6", "4.5.7");
    assert_eq!(digest(), first);
    change("Cargo.lock", "1.2.3", "1.2.4");
    assert_ne!(digest(), first);
    change("Cargo.lock", "1.2.4", "1.2.3");
    assert_eq!(digest(), first);
    change("guest/src/lib.rs", "one", "uno");
    assert_ne!(digest(), first);
}

/// A name that is misspelt would never be found.
#[test]
fn all_tools_are_in_the_lock_file() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let found = tools(&lock, VM.tools);
    for tool in VM.tools.iter().chain(TRANSPILER.tools) {
        let line = format!("{tool} ");
        assert!(found.lines().any(|it| it.starts_with(&line)), "{tool}");
    }
}

/// A package that is compiled into the artefact but is no source would leave it stale.
#[test]
fn all_packages_of_the_artefact_are_sources() {
    let root = fs::canonicalize(root()).unwrap();
    for (workspace, inputs) in [
        ("guest", VM),
        ("components", VM),
        ("transpiler", TRANSPILER),
        ("npm/snapshot", SNAPSHOT_CODEC),
    ] {
        let folder = root.join(workspace);
        let metadata = engine::metadata(&Toolchain::without_compilers(), &folder).unwrap();
        for package in licences::linked(&metadata) {
            if package.source.is_some() {
                continue;
            }
            let manifest = package.manifest_path.as_std_path();
            let folder = manifest.parent().unwrap().strip_prefix(&root).unwrap();
            let sources = [folder.join("Cargo.toml"), folder.join("src/lib.rs")];
            for source in sources {
                assert!(
                    inputs.roots.iter().any(|it| source.starts_with(it)),
                    "{}",
                    source.display()
                );
            }
        }
    }
}
