//! Generates syntax from code as text. The text is parsed, and existing syntax is inserted in its
//! holes.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use oxc::allocator::{Allocator, Box, Vec};
use oxc::ast::ast::{
    ClassElement, Expression, Function, ObjectProperty, Program, PropertyKind, Statement,
};
use oxc::ast_visit::{VisitMut, walk_mut};
use oxc::parser::Parser;
use oxc::span::{SourceType, Span};

use super::Refusal;

/// Parses generated code.
pub struct Quote<'a> {
    pub allocator: &'a Allocator,
    /// The source, which must not contain a generated name.
    text: &'a str,
    /// The number of generated names for each base.
    names: RefCell<HashMap<String, u32>>,
    hole: String,
    holes: RefCell<HashMap<String, Hole<'a>>>,
    count: Cell<u32>,
}

/// Existing syntax to insert for a name in the text.
enum Hole<'a> {
    Expression(Expression<'a>),
    /// The value of a property, which becomes a method, a getter or a setter.
    Method(Box<'a, Function<'a>>, PropertyKind),
}

impl<'a> Quote<'a> {
    pub fn new(allocator: &'a Allocator, text: &'a str) -> Self {
        let mut quote = Quote {
            allocator,
            text,
            names: RefCell::default(),
            hole: String::new(),
            holes: RefCell::default(),
            count: Cell::new(0),
        };
        quote.hole = quote.unique("hole");
        quote
    }

    /// Returns a unique name.
    pub fn unique(&self, base: &str) -> String {
        let mut names = self.names.borrow_mut();
        let count = names.entry(base.to_owned()).or_default();
        loop {
            *count += 1;
            let name = match *count {
                1 => format!("_{base}"),
                count => format!("_{base}_{count}"),
            };
            if !self.text.contains(&name) {
                return name;
            }
        }
    }

    /// Returns a name for an expression in the text.
    pub fn hole(&self, expression: Expression<'a>) -> String {
        self.add(Hole::Expression(expression))
    }

    /// Returns a name for a function in the text, as the value of a property.
    pub fn method(&self, function: Box<'a, Function<'a>>, kind: PropertyKind) -> String {
        self.add(Hole::Method(function, kind))
    }

    fn add(&self, hole: Hole<'a>) -> String {
        let number = self.count.get();
        self.count.set(number + 1);
        // The name ends with a letter, so that no name is a prefix of another.
        let name = format!("{}{number}_", self.hole);
        self.holes.borrow_mut().insert(name.clone(), hole);
        name
    }

    /// Parses statements. Errors in the generated code are at the span.
    pub fn statements(&self, code: &str, span: Span) -> Result<Vec<'a, Statement<'a>>, Refusal> {
        Ok(self.parse(code, span)?.body)
    }

    pub fn expression(&self, code: &str, span: Span) -> Result<Expression<'a>, Refusal> {
        match self.statements(&format!("({code})"), span)?.pop() {
            Some(Statement::ExpressionStatement(mut statement)) => {
                use oxc::allocator::TakeIn;
                let expression = statement.expression.get_inner_expression_mut();
                Ok(expression.take_in(&self.allocator))
            }
            _ => Err(Refusal::internal(span)),
        }
    }

    /// Parses elements of a class.
    pub fn elements(&self, code: &str, span: Span) -> Result<Vec<'a, ClassElement<'a>>, Refusal> {
        match self
            .statements(&format!("class A {{ {code} }}"), span)?
            .pop()
        {
            Some(Statement::ClassDeclaration(class)) => Ok(class.unbox().body.unbox().body),
            _ => Err(Refusal::internal(span)),
        }
    }

    fn parse(&self, code: &str, span: Span) -> Result<Program<'a>, Refusal> {
        let code = self.allocator.alloc_str(code);
        let parsed = Parser::new(self.allocator, code, SourceType::mjs()).parse();
        if parsed.panicked || !parsed.diagnostics.is_empty() {
            return Err(Refusal::internal(span));
        }
        let mut program = parsed.program;
        Fill { quote: self, span }.visit_program(&mut program);
        Ok(program)
    }
}

/// Fills the holes, and sets the spans of all other nodes.
struct Fill<'q, 'a> {
    quote: &'q Quote<'a>,
    span: Span,
}

impl<'a> Fill<'_, 'a> {
    fn take(&self, expression: &Expression<'a>) -> Option<Hole<'a>> {
        let Expression::Identifier(identifier) = expression else {
            return None;
        };
        self.quote
            .holes
            .borrow_mut()
            .remove(identifier.name.as_str())
    }
}

impl<'a> VisitMut<'a> for Fill<'_, 'a> {
    fn visit_expression(&mut self, expression: &mut Expression<'a>) {
        match self.take(expression) {
            Some(Hole::Expression(filled)) => *expression = filled,
            Some(Hole::Method(function, _)) => {
                *expression = Expression::FunctionExpression(function);
            }
            None => walk_mut::walk_expression(self, expression),
        }
    }

    fn visit_object_property(&mut self, property: &mut ObjectProperty<'a>) {
        match self.take(&property.value) {
            Some(Hole::Method(function, kind)) => {
                property.value = Expression::FunctionExpression(function);
                property.method = kind == PropertyKind::Init;
                property.kind = kind;
                property.span = self.span;
                self.visit_property_key(&mut property.key);
            }
            Some(Hole::Expression(filled)) => {
                property.value = filled;
                property.span = self.span;
                self.visit_property_key(&mut property.key);
            }
            None => walk_mut::walk_object_property(self, property),
        }
    }

    fn visit_span(&mut self, span: &mut Span) {
        *span = self.span;
    }
}
