//! Lowers a class with decorators.

use std::collections::HashSet;

use oxc::allocator::{TakeIn, Vec};
use oxc::ast::ast::{Class, ClassElement, ClassType, Decorator, Expression};
use oxc::span::Span;

use super::element::{Elements, text};
use super::references::References;
use super::scan::suspends;
use super::{ClassLowering, Refusal};

/// The variables around a class.
pub struct Variables {
    /// The evaluated decorators of the class and of its elements.
    pub decorators: String,
    /// The computed keys that are used more than once.
    pub keys: String,
    /// The result of `applyDecorators`.
    pub state: String,
    /// The class as written.
    pub original: String,
    /// The class that its decorators returned.
    pub current: String,
}

impl<'a> ClassLowering<'_, 'a> {
    /// Replaces the `accessor` fields of a class that needs no other lowering.
    pub fn only_accessors(&mut self, class: &mut Class<'a>) -> Result<(), Refusal> {
        let original = class.id.as_ref().map(|id| id.name.to_string());
        let variables = self.variables(original.unwrap_or_default());
        let mut elements = Elements::new(self, &variables, false);
        for element in std::mem::replace(&mut class.body.body, Vec::new_in(&self.quote.allocator)) {
            elements.add_accessor_only(element)?;
        }
        class.body.body = elements.into_list();
        Ok(())
    }

    /// Creates the expression that replaces a class.
    pub fn with_variables(&mut self, class: &mut Class<'a>) -> Result<Expression<'a>, Refusal> {
        let span = class.span;
        let suspends = suspends(class);
        if let Some(offset) = suspends.yields {
            return Err(Refusal {
                offset,
                message: "`yield` cannot be used in a class with decorators where it is evaluated with the class",
            });
        }
        let name = class.id.as_ref().map(|id| id.name.to_string());
        let symbol = class.id.as_ref().and_then(|id| id.symbol_id.get());
        let original = self.quote.unique("original");
        let variables = self.variables(original);
        let own = class.decorators.take_in(&self.quote.allocator);
        let is_decorated = !own.is_empty();
        let first = self.evaluate(own, &variables)?;

        let hint = self.names.remove(&span);
        let privates = static_privates(class);
        let body = class.body.body.take_in(&self.quote.allocator);
        let mut elements = Elements::new(self, &variables, is_decorated);
        for element in body {
            elements.add(element)?;
        }
        elements.finish(span, name.as_deref(), hint.as_deref())?;
        class.body.body = elements.into_list();
        if is_decorated {
            let mut references = References {
                quote: self.quote,
                scoping: self.context.scoping,
                class: symbol,
                privates,
                original: &variables.original,
                current: &variables.current,
                is_this: false,
                result: Ok(()),
            };
            // The first defines the variables.
            for element in class.body.body.iter_mut().skip(1) {
                references.element(element);
            }
            references.result?;
            // The name of the class becomes a variable, which gets the class of the decorators.
            class.id = None;
        }

        let code = self.around(
            class,
            is_decorated,
            &variables,
            &first,
            name.as_deref(),
            hint,
        );
        let code = if suspends.awaits {
            format!("await (async () => {{ {code} }})()")
        } else {
            format!("(() => {{ {code} }})()")
        };
        self.quote.expression(&code, span)
    }

    /// Creates the body of the function around a class.
    fn around(
        &self,
        class: &mut Class<'a>,
        is_decorated: bool,
        variables: &Variables,
        first: &str,
        name: Option<&str>,
        hint: Option<String>,
    ) -> String {
        let Variables {
            decorators,
            keys,
            state,
            original,
            current,
        } = variables;
        let mut expression = class.take_in_box(&self.quote.allocator);
        expression.r#type = ClassType::ClassExpression;
        expression.r#abstract = false;
        let class = self.quote.hole(Expression::ClassExpression(expression));
        let named = hint.map_or(class.clone(), |name| {
            let name = text(&name);
            format!("({{ [{name}]: {class} }})[{name}]")
        });
        let variables =
            format!("let {keys} = [], {decorators} = [{first}], {state}, {original}, {current}");
        match name {
            _ if !is_decorated => format!("{variables}; return {named};"),
            Some(name) => {
                format!("{variables}, {name}; {name} = {class}; return {name} = {current};")
            }
            None => format!("{variables}; ({named}); return {current};"),
        }
    }

    fn variables(&self, original: String) -> Variables {
        Variables {
            decorators: self.quote.unique("decorators"),
            keys: self.quote.unique("keys"),
            state: self.quote.unique("state"),
            original,
            current: self.quote.unique("current"),
        }
    }

    /// Creates code that evaluates decorators to an array. A decorator that is a member of an
    /// object is called with the object as `this`.
    pub fn evaluate(
        &self,
        decorators: Vec<'a, Decorator<'a>>,
        variables: &Variables,
    ) -> Result<String, Refusal> {
        let mut codes = std::vec::Vec::new();
        for decorator in decorators {
            let span = decorator.span;
            let mut expression = decorator.expression;
            let object = match expression.get_inner_expression_mut() {
                Expression::StaticMemberExpression(member) => Some(&mut member.object),
                Expression::ComputedMemberExpression(member) => Some(&mut member.object),
                Expression::PrivateFieldExpression(member) => Some(&mut member.object),
                _ => None,
            };
            let receiver = match object {
                Some(object) if object.is_super() => Some("this".to_owned()),
                Some(object) => {
                    let receiver = format!("{}.receiver", variables.keys);
                    let value = self.quote.hole(object.take_in(&self.quote.allocator));
                    *object = self
                        .quote
                        .expression(&format!("{receiver} = {value}"), span)?;
                    Some(receiver)
                }
                None => None,
            };
            let expression = self.quote.hole(expression);
            // A separate node keeps the position of each decorator.
            let code = match receiver {
                Some(receiver) => format!("{expression}.bind({receiver})"),
                None => expression,
            };
            codes.push(self.quote.hole(self.quote.expression(&code, span)?));
        }
        Ok(format!("[{}]", codes.join(", ")))
    }
}

/// Returns the private names of static elements.
fn static_privates(class: &Class<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    for element in &class.body.body {
        let (key, is_static) = match element {
            ClassElement::MethodDefinition(method) => (&method.key, method.r#static),
            ClassElement::PropertyDefinition(property) => (&property.key, property.r#static),
            ClassElement::AccessorProperty(property) => (&property.key, property.r#static),
            _ => continue,
        };
        if let (true, Some(name)) = (is_static, key.private_name()) {
            names.insert(name.to_string());
        }
    }
    names
}

/// Returns the span for code generated for a part of a class.
pub fn place(decorators: &[Decorator<'_>], key: Span) -> Span {
    decorators.first().map_or(key, |decorator| decorator.span)
}
