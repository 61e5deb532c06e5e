//! Converts TypeScript and JSX to JavaScript, and analyses JavaScript, as `wit/transpiler.wit`
//! describes.
//!
//! Everything here may recurse as deeply as a source is nested, take as long as it likes and use any
//! memory: the host bounds all of it.

mod analyse;
mod bindings;
mod comments;
mod common_js;
mod constants;
mod convert;
mod decorators;
mod error;
mod exports;
mod features;
mod import_script;
mod imported_later;
mod mappings;
mod metadata;
mod namespaces;
mod options;
mod variables;

use bindings::exports::jsvm::transpiler::transpiler::{
    Analysis, CompilerOptions, Converted, File, Guest, Imported, ModuleKind, Range, SyntaxError,
};

struct Transpiler;

/// The functions for the host.
#[expect(unsafe_code, reason = "symbols are exported")]
mod symbols {
    use super::{Transpiler, bindings};
    bindings::export!(Transpiler with_types_in bindings);
}

impl Guest for Transpiler {
    fn convert(
        source: String,
        file: File,
        options: CompilerOptions,
    ) -> Result<Converted, SyntaxError> {
        convert::convert(&source, &file, &options)
    }

    fn analyse(source: String, kind: Option<ModuleKind>) -> Option<Analysis> {
        analyse::analyse(&source, kind)
    }

    fn imported_later(source: String, kind: ModuleKind) -> Vec<Imported> {
        imported_later::imported_later(&source, kind)
    }

    fn imports_as_script(source: String) -> Option<String> {
        import_script::imports_as_script(&source)
    }

    fn declarations_as_variables(source: String) -> Option<String> {
        variables::declarations_as_variables(&source)
    }

    fn ends_in_import(source: String) -> bool {
        import_script::ends_in_import(&source)
    }

    fn comments(source: String, kind: ModuleKind) -> Option<Vec<Range>> {
        comments::comments(&source, kind)
    }
}
