//! Resources that the host has.

use jsvm_world::Options;
use serde_json::json;
use wasmtime::component::{Component, Linker, Resource, ResourceType};

use crate::host::{State, engine, instantiated_with};
use crate::json::from_val;
use crate::make::{made, world};

const WIT: &str = "package acme:files@1.0.0;

interface files {
  resource file {
    constructor(name: string);
    open: static func(name: string) -> result<file, string>;
    name: func() -> string;
    same: func(other: borrow<file>) -> bool;
  }
  resource entry {
    constructor(name: string) -> result<entry, string>;
    name: func() -> string;
  }
  close: func(file: file) -> string;
  close-all: func(files: list<file>) -> u32;
  beside: func(file: file, other: borrow<file>) -> string;
  both: func() -> tuple<file, file>;
}

world app {
  import files;
  use files.{file};
  export use-it: func() -> string;
  export misuse: func() -> list<string>;
  export fail-with: func() -> result<tuple<file, u8>, string>;
  export keep: func(file: file);
  export kept: func() -> string;
  export lend: func(file: borrow<file>) -> string;
  export lent: func() -> string;
  export give: func() -> file;
  export collect: func(count: u32);
}";

const PROGRAM: &str = r#"
import { File, Entry, beside, close, closeAll, both } from "acme:files/files";

const attempt = (call) => {
  try {
    return call();
  } catch (error) {
    return error.name;
  }
};

export function useIt() {
  const file = new File("a");
  const other = File.open("b");
  const results = [file.name(), other.name(), file.same(file), file.same(other), file instanceof File];
  results.push(attempt(() => File.open("")));
  results.push(close(file), attempt(() => file.name()), attempt(() => close(file)));
  other[Symbol.dispose ?? Symbol.for("dispose")]();
  other[Symbol.dispose ?? Symbol.for("dispose")]();
  results.push(attempt(() => other.name()));
  const pair = both();
  results.push(pair.map((file) => file.name()).join("+"));
  pair.forEach(close);
  results.push(attempt(() => close({})), attempt(() => File("x")));
  return results.join();
}

