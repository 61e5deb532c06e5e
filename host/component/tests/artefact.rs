//! The files fit each other.

use jsvm_component::{
    BASE_IMAGE, BASE_IMAGE_SIZE, BASE_IMAGE_START, COMPONENT, CONSTANT_BYTES, FINGERPRINT,
    THIRD_PARTY,
};
use sha2::{Digest, Sha256};
use wasmparser::{Parser, Payload};

#[test]
fn the_fingerprint_is_that_of_the_component() {
    assert_eq!(FINGERPRINT[..], Sha256::digest(COMPONENT)[..]);
}

#[test]
fn the_component_has_one_memory_of_the_image() {
    let mut memories = Vec::new();
    for payload in Parser::new(0).parse_all(COMPONENT) {
        if let Payload::MemorySection(section) = payload.unwrap() {
            memories.extend(section.into_iter().map(|memory| memory.unwrap().initial));
        }
    }
    assert_eq!(memories, [(BASE_IMAGE_START + BASE_IMAGE_SIZE) / 65_536]);
}

#[test]
fn the_image_is_whole_pages_with_constants_first() {
    assert!(!BASE_IMAGE.is_empty());
    assert_eq!(BASE_IMAGE.len() % 4096, 0);
    assert!(BASE_IMAGE.len() as u64 <= BASE_IMAGE_SIZE);
    assert!(CONSTANT_BYTES > 0 && CONSTANT_BYTES <= BASE_IMAGE.len() as u64);
    let last_page = &BASE_IMAGE[BASE_IMAGE.len() - 4096..];
    assert!(last_page.iter().any(|byte| *byte != 0));
}

#[test]
fn licences_are_listed() {
    for name in [
        "QuickJS-NG",
        "wasi-libc",
        "Rust standard library",
        "crate encoding_rs",
        "crate slab",
        "npm package web-streams-polyfill",
    ] {
        let row = THIRD_PARTY.lines().find(|line| line.contains(name));
        assert!(row.is_some_and(|row| row.starts_with("| ")), "{name}");
    }
}

#[cfg(feature = "templates")]
#[test]
fn there_is_a_template_for_each_kind_of_file() {
    let services = ["", "-keyvalue", "-config", "-keyvalue-config"];
    for kind in [
        "command",
        "command-without-fetch",
        "http",
        "http-with-environment",
        "service",
        "service-with-environment",
    ] {
        for service in services {
            for host in ["-wasmtime", "-spin"] {
                let host = if service.is_empty() { "" } else { host };
                has_no_vm(&format!("{kind}{service}{host}"));
            }
        }
    }
    has_no_vm("no-host");
    assert!(jsvm_component::template("service-config-other").is_none());
}

/// A template is a component with exactly one empty core module.
#[cfg(feature = "templates")]
fn has_no_vm(name: &str) {
    let template = jsvm_component::template(name).unwrap_or_else(|| panic!("{name}"));
    let mut empty = 0;
    for payload in Parser::new(0).parse_all(&template) {
        if let Payload::ModuleSection {
            unchecked_range, ..
        } = payload.unwrap()
        {
            empty += usize::from(unchecked_range.len() == 8);
        }
    }
    assert_eq!(empty, 1, "{name}");
}

#[cfg(feature = "templates")]
#[test]
fn the_references_are_those_of_the_component() {
    let references = jsvm_component::references().unwrap();
    // The module of the VM is the one with the most functions.
    let (mut functions, mut largest) = (0, 0);
    for payload in Parser::new(0).parse_all(COMPONENT) {
        if let Payload::CodeSectionStart { count, .. } = payload.unwrap() {
            functions = functions.max(count);
        }
    }
    assert_eq!(references.functions.len() as u32, functions);
    let at = |address: u32| &BASE_IMAGE[address as usize - BASE_IMAGE_START as usize..];
    for builtin in &references.builtins {
        let name = u32::from_le_bytes(*at(builtin.entry).first_chunk().unwrap());
        let name = at(name).split(|byte| *byte == 0).next().unwrap();
        assert_eq!(name, builtin.name.as_bytes());
    }
    // Names that every engine has, and no guest looks for.
    for name in ["toSorted", "getDate", "resizable"] {
        assert!(
            references.builtins.iter().any(|it| it.name == name),
            "{name}"
        );
    }
    for constant in &references.constants {
        assert!(u64::from(constant.start) >= largest);
        largest = u64::from(constant.start) + u64::from(constant.len);
    }
    assert!(largest <= BASE_IMAGE_START + CONSTANT_BYTES);
}

#[cfg(all(feature = "read", feature = "size-engine"))]
#[test]
fn the_engine_for_size_is_another_with_the_same_interface() {
    use jsvm_component::{size_engine, EngineParts, SIZE_FINGERPRINT, WIT_VERSION};

    let engine = size_engine().unwrap();
    let parts = EngineParts::read(&engine.component).unwrap();
    assert_eq!(parts.fingerprint, SIZE_FINGERPRINT);
    assert_ne!(parts.fingerprint, FINGERPRINT);
    assert_eq!(parts.wit, WIT_VERSION);
    let usual = EngineParts::read(COMPONENT).unwrap();
    assert_eq!(parts.description.requests, usual.description.requests);
    assert!(engine.component.len() < COMPONENT.len());
    assert!(engine
        .references
        .builtins
        .iter()
        .any(|it| it.name == "toSorted"));
}
