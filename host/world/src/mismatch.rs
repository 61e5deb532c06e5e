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
        ExportMismatch::Missing => missing_export(&path),
        ExportMismatch::NoObject => format!("the export {path} is no object"),
        ExportMismatch::NoFunction => format!("the export {path} is no function"),
        ExportMismatch::NoClass => format!("the export {path} is no class"),
        _ => format!("the export {path} does not fit"),
    };
    // What is missing as a whole is shown as a whole.
    let is_whole = at.is_some_and(|at| at + 1 < parts.len());
    let shape = match (is_whole, at) {
        (true, Some(0)) if !export.interface.is_empty() => {
            shape(export, world, |other| other.interface == export.interface)
        }
        (true, _) => shape(export, world, |other| {
            other.interface == export.interface && class_of(other, world) == class_of(export, world)
        }),
        (false, _) => shape(export, world, |other| other.name == export.name),
    };
    (wrong, shape)
}

/// Says that an export is missing.
pub(crate) fn missing_export(path: &str) -> String {
    format!("the program does not export {path}")
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

/// How a program exports a function, with the others of its interface or class that `is_shown` names.
fn shape(export: &Export, world: &World, is_shown: impl Fn(&Export) -> bool) -> String {
    let name = &export.function.name;
    let members = members(world, world.exports.iter().filter(|it| is_shown(it)));
    let is_declarable = |name: &str| is_identifier(name) && declared(name) == name;
    match export.interface.first() {
        Some(interface) if is_declarable(interface) => {
            format!("export const {interface} = {{ {members} }}")
        }
        Some(interface) => {
            format!(
                "const implementation = {{ {members} }}; export {{ implementation as \"{interface}\" }}"
            )
        }
        None if is_declarable(name) => format!("export function {members}"),
        // A reserved word is no name of a function.
        None => format!(
            "function implementation({}) {{ … }} export {{ implementation as {name} }}",
            parameters(export)
        ),
    }
}

/// The functions and classes of an interface.
fn members<'a>(world: &World, exports: impl Iterator<Item = &'a Export>) -> String {
    let mut members: Vec<String> = Vec::new();
    // Functions of one class follow each other.
    let mut class: Option<(&str, Vec<String>)> = None;
    let end = |class: Option<(&str, Vec<String>)>| {
        class.map(|(name, functions)| format!("{name}: class {{ {} }}", functions.join(" ")))
    };
    for export in exports {
        let name = &export.function.name;
        let parameters = parameters(export);
        let function = match export.kind {
            ExportKind::Constructor(_) => format!("constructor({parameters}) {{ … }}"),
            ExportKind::Static(_) => format!("static {name}({parameters}) {{ … }}"),
            ExportKind::Method(_) | ExportKind::Free => format!("{name}({parameters}) {{ … }}"),
        };
        match (class_of(export, world), &mut class) {
            (Some(name), Some((known, functions))) if name == *known => functions.push(function),
            (Some(name), _) => members.extend(end(class.replace((name, vec![function])))),
            (None, _) => {
                members.extend(end(class.take()));
                members.push(function);
            }
        }
    }
    members.extend(end(class));
    members.join(", ")
}

/// The parameters that a program writes: the receiver of a method is none.
fn parameters(export: &Export) -> String {
    let receiver = usize::from(matches!(export.kind, ExportKind::Method(_)));
    let parameters = export.function.parameters.iter().skip(receiver);
    let names: Vec<&str> = parameters.map(|it| &*it.name).collect();
    names.join(", ")
}
