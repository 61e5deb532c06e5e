//! Converts TypeScript and JSX to JavaScript, and analyses JavaScript, in a sandbox.
//!
//! The parser is [oxc](https://oxc.rs). It runs in a WebAssembly component of its own, in a fresh
//! instance for each source, with 2 s of CPU time, 256 MiB of memory and a bounded stack. So a hostile
//! source fails with a [`TranspilerError`], and cannot harm the process.
//!
//! Answers are remembered by the contents of sources, up to 32 MiB. Nothing is loaded before the
//! first call.
//!
//! ```
//! use jsvm_transpiler::{CompilerOptions, File, Language, ModuleKind, convert};
//! let file = File {
//!     language: Language::TypeScript,
//!     kind: Some(ModuleKind::Es),
//!     package_kind: None,
//! };
//! let options = CompilerOptions {
//!     legacy_decorators: false,
//!     decorator_metadata: false,
//!     strict_null_checks: false,
//!     define_class_fields: true,
//!     keep_unused_imports: false,
//!     classic_jsx: false,
//!     jsx_import_source: None,
//!     jsx_factory: None,
//!     jsx_fragment_factory: None,
//!     helper_package: "helpers".to_owned(),
//! };
//! let converted = convert("let a: number = 1;", &file, &options)?;
//! let converted = converted.as_ref().as_ref().unwrap();
//! assert_eq!(converted.code, "let a = 1;\n");
//! # Ok::<(), jsvm_transpiler::TranspilerError>(())
//! ```
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `precompile` | yes | compiles the component to native code when this crate is built |
//! | `compile` | no | compiles the component at first use, with wasmtime's cache |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bindings;
mod cache;
mod error;
mod limits;
mod native;
mod sandbox;
mod settings;
mod ticker;

use std::sync::{Arc, LazyLock};

pub use bindings::exports::jsvm::transpiler::transpiler::{
    Analysis, CompilerOptions, Converted, File, ImportKind, Imported, Language, ModuleKind, Range,
    SyntaxError,
};
pub use error::TranspilerError;

use cache::Cache;

/// The component, which exports the interface `jsvm:transpiler/transpiler` and imports nothing.
///
/// ```
/// // Version 13 of the binary format, layer 1: a component.
/// assert_eq!(jsvm_transpiler::COMPONENT[..8], *b"\0asm\x0d\0\x01\0");
/// ```
pub static COMPONENT: &[u8] = include_bytes!("../artefacts/transpiler.wasm");

/// The licences of the code inside [`COMPONENT`], as Markdown.
///
/// A program that contains the component must pass on this text, or one with the same notices.
///
/// ```
/// assert!(jsvm_transpiler::THIRD_PARTY.contains("oxc_parser"));
/// ```
pub static THIRD_PARTY: &str = include_str!("../artefacts/THIRD-PARTY.md");

/// The maximum size of all sources and answers that are remembered, in bytes.
const MAX_REMEMBERED: usize = 32 << 20;

/// Memory that an entry of the cache takes beside its texts, in bytes.
const ENTRY: usize = 512;

/// A question to the component.
#[derive(PartialEq, Eq, Hash)]
enum Question {
    Convert(String, File, CompilerOptions),
    Analyse(String, Option<ModuleKind>),
}

/// An answer, which a question always gets again.
#[derive(Clone)]
enum Answer {
    Converted(Arc<Result<Converted, SyntaxError>>),
    Analysis(Arc<Option<Analysis>>),
    Failed(TranspilerError),
}

static ANSWERS: LazyLock<Cache<Question, Answer>> = LazyLock::new(|| Cache::new(MAX_REMEMBERED));

/// Converts TypeScript or JSX to JavaScript. Types are removed, not checked.
///
/// The inner error is that of a source that does not parse or cannot be converted.
///
/// # Errors
/// If the source exceeds a limit, or the sandbox fails.
pub fn convert(
    source: &str,
    file: &File,
    options: &CompilerOptions,
) -> Result<Arc<Result<Converted, SyntaxError>>, TranspilerError> {
    let question = Question::Convert(source.to_owned(), *file, options.clone());
    let answer = answer(question, source.len(), || {
        let converted =
            sandbox::call(|guest, store| guest.call_convert(store, source, *file, options))?;
        let size = converted.as_ref().map_or(0, |converted| {
            converted.code.len() + converted.mappings.as_ref().map_or(0, String::len)
        });
        Ok((Answer::Converted(Arc::new(converted)), size))
    });
    match answer? {
        Answer::Converted(converted) => Ok(converted),
        _ => Err(unexpected()),
    }
}

