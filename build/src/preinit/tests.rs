use wasmtime::{Engine, Instance, Module, Store};

use super::{PreinitError, preinitialize};
use crate::parts::Part;

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

/// A guest whose compiler answers the first eight bytes of what it is given.
fn with_parts(room: u8) -> Result<Vec<u8>, PreinitError> {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (global (export "jsvm_parts") i32 (i32.const 1000))
            (global (export "jsvm_parts_size") i32 (i32.const 900))
            (data (i32.const 900) "\{room:02x}\00\00\00")
            (func (export "jsvm_source") (param i32) (result i32) (i32.const 2000))
            (func (export "jsvm_compile") (result i64)
                (i64.or (i64.shl (i64.const 2000) (i64.const 32)) (i64.const 8)))
            (func (export "jsvm_init"))
            (func (export "run") (param i32) (result i32) (i32.load8_u (local.get 0))))"#
    );
    let part = Part {
        name: "ab".to_owned(),
        source: "source".to_owned(),
    };
    preinitialize(&wat::parse_str(text).unwrap(), &[part])
}

#[test]
fn compiled_parts_are_placed_and_their_sources_are_not() {
    let wasm = with_parts(64).unwrap();
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let run = instance.get_typed_func::<u32, u32>(&mut store, "run");
    let run = run.unwrap();
    let mut bytes = |start: u32| -> Vec<u8> {
        (start..start + 16)
            .map(|at| run.call(&mut store, at).unwrap() as u8)
            .collect()
    };
    // Length and name, length and code, and the end.
    assert_eq!(bytes(1000), b"\x02ab\x08\0\0\0ab\0sourc\0");
    assert_eq!(bytes(2000), [0; 16]);
}

#[test]
fn parts_need_room_and_a_place() {
    let error = with_parts(10).unwrap_err();
    assert!(matches!(error, PreinitError::NoRoom { .. }), "{error}");
    let module = r#"(module (memory (export "memory") 1) (func (export "jsvm_init")))"#;
    let part = Part {
        name: "a".to_owned(),
        source: String::new(),
    };
    assert!(preinitialize(&wat::parse_str(module).unwrap(), &[part]).is_err());
}
