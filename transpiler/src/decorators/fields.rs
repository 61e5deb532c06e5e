//! Refuses fields that cannot be combined with standard decorators.
//!
//! If fields are assigned, the transformer initializes them in the constructor, after the parameter
//! properties. Decorators need the fields in the class, where they are initialized before.

use oxc::ast::ast::{
    ArrowFunctionExpression, Class, ClassElement, Function, MethodDefinitionKind, Program,
    ThisExpression,
};
use oxc::ast_visit::{Visit, walk};
use oxc::syntax::scope::ScopeFlags;

use super::Refusal;

/// Checks the fields of all classes.
///
/// # Errors
/// If the initializer of a field may use a parameter property.
pub fn check(program: &Program<'_>) -> Result<(), Refusal> {
    let mut fields = Fields { refusal: None };
    fields.visit_program(program);
    fields.refusal.map_or(Ok(()), Err)
}

struct Fields {
    refusal: Option<Refusal>,
}

impl<'a> Visit<'a> for Fields {
    fn visit_class(&mut self, class: &Class<'a>) {
        let has_properties = class.body.body.iter().any(|element| match element {
            ClassElement::MethodDefinition(method) => {
                method.kind == MethodDefinitionKind::Constructor
                    && method.value.body.is_some()
                    && (method.value.params.items.iter())
                        .any(|parameter| parameter.accessibility.is_some() || parameter.readonly)
            }
            _ => false,
        });
        for element in &class.body.body {
            let value = match element {
                ClassElement::PropertyDefinition(field) if !field.r#static => &field.value,
                ClassElement::AccessorProperty(field) if !field.r#static => &field.value,
                _ => continue,
            };
            let mut this = This { offset: None };
            if let (true, Some(value)) = (has_properties, value) {
                this.visit_expression(value);
            }
            if let Some(offset) = this.offset {
                self.refusal.get_or_insert(Refusal {
                    offset,
                    message: "in a file with decorators, a field cannot be initialized by `this` after parameter properties: it needs a \"target\" of ES2022 or \"useDefineForClassFields\": true in tsconfig.json, and is initialized before them",
                });
            }
        }
        walk::walk_class(self, class);
    }
}

/// Finds `this` outside nested functions.
struct This {
    offset: Option<u32>,
}

impl<'a> Visit<'a> for This {
    fn visit_this_expression(&mut self, this: &ThisExpression) {
        self.offset.get_or_insert(this.span.start);
    }

    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}

    fn visit_arrow_function_expression(&mut self, _: &ArrowFunctionExpression<'a>) {}

    fn visit_class(&mut self, _: &Class<'a>) {}
}
