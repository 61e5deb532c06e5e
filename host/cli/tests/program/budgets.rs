//! The budgets of sizes in ARCHITECTURE.md hold.

use std::fs;
use std::path::Path;

use jsvm::{Engine, Snapshot};
use tempfile::TempDir;

use crate::make::jsvm_build;

/// The row with the engine's native code.
const NATIVE: &str = "native code of the engine, x86-64";

/// What a size may be above the figure in the table.
const TOLERANCE: f64 = 1.03;

/// The rows of the table in bytes: what is measured, and the figure. `./just bench --bench budgets` measures
/// the others.
fn table() -> Vec<(String, f64)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ARCHITECTURE.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("<!-- budgets -->").unwrap();
    let (table, _) = rest.split_once("<!-- /budgets -->").unwrap();
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (what, figure) = (cells.next()?, cells.next()?);
        let bytes = figure.strip_suffix(" B")?.replace(',', "");
        Some((what.to_owned(), bytes.parse().ok()?))
    };
    table.lines().filter_map(row).collect()
}

fn built(source: &str, args: &[&str]) -> usize {
    let folder = TempDir::new().unwrap();
    let (program, file) = (folder.path().join("app.js"), folder.path().join("app.wasm"));
    fs::write(&program, source).unwrap();
    let output = jsvm_build(&program, &file, args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    fs::metadata(file).unwrap().len() as usize
}

/// The bytes of a file of the published engine.
fn artefact(name: &str) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../component/artefacts");
    fs::metadata(folder.join(name)).unwrap().len() as usize
}

fn compressed(bytes: &[u8]) -> usize {
    zstd::bulk::compress(bytes, 19).unwrap().len()
}

/// The bytes of a delta at an `await`: a program that was frozen goes on and waits once more.
fn delta() -> usize {
    let vm = Engine::global()
        .unwrap()
        .vm()
        .request("next")
        .build()
        .unwrap();
    vm.eval("(async () => { for (let sum = 0; ; ) sum += await next() })()")
        .unwrap();
    vm.run_jobs().unwrap();
    let mut parent = vm.snapshot().unwrap();
    let mut bytes = 0;
    // The first delta has what a program does once, too.
    for _ in 0..3 {
        let request = vm.take_requests().unwrap().remove(0);
        vm.settle(request.id, Ok(1)).unwrap();
        vm.run_jobs().unwrap();
        parent = vm.snapshot_since(&parent).unwrap();
        bytes = parent.to_bytes().unwrap().len();
    }
    bytes
}

/// Bytes of a snapshot of a fresh VM: the most of several, for it holds times and random numbers, which take
/// some bytes more or fewer.
fn fresh() -> usize {
    let bytes = |_| {
        let vm = Engine::global().unwrap().vm().build().unwrap();
        let snapshot: Snapshot = vm.snapshot().unwrap();
        snapshot.to_bytes().unwrap().len()
    };
    (0..64).map(bytes).max().unwrap()
}

#[test]
fn sizes_are_within_their_budgets() {
    let fresh = fresh();
    let mut measured = Vec::new();
    for (what, budget) in table() {
        let bytes = match &*what {
            // Another processor has other instructions.
            NATIVE if cfg!(not(target_arch = "x86_64")) => 0,
            NATIVE => jsvm::native_code_size(),
            "`js-vm.wasm`" => jsvm::COMPONENT.len(),
            "`js-vm.wasm`, by zstd" => compressed(jsvm::COMPONENT),
            "engine for size, by zstd" => artefact("size-engine.zst"),
            "base image" => artefact("js-vm.image"),
            "snapshot of a fresh VM" => fresh,
            "delta at an `await`" => delta(),
            "built command that prints a line" => built("console.log('hello')", &[]),
            "the same with `--optimize size`" => {
                built("console.log('hello')", &["--optimize", "size"])
            }
            "built server that answers a line" => {
                built("export default { fetch: () => new Response('hello') }", &[])
            }
            other => panic!("this test does not measure {other}"),
        };
        measured.push((what, bytes, budget));
    }
    assert_eq!(measured.len(), 10, "{measured:?}");
    for (what, bytes, budget) in &measured {
        println!("{what}: {bytes} B");
        assert!(
            *bytes as f64 <= budget * TOLERANCE,
            "{what} takes {bytes} B, and its budget is {budget} B: make it smaller, or write another figure \
             with the reason into ARCHITECTURE.md"
        );
    }
}
