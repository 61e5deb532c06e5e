//! Says what is wrong with an export of a program.

use jsvm::{ExportMismatch, ExportProblem};
use jsvm_abi::{Export, ExportKind, World};
use jsvm_declare::declared;

use crate::names::is_identifier;

/// What is wrong, and what to write. Functions of one interface or class that is missing have the same
/// first part.
pub(crate) fn message(problem: &ExportProblem, export: &Export, world: &World) -> (String, String) {
    let parts = parts(export, world);
    // Members are named with their class. An interface and its function may have one name: then the
    // message is about the function.
    let own = parts.len() - own_parts(export);
    let at = (0..parts.len()).rev().find(|at| {
        parts[*at] == problem.name
            || parts
                .get(own..=*at)
                .is_some_and(|it| it.join(".") == problem.name)
    });
    let path = match at {
        Some(at) => parts[..=at].join("."),
        None => problem.name.clone(),
    };
    let wrong = match problem.mismatch {
        ExportMismatch::Missing => format!("the program does not export {path}"),
        ExportMismatch::NoObject => format!("the export {path} is no object"),
        ExportMismatch::NoFunction => format!("the export {path} is no function"),
        ExportMismatch::NoClass => format!("the export {path} is no class"),
        _ => format!("the export {path} does not fit"),
    };
    (wrong, shape(export, world))
}

/// The interface, the class and the function, as far as they are there.
fn parts(export: &Export, world: &World) -> Vec<String> {
    let mut parts: Vec<String> = export.interface.first().cloned().into_iter().collect();
    parts.extend(class_of(export, world).map(str::to_owned));
    parts.push(export.function.name.clone());
    parts
}

/// How many of them are not the interface.
fn own_parts(export: &Export) -> usize {
    match export.kind {
        ExportKind::Free => 1,
        _ => 2,
    }
}

fn class_of<'a>(export: &Export, world: &'a World) -> Option<&'a str> {
    match export.kind {
        ExportKind::Free => None,
        ExportKind::Constructor(index) | ExportKind::Method(index) | ExportKind::Static(index) => {
            let resource = world.resources.get(index as usize)?;
            Some(&resource.name)
        }
    }
}

/// How a program exports the function.
fn shape(export: &Export, world: &World) -> String {
    // The receiver of a method is not written.
    let receiver = usize::from(matches!(export.kind, ExportKind::Method(_)));
    let parameters = export.function.parameters.iter().skip(receiver);
    let parameters: Vec<&str> = parameters.map(|it| &*it.name).collect();
    let parameters = parameters.join(", ");
    let name = &export.function.name;
    let member = match (&export.kind, class_of(export, world)) {
        (ExportKind::Constructor(_), Some(class)) => {
            format!("{class}: class {{ constructor({parameters}) {{ … }} }}")
        }
        (ExportKind::Static(_), Some(class)) => {
            format!("{class}: class {{ static {name}({parameters}) {{ … }} }}")
        }
        (ExportKind::Method(_), Some(class)) => {
            format!("{class}: class {{ {name}({parameters}) {{ … }} }}")
        }
        _ => format!("{name}({parameters}) {{ … }}"),
    };
    let is_declarable = |name: &str| is_identifier(name) && declared(name) == name;
    match export.interface.first() {
        Some(interface) if is_declarable(interface) => {
            format!("export const {interface} = {{ {member} }}")
        }
        Some(interface) => {
            format!(
                "const implementation = {{ {member} }}; export {{ implementation as \"{interface}\" }}"
            )
        }
        None if is_declarable(name) => format!("export function {member}"),
        // A reserved word is no name of a function.
        None => format!(
            "function implementation({parameters}) {{ … }} export {{ implementation as {name} }}"
        ),
    }
}
