use wasmtime::{Caller, Engine, Instance, Linker, Module, Store};

use super::{InstrumentError, instrument, instrument_except};

/// A guest in small. The host's `poll` answers 1 to stop. The interpreter runs its loop 1,000
/// times.
const GUEST: &str = r#"
    (import "host" "poll" (func $poll (result i32)))
    (memory (export "memory") 1)
    (global (export "jsvm_poll_counters") i32 (i32.const 64))
    (data (i32.const 64) "\10\27\00\00\64\00\00\00")
    (func (export "jsvm_backstop")
        (i32.store (i32.const 68) (i32.const 100))
        (if (call $poll) (then unreachable)))
    (func (export "jsvm_charge") (param i32)
        (i32.store (i32.const 68)
            (i32.sub (i32.load (i32.const 68)) (i32.div_u (local.get 0) (i32.const 16)))))
    (func $JS_CallInternal (result i32) (local $i i32)
        (loop
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get $i) (i32.const 1000))))
        (local.get $i))
"#;

fn module(functions: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {GUEST} {functions})")).unwrap()
}

/// Runs the export `run`. The store counts the polls, and the one of this number stops.
fn run(wasm: &[u8], stop_at: u32) -> (wasmtime::Result<i32>, u32) {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).unwrap();
    let mut linker = Linker::new(&engine);
    let poll = move |mut caller: Caller<'_, u32>| {
        *caller.data_mut() += 1;
        i32::from(*caller.data() == stop_at)
    };
    linker.func_wrap("host", "poll", poll).unwrap();
    let mut store = Store::new(&engine, 0);
    let instance: Instance = linker.instantiate(&mut store, &module).unwrap();
    let run = instance
        .get_typed_func::<(), i32>(&mut store, "run")
        .unwrap();
    (run.call(&mut store, ()), *store.data())
}

const SUM: &str = r#"
    (func $sum (export "run") (result i32) (local $i i32) (local $sum i32)
        (loop
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (local.set $sum (i32.add (local.get $sum) (local.get $i)))
            (br_if 0 (i32.lt_u (local.get $i) (i32.const 1000))))
        (local.get $sum))
"#;

#[test]
fn endless_loop_is_stopped() {
    let wasm = module(r#"(func (export "run") (result i32) (loop (br 0)) unreachable)"#);
    let (result, polls) = run(&instrument(&wasm).unwrap(), 3);
    assert!(result.unwrap_err().is::<wasmtime::Trap>());
    assert_eq!(polls, 3);
}

#[test]
fn result_is_unchanged() {
    let (result, polls) = run(&instrument(&module(SUM)).unwrap(), 0);
    assert_eq!(result.unwrap(), 500_500);
    assert_eq!(polls, 10, "1,000 iterations at 100 a poll");
}

#[test]
fn excluded_function_is_untouched() {
    let (result, polls) = run(&instrument_except(&module(SUM), &["sum"]).unwrap(), 1);
    assert_eq!(result.unwrap(), 500_500);
    assert_eq!(polls, 0);
}

#[test]
fn bulk_instruction_is_charged_by_its_length() {
    let copy = |length: u32| {
        let wasm = module(&format!(
            r#"(func (export "run") (result i32) (local $n i32)
                (local.set $n (i32.const {length}))
                (memory.copy (i32.const 1024) (i32.const 8192) (local.get $n))
                (memory.fill (i32.const 1024) (i32.const 7) (local.get $n))
                (i32.load (i32.const 68)))"#
        ));
        run(&instrument(&wasm).unwrap(), 0).0.unwrap()
    };
    assert_eq!(copy(4095), 100);
    assert_eq!(copy(4096), 100 - 2 * 256);
    assert_eq!(copy(32_768), 100 - 2 * 2048);
}

#[test]
fn interpreter_is_untouched() {
    let wasm = module(r#"(func (export "run") (result i32) (call $JS_CallInternal))"#);
    let (result, polls) = run(&instrument(&wasm).unwrap(), 1);
    assert_eq!(result.unwrap(), 1000);
    assert_eq!(polls, 0);
}

#[test]
fn interpreter_must_exist() {
    let wasm = wat::parse_str(format!("(module {GUEST})").replace("JS_CallInternal", "other"));
    let error = instrument(&wasm.unwrap()).unwrap_err();
    assert!(matches!(error, InstrumentError::NoInterpreter));
}

#[test]
fn loop_with_parameters_and_results_stays_valid() {
    // Counts down from 1,000 on the operand stack and leaves two values.
    let wasm = module(
        r#"(func (export "run") (result i32) (local $i i32)
            (i32.const 7) (i32.const 1000)
            (loop (param i32 i32) (result i32 i32)
                (i32.sub (i32.const 1))
                (local.tee $i)
                (br_if 0 (local.get $i)))
            i32.add)"#,
    );
    let (result, polls) = run(&instrument(&wasm).unwrap(), 0);
    assert_eq!(result.unwrap(), 7);
    assert_eq!(polls, 10);
}

#[test]
fn what_the_canonical_abi_calls_does_not_poll() {
    let alloc = r#"(func (export "cabi_realloc") (drop (call $sum)))"#;
    let (result, polls) = run(&instrument(&module(&format!("{SUM} {alloc}"))).unwrap(), 1);
    assert_eq!(result.unwrap(), 500_500);
    assert_eq!(polls, 0);
}

#[test]
fn exports_of_the_pass_are_removed() {
    let wasm = instrument(&module(SUM)).unwrap();
    let module = Module::new(&Engine::default(), wasm).unwrap();
    let names: Vec<_> = module.exports().map(|export| export.name()).collect();
    assert_eq!(names, ["memory", "run"]);
}

/// The loop of modules stays untouched all the same: it is found before its name is left out.
#[test]
fn names_of_the_module_interpreter_are_left_out() {
    let interpreter = "(func $_ZN5wasmi6engine8executor3run (export \"other\"))";
    let wasm = instrument(&module(&format!("{SUM} {interpreter}"))).unwrap();
    let holds = |name: &str| {
        wasm.windows(name.len())
            .any(|bytes| bytes == name.as_bytes())
    };
    assert!(!holds("wasmi"));
    assert!(holds("JS_CallInternal") && holds("sum"));
    assert_eq!(run(&wasm, 0).0.unwrap(), 500_500);
}

#[test]
fn missing_or_mistyped_exports_are_refused() {
    let refuse = |text: &str| instrument(&wat::parse_str(text).unwrap()).unwrap_err();
    let function = r#"(func (export "jsvm_backstop"))"#;
    let budget = r#"(global (export "jsvm_poll_counters") i32 (i32.const 64))"#;
    let error = refuse(&format!("(module {function})"));
    assert!(matches!(error, InstrumentError::NoCounters));
    let error = refuse(&format!("(module {budget})"));
    assert!(matches!(error, InstrumentError::NoFunction));
    let error = refuse(&format!(
        r#"(module {budget} (func (export "jsvm_backstop") (param i32)))"#
    ));
    assert!(matches!(error, InstrumentError::NoFunction));
    let error = refuse(&format!(
        r#"(module {function} (global (export "jsvm_poll_counters") i64 (i64.const 64)))"#
    ));
    assert!(matches!(error, InstrumentError::NoCounters));
}
