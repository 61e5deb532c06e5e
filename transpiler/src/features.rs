//! Finds what decides how a program is transformed and printed.

use oxc::ast::AstKind;
use oxc::ast::ast::{MethodDefinition, Program};
use oxc::ast_visit::{Visit, walk};

/// The findings about a program.
#[derive(Default)]
pub struct Features {
    /// Whether a class has private methods or accessors. The transformer cannot turn the private
    /// elements of such a class into properties, as it otherwise does when fields are assigned.
    pub private_methods: bool,
    /// The number of nodes around the innermost node.
    pub depth: u32,
    /// The number of nodes around the visited node.
    around: u32,
}

/// Looks at all of a program.
pub fn find(program: &Program<'_>) -> Features {
    let mut features = Features::default();
    features.visit_program(program);
    features
}

impl<'a> Visit<'a> for Features {
    fn enter_node(&mut self, _: AstKind<'a>) {
        self.around += 1;
        self.depth = self.depth.max(self.around);
    }

    fn leave_node(&mut self, _: AstKind<'a>) {
        self.around -= 1;
    }

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.private_methods |= method.key.is_private_identifier();
        walk::walk_method_definition(self, method);
    }
}
