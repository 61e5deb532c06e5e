//! The component by itself, without the host crate: what a host in any language sees, and what
//! the host crate makes impossible.

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

#[test]
fn a_handle_of_another_instance_is_refused() {
    let (mut one, mut two) = (Raw::new(), Raw::new());
    let foreign = two.handle("({})");
    let call = |raw: &mut Raw| {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            raw.try_call("values#[method]value.kind", &[Val::Resource(foreign)])
        }))
    };
    // wasmtime either returns an error or panics, and never lets it through.
    assert!(!matches!(call(&mut one), Ok(Ok(_))));
    two.assert_usable();
}

#[test]
fn a_handle_that_was_dropped_is_refused() {
    let mut raw = Raw::new();
    let handle = raw.handle("({})");
    handle.resource_drop(&mut raw.store).unwrap();
    assert!(
        raw.try_call("values#[method]value.kind", &[Val::Resource(handle)])
            .is_err()
    );
    assert!(handle.resource_drop(&mut raw.store).is_err());
    // The host noticed before anything ran inside.
    raw.assert_usable();
}

#[test]
fn a_handle_that_was_given_away_twice_is_refused() {
    let mut raw = Raw::new();
    let handle = raw.handle("({})");
    let twice = Val::List(vec![
        variant("value", Some(Val::Resource(handle))),
        variant("value", Some(Val::Resource(handle))),
    ]);
    // Borrowed twice is fine.
    let array = raw.ok("values#create-array", &[twice]);
    let key = || variant("name", Some(text("length")));
    assert_eq!(
        raw.ok("values#[method]value.get", &[array, key()]),
        variant("number", Some(Val::Float64(2.0)))
    );
}

#[test]
fn a_resource_of_another_type_is_refused() {
    struct Other;
    let mut raw = Raw::new();
    let other = wasmtime::component::Resource::<Other>::new_own(1);
    let other = ResourceAny::try_from_resource(other, &mut raw.store).unwrap();
    assert_eq!(other.ty(), ResourceType::host::<Other>());
    assert!(
        raw.try_call("values#[method]value.kind", &[Val::Resource(other)])
            .is_err()
    );
    raw.assert_usable();
}

#[test]
fn values_of_another_type_than_the_interface_says_are_refused() {
    let mut raw = Raw::new();
    let object = raw.handle("({})");
    for args in [
        vec![],
        vec![Val::Bool(true)],
        vec![Val::U32(1)],
        vec![Val::Resource(object), Val::Bool(true)],
    ] {
        assert!(
            raw.try_call("values#[method]value.kind", &args).is_err(),
            "{args:?}"
        );
    }
    for key in [
        variant("nothing", None),
        variant("name", None),
        variant("index", Some(text("1"))),
        Val::Enum("name".into()),
    ] {
        let args = [Val::Resource(object), key];
        assert!(
            raw.try_call("values#[method]value.get", &args).is_err(),
            "{args:?}"
        );
    }
    raw.assert_usable();
}

#[test]
fn calling_it_while_it_runs_corrupts_nothing() {
    // The component model forbids it, but not every runtime checks it: wasmtime without
    // concurrency support does not. (The host crate answers `Error::Busy` before it comes to
    // that.) Whether the inner call is refused or not, the outer one must be right.
    let component = component();
    let mut linker = Linker::<Vec<Func>>::new(component.engine());
    linker.allow_shadowing(true);
    linker.define_unknown_imports_as_traps(component).unwrap();
    let mut host = linker.instance("jsvm:engine/host@0.2.0").unwrap();
    host.func_new("should-interrupt", |_, _, _, results| {
        results[0] = Val::Option(None);
        Ok(())
    })
    .unwrap();
    host.func_new("host-call", |mut store, _, args, results| {
        let (gc, eval) = (store.data()[0], store.data()[1]);
        let _ = gc.call(&mut store, &[], &mut []);
        let source = text("outer.push(1); for (let i = 0; i < 1e5; i++) ({ i }); outer");
        let _ = eval.call(&mut store, &[source, script()], &mut [Val::Bool(false)]);
        results[0] = raw::first(&args[1]);
        Ok(())
    })
    .unwrap();
    let mut store = Store::new(component.engine(), Vec::new());
    let instance = linker.instantiate(&mut store, component).unwrap();
    let find = |store: &mut Store<Vec<Func>>, name: &str| raw::function(&instance, store, name);
    let (gc, eval) = (
        find(&mut store, "heap#collect-garbage"),
        find(&mut store, "evaluation#eval"),
    );
    *store.data_mut() = vec![gc, eval];
    let ok = |store: &mut Store<Vec<Func>>, function: Func, args: &[Val]| {
        let mut results = [Val::Bool(false)];
        function.call(&mut *store, args, &mut results).unwrap();
        match results {
            [Val::Result(Ok(Some(value)))] => *value,
            results => panic!("{results:?}"),
        }
    };
    let make = find(&mut store, "functions#create-host-function");
    let inner = ok(&mut store, make, &[text("inner"), Val::U32(0)]);
    let source = "var outer = []; (inner) => {
        const local = { text: 'kept' };
        const back = inner(local, [1, 2]);
        return local.text + back.text + (outer.length <= 1);
    }";
    let outer = ok(&mut store, eval, &[text(source), script()]);
    let Val::Variant(_, Some(outer)) = outer else {
        panic!("{outer:?}")
    };
    let call = find(&mut store, "values#[method]value.call");
    let args = Val::List(vec![variant("value", Some(inner))]);
    let result = ok(
        &mut store,
        call,
        &[*outer, variant("undefined", None), args],
    );
    let Val::Variant(_, Some(result)) = result else {
        panic!("{result:?}")
    };
    let to_text = find(&mut store, "values#[method]value.to-text");
    assert_eq!(ok(&mut store, to_text, &[*result]), text("keptkepttrue"));
}

