//! Components as hosts run them.

use std::sync::{Arc, Mutex, OnceLock};

use jsvm_world::{Options, WorldSource};
use serde_json::json;
use wasmtime::component::{Component, Instance, Linker, Val};
use wasmtime::{Store, Trap};

use crate::host::{engine, instantiated, instantiated_with};
use crate::json::from_val;
use crate::make::{made, world};

const WIT: &str = "package acme:app;

interface host {
  echo: func(value: u32) -> u32;
}

world app {
  import host;
  export count: func() -> u32;
  export now: func() -> u64;
  export random: func() -> list<f64>;
  export wait: func(milliseconds: u32) -> u32;
  export fill: func() -> u32;
  export fail: func();
}";

const PROGRAM: &str = r#"
import { echo } from "acme:app/host";

let counter = 0;
export const count = () => echo(++counter);
export const now = () => BigInt(Date.now());
export const random = () => [Math.random(), Math.random(), crypto.getRandomValues(new Uint32Array(1))[0]];
export async function wait(milliseconds) {
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return Math.floor(performance.now() - start);
}
export function fill() {
  const kept = [];
  try {
    for (;;) kept.push(new Uint8Array(1 << 20));
  } catch (error) {
    return kept.length;
  }
}
export const fail = () => { throw new Error("failed"); };
"#;

fn source() -> WorldSource {
    world(WIT, None).unwrap()
}

fn call(running: &mut crate::host::Running, name: &str) -> serde_json::Value {
    from_val(&running.call(name, &[]).unwrap()[0])
}

#[test]
fn instances_share_nothing_and_a_trap_ends_one() {
    let (_vm, built) = made(&source(), PROGRAM, &Options::default()).unwrap();
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let mut one = instantiated(&engine, &component).unwrap();
    let mut two = instantiated(&engine, &component).unwrap();
    assert_eq!(call(&mut one, "count"), 1);
    assert_eq!(call(&mut one, "count"), 2);
    assert_eq!(call(&mut two, "count"), 1);
    let error = one.call("fail", &[]).unwrap_err();
    assert!(error.is::<Trap>(), "{error:?}");
    // No call follows a trap.
    assert!(one.call("count", &[]).is_err());
    assert_eq!(call(&mut two, "count"), 2);
    // The memory limit of the VM is an error of JavaScript.
    assert_eq!(
        call(&mut two, "fill").as_u64().map(|count| count > 1),
        Some(true)
    );
    assert_eq!(call(&mut two, "count"), 3);
}

#[test]
fn an_import_cannot_call_the_instance_that_calls_it() {
    let (_vm, built) = made(&source(), PROGRAM, &Options::default()).unwrap();
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let called: Arc<OnceLock<Instance>> = Arc::default();
    let refused: Arc<Mutex<Option<wasmtime::Error>>> = Arc::default();
    let (instance, error) = (called.clone(), refused.clone());
    let mut running = instantiated_with(&engine, &component, |linker| {
        let mut host = linker.instance("acme:app/host")?;
        host.func_new("echo", move |mut store, _, args, results| {
            if let Some(instance) = instance.get() {
                let random = instance.get_func(&mut store, "random").unwrap();
                let again = random.call(&mut store, &[], &mut [Val::Bool(false)]);
                *error.lock().unwrap() = again.err();
            }
            results[0] = args[0].clone();
            Ok(())
        })
    })
    .unwrap();
    assert_eq!(call(&mut running, "count"), 1);
    assert!(refused.lock().unwrap().is_none());
    assert!(called.set(running.instance).is_ok());
    // The call that runs either goes on or ends with the instance; it never returns a wrong value.
    if let Ok(counted) = running.call("count", &[]) {
        assert_eq!(from_val(&counted[0]), 2);
    }
    let refused = refused.lock().unwrap();
    let trap = refused
        .as_ref()
        .and_then(|error| error.downcast_ref::<Trap>());
    assert_eq!(trap, Some(&Trap::CannotEnterComponent), "{refused:?}");
}

#[test]
fn stubs_are_the_same_in_each_instance_and_chosen() {
    let mut options = Options::default();
    options.clock = std::time::Duration::from_millis(1_700_000_000_123);
    options.seed = 7;
    let (vm, built) = made(&source(), PROGRAM, &options).unwrap();
    let again = jsvm_world::component(&vm, &source(), &options).unwrap();
    assert!(built.component == again.component, "the bytes differ");
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let mut one = instantiated(&engine, &component).unwrap();
    let mut two = instantiated(&engine, &component).unwrap();
    assert_eq!(call(&mut one, "now"), "1700000000123");
    let numbers = call(&mut one, "random");
    assert_eq!(numbers, call(&mut two, "random"));
    assert_ne!(numbers, call(&mut two, "random"));
    assert_ne!(numbers[0], numbers[1]);
    assert_eq!(
        from_val(&one.call("wait", &[json!(86_400_000)]).unwrap()[0]),
        86_400_000
    );
    // Another seed gives other numbers.
    options.seed = 8;
    let other = jsvm_world::component(&vm, &source(), &options).unwrap();
    let component = Component::new(&engine, &other.component).unwrap();
    let mut other = instantiated(&engine, &component).unwrap();
    assert_ne!(numbers, call(&mut other, "random"));
}

#[test]
fn wasi_is_used_if_it_was_added() {
    let mut source = source();
    let added = source.add_wasi().unwrap();
    let (vm, built) = made(&source, PROGRAM, &Options::default()).unwrap();
    let imports: Vec<&String> = built
        .imports
        .iter()
        .filter(|name| added.contains(name))
        .collect();
    assert_eq!(imports.len(), added.len());
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let mut one = instantiated(&engine, &component).unwrap();
    let mut two = instantiated(&engine, &component).unwrap();
    let now: u64 = call(&mut one, "now").as_str().unwrap().parse().unwrap();
    assert!(now > 1_600_000_000_000, "{now}");
    assert_ne!(call(&mut one, "random"), call(&mut two, "random"));
    let started = std::time::Instant::now();
    let waited = from_val(&one.call("wait", &[json!(50)]).unwrap()[0]);
    assert!(waited.as_u64().unwrap() >= 49, "{waited}");
    assert!(started.elapsed().as_millis() >= 49);
    let mut options = Options::default();
    options.stub_wasi = true;
    let stubbed = jsvm_world::component(&vm, &source, &options).unwrap();
    assert_eq!(stubbed.imports, ["acme:app/host"]);
}

#[test]
fn a_host_without_an_import_says_which_is_missing() {
    let (_vm, built) = made(&source(), PROGRAM, &Options::default()).unwrap();
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let linker = Linker::<()>::new(&engine);
    let mut store = Store::new(&engine, ());
    let error = linker.instantiate(&mut store, &component).unwrap_err();
    assert!(format!("{error:?}").contains("acme:app/host"), "{error:?}");
}
