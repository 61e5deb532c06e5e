//! Imports of files as text, by the suffix `?raw`. Bundlers have it, and programs that are written for them.

use std::path::{Path, PathBuf};

use jsvm::{Import, ImportKind, Module};
use serde_json::Value as Json;

use super::error::ProgramError;
use super::files;

/// The end of a specifier that imports a file as text.
const SUFFIX: &str = "?raw";

/// The prefix of the names of such modules. The rest is the name of the file.
const PREFIX: &str = "jsvm:text:";

/// Extensions of files that can be imported as text: parts of programs. An import needs no permission to read,
/// so it must not reach other files, such as `.env` or keys.
const EXTENSIONS: [&str; 26] = [
    "html", "htm", "css", "svg", "xml", "md", "sql", "graphql", "gql", "glsl", "vert", "frag",
    "wgsl", "wit", "wat", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "json", "hbs",
    "ejs",
];

/// Returns the import of the file itself, if an import is one of text.
pub fn import_of_file<'a>(import: &Import<'a>) -> Option<Import<'a>> {
    let file = import.specifier.strip_suffix(SUFFIX)?;
    (import.kind == ImportKind::Import).then(|| Import::new(file, import.importer, import.kind))
}

/// Returns the name of the module of a file's text.
pub fn name_of(file: &str) -> String {
    format!("{PREFIX}{file}")
}

/// Returns the name of the file of such a module.
pub fn file_of(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// Reads a file and creates the module of its text, which is the default export.
pub fn module(path: PathBuf) -> Result<Module, ProgramError> {
    if !is_text(&path) {
        return Err(ProgramError::Unsupported {
            path,
            reason: format!(
                "only files of these types can be imported with {SUFFIX}: {}",
                EXTENSIONS.join(", ")
            ),
        });
    }
    let text = files::read_text(&path)?;
    Ok(Module::es(format!("export default {};", Json::from(text))))
}

fn is_text(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}
