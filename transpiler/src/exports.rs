//! Finds the names that a CommonJS module exports, without running it.
//!
//! ES modules import by name, so the names must be known before the module runs. This module finds
//! the patterns of compilers and of common code: properties of `exports`, the object that is
//! assigned to `module.exports`, and objects that are copied into either. A name too many is
//! `undefined`. A name too few is still a property of the default export.

use std::collections::{HashMap, HashSet};

use oxc::ast::ast::{
    Argument, AssignmentExpression, AssignmentTarget, BindingPattern, CallExpression, Expression,
    ObjectExpression, ObjectPropertyKind, Program, VariableDeclarator,
};
use oxc::ast_visit::{Visit, walk};
use oxc::span::{GetSpan, Span};

/// Functions that compilers call with the object to export.
const PASSING: [&str; 6] = [
    "__toCommonJS",
    "__toESM",
    "__importStar",
    "_interopRequireWildcard",
    "_interop_require_wildcard",
    "freeze",
];

/// Functions with which compilers copy all exports of another module.
const COPYING: [&str; 4] = ["__exportStar", "_export_star", "__reExport", "_exportStar"];

/// Functions with which compilers define exports as getters.
const DEFINING: [&str; 3] = ["__export", "_export", "__exportAll"];

/// The exports of a module.
#[derive(Debug, Default)]
pub struct Exports {
    /// Names, each once, in the order in which they are found.
    pub names: Vec<String>,
    /// The specifiers of modules that are re-exported.
    pub modules: Vec<String>,
}

/// Finds the exports of a CommonJS module.
pub fn find(program: &Program<'_>) -> Exports {
    let mut finder = Finder {
        copies: Copies::new(program.source_text),
        objects: HashMap::new(),
    };
    finder.visit_program(program);
    finder.collect(EXPORTS)
}

/// The name of the object for both `exports` and `module.exports`.
const EXPORTS: &str = "exports";

/// The known members of an object.
#[derive(Default)]
struct Members {
    names: Vec<String>,
    modules: Vec<String>,
    /// Objects that it aliases, or whose properties it copies.
    same: Vec<String>,
}

/// Walks through a module. Scopes are ignored: in compiled code, a local variable `exports` of a
/// function is the parameter that gets the exports.
struct Finder {
    copies: Copies,
    /// The objects, by the names of their variables.
    objects: HashMap<String, Members>,
}

impl Finder {
    fn members(&mut self, object: &str) -> &mut Members {
        self.objects.entry(object.to_owned()).or_default()
    }

    /// Records the members that an object gets from an expression.
    fn add(&mut self, object: &str, value: &Expression<'_>) {
        match value.get_inner_expression() {
            Expression::ObjectExpression(literal) => self.add_literal(object, literal),
            Expression::ConditionalExpression(either) => {
                self.add(object, &either.consequent);
                self.add(object, &either.alternate);
            }
            Expression::LogicalExpression(either) => {
                self.add(object, &either.left);
                self.add(object, &either.right);
            }
            Expression::SequenceExpression(sequence) => {
                if let Some(last) = sequence.expressions.last() {
                    self.add(object, last);
                }
            }
            Expression::AssignmentExpression(assignment) => match assigned(&assignment.left) {
                // The visit of this assignment adds the members to the other object. Adding them
                // here too would take quadratic time for `a = a = a = …`.
                Some(same) => self.members(object).same.push(same),
                None => self.add(object, &assignment.right),
            },
            Expression::CallExpression(call) => {
                if let Some(specifier) = call.common_js_require() {
                    let specifier = specifier.value.as_str().to_owned();
                    self.members(object).modules.push(specifier);
                } else if is_assign(call)
                    && let Some(same) = first_expression(call).and_then(object_name)
                {
                    // As for assignments.
                    self.members(object).same.push(same);
                } else if is_assign(call)
                    || called(call).is_some_and(|name| PASSING.contains(&name))
                {
                    for argument in call.arguments.iter().filter_map(Argument::as_expression) {
                        self.add(object, argument);
                    }
                }
            }
            value => {
                if let Some(same) = object_name(value) {
                    self.members(object).same.push(same);
                }
            }
        }
    }

    fn add_literal(&mut self, object: &str, literal: &ObjectExpression<'_>) {
        for property in &literal.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    if let Some(name) = property.key.static_name() {
                        self.members(object).names.push(name.into_owned());
                    }
                }
                ObjectPropertyKind::SpreadProperty(spread) => self.add(object, &spread.argument),
            }
        }
    }

    /// `Object.keys(other).forEach(key => ... exports[key] = other[key] ...)`.
    fn add_copied(&mut self, call: &CallExpression<'_>) {
        let Expression::StaticMemberExpression(each) = &call.callee else {
            return;
        };
        let Expression::CallExpression(keys) = &each.object else {
            return;
        };
        if each.property.name != "forEach" || called(keys) != Some("keys") {
            return;
        }
        let (Some(from), Some(body)) = (first_expression(keys), call.arguments.first()) else {
            return;
        };
        let body = body.span();
        if self.copies.any_within(body) {
            self.add(EXPORTS, from);
        }
    }

    /// Collects the members of an object, and of those that it aliases or copies.
    fn collect(&self, object: &str) -> Exports {
        let mut exports = Exports::default();
        let (mut names, mut modules, mut seen) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut waiting = vec![object];
        while let Some(object) = waiting.pop() {
            let Some(members) = self.objects.get(object) else {
                continue;
            };
            if !seen.insert(object) {
                continue;
            }
            // The default export of a CommonJS module is its whole `module.exports`.
            let found = members.names.iter().filter(|name| *name != "default");
            let found = found.filter(|name| names.insert(name.as_str()));
            exports.names.extend(found.cloned());
            let found = members.modules.iter();
            let found = found.filter(|module| modules.insert(module.as_str()));
            exports.modules.extend(found.cloned());
            waiting.extend(members.same.iter().rev().map(String::as_str));
        }
        exports
    }
}

