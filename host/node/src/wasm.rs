//! Core modules of WebAssembly as ES modules: `import { add } from "./add.wasm"` and
//! `import source add from "./add.wasm"`.
//!
//! The module becomes a script that instantiates it with what its imports are as ES modules, as the
//! ES Module Integration of WebAssembly says.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsvm::{Import, ImportKind, Module};
use serde_json::Value as Json;
use wasmparser::{BinaryReaderError, Encoding, ExternalKind, Parser, Payload, TypeRef};

use super::error::ProgramError;
use super::files;

/// Whether a path is that of WebAssembly.
pub fn is_wasm(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "wasm")
}

/// What a script has to know of a module.
#[derive(Default)]
struct Outline {
    is_component: bool,
    /// The modules that are imported, each once.
    imports: Vec<String>,
    exports: Vec<(String, ExternalKind, u32)>,
    /// Of each global variable, whether it is mutable.
    globals: Vec<bool>,
}

/// The text of an ES module for the core module in a file.
///
/// # Errors
/// If the file is a component, or no WebAssembly.
pub fn script(bytes: &[u8], path: &Path) -> Result<String, ProgramError> {
    let unsupported = |reason: String| ProgramError::Unsupported {
        path: path.to_owned(),
        reason,
    };
    let outline = Outline::read(bytes)
        .map_err(|error| unsupported(format!("it is not valid WebAssembly: {error}")))?;
    if outline.is_component {
        return Err(unsupported(
            "it is a component. Only core modules are imported by their path. Link it with --link"
                .to_owned(),
        ));
    }
    Ok(outline.script(bytes))
}

/// The end of a specifier that imports a module without an instance. The engine adds it to those of
/// `import source`; edge runtimes have it, too.
const SUFFIX: &str = "?module";

/// The prefix of the names of such modules. The rest is the name of the file.
const PREFIX: &str = "jsvm:wasm-module:";

/// Returns the import of the file itself, if an import is one of a module without an instance.
pub fn import_of_file<'a>(import: &Import<'a>) -> Option<Import<'a>> {
    let file = import.specifier.strip_suffix(SUFFIX)?;
    (import.kind == ImportKind::Import).then(|| Import::new(file, import.importer, import.kind))
}

/// Returns the name of the ES module whose default export is the `WebAssembly.Module` of a file.
pub fn name_of(file: &str) -> String {
    format!("{PREFIX}{file}")
}

/// Returns the name of the file of such a module.
pub fn file_of(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// Reads a file and creates the ES module whose default export is its `WebAssembly.Module`.
///
/// # Errors
/// If the file is a component, or no WebAssembly.
pub fn source_module(path: PathBuf) -> Result<Module, ProgramError> {
    if !is_wasm(&path) {
        return Err(ProgramError::Unsupported {
            path,
            reason: "only files of WebAssembly (.wasm) have a source phase: import it without \
                     'source' and without ?module"
                .to_owned(),
        });
    }
    let bytes = files::read_bytes(&path)?;
    // The same errors as those of an import of an instance.
    script(&bytes, &path)?;
    let mut text = "export default new WebAssembly.Module(Uint8Array.fromBase64(\"".to_owned();
    STANDARD.encode_string(&bytes, &mut text);
    text += "\"));\n";
    Ok(Module::es(text))
}

impl Outline {
    fn read(bytes: &[u8]) -> Result<Outline, BinaryReaderError> {
        let mut outline = Outline::default();
        let mut known = HashSet::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version {
                    encoding: Encoding::Component,
                    ..
                } => {
                    outline.is_component = true;
                    break;
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        if let TypeRef::Global(ty) = import.ty {
                            outline.globals.push(ty.mutable);
                        }
                        if known.insert(import.module) {
                            outline.imports.push(import.module.to_owned());
                        }
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        outline.globals.push(global?.ty.mutable);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        let name = export.name.to_owned();
                        outline.exports.push((name, export.kind, export.index));
                    }
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    fn script(&self, bytes: &[u8]) -> String {
        let quoted = |text: &str| Json::from(text).to_string();
        let mut text = String::with_capacity(bytes.len() * 4 / 3 + 1024);
        let mut links = String::new();
        for (number, module) in self.imports.iter().enumerate() {
            let module = quoted(module);
            text += &format!("import * as m{number} from {module}; ");
            links += &format!("[{module}]: m{number}, ");
        }
        text += "const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.fromBase64(\"";
        STANDARD.encode_string(bytes, &mut text);
        text += &format!("\")), {{ __proto__: null, {links}}});\n");
        for (number, (name, kind, index)) in self.exports.iter().enumerate() {
            let name = quoted(name);
            // A constant is its value. A variable stays an object, since the binding could not follow it.
            let is_constant =
                *kind == ExternalKind::Global && self.globals.get(*index as usize) == Some(&false);
            let value = if is_constant { ".value" } else { "" };
            text += &format!(
                "const e{number} = exports[{name}]{value}; export {{ e{number} as {name} }};\n"
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use wasm_encoder::{EntityType, ImportSection, Module as Encoded};

    use super::*;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x09\x01\x03./a\x01f\0\0\
        \x06\x06\x01\x7f\0\x41\x07\x0b\x07\x0d\x02\x05\"quot\0\0\x01g\x03\0";

    #[test]
    fn script_imports_and_exports_what_the_module_does() {
        let text = script(MODULE, Path::new("a.wasm")).expect("the module is valid");
        let (head, rest) = text.split_once("fromBase64").expect("it has bytes");
        assert!(
            head.starts_with("import * as m0 from \"./a\"; const { exports }"),
            "{head}"
        );
        assert!(
            rest.contains("{ __proto__: null, [\"./a\"]: m0, }"),
            "{rest}"
        );
        assert!(
            rest.contains(r#"const e0 = exports["\"quot"]; export { e0 as "\"quot" };"#),
            "{rest}"
        );
        assert!(
            rest.contains(r#"const e1 = exports["g"].value; export { e1 as "g" };"#),
            "{rest}"
        );
    }

    /// The time grows with the number of modules, and not with its square, which takes half a minute.
    #[test]
    fn modules_are_told_apart_in_linear_time() {
        const COUNT: usize = 100_000;
        let mut imports = ImportSection::new();
        for number in 0..COUNT {
            imports.import(&number.to_string(), "f", EntityType::Function(0));
        }
        let mut module = Encoded::new();
        module.section(&imports);
        let began = Instant::now();
        let text = script(&module.finish(), Path::new("a.wasm")).expect("it can be read");
        assert_eq!(text.matches("import * as ").count(), COUNT);
        assert!(began.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn components_and_damaged_modules_are_refused() {
        let refused = |bytes: &[u8]| {
            let error = script(bytes, Path::new("a.wasm")).expect_err("it is refused");
            error.to_string()
        };
        assert!(refused(b"\0asm\x0d\0\x01\0").contains("it is a component"));
        assert!(refused(b"\0as").contains("it is not valid WebAssembly"));
        assert!(refused(&MODULE[..20]).contains("it is not valid WebAssembly"));
    }
}
