//! Handles and values that embedders use in wrong ways.

use super::*;

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
