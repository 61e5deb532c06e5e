//! Finds modules that a module may import after it was evaluated.

use std::collections::HashSet;

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    ArrowFunctionExpression, CallExpression, Expression, Function, ImportExpression,
    PropertyDefinition,
};
use oxc::ast_visit::{Visit, walk};
use oxc::parser::Parser;
use oxc::span::SourceType;
use oxc::syntax::scope::ScopeFlags;

use crate::bindings::exports::jsvm::transpiler::transpiler::{ImportKind, Imported, ModuleKind};

/// Returns the literal specifiers that a module imports inside functions, in order. Imports outside
/// all functions run with the module, or never.
pub fn imported_later(source: &str, kind: ModuleKind) -> Vec<Imported> {
    let source_type = match kind {
        ModuleKind::Es => SourceType::mjs(),
        ModuleKind::CommonJs => SourceType::cjs(),
    };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type).parse();
    let mut finder = Finder::default();
    if !parsed.panicked {
        finder.visit_program(&parsed.program);
    }
    finder.found
}

#[derive(Default)]
struct Finder {
    /// The number of functions around the visited node.
    depth: u32,
    found: Vec<Imported>,
    known: HashSet<(String, bool)>,
}

impl Finder {
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    fn add(&mut self, specifier: &str, kind: ImportKind) {
        let key = (specifier.to_owned(), kind == ImportKind::Require);
        if self.depth > 0 && self.known.insert(key) {
            let specifier = specifier.to_owned();
            self.found.push(Imported { specifier, kind });
        }
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        self.inside(|finder| walk::walk_function(finder, function, flags));
    }

    fn visit_arrow_function_expression(&mut self, function: &ArrowFunctionExpression<'a>) {
        self.inside(|finder| walk::walk_arrow_function_expression(finder, function));
    }

    fn visit_property_definition(&mut self, property: &PropertyDefinition<'a>) {
        self.inside(|finder| walk::walk_property_definition(finder, property));
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        match &import.source {
            Expression::StringLiteral(text) => self.add(text.value.as_str(), ImportKind::Import),
            Expression::TemplateLiteral(text) if text.expressions.is_empty() => {
                if let Some(text) = text.quasis.first().and_then(|part| part.value.cooked) {
                    self.add(text.as_str(), ImportKind::Import);
                }
            }
            _ => {}
        }
        walk::walk_import_expression(self, import);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if let Some(specifier) = call.common_js_require() {
            self.add(specifier.value.as_str(), ImportKind::Require);
        }
        walk::walk_call_expression(self, call);
    }
}