/// A component that uses the VM as its import, and handles that it does not have.
const CONSUMER: &str = r#"
(component
  (import "jsvm:engine/values@0.2.0" (instance $vm
    (export "value" (type $value (sub resource)))
    (export "[method]value.to-boolean" (func (param "self" (borrow $value)) (result bool)))))
  (alias export $vm "value" (type $value))
  (import "jsvm:engine/evaluation@0.2.0" (instance $evaluation
    (alias outer 1 $value (type $value))
    (export "value" (type $same (eq $value)))
    (export "get-global" (func (result (own $same))))))
  (core func $global (canon lower (func $evaluation "get-global")))
  (core func $to-bool (canon lower (func $vm "[method]value.to-boolean")))
  (core func $drop (canon resource.drop $value))
  (core module $module
    (import "vm" "global" (func $global (result i32)))
    (import "vm" "to-bool" (func $to-bool (param i32) (result i32)))
    (import "vm" "drop" (func $drop (param i32)))
    (func (export "real") (result i32)
      (call $to-bool (call $global)))
    (func (export "forged") (result i32)
      (drop (call $global))
      (call $to-bool (i32.const 12345)))
    (func (export "zero") (result i32)
      (call $to-bool (i32.const 0)))
    (func (export "negative") (result i32)
      (call $to-bool (i32.const -1)))
    (func (export "dropped") (result i32)
      (local $handle i32)
      (local.set $handle (call $global))
      (call $drop (local.get $handle))
      (call $to-bool (local.get $handle)))
    (func (export "dropped-twice") (result i32)
      (local $handle i32)
      (local.set $handle (call $global))
      (call $drop (local.get $handle))
      (call $drop (local.get $handle))
      (i32.const 1)))
  (core instance $instance (instantiate $module (with "vm" (instance
    (export "global" (func $global))
    (export "to-bool" (func $to-bool))
    (export "drop" (func $drop))))))
  (func (export "real") (result bool) (canon lift (core func $instance "real")))
  (func (export "forged") (result bool) (canon lift (core func $instance "forged")))
  (func (export "zero") (result bool) (canon lift (core func $instance "zero")))
  (func (export "negative") (result bool) (canon lift (core func $instance "negative")))
  (func (export "dropped") (result bool) (canon lift (core func $instance "dropped")))
  (func (export "dropped-twice") (result bool) (canon lift (core func $instance "dropped-twice"))))
"#;

#[test]
fn another_component_cannot_forge_handles() {
    let engine = component().engine();
    let composed = raw::compose::compose(&wat::parse_str(CONSUMER).unwrap());
    let composed = Component::new(engine, composed).unwrap();
    let mut linker = Linker::<()>::new(engine);
    linker.define_unknown_imports_as_traps(&composed).unwrap();
    let call = |name: &str| {
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &composed).unwrap();
        let consumer = instance
            .get_export_index(&mut store, None, "consumer")
            .unwrap();
        let index = instance
            .get_export_index(&mut store, Some(&consumer), name)
            .unwrap();
        let function = instance
            .get_typed_func::<(), (bool,)>(&mut store, index)
            .unwrap();
        function
            .call(&mut store, ())
            .map_err(|trap| format!("{trap:#}"))
    };
    // The consumer itself is right.
    assert_eq!(call("real"), Ok((true,)));
    for name in ["forged", "zero", "negative", "dropped", "dropped-twice"] {
        let error = call(name).unwrap_err();
        assert!(error.contains("handle index"), "{name}: {error}");
    }
}

