//! The language of a file.

use std::path::Path;

/// Extensions that a specifier can leave out, in the order in which they are tried: first those of
/// Node.js.
pub const EXTENSIONS: [&str; 9] = [
    ".js", ".json", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".jsx",
];

/// The syntax of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    JavaScript,
    Jsx,
    TypeScript,
    Tsx,
    Json,
}

/// The type of a file, from its extension.
#[derive(Clone, Copy, Debug)]
pub struct FileType {
    pub language: Language,
    pub goal: Goal,
}

/// The kind of module, as far as the extension shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    Es,
    CommonJs,
    /// The kind in its `package.json`, or else that of its syntax.
    Unknown,
}

impl FileType {
    /// Returns the type for the extension of a path. No extension means JavaScript, and so does an
    /// unknown one if the file `is_named` by the embedder.
    ///
    /// Imports do not reach other files: `.env` parses as JavaScript, and so may a file of any kind.
    ///
    /// # Errors
    /// The reason why a file of this extension cannot be loaded.
    pub fn from_path(path: &Path, is_named: bool) -> Result<FileType, &'static str> {
        use {Goal::*, Language::*};
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let extension = path
            .extension()
            .map(|extension| extension.to_str().unwrap_or("?"));
        let (language, goal) = match extension.unwrap_or_default() {
            "mjs" => (JavaScript, Es),
            "cjs" => (JavaScript, CommonJs),
            "jsx" => (Jsx, Unknown),
            "ts" => (TypeScript, Unknown),
            "mts" => (TypeScript, Es),
            "cts" => (TypeScript, CommonJs),
            "tsx" => (Tsx, Unknown),
            "json" => (Json, Unknown),
            "node" => {
                return Err(
                    "it is a native addon, which cannot run in a sandbox. Use a package without native code",
                );
            }
            "css" => return Err("it is a style sheet, not a module. Bundle the program first"),
            "js" => (JavaScript, Unknown),
            "" if !name.starts_with(b".") => (JavaScript, Unknown),
            _ if is_named => (JavaScript, Unknown),
            _ => {
                return Err(
                    "it is not a module: its name ends in no extension of JavaScript, TypeScript or JSON",
                );
            }
        };
        Ok(FileType { language, goal })
    }
}

impl Language {
    /// Whether files must be converted for the engine.
    pub fn is_converted(self) -> bool {
        !matches!(self, Language::JavaScript | Language::Json)
    }
}

/// Whether a file has an extension of TypeScript.
pub fn is_typescript(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("ts" | "mts" | "cts" | "tsx"))
}
