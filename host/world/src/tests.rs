//! Worlds as they are encoded, without a VM.

use std::path::{Path, PathBuf};

use jsvm_abi::{Callee, Core, Layouts, Signature};
use wit_parser::abi::{WasmSignature, WasmType};
use wit_parser::{Function, WorldItem};

use crate::adapter::engine_imports;
use crate::component::encode;
use crate::describe::ASYNC_MANGLING;
use crate::{Features, Options, WorldError, WorldSource};

/// Files and folders with WIT, of these tests and of the repository.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(root.join("tests/wit")).unwrap() {
        sources.push(entry.unwrap().path());
    }
    for entry in std::fs::read_dir(root.join("tests/worlds/cases")).unwrap() {
        let folder = entry.unwrap().path();
        let wit = ["wit", "world.wit"].map(|name| folder.join(name));
        sources.extend(wit.into_iter().find(|path| path.exists()));
    }
    sources.push(root.join("../../wit"));
    sources.push(root.join("../../components/worlds"));
    sources.sort();
    sources
}

/// Each world of each source.
fn worlds() -> Vec<(String, WorldSource)> {
    let mut worlds = Vec::new();
    for path in sources() {
        let mut resolve = wit_parser::Resolve {
            all_features: true,
            ..wit_parser::Resolve::default()
        };
        let (package, _) = resolve.push_path(&path).unwrap();
        for name in resolve.packages[package].worlds.keys() {
            let source = WorldSource::read_with(&path, Some(name), Features::All).unwrap();
            worlds.push((format!("{} {name}", path.display()), source));
        }
    }
    assert!(worlds.len() > 20, "{}", worlds.len());
    worlds
}

/// A module with the interface of a VM.
fn engine() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (import "jsvm:engine/host@0.2.0" "should-interrupt" (func (param i32 i32)))
            (import "wasi:random/random@0.2.0" "get-random-u64" (func (result i64)))
            (import "wasi:clocks/wall-clock@0.2.0" "now" (func (param i32)))
            (import "wasi:clocks/monotonic-clock@0.2.0" "now" (func (result i64)))
            (import "jsvm:engine/host@0.2.0" "host-call" (func (param i32 i32 i32 i32 i32)))
            (import "[export]jsvm:engine/values@0.2.0" "[resource-new]value"
                (func (param i32) (result i32)))
            (import "jsvm:engine/console@0.2.0" "write" (func (param i32 i32 i32)))
            (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func (export "jsvm_world_begin") (param i32) (result i32) unreachable)
            (func (export "jsvm_world_call") (param i32 i32) (result i32) unreachable)
            (func (export "jsvm_world_end") (param i32) unreachable)
            (func (export "jsvm_world_drop") (param i32 i32) unreachable)
            (func (export "jsvm_world_start") (param i32 i32) (result i32) unreachable)
            (func (export "jsvm_world_resume") (param i32 i32 i32) (result i32) unreachable))"#,
    )
    .unwrap()
}

fn same(signature: &Signature, expected: &WasmSignature) -> bool {
    let core = |types: &[WasmType]| -> Vec<Core> {
        types
            .iter()
            .map(|ty| match ty {
                WasmType::I32 | WasmType::Pointer | WasmType::Length => Core::I32,
                WasmType::I64 | WasmType::PointerOrI64 => Core::I64,
                WasmType::F32 => Core::F32,
                WasmType::F64 => Core::F64,
            })
            .collect()
    };
    signature.parameters == core(&expected.params)
        && signature.results == core(&expected.results)
        && signature.has_arguments_in_memory == expected.indirect_params
        && signature.has_result_in_memory == expected.retptr
}

