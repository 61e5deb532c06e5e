//! Why a component cannot be linked.

use std::path::PathBuf;

/// Why a component cannot be linked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// The bytes are not WebAssembly.
    #[error("`{name}` is not WebAssembly: it begins with other bytes")]
    NotWebAssembly {
        /// The name it was to have.
        name: String,
    },
    /// It is a core module.
    #[error(
        "`{name}` is a core module and not a component: compile it for wasm32-wasip2, or make a \
         component of it with `wasm-tools component new`"
    )]
    CoreModule {
        /// The name it was to have.
        name: String,
    },
    /// It cannot be compiled.
    #[error("`{name}` is no valid component: {reason}")]
    Invalid {
        /// The name it was to have.
        name: String,
        /// What is wrong with it, for people.
        reason: String,
    },
    /// It needs what nobody gives.
    #[error(
        "`{name}` imports what nobody gives it: {}; compose it with a component that exports this \
         first, for instance with `wac plug`",
        .imports.join(", ")
    )]
    MissingImports {
        /// The name it was to have.
        name: String,
        /// The names of the imports.
        imports: Vec<String>,
    },
    /// An import has the right name and another type.
    #[error("the imports of `{name}` do not fit: {reason}")]
    Imports {
        /// The name it was to have.
        name: String,
        /// What does not fit, for people.
        reason: String,
    },
    /// It has nothing that a script could call.
    #[error("`{name}` exports nothing that a script can call")]
    NoExports {
        /// The name it was to have.
        name: String,
    },
    /// A name that no import could have.
    #[error(
        "`{name}` cannot be the name of a linked component: use a name such as `filters` or \
         `acme:image`"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// Two components of one VM have the same name.
    #[error("two linked components have the name `{name}`: give one of them another")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A folder cannot be opened.
    #[error("cannot open the folder {path} for linked components: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The compiler for components could not be set up.
    #[error("components cannot be linked here: {reason}")]
    Engine {
        /// Why not, for people.
        reason: String,
    },
}
