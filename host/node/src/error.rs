//! Errors of loading modules.

use std::path::PathBuf;

use jsvm::Data;
use jsvm::ErrorClass;
use jsvm::HostError;
use jsvm::Import;
use jsvm::data::ErrorData;
use jsvm::data::{DataBuilder, Node};
use jsvm_transpiler::TranspilerError;

use super::bounds::MAX_PATH;

/// The maximum number of bytes that a message shows of a text that is too long.
const MAX_SHOWN: usize = 60;

/// The reason why a module cannot be loaded.
///
/// ```
/// use jsvm_node::{NodeModules, ProgramError};
/// let modules = NodeModules::new(".").expect("it exists");
/// let error: ProgramError = modules.entry("missing.js").unwrap_err();
/// assert!(error.to_string().contains("missing.js"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The module does not exist.
    #[error("cannot find {what} '{specifier}' imported from {importer}{}{}",
        lines("tried ", .tried), lines("", .hints), what = what(.specifier))]
    NotFound {
        /// The specifier of the import.
        specifier: String,
        /// The module that imports it.
        importer: String,
        /// Whether the import is a `require`.
        required: bool,
        /// The places that were tried.
        tried: Vec<String>,
        /// Suggestions.
        hints: Vec<String>,
    },

    /// The package does not export the path.
    #[error("cannot import '{specifier}' from {importer}: {reason}{}", lines("", .hints))]
    NotExported {
        /// The specifier of the import.
        specifier: String,
        /// The module that imports it.
        importer: String,
        /// The reason, with the `package.json`.
        reason: String,
        /// The paths that the package exports.
        hints: Vec<String>,
    },

    /// The module is built into Node.js.
    #[error(
        "cannot find module '{specifier}' imported from {importer}: it is built into Node.js, but not \
         into jsvm. An embedder can register a module under this name"
    )]
    Builtin {
        /// The specifier of the import.
        specifier: String,
        /// The module that imports it.
        importer: String,
    },

    /// The module is outside the root folder of the program.
    #[error(
        "cannot load module '{specifier}'{}: it is outside the program's folder {}. To load it, make a \
         folder above both the root, with --modules in the program jsvm",
        from(.importer), .root.display()
    )]
    Outside {
        /// The specifier of the import.
        specifier: String,
        /// The module that imports it; empty for the main module.
        importer: String,
        /// The root folder.
        root: PathBuf,
    },

    /// The specifier, or the path of its importer, is longer than 4,096 bytes.
    #[error(
        "cannot load the module of a specifier of {length} bytes{}: it must not be longer than \
         {MAX_PATH} bytes. It begins with '{start}'", from(.importer)
    )]
    SpecifierTooLong {
        /// The beginning of the specifier.
        start: String,
        /// The length of the specifier in bytes.
        length: usize,
        /// The beginning of the name of the module that imports it.
        importer: String,
    },

    /// A `package.json` or `tsconfig.json` cannot be used.
    #[error("cannot use {}: {reason}", .path.display())]
    Configuration {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },

    /// The file cannot be read.
    #[error("cannot read {}: {}", .path.display(), reason(.source))]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },

    /// The file is not UTF-8.
    #[error("cannot read {}: line {line} is not valid UTF-8", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first line that is not UTF-8.
        line: usize,
    },

    /// The path of the file is not Unicode.
    #[error("cannot load {}: its path is not Unicode", .path.display())]
    NotUnicode {
        /// The file.
        path: PathBuf,
    },

    /// The file is of a kind that cannot be loaded.
    #[error("cannot load {}: {reason}", .path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },

    /// The file has syntax of ES modules, but its `package.json` says that it is CommonJS.
    #[error(
        "cannot load {file} as CommonJS: it has an import, an export or a top-level await, but \"type\" \
         in {} is \"commonjs\". Write \"type\": \"module\" there, or give the file the extension .mjs",
        .package.display()
    )]
    DeclaredCommonJs {
        /// The name of the module.
        file: String,
        /// The `package.json`.
        package: PathBuf,
    },

    /// The file is JSON, and the import does not say so.
    #[error("module {file} is JSON: import it with {{ type: \"json\" }}")]
    NoAttribute {
        /// The name of the module.
        file: String,
    },

    /// The file is nested too deeply to be converted to JavaScript.
    #[error("nested too deeply")]
    TooDeep {
        /// The name of the module.
        file: String,
    },

    /// The file exceeds another limit of the parser, or the parser failed.
    #[error("cannot convert {file}: {source}. Split the file, or convert it before")]
    Transpiler {
        /// The name of the module.
        file: String,
        /// The limit.
        source: TranspilerError,
    },

    /// The file does not parse.
    #[error("{message}")]
    Syntax {
        /// The message of the parser.
        message: String,
        /// The name of the module.
        file: String,
        /// The line, from 1.
        line: u32,
        /// The column, from 1, in bytes of UTF-8 as the engine counts them.
        column: u32,
    },
}

