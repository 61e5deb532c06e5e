//! What is freed of modules, and what is kept.

use jsvm::{Limits, Snapshot};
use jsvm_tests::{assert_usable, eval};

use super::{builder, text, vm_with};

const MODULE: &str = r#"(module
  (import "m" "f" (func $f))
  (memory (export "memory") 1)
  (table (export "table") 2 externref)
  (global (export "n") (mut i32) (i32.const 5))
  (func (export "bump") (result i32)
    (global.set 0 (i32.add (global.get 0) (i32.const 1)))
    (i32.store (i32.const 0) (global.get 0))
    (global.get 0))
  (func (export "call") (call $f)))"#;

/// Makes instances with 625 MiB of memory in sum, more than any limit here. Each is in a cycle with JavaScript:
/// by its import, and by a table of it.
const MANY: &str = "
    var module = new WebAssembly.Module(bytes);
    var make = () => {
      const held = {};
      held.exports = new WebAssembly.Instance(module, { m: { f: () => held.exports.bump() } }).exports;
      held.exports.table.set(0, held);
      held.exports.call();
      return held.exports;
    };
    var many = (count) => { let sum = 0; for (let n = 0; n < count; n++) sum += make().bump(); return sum; };";

fn vm() -> jsvm::Vm {
    let vm = vm_with(Limits::default().memory(32 << 20), &[("bytes", MODULE)]);
    eval(&vm, MANY);
    vm
}

both! {
    fn ten_thousand_instances_with_memories_are_freed_in_a_loop() {
        let vm = vm();
        assert_eq!(text(&vm, "many(10000)"), "70000");
        assert_usable(&vm);
    }
}

both! {
    fn memories_and_tables_of_scripts_are_freed() {
        let vm = vm();
        let found = text(
            &vm,
            "let sum = 0;
             for (let n = 0; n < 2000; n++) {
               sum += new WebAssembly.Memory({ initial: 2 }).buffer.byteLength;
               sum += new WebAssembly.Table({ element: 'externref', initial: 1000 }, [n]).length;
             }
             sum",
        );
        assert_eq!(found, (2000 * (131_072 + 1000)).to_string());
    }
}

both! {
    /// Each of these alone keeps the instance that it belongs to, while others come and go.
    fn anything_of_an_instance_keeps_it() {
        for (keep, check) in [
            ("kept.bump", "kept()"),
            ("kept.memory", "new Int32Array(kept.buffer)[0] + 1"),
            ("kept.memory.buffer", "new Int32Array(kept)[0] + 1"),
            ("new Int32Array(kept.memory.buffer)", "kept[0] + 1"),
            ("kept.n", "kept.value + 1"),
            ("kept.table", "kept.get(0).exports.bump()"),
        ] {
            let vm = vm();
            eval(&vm, &format!("var kept = make(); kept = {keep};"));
            // As many as there is room for: what is kept keeps the store, and all that is in it.
            eval(&vm, "try { many(300) } catch {}");
            assert_eq!(text(&vm, check), "7", "{keep}");
            // Without it, there is room again.
            eval(&vm, "kept = undefined");
            assert_eq!(text(&vm, "many(1000)"), "7000", "{keep}");
        }
    }
}

both! {
    fn restored_vm_frees_what_the_frozen_one_had() {
        let vm = vm();
        eval(&vm, "var kept = make(); many(100)");
        let bytes = vm.snapshot().unwrap().to_bytes().unwrap();
        let vm = builder()
            .restore(&Snapshot::from_bytes(&bytes).unwrap())
            .unwrap();
        assert_eq!(text(&vm, "kept.bump()"), "7");
        eval(&vm, "kept = undefined");
        assert_eq!(text(&vm, "many(2000)"), "14000");
    }
}

both! {
    /// A promise of an instance has read its imports before the instance is made.
    fn imports_of_a_promise_stay() {
        const IMPORTS: &str = r#"(module (import "m" "memory" (memory 1))
          (func (export "get") (result i32) (i32.load (i32.const 0))))"#;
        let vm = vm_with(
            Limits::default().memory(32 << 20),
            &[("bytes", MODULE), ("imports", IMPORTS)],
        );
        eval(&vm, MANY);
        eval(
            &vm,
            "var found;
             {
               const memory = new WebAssembly.Memory({ initial: 1 });
               new Int32Array(memory.buffer)[0] = 42;
               const module = new WebAssembly.Module(imports);
               WebAssembly.instantiate(module, { m: { memory } }).then(({ exports }) => { found = exports.get(); });
             }
             try { many(300) } catch {}",
        );
        vm.run_jobs().unwrap();
        assert_eq!(text(&vm, "found"), "42");
    }
}
