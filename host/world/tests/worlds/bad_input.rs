//! A heap that is full, and resources that were dropped.

use jsvm_world::Options;
use serde_json::json;
use wasmtime::Trap;
use wasmtime::component::Component;

use crate::host::{Running, engine, instantiated};
use crate::json::from_val;
use crate::make::{made, world};

const WIT: &str = "package acme:app;

world app {
  export small: func() -> u32;
  export fill: func();
  export try-fill: func() -> result<u32, string>;
  export fill-later: func();
  export jobs: interface {
    resource job {
      constructor(id: u32);
      id: func() -> u32;
    }
    end: func(job: job) -> u32;
  }
}";

const PROGRAM: &str = r#"
function fillHeap() {
  const kept = [];
  for (;;) kept.push(new Array(10_000).fill(kept.length));
}
export const small = () => 7;
export const fill = fillHeap;
export const tryFill = fillHeap;
export async function fillLater() {
  await null;
  fillHeap();
}
class Job {
  #id;
  constructor(id) {
    this.#id = id;
  }
  id() {
    return this.#id;
  }
}
export const jobs = { Job, end: (job) => job.id() };
"#;

fn running() -> Running {
    let mut source = world(WIT, None).unwrap();
    source.add_wasi().unwrap();
    let (_vm, built) = made(&source, PROGRAM, &Options::default()).unwrap();
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    instantiated(&engine, &component).unwrap()
}

/// The memory limit is final: a program that goes on could not even report the error. An export with a `result`
/// traps as well. What an allocation asks for at once and cannot get is an error of JavaScript: see `running.rs`.
#[test]
fn a_full_heap_traps_with_a_message() {
    for name in ["fill", "try-fill", "fill-later"] {
        let mut running = running();
        let error = running.call(name, &[]).unwrap_err();
        assert!(error.is::<Trap>(), "{name}: {error:?}");
        let (_, stderr) = running.printed();
        let expected = format!("{name}: the memory limit was reached");
        assert!(stderr.starts_with(&expected), "{stderr}");
        assert!(running.call("small", &[]).is_err(), "{name}");
    }
}

#[test]
fn a_host_cannot_use_a_resource_that_it_dropped_or_gave_away() {
    for ends in [true, false] {
        let mut running = running();
        let made = running.call("jobs#[constructor]job", &[json!(3)]).unwrap();
        let wasmtime::component::Val::Resource(job) = made[0] else {
            panic!("{made:?} is no resource");
        };
        running.resources.insert("job".to_owned(), job);
        let args = [json!({ "resource": "job" })];
        let id = running.call("jobs#[method]job.id", &args).unwrap();
        assert_eq!(from_val(&id[0]), 3);
        match ends {
            true => {
                let ended = running.call("jobs#end", &args).unwrap();
                assert_eq!(from_val(&ended[0]), 3);
            }
            false => job.resource_drop(&mut running.store).unwrap(),
        }
        let error = running.call("jobs#[method]job.id", &args).unwrap_err();
        let message = format!("{error:?}");
        assert!(message.contains("unknown handle index"), "{message}");
    }
}