/// The name of what a call failed with, which must be an exception.
fn thrown(result: &Val) -> &str {
    match result {
        Val::Result(Err(Some(error))) => match &**error {
            Val::Variant(case, Some(exception)) if case == "exception" => field(exception, "name"),
            other => panic!("{other:?}"),
        },
        other => panic!("it did not fail: {other:?}"),
    }
}

fn list(values: impl IntoIterator<Item = Val>) -> Val {
    Val::List(values.into_iter().collect())
}

fn bytes(bytes: &[u8]) -> Val {
    list(bytes.iter().map(|byte| Val::U8(*byte)))
}

#[test]
fn only_an_iteration_is_iterated() {
    let mut raw = Raw::new();
    for source in [
        "[1]",
        "(function* () {})()",
        "({ iterator: [], next() {} })",
        "new Map().entries()",
    ] {
        let wrong = raw.handle(source);
        let next = raw.call(
            "collections#next-many",
            &[Val::Resource(wrong), Val::U32(1)],
        );
        assert_eq!(thrown(&next), "TypeError", "{source}");
        let end = raw.call("collections#end-iteration", &[Val::Resource(wrong)]);
        assert_eq!(thrown(&end), "TypeError", "{source}");
    }
    // A script that is given one can do no harm with it.
    let source = raw.handle("[1, 2, 3]");
    let Val::Resource(iteration) = raw.ok("collections#iterate", &[Val::Resource(source)]) else {
        panic!("no handle");
    };
    let spoil = raw.handle(
        "it => { for (const key of Reflect.ownKeys(it)) { try { it[key] = 1 } catch {} delete it[key] }
                 Object.freeze(it); return 0 }",
    );
    let undefined = variant("undefined", None);
    let given = list([variant("value", Some(Val::Resource(iteration)))]);
    raw.ok(
        "values#[method]value.call",
        &[Val::Resource(spoil), undefined, given],
    );
    let next = raw.call(
        "collections#next-many",
        &[Val::Resource(iteration), Val::U32(5)],
    );
    assert!(matches!(next, Val::Result(_)), "{next:?}");
    raw.call("collections#end-iteration", &[Val::Resource(iteration)]);
    raw.assert_usable();
}

#[test]
fn bytecode_that_is_none_is_refused() {
    let mut raw = Raw::new();
    let keep = Val::Flags(Vec::new());
    let Val::List(code) = raw.ok(
        "evaluation#compile-to-bytecode",
        &[text("40 + 2"), script(), keep],
    ) else {
        panic!("no bytes");
    };
    let code: Vec<u8> = code
        .iter()
        .map(|byte| match byte {
            Val::U8(byte) => *byte,
            other => panic!("{other:?}"),
        })
        .collect();
    for len in 0..code.len() {
        let cut = raw.call("evaluation#load-bytecode", &[bytes(&code[..len])]);
        assert_eq!(thrown(&cut), "SyntaxError", "{len} bytes");
    }
    for at in 0..code.len() {
        let mut damaged = code.clone();
        damaged[at] ^= 0x10;
        let damaged = raw.call("evaluation#load-bytecode", &[bytes(&damaged)]);
        assert_eq!(thrown(&damaged), "SyntaxError", "byte {at}");
    }
    let Val::Resource(run) = raw.ok("evaluation#load-bytecode", &[bytes(&code)]) else {
        panic!("no handle");
    };
    let undefined = variant("undefined", None);
    let result = raw.ok(
        "values#[method]value.call",
        &[Val::Resource(run), undefined, list([])],
    );
    assert_eq!(result, variant("number", Some(Val::Float64(42.0))));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let mut raw = Raw::new();
    for minutes in [1440, -1440, i16::MAX, i16::MIN] {
        let zone = variant("fixed", Some(Val::S16(minutes)));
        assert_eq!(
            thrown(&raw.call("realm#set-time-zone", &[zone])),
            "RangeError"
        );
    }
    let rules = record(&[("name", text("x")), ("tzif", bytes(b"TZif2 and so on"))]);
    let zone = variant("rules", Some(rules));
    assert_eq!(
        thrown(&raw.call("realm#set-time-zone", &[zone])),
        "RangeError"
    );
    assert_eq!(
        raw.call("realm#get-time-zone", &[]),
        variant("fixed", Some(Val::S16(0)))
    );
    // To take the same away twice, or nothing, is no mistake.
    for names in [&["eval", "date"][..], &["eval"], &[]] {
        let which = Val::Flags(names.iter().map(|name| (*name).to_owned()).collect());
        raw.ok("realm#remove-intrinsics", &[which]);
    }
    let kind = raw.eval("typeof Date + typeof eval");
    let Val::Variant(_, Some(kind)) = kind else {
        panic!("no text");
    };
    let Val::Resource(kind) = *kind else {
        panic!("no text");
    };
    let kind = raw.ok("values#[method]value.to-text", &[Val::Resource(kind)]);
    assert_eq!(kind, text("undefinedfunction"));
    // A name that cannot be taken away is an error, and no trap.
    let mut raw = Raw::new();
    raw.eval("Object.defineProperty(globalThis, 'JSON', { configurable: false }); 0");
    let which = Val::Flags(vec!["json".to_owned()]);
    assert_eq!(
        thrown(&raw.call("realm#remove-intrinsics", &[which])),
        "TypeError"
    );
    raw.assert_usable();
}

