//! Components that are no engine: a typed error for each, and nothing of them runs for long.

use jsvm::{COMPONENT, Engine, EngineComponentError as Wrong, EngineId, Error};
use jsvm_tests::altered::{self, Sections};
use wasm_encoder::{ConstExpr, Encode, GlobalSection, GlobalType, ValType};

use super::{config, refused};

/// Ids of sections of modules.
const MEMORY: u8 = 5;
const GLOBAL: u8 = 6;
const START: u8 = 8;
const DATA: u8 = 11;

#[test]
fn other_bytes_are_no_component() {
    let truncated = &COMPONENT[..COMPONENT.len() / 2];
    for bytes in [&b""[..], b"text", b"\0asm\x01\0\0\0", truncated] {
        let error = refused(bytes);
        assert!(matches!(error, Wrong::NotAComponent { .. }), "{error}");
    }
    let error = Engine::from_component_file("no/such/file").unwrap_err();
    assert!(
        matches!(error, Error::EngineComponent(Wrong::Read { .. })),
        "{error}"
    );
}

#[test]
fn component_of_another_world_is_refused() {
    let empty = wat::parse_str("(component)").unwrap();
    let other = wat::parse_str(
        r#"(component (import "a:b/c@1.0.0" (instance $i)) (export "d:e/f@1.0.0" (instance $i)))"#,
    );
    // The right name on the wrong thing.
    let name = format!("jsvm:engine/vm@{}", jsvm_component::WIT_VERSION);
    let imposter = format!(r#"(component (import "a" (func $f)) (export "{name}" (func $f)))"#);
    for bytes in [empty, other.unwrap()] {
        let error = refused(&bytes);
        assert!(matches!(error, Wrong::OtherWorld { .. }), "{error}");
    }
    let error = refused(&wat::parse_str(imposter).unwrap());
    assert!(
        matches!(error, Wrong::Malformed { .. } | Wrong::NotAComponent { .. }),
        "{error}"
    );
    let transpiler = include_bytes!("../../../../host/transpiler/artefacts/transpiler.wasm");
    let error = refused(transpiler);
    assert!(matches!(error, Wrong::OtherWorld { .. }), "{error}");
}

#[test]
fn engine_of_a_newer_interface_is_refused() {
    let ours: Vec<u32> = jsvm_component::WIT_VERSION
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect();
    let newer = format!("{}.{}.{}", ours[0], ours[1] + 1, ours[2]);
    match refused(&altered::with_wit(&newer)) {
        ref error @ Wrong::OtherWit {
            ref found,
            supported,
        } => {
            assert_eq!(
                (&**found, supported),
                (&*newer, jsvm_component::WIT_VERSION)
            );
            assert!(error.to_string().contains(&newer), "{error}");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn engine_of_a_newer_patch_version_runs() {
    let (minor, _) = jsvm_component::WIT_VERSION.rsplit_once('.').unwrap();
    let newer = altered::with_wit(&format!("{minor}.9"));
    let engine = config().build_from_component(&newer).unwrap();
    let vm = engine.vm().build().unwrap();
    assert_eq!(vm.eval("6 * 7").unwrap().to::<u32>().unwrap(), 42);
}

#[test]
fn another_engine_than_the_required_one_is_refused() {
    let required = config().require_engine(EngineId::BUILT_IN);
    match required.build_from_component(&altered::renamed()) {
        Err(Error::EngineComponent(Wrong::OtherEngine { found })) => {
            assert_eq!(found, super::other().id());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn requests_of_other_versions_are_refused() {
    for version in [0, jsvm_component::REQUESTS + 1] {
        let error = refused(&altered::with(|it| it.requests = version));
        assert!(
            matches!(error, Wrong::Requests { found, .. } if found == version),
            "{error}"
        );
    }
}

#[test]
fn description_that_lies_is_refused() {
    let size = jsvm_component::BASE_IMAGE_SIZE;
    let end = jsvm_component::BASE_IMAGE_START + size;
    let error = refused(&altered::undescribed());
    assert!(matches!(error, Wrong::Malformed { .. }), "{error}");
    let error = refused(&altered::with(|it| it.constants = size + 1));
    assert!(matches!(error, Wrong::Malformed { .. }), "{error}");
    // A host would write to these addresses.
    for counters in [0, 8, end - 4, end, end + 8, u64::MAX - 7, u64::MAX] {
        let error = refused(&altered::with(|it| it.poll_counters = counters));
        assert!(
            matches!(error, Wrong::Malformed { .. }),
            "{counters}: {error}"
        );
    }
    let odd = altered::description().poll_counters + 4;
    let error = refused(&altered::with(|it| it.poll_counters = odd));
    assert!(matches!(error, Wrong::Malformed { .. }), "{error}");
}

#[test]
fn base_image_that_lies_is_refused() {
    let malformed = |change: &dyn Fn(u8, &[u8]) -> Sections| {
        let error = refused(&altered::with_sections(change));
        assert!(matches!(error, Wrong::Malformed { .. }), "{error}");
    };
    let same = |id: u8, content: &[u8]| vec![(id, content.to_vec())];
    // Data outside of the memory: less memory than data.
    malformed(&|id, content| match id {
        MEMORY => vec![(id, vec![1, 0, 65])],
        _ => same(id, content),
    });
    // No data at all is an image of zeros, which an engine cannot run: it has no constants.
    malformed(&|id, content| match id {
        DATA => vec![(id, vec![0])],
        12 => vec![],
        _ => same(id, content),
    });
    // More than a fresh VM can have.
    malformed(&|id, content| match id {
        MEMORY => vec![(id, vec![1, 0, 0xff, 0xff, 3])],
        _ => same(id, content),
    });
    // The data of an adapter, in the same memory.
    let error = refused(&altered::with_other_memory());
    assert!(matches!(error, Wrong::OtherImage), "{error}");
}

/// The module says where its stack ends, and its code says where the image begins: a host that
/// believes one of them gives back memory that is not the stack.
#[test]
fn stack_that_lies_is_refused() {
    let start = i32::try_from(jsvm_component::BASE_IMAGE_START).unwrap();
    for wrong in [start - 65_536, start + 4_096] {
        let component = altered::with_sections(&|id, content| {
            if id != GLOBAL {
                return vec![(id, content.to_vec())];
            }
            let mut globals = GlobalSection::new();
            let ty = GlobalType {
                val_type: ValType::I32,
                mutable: true,
                shared: false,
            };
            globals.global(ty, &ConstExpr::i32_const(wrong));
            let mut bytes = Vec::new();
            globals.encode(&mut bytes);
            // Without the length of the section, which has one byte.
            vec![(id, bytes[1..].to_vec())]
        });
        let error = refused(&component);
        assert!(
            matches!(
                error,
                Wrong::Unusable(_) | Wrong::Compilation(_) | Wrong::Malformed { .. }
            ),
            "{error}"
        );
    }
}

#[test]
fn start_function_is_refused_or_traps() {
    let error = refused(&altered::with_sections(&|id, content| match id {
        // Before the elements.
        9 => vec![(START, vec![0]), (id, content.to_vec())],
        _ => vec![(id, content.to_vec())],
    }));
    assert!(matches!(error, Wrong::Malformed { .. }), "{error}");
    let error = refused(&altered::trapping());
    assert!(matches!(error, Wrong::Unusable(_)), "{error}");
}
