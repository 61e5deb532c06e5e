//! The tools of a sandbox, checked.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::error::SandboxError;
use crate::schema::Schema;
use crate::tool::Tool;

/// Bytes of the name of a tool.
const MAX_NAME: usize = 128;

/// Names that JavaScript looks for on any object.
const RESERVED: [&str; 5] = ["then", "toJSON", "__proto__", "constructor", "prototype"];

/// A tool with its compiled schemas.
pub struct CheckedTool {
    pub tool: Tool,
    pub input: Schema,
    pub output: Option<Schema>,
}

/// Tools by name.
pub struct ToolSet {
    by_name: BTreeMap<String, CheckedTool>,
}

impl ToolSet {
    pub fn new(tools: Vec<Tool>) -> Result<ToolSet, SandboxError> {
        let mut by_name = BTreeMap::new();
        let mut namespaces = BTreeSet::new();
        for tool in tools {
            let wrong = |reason| SandboxError::ToolName {
                name: tool.name.clone(),
                reason,
            };
            check_name(&tool.name).map_err(wrong)?;
            for (at, _) in tool.name.match_indices('.') {
                namespaces.insert(tool.name[..at].to_owned());
            }
            if by_name.contains_key(&tool.name) {
                return Err(wrong("another tool has it"));
            }
            let checked = CheckedTool {
                input: compile(&tool, "input", &tool.input)?,
                output: match &tool.output {
                    Some(schema) => Some(compile(&tool, "output", schema)?),
                    None => None,
                },
                tool,
            };
            by_name.insert(checked.tool.name.clone(), checked);
        }
        if let Some(name) = namespaces
            .into_iter()
            .find(|name| by_name.contains_key(name))
        {
            let reason = "other tools have it as their namespace";
            return Err(SandboxError::ToolName { name, reason });
        }
        Ok(ToolSet { by_name })
    }

    pub fn get(&self, name: &str) -> Option<&CheckedTool> {
        self.by_name.get(name)
    }

    /// The names, sorted.
    pub fn names(&self) -> Vec<&str> {
        self.by_name.keys().map(String::as_str).collect()
    }

    /// The tools, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Tool> {
        self.by_name.values().map(|checked| &checked.tool)
    }
}

fn compile(tool: &Tool, which: &'static str, schema: &Value) -> Result<Schema, SandboxError> {
    Schema::new(schema).map_err(|reason| SandboxError::Schema {
        tool: tool.name.clone(),
        which,
        reason,
    })
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.len() > MAX_NAME {
        return Err("it is longer than 128 bytes");
    }
    for part in name.split('.') {
        if part.is_empty() {
            return Err("a name, or a part of it between dots, is empty");
        }
        if part
            .chars()
            .any(|c| c.is_control() || matches!(c, '`' | '"' | '\\'))
        {
            return Err("it contains a quote, a backslash or a control character");
        }
        if RESERVED.contains(&part) {
            return Err("JavaScript gives that name a meaning of its own");
        }
    }
    Ok(())
}
