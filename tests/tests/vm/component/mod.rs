//! The component by itself, without the host crate: what a host in any language sees, and what
//! the host crate makes impossible.

mod handles;
mod settings;

use std::slice;

use wasmtime::Store;
use wasmtime::component::{Component, Func, Instance, Linker, ResourceAny, ResourceType, Val};

use crate::raw::{self, component};

/// An instance that is driven by names and dynamic values.
struct Raw {
    store: Store<()>,
    instance: Instance,
}

impl Raw {
    fn new() -> Raw {
        let component = component();
        let mut linker = Linker::<()>::new(component.engine());
        raw::imports(&mut linker);
        let mut store = Store::new(component.engine(), ());
        let instance = linker.instantiate(&mut store, component).unwrap();
        Raw { store, instance }
    }

    fn function(&mut self, name: &str) -> Func {
        raw::function(&self.instance, &mut self.store, name)
    }

    /// Calls a function that has a result.
    fn try_call(&mut self, name: &str, args: &[Val]) -> wasmtime::Result<Val> {
        let function = self.function(name);
        let count = function.ty(&self.store).results().len();
        let mut results = vec![Val::Bool(false); count];
        function.call(&mut self.store, args, &mut results)?;
        Ok(results.pop().unwrap_or(Val::Bool(true)))
    }

    fn call(&mut self, name: &str, args: &[Val]) -> Val {
        match self.try_call(name, args) {
            Ok(result) => result,
            Err(trap) => panic!("{name} trapped: {trap:?}"),
        }
    }

    /// Calls a function that returns a `result`, which must be `ok`.
    fn ok(&mut self, name: &str, args: &[Val]) -> Val {
        match self.call(name, args) {
            Val::Result(Ok(value)) => value.map_or(Val::Bool(true), |value| *value),
            other => panic!("{name} failed: {other:?}"),
        }
    }

    /// Calls a function that returns a `result`, which must be an exception of that name.
    fn throws(&mut self, name: &str, args: &[Val]) -> String {
        match self.call(name, args) {
            Val::Result(Err(Some(error))) => match *error {
                Val::Variant(case, Some(exception)) if case == "exception" => {
                    field(&exception, "name").clone()
                }
                other => panic!("{name}: {other:?}"),
            },
            other => panic!("{name} did not fail: {other:?}"),
        }
    }

    fn eval(&mut self, source: &str) -> Val {
        self.ok("evaluation#eval", &[text(source), script()])
    }

    fn handle(&mut self, source: &str) -> ResourceAny {
        match self.eval(source) {
            Val::Variant(case, Some(value)) if case == "value" => match *value {
                Val::Resource(handle) => handle,
                other => panic!("{other:?}"),
            },
            other => panic!("{source} has no handle: {other:?}"),
        }
    }

    fn number(&mut self, source: &str) -> f64 {
        match self.eval(source) {
            Val::Variant(case, Some(value)) if case == "number" => match *value {
                Val::Float64(number) => number,
                other => panic!("{other:?}"),
            },
            other => panic!("{source} is no number: {other:?}"),
        }
    }

    fn assert_usable(&mut self) {
        assert_eq!(self.number("[1, 2, 3].reduce((a, b) => a + b)"), 6.0);
    }
}

fn text(text: &str) -> Val {
    Val::String(text.into())
}

/// Data of one item of CBOR.
fn data(item: &[u8]) -> Val {
    record(&[
        (
            "item",
            Val::List(item.iter().copied().map(Val::U8).collect()),
        ),
        ("chunks", Val::List(vec![])),
        ("tokens", Val::List(vec![])),
    ])
}

/// Options of `eval`.
fn script() -> Val {
    record(&[
        ("file-name", text("raw.js")),
        ("kind", Val::Enum("script".into())),
        ("strict", Val::Bool(false)),
        ("top-level-await", Val::Bool(false)),
    ])
}

fn record(fields: &[(&str, Val)]) -> Val {
    Val::Record(
        fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    )
}

