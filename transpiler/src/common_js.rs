//! Removes the syntax of ES modules that the transformer leaves in CommonJS modules.

use oxc::allocator::{Allocator, TakeIn, Vec};
use oxc::ast::ast::{Declaration, Program, Statement};
use oxc::parser::Parser;
use oxc::span::SourceType;

/// Removes the `export {}` of a module that exports only types. Turns the constant of `export import
/// name = require("specifier")` into a property of `exports`.
pub fn finish<'a>(program: &mut Program<'a>, allocator: &'a Allocator) {
    let statements = program.body.take_in(&allocator);
    let mut body = Vec::new_in(&allocator);
    for statement in statements {
        match statement {
            Statement::ExportNamedDeclaration(export) if export.specifiers.is_empty() => {}
            Statement::ExportDeclaration(export) => {
                let declaration = export.unbox().declaration;
                let names = match &declaration {
                    Declaration::VariableDeclaration(variables) => {
                        let patterns = variables.declarations.iter().map(|one| &one.id);
                        patterns
                            .flat_map(|id| id.get_binding_identifiers())
                            .collect()
                    }
                    _ => std::vec::Vec::new(),
                };
                let code: String = names
                    .iter()
                    .map(|id| format!("exports.{} = {};", id.name, id.name))
                    .collect();
                body.push(Statement::from(declaration));
                let code = allocator.alloc_str(&code);
                body.extend(
                    Parser::new(allocator, code, SourceType::cjs())
                        .parse()
                        .program
                        .body,
                );
            }
            statement => body.push(statement),
        }
    }
    program.body = body;
}
