//! Parses modules to find their kind and their exports.

use oxc::allocator::Allocator;
use oxc::ast::ast::{Program, Statement, TSModuleReference};
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;

use crate::bindings::exports::jsvm::transpiler::transpiler::{Analysis, ModuleKind};
use crate::exports;

/// The variables of CommonJS modules.
const COMMON_JS: [&str; 5] = ["require", "exports", "module", "__filename", "__dirname"];

/// Parses JavaScript. Syntax errors are left to the engine to report.
pub fn analyse(source: &str, kind: Option<ModuleKind>) -> Option<Analysis> {
    let source_type = match kind {
        Some(ModuleKind::Es) => SourceType::mjs(),
        Some(ModuleKind::CommonJs) => SourceType::cjs(),
        None => SourceType::unambiguous(),
    };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type).parse();
    if parsed.panicked {
        return None;
    }
    let program = &parsed.program;
    // The parser records other signs, such as an await, in the source type.
    let is_es = parsed.module_record.has_module_syntax || program.source_type.is_module();
    if is_es {
        let names = parsed.module_record.exported_bindings.keys();
        let mut names: Vec<String> = names.map(|name| name.as_str().to_owned()).collect();
        names.sort();
        return Some(Analysis {
            is_es,
            uses_common_js: false,
            names,
            modules: Vec::new(),
        });
    }
    let semantic = SemanticBuilder::new().build(program).semantic;
    let free = semantic.scoping().root_unresolved_references();
    let returns = |statement: &Statement<'_>| matches!(statement, Statement::ReturnStatement(_));
    let uses_common_js =
        COMMON_JS.iter().any(|name| free.contains_key(*name)) || program.body.iter().any(returns);
    let exports = if uses_common_js {
        exports::find(program)
    } else {
        exports::Exports::default()
    };
    Some(Analysis {
        is_es,
        uses_common_js,
        names: exports.names,
        modules: exports.modules,
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
