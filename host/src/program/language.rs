//! What a file is written in.

use std::path::Path;

use oxc::span::SourceType;

/// The syntax of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    JavaScript,
    Jsx,
    TypeScript,
    Tsx,
    Json,
}

/// What a file is by its extension.
#[derive(Clone, Copy, Debug)]
pub struct FileType {
    pub language: Language,
    pub goal: Goal,
}

/// What kind of module a file is, as far as its extension tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    Es,
    CommonJs,
    /// What its package says, or else its syntax.
    Unknown,
}

impl FileType {
    /// By the extension of a path. What is not known is JavaScript: programs need no extension.
    ///
    /// # Errors
    /// What it is instead, if it certainly is none of the languages.
    pub fn of(path: &Path) -> Result<FileType, &'static str> {
        use {Goal::*, Language::*};
        let extension = path.extension().and_then(|extension| extension.to_str());
        let (language, goal) = match extension.unwrap_or_default() {
            "mjs" => (JavaScript, Es),
            "cjs" => (JavaScript, CommonJs),
            "jsx" => (Jsx, Unknown),
            "ts" => (TypeScript, Unknown),
            "mts" => (TypeScript, Es),
            "cts" => (TypeScript, CommonJs),
            "tsx" => (Tsx, Unknown),
            "json" => (Json, Unknown),
            "node" => return Err("native addons cannot be run in a sandbox"),
            "wasm" => return Err("WebAssembly modules cannot be imported"),
            "css" => return Err("style sheets are no modules"),
            _ => (JavaScript, Unknown),
        };
        Ok(FileType { language, goal })
    }

    /// How to parse it.
    pub fn source_type(self) -> SourceType {
        let javascript = match self.goal {
            Goal::Es => SourceType::mjs(),
            Goal::CommonJs => SourceType::cjs(),
            Goal::Unknown => SourceType::unambiguous(),
        };
        match self.language {
            Language::JavaScript | Language::Json => javascript,
            Language::Jsx => javascript.with_jsx(true),
            // Their kind is known when it is known what they import and export.
            Language::TypeScript => SourceType::ts(),
            Language::Tsx => SourceType::tsx(),
        }
    }
}

impl Language {
    /// Whether the engine cannot read it as it is.
    pub fn is_converted(self) -> bool {
        !matches!(self, Language::JavaScript | Language::Json)
    }
}

/// Whether a file has one of TypeScript's extensions.
pub fn is_typescript(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("ts" | "mts" | "cts" | "tsx"))
}