#[test]
fn signatures_are_those_of_the_canonical_abi() {
    let mut compared = 0;
    for (world, source) in worlds() {
        let description = source
            .description()
            .unwrap_or_else(|error| panic!("{world}: {error}"));
        let layouts = Layouts::of(&description.world.types).unwrap();
        let items = &source.resolve.worlds[source.world];
        let functions = |items: &wit_parser::IndexMap<wit_parser::WorldKey, WorldItem>| {
            let mut functions: Vec<(String, Function)> = Vec::new();
            for (key, item) in items {
                match item {
                    WorldItem::Function(function) => {
                        functions.push((function.name.clone(), function.clone()));
                    }
                    WorldItem::Interface { id, .. } => {
                        let interface = source.resolve.name_world_key(key);
                        for function in source.resolve.interfaces[*id].functions.values() {
                            let name = format!("{interface}#{}", function.name);
                            functions.push((name, function.clone()));
                        }
                    }
                    WorldItem::Type { .. } => {}
                }
            }
            functions
        };
        for (name, function) in functions(&items.imports) {
            let imports = &description.world.imports;
            let import = imports.iter().find(|import| import.name == name).unwrap();
            let Callee::Function(described) = &import.callee else {
                panic!("{name} is no function");
            };
            let signature = Signature::of_import(described, &layouts);
            let expected = source.resolve.wasm_signature(
                ASYNC_MANGLING.for_func(&function).import_variant(),
                &function,
            );
            assert!(
                same(&signature, &expected),
                "{world}: {name}: {signature:?} {expected:?}"
            );
            compared += 1;
        }
        for (name, function) in functions(&items.exports) {
            let exports = &description.world.exports;
            let export = exports.iter().find(|export| export.name == name).unwrap();
            let signature = Signature::of_export(&export.function, &layouts);
            let expected = source.resolve.wasm_signature(
                ASYNC_MANGLING.for_func(&function).export_variant(),
                &function,
            );
            assert!(
                same(&signature, &expected),
                "{world}: {name}: {signature:?} {expected:?}"
            );
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn results_of_asynchronous_exports_are_passed_as_the_canonical_abi_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wit/asynchronous.wit");
    let source = WorldSource::read(&path, Some("both")).unwrap();
    let description = source.description().unwrap();
    let layouts = Layouts::of(&description.world.types).unwrap();
    let items = &source.resolve.worlds[source.world].exports;
    let functions = items.values().flat_map(|item| match item {
        WorldItem::Interface { id, .. } => {
            Vec::from_iter(source.resolve.interfaces[*id].functions.values())
        }
        WorldItem::Function(function) => vec![function],
        WorldItem::Type { .. } => Vec::new(),
    });
    let mut compared = 0;
    for (function, export) in functions.zip(&description.world.exports) {
        let number = match (export.function.is_async, export.returns) {
            (true, Some(number)) => number as usize,
            (false, None) => continue,
            other => panic!("{}: {other:?}", export.name),
        };
        assert_eq!(
            description.world.imports[number].callee,
            Callee::Return(export.function.result)
        );
        let mangling = wit_parser::Mangling::Legacy;
        let (_, _, expected) = function.task_return_import(&source.resolve, None, mangling);
        let signature = Signature::of_return(export.function.result, &layouts);
        assert!(
            same(&signature, &expected),
            "{}: {signature:?} {expected:?}",
            export.name
        );
        compared += 1;
    }
    assert_eq!(compared, 11);
}

#[test]
fn each_world_is_encoded_as_a_valid_component() {
    for (world, source) in worlds() {
        // `encode` validates.
        let component = encode(&engine(), &source, &Options::default());
        component.unwrap_or_else(|error| panic!("{world}: {error}"));
    }
}

#[test]
fn wasi_is_added_to_each_world() {
    for (world, mut source) in worlds() {
        let added = source
            .add_wasi()
            .unwrap_or_else(|error| panic!("{world}: {error}"));
        let component = encode(&engine(), &source, &Options::default());
        let component = component.unwrap_or_else(|error| panic!("{world}: {error}"));
        let imports = crate::component::imports(&component).unwrap();
        for name in added {
            assert!(imports.contains(&name), "{world}: {name}: {imports:?}");
        }
        assert!(source.add_wasi().unwrap().is_empty(), "{world}");
    }
}

#[test]
fn modules_that_are_not_used_are_not_imported() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/cases/imports/world.wit");
    let mut source = WorldSource::read(&path, None).unwrap();
    source.retain_modules(|names| names.iter().any(|name| name == "host"));
    assert_eq!(source.modules().unwrap(), [["host"]]);
    let component = encode(&engine(), &source, &Options::default()).unwrap();
    assert_eq!(crate::component::imports(&component).unwrap(), ["host"]);
}

#[test]
fn modules_of_resources_stay_while_the_program_can_get_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wit/streams.wit");
    for (used, expected) in [
        (
            "test:streams/files",
            &["test:streams/streams", "test:streams/files"][..],
        ),
        ("test:streams/streams", &["test:streams/streams"]),
        ("none", &[]),
    ] {
        let mut source = WorldSource::read(&path, Some("app")).unwrap();
        source.retain_modules(|names| names.iter().any(|name| name == used));
        let modules: Vec<String> = source.modules().unwrap().concat();
        assert_eq!(modules, expected, "{used}");
    }
    let mut source = WorldSource::read(&path, Some("handler-app")).unwrap();
    source.retain_modules(|_| false);
    assert_eq!(source.modules().unwrap(), [["test:streams/streams"]]);
}

#[test]
fn a_vm_with_other_imports_is_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wit/shapes.wit");
    let source = WorldSource::read(&path, None).unwrap();
    let module = r#"(module (import "jsvm:engine/host@0.2.0" "host-call" (func (param i64))))"#;
    let module = wat::parse_str(module).unwrap();
    assert_eq!(engine_imports(&module).unwrap().len(), 1);
    let refused = encode(&module, &source, &Options::default());
    assert!(
        matches!(refused, Err(WorldError::Unfit { .. })),
        "{refused:?}"
    );
    let module = wat::parse_str(r#"(module (import "a" "b" (memory 1)))"#).unwrap();
    let refused = encode(&module, &source, &Options::default());
    assert!(
        matches!(refused, Err(WorldError::Unfit { .. })),
        "{refused:?}"
    );
}

#[test]
fn asynchronous_functions_are_declared_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.wit");
    let wit = "package acme:text;
interface words { lookup: async func(word: string, hint: option<string>) -> result<string, string>; }
world text {
  import words;
  record both { all: stream<u8>, end: future<result<_, string>> }
  export translate: async func(words: stream<string>, more: option<u8>) -> stream<u8>;
  export later: func(value: future<u32>) -> both;
}";
    std::fs::write(&path, wit).unwrap();
    let source = WorldSource::read(&path, None).unwrap();
    let declared = source.declarations();
    for expected in [
        "export function lookup(word: string, hint?: string, options?: { signal?: AbortSignal }): \
         Promise<string>;",
        "translate: (words: ReadableStream<string> & AsyncIterable<string>, more: number | undefined, \
         call: { readonly signal: AbortSignal }) => AsyncIterable<Uint8Array> | Iterable<Uint8Array> | \
         Uint8Array | Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array>;",
        "later: (value: Promise<number>) => Both | Promise<Both>;",
        "all: AsyncIterable<Uint8Array>;",
        "end: Promise<void>;",
    ] {
        assert!(declared.contains(expected), "{expected}\n{declared}");
    }
    let skeleton = source.skeleton();
    assert!(
        skeleton.contains("= async (words, more) => {"),
        "{skeleton}"
    );
    let stubs = source.stubs();
    assert!(
        stubs[0].source.contains("= async () => stub(\"lookup\")"),
        "{stubs:?}"
    );
    assert!(source.checker().contains(r#""isAsync":true"#));
}
