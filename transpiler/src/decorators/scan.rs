//! Finds decorators and accessors that must be lowered, and those that cannot be.

use oxc::ast::ast::{
    AccessorProperty, AccessorPropertyType, ArrowFunctionExpression, AwaitExpression, Class,
    ClassElement, Decorator, FormalParameter, Function, MethodDefinition, MethodDefinitionType,
    PropertyDefinition, PropertyDefinitionType, StaticBlock, YieldExpression,
};
use oxc::ast_visit::{Visit, walk};
use oxc::syntax::scope::ScopeFlags;

use super::Refusal;

/// Whether a program has anything to lower.
///
/// # Errors
/// If it has syntax that neither this module nor the transformer can lower.
pub fn needs_lowering(program: &oxc::ast::ast::Program<'_>, legacy: bool) -> Result<bool, Refusal> {
    let mut found = Finder {
        legacy,
        any: false,
        refusal: None,
    };
    found.visit_program(program);
    found.refusal.map_or(Ok(found.any), Err)
}

struct Finder {
    legacy: bool,
    any: bool,
    refusal: Option<Refusal>,
}

impl<'a> Visit<'a> for Finder {
    fn visit_decorator(&mut self, decorator: &Decorator<'a>) {
        self.any |= !self.legacy;
        walk::walk_decorator(self, decorator);
    }

    fn visit_accessor_property(&mut self, property: &AccessorProperty<'a>) {
        self.any = true;
        walk::walk_accessor_property(self, property);
    }

    fn visit_formal_parameter(&mut self, parameter: &FormalParameter<'a>) {
        if let (false, Some(decorator)) = (self.legacy, parameter.decorators.first()) {
            self.refusal.get_or_insert(Refusal {
                offset: decorator.span.start,
                message: "decorators of parameters need \"experimentalDecorators\": true in tsconfig.json",
            });
        }
        walk::walk_formal_parameter(self, parameter);
    }
}

/// Whether an element exists only for the type checker.
pub fn is_type_only(element: &ClassElement<'_>) -> bool {
    match element {
        ClassElement::MethodDefinition(method) => {
            method.r#type == MethodDefinitionType::TSAbstractMethodDefinition
                || method.value.body.is_none()
        }
        ClassElement::PropertyDefinition(property) => {
            property.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition
                || property.declare
        }
        ClassElement::AccessorProperty(property) => {
            property.r#type == AccessorPropertyType::TSAbstractAccessorProperty
        }
        ClassElement::StaticBlock(_) => false,
        ClassElement::TSIndexSignature(_) => true,
    }
}

/// The parts of a class that must be lowered.
#[derive(Default)]
pub struct ClassNeeds {
    /// Whether it has decorators, or other syntax that needs variables around the class.
    pub variables: bool,
    pub accessors: bool,
    /// The first accessor that needs variables.
    pub keyed_accessor: Option<u32>,
}

/// Finds the parts of a class that must be lowered.
pub fn class_needs(class: &Class<'_>, legacy: bool) -> ClassNeeds {
    let mut needs = ClassNeeds {
        variables: !legacy && !class.decorators.is_empty(),
        ..ClassNeeds::default()
    };
    if class.declare {
        return ClassNeeds::default();
    }
    for element in &class.body.body {
        let decorators = match element {
            ClassElement::MethodDefinition(method) => &method.decorators,
            ClassElement::PropertyDefinition(property) => &property.decorators,
            ClassElement::AccessorProperty(property) => {
                needs.accessors = true;
                if property.computed || property.r#static && class.id.is_none() {
                    needs.variables = true;
                    needs.keyed_accessor.get_or_insert(property.span.start);
                }
                &property.decorators
            }
            _ => continue,
        };
        needs.variables |= !legacy && !decorators.is_empty();
    }
    needs
}

/// Whether evaluating a class definition suspends the enclosing function.
#[derive(Default)]
pub struct Suspends {
    pub awaits: bool,
    pub yields: Option<u32>,
}

/// Finds `await` and `yield` in the evaluation of a class definition.
pub fn suspends(class: &Class<'_>) -> Suspends {
    let mut suspends = Suspends::default();
    suspends.visit_class(class);
    suspends
}

impl<'a> Visit<'a> for Suspends {
    fn visit_await_expression(&mut self, expression: &AwaitExpression<'a>) {
        self.awaits = true;
        walk::walk_await_expression(self, expression);
    }

    fn visit_yield_expression(&mut self, expression: &YieldExpression<'a>) {
        self.yields.get_or_insert(expression.span.start);
        walk::walk_yield_expression(self, expression);
    }

    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}

    fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}

    fn visit_static_block(&mut self, _: &StaticBlock<'a>) {}

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.visit_decorators(&method.decorators);
        self.visit_property_key(&method.key);
    }

    fn visit_property_definition(&mut self, property: &PropertyDefinition<'a>) {
        self.visit_decorators(&property.decorators);
        self.visit_property_key(&property.key);
    }

    fn visit_accessor_property(&mut self, property: &AccessorProperty<'a>) {
        self.visit_decorators(&property.decorators);
        self.visit_property_key(&property.key);
    }
}