impl ProgramError {
    pub(crate) fn from_transpiler(error: TranspilerError, file: &str) -> Self {
        let file = file.to_owned();
        match error {
            TranspilerError::Depth => ProgramError::TooDeep { file },
            source => ProgramError::Transpiler { file, source },
        }
    }

    pub(crate) fn specifier_too_long(import: &Import<'_>) -> Self {
        let start = |text: &str| text[..text.floor_char_boundary(MAX_SHOWN)].to_owned();
        ProgramError::SpecifierTooLong {
            start: start(import.specifier),
            length: import.specifier.len(),
            importer: start(import.importer),
        }
    }

    /// Converts the error to the exception that the import throws: an `Error` with the `code` of
    /// Node.js, or a `SyntaxError` with its place.
    pub fn into_host_error(self) -> HostError {
        self.into_host_error_at(None)
    }

    /// As [`into_host_error`](Self::into_host_error), with the place of an import in its module: line
    /// and column.
    pub(crate) fn into_host_error_at(self, place: Option<(&str, u32, u32)>) -> HostError {
        let class = match self {
            ProgramError::Syntax { .. }
            | ProgramError::TooDeep { .. }
            | ProgramError::DeclaredCommonJs { .. } => ErrorClass::SyntaxError,
            ProgramError::NoAttribute { .. } => ErrorClass::TypeError,
            _ => ErrorClass::Error,
        };
        let code = match &self {
            ProgramError::NotFound { required: true, .. } => Some("MODULE_NOT_FOUND"),
            ProgramError::NotFound { .. } => Some("ERR_MODULE_NOT_FOUND"),
            ProgramError::SpecifierTooLong { .. } => Some("ERR_INVALID_MODULE_SPECIFIER"),
            ProgramError::Builtin { .. } => Some("ERR_UNKNOWN_BUILTIN_MODULE"),
            ProgramError::NotExported { .. } => Some("ERR_PACKAGE_PATH_NOT_EXPORTED"),
            ProgramError::Configuration { .. } => Some("ERR_INVALID_PACKAGE_CONFIG"),
            ProgramError::NoAttribute { .. } => Some("ERR_IMPORT_ATTRIBUTE_MISSING"),
            ProgramError::Unsupported { .. } => Some("ERR_UNKNOWN_FILE_EXTENSION"),
            _ => None,
        };
        // The stack of a `SyntaxError` is its place alone, as in the engine.
        let stack = match &self {
            ProgramError::Syntax {
                file, line, column, ..
            } => Some(format!("    at {file}:{line}:{column}\n")),
            ProgramError::TooDeep { file } => Some(format!("    at {file}:1:1\n")),
            _ => place.map(|(file, line, column)| format!("    at {file}:{line}:{column}\n")),
        };
        HostError::value(
            ThrownError {
                class,
                properties: [
                    ("message", Some(self.to_string())),
                    ("stack", stack),
                    ("code", code.map(str::to_owned)),
                ],
            }
            .into_data(),
        )
    }
}

/// A JavaScript error with properties.
struct ThrownError {
    class: ErrorClass,
    properties: [(&'static str, Option<String>); 3],
}

impl ThrownError {
    fn into_data(self) -> Data {
        let mut data = DataBuilder::new();
        let root = data.reserve();
        let properties = self.properties.into_iter().filter_map(|(name, value)| {
            let text = data.push(Node::Text(value?));
            Some((name.to_owned(), text))
        });
        let properties = properties.collect();
        data.fill(
            root,
            Node::Error(ErrorData {
                class: self.class,
                name: None,
                properties,
            }),
        );
        data.finish()
    }
}

/// Returns "module" or "package", from the form of a specifier.
fn what(specifier: &str) -> &'static str {
    let is_path = specifier.starts_with(['.', '/', '#']) || specifier.contains(':');
    if is_path { "module" } else { "package" }
}

fn from(importer: &str) -> String {
    match importer {
        "" => String::new(),
        importer => format!(" imported from {importer}"),
    }
}

/// Formats each entry on a line of its own.
fn lines(before: &str, lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| format!("\n  {before}{line}"))
        .collect()
}

/// Returns the text of a system error without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
