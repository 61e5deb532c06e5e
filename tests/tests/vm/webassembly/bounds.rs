//! Modules that are costly to compile, and imports that do not fit.

use std::time::Duration;

use jsvm::{Limits, ViewKind, Vm};
use jsvm_tests::assert_usable;

use super::{builder, text, vm_with};

fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn section(id: u8, contents: &[u8]) -> Vec<u8> {
    [&[id][..], &number(contents.len()), contents].concat()
}

/// A module of `count` functions with the same body, of which the first is exported as `f`.
fn module(count: usize, locals: &[u8], code: &[u8]) -> Vec<u8> {
    let body = [locals, code, &[0x0b]].concat();
    let body = [number(body.len()), body].concat();
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 0]),
        section(3, &[number(count), vec![0; count]].concat()),
        section(7, &[1, 1, b'f', 0, 0]),
        section(10, &[number(count), body.repeat(count)].concat()),
    ]
    .concat()
}

fn vm_of(bytes: &[u8]) -> Vm {
    let limits = Limits::default()
        .memory(32 << 20)
        .time(Duration::from_secs(20));
    let vm = builder().limits(limits).build().unwrap();
    let bytes = vm.create_typed_array(ViewKind::Uint8, bytes).unwrap();
    vm.global().unwrap().set("bytes", &bytes).unwrap();
    vm
}

const RUN: &str = "
    try {
      new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();
      'works'
    } catch (error) { `${error.name}: ${error.message}` }";

both! {
    /// Each works or is an error of the interface, within the memory and time of the VM.
    fn huge_modules_work_or_are_errors() {
        let none = [0];
        let locals = |count: usize| [vec![1], number(count), vec![0x7e]].concat();
        let blocks = |count: usize| [[0x02, 0x40].repeat(count), vec![0x0b; count]].concat();
        let loops = |count: usize| [[0x03, 0x40].repeat(count), vec![0x0b; count]].concat();
        let constants = |count: usize| [[0x41, 0].repeat(count), vec![0x1a; count]].concat();
        let branches = |count: usize| {
            let table = [vec![0x41, 0, 0x0e], number(count), vec![0; count + 1]].concat();
            [vec![0x02, 0x40], table, vec![0x0b]].concat()
        };
        for (name, bytes, expected) in [
            ("nops", module(1, &none, &[0x01].repeat(1 << 20)), "works"),
            ("locals", module(1, &locals(20_000), &[]), "works"),
            (
                "too many locals",
                module(1, &locals(4_000_000_000), &[]),
                "CompileError",
            ),
            // Functions are translated at their first call.
            (
                "locals that do not fit a frame",
                module(2_000, &locals(50_000), &[]),
                "RuntimeError",
            ),
            ("blocks", module(1, &none, &blocks(100_000)), "works"),
            ("loops", module(1, &none, &loops(100_000)), "works"),
            (
                "constants",
                module(1, &none, &constants(100_000)),
                "RuntimeError",
            ),
            (
                "branches",
                module(1, &none, &branches(500_000)),
                "CompileError",
            ),
            ("functions", module(200_000, &none, &[]), "works"),
            (
                "too many functions",
                module(1_100_000, &none, &[]),
                "CompileError",
            ),
        ] {
            let vm = vm_of(&bytes);
            let found = text(&vm, RUN);
            let kind = found.split(':').next().unwrap();
            assert_eq!(kind, expected, "{name}: {found}");
            assert_usable(&vm);
        }
    }
}

both! {
    /// The time grows with the number of imports, and not with its square, which takes half a minute.
    fn imports_are_matched_in_linear_time() {
        const COUNT: usize = 100_000;
        let imports = [number(COUNT), b"\x01m\x01f\0\0".repeat(COUNT)].concat();
        let bytes = [
            b"\0asm\x01\0\0\0".to_vec(),
            section(1, &[1, 0x60, 0, 0]),
            section(2, &imports),
        ];
        let vm = vm_of(&bytes.concat());
        let found = text(&vm, "new WebAssembly.Module(bytes); 'compiled'");
        assert_eq!(found, "compiled");
    }
}

both! {
    fn imports_of_the_wrong_type_are_link_errors() {
        const IMPORTS: &str = r#"(module
          (import "m" "f" (func (param i32)))
          (import "m" "memory" (memory 2 4))
          (import "m" "table" (table 1 10 funcref))
          (import "m" "n" (global (mut i64))))"#;
        const OTHER: &str = r#"(module (func (export "f") (param i64)) (memory (export "memory") 1))"#;
        let vm = vm_with(Limits::default(), &[("bytes", IMPORTS), ("other", OTHER)]);
        let found = text(
            &vm,
            "const others = new WebAssembly.Instance(new WebAssembly.Module(other)).exports;
             const module = new WebAssembly.Module(bytes);
             const good = {
               f: () => {},
               memory: new WebAssembly.Memory({ initial: 2, maximum: 4 }),
               table: new WebAssembly.Table({ element: 'anyfunc', initial: 1, maximum: 10 }),
               n: new WebAssembly.Global({ value: 'i64', mutable: true }, 1n),
             };
             const found = new Set();
             const link = (m) => { try { new WebAssembly.Instance(module, { m }); return 'works'; } catch (error) { return error.name; } };
             const wrong = [undefined, null, 1, 1n, 'text', {}, Symbol.iterator, others.f, others.memory, ...Object.values(good),
               new WebAssembly.Memory({ initial: 2 }), new WebAssembly.Memory({ initial: 2, maximum: 5 }),
               new WebAssembly.Table({ element: 'externref', initial: 1, maximum: 10 }),
               new WebAssembly.Table({ element: 'anyfunc', initial: 0, maximum: 10 }),
               new WebAssembly.Global({ value: 'i64' }, 1n), new WebAssembly.Global({ value: 'i32', mutable: true })];
             let tried = 0;
             for (const key of Object.keys(good)) {
               for (const value of wrong) {
                 // Any function of JavaScript fits.
                 if (value === good[key]) continue;
                 tried++;
                 found.add(link({ ...good, [key]: value }));
               }
             }
             [link(good), [...found].join(), tried].join(' ')",
        );
        assert_eq!(found, "works LinkError 72");
        assert_usable(&vm);
    }
}
