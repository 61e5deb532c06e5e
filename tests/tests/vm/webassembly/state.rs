//! What modules have in the memory of a VM: buffers, references, and all of it in snapshots.

use jsvm::{Limits, Snapshot};
use jsvm_tests::eval;

use super::{INSTANCE, builder, text, vm_with};

const COUNTER: &str = r#"(module
  (import "m" "next" (func $next (result i32)))
  (memory (export "memory") 1)
  (table (export "table") 2 funcref)
  (global $n (export "n") (mut i32) (i32.const 0))
  (func $bump (export "bump") (result i32)
    (global.set $n (i32.add (global.get $n) (call $next)))
    (i32.store (i32.const 4) (global.get $n))
    (global.get $n))
  (elem (i32.const 1) $bump)
  (func (export "indirect") (result i32) (call_indirect (result i32) (i32.const 1)))
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#;

both! {
    fn instance_goes_on_in_a_restored_vm() {
        let vm = vm_with(Limits::default(), &[("bytes", COUNTER)]);
        eval(
            &vm,
            "var step = 1; var imports = { m: { next: () => step } }",
        );
        eval(&vm, INSTANCE);
        eval(
            &vm,
            "var view = new Int32Array(i.memory.buffer); i.bump(); step = 10",
        );
        let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
        let restored = || {
            builder()
                .restore(&Snapshot::from_bytes(&bytes).unwrap())
                .unwrap()
        };
        for _ in 0..2 {
            let vm = restored();
            assert_eq!(
                text(
                    &vm,
                    "[i.bump(), view[1], i.table.get(1)(), i.indirect(), i.n.value, i.grow(), view.length, i.memory.buffer.byteLength].join()"
                ),
                "11,11,21,31,31,1,0,131072"
            );
            // The same bytes are compiled again, and instances share what they share.
            assert_eq!(
                text(
                    &vm,
                    "new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports.bump()"
                ),
                "10"
            );
        }
        assert_eq!(text(&vm, "[i.bump(), view[1]].join()"), "11,11");
    }
}

both! {
    fn module_goes_on_after_an_await_of_its_caller() {
        let vm = vm_with(Limits::default(), &[("bytes", COUNTER)]);
        eval(&vm, "var imports = { m: { next: () => 1 } }");
        eval(&vm, INSTANCE);
        eval(
            &vm,
            "var go; var done = []; (async () => { for (;;) { done.push(i.bump()); await new Promise((resolve) => { go = resolve; }); } })()",
        );
        let half = vm.snapshot().unwrap();
        eval(&vm, "go()");
        vm.run_jobs().unwrap();
        let delta = vm.snapshot_since(&half).unwrap();
        let vm = builder().restore(&delta).unwrap();
        eval(&vm, "go()");
        vm.run_jobs().unwrap();
        assert_eq!(text(&vm, "done.join()"), "1,2,3");
    }
}

both! {
    fn buffer_is_the_memory_and_grows_as_specified() {
        const MEMORY: &str = r#"(module
          (import "m" "grown" (func $grown))
          (memory (export "memory") 1 4)
          (func (export "get") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "set") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
          (func (export "grow") (drop (memory.grow (i32.const 1))) (call $grown)))"#;
        let vm = vm_with(Limits::default(), &[("bytes", MEMORY)]);
        eval(
            &vm,
            "var seen; var imports = { m: { grown: () => { seen = [before.byteLength, i.memory.buffer.byteLength].join(); } } };",
        );
        eval(&vm, INSTANCE);
        eval(
            &vm,
            "var before = i.memory.buffer, view = new Uint8Array(before);",
        );
        assert_eq!(text(&vm, "i.memory.buffer === before"), "true");
        assert_eq!(
            text(&vm, "view[7] = 9; i.set(8, 10); [i.get(7), view[8]].join()"),
            "9,10"
        );
        assert_eq!(text(&vm, "i.grow(); seen"), "0,131072");
        assert_eq!(
            text(
                &vm,
                "[before.detached, view.length, new Uint8Array(i.memory.buffer)[8]].join()"
            ),
            "true,0,10"
        );
        let fails = |source: &str| {
            text(
                &vm,
                &format!("try {{ {source}; 'works' }} catch (error) {{ error.name }}"),
            )
        };
        assert_eq!(fails("i.memory.buffer.transfer()"), "TypeError");
        assert_eq!(fails("i.memory.buffer.transfer(4)"), "TypeError");
        assert_eq!(
            fails("i.memory.buffer.transferToFixedLength()"),
            "TypeError"
        );
        assert_eq!(
            fails("structuredClone(i.memory.buffer, { transfer: [i.memory.buffer] })"),
            "DataCloneError"
        );
        assert_eq!(fails("i.memory.grow(3)"), "RangeError");
        assert_eq!(
            text(
                &vm,
                "const old = i.memory.buffer; [i.memory.grow(0), old.detached, i.memory.buffer.byteLength].join()"
            ),
            "2,true,131072"
        );
        // A buffer that nobody has any more is made anew, over the same memory.
        assert_eq!(text(&vm, "new Uint8Array(i.memory.buffer)[7]"), "9");
    }
}

both! {
    /// Values that modules no longer hold are given up, and those that they hold stay what they are.
    fn values_that_modules_hold_stay_and_others_do_not() {
        const HOLDER: &str = r#"(module
          (import "m" "same" (func $same (param externref) (result externref)))
          (table 8 externref)
          (global (mut externref) (ref.null extern))
          (func (export "hold") (param i32 externref) (table.set (local.get 0) (local.get 1)))
          (func (export "held") (param i32) (result externref) (table.get (local.get 0)))
          (func (export "keep") (param externref) (global.set 0 (local.get 0)))
          (func (export "kept") (result externref) (global.get 0))
          (func (export "through") (param externref) (result externref) (call $same (local.get 0))))"#;
        let vm = vm_with(Limits::default().memory(24 << 20), &[("bytes", HOLDER)]);
        eval(&vm, "var imports = { m: { same: (value) => value } }");
        eval(&vm, INSTANCE);
        let found = text(
            &vm,
            "const values = ['text', 7, undefined, Symbol.iterator, 10n, { a: 1 }, i.hold, null];
             values.forEach((value, at) => i.hold(at, value));
             i.keep(values);
             let wrong = 0;
             // 16 KiB each: far more than the memory limit in sum.
             for (let n = 0; n < 20000; n++) {
               const value = new Uint8Array(16384); value[0] = n;
               const back = i.through(value);
               if (back !== value || back[0] !== (n & 255)) wrong++;
             }
             values.forEach((value, at) => { if (i.held(at) !== value) wrong++; });
             [wrong, i.kept() === values].join()",
        );
        assert_eq!(found, "0,true");
    }
}
