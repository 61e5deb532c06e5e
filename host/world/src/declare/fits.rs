//! The types that compare a program with its world.

use crate::names::{ExportName, is_identifier};

/// Names of types that no type of the world has.
pub(crate) struct FreeNames {
    /// The interface of all exports.
    pub(crate) world: String,
    /// What a given program has to export.
    pub(crate) fits: String,
    /// A type that only programs that fit can be given to.
    pub(crate) check: String,
}

impl FreeNames {
    pub(crate) fn new(taken: &[String]) -> Self {
        FreeNames {
            world: free("World", taken),
            fits: free("Fits", taken),
            check: free("Check", taken),
        }
    }
}

/// Returns a name that is not taken.
pub(crate) fn free(name: &str, taken: &[String]) -> String {
    let mut name = name.to_owned();
    while taken.contains(&name) {
        name.push('_');
    }
    name
}

/// Returns the lines of the types.
pub(crate) fn fits(names: &FreeNames, exports: &[ExportName]) -> Vec<String> {
    let FreeNames { world, fits, check } = names;
    let mut lines = vec![
        "/** What `Program` has to export, by the names that it has chosen for interfaces. */"
            .to_owned(),
        format!("export type {fits}<Program> = unknown"),
    ];
    for export in exports {
        let key = export.key();
        let part = |name: &str| match is_identifier(name) {
            true => format!("{{ {name}: {world}[{key:?}] }}"),
            false => format!("{{ {name:?}: {world}[{key:?}] }}"),
        };
        // The first name is found first, and is the one that an error names.
        let mut choice = part(key);
        if export.names.len() > 1 {
            for name in export.names.iter().rev() {
                choice = format!("{name:?} extends keyof Program ? {} : {choice}", part(name));
            }
            choice = format!("({choice})");
        }
        lines.push(format!("  & {choice}"));
    }
    if let Some(last) = lines.last_mut() {
        last.push(';');
    }
    lines.push("/** Refuses the type of a module that does not fit: `Check<typeof import(\"./app.js\")>`. */".to_owned());
    lines.push(format!(
        "export type {check}<Program extends {fits}<Program>> = Program;"
    ));
    lines
}
