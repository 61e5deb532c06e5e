//! Why a module cannot be had.

use std::path::PathBuf;

use crate::data::{Data, DataBuilder, Node};
use crate::data::{ErrorClass, ErrorData};
use crate::function::HostError;

/// Why a module cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// There is no such module.
    #[error("cannot find {what} '{specifier}' imported from {importer}{}{}",
        lines("tried ", .tried), lines("", .hints), what = what(.specifier))]
    NotFound {
        /// What stands in the import.
        specifier: String,
        /// The module that imports it.
        importer: String,
        /// Whether it is imported by `require`.
        required: bool,
        /// Where it was looked for.
        tried: Vec<String>,
        /// What may have been meant, or would help.
        hints: Vec<String>,
    },

    /// The package does not let this be imported.
    #[error("cannot import '{specifier}' from {importer}: {reason}{}", lines("", .hints))]
    NotExported {
        /// What stands in the import.
        specifier: String,
        /// The module that imports it.
        importer: String,
        /// What its `package.json` says.
        reason: String,
        /// What it does export.
        hints: Vec<String>,
    },

    /// One of Node's built-in modules.
    #[error(
        "cannot find module '{specifier}' imported from {importer}: it is built into Node, and not \
         into this engine; whoever runs the program can register a module under this name"
    )]
    Builtin {
        /// What stands in the import.
        specifier: String,
        /// The module that imports it.
        importer: String,
    },

    /// It is not in the folder of the program.
    #[error(
        "cannot load module '{specifier}'{}: it is outside the program's folder {}",
        from(.importer), .root.display()
    )]
    Outside {
        /// What stands in the import.
        specifier: String,
        /// The module that imports it; empty if none does.
        importer: String,
        /// The folder.
        root: PathBuf,
    },

    /// A `package.json` or `tsconfig.json` cannot be used.
    #[error("{}: {reason}", .path.display())]
    Configuration {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// It cannot be read.
    #[error("cannot read {}: {}", .path.display(), reason(.source))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// It is not text.
    #[error("cannot read {}: line {line} is not valid UTF-8", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Where that begins.
        line: usize,
    },

    /// Its path is not Unicode.
    #[error("cannot load {}: its path is not Unicode", .path.display())]
    NotUnicode {
        /// The file.
        path: PathBuf,
    },

    /// It is not in a language that can be run.
    #[error("cannot load {}: {reason}", .path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it is.
        reason: String,
    },

    /// It does not parse.
    #[error("{message}")]
    Syntax {
        /// What is wrong.
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
    /// What the import throws: an `Error` with the `code` that Node would give it, or a
    /// `SyntaxError` with its place.
    pub fn into_host_error(self) -> HostError {
        let class = match self {
            ProgramError::Syntax { .. } => ErrorClass::SyntaxError,
            _ => ErrorClass::Error,
        };
        let code = match &self {
            ProgramError::NotFound { required: true, .. } => Some("MODULE_NOT_FOUND"),
            ProgramError::NotFound { .. } => Some("ERR_MODULE_NOT_FOUND"),
            ProgramError::Builtin { .. } => Some("ERR_UNKNOWN_BUILTIN_MODULE"),
            ProgramError::NotExported { .. } => Some("ERR_PACKAGE_PATH_NOT_EXPORTED"),
            ProgramError::Configuration { .. } => Some("ERR_INVALID_PACKAGE_CONFIG"),
            ProgramError::Unsupported { .. } => Some("ERR_UNKNOWN_FILE_EXTENSION"),
            _ => None,
        };
        // Of what does not parse, the stack is the place alone, as the engine has it.
        let stack = match &self {
            ProgramError::Syntax {
                file, line, column, ..
            } => Some(format!("    at {file}:{line}:{column}\n")),
            _ => None,
        };
        HostError::value(
            Thrown {
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

/// An error of JavaScript with properties.
struct Thrown {
    class: ErrorClass,
    properties: [(&'static str, Option<String>); 3],
}

impl Thrown {
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

/// What a specifier is for, judged by its looks.
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

/// Each on a line of its own.
fn lines(before: &str, lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| format!("\n  {before}{line}"))
        .collect()
}

/// An error of the system without its number, which is of no use to anybody.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