/// Parses JavaScript. Returns `None` if it does not parse. Without a kind, the syntax decides whether
/// it is an ES module.
///
/// # Errors
/// If the source exceeds a limit, or the sandbox fails.
///
/// ```
/// let analysis = jsvm_transpiler::analyse("exports.a = require('b');", None)?;
/// let analysis = analysis.as_ref().as_ref().unwrap();
/// assert!(analysis.uses_common_js);
/// assert_eq!(analysis.names, ["a"]);
/// # Ok::<(), jsvm_transpiler::TranspilerError>(())
/// ```
pub fn analyse(
    source: &str,
    kind: Option<ModuleKind>,
) -> Result<Arc<Option<Analysis>>, TranspilerError> {
    let question = Question::Analyse(source.to_owned(), kind);
    let answer = answer(question, source.len(), || {
        let analysis = sandbox::call(|guest, store| guest.call_analyse(store, source, kind))?;
        let texts = analysis.iter().flat_map(|analysis| {
            let texts = analysis.names.iter().chain(&analysis.modules);
            texts.map(|text| text.len() + size_of::<String>())
        });
        let size = texts.sum();
        Ok((Answer::Analysis(Arc::new(analysis)), size))
    });
    match answer? {
        Answer::Analysis(analysis) => Ok(analysis),
        _ => Err(unexpected()),
    }
}

/// Returns the literal specifiers that a module in JavaScript imports inside functions, each once and
/// in order.
///
/// # Errors
/// If the source exceeds a limit, or the sandbox fails.
///
/// ```
/// use jsvm_transpiler::ModuleKind;
/// let later = jsvm_transpiler::imported_later("() => import('a')", ModuleKind::Es)?;
/// assert_eq!(later[0].specifier, "a");
/// # Ok::<(), jsvm_transpiler::TranspilerError>(())
/// ```
pub fn imported_later(source: &str, kind: ModuleKind) -> Result<Vec<Imported>, TranspilerError> {
    sandbox::call(|guest, store| guest.call_imported_later(store, source, kind))
}

/// Rewrites the `import` declarations at the beginning of a script as statements with `await
/// import()`. Returns `None` if the script does not begin with one.
///
/// # Errors
/// If the source exceeds a limit, or the sandbox fails.
///
/// ```
/// let script = jsvm_transpiler::imports_as_script("import { a } from './a.js'; a")?;
/// assert_eq!(script.unwrap(), "var { a: a } = await import('./a.js'); a");
/// # Ok::<(), jsvm_transpiler::TranspilerError>(())
/// ```
pub fn imports_as_script(source: &str) -> Result<Option<String>, TranspilerError> {
    sandbox::call(|guest, store| guest.call_imports_as_script(store, source))
}

/// Rewrites the top-level `const`, `let` and `class` declarations of a script as `var` declarations.
/// Returns `None` if there are none, or if the script does not parse.
///
/// # Errors
/// If the source exceeds a limit, or the sandbox fails.
///
/// ```
/// let script = jsvm_transpiler::declarations_as_variables("let a = 1")?;
/// assert_eq!(script.unwrap(), "var a = 1");
/// # Ok::<(), jsvm_transpiler::TranspilerError>(())
/// ```
pub fn declarations_as_variables(source: &str) -> Result<Option<String>, TranspilerError> {
    sandbox::call(|guest, store| guest.call_declarations_as_variables(store, source))
}

/// Whether a script ends inside of an `import` declaration, after at least one name or bracket.
///
/// # Errors
/// If the source exceeds a limit, or the sandbox fails.
///
/// ```
/// assert!(jsvm_transpiler::ends_in_import("import {")?);
/// # Ok::<(), jsvm_transpiler::TranspilerError>(())
/// ```
pub fn ends_in_import(source: &str) -> Result<bool, TranspilerError> {
    sandbox::call(|guest, store| guest.call_ends_in_import(store, source))
}

/// Returns where the comments of a module in JavaScript are, in order. Returns `None` if it does not parse.
///
/// # Errors
/// If the source exceeds a limit, or the sandbox fails.
///
/// ```
/// use jsvm_transpiler::ModuleKind;
/// let found = jsvm_transpiler::comments("a; /* b */ `// c`", ModuleKind::CommonJs)?.unwrap();
/// assert_eq!((found[0].start, found[0].end), (3, 10));
/// assert_eq!(found.len(), 1);
/// # Ok::<(), jsvm_transpiler::TranspilerError>(())
/// ```
pub fn comments(source: &str, kind: ModuleKind) -> Result<Option<Vec<Range>>, TranspilerError> {
    sandbox::call(|guest, store| guest.call_comments(store, source, kind))
}

/// Returns the answer that is remembered, or finds it. `find` returns its size, too.
fn answer(
    question: Question,
    size: usize,
    find: impl FnOnce() -> Result<(Answer, usize), TranspilerError>,
) -> Result<Answer, TranspilerError> {
    let hash = ANSWERS.hash(&question);
    let found = match ANSWERS.get(hash, &question) {
        Some(answer) => answer,
        None => match find() {
            Ok((answer, more)) => {
                ANSWERS.insert(hash, question, answer.clone(), size + more + ENTRY);
                answer
            }
            Err(error) => {
                if error.is_final() {
                    ANSWERS.insert(hash, question, Answer::Failed(error.clone()), size + ENTRY);
                }
                return Err(error);
            }
        },
    };
    match found {
        Answer::Failed(error) => Err(error),
        answer => Ok(answer),
    }
}

/// The error of an answer to another question, which cannot be.
fn unexpected() -> TranspilerError {
    TranspilerError::Sandbox {
        reason: "an answer is of another kind".to_owned(),
    }
}

#[cfg(test)]
mod tests;
