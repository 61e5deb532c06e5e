//! Finds private methods and accessors.

use oxc::ast::ast::{MethodDefinition, Program};
use oxc::ast_visit::{Visit, walk};

/// Whether a class of the program has private methods or accessors. The transformer cannot turn the
/// private elements of such a class into properties, as it otherwise does when fields are assigned.
pub fn has_any(program: &Program<'_>) -> bool {
    let mut found = Finder(false);
    found.visit_program(program);
    found.0
}

struct Finder(bool);

impl<'a> Visit<'a> for Finder {
    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.0 |= method.key.is_private_identifier();
        walk::walk_method_definition(self, method);
    }
}
