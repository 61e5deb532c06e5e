//! Bytes that are no module.

use jsvm::Limits;
use jsvm_tests::assert_usable;

use super::{text, vm_with};

const MODULE: &str = r#"(module
  (type $t (func (param i32) (result i32)))
  (import "m" "f" (func $f (type $t)))
  (memory (export "memory") 1 2)
  (table (export "table") 4 funcref)
  (global (export "g") (mut i64) (i64.const 7))
  (func $add (export "add") (param i32 i32) (result i32)
    (local i32)
    (i32.add (local.get 0) (call $f (local.get 1))))
  (func $start (i32.store (i32.const 0) (i32.const 1)))
  (start $start)
  (elem (i32.const 1) $add $f)
  (data (i32.const 8) "hello")
  (data "passive"))"#;

both! {
    /// Each byte of a module is replaced by others: the script gets one of the errors of the interface, or a
    /// module that works, and the VM goes on.
    fn damage_of_any_byte_is_an_error_or_another_module() {
        let vm = vm_with(Limits::default(), &[("bytes", MODULE)]);
        let found = text(
            &vm,
            r#"
            const counts = {};
            const known = [WebAssembly.CompileError, WebAssembly.LinkError, WebAssembly.RuntimeError, TypeError, RangeError];
            for (let at = 0; at < bytes.length; at++) {
              const before = bytes[at];
              for (const value of [0, 1, 0x7f, 0x80, 0xff, before ^ 1, before ^ 0x40, before + 1]) {
                bytes[at] = value;
                const valid = WebAssembly.validate(bytes);
                let outcome = "works";
                try {
                  const module = new WebAssembly.Module(bytes);
                  if (!valid) throw new Error("compiles what is not valid");
                  WebAssembly.Module.exports(module); WebAssembly.Module.imports(module);
                  const { exports } = new WebAssembly.Instance(module, { m: { f: (x) => x } });
                  exports.add?.(1, 2);
                } catch (error) {
                  if (!known.some((known) => error instanceof known)) throw error;
                  if (valid === (error instanceof WebAssembly.CompileError)) throw error;
                  outcome = error.name;
                }
                counts[outcome] = (counts[outcome] ?? 0) + 1;
              }
              bytes[at] = before;
            }
            [counts.works > 50, counts.CompileError > 500, counts.LinkError > 5 || counts.TypeError > 5].join()"#,
        );
        assert_eq!(found, "true,true,true");
        assert_usable(&vm);
    }
}

both! {
    fn truncated_modules_are_compile_errors() {
        let vm = vm_with(Limits::default(), &[("bytes", MODULE)]);
        // The end of a section is a module, too, if nothing is missing: none of these is.
        let found = text(
            &vm,
            r#"
            let wrong = 0;
            for (let length = 0; length < bytes.length; length++) {
              const part = bytes.subarray(0, length);
              try { new WebAssembly.Module(part); wrong += WebAssembly.validate(part) ? 0 : 1; }
              catch (error) { wrong += error instanceof WebAssembly.CompileError && !WebAssembly.validate(part) ? 0 : 1; }
            }
            wrong"#,
        );
        assert_eq!(found, "0");
    }
}

both! {
    fn components_and_exceptions_are_refused_with_a_reason() {
        let vm = vm_with(
            Limits::default(),
            &[("component", "(component)"), ("tags", "(module (tag))")],
        );
        let message = |name: &str| {
            text(
                &vm,
                &format!(
                    "try {{ new WebAssembly.Module({name}) }} catch (error) {{ error.name + ': ' + error.message }}"
                ),
            )
        };
        assert_eq!(
            message("component"),
            "CompileError: WebAssembly.Module(): this is a component, and WebAssembly runs core modules: import \
             components with --link"
        );
        assert_eq!(
            message("tags"),
            "CompileError: WebAssembly.Module(): exceptions (tags, try_table, throw) are not supported"
        );
    }
}
