//! Lowers standard decorators and `accessor` fields, which neither the transformer nor the engine
//! supports.
//!
//! The semantics are those of the proposal of November 2023, as TypeScript 5 has them without
//! `experimentalDecorators`. A class with decorators becomes a call of a function with the
//! variables that it needs:
//!
//! ```text
//! @d class C { @e x = 1 }
//!
//! let C = (() => {
//!   let keys = [], decorators = [[d]], state, original, current, C;
//!   C = class {
//!     static { … current = C = (state = applyDecorators(…)).target; state.start(); }
//!     [(decorators[1] = [e], "x")] = state.initial(0, this, 1);
//!     #initialized = state.initialized(0, this);
//!     static { state.end(); }
//!   };
//!   return C = current;
//! })();
//! ```
//!
//! Decorators of elements are evaluated in the keys of the elements: there, `this`, `await` and
//! private names mean the same as in the source.

mod accessor;
mod class;
mod element;
mod fields;
mod quote;
mod references;
mod scan;

use std::cell::Cell;
use std::collections::HashMap;

use oxc::allocator::{Allocator, Vec};
use oxc::ast::ast::{
    AccessorProperty, AssignmentExpression, AssignmentPattern, AssignmentTarget,
    AssignmentTargetPropertyIdentifier, AssignmentTargetWithDefault, BindingPattern, Class,
    Declaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind, Expression,
    FormalParameter, ObjectProperty, Program, PropertyDefinition, PropertyKey, Statement,
    TSModuleBlock, VariableDeclarator,
};
use oxc::ast_visit::{VisitMut, walk_mut};
use oxc::semantic::Scoping;
use oxc::span::Span;

pub use fields::check as check_fields;
use quote::Quote;
pub use scan::needs_lowering;

use crate::bindings::exports::jsvm::transpiler::transpiler::ModuleKind;

/// The reason why a program cannot be lowered.
#[derive(Debug)]
pub struct Refusal {
    pub offset: u32,
    pub message: &'static str,
}

impl Refusal {
    /// The error of generated code that does not parse: a bug of this module.
    fn internal(span: Span) -> Self {
        Refusal {
            offset: span.start,
            message: "cannot compile the decorators of this class: the generated code does not parse",
        }
    }
}

/// The context of lowering a program.
pub struct LoweringContext<'s> {
    pub scoping: &'s Scoping,
    pub kind: ModuleKind,
    /// Whether decorators are left to the transformer, and only `accessor` is lowered.
    pub legacy: bool,
    /// The package of the helpers.
    pub helper_package: &'s str,
}

/// Lowers all classes that need it.
///
/// # Errors
/// If a class cannot be lowered.
pub fn lower<'a>(
    program: &mut Program<'a>,
    allocator: &'a Allocator,
    context: &LoweringContext<'_>,
) -> Result<(), Refusal> {
    let quote = Quote::new(allocator, program.source_text);
    let helpers = ["applyDecorators", "propertyKey"].map(|name| (name, quote.unique(name)));
    let mut lowering = ClassLowering {
        apply: &helpers[0].1,
        property_key: &helpers[1].1,
        quote: &quote,
        context,
        names: HashMap::new(),
        is_namespace: false,
        applies: false,
        has_keys: Cell::new(false),
        refusal: None,
    };
    lowering.visit_program(program);
    if let Some(refusal) = lowering.refusal {
        return Err(refusal);
    }
    let is_used = [lowering.applies, lowering.has_keys.get()];
    for ((name, local), _) in helpers.iter().zip(is_used).filter(|(_, is_used)| *is_used) {
        let specifier = format!("{}/helpers/{name}", context.helper_package);
        let import = match context.kind {
            ModuleKind::CommonJs => format!("var {local} = require({specifier:?});"),
            _ => format!("import {local} from {specifier:?};"),
        };
        let import = quote.statements(&import, Span::default())?;
        program.body.splice(0..0, import);
    }
    Ok(())
}

