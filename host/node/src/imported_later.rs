//! Finds modules that a module may import after it was evaluated.

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    ArrowFunctionExpression, CallExpression, Expression, Function, ImportExpression,
    PropertyDefinition,
};
use oxc::ast_visit::{Visit, walk};
use oxc::parser::Parser;
use oxc::span::SourceType;
use oxc::syntax::scope::ScopeFlags;

use super::nesting::is_too_deep;
use jsvm::{ImportKind, Module, ModuleKind};

/// Returns the literal specifiers that a module imports inside functions, in order. Imports outside
/// all functions run with the module, or never.
///
/// ```
/// use jsvm::{ImportKind, Module};
/// let module = Module::es("import './a.js'; export const load = () => import('./b.js');");
/// let later = jsvm_node::imported_later(&module);
/// assert_eq!(later, [("./b.js".to_owned(), ImportKind::Import)]);
/// ```
pub fn imported_later(module: &Module) -> Vec<(String, ImportKind)> {
    let text = module.text();
    let may_import = text.contains("import(") || text.contains("require(");
    let source_type = match module.kind() {
        ModuleKind::Es => SourceType::mjs(),
        ModuleKind::CommonJs => SourceType::cjs(),
        _ => return Vec::new(),
    };
    if !may_import || is_too_deep(text) {
        return Vec::new();
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type).parse();
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
    found: Vec<(String, ImportKind)>,
}

impl Finder {
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }

    fn add(&mut self, specifier: &str, kind: ImportKind) {
        let import = (specifier.to_owned(), kind);
        if self.depth > 0 && !self.found.contains(&import) {
            self.found.push(import);
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

#[cfg(test)]
mod tests {
    use super::imported_later;
    use jsvm::Module;

    #[test]
    fn what_functions_import_comes_later() {
        let module = Module::common_js(
            "if (x) require('./never'); const a = () => require('./a');
             function b() { require('./b'); require('./a'); require(c); return import(`./d`) }
             class E { f = require('./f'); static { require('./now') } g() { import('./g') } }",
            [""; 0],
        );
        let found = imported_later(&module);
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["./a", "./b", "./d", "./f", "./g"]);
    }

    #[test]
    fn what_does_not_parse_imports_nothing() {
        assert!(imported_later(&Module::es("() => import('./a'); ]")).is_empty());
    }
}
