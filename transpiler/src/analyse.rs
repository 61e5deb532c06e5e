//! Parses modules to find their kind and their exports.

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    ArrowFunctionExpression, Class, Declaration, Function, Program, ReturnStatement, Statement,
    TSImportEqualsDeclaration, TSModuleReference,
};
use oxc::ast_visit::Visit;
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;
use oxc::syntax::scope::ScopeFlags;

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
    let uses_common_js = COMMON_JS.iter().any(|name| free.contains_key(*name)) || returns(program);
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

/// Whether a program returns outside of its functions, as CommonJS modules can.
fn returns(program: &Program<'_>) -> bool {
    struct Returns(bool);
    impl<'a> Visit<'a> for Returns {
        fn visit_return_statement(&mut self, _: &ReturnStatement<'a>) {
            self.0 = true;
        }
        fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}
        fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}
        fn visit_class(&mut self, _: &Class<'a>) {}
    }
    let mut found = Returns(false);
    found.visit_program(program);
    found.0
}

/// Whether a declaration is `import name = require("specifier")`.
fn requires(import: &TSImportEqualsDeclaration<'_>) -> bool {
    matches!(
        import.module_reference,
        TSModuleReference::ExternalModuleReference(_)
    )
}

/// The kind of module that a TypeScript program is written as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Written {
    As(ModuleKind),
    /// A module that imports and exports nothing but types.
    Types,
    /// Without imports and exports.
    Plain,
}

/// Returns the kind of module that a TypeScript program is written as. Imports and exports of types
/// count only if there are no others.
pub fn written_as(program: &Program<'_>) -> Written {
    let mut kind = Written::Plain;
    for statement in &program.body {
        let is_type = match statement {
            Statement::ImportDeclaration(import) => import.import_kind.is_type(),
            Statement::ExportAllDeclaration(export) => export.export_kind.is_type(),
            Statement::ExportNamedDeclaration(export) => export.export_kind.is_type(),
            Statement::ExportFromDeclaration(export) => export.export_kind.is_type(),
            Statement::ExportDeclaration(export) => match &export.declaration {
                Declaration::TSImportEqualsDeclaration(import) if requires(import) => {
                    kind = Written::As(ModuleKind::CommonJs);
                    continue;
                }
                Declaration::TSTypeAliasDeclaration(_) | Declaration::TSInterfaceDeclaration(_) => {
                    true
                }
                declaration => declaration.declare(),
            },
            Statement::ExportDefaultDeclaration(_) => false,
            Statement::TSExportAssignment(_) => {
                kind = Written::As(ModuleKind::CommonJs);
                continue;
            }
            Statement::TSImportEqualsDeclaration(import) if requires(import) => {
                kind = Written::As(ModuleKind::CommonJs);
                continue;
            }
            _ => continue,
        };
        if !is_type {
            return Written::As(ModuleKind::Es);
        }
        if kind == Written::Plain {
            kind = Written::Types;
        }
    }
    kind
}
