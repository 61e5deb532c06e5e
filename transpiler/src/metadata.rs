//! Imports for the metadata of decorators.
//!
//! The metadata of a type is the value of the same name, if there is one. Whether an imported name is a
//! value is not known here: an import of an interface would fail. So a name that is used as a type alone
//! is looked up in the namespace of its module, where it may be missing.

use std::collections::HashMap;

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    IdentifierName, ImportDeclaration, ImportDeclarationSpecifier, Program, Statement, TSTypeName,
};
use oxc::ast::builder::AstBuilder;
use oxc::ast_visit::{VisitMut, walk_mut};
use oxc::parser::Parser;
use oxc::semantic::{Scoping, SymbolId};
use oxc::span::SourceType;

/// Makes imported types properties of namespaces. Returns whether the program has changed.
///
/// A namespace that no metadata uses is removed with the types.
pub fn import_softly<'a>(
    program: &mut Program<'a>,
    allocator: &'a Allocator,
    scoping: &Scoping,
) -> bool {
    let mut types = HashMap::new();
    let mut imports = Vec::new();
    for (index, statement) in program.body.iter().enumerate() {
        let Statement::ImportDeclaration(import) = statement else {
            continue;
        };
        let names = types_of(import, scoping);
        if names.is_empty() {
            continue;
        }
        let mut namespace = format!("_types{index}");
        while program.source_text.contains(&namespace) {
            namespace.push('_');
        }
        let code = format!(
            "import * as {namespace} from {};",
            serde_json::Value::from(import.source.value.as_str())
        );
        let code = allocator.alloc_str(&code);
        let parsed = Parser::new(allocator, code, SourceType::mjs()).parse();
        let namespace = allocator.alloc_str(&namespace);
        for (symbol, name) in names {
            types.insert(symbol, (namespace, name));
        }
        imports.extend(parsed.program.body);
    }
    if types.is_empty() {
        return false;
    }
    program.body.extend(imports);
    let mut qualifier = Qualifier {
        builder: AstBuilder::new(allocator),
        scoping,
        types,
    };
    qualifier.visit_program(program);
    true
}

/// Returns the names that an import gives to types alone, with their names in the imported module.
fn types_of<'a>(import: &ImportDeclaration<'a>, scoping: &Scoping) -> Vec<(SymbolId, &'a str)> {
    if import.import_kind.is_type() || import.with_clause.is_some() {
        return Vec::new();
    }
    let specifiers = import.specifiers.iter().flatten();
    let named = specifiers.filter_map(|specifier| match specifier {
        ImportDeclarationSpecifier::ImportSpecifier(named) if !named.import_kind.is_type() => {
            Some((named.local.symbol_id(), named.imported.name().as_str()))
        }
        ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
            Some((default.local.symbol_id(), "default"))
        }
        _ => None,
    });
    let is_type = |symbol: SymbolId| {
        let mut references = scoping.get_resolved_references(symbol).peekable();
        references.peek().is_some() && references.all(|reference| reference.is_type())
    };
    named.filter(|(symbol, _)| is_type(*symbol)).collect()
}

struct Qualifier<'a, 's> {
    builder: AstBuilder<'a>,
    scoping: &'s Scoping,
    /// The namespace and the name in it of each symbol.
    types: HashMap<SymbolId, (&'a str, &'a str)>,
}

impl<'a> VisitMut<'a> for Qualifier<'a, '_> {
    fn visit_ts_type_name(&mut self, name: &mut TSTypeName<'a>) {
        if let TSTypeName::IdentifierReference(identifier) = name {
            let reference = identifier.reference_id.get();
            let symbol = reference.and_then(|id| self.scoping.get_reference(id).symbol_id());
            if let Some((namespace, imported)) = symbol.and_then(|symbol| self.types.get(&symbol)) {
                let span = identifier.span;
                let left = TSTypeName::new_identifier_reference(span, *namespace, &self.builder);
                let right = IdentifierName::new(span, *imported, &self.builder);
                *name = TSTypeName::new_qualified_name(span, left, right, &self.builder);
            }
            return;
        }
        walk_mut::walk_ts_type_name(self, name);
    }
}
