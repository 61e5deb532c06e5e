use wasmtime::{Engine, Instance, Memory, Module, Store};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::{FuseError, Imports, Source, VmModule, fuse};

const WIT: &str = "
    package test:lists;
    interface lists {
        variant choice { number(f64), text(string), nothing }
        swap: func(name: option<string>, parts: list<list<u8>>, choice: choice)
            -> result<list<string>, u32>;
    }
    world caller { import lists; }
    world callee { export lists; }
";

const VM: &str = r#"(module
    (memory (export "memory") 4)
    (global $next (mut i32) (i32.const 0x20000))
    (func (export "jsvm_shared_alloc") (param $size i32) (param i32) (result i32)
        (local $start i32)
        (local.set $start (global.get $next))
        (global.set $next (i32.and (i32.add (i32.add (local.get $start) (local.get $size))
            (i32.const 7)) (i32.const -8)))
        (local.get $start)))"#;

/// Its data: the text `name` at 0x10000, two lists `ab` and `c` at 0x10010, and the list of both at 0x10020.
const CALLER: &str = r#"(module
    (import "env" "memory" (memory 0))
    (import "test:lists/lists" "swap"
        (func $swap (param i32 i32 i32 i32 i32 i32 i64 i32 i32)))
    (global $stack (mut i32) (i32.const 0x10000))
    (global $end i32 (i32.const 0x10100))
    (export "__data_end" (global $end))
    (data (i32.const 0x10000) "name")
    (data (i32.const 0x10010) "abc")
    (data (i32.const 0x10020) "\10\00\01\00\02\00\00\00\12\00\01\00\01\00\00\00")
    (func (export "run") (param $choice i32) (param $payload i64)
        (call $swap
            (i32.const 1) (i32.const 0x10000) (i32.const 4)
            (i32.const 0x10020) (i32.const 2)
            (local.get $choice) (local.get $payload) (i32.const 4)
            (i32.const 0x10040))))"#;

/// Keeps its parameters at 0x11000. Its result is at 0x11040, and the list of it at 0x11050.
const CALLEE: &str = r#"(module
    (import "env" "memory" (memory 0))
    (global $stack (mut i32) (i32.const 0x10000))
    (global $end i32 (i32.const 0x11100))
    (export "__data_end" (global $end))
    (data (i32.const 0x11030) "result")
    (data (i32.const 0x11040) "\00\00\00\00\50\10\01\00\01\00\00\00")
    (data (i32.const 0x11050) "\30\10\01\00\06\00\00\00")
    (func (export "test:lists/lists#swap")
        (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)
        (i32.store (i32.const 0x11000) (local.get 1))
        (i32.store (i32.const 0x11004) (local.get 3))
        (i64.store (i32.const 0x11008) (local.get 6))
        (i32.const 0x11040))
    (func (export "cabi_post_test:lists/lists#swap") (param i32)
        (memory.fill (i32.const 0x11030) (i32.const 0x2d) (i32.const 6))
        (memory.fill (i32.const 0x11050) (i32.const 0x2d) (i32.const 8))))"#;

fn source(text: &str, world: &str) -> Source {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("test.wit", WIT).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    let mut core = wat::parse_str(text).unwrap();
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
    Source::read(core).unwrap()
}

fn fused(caller: &str, callee: &str) -> Result<Vec<u8>, FuseError> {
    let vm = wat::parse_str(VM).unwrap();
    let (caller, callee) = (source(caller, "caller"), source(callee, "callee"));
    let imports = Imports {
        http: true,
        stdin: false,
        environment: false,
    };
    fuse(&VmModule::read(&vm)?, &[&caller, &callee], imports)
}

struct Run {
    store: Store<()>,
    memory: Memory,
}

impl Run {
    fn new(choice: i32, payload: i64) -> Self {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let vm = Module::new(&engine, wat::parse_str(VM).unwrap()).unwrap();
        let vm = Instance::new(&mut store, &vm, &[]).unwrap();
        let memory = vm.get_memory(&mut store, "memory").unwrap();
        let alloc = vm.get_func(&mut store, "jsvm_shared_alloc").unwrap();
        let fused = Module::new(&engine, fused(CALLER, CALLEE).unwrap()).unwrap();
        let fused = Instance::new(&mut store, &fused, &[memory.into(), alloc.into()]).unwrap();
        let run = fused.get_typed_func::<(i32, i64), ()>(&mut store, "run");
        let run = run.unwrap();
        run.call(&mut store, (choice, payload)).unwrap();
        Run { store, memory }
    }

    fn word(&self, address: u32) -> u32 {
        let bytes = &self.memory.data(&self.store)[address as usize..];
        u32::from_le_bytes(*bytes.first_chunk().unwrap())
    }

    fn text(&self, address: u32, len: usize) -> &str {
        let bytes = &self.memory.data(&self.store)[address as usize..][..len];
        std::str::from_utf8(bytes).unwrap()
    }
}

#[test]
fn callee_gets_copies_of_lists() {
    let run = Run::new(1, 0x10000);
    let (name, parts, choice) = (run.word(0x11000), run.word(0x11004), run.word(0x11008));
    for copy in [name, parts, choice, run.word(parts), run.word(parts + 8)] {
        assert!(copy >= 0x20000, "{copy:#x} is not a copy");
    }
    assert_eq!(run.text(name, 4), "name");
    assert_eq!(run.text(choice, 4), "name");
    assert_eq!(run.text(run.word(parts), 2), "ab");
    assert_eq!(run.text(run.word(parts + 8), 1), "c");
    assert_eq!((run.word(parts + 4), run.word(parts + 12)), (2, 1));
    assert_eq!(run.text(0x10000, 4), "name");
}

#[test]
fn other_cases_of_a_variant_are_not_taken_for_lists() {
    let number = 1.5_f64.to_bits().cast_signed();
    let run = Run::new(0, number);
    assert_eq!(run.word(0x1100c), (1.5_f64.to_bits() >> 32) as u32);
    let run = Run::new(2, 7);
    assert_eq!(run.word(0x11008), 7);
}

#[test]
fn result_is_copied_before_it_is_freed() {
    let run = Run::new(2, 0);
    assert_eq!((run.word(0x10040), run.word(0x10048)), (0, 1));
    let list = run.word(0x10044);
    assert!(list >= 0x20000);
    assert_eq!(run.text(run.word(list), 6), "result");
    assert_eq!(run.text(0x11030, 6), "------", "it was not freed");
}

#[test]
fn modules_that_overlap_are_refused() {
    let overlapping = CALLER.replace("0x10100", "0x11031");
    let error = fused(&overlapping, CALLEE).unwrap_err().to_string();
    assert!(error.contains("components/link.rs"), "{error}");
    let high = CALLEE.replace("0x11100", "0x800000");
    assert!(fused(CALLER, &high).is_err());
}

#[test]
fn missing_export_is_named() {
    let other = CALLEE.replace("\"test:lists/lists#swap\"", "\"other\"");
    // The world says that the module exports it, so its own tools would refuse it.
    let vm = wat::parse_str(VM).unwrap();
    let caller = CALLER.replace("test:lists/lists", "jsvm:lists/lists");
    let (caller, callee) = (source(&caller, "caller"), source(&other, "callee"));
    let imports = Imports {
        http: true,
        stdin: false,
        environment: true,
    };
    let error = fuse(&VmModule::read(&vm).unwrap(), &[&caller, &callee], imports);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("jsvm:lists/lists#swap"), "{error}");
}
