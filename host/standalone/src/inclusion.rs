//! What a file contains besides the functions that its program reaches.

use std::collections::BTreeSet;

use jsvm_component::References;

use super::error::StandaloneError;

/// The parts of the engine that a file contains beside those that its program names, and those that it lacks.
///
/// A file lacks functions of the engine whose names do not occur in its program. A program that calls
/// one all the same, by a name that is computed, gets a `TypeError` which says what to include.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm_standalone::{ComponentKind, Inclusion, ServiceImports, component_of};
/// let mut inclusion = Inclusion::default();
/// inclusion.with = vec!["RegExp".to_owned()];
/// inclusion.identifiers = Some(["console".to_owned(), "log".to_owned()].into());
/// let built = component_of(&vm, ComponentKind::Command, ServiceImports::default(), &inclusion)?;
/// assert!(!built.left_out.iter().any(|name| name == "RegExp"));
/// assert!(built.left_out.iter().any(|name| name == "eval"));
/// # Ok::<(), jsvm_standalone::StandaloneError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inclusion {
    /// Names to include though the program does not have them: of properties such as `toSorted`, of
    /// global objects such as `URL`, or `eval`.
    pub with: Vec<String>,
    /// Names to leave out though the program has them.
    pub without: Vec<String>,
    /// The identifiers in the sources of the program. If they are known, parts of the web platform that a
    /// program reaches by a property of another part are left out where no source has it: streams where none
    /// has `body`, `clone` and `stream`. If not, these parts stay.
    pub identifiers: Option<BTreeSet<String>>,
    /// Comments in the sources of the program, whose words are no names. Sources of functions in its heap have them,
    /// too.
    pub comments: BTreeSet<String>,
    /// Whether to include everything. The other fields are then ignored.
    pub everything: bool,
}

impl Inclusion {
    /// Fails if a name is not one of the engine.
    pub(crate) fn check(&self, references: &References) -> Result<(), StandaloneError> {
        let is_known = |name: &str| {
            references.builtins.iter().any(|it| it.name == name)
                || references.features.iter().any(|it| it.name == name)
                || references.parts.iter().any(|part| {
                    part.name == name || part.globals.iter().any(|global| global == name)
                })
        };
        match self
            .with
            .iter()
            .chain(&self.without)
            .find(|name| !is_known(name))
        {
            Some(name) => Err(StandaloneError::UnknownName { name: name.clone() }),
            None => Ok(()),
        }
    }
}

/// A component that was made, and what it lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Built {
    /// The component.
    pub component: Vec<u8>,
    /// The names of functions and parts that were left out, sorted.
    pub left_out: Vec<String>,
}

/// The core module of a VM, and what it lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CoreModule {
    /// The module.
    pub module: Vec<u8>,
    /// The names of functions and parts that were left out, sorted.
    pub left_out: Vec<String>,
}