#[test]
fn a_record_of_promises_has_no_more_than_it_was_given_room_for() {
    let mut raw = Raw::new();
    raw.call("promises#record-promises", &[Val::U32(u32::MAX)]);
    raw.number("for (let i = 0; i < 1000; i++) new Promise(() => {}); 1");
    let Val::Record(fields) = raw.call("promises#take-promise-events", &[]) else {
        panic!("no record");
    };
    assert!(matches!(&fields[0].1, Val::List(events) if events.len() == 1000));
    raw.call("promises#record-promises", &[Val::U32(1)]);
    raw.number("for (let i = 0; i < 1000; i++) new Promise(() => {}); 1");
    let Val::Record(fields) = raw.call("promises#take-promise-events", &[]) else {
        panic!("no record");
    };
    assert!(matches!(&fields[0].1, Val::List(events) if events.len() == 1));
    assert_eq!(fields[1].1, Val::U64(999));
}

/// As many words as there are, and the bytes that remain.
fn words(bytes: &[u8]) -> Val {
    let (whole, rest) = bytes.as_chunks();
    let whole = whole.iter().map(|word| Val::U64(u64::from_le_bytes(*word)));
    record(&[("words", list(whole)), ("rest", self::bytes(rest))])
}

#[test]
fn bytes_pass_as_words_whatever_their_number_and_place() {
    let mut raw = Raw::new();
    let kind = |kind: &str| Val::Enum(kind.into());
    for length in [0, 1, 7, 8, 9, 15, 16, 17, 4096, 70_001] {
        let all: Vec<_> = (0..length).map(|n: usize| (n * 7 + 1) as u8).collect();
        let args = [kind("uint8"), words(&all)];
        let Val::Resource(array) = raw.ok("buffers#create-typed-array-of-words", &args) else {
            panic!("no handle");
        };
        let array = Val::Resource(array);
        let back = raw.ok("buffers#read-words", slice::from_ref(&array));
        assert_eq!(back, words(&all), "{length} bytes");
        // They are given back, and not freed twice.
        assert_eq!(raw.ok("buffers#read-words", slice::from_ref(&array)), back);
        assert_eq!(
            raw.ok("values#[method]value.to-bytes", &[array]),
            bytes(&all)
        );
    }
    // In the middle of words, and of a buffer.
    for source in [
        "new Uint8Array(40).map((_, i) => i).subarray(3, 30)",
        "new DataView(new Uint8Array(40).map((_, i) => i).buffer, 5, 21)",
        "new Uint8Array(40).map((_, i) => i).subarray(8, 24)",
        "new Float64Array([1, -0, NaN]).buffer",
        "new Uint16Array(new Uint8Array(40).map((_, i) => i).buffer, 2, 9)",
    ] {
        let handle = Val::Resource(raw.handle(source));
        let Val::List(all) = raw.ok("values#[method]value.to-bytes", slice::from_ref(&handle))
        else {
            panic!("no bytes");
        };
        let all: Vec<_> = all
            .iter()
            .map(|byte| match byte {
                Val::U8(byte) => *byte,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            raw.ok("buffers#read-words", &[handle]),
            words(&all),
            "{source}"
        );
    }
    // More may remain than what fills a word.
    let args = [
        kind("float64"),
        record(&[
            ("words", list([Val::U64(1.5_f64.to_bits())])),
            ("rest", bytes(&2.5_f64.to_le_bytes())),
        ]),
    ];
    let Val::Resource(array) = raw.ok("buffers#create-typed-array-of-words", &args) else {
        panic!("no handle");
    };
    let back = raw.ok("values#[method]value.to-text", &[Val::Resource(array)]);
    assert_eq!(back, text("1.5,2.5"));
    let args = [kind("float64"), words(&[1; 12])];
    let error = raw.throws("buffers#create-typed-array-of-words", &args);
    assert_eq!(error, "RangeError");
    for source in ["({})", "[1, 2]", "'text'", "new Map()"] {
        let handle = match raw.eval(source) {
            Val::Variant(_, Some(value)) => *value,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            raw.throws("buffers#read-words", &[handle]),
            "TypeError",
            "{source}"
        );
    }
    raw.assert_usable();
}
