//! Linked components with asynchronous functions, streams and futures. The component is made of JavaScript, so
//! that both sides of each conversion are tested.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::make::jsvm_build;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/link_async")
}

/// The component, which is built once.
fn component() -> &'static Path {
    static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = BUILT.get_or_init(|| {
        let place = TempDir::new().unwrap();
        let file = place.path().join("words.wasm");
        let wit = folder().join("words.wit");
        let args = ["--wit", wit.to_str().unwrap()];
        let output = jsvm_build(&folder().join("words.js"), &file, &args);
        assert!(output.status.success(), "{output:?}");
        (place, file)
    });
    file
}

fn jsvm(args: &[&str], program: &Path, after: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .args(args)
        .arg("--link")
        .arg(component())
        .arg(program)
        .args(after)
        .output()
        .unwrap()
}

/// Runs a program, and returns what it printed.
fn run(args: &[&str], source: &str) -> (String, String) {
    let place = TempDir::new().unwrap();
    let program = place.path().join("main.mjs");
    std::fs::write(&program, source).unwrap();
    let output = jsvm(&[&["run"], args].concat(), &program, &[]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[test]
fn values_cross_in_both_directions() {
    let output = jsvm(&["run"], &folder().join("main.mjs"), &[]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let expected = std::fs::read_to_string(folder().join("main.out")).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((&*printed, &*stderr), (&*expected, ""));
}

#[test]
fn a_trap_rejects_all_calls_and_the_next_one_gets_a_new_instance() {
    let (stdout, stderr) = run(
        &[],
        r#"import { add, gate, numbers, refuse } from "acme:text/words";
        const other = gate("never").catch(String);
        const stream = await numbers(3);
        console.log(await refuse().catch(String));
        console.log(await other);
        console.log(await add(1, 2));
        console.log((await Array.fromAsync(stream)).length);"#,
    );
    let failed = "Error: the component `acme:text` failed: it trapped: wasm `unreachable` instruction executed. \
                  The next call gets a new instance\n";
    // A stream of the instance that is lost ends.
    assert_eq!(stdout, format!("{failed}{failed}3\n0\n"), "{stderr}");
}

#[test]
fn a_component_that_computes_ends_with_its_program() {
    let started = Instant::now();
    let (_, stderr) = run(
        &["--timeout", "1s"],
        r#"import { spin } from "acme:text/words"; for (;;) await spin().catch(() => {});"#,
    );
    assert!(stderr.contains("time limit"), "{stderr}");
    assert!(started.elapsed() < Duration::from_secs(120));
}

#[test]
fn what_a_source_throws_is_an_unhandled_rejection() {
    let (stdout, stderr) = run(
        &[],
        r#"import { sum } from "acme:text/words";
        await sum((function* () { yield new Uint8Array(1); throw new Error("broken"); })());"#,
    );
    assert_eq!(stdout, "");
    assert!(
        stderr.contains("Uncaught (in promise) Error: broken"),
        "{stderr}"
    );
    let (_, stderr) = run(
        &[],
        r#"import { names } from "acme:text/words"; await names([{ id: 1, name: 5 }]);"#,
    );
    let expected = "TypeError: an item of the stream: name: expected a string, found number 5";
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn a_call_that_is_in_flight_when_its_program_is_frozen_is_lost() {
    let place = TempDir::new().unwrap();
    let program = place.path().join("main.mjs");
    let source = r#"import { add, gate } from "acme:text/words";
        console.log(await gate("one").catch((error) => error.code));
        console.log(await add(1, 2));"#;
    std::fs::write(&program, source).unwrap();
    let frozen = place.path().join("main.snap");
    let after = ["--on-pending", "-o", frozen.to_str().unwrap()];
    let output = jsvm(&["snapshot"], &program, &after);
    assert!(output.status.success(), "{output:?}");
    let output = jsvm(&["restore"], &frozen, &[]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "ERR_REQUEST_LOST\n3\n",
        "{output:?}"
    );
}

#[test]
fn declarations_have_promises_and_streams() {
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .arg("types")
        .arg(component())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "export function add(a: number, b: number, options?: { signal?: AbortSignal }): Promise<number>;",
        "Promise<ReadableStream<number> & AsyncIterable<number>>;",
        "Promise<[ReadableStream<Item> & AsyncIterable<Item>, Promise<number>]>;",
        "export function upper(text: string): string;",
    ] {
        assert!(text.contains(line), "{text}");
    }
}
