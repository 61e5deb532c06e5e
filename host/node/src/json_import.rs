//! Imports of JSON without an attribute in installed packages. Bundlers allow them, and packages have
//! files for bundlers.

use std::path::Path;

use jsvm::{Import, ImportKind, Module};
use serde_json::Value as Json;

/// The prefix of the names of such modules. The rest is the name of the file.
const PREFIX: &str = "jsvm:json:";

/// Whether an import of a file with this path lacks the attribute, in a module with this text. The text
/// is searched, not parsed: a specifier that is computed tells nothing.
pub fn lacks_attribute(import: &Import<'_>, path: &Path, text: impl FnOnce() -> String) -> bool {
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    if import.kind != ImportKind::Import || !is_json {
        return false;
    }
    let text = text();
    let literals = ['"', '\''].map(|quote| format!("{quote}{}{quote}", import.specifier));
    let mut occurs = false;
    for literal in &literals {
        for (start, _) in text.match_indices(literal.as_str()) {
            let after = text[start + literal.len()..].trim_start();
            if after.starts_with("with") || after.starts_with(',') {
                return false;
            }
            occurs = true;
        }
    }
    occurs
}

/// Whether a module belongs to an installed package.
pub fn is_installed(importer: &Path) -> bool {
    importer.iter().any(|part| part == "node_modules")
}

/// Returns the name of the module of a JSON file.
pub fn name_of(file: &str) -> String {
    format!("{PREFIX}{file}")
}

/// Returns the name of the JSON file of such a module.
pub fn file_of(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// Creates the module of a JSON text: its value, with the properties of an object as exports.
pub fn module(text: &str) -> Module {
    let names = match serde_json::from_str(text) {
        Ok(Json::Object(object)) => object.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    };
    let text = Json::from(text);
    Module::common_js(format!("module.exports = JSON.parse({text});"), names)
}