fn variant(case: &str, value: Option<Val>) -> Val {
    Val::Variant(case.into(), value.map(Box::new))
}

fn field<'a>(value: &'a Val, name: &str) -> &'a String {
    let Val::Record(fields) = value else {
        panic!("{value:?} is no record")
    };
    match fields.iter().find(|(found, _)| found == name) {
        Some((_, Val::String(text))) => text,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_handle_is_used_duplicated_and_dropped() {
    let mut raw = Raw::new();
    let object = raw.handle("({ x: 5 })");
    let key = variant("name", Some(text("x")));
    let x = raw.ok("values#[method]value.get", &[Val::Resource(object), key]);
    assert_eq!(x, variant("number", Some(Val::Float64(5.0))));
    let Val::Resource(copy) = raw.call("values#[method]value.clone", &[Val::Resource(object)])
    else {
        panic!("no handle");
    };
    object.resource_drop(&mut raw.store).unwrap();
    assert_eq!(
        raw.call("values#[method]value.kind", &[Val::Resource(copy)]),
        Val::Enum("object".into())
    );
    copy.resource_drop(&mut raw.store).unwrap();
    raw.assert_usable();
}

#[test]
fn to_output_gives_primitives_as_they_are() {
    let mut raw = Raw::new();
    for (input, expected) in [
        (variant("undefined", None), variant("undefined", None)),
        (variant("null", None), variant("null", None)),
        (
            variant("boolean", Some(Val::Bool(true))),
            variant("boolean", Some(Val::Bool(true))),
        ),
        (
            variant("number", Some(Val::Float64(2.5))),
            variant("number", Some(Val::Float64(2.5))),
        ),
    ] {
        let Val::Resource(handle) = raw.ok("values#create-primitive", &[input]) else {
            panic!("no handle");
        };
        assert_eq!(
            raw.call("values#[method]value.to-output", &[Val::Resource(handle)]),
            expected
        );
        handle.resource_drop(&mut raw.store).unwrap();
    }
    let object = raw.handle("({})");
    let output = raw.call("values#[method]value.to-output", &[Val::Resource(object)]);
    assert!(matches!(output, Val::Variant(case, Some(_)) if case == "value"));
}

#[test]
fn result_of_a_step_belongs_to_a_batch() {
    let mut raw = Raw::new();
    let step = || variant("earlier-step", Some(Val::U32(0)));
    let object = raw.handle("({})");
    let key = variant("name", Some(text("x")));
    let set = [Val::Resource(object), key, step()];
    assert_eq!(raw.throws("values#[method]value.set", &set), "TypeError");
    let array = [Val::List(vec![step()])];
    assert_eq!(raw.throws("values#create-array", &array), "TypeError");
    raw.assert_usable();
}

#[test]
fn no_bytes_are_no_data() {
    let mut raw = Raw::new();
    let empty = || data(&[]);
    assert_eq!(raw.throws("values#from-data", &[empty()]), "TypeError");
    let function = raw.ok(
        "functions#create-request-function",
        &[text("r"), Val::U32(0)],
    );
    raw.ok(
        "values#[method]value.call",
        &[function, variant("undefined", None), Val::List(vec![])],
    );
    let settle = [Val::U64(1), Val::Result(Ok(Some(Box::new(empty()))))];
    assert_eq!(raw.throws("requests#settle", &settle), "TypeError");
    // The request is still there.
    let Val::List(requests) = raw.call("requests#get-unsettled-requests", &[]) else {
        panic!("no list")
    };
    assert_eq!(requests.len(), 1);
    raw.assert_usable();
}

#[test]
fn unsettled_requests_are_listed_until_they_are_settled() {
    let mut raw = Raw::new();
    let function = raw.ok(
        "functions#create-request-function",
        &[text("read"), Val::U32(0)],
    );
    for _ in 0..3 {
        raw.ok(
            "values#[method]value.call",
            &[function.clone(), variant("null", None), Val::List(vec![])],
        );
    }
    let ids = |list: Val| -> Vec<u64> {
        let Val::List(requests) = list else {
            panic!("no list")
        };
        let id = |request: &Val| match request {
            Val::Record(fields) => match fields[0].1 {
                Val::U64(id) => id,
                _ => panic!("{fields:?}"),
            },
            other => panic!("{other:?}"),
        };
        requests.iter().map(id).collect()
    };
    assert_eq!(
        ids(raw.call("requests#get-unsettled-requests", &[])),
        [1, 2, 3]
    );
    // They count as taken.
    assert!(ids(raw.call("requests#take-requests", &[])).is_empty());
    let undefined = data(&[0xf7]);
    let settled = raw.ok(
        "requests#settle",
        &[Val::U64(2), Val::Result(Ok(Some(Box::new(undefined))))],
    );
    assert_eq!(settled, Val::Bool(true));
    assert_eq!(
        ids(raw.call("requests#get-unsettled-requests", &[])),
        [1, 3]
    );
    raw.ok(
        "values#[method]value.call",
        &[function, variant("null", None), Val::List(vec![])],
    );
    assert_eq!(ids(raw.call("requests#take-requests", &[])), [4]);
    assert_eq!(
        ids(raw.call("requests#get-unsettled-requests", &[])),
        [1, 3, 4]
    );
}

#[test]
fn tokens_are_numbers_and_are_never_used_twice() {
    let mut raw = Raw::new();
    let object = raw.handle("({})");
    let retain = |scope: &str| [Val::Resource(object), Val::Enum(scope.into())];
    assert_eq!(raw.call("roots#retain", &retain("instance")), Val::U64(1));
    assert_eq!(raw.call("roots#retain", &retain("state")), Val::U64(2));
    assert_eq!(raw.call("roots#release", &[Val::U64(1)]), Val::Bool(true));
    assert_eq!(raw.call("roots#release", &[Val::U64(1)]), Val::Bool(false));
    assert_eq!(
        raw.call("roots#get-retained", &[Val::U64(1)]),
        Val::Option(None)
    );
    for unknown in [0, 3, u64::MAX] {
        assert_eq!(
            raw.call("roots#get-retained", &[Val::U64(unknown)]),
            Val::Option(None)
        );
        assert_eq!(
            raw.call("roots#release", &[Val::U64(unknown)]),
            Val::Bool(false)
        );
    }
    assert_eq!(raw.call("roots#retain", &retain("instance")), Val::U64(3));
    let Val::Option(Some(again)) = raw.call("roots#get-retained", &[Val::U64(2)]) else {
        panic!("no handle")
    };
    let same = raw.call(
        "values#[method]value.strict-equals",
        &[Val::Resource(object), variant("value", Some(*again))],
    );
    assert_eq!(same, Val::Bool(true));
}

#[test]
fn limits_are_clamped_and_read_back() {
    let mut raw = Raw::new();
    let limits = |memory, stack, output| {
        record(&[
            ("memory", Val::U64(memory)),
            ("stack", Val::U32(stack)),
            ("output", Val::U64(output)),
        ])
    };
    raw.call("heap#set-limits", &[limits(u64::MAX, u32::MAX, 1000)]);
    let clamped = limits(u64::from(u32::MAX), 3840 << 10, 1000);
    assert_eq!(raw.call("heap#get-limits", &[]), clamped);
    raw.call("heap#set-limits", &[limits(0, 0, 0)]);
    // Nothing large can be allocated: that is an error like any other.
    let result = raw.call(
        "evaluation#eval",
        &[text("new ArrayBuffer(1 << 24)"), script()],
    );
    let out_of_memory = variant("out-of-memory", None);
    assert_eq!(result, Val::Result(Err(Some(Box::new(out_of_memory)))));
    raw.call("heap#set-limits", &[limits(64 << 20, 1 << 20, 1 << 20)]);
    raw.assert_usable();
}
