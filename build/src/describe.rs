//! The description of an engine, inside its component.

use sha2::{Digest, Sha256};
use wasm_encoder::{ComponentSection, CustomSection};
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::component::interface;
use crate::section::{Description, SECTION};

/// Adds the description of an engine to its component, as a custom section at the end.
pub fn described(mut component: Vec<u8>, description: &Description) -> Vec<u8> {
    let section = CustomSection {
        name: SECTION.into(),
        data: description.to_string().into_bytes().into(),
    };
    section.append_to_component(&mut component);
    component
}

/// The version of the WIT package of the engine's exports, such as `0.1.0`; `None` if the component
/// exports none of it.
///
/// # Errors
///
/// If the bytes are not a WebAssembly binary.
pub fn wit_version(component: &[u8]) -> Result<Option<String>, wasmparser::Error> {
    let exports = interface(component)?.exports;
    let mut versions = exports.iter().filter_map(|name| {
        let (_, version) = name.strip_prefix("jsvm:engine/")?.split_once('@')?;
        Some(version.to_owned())
    });
    Ok(versions.next())
}

/// How many bytes at the beginning of the memory's data never change: the section `.rodata`, which
/// the linker puts first. 0 if there is no such section, or no name section names it.
///
/// # Errors
///
/// If the module is not WebAssembly.
pub fn constants(core: &[u8]) -> Result<u64, wasmparser::Error> {
    let mut first = 0;
    for payload in Parser::new(0).parse_all(core) {
        match payload? {
            Payload::DataSection(section) => {
                if let Some(segment) = section.into_iter().next() {
                    first = segment?.data.len() as u64;
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else {
                    continue;
                };
                for subsection in subsections {
                    if let Name::Data(names) = subsection? {
                        for name in names {
                            let name = name?;
                            if name.index == 0 && name.name == ".rodata" {
                                return Ok(first);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(0)
}

/// The fingerprint of a component: the SHA-256 of its bytes.
pub fn fingerprint(component: &[u8]) -> [u8; 32] {
    Sha256::digest(component).into()
}

#[cfg(test)]
mod tests {
    use wasmparser::{Parser, Payload};

    use super::{Description, SECTION, constants, described, wit_version};

    #[test]
    fn description_is_a_section_of_the_component() {
        let component = wat::parse_str(
            r#"(component (component (import "jsvm:engine/inner@9.9.9" (func)))
                (import "b:b/b@1.0.0" (instance $b)) (export "jsvm:engine/vm@1.2.3" (instance $b)))"#,
        )
        .unwrap();
        let description = Description {
            version: "1.2.3".to_owned(),
            requests: 4,
            constants: 5,
            poll_counters: 6,
        };
        let component = described(component, &description);
        let sections = Parser::new(0).parse_all(&component);
        let found = sections.filter_map(|payload| match payload.unwrap() {
            Payload::CustomSection(section) if section.name() == SECTION => Some(
                std::str::from_utf8(section.data())
                    .unwrap()
                    .parse()
                    .unwrap(),
            ),
            _ => None,
        });
        assert_eq!(found.collect::<Vec<Description>>(), [description]);
        assert_eq!(wit_version(&component).unwrap().as_deref(), Some("1.2.3"));
    }

    #[test]
    fn constants_are_told_by_their_name() {
        let named = |name: &str| {
            let text = format!(
                r#"(module (memory 1) (data ${name} (i32.const 16) "abc") (data $.data (i32.const 32) "d"))"#
            );
            constants(&wat::parse_str(text).unwrap()).unwrap()
        };
        assert_eq!(named(".rodata"), 3);
        assert_eq!(named(".other"), 0);
    }
}
