//! Finds comments, whose words say nothing about what a program uses.

use oxc::allocator::Allocator;
use oxc::parser::Parser;
use oxc::span::SourceType;

use crate::bindings::exports::jsvm::transpiler::transpiler::{ModuleKind, Range};

/// Returns where the comments of a module are, in order. Returns `None` if it does not parse.
pub fn comments(source: &str, kind: ModuleKind) -> Option<Vec<Range>> {
    let source_type = match kind {
        ModuleKind::Es => SourceType::mjs(),
        ModuleKind::CommonJs => SourceType::cjs(),
    };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return None;
    }
    let ranges = parsed.program.comments.iter().map(|comment| Range {
        start: comment.span.start,
        end: comment.span.end,
    });
    Some(ranges.collect())
}
