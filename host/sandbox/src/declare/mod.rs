//! Declarations of what a cell can use, in TypeScript, for the prompt of a model.

mod types;

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::tool::Tool;

pub use types::type_of;

/// What every session has.
const BASE: &str = include_str!("base.d.ts");

/// Tools and namespaces, by their names.
#[derive(Default)]
struct Namespace<'a> {
    tools: BTreeMap<&'a str, &'a Tool>,
    inner: BTreeMap<&'a str, Namespace<'a>>,
}

/// Returns the declarations.
pub fn declarations<'a>(tools: impl Iterator<Item = &'a Tool>) -> String {
    let mut root = Namespace::default();
    for tool in tools {
        let mut parts: Vec<&str> = tool.name.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        let mut space = &mut root;
        for part in parts {
            space = space.inner.entry(part).or_default();
        }
        space.tools.insert(last, tool);
    }
    let mut text = BASE.to_owned();
    text.push_str("\ndeclare const tools: {\n");
    write_namespace(&mut text, &root, 1);
    text.push_str("};\n");
    text
}

/// Returns how a tool is called, in one line.
pub fn signature(tool: &Tool) -> String {
    let last = tool.name.rsplit('.').next().unwrap_or_default();
    let call = member(last, tool, 0);
    match tool.name.rsplit_once('.') {
        Some((space, _)) => format!("tools.{space}.{call}"),
        None => format!("tools.{call}"),
    }
}

fn write_namespace(text: &mut String, space: &Namespace<'_>, level: usize) {
    let indent = "  ".repeat(level);
    for (name, tool) in &space.tools {
        let mut comment = tool.description.trim().to_owned();
        if tool.asks.is_some() {
            let ask = "A person may have to approve a call: the session then waits.";
            if !comment.is_empty() {
                comment.push('\n');
            }
            comment.push_str(ask);
        }
        types::write_comment(text, &comment, &indent);
        let _ = writeln!(text, "{indent}{};", member(name, tool, level));
    }
    for (name, inner) in &space.inner {
        let _ = writeln!(text, "{indent}{}: {{", types::property_name(name));
        write_namespace(text, inner, level + 1);
        let _ = writeln!(text, "{indent}}};");
    }
}

fn member(name: &str, tool: &Tool, level: usize) -> String {
    let input = type_of(&tool.input, level);
    let output = match &tool.output {
        Some(schema) => type_of(schema, level),
        None => "any".to_owned(),
    };
    let optional = if types::is_optional(&tool.input) {
        "?"
    } else {
        ""
    };
    let name = types::property_name(name);
    format!("{name}(input{optional}: {input}): Promise<{output}>")
}
