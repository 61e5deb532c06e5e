//! Linked components that are hostile to who compiles and calls them.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A component with this core module, which exports `f`.
fn component(module: &str) -> Vec<u8> {
    let text = format!(
        "(component
            (core module $m {module})
            (core instance $i (instantiate $m))
            (func (export \"f\") (canon lift (core func $i \"f\"))))"
    );
    wat::parse_str(text).unwrap()
}

/// 2,000 calls with 900 arguments and results: 8 KB that take two gigabytes and half a minute.
fn costly() -> Vec<u8> {
    let values = "i32 ".repeat(900);
    component(&format!(
        "(type $t (func (param {values}) (result {values})))
        (func $g (type $t) unreachable)
        (func (export \"f\") {} {} {})",
        "(i32.const 0)".repeat(900),
        "(call $g)".repeat(2000),
        "drop ".repeat(900),
    ))
}

fn jsvm(component: &[u8], options: &[&str], script: &str) -> (Output, Duration) {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("c.wasm"), component).unwrap();
    std::fs::write(folder.path().join("main.mjs"), script).unwrap();
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .args(["run", "--link", "c=c.wasm"])
        .args(options)
        .arg("main.mjs")
        .current_dir(folder.path())
        .output()
        .unwrap();
    (output, started.elapsed())
}

#[test]
fn compiling_has_a_limit_of_memory() {
    let options = ["--link-compile-memory", "128MiB"];
    let (output, _) = jsvm(&costly(), &options, "");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("more than 128MiB of memory"), "{stderr}");
}

#[test]
fn compiling_has_a_limit_of_time() {
    let options = [
        "--link-compile-memory",
        "16GiB",
        "--link-compile-time",
        "1s",
    ];
    let (output, elapsed) = jsvm(&costly(), &options, "");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("1s of processor time"), "{stderr}");
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
}

#[test]
fn a_component_that_spins_ends_with_its_program() {
    let spin = component("(func (export \"f\") (loop (br 0)))");
    let script = "import { f } from 'c'; for (;;) try { f() } catch {}";
    let (output, elapsed) = jsvm(&spin, &["--timeout", "500ms"], script);
    assert_eq!(output.status.code(), Some(1));
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
}
