//! Full names of modules.

use jsvm_protocol::standalone::{RESOLVED, ResolvedKey};

use super::builtin;
use super::source::text;
use super::world;
use crate::bindings::jsvm::engine::modules::ImportKind;
use crate::js::JsResult;
use crate::{host, root};

/// Importer of modules whose specifiers are their full names.
pub const BY_FULL_NAME: &str = "jsvm:by-full-name";

/// Resolves a specifier to the full name of a module.
pub fn resolve(specifier: &str, importer: &str, is_require: bool) -> JsResult<String> {
    if importer == BY_FULL_NAME {
        return Ok(specifier.to_owned());
    }
    if let Some(name) = resolve_by_root(specifier, importer, is_require)? {
        return Ok(name);
    }
    if let Some(name) = builtin::resolve(specifier)? {
        return Ok(name);
    }
    if let Some(name) = world::resolve(specifier) {
        return Ok(name.to_owned());
    }
    let kind = match is_require {
        true => ImportKind::RequireCall,
        false => ImportKind::ImportStatement,
    };
    host::resolve_module(specifier, importer, kind)
}

/// Looks into the root in which the embedder may have put names of modules.
pub fn resolve_by_root(
    specifier: &str,
    importer: &str,
    is_require: bool,
) -> JsResult<Option<String>> {
    let Some(names) = root::get(RESOLVED) else {
        return Ok(None);
    };
    let key = ResolvedKey {
        specifier,
        importer,
        is_require,
    };
    Ok(text(&names.get(&*key.to_string())?))
}

/// The folder of a full name.
pub fn folder(name: &str) -> &str {
    match name.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// Converts a path to a `file:` URL. Any other name stays as it is.
pub fn url_of(name: &str) -> String {
    if !name.starts_with('/') {
        return name.to_owned();
    }
    let mut url = "file://".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~!$&'()*+,;=:@".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}