const message = (call) => {
  try {
    return String(call());
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

export function misuse() {
  const dispose = Symbol.dispose ?? Symbol.for("dispose");
  const results = [];
  // A getter disposes what was read before it, and another resource gets the number of its handle.
  const first = new File("first"), other = [];
  const files = [first];
  Object.defineProperty(files, 1, {
    enumerable: true,
    get() {
      first[dispose]();
      other.push(new File("other"));
      return new File("second");
    },
  });
  results.push(message(() => closeAll(files)), other[0].name());
  const moved = new File("moved");
  const passesOn = [moved];
  Object.defineProperty(passesOn, 1, { enumerable: true, get: () => (close(moved), new File("third")) });
  results.push(message(() => closeAll(passesOn)));
  // One resource as owned and as borrowed.
  const twice = new File("twice");
  results.push(message(() => beside(twice, twice)), message(() => closeAll([twice, twice])), twice.name());
  results.push(new Entry("entry").name(), message(() => new Entry("")));
  class Own extends Entry { twice() { return this.name().repeat(2); } }
  results.push(new Own("x").twice());
  return results;
}

export const failWith = () => [new File("failed"), 300];

let held;
export function keep(file) {
  held = file;
}
export const kept = () => held.name();

let borrowed;
export function lend(file) {
  borrowed = file;
  return file.name();
}
export const lent = () => attempt(() => borrowed.name());

export const give = () => new File("given");

export function collect(count) {
  for (let index = 0; index < count; index++) new File(`file ${index}`);
}
"#;

/// The files of the host, by the number in their resource. Dropped ones are `None`.
struct Files;

/// Entries, whose number is the length of their name.
struct Entries;

fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut files = linker.instance("acme:files/files@1.0.0")?;
    files.resource(
        "file",
        ResourceType::host::<Files>(),
        |mut store, number| {
            store.data_mut().files[number as usize] = None;
            Ok(())
        },
    )?;
    fn add(state: &mut State, name: &str) -> Resource<Files> {
        state.files.push(Some(name.to_owned()));
        Resource::new_own(state.files.len() as u32 - 1)
    }
    files.func_wrap("[constructor]file", |mut store, (name,): (String,)| {
        Ok((add(store.data_mut(), &name),))
    })?;
    files.func_wrap("[static]file.open", |mut store, (name,): (String,)| {
        let opened: Result<Resource<Files>, String> = match &*name {
            "" => Err("no name".to_owned()),
            name => Ok(add(store.data_mut(), name)),
        };
        Ok((opened,))
    })?;
    files.func_wrap("[method]file.name", |store, (file,): (Resource<Files>,)| {
        Ok((store.data().files[file.rep() as usize].clone().unwrap(),))
    })?;
    files.func_wrap(
        "[method]file.same",
        |_, (file, other): (Resource<Files>, Resource<Files>)| Ok((file.rep() == other.rep(),)),
    )?;
    files.func_wrap("close", |mut store, (file,): (Resource<Files>,)| {
        let closed = store.data_mut().files[file.rep() as usize].take().unwrap();
        Ok((format!("closed {closed}"),))
    })?;
    files.func_wrap("close-all", |mut store, (all,): (Vec<Resource<Files>>,)| {
        for file in &all {
            store.data_mut().files[file.rep() as usize] = None;
        }
        Ok((all.len() as u32,))
    })?;
    files.func_wrap(
        "beside",
        |_, (file, other): (Resource<Files>, Resource<Files>)| {
            Ok((format!("{} {}", file.rep(), other.rep()),))
        },
    )?;
    files.resource("entry", ResourceType::host::<Entries>(), |_, _| Ok(()))?;
    files.func_wrap("[constructor]entry", |_, (name,): (String,)| {
        let made: Result<Resource<Entries>, String> = match name.len() {
            0 => Err("an entry needs a name".to_owned()),
            len => Ok(Resource::new_own(len as u32)),
        };
        Ok((made,))
    })?;
    files.func_wrap("[method]entry.name", |_, (entry,): (Resource<Entries>,)| {
        Ok(("e".repeat(entry.rep() as usize),))
    })?;
    files.func_wrap("both", |mut store, (): ()| {
        let one = add(store.data_mut(), "one");
        Ok(((one, add(store.data_mut(), "two")),))
    })?;
    Ok(())
}

#[test]
fn resources_of_the_host_are_classes() {
    let source = world(WIT, None).unwrap();
    let (_vm, built) = made(&source, PROGRAM, &Options::default()).unwrap();
    assert_eq!(built.imports, ["acme:files/files@1.0.0"]);
    let engine = engine();
    let component = Component::new(&engine, &built.component).unwrap();
    let mut running = instantiated_with(&engine, &component, link).unwrap();
    let call = |running: &mut crate::host::Running, name: &str| {
        let results = running.call(name, &[]).unwrap();
        results.first().map_or(json!(null), from_val)
    };

    let used = call(&mut running, "use-it");
    let expected = "a,b,true,false,true,ComponentError,closed a,TypeError,TypeError,TypeError,one+two,TypeError,TypeError";
    assert_eq!(used, expected);
    let state = running.store.data();
    assert!(state.files.iter().all(Option::is_none), "{:?}", state.files);

    let changed =
        "TypeError: a resource was disposed or passed on while the values around it were read";
    let twice = "expected File, found the same resource twice in this call";
    let misused = call(&mut running, "misuse");
    assert_eq!(
        misused,
        json!([
            changed,
            "other",
            format!("TypeError: argument 1 (file): {twice}"),
            format!("TypeError: argument 2 (other): {twice}"),
            format!("TypeError: argument 1 (files): [1]: {twice}"),
            "twice",
            "eeeee",
            "ComponentError: an entry needs a name",
            "ee",
        ])
    );
    let failed = call(&mut running, "fail-with");
    assert_eq!(
        failed,
        json!({ "err": "result[1]: expected u8, found number 300" })
    );

    // An owned one is the program's, from now on.
    let file = |running: &mut crate::host::Running, name: &str| {
        let state = running.store.data_mut();
        state.files.push(Some(name.to_owned()));
        let file = Resource::<Files>::new_own(state.files.len() as u32 - 1);
        let file = file.try_into_resource_any(&mut running.store).unwrap();
        running.resources.insert("file".to_owned(), file);
    };
    file(&mut running, "kept");
    running
        .call("keep", &[json!({ "resource": "file" })])
        .unwrap();
    assert_eq!(call(&mut running, "kept"), "kept");
    // A borrowed one is not, once the call has returned.
    file(&mut running, "lent");
    let lent = running
        .call("lend", &[json!({ "resource": "file" })])
        .unwrap();
    assert_eq!(from_val(&lent[0]), "lent");
    assert_eq!(call(&mut running, "lent"), "TypeError");

    call(&mut running, "give");
    assert_eq!(
        running.store.data().files.last(),
        Some(&Some("given".to_owned()))
    );

    // Those that nothing refers to are dropped.
    running.call("collect", &[json!(5000)]).unwrap();
    call(&mut running, "kept");
    let left = running.store.data().files.iter().flatten().count();
    assert!(left < 100, "{left}");
}
