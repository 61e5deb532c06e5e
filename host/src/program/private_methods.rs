//! Whether a program has private methods or accessors.

use oxc::ast::ast::{MethodDefinition, Program};
use oxc::ast_visit::{Visit, walk};

/// Whether a class of the program has any. The transformer cannot make properties of the private
/// elements of such a class, as it otherwise does where fields are assigned.
pub fn has_any(program: &Program<'_>) -> bool {
    let mut found = Found(false);
    found.visit_program(program);
    found.0
}

struct Found(bool);

impl<'a> Visit<'a> for Found {
    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.0 |= method.key.is_private_identifier();
        walk::walk_method_definition(self, method);
    }
}
