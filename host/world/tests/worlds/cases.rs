//! Cases made of files: a world, a program, and calls with their results.
//!
//! Each folder in `cases` has `world.wit` or a folder `wit`, `app.js`, and `calls.json`, with steps:
//!
//! * `{ "call": function, "args": […], "returns": value }`
//! * `{ "call": function, "args": […], "as": name }`: the result is a resource
//! * `{ "call": function, "args": […], "traps": text }`: the first line of standard error; the next step has a
//!   new instance
//! * `{ "drop": name }`: drops a resource
//! * `{ "called": […] }`: the imports that were called since the last such step
//! * `{ "printed": text }`: what is on standard output
//! * `{ "imports": […] }`: the imports of the component
//!
//! `BLESS=1` writes results and messages anew: read the difference.

use std::path::{Path, PathBuf};

use jsvm_world::{Options, WorldSource};
use serde_json::Value;
use wasmtime::component::{Component, Val};

use crate::host::{Running, engine, instantiated};
use crate::json::from_val;
use crate::make::{made, text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/cases")
}

/// Runs a case.
fn run(name: &str) {
    let folder = folder().join(name);
    let wit = folder.join("wit");
    let wit = match wit.exists() {
        true => wit,
        false => folder.join("world.wit"),
    };
    // A package with several worlds has one that is meant.
    let world = (name == "deps").then_some("all");
    let source = WorldSource::read(&wit, world).unwrap_or_else(|error| panic!("{name}: {error}"));
    let program = text(&folder.join("app.js"));
    let built = made(&source, &program, &Options::default());
    let (_vm, built) = built.unwrap_or_else(|error| panic!("{name}: {error}"));
    let calls = text(&folder.join("calls.json"));
    let mut steps: Vec<Value> = serde_json::from_str(&calls).unwrap();
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let start = || instantiated(&engine, &component).unwrap();
    let mut running = start();
    let blesses = std::env::var_os("BLESS").is_some();
    for step in &mut steps {
        if let Some(imports) = step.get("imports") {
            assert_eq!(&serde_json::json!(built.imports), imports, "{name}");
            continue;
        }
        let known = step.clone();
        let has_trapped = perform(&mut running, step, name);
        if !blesses {
            assert_eq!(step, &known, "{name}");
        }
        if has_trapped {
            running = start();
        }
    }
    if blesses {
        let lines: Vec<String> = steps.iter().map(|step| format!("  {step}")).collect();
        let text = format!("[\n{}\n]\n", lines.join(",\n"));
        std::fs::write(folder.join("calls.json"), text).unwrap();
    }
}

/// Performs a step, and writes into it what has happened. Returns whether it has trapped.
fn perform(running: &mut Running, step: &mut Value, name: &str) -> bool {
    if let Some(dropped) = step.get("drop") {
        let resource = running.resources.remove(dropped.as_str().unwrap()).unwrap();
        resource.resource_drop(&mut running.store).unwrap();
        return false;
    }
    if step.get("called").is_some() {
        let found = std::mem::take(&mut running.store.data_mut().called);
        step["called"] = Value::Array(found);
        return false;
    }
    if step.get("printed").is_some() {
        step["printed"] = running.printed().0.into();
        return false;
    }
    let function = step["call"].as_str().unwrap().to_owned();
    let args = step.get("args").and_then(Value::as_array).cloned();
    let result = running.call(&function, &args.unwrap_or_default());
    if step.get("traps").is_some() {
        let error = result.expect_err(&format!("{name}: {step} does not trap"));
        assert!(error.is::<wasmtime::Trap>(), "{name}: {step}: {error:?}");
        // A stack follows.
        let (_, stderr) = running.printed();
        step["traps"] = stderr.lines().next().unwrap_or_default().into();
        return true;
    }
    let results = result.unwrap_or_else(|error| {
        panic!("{name}: {step}: {error:?}\n{}", running.printed().1);
    });
    if let Some(resource) = step.get("as") {
        let found = match &results[..] {
            [Val::Resource(found)] => *found,
            [Val::Result(Ok(Some(ok)))] => match &**ok {
                Val::Resource(found) => *found,
                other => panic!("{name}: {step}: {other:?} is no resource"),
            },
            other => panic!("{name}: {step}: {other:?} is no resource"),
        };
        let resource = resource.as_str().unwrap().to_owned();
        running.resources.insert(resource, found);
    } else if let Some(result) = results.first() {
        step["returns"] = from_val(result);
    }
    false
}

/// Makes a test of each folder.
macro_rules! cases {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(stringify!($name));
            }
        )*

        #[test]
        fn each_folder_is_a_case() {
            let mut found: Vec<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            found.sort();
            assert_eq!(found, [$(stringify!($name)),*]);
        }
    };
}

cases! {
    deps
    edges
    errors
    exported_resources
    greet
    imports
    names
    newer
    promises
    results
    stubs
    trigger_cron
    trigger_messages
    trigger_queue
    trigger_redis
    types
    wasi
}
