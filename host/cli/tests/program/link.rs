//! Linked components: hostile ones, and those with types that hosts have off by default.

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

/// Makes a component of a program, and runs a script that imports it.
fn run_with_built(wit: &str, program: &str, script: &str) -> String {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("world.wit", wit);
    write("program.mjs", program);
    write("main.mjs", script);
    let jsvm = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jsvm"));
        let output = command
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    };
    jsvm(&["build", "program.mjs", "--wit", "world.wit", "-o", "c.wasm"]);
    jsvm(&["run", "--link", "c.wasm", "main.mjs"])
}

#[test]
fn lists_of_a_fixed_length_go_both_ways() {
    let wit = "package acme:fixed;
        interface api {
          record point { at: list<f64, 2>, name: string }
          bytes: func(v: list<u8, 4>) -> list<u8, 4>;
          names: func(v: list<string, 2>) -> list<string, 2>;
          nested: func(v: list<list<u32, 2>, 2>) -> list<list<u32, 2>, 2>;
          move: func(p: point) -> point;
          swap: func(v: option<list<s64, 2>>) -> result<list<s64, 2>, string>;
          sum: func(v: list<u32, 40>) -> u32;
          count: func() -> list<u32, 40>;
          later: async func(v: list<u16, 3>) -> list<u16, 3>;
        }
        world fixed { export api; }";
    let program = "export const api = {
          bytes: (v) => v.reverse(),
          names: ([a, b]) => [b, a],
          nested: ([a, b]) => [b, a],
          move: ({ at: [x, y], name }) => ({ at: [y, x], name: name + '!' }),
          swap(v) {
            if (!v) throw new Error('none');
            return [v[1], v[0]];
          },
          sum: (v) => v.reduce((a, b) => a + b, 0),
          count: () => Array.from({ length: 40 }, (_, index) => index),
          later: async (v) => v.reverse(),
        };";
    let script = "import * as api from 'acme:fixed/api';
        const show = async (call) => {
          try {
            console.log(JSON.stringify(await call(), (_, it) =>
              typeof it === 'bigint' ? `${it}n` : ArrayBuffer.isView(it) ? [...it] : it));
          } catch (error) {
            console.log(String(error));
          }
        };
        await show(() => api.bytes([1, 2, 3, 4]));
        await show(() => api.bytes(new Uint8Array([5, 6, 7, 8])));
        await show(() => api.names(['a', 'b']));
        await show(() => api.nested([[1, 2], [3, 4]]));
        await show(() => api.move({ at: [1.5, 2.5], name: 'p' }));
        await show(() => api.swap([1n, 2n]));
        await show(() => api.swap(undefined));
        await show(() => api.sum(Array(40).fill(2)));
        await show(() => api.count().slice(38));
        await show(async () => 'later ' + (await api.later([1, 2, 3])));
        await show(() => api.bytes([1, 2, 3]));
        await show(() => api.nested([[1, 2], [3, 4, 5]]));
        await show(() => api.names(['a', 5]));";
    let synchronous = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("later"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let expected = r#"[4,3,2,1]
[8,7,6,5]
["b","a"]
[[3,4],[1,2]]
{"at":[2.5,1.5],"name":"p!"}
["2n","1n"]
ComponentError: none
80
[38,39]
"later 3,2,1"
TypeError: argument 1 (v): expected 4 elements, found 3 of them
TypeError: argument 1 (v): [1]: expected 2 elements, found 3 of them
TypeError: argument 1 (v): [1]: expected a string, found number 5
"#;
    assert_eq!(run_with_built(wit, program, script), expected);
    // Components without asynchronous functions run on an engine of their own.
    let output = run_with_built(
        &synchronous(wit),
        &synchronous(program),
        &synchronous(script),
    );
    assert_eq!(output.trim_end(), synchronous(expected));
}
