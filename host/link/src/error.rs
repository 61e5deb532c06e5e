//! Errors of linking components.

use std::path::PathBuf;

/// The reason why a component cannot be linked.
///
/// ```
/// use jsvm_link::{LinkError, Linker};
/// let error = Linker::global()?.compile("words", b"text").unwrap_err();
/// assert!(matches!(error, LinkError::NotWebAssembly { name } if name == "words"));
/// # Ok::<(), LinkError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The bytes are not WebAssembly.
    #[error("`{name}` is not a WebAssembly file")]
    NotWebAssembly {
        /// The name to link it under.
        name: String,
    },
    /// The file is a core module.
    #[error(
        "`{name}` is a core module, not a component. Compile it for wasm32-wasip2, or make a component \
         of it with `wasm-tools component new`"
    )]
    CoreModule {
        /// The name to link it under.
        name: String,
    },
    /// The component cannot be compiled.
    #[error("`{name}` is not a valid component: {reason}")]
    Invalid {
        /// The name to link it under.
        name: String,
        /// The message of the compiler.
        reason: String,
    },
    /// Compiling the component may take more memory than the limit allows.
    #[error(
        "compiling `{name}` may take {} MiB of memory, more than the limit of {} MiB. Raise \
         `CompileLimits::memory` if you trust the component",
        mebibytes(*.bytes),
        mebibytes(*.limit)
    )]
    TooCostly {
        /// The name to link it under.
        name: String,
        /// The estimated memory in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The component consists of more instances than the limit allows.
    #[error(
        "`{name}` consists of more than {limit} core instances and functions between components, or \
         instantiates a component that it imports"
    )]
    TooManyParts {
        /// The name to link it under.
        name: String,
        /// The limit.
        limit: u64,
    },
    /// The component has imports that are not available.
    #[error(
        "`{name}` has imports that are not available: {}. Compose it with a component that exports \
         them, for instance with `wac plug`",
        .imports.join(", ")
    )]
    MissingImports {
        /// The name to link it under.
        name: String,
        /// The names of the imports.
        imports: Vec<String>,
    },
    /// An import has the right name and another type.
    #[error("`{name}` has an import of the wrong type: {reason}")]
    Imports {
        /// The name to link it under.
        name: String,
        /// The difference between the types.
        reason: String,
    },
    /// The component exports no functions.
    #[error("`{name}` exports no function that a script can call")]
    NoExports {
        /// The name to link it under.
        name: String,
    },
    /// The name is not possible in an import.
    #[error(
        "`{name}` cannot be the name of a linked component. Use a name such as `filters` or \
         `acme:image`"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// Two components of one VM have the same name.
    #[error("two linked components have the name `{name}`. Give one of them another name")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A folder cannot be opened.
    #[error("cannot open the folder {path} for linked components: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The compiler for components could not be set up.
    #[error("cannot set up the compiler for linked components: {reason}")]
    Engine {
        /// The message of the compiler.
        reason: String,
    },
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}
