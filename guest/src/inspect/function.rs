//! Functions and classes: `[Function: f]`, `[class A extends B]`.

use super::naming::{Naming, bounded, function_name};
use super::peek;
use crate::js::{Slot, Value};
use crate::realm::readers;

/// What stands for a function.
#[inline(never)]
pub fn base(function: &Value, naming: &Naming) -> String {
    if is_class(function) {
        return class_base(function, naming);
    }
    let kind = match function.class_name().as_deref() {
        Some("GeneratorFunction") => "GeneratorFunction",
        Some("AsyncFunction") => "AsyncFunction",
        Some("AsyncGeneratorFunction") => "AsyncGeneratorFunction",
        _ => "Function",
    };
    let mut base = format!("[{kind}");
    if naming.class.is_none() {
        base.push_str(" (null prototype)");
    }
    match peek::find(function, "name".into()).map(|name| name.slot) {
        Some(Slot::Data(name)) => match peek::primitive_text(&name) {
            Some(name) if !name.is_empty() => {
                base.push_str(": ");
                base.push_str(&bounded(name));
            }
            _ => base.push_str(" (anonymous)"),
        },
        _ => base.push_str(" (anonymous)"),
    }
    base.push(']');
    if let Some(class) = naming.class.as_deref().filter(|class| *class != kind) {
        base.push(' ');
        base.push_str(class);
    }
    push_tag(&mut base, naming);
    base
}

fn class_base(class: &Value, naming: &Naming) -> String {
    let name = peek::own_value(class, "name").and_then(|name| peek::primitive_text(&name));
    let name = name.filter(|name| !name.is_empty());
    let name = name.map_or_else(|| "(anonymous)".to_owned(), bounded);
    let mut base = format!("[class {name}");
    if let Some(class) = naming.class.as_deref().filter(|class| *class != "Function") {
        base.push_str(&format!(" [{class}]"));
    }
    push_tag(&mut base, naming);
    if naming.class.is_none() {
        base.push_str(" extends [null prototype]");
    } else if let Some(name) = peek::prototype(class).and_then(|parent| function_name(&parent)) {
        base.push_str(&format!(" extends {name}"));
    }
    base.push(']');
    base
}

fn push_tag(base: &mut String, naming: &Naming) {
    let Naming { class, tag } = naming;
    if !tag.is_empty() && class.as_ref() != Some(tag) {
        base.push_str(&format!(" [{tag}]"));
    }
}

/// Whether a function was written as a class: its source says so.
fn is_class(function: &Value) -> bool {
    // What is built in has no source, and asking for it could run an accessor `name`.
    if !readers().is_scripted(function) {
        return false;
    }
    readers().function_text(function).is_ok_and(|text| {
        // A method of the name `class` goes on with its parameters.
        let rest = text.strip_prefix("class");
        rest.is_some_and(|rest| text.ends_with('}') && !skip_blank(rest).starts_with('('))
    })
}

/// Source without the white space and comments at its start.
fn skip_blank(mut source: &str) -> &str {
    loop {
        source = source.trim_start();
        let (comment, end) = if let Some(comment) = source.strip_prefix("//") {
            (comment, "\n")
        } else if let Some(comment) = source.strip_prefix("/*") {
            (comment, "*/")
        } else {
            return source;
        };
        source = comment.split_once(end).map_or("", |(_, rest)| rest);
    }
}
