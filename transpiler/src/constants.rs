//! Replaces constants in the values of enum members by their values, as TypeScript does: whether a
//! member has a reverse mapping depends on the type of its value, which the transformer does not know.

use std::collections::HashMap;

use oxc::allocator::{Allocator, CloneIn};
use oxc::ast::ast::{
    BindingPattern, Expression, Program, TSEnumMember, UnaryOperator, VariableDeclaration,
};
use oxc::ast_visit::{Visit, VisitMut, walk, walk_mut};
use oxc::semantic::{Scoping, SymbolId};

/// The maximum number of replaced variables. Constants that name each other twice would otherwise double
/// the code with each.
const MAX_REPLACED: u32 = 100_000;

/// Replaces the constants of a program, which has enums or not. Returns whether it has changed.
pub fn replace<'a>(program: &mut Program<'a>, allocator: &'a Allocator, scoping: &Scoping) -> bool {
    if !program.source_text.contains("enum") {
        return false;
    }
    let mut constants = Constants {
        allocator,
        values: HashMap::new(),
    };
    constants.visit_program(program);
    let mut members = Members {
        constants,
        scoping,
        is_member: false,
        replaced: 0,
    };
    members.visit_program(program);
    members.replaced > 0
}

/// The `const` variables without a type, and their values.
struct Constants<'a> {
    allocator: &'a Allocator,
    values: HashMap<SymbolId, Expression<'a>>,
}

impl<'a> Visit<'a> for Constants<'a> {
    fn visit_variable_declaration(&mut self, declaration: &VariableDeclaration<'a>) {
        if declaration.kind.is_const() {
            for declarator in &declaration.declarations {
                if let (BindingPattern::BindingIdentifier(name), None, Some(value)) = (
                    &declarator.id,
                    &declarator.type_annotation,
                    &declarator.init,
                ) && is_constant(value)
                {
                    let value = value.clone_in_with_semantic_ids(self.allocator);
                    self.values.insert(name.symbol_id(), value);
                }
            }
        }
        walk::walk_variable_declaration(self, declaration);
    }
}

/// Whether an expression may be the constant value of an enum member. Its variables are looked at
/// when it is inserted.
fn is_constant(expression: &Expression<'_>) -> bool {
    match expression.get_inner_expression() {
        Expression::StringLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::Identifier(_) => true,
        Expression::TemplateLiteral(template) => template.expressions.iter().all(is_constant),
        Expression::BinaryExpression(binary) => {
            is_constant(&binary.left) && is_constant(&binary.right)
        }
        Expression::UnaryExpression(unary) => {
            matches!(
                unary.operator,
                UnaryOperator::UnaryNegation | UnaryOperator::UnaryPlus | UnaryOperator::BitwiseNot
            ) && is_constant(&unary.argument)
        }
        _ => false,
    }
}

/// Replaces the constants in members of enums.
struct Members<'a, 's> {
    constants: Constants<'a>,
    scoping: &'s Scoping,
    is_member: bool,
    replaced: u32,
}

impl<'a> VisitMut<'a> for Members<'a, '_> {
    fn visit_ts_enum_member(&mut self, member: &mut TSEnumMember<'a>) {
        self.is_member = member.initializer.as_ref().is_some_and(is_constant);
        walk_mut::walk_ts_enum_member(self, member);
        self.is_member = false;
    }

    fn visit_expression(&mut self, expression: &mut Expression<'a>) {
        if let (true, Expression::Identifier(identifier)) = (self.is_member, &*expression) {
            let reference = identifier.reference_id.get();
            let symbol = reference.and_then(|id| self.scoping.get_reference(id).symbol_id());
            // Taken: a constant that is defined by itself must not be replaced for ever.
            if let Some(symbol) = symbol
                && self.replaced < MAX_REPLACED
                && let Some(value) = self.constants.values.remove(&symbol)
            {
                *expression = value.clone_in_with_semantic_ids(self.constants.allocator);
                self.replaced += 1;
                self.visit_expression(expression);
                self.constants.values.insert(symbol, value);
            }
            return;
        }
        walk_mut::walk_expression(self, expression);
    }
}
