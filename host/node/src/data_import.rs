//! Modules in `data:` URLs: JavaScript, JSON and WebAssembly, as in Node.js.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsvm::{Import, ImportKind, Module};
use percent_encoding::percent_decode_str;

use super::error::ProgramError;
use super::wasm;

/// The scheme of such specifiers.
const SCHEME: &str = "data:";

/// The most bytes of a URL.
const MAX_URL: usize = 16 << 20;

/// Whether an import is one of a `data:` URL. A `require` of one is a package that does not exist.
pub fn is_data(import: &Import<'_>) -> bool {
    import.kind != ImportKind::Require && import.specifier.starts_with(SCHEME)
}

/// Whether the importer of a module is one in a `data:` URL. There is no folder to begin with then.
pub fn is_from_data(import: &Import<'_>) -> bool {
    import.importer.starts_with(SCHEME)
}

/// Returns the full name of the module of a `data:` URL, which is the URL.
///
/// # Errors
/// If the URL is too long.
pub fn name_of(import: &Import<'_>) -> Result<String, ProgramError> {
    match import.specifier.len() <= MAX_URL {
        true => Ok(import.specifier.to_owned()),
        false => Err(ProgramError::specifier_too_long(import)),
    }
}

/// Creates the module of a full name, if it is a `data:` URL.
pub fn module(name: &str) -> Option<Result<Module, ProgramError>> {
    name.strip_prefix(SCHEME).map(read)
}

fn read(url: &str) -> Result<Module, ProgramError> {
    let unsupported = |reason: &str| {
        let end = url.floor_char_boundary(60);
        ProgramError::Unsupported {
            path: PathBuf::from(format!("{SCHEME}{}", &url[..end])),
            reason: reason.to_owned(),
        }
    };
    let Some((ty, content)) = url.split_once(',') else {
        return Err(unsupported("the URL has no comma"));
    };
    let (ty, is_base64) = match ty.strip_suffix(";base64") {
        Some(ty) => (ty, true),
        None => (ty, false),
    };
    let mut bytes: Vec<u8> = percent_decode_str(content).collect();
    if is_base64 {
        bytes.retain(|byte| !byte.is_ascii_whitespace());
        bytes = STANDARD
            .decode(&bytes)
            .map_err(|error| unsupported(&format!("it is no Base64: {error}")))?;
    }
    let essence = ty.split(';').next().unwrap_or_default().trim();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    match essence.to_ascii_lowercase().as_str() {
        "text/javascript" => Ok(Module::es(text(bytes))),
        "application/json" => Ok(Module::json(text(bytes))),
        "application/wasm" => {
            let script = wasm::script(&bytes, &PathBuf::from("data:application/wasm"))?;
            Ok(Module::es(script))
        }
        _ => Err(unsupported(
            "the type of a module is text/javascript, application/json or application/wasm",
        )),
    }
}