/// The places in a source where a property is copied to `exports`, as compiled code does it.
struct Copies(Vec<u32>);

impl Copies {
    fn new(source: &str) -> Self {
        let places = source.match_indices("exports");
        let places = places.filter(|&(at, text)| {
            let after = source.as_bytes().get(at + text.len());
            after == Some(&b'[') || after == Some(&b',') && source[..at].ends_with('(')
        });
        Copies(places.map(|(at, _)| at as u32).collect())
    }

    fn any_within(&self, span: Span) -> bool {
        let first = self.0.partition_point(|&at| at < span.start);
        self.0.get(first).is_some_and(|&at| at < span.end)
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        if let Some(object) = assigned(&assignment.left) {
            self.add(&object, &assignment.right);
        } else if let Some(member) = assignment.left.as_member_expression()
            && let Some(name) = member.static_property_name()
            && let Some(object) = object_name(member.object())
        {
            self.members(&object).names.push(name.to_owned());
        }
        walk::walk_assignment_expression(self, assignment);
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        if let (BindingPattern::BindingIdentifier(variable), Some(value)) =
            (&declarator.id, &declarator.init)
        {
            self.add(variable.name.as_str(), value);
            // An alias of `exports`: its members are exports.
            if refers_to_exports(value) {
                let variable = variable.name.as_str().to_owned();
                self.members(EXPORTS).same.push(variable);
            }
        }
        walk::walk_variable_declarator(self, declarator);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let mut arguments = call.arguments.iter().filter_map(Argument::as_expression);
        let target = arguments.next();
        let name = called(call).unwrap_or_default();
        let object = target.and_then(object_name);
        if matches!(name, "defineProperty" | "__defProp")
            && let Some(object) = &object
            && let Some(Expression::StringLiteral(property)) = arguments.next()
        {
            self.members(object)
                .names
                .push(property.value.as_str().to_owned());
        } else if COPYING.contains(&name) {
            for argument in target.into_iter().chain(arguments) {
                if matches!(argument, Expression::CallExpression(_)) {
                    self.add(EXPORTS, argument);
                }
            }
        } else if DEFINING.contains(&name) {
            match (object, arguments.next()) {
                (Some(object), Some(value)) => self.add(&object, value),
                // `export *` as older versions of TypeScript compile it.
                (None, None) => {
                    if let Some(value) = target {
                        self.add(EXPORTS, value);
                    }
                }
                _ => {}
            }
        } else if is_assign(call)
            && let Some(object) = object
        {
            for argument in arguments {
                self.add(&object, argument);
            }
        } else {
            self.add_copied(call);
        }
        walk::walk_call_expression(self, call);
    }
}

/// Returns the name of the object of an expression, if it is a variable or `module.exports`.
fn object_name(expression: &Expression<'_>) -> Option<String> {
    match expression.get_inner_expression() {
        Expression::Identifier(variable) => Some(variable.name.as_str().to_owned()),
        Expression::StaticMemberExpression(member)
            if member.object.is_specific_id("module") && member.property.name == EXPORTS =>
        {
            Some(EXPORTS.to_owned())
        }
        _ => None,
    }
}

/// Returns the name of the object that an assignment replaces.
fn assigned(target: &AssignmentTarget<'_>) -> Option<String> {
    match target {
        AssignmentTarget::AssignmentTargetIdentifier(variable) => {
            Some(variable.name.as_str().to_owned())
        }
        AssignmentTarget::StaticMemberExpression(member)
            if member.object.is_specific_id("module") && member.property.name == EXPORTS =>
        {
            Some(EXPORTS.to_owned())
        }
        _ => None,
    }
}

/// Whether a value is `exports`, or is assigned to it in the same expression.
fn refers_to_exports(mut value: &Expression<'_>) -> bool {
    while let Expression::AssignmentExpression(assignment) = value.get_inner_expression() {
        if assigned(&assignment.left).as_deref() == Some(EXPORTS) {
            return true;
        }
        value = &assignment.right;
    }
    object_name(value).as_deref() == Some(EXPORTS)
}

/// Returns the last name of a callee, such as `c` of `(0, a.b.c)()`.
fn called<'e>(call: &'e CallExpression<'_>) -> Option<&'e str> {
    fn last_name<'e>(expression: &'e Expression<'_>) -> Option<&'e str> {
        match expression.get_inner_expression() {
            Expression::Identifier(variable) => Some(variable.name.as_str()),
            Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
            Expression::SequenceExpression(sequence) => last_name(sequence.expressions.last()?),
            _ => None,
        }
    }
    last_name(&call.callee)
}

fn is_assign(call: &CallExpression<'_>) -> bool {
    matches!(&call.callee, Expression::StaticMemberExpression(member)
        if member.object.is_specific_id("Object") && member.property.name == "assign")
}

fn first_expression<'e, 'a>(call: &'e CallExpression<'a>) -> Option<&'e Expression<'a>> {
    call.arguments.first()?.as_expression()
}
