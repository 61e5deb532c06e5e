use wasmtime::{Engine, Instance, Module, Store};

use super::{PreinitError, preinitialize};

fn preinit(text: &str) -> Result<Vec<u8>, PreinitError> {
    preinitialize(&wat::parse_str(text).unwrap(), &[])
}

#[test]
fn memory_and_globals_are_kept_and_the_function_is_not() {
    let wasm = preinit(
        r#"(module
            (memory (export "memory") 1)
            (global $count (mut i32) (i32.const 1))
            (func (export "jsvm_init")
                (i32.store (i32.const 5000) (i32.const 42))
                (global.set $count (i32.const 7)))
            (func (export "run") (result i32)
                (i32.add (global.get $count) (i32.load (i32.const 5000)))))"#,
    );
    let engine = Engine::default();
    let module = Module::new(&engine, wasm.unwrap()).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    assert!(instance.get_export(&mut store, "jsvm_init").is_none());
    let run = instance.get_typed_func::<(), i32>(&mut store, "run");
    assert_eq!(run.unwrap().call(&mut store, ()).unwrap(), 49);
}

#[test]
fn import_is_refused_by_name() {
    let error = preinit(
        r#"(module
            (import "wasi:clocks/wall-clock@0.2.0" "now" (func $now (param i32)))
            (memory (export "memory") 1)
            (func (export "jsvm_init") (call $now (i32.const 0))))"#,
    );
    let error = error.unwrap_err();
    assert!(matches!(
        &error,
        PreinitError::CalledImport { import } if import == "wasi:clocks/wall-clock@0.2.0#now"
    ));
    assert!(
        error.to_string().contains("wall-clock@0.2.0#now"),
        "{error}"
    );
}

#[test]
fn trap_is_reported() {
    let module = r#"(module (memory (export "memory") 1) (func (export "jsvm_init") unreachable))"#;
    let error = preinit(module).unwrap_err();
    assert!(matches!(error, PreinitError::Trapped { .. }), "{error}");
}

#[test]
fn function_must_exist_and_take_nothing() {
    for function in ["", r#"(func (export "jsvm_init") (param i32))"#] {
        let error = preinit(&format!(
            r#"(module (memory (export "memory") 1) {function})"#
        ));
        assert!(matches!(error.unwrap_err(), PreinitError::NoInitFunction));
    }
}
