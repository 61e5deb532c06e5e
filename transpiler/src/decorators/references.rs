//! Replaces references to a decorated class inside the class.
//!
//! Decorators can return another class. `this` in static initializers and the name of the class
//! then mean the other class, but static private elements stay in the original one.

use std::collections::HashSet;

use oxc::allocator::TakeIn;
use oxc::ast::ast::{
    CallExpression, Class, ClassElement, Expression, Function, PrivateFieldExpression,
    PrivateInExpression, Span,
};
use oxc::ast_visit::{VisitMut, walk_mut};
use oxc::semantic::{Scoping, SymbolId};
use oxc::syntax::scope::ScopeFlags;

use super::Refusal;
use super::quote::Quote;

pub struct References<'q, 'a> {
    pub quote: &'q Quote<'a>,
    pub scoping: &'q Scoping,
    pub class: Option<SymbolId>,
    /// The static private names of the class.
    pub privates: HashSet<String>,
    /// The variables of the original class and of the final one.
    pub original: &'q str,
    pub current: &'q str,
    /// Whether `this` is the class.
    pub is_this: bool,
    pub result: Result<(), Refusal>,
}

impl<'a> References<'_, 'a> {
    pub fn element(&mut self, element: &mut ClassElement<'a>) {
        self.is_this = false;
        match element {
            ClassElement::PropertyDefinition(property) if property.r#static => {
                self.visit_property_key(&mut property.key);
                self.is_this = true;
                if let Some(value) = &mut property.value {
                    self.visit_expression(value);
                }
            }
            ClassElement::StaticBlock(block) => {
                self.is_this = true;
                walk_mut::walk_static_block(self, block);
            }
            // `this` of an object method is not the class.
            element => self.visit_class_element(element),
        }
    }

    fn variable(&mut self, name: &str, span: Span) -> Option<Expression<'a>> {
        match self.quote.expression(name, span) {
            Ok(expression) => Some(expression),
            Err(refusal) => {
                self.result = Err(refusal);
                None
            }
        }
    }

    fn is_class(&self, expression: &Expression<'a>) -> bool {
        match expression.without_parentheses() {
            Expression::ThisExpression(_) => self.is_this,
            Expression::Identifier(identifier) => {
                let reference = identifier.reference_id.get();
                let symbol = reference.and_then(|id| self.scoping.get_reference(id).symbol_id());
                symbol.is_some() && symbol == self.class
            }
            _ => false,
        }
    }

    fn private_owner(&mut self, object: &mut Expression<'a>, name: &str, span: Span) {
        if self.privates.contains(name)
            && self.is_class(object)
            && let Some(original) = self.variable(self.original, span)
        {
            *object = original;
        } else {
            self.visit_expression(object);
        }
    }

    fn without_this(&mut self, walk: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.is_this, false);
        walk(self);
        self.is_this = before;
    }
}

impl<'a> VisitMut<'a> for References<'_, 'a> {
    fn visit_expression(&mut self, expression: &mut Expression<'a>) {
        if let (true, Expression::ThisExpression(this)) = (self.is_this, &*expression) {
            let (current, span) = (self.current, this.span);
            if let Some(current) = self.variable(current, span) {
                *expression = current;
            }
            return;
        }
        walk_mut::walk_expression(self, expression);
    }

    /// Calls a method of the superclass with the final class as `this`.
    fn visit_call_expression(&mut self, call: &mut CallExpression<'a>) {
        walk_mut::walk_call_expression(self, call);
        let is_super = match &call.callee {
            Expression::StaticMemberExpression(member) => member.object.is_super(),
            Expression::ComputedMemberExpression(member) => member.object.is_super(),
            _ => false,
        };
        if !self.is_this || !is_super || call.optional {
            return;
        }
        let callee = call.callee.take_in(&self.quote.allocator);
        let callee = self.quote.hole(callee);
        if let Some(callee) = self.variable(&format!("{callee}.call"), call.span)
            && let Some(current) = self.variable(self.current, call.span)
        {
            call.callee = callee;
            call.arguments.insert(0, current.into());
        }
    }

    fn visit_private_field_expression(&mut self, field: &mut PrivateFieldExpression<'a>) {
        let name = field.field.name;
        self.private_owner(&mut field.object, name.as_str(), field.span);
    }

    fn visit_private_in_expression(&mut self, test: &mut PrivateInExpression<'a>) {
        let name = test.left.name;
        self.private_owner(&mut test.right, name.as_str(), test.span);
    }

    fn visit_function(&mut self, function: &mut Function<'a>, flags: ScopeFlags) {
        self.without_this(|this| walk_mut::walk_function(this, function, flags));
    }

    fn visit_class(&mut self, class: &mut Class<'a>) {
        if let Some(heritage) = &mut class.heritage {
            self.visit_expression(&mut heritage.expression);
        }
        for element in &mut class.body.body {
            if let ClassElement::MethodDefinition(method) = element {
                self.visit_property_key(&mut method.key);
            }
            self.without_this(|this| match &mut *element {
                ClassElement::MethodDefinition(method) => {
                    walk_mut::walk_function(this, &mut method.value, ScopeFlags::Function);
                }
                ClassElement::PropertyDefinition(property) => {
                    if let Some(value) = &mut property.value {
                        this.visit_expression(value);
                    }
                }
                element => this.visit_class_element(element),
            });
            if let ClassElement::PropertyDefinition(property) = element {
                self.visit_property_key(&mut property.key);
            }
        }
    }
}
