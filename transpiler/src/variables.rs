//! Rewrites declarations for a prompt, where a later input can declare the same names again.

use oxc::allocator::Allocator;
use oxc::ast::ast::{Statement, VariableDeclarationKind};
use oxc::parser::Parser;
use oxc::span::SourceType;

/// Rewrites `const`, `let` and `class` declarations at the top level as `var` declarations. Returns
/// `None` if there are none, or if the code does not parse.
pub fn declarations_as_variables(code: &str) -> Option<String> {
    // Only a module awaits at its top level, and only a script is sloppy.
    let kinds = [SourceType::cjs(), SourceType::mjs()];
    kinds
        .into_iter()
        .find_map(|kind| rewritten(code, kind))
        .flatten()
}

/// Returns `None` if the code does not parse.
fn rewritten(code: &str, kind: SourceType) -> Option<Option<String>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, code, kind).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let mut script = String::new();
    let mut copied = 0;
    for statement in &parsed.program.body {
        // A declaration of a class has no semicolon, and what follows would continue an expression.
        let (start, keyword, replacement, closed) = match statement {
            Statement::VariableDeclaration(declaration) => match declaration.kind {
                // Other code keeps its column.
                VariableDeclarationKind::Const => {
                    (declaration.span.start, "const", "var  ".into(), None)
                }
                VariableDeclarationKind::Let => (declaration.span.start, "let", "var".into(), None),
                _ => continue,
            },
            Statement::ClassDeclaration(class) => match &class.id {
                Some(id) if class.decorators.is_empty() => (
                    class.span.start,
                    "class",
                    format!("var {} = class", id.name),
                    Some(class.span.end as usize),
                ),
                _ => continue,
            },
            _ => continue,
        };
        let start = start as usize;
        if !code[start..].starts_with(keyword) {
            continue;
        }
        script.push_str(&code[copied..start]);
        script.push_str(&replacement);
        copied = start + keyword.len();
        if let Some(end) = closed {
            script.push_str(&code[copied..end]);
            script.push(';');
            copied = end;
        }
    }
    if copied == 0 {
        return Some(None);
    }
    script.push_str(&code[copied..]);
    Some(Some(script))
}
