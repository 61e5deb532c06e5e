//! The console of components whose world has `wasi:logging`.

use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use wasmtime::component::{Component, Linker, Val};
use wasmtime::{Engine, Store};

use super::together::request;
use crate::make::jsvm_build;
use crate::run::{Server, State};

const WIT: &str = "package acme:app;

world app {
  import wasi:logging/logging@0.1.0-draft;
  export run: func();
}

world server {
  import wasi:logging/logging@0.1.0-draft;
}

package wasi:logging@0.1.0-draft {
  interface logging {
    enum level { trace, debug, info, warn, error, critical }
    log: func(level: level, context: string, message: string);
  }
}
";

/// What is logged for each way to print.
const LOGGED: [&str; 6] = [
    "debug: a",
    "info: b 1",
    "info: c",
    "warn: d",
    "error: e",
    "trace: ",
];

const PRINT: &str = "console.debug('a'); console.log('b', 1); console.info('c'); console.warn('d');
    console.error('e'); console.trace();";

/// Lines of a log.
type Log = Arc<Mutex<Vec<String>>>;

fn add<T: 'static>(linker: &mut Linker<T>, log: Log) {
    let mut logging = linker.instance("wasi:logging/logging@0.1.0-draft").unwrap();
    let write = move |params: &[Val]| {
        let [Val::Enum(level), Val::String(context), Val::String(message)] = params else {
            panic!("{params:?}");
        };
        assert_eq!(context, "");
        // A trace has the stack after its first line.
        let first = message.lines().next().unwrap_or_default();
        let first = if level == "trace" { "" } else { first };
        log.lock().unwrap().push(format!("{level}: {first}"));
    };
    logging
        .func_new("log", move |_, _, params, _| {
            write(params);
            Ok(())
        })
        .unwrap();
}

/// The environment, which a file for wasmCloud imports.
fn environment(linker: &mut Linker<State>) {
    linker.allow_shadowing(true);
    wasmtime_wasi::p2::add_to_linker_async(linker).unwrap();
}

fn built(folder: &TempDir, program: &str, args: &[&str]) -> std::path::PathBuf {
    fs::write(folder.path().join("app.js"), program).unwrap();
    fs::write(folder.path().join("app.wit"), WIT).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .current_dir(folder.path())
        .args(["build", "app.js", "--wit", "app.wit", "-o", "app.wasm"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    folder.path().join("app.wasm")
}

#[test]
fn a_component_for_a_world_logs() {
    let folder = TempDir::new().unwrap();
    let program = format!("export function run() {{ {PRINT} }}");
    let file = built(&folder, &program, &["--world", "app"]);
    let engine = Engine::default();
    let component = Component::from_file(&engine, file).unwrap();
    let log = Log::default();
    let mut linker = Linker::<()>::new(&engine);
    add(&mut linker, log.clone());
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &component).unwrap();
    let run = instance
        .get_typed_func::<(), ()>(&mut store, "run")
        .unwrap();
    run.call(&mut store, ()).unwrap();
    assert_eq!(*log.lock().unwrap(), LOGGED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_for_wasmcloud_logs_without_a_world() {
    for kind in ["http", "service"] {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("app.wasm");
        let build = |program: &str| {
            fs::write(folder.path().join("app.js"), program).unwrap();
            let options = ["--host", "wasmcloud", "--kind", kind];
            let output = jsvm_build(&folder.path().join("app.js"), &file, &options);
            assert!(output.status.success(), "{output:?}");
        };
        build(&format!(
            "export default {{ fetch() {{ {PRINT} return new Response('answered') }} }}"
        ));
        let log = Log::default();
        let server = Server::with(&file, |linker| {
            add(linker, log.clone());
            environment(linker);
        });
        let answer = server.serve(request("/", "")).await;
        assert_eq!(answer.text(), "answered", "{}", answer.stderr);
        assert_eq!(*log.lock().unwrap(), LOGGED);
        // A program that does not write to the console needs no logs of its host.
        build("export default { fetch: () => new Response('quiet') }");
        let answer = Server::with(&file, environment)
            .serve(request("/", ""))
            .await;
        assert_eq!(answer.text(), "quiet", "{}", answer.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_logs() {
    let folder = TempDir::new().unwrap();
    let program =
        format!("export default {{ fetch() {{ {PRINT} return new Response('answered') }} }}");
    let file = built(&folder, &program, &["--world", "server"]);
    let log = Log::default();
    let server = Server::with(&file, |linker| add(linker, log.clone()));
    let answer = server.serve(request("/", "")).await;
    assert_eq!(answer.text(), "answered", "{}", answer.stderr);
    assert_eq!(answer.stderr, "");
    assert_eq!(*log.lock().unwrap(), LOGGED);
}
