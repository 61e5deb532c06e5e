//! Sources of programs, apart from their comments.

use std::collections::BTreeSet;

use jsvm::ModuleKind;
use jsvm_node::comments;

/// A source that was divided.
pub struct Code {
    /// The source with a blank in place of each comment.
    pub text: String,
    comments: Vec<String>,
}

impl Code {
    pub fn new(source: &str, kind: ModuleKind) -> Self {
        let mut code = Code {
            text: String::with_capacity(source.len()),
            comments: Vec::new(),
        };
        let mut copied = 0;
        for range in comments(source, kind) {
            code.text.push_str(&source[copied..range.start]);
            code.text.push(' ');
            copied = range.end;
            code.comments.push(source[range].to_owned());
        }
        code.text.push_str(&source[copied..]);
        code
    }

    /// Adds the comments.
    pub fn add_comments(&self, found: &mut BTreeSet<String>) {
        found.extend(self.comments.iter().cloned());
    }
}
