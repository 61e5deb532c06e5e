//! Components in other languages that have a VM, composed with it and run as `wasmtime run` does it.
//! `./just test-components` does the same with the tools that users have.

mod languages;
mod no_host;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use jsvm::COMPONENT;
use jsvm_build::compile;
use jsvm_build::component::componentize;
use jsvm_build::toolchain::{TARGET, Toolchain};
use jsvm_standalone as standalone;
use jsvm_tests::c;
use tempfile::TempDir;

use self::run::Program;

fn components() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../components")
}

/// Where everything that is generated lands.
fn out() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn expected(path: &str) -> String {
    fs::read_to_string(components().join(path)).unwrap()
}

/// Compiles a component that is written in Rust.
fn rust(folder: &str, name: &str) -> Vec<u8> {
    let toolchain = Toolchain::find().unwrap();
    let target = out().join("components");
    compile::compile_components(&toolchain, &components().join(folder), &target).unwrap();
    let core = target.join(TARGET).join("release").join(name);
    componentize(&fs::read(core).unwrap()).unwrap()
}

#[test]
fn rules_in_rust_remember_what_was_frozen() {
    let rules = languages::compose(&[
        ("vm", &standalone::without_host().unwrap()),
        ("rules", &rust("rules-rust", "jsvm_rules.wasm")),
    ]);
    let program = Program::new(&rules);
    let folder = TempDir::new().unwrap();
    let sources = components().join("rules-rust");
    fs::create_dir(folder.path().join("rules")).unwrap();
    for entry in fs::read_dir(sources.join("rules")).unwrap() {
        let entry = entry.unwrap();
        let to = folder.path().join("rules").join(entry.file_name());
        fs::copy(entry.path(), to).unwrap();
    }
    fs::copy(
        sources.join("orders.json"),
        folder.path().join("orders.json"),
    )
    .unwrap();
    let run = |args: &[&str]| program.run(args, b"", Some(folder.path()));
    let args = ["rules.wasm", "rules", "orders.json", "state"];

    let first = run(&args);
    assert_eq!(
        first.stdout,
        expected("rules-rust/expected.txt"),
        "{}",
        first.stderr
    );
    assert!(first.is_success);
    let state = fs::read(folder.path().join("state")).unwrap();
    assert!(state.len() < 500_000, "{} bytes", state.len());

    // Another process, which compiles nothing, and counts on.
    fs::remove_dir_all(folder.path().join("rules")).unwrap();
    let again = run(&args);
    assert_eq!(
        again.stdout,
        expected("rules-rust/expected-again.txt"),
        "{}",
        again.stderr
    );

    for (wrong, message) in [
        (&b"short"[..], "not the state of a VM"),
        (&[0; 16 + 4100], "another version"),
    ] {
        fs::write(folder.path().join("state"), wrong).unwrap();
        let refused = run(&args);
        assert!(!refused.is_success);
        assert!(refused.stderr.contains(message), "{}", refused.stderr);
    }
}

#[test]
fn calculator_in_c_has_a_host_of_its_own() {
    let component = |world: &str, source: &str| {
        let component = c::Component {
            world,
            wit: &[components().join("worlds")],
            sources: &[components().join("calc-c").join(source)],
        };
        component.build(out())
    };
    let calc = languages::compose(&[
        ("host", &component("calc-host", "host.c")),
        ("vm", COMPONENT),
        ("calc", &component("calc", "calc.c")),
    ]);
    let input = expected("calc-c/input.txt");
    let run = Program::new(&calc).run(&["calc.wasm"], input.as_bytes(), None);
    assert_eq!(
        run.stdout,
        expected("calc-c/expected.txt"),
        "{}",
        run.stderr
    );
    assert!(run.is_success);
}
