//! Components for WIT worlds.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Store};

const WIT: &str = "package acme:app@0.1.0;

world plugin {
  import acme:store/kv@1.2.0;
  import acme:store/other@1.2.0;
  export greet: func(name: string) -> string;
  export api: interface {
    run: func(id: u32) -> result<u32, string>;
  }
}

world other {
  export run: func();
}
";

const STORE: &str = "package acme:store@1.2.0;

interface kv {
  get: func(key: string) -> option<string>;
}

interface other {
  nothing: func();

  @unstable(feature = more)
  more: async func();
}
";

const PROGRAM: &str = r#"
import { get } from "acme:store/kv";
import { suffix } from "./suffix.ts";
import { end } from "ends";

console.log("printed by the build");

export function greet(name: string): string {
  return `Hello, ${get(name) ?? name}${suffix}${end}`;
}

export const api = {
  async run(id: number): Promise<number> {
    if (id > 3) throw new Error(`${id} is too large`);
    return id + 1;
  },
};
"#;

/// A folder with a program and its world.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("wit/world.wit", WIT),
        ("wit/deps/store/kv.wit", STORE),
        ("app.ts", PROGRAM),
        ("suffix.ts", "export const suffix: string = '!';"),
        (
            "node_modules/ends/package.json",
            r#"{"name":"ends","main":"i.js"}"#,
        ),
        ("node_modules/ends/i.js", "exports.end = '.'"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn build(folder: &Path, program: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .current_dir(folder)
        .args(["build", program, "-o", "app.wasm"])
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn a_program_with_packages_becomes_a_component_for_its_world() {
    let folder = folder();
    let output = build(
        folder.path(),
        "app.ts",
        &["--wit", "wit", "--world", "plugin", "--json"],
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let (printed, report) = stdout.split_once('\n').unwrap();
    assert_eq!(printed, "printed by the build");
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    assert_eq!(report["kind"], "world");
    assert_eq!(report["world"], "acme:app/plugin@0.1.0");
    // No source names the other interface of the world.
    assert_eq!(
        report["imports"],
        serde_json::json!(["acme:store/kv@1.2.0"])
    );

    let engine = Engine::default();
    let component = fs::read(folder.path().join("app.wasm")).unwrap();
    let component = Component::new(&engine, component).unwrap();
    let mut linker = Linker::<()>::new(&engine);
    let mut kv = linker.instance("acme:store/kv@1.2.0").unwrap();
    kv.func_wrap("get", |_, (key,): (String,)| {
        Ok(((key == "ada").then(|| "Ada Lovelace".to_owned()),))
    })
    .unwrap();
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let greet = instance
        .get_typed_func::<(&str,), (String,)>(&mut store, "greet")
        .unwrap();
    assert_eq!(
        greet.call(&mut store, ("ada",)).unwrap().0,
        "Hello, Ada Lovelace!."
    );
    assert_eq!(greet.call(&mut store, ("Bob",)).unwrap().0, "Hello, Bob!.");
    let api = instance.get_export_index(&mut store, None, "api").unwrap();
    let run = instance
        .get_export_index(&mut store, Some(&api), "run")
        .unwrap();
    let run = instance
        .get_typed_func::<(u32,), (Result<u32, String>,)>(&mut store, &run)
        .unwrap();
    assert_eq!(run.call(&mut store, (3,)).unwrap().0, Ok(4));
    assert_eq!(
        run.call(&mut store, (4,)).unwrap().0,
        Err("4 is too large".to_owned())
    );

    // The same program gives the same bytes.
    let first = fs::read(folder.path().join("app.wasm")).unwrap();
    let again = build(
        folder.path(),
        "app.ts",
        &["--wit", "wit", "--world", "plugin"],
    );
    assert!(again.status.success());
    assert!(first == fs::read(folder.path().join("app.wasm")).unwrap());
}

#[test]
fn the_same_program_gives_the_same_component() {
    let [first, second] = [(); 2].map(|()| {
        let folder = folder();
        let output = build(
            folder.path(),
            "app.ts",
            &["--wit", "wit", "--world", "plugin"],
        );
        assert!(output.status.success(), "{output:?}");
        fs::read(folder.path().join("app.wasm")).unwrap()
    });
    assert!(first == second, "the bytes differ");
}

#[test]
fn imports_that_are_added_are_listed() {
    let folder = folder();
    let args = ["--wit", "wit", "--world", "plugin", "--with-wasi"];
    let output = build(folder.path(), "app.ts", &args);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(
        stdout.contains("Added imports: wasi:clocks/wall-clock@0.2.0, "),
        "{stdout}"
    );
    assert!(stdout.contains("wasi:cli/stderr@0.2.0"), "{stdout}");
}

#[test]
fn what_cannot_be_built_is_refused_with_the_reason() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("bad.mjs", "export const api = { run: 5 }");
    write("script.js", "var x = 1");
    write(
        "early.mjs",
        "import { get } from 'acme:store/kv';\nget('x')",
    );
    write("none.mjs", "import 'acme:store/none'");
    write("more.mjs", "import { more } from 'acme:store/other'");
    write(
        "wrong.wit",
        "package a:b;\nworld w { export f: func(a: strin); }",
    );
    let plugin = &["--wit", "wit", "--world", "plugin"][..];
    for (program, args, code, expected) in [
        (
            "app.ts",
            &["--wit", "none"][..],
            2,
            "--wit none: none: there is no WIT",
        ),
        (
            "app.ts",
            &["--wit", "wit"],
            2,
            "has: plugin, other. Name one with --world",
        ),
        (
            "app.ts",
            &["--wit", "wit", "--world", "nope"],
            2,
            "no world nope: the package acme:app@0.1.0 has: plugin, other",
        ),
        ("app.ts", &["--world", "plugin"], 2, "--wit"),
        (
            "app.ts",
            &["--wit", "wit", "--world", "plugin", "--kind", "http"],
            2,
            "--kind is for servers and commands",
        ),
        (
            "app.ts",
            &["--wit", "wit", "--world", "plugin", "--busy-timeout", "1s"],
            2,
            "--busy-timeout is for servers and commands",
        ),
        (
            "app.ts",
            &["--wit", "wit", "--with-wasi", "--stub-wasi"],
            2,
            "cannot be used with",
        ),
        ("app.ts", &["--wit", "wrong.wit"], 1, "wrong.wit:2:29"),
        (
            "script.js",
            plugin,
            2,
            "it is a script, which exports nothing",
        ),
        (
            "early.mjs",
            plugin,
            1,
            "acme:store/kv@1.2.0#get cannot be called while the program is built",
        ),
        ("none.mjs", plugin, 1, "acme:store/none"),
        ("more.mjs", plugin, 1, "more"),
        (
            "more.mjs",
            &["--wit", "wit", "--world", "plugin", "--wit-feature", "more"],
            1,
            "the program does not export greet",
        ),
        (
            "more.mjs",
            &["--wit", "wit", "--world", "plugin", "--wit-all-features"],
            1,
            "the program does not export greet",
        ),
        (
            "bad.mjs",
            plugin,
            1,
            "wit/world.wit:6:10: the program does not export greet. Write: export function greet(name) { … }",
        ),
        (
            "bad.mjs",
            plugin,
            1,
            "wit/world.wit:8:5: the export api.run is no function",
        ),
    ] {
        let output = build(folder.path(), program, args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{program} {args:?}: {stderr}"
        );
        assert!(stderr.contains(expected), "{program} {args:?}: {stderr}");
        assert!(!folder.path().join("app.wasm").exists());
    }
}

/// A program that fails in several ways, and its world.
const FAILING: [(&str, &str); 2] = [
    (
        "app.wit",
        "package acme:failing;
world failing {
  export size: func(bytes: list<u8>) -> u32;
  export fail: func();
}
world logged {
  include failing;
  import wasi:logging/logging@0.1.0-draft;
}
package wasi:logging@0.1.0-draft {
  interface logging {
    enum level { trace, debug, info, warn, error, critical }
    log: func(level: level, context: string, message: string);
  }
}
",
    ),
    (
        "app.js",
        "export const size = (bytes) => bytes.length;
export function fail() { throw { code: 5, reason: 'none' }; }
",
    ),
];

/// Calls an export of a failing program, and returns what it logged before it trapped.
fn trapped(
    args: &[&str],
    call: impl FnOnce(&mut Store<Vec<String>>, &wasmtime::component::Instance) -> wasmtime::Result<()>,
) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    for (name, text) in FAILING {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let options = ["--wit", "app.wit", "--world", "logged"];
    let output = build(folder.path(), "app.js", &[&options, args].concat());
    assert!(output.status.success(), "{output:?}");
    let engine = Engine::default();
    let component = Component::from_file(&engine, folder.path().join("app.wasm")).unwrap();
    let mut linker = Linker::<Vec<String>>::new(&engine);
    let mut logging = linker.instance("wasi:logging/logging@0.1.0-draft").unwrap();
    logging
        .func_new("log", |mut store, _, params, _| {
            if let [_, _, wasmtime::component::Val::String(message)] = params {
                store.data_mut().push(message.clone());
            }
            Ok(())
        })
        .unwrap();
    let mut store = Store::new(&engine, Vec::new());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    assert!(call(&mut store, &instance).is_err());
    store.into_data()
}

#[test]
fn arguments_of_calls_count_for_the_memory_limit() {
    let logged = trapped(&["--memory", "8MiB"], |store, instance| {
        let size = instance.get_typed_func::<(&[u8],), (u32,)>(&mut *store, "size")?;
        assert_eq!(size.call(&mut *store, (&[7; 1 << 20],))?.0, 1 << 20);
        size.call(&mut *store, (&vec![7; 16 << 20],)).map(drop)
    });
    assert_eq!(
        logged,
        [
            "size: the memory limit was reached by the arguments of the call. Build the component with a larger --memory"
        ]
    );
}

#[test]
fn a_thrown_object_is_printed_before_the_trap() {
    let logged = trapped(&[], |store, instance| {
        let fail = instance.get_typed_func::<(), ()>(&mut *store, "fail")?;
        fail.call(&mut *store, ())
    });
    assert_eq!(logged, ["fail: Uncaught { code: 5, reason: 'none' }"]);
}

#[test]
fn a_missing_module_that_is_required_later_is_noted() {
    let folder = folder();
    fs::write(
        folder.path().join("later.cjs"),
        "exports.run = () => require('./nowhere');
         exports.load = () => require(process.env.NODE_ENV);
         require('ends')",
    )
    .unwrap();
    let optional = folder.path().join("node_modules/ends/i.js");
    fs::write(
        optional,
        "exports.end = () => { try { require('optional') } catch {} }",
    )
    .unwrap();
    let output = build(folder.path(), "later.cjs", &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(
        stderr,
        "jsvm: note: cannot find require(\"./nowhere\") in later.cjs. The component throws an error when it gets \
         there\n"
    );
}
