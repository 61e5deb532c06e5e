//! Modules under the limits of a VM.

use std::time::Duration;

use jsvm::{Error, Interrupt, Limits};
use jsvm_tests::{assert_usable, eval};

use super::{INSTANCE, text, vm_with};

const ENDLESS: &str = r#"(module (func (export "run") (loop $l (br $l))))"#;

both! {
    fn time_limit_stops_a_module_and_nothing_catches_it() {
        let limits = Limits::default().time(Duration::from_millis(300));
        let vm = vm_with(limits, &[("bytes", ENDLESS)]);
        let error = vm
            .eval(&format!(
                "{INSTANCE} try {{ i.run() }} catch {{ }} finally {{ for (;;); }}"
            ))
            .unwrap_err();
        assert!(
            matches!(error, Error::Interrupted(Interrupt::TimeLimit)),
            "{error:?}"
        );
        assert_usable(&vm);
    }
}

both! {
    fn work_limit_stops_a_module_at_the_same_place_each_time() {
        const COUNTS: &str = r#"(module (global (export "n") (mut i64) (i64.const 0))
          (func (export "run") (loop $l (global.set 0 (i64.add (global.get 0) (i64.const 1))) (br $l))))"#;
        let run = || {
            let vm = vm_with(Limits::default().work(50), &[("bytes", COUNTS)]);
            eval(&vm, INSTANCE);
            let error = vm.eval("i.run()").unwrap_err();
            assert!(
                matches!(error, Error::Interrupted(Interrupt::WorkLimit)),
                "{error:?}"
            );
            text(&vm, "i.n.value")
        };
        let first = run();
        assert_ne!(first, "0");
        assert_eq!(first, run());
    }
}

both! {
    fn start_function_that_never_ends_is_stopped() {
        const START: &str = "(module (func $f (loop $l (br $l))) (start $f))";
        let limits = Limits::default().time(Duration::from_millis(300));
        let vm = vm_with(limits, &[("bytes", START)]);
        let error = vm.eval("new WebAssembly.Instance(new WebAssembly.Module(bytes))");
        assert!(matches!(
            error,
            Err(Error::Interrupted(Interrupt::TimeLimit))
        ));
        assert_usable(&vm);
    }
}

both! {
    fn start_function_that_traps_is_a_runtime_error() {
        const START: &str = "(module (func $f unreachable) (start $f))";
        let vm = vm_with(Limits::default(), &[("bytes", START)]);
        let found = text(
            &vm,
            "try { new WebAssembly.Instance(new WebAssembly.Module(bytes)) } catch (error) { String(error) }",
        );
        assert_eq!(found, "RuntimeError: unreachable");
    }
}

both! {
    fn memories_and_tables_that_are_too_large_are_range_errors() {
        const LARGE: &str = "(module (memory 65536))";
        const TABLE: &str = "(module (table 4294967295 funcref))";
        const GROWS: &str = r#"(module (memory (export "memory") 1)
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"#;
        let limits = Limits::default().memory(16 << 20);
        let modules = [("bytes", GROWS), ("large", LARGE), ("table", TABLE)];
        let vm = vm_with(limits, &modules);
        let name = |source: &str| {
            text(
                &vm,
                &format!("try {{ {source} }} catch (error) {{ error.name }}"),
            )
        };
        assert_eq!(
            name("new WebAssembly.Memory({ initial: 65536 })"),
            "RangeError"
        );
        assert_eq!(
            name("new WebAssembly.Instance(new WebAssembly.Module(large))"),
            "RangeError"
        );
        assert_eq!(
            name("new WebAssembly.Instance(new WebAssembly.Module(table))"),
            "RangeError"
        );
        assert_eq!(
            name("new WebAssembly.Table({ element: 'anyfunc', initial: 4294967295 })"),
            "RangeError"
        );
        eval(&vm, INSTANCE);
        assert_eq!(text(&vm, "i.grow(65535)"), "-1");
        assert_eq!(text(&vm, "i.grow(16)"), "1");
        assert_eq!(name("i.memory.grow(60000)"), "RangeError");
        // As much as there is, by small steps.
        assert_eq!(
            text(
                &vm,
                "let n = 0; while (i.grow(1) !== -1) n++; n > 20 && n < 256"
            ),
            "true"
        );
        assert_usable(&vm);
    }
}

both! {
    /// Recursion of a module alone, and of JavaScript and a module.
    fn recursion_is_a_range_error_on_both_sides() {
        const RECURSES: &str = r#"(module
          (import "m" "f" (func $f (param i32) (result i32)))
          (func $g (export "alone") (param i32) (result i32)
            (i32.add (i32.const 1) (call $g (i32.add (local.get 0) (i32.const 1)))))
          (func (export "across") (param i32) (result i32)
            (i32.add (i32.const 1) (call $f (local.get 0)))))"#;
        let vm = vm_with(Limits::default(), &[("bytes", RECURSES)]);
        eval(
            &vm,
            "var depth = 0; var imports = { m: { f: (n) => { depth = n; return i.across(n + 1); } } }",
        );
        eval(&vm, INSTANCE);
        let name = |source: &str| {
            text(
                &vm,
                &format!("try {{ {source} }} catch (error) {{ String(error) }}"),
            )
        };
        let overflow = "RangeError: Maximum call stack size exceeded";
        for _ in 0..3 {
            assert_eq!(name("i.alone(0)"), overflow);
            assert_eq!(name("i.across(0)"), overflow);
        }
        assert_eq!(text(&vm, "depth > 200"), "true", "{}", text(&vm, "depth"));
        assert_usable(&vm);
    }
}

both! {
    fn small_stack_limits_and_many_levels_do_not_end_the_vm() {
        const ACROSS: &str = r#"(module (import "m" "f" (func $f)) (func (export "g") (call $f)))"#;
        for stack in [64 << 10, 256 << 10, 3 << 20] {
            let limits = Limits::default().stack(stack).memory(24 << 20);
            let vm = vm_with(limits, &[("bytes", ACROSS)]);
            // Through frames of several kinds.
            eval(
                &vm,
                "var imports = { m: { f: () => [0].map(() => new Proxy({}, { get: () => i.g() }).x) } }",
            );
            eval(&vm, INSTANCE);
            let name = text(&vm, "try { i.g() } catch (error) { error.name }");
            assert_eq!(name, "RangeError");
            assert_usable(&vm);
        }
    }
}

both! {
    fn ten_thousand_instances_fit() {
        const SMALL: &str = r#"(module (global (export "g") (mut i32) (i32.const 5))
          (func (export "f") (result i32) (global.get 0)))"#;
        let vm = vm_with(Limits::default().memory(64 << 20), &[("bytes", SMALL)]);
        let sum = text(
            &vm,
            "const module = new WebAssembly.Module(bytes); let sum = 0;
             for (let n = 0; n < 10000; n++) sum += new WebAssembly.Instance(module).exports.f(); sum",
        );
        assert_eq!(sum, "50000");
    }
}

both! {
    fn too_many_bytes_for_the_memory_limit_are_a_compile_error() {
        let vm = vm_with(Limits::default().memory(8 << 20), &[]);
        let found = text(
            &vm,
            "const large = new Uint8Array(4 << 20); large.set([0, 97, 115, 109, 1, 0, 0, 0]);
             try { new WebAssembly.Module(large) } catch (error) { error.name }",
        );
        assert_eq!(found, "CompileError");
        assert_usable(&vm);
    }
}
