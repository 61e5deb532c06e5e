//! Qualifies what a namespace exports where it is used: in another declaration of the same namespace,
//! `namespace N { export const a = 1 } namespace N { export const b = a }`, and wherever a variable that
//! can change is used. The transformer makes a function of each declaration, which has only its own
//! variables.

use std::collections::HashMap;

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    Declaration, Expression, IdentifierName, IdentifierReference, ObjectProperty, Program,
    SimpleAssignmentTarget, Statement, TSNamespaceDeclaration, TSNamespaceDeclarationBody,
};
use oxc::ast::builder::AstBuilder;
use oxc::ast_visit::{VisitMut, walk_mut};
use oxc::semantic::{ScopeId, Scoping, SymbolId};
use oxc::span::Span;

/// Qualifies names in a program. Returns whether it has changed.
pub fn qualify<'a>(program: &mut Program<'a>, allocator: &'a Allocator, scoping: &Scoping) -> bool {
    let mut exports = Exports::default();
    exports.statements(&program.body, "");
    if exports.names.is_empty() {
        return false;
    }
    let mut qualifier = Qualifier {
        allocator,
        builder: AstBuilder::new(allocator),
        scoping,
        exports,
        around: Vec::new(),
        is_changed: false,
    };
    qualifier.visit_program(program);
    qualifier.is_changed
}

/// The exported names of namespaces, and whether they are variables that can change.
#[derive(Default)]
struct Exports {
    names: HashMap<String, HashMap<String, bool>>,
}

impl Exports {
    /// Reads the statements of a namespace with a key, or of a program.
    fn statements(&mut self, statements: &[Statement<'_>], key: &str) {
        for statement in statements {
            match statement {
                Statement::TSNamespaceDeclaration(declaration) => self.namespace(declaration, key),
                Statement::ExportDeclaration(export) => self.declaration(&export.declaration, key),
                _ => {}
            }
        }
    }

    fn declaration(&mut self, declaration: &Declaration<'_>, key: &str) {
        if let Declaration::TSNamespaceDeclaration(namespace) = declaration {
            self.namespace(namespace, key);
        }
        if key.is_empty() {
            return;
        }
        let mut add = |name: &str, can_change| {
            let names = self.names.entry(key.to_owned()).or_default();
            names.insert(name.to_owned(), can_change);
        };
        match declaration {
            Declaration::VariableDeclaration(variables) => {
                let can_change = !variables.kind.is_const();
                for declarator in &variables.declarations {
                    for id in declarator.id.get_binding_identifiers() {
                        add(id.name.as_str(), can_change);
                    }
                }
            }
            Declaration::TSTypeAliasDeclaration(_)
            | Declaration::TSInterfaceDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_)
            | Declaration::TSGlobalDeclaration(_) => {}
            declaration => {
                if let Some(id) = declaration.id() {
                    add(id.name.as_str(), false);
                }
            }
        }
    }

    fn namespace(&mut self, namespace: &TSNamespaceDeclaration<'_>, key: &str) {
        if namespace.declare {
            return;
        }
        let key = key_of(namespace, key);
        match &namespace.body {
            TSNamespaceDeclarationBody::TSModuleBlock(block) => self.statements(&block.body, &key),
            TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                let names = self.names.entry(key.clone()).or_default();
                names.insert(inner.id.name.as_str().to_owned(), false);
                self.namespace(inner, &key);
            }
        }
    }
}

/// The key of a namespace: its path.
fn key_of(namespace: &TSNamespaceDeclaration<'_>, around: &str) -> String {
    format!("{around}.{}", namespace.id.name)
}

/// A declaration around the visited node.
struct Around<'a> {
    key: String,
    name: &'a str,
    symbol: SymbolId,
    scope: ScopeId,
}

struct Qualifier<'a, 's> {
    allocator: &'a Allocator,
    builder: AstBuilder<'a>,
    scoping: &'s Scoping,
    exports: Exports,
    /// The outermost first.
    around: Vec<Around<'a>>,
    is_changed: bool,
}

impl<'a> Qualifier<'a, '_> {
    /// Returns the namespace that a name must be qualified with.
    fn namespace(&self, identifier: &IdentifierReference<'a>) -> Option<&'a str> {
        let reference = self.scoping.get_reference(identifier.reference_id.get()?);
        let declared = reference.symbol_id();
        let declared = declared.map(|symbol| self.scoping.symbol_scope_id(symbol));
        let name = identifier.name.as_str();
        for around in self.around.iter().rev() {
            let exported = self
                .exports
                .names
                .get(&around.key)
                .and_then(|names| names.get(name));
            let is_own = declared == Some(around.scope);
            let is_inside = declared.is_some_and(|scope| {
                let mut scopes = self.scoping.scope_ancestors(scope);
                scopes.any(|scope| scope == around.scope)
            });
            match exported {
                // What is not exported, or cannot change, is a variable of the function.
                Some(can_change) if !is_inside || (is_own && *can_change) => {
                    let found = self
                        .scoping
                        .find_binding(reference.scope_id(), around.name.into());
                    return (found == Some(around.symbol)).then_some(around.name);
                }
                _ if is_inside => return None,
                _ => {}
            }
        }
        None
    }

    fn member(&mut self, namespace: &'a str, name: &str, span: Span) -> Expression<'a> {
        self.is_changed = true;
        let name = self.allocator.alloc_str(name);
        let object = Expression::new_identifier(span, namespace, &self.builder);
        let property = IdentifierName::new(span, name, &self.builder);
        Expression::new_static_member_expression(span, object, property, false, &self.builder)
    }
}

impl<'a> VisitMut<'a> for Qualifier<'a, '_> {
    fn visit_ts_namespace_declaration(&mut self, namespace: &mut TSNamespaceDeclaration<'a>) {
        let Some(scope) = namespace.scope_id.get() else {
            return;
        };
        let around = self.around.last().map_or("", |around| around.key.as_str());
        self.around.push(Around {
            key: key_of(namespace, around),
            name: namespace.id.name.as_str(),
            symbol: namespace.id.symbol_id(),
            scope,
        });
        walk_mut::walk_ts_namespace_declaration(self, namespace);
        self.around.pop();
    }

    fn visit_expression(&mut self, expression: &mut Expression<'a>) {
        if let Expression::Identifier(identifier) = &*expression
            && let Some(namespace) = self.namespace(identifier)
        {
            let (name, span) = (identifier.name, identifier.span);
            *expression = self.member(namespace, name.as_str(), span);
            return;
        }
        walk_mut::walk_expression(self, expression);
    }

    fn visit_simple_assignment_target(&mut self, target: &mut SimpleAssignmentTarget<'a>) {
        if let SimpleAssignmentTarget::AssignmentTargetIdentifier(identifier) = &*target
            && let Some(namespace) = self.namespace(identifier)
        {
            let (name, span) = (identifier.name, identifier.span);
            if let Expression::StaticMemberExpression(member) =
                self.member(namespace, name.as_str(), span)
            {
                *target = SimpleAssignmentTarget::StaticMemberExpression(member);
            }
            return;
        }
        walk_mut::walk_simple_assignment_target(self, target);
    }

    fn visit_object_property(&mut self, property: &mut ObjectProperty<'a>) {
        walk_mut::walk_object_property(self, property);
        property.shorthand &= matches!(property.value, Expression::Identifier(_));
    }
}
