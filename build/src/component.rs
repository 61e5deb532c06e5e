//! From a core module to a component.

use wasmparser::{Parser, Payload};

/// Why a core module could not be made a component.
#[derive(Debug, thiserror::Error)]
#[error("the guest module does not fit its WIT world; make guest/ and wit/ agree: {reason}")]
pub struct ComponentError {
    reason: String,
}

/// Makes a component from a core module. Its world is the one that `wit-bindgen` embedded in
/// the module's custom sections.
///
/// # Errors
///
/// If the module imports or exports something that its world does not name, or lacks
/// something that the world exports.
pub fn componentize(core: &[u8]) -> Result<Vec<u8>, ComponentError> {
    let encode = || {
        wit_component::ComponentEncoder::default()
            .validate(true)
            .module(core)?
            .encode()
    };
    encode().map_err(|error| ComponentError {
        reason: format!("{error:#}"),
    })
}

/// The names that a component imports and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Names of the imports, sorted.
    pub imports: Vec<String>,
    /// Names of the exports, sorted.
    pub exports: Vec<String>,
}

/// Lists what a component imports and exports at its top level.
///
/// # Errors
///
/// If the bytes are not a WebAssembly binary.
pub fn interface(component: &[u8]) -> Result<Interface, wasmparser::Error> {
    let mut found = Interface::default();
    // Sections of the modules and components inside are passed over.
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    found.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    found.exports.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    found.imports.sort();
    found.exports.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Interface, componentize, interface};

    #[test]
    fn interface_is_that_of_the_outermost_component() {
        let component = wat::parse_str(
            r#"(component
                (component (import "inner" (func)))
                (core module (import "core" "import" (func)))
                (import "b:b/b" (instance $b))
                (import "a" (func $a))
                (export "z" (instance $b))
                (export "c" (func $a)))"#,
        );
        let found = interface(&component.unwrap()).unwrap();
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let expected = Interface {
            imports: names(["a", "b:b/b"]),
            exports: names(["c", "z"]),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn module_without_a_world_is_refused_if_it_imports() {
        let core = wat::parse_str(r#"(module (import "host" "poll" (func)))"#).unwrap();
        assert!(componentize(&core).is_err());
    }
}
