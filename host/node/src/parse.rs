//! Parses modules to find their kind and their exports.

use oxc::allocator::Allocator;
use oxc::ast::ast::{Program, Statement, TSModuleReference};
use oxc::diagnostics::OxcDiagnostic;
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;

use super::error::ProgramError;
use super::exports::{self, Exports};
use super::nesting::is_too_deep;
use jsvm::ModuleKind;

/// The variables of CommonJS modules.
const COMMON_JS: [&str; 5] = ["require", "exports", "module", "__filename", "__dirname"];

/// The result of parsing a text.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The kind by its syntax: an ES module if it has syntax that only ES modules can have.
    pub is_es: bool,
    /// Whether it uses variables of CommonJS.
    pub uses_common_js: bool,
    /// The exports of a CommonJS module, or the names that an ES module exports.
    pub exports: Exports,
}

/// Parses JavaScript. Syntax errors are left to the engine to report.
pub fn analyse(text: &str, source_type: SourceType) -> Analysis {
    let unknown = || Analysis {
        is_es: looks_like_es(text),
        ..Analysis::default()
    };
    if is_too_deep(text) {
        return Analysis {
            uses_common_js: text.contains("require") || text.contains("exports"),
            ..unknown()
        };
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type).parse();
    if parsed.panicked {
        return unknown();
    }
    let program = &parsed.program;
    // The parser records other signs, such as an await, in the source type.
    let is_es = parsed.module_record.has_module_syntax || program.source_type.is_module();
    if is_es {
        let names = parsed.module_record.exported_bindings.keys();
        let mut names: Vec<String> = names.map(|name| name.as_str().to_owned()).collect();
        names.sort();
        return Analysis {
            is_es,
            uses_common_js: false,
            exports: Exports::of_names(names),
        };
    }
    let semantic = SemanticBuilder::new().build(program).semantic;
    let free = semantic.scoping().root_unresolved_references();
    let uses_common_js = COMMON_JS.iter().any(|name| free.contains_key(*name))
        || program
            .body
            .iter()
            .any(|statement| matches!(statement, Statement::ReturnStatement(_)));
    Analysis {
        is_es,
        uses_common_js,
        exports: if uses_common_js {
            exports::find(program)
        } else {
            Exports::default()
        },
    }
}

/// Whether a text that does not parse looks like an ES module.
fn looks_like_es(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    lines.any(|line| {
        [
            "import ", "import{", "import\"", "import'", "export ", "export{",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    })
}

/// Returns the kind of module that a TypeScript program is written as, if that is clear. Imports
/// and exports of types count only if there are no others.
pub fn written_as(program: &Program<'_>) -> Option<ModuleKind> {
    let mut kind = None;
    for statement in &program.body {
        let is_type = match statement {
            Statement::ImportDeclaration(import) => import.import_kind.is_type(),
            Statement::ExportAllDeclaration(export) => export.export_kind.is_type(),
            Statement::ExportNamedDeclaration(export) => export.export_kind.is_type(),
            Statement::ExportDefaultDeclaration(_) => false,
            Statement::TSExportAssignment(_) => {
                kind = Some(ModuleKind::CommonJs);
                continue;
            }
            Statement::TSImportEqualsDeclaration(import)
                if matches!(
                    import.module_reference,
                    TSModuleReference::ExternalModuleReference(_)
                ) =>
            {
                kind = Some(ModuleKind::CommonJs);
                continue;
            }
            _ => continue,
        };
        if !is_type {
            return Some(ModuleKind::Es);
        }
        kind.get_or_insert(ModuleKind::Es);
    }
    kind
}

/// Converts the first error of the parser.
pub fn first_error(
    diagnostics: &[OxcDiagnostic],
    text: &str,
    file: &str,
) -> Result<(), ProgramError> {
    use oxc::diagnostics::Severity;
    let mut errors = diagnostics
        .iter()
        .filter(|error| error.severity == Severity::Error);
    let Some(error) = errors.next() else {
        return Ok(());
    };
    // Other labels point to earlier code that conflicts.
    let offset = error
        .labels
        .iter()
        .map(|label| label.offset() as usize)
        .max();
    let offset = offset.unwrap_or_default();
    let message = match &error.help {
        Some(help) => format!("{}: {help}", error.message),
        None => error.message.to_string(),
    };
    Err(syntax_error(message, text, offset, file))
}

/// Creates an error at an offset of a text.
pub fn syntax_error(message: String, text: &str, offset: usize, file: &str) -> ProgramError {
    let before = &text[..text.floor_char_boundary(offset)];
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    // A line ends with a line feed, a carriage return or both.
    let ends = before.matches('\n').count() + before.matches('\r').count()
        - before.matches("\r\n").count();
    ProgramError::Syntax {
        message,
        file: file.to_owned(),
        line: ends as u32 + 1,
        column: (before.len() - start) as u32 + 1,
    }
}