/// Replaces the classes that need lowering.
struct ClassLowering<'l, 'a> {
    quote: &'l Quote<'a>,
    context: &'l LoweringContext<'l>,
    /// The variables of the helpers.
    apply: &'l str,
    property_key: &'l str,
    /// The names of anonymous classes, by their positions.
    names: HashMap<Span, String>,
    /// Whether this is the body of a namespace.
    is_namespace: bool,
    /// Which of the helpers are called.
    applies: bool,
    has_keys: Cell<bool>,
    refusal: Option<Refusal>,
}

impl<'a> ClassLowering<'_, 'a> {
    /// Records the name of an anonymous class.
    fn name(&mut self, expression: Option<&Expression<'a>>, name: &str) {
        if let Some(Expression::ClassExpression(class)) =
            expression.map(Expression::get_inner_expression)
            && class.id.is_none()
        {
            self.names.insert(class.span, name.to_owned());
        }
    }

    fn name_by_key(
        &mut self,
        expression: Option<&Expression<'a>>,
        key: &PropertyKey<'a>,
        computed: bool,
    ) {
        if let Some(name) = key_name(key, computed) {
            self.name(expression, &name);
        }
    }

    /// Returns the expression that replaces a class, if it needs one.
    fn class(&mut self, class: &mut Class<'a>) -> Option<Expression<'a>> {
        let needs = scan::class_needs(class, self.context.legacy);
        if self.refusal.is_some() || !needs.variables && !needs.accessors {
            return None;
        }
        let result = if !needs.variables {
            self.only_accessors(class).map(|()| None)
        } else if self.context.legacy {
            Err(Refusal {
                offset: needs.keyed_accessor.unwrap_or(class.span.start),
                message: "with \"experimentalDecorators\" a field with `accessor` must not have a computed key, and its class must have a name if it is static",
            })
        } else {
            self.applies = true;
            self.with_variables(class).map(Some)
        };
        result.unwrap_or_else(|refusal| {
            self.refusal = Some(refusal);
            None
        })
    }

    /// Converts the declaration of a class to that of a variable.
    fn declaration(&mut self, class: &mut Class<'a>, word: &str) -> Option<Statement<'a>> {
        let name = class.id.as_ref()?.name;
        let span = class.span;
        let value = self.class(class)?;
        let code = format!("{word} {name} = {};", self.quote.hole(value));
        match self.quote.statements(&code, span) {
            Ok(mut statements) => statements.pop(),
            Err(refusal) => {
                self.refusal = Some(refusal);
                None
            }
        }
    }

    fn default_export(&mut self, statement: &mut Statement<'a>) -> Option<Vec<'a, Statement<'a>>> {
        let Statement::ExportDefaultDeclaration(export) = statement else {
            return None;
        };
        let span = export.span;
        let ExportDefaultDeclarationKind::ClassDeclaration(class) = &mut export.declaration else {
            return None;
        };
        let Some(name) = class.id.as_ref().map(|id| id.name) else {
            self.names.insert(class.span, "default".to_owned());
            let value = self.class(class)?;
            export.declaration = ExportDefaultDeclarationKind::from(value);
            return None;
        };
        let declaration = self.declaration(class, "let")?;
        match self
            .quote
            .statements(&format!("export {{ {name} as default }};"), span)
        {
            Ok(mut statements) => {
                statements.insert(0, declaration);
                Some(statements)
            }
            Err(refusal) => {
                self.refusal = Some(refusal);
                None
            }
        }
    }
}

/// Returns the name of a key, if it is known before the program runs. A private name has its `#`.
fn key_name(key: &PropertyKey<'_>, computed: bool) -> Option<String> {
    if let Some(name) = key.private_name() {
        return Some(format!("#{name}"));
    }
    match key {
        PropertyKey::StringLiteral(_) => {}
        _ if computed => return None,
        _ => {}
    }
    key.static_name().map(|name| name.into_owned())
}

impl<'a> VisitMut<'a> for ClassLowering<'_, 'a> {
    fn visit_statements(&mut self, statements: &mut Vec<'a, Statement<'a>>) {
        walk_mut::walk_statements(self, statements);
        let mut index = 0;
        while index < statements.len() {
            if let Some(replaced) = self.default_export(&mut statements[index]) {
                let count = replaced.len();
                statements.splice(index..=index, replaced);
                index += count;
            } else {
                index += 1;
            }
        }
    }

    fn visit_statement(&mut self, statement: &mut Statement<'a>) {
        walk_mut::walk_statement(self, statement);
        if let Statement::ClassDeclaration(class) = statement
            && let Some(declaration) = self.declaration(class, "let")
        {
            *statement = declaration;
        }
    }

    fn visit_export_declaration(&mut self, export: &mut oxc::ast::ast::ExportDeclaration<'a>) {
        walk_mut::walk_export_declaration(self, export);
        // The transformer requires exports of namespaces to be constant.
        let word = if self.is_namespace { "const" } else { "let" };
        if let Declaration::ClassDeclaration(class) = &mut export.declaration
            && let Some(Statement::VariableDeclaration(variable)) = self.declaration(class, word)
        {
            export.declaration = Declaration::VariableDeclaration(variable);
        }
    }

    fn visit_export_default_declaration(&mut self, export: &mut ExportDefaultDeclaration<'a>) {
        self.name(export.declaration.as_expression(), "default");
        walk_mut::walk_export_default_declaration(self, export);
    }

    fn visit_ts_module_block(&mut self, block: &mut TSModuleBlock<'a>) {
        let before = std::mem::replace(&mut self.is_namespace, true);
        walk_mut::walk_ts_module_block(self, block);
        self.is_namespace = before;
    }

    fn visit_expression(&mut self, expression: &mut Expression<'a>) {
        walk_mut::walk_expression(self, expression);
        if let Expression::ClassExpression(class) = expression
            && let Some(value) = self.class(class)
        {
            *expression = value;
        }
    }

    fn visit_variable_declarator(&mut self, declarator: &mut VariableDeclarator<'a>) {
        if let BindingPattern::BindingIdentifier(id) = &declarator.id {
            self.name(declarator.init.as_ref(), &id.name);
        }
        walk_mut::walk_variable_declarator(self, declarator);
    }

    fn visit_formal_parameter(&mut self, parameter: &mut FormalParameter<'a>) {
        if let BindingPattern::BindingIdentifier(id) = &parameter.pattern {
            self.name(parameter.initializer.as_deref(), &id.name);
        }
        walk_mut::walk_formal_parameter(self, parameter);
    }

    fn visit_assignment_pattern(&mut self, pattern: &mut AssignmentPattern<'a>) {
        if let BindingPattern::BindingIdentifier(id) = &pattern.left {
            self.name(Some(&pattern.right), &id.name);
        }
        walk_mut::walk_assignment_pattern(self, pattern);
    }

    fn visit_assignment_expression(&mut self, assignment: &mut AssignmentExpression<'a>) {
        if let AssignmentTarget::AssignmentTargetIdentifier(id) = &assignment.left {
            self.name(Some(&assignment.right), &id.name);
        }
        walk_mut::walk_assignment_expression(self, assignment);
    }

    fn visit_assignment_target_with_default(
        &mut self,
        target: &mut AssignmentTargetWithDefault<'a>,
    ) {
        if let AssignmentTarget::AssignmentTargetIdentifier(id) = &target.binding {
            self.name(Some(&target.init), &id.name);
        }
        walk_mut::walk_assignment_target_with_default(self, target);
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        target: &mut AssignmentTargetPropertyIdentifier<'a>,
    ) {
        self.name(target.init.as_ref(), &target.binding.name);
        walk_mut::walk_assignment_target_property_identifier(self, target);
    }

    fn visit_object_property(&mut self, property: &mut ObjectProperty<'a>) {
        self.name_by_key(Some(&property.value), &property.key, property.computed);
        walk_mut::walk_object_property(self, property);
    }

    fn visit_property_definition(&mut self, property: &mut PropertyDefinition<'a>) {
        self.name_by_key(property.value.as_ref(), &property.key, property.computed);
        walk_mut::walk_property_definition(self, property);
    }

    fn visit_accessor_property(&mut self, property: &mut AccessorProperty<'a>) {
        self.name_by_key(property.value.as_ref(), &property.key, property.computed);
        walk_mut::walk_accessor_property(self, property);
    }
}
