//! Removes comments, whose words say nothing about what a program uses.

use oxc::allocator::Allocator;
use oxc::parser::Parser;
use oxc::span::SourceType;

use crate::bindings::exports::jsvm::transpiler::transpiler::ModuleKind;

/// Returns the source with a blank in place of each comment. Returns `None` if it does not parse.
pub fn without_comments(source: &str, kind: ModuleKind) -> Option<String> {
    let source_type = match kind {
        ModuleKind::Es => SourceType::mjs(),
        ModuleKind::CommonJs => SourceType::cjs(),
    };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let mut code = String::with_capacity(source.len());
    let mut copied = 0;
    for comment in &parsed.program.comments {
        code.push_str(source.get(copied..comment.span.start as usize)?);
        code.push(' ');
        copied = comment.span.end as usize;
    }
    code.push_str(source.get(copied..)?);
    Some(code)
}
