//! JSON Schemas as types of TypeScript.

use std::cell::Cell;
use std::fmt::Write;

use serde_json::{Map, Value};

/// Levels of nested types that are written out.
const MAX_DEPTH: usize = 12;
/// References that are followed on the way to one type.
const MAX_REFERENCES: usize = 4;
/// Schemas that are visited for one type. References can repeat a part any number of times.
const MAX_VISITS: usize = 5_000;
/// Values of an `enum` that are written out.
const MAX_VALUES: usize = 64;

/// Returns the type of a schema. Parts that have no type are `any`.
pub fn type_of(schema: &Value, level: usize) -> String {
    let writer = TypeWriter {
        root: schema,
        visits: Cell::new(0),
    };
    writer.of(schema, level, 0, 0)
}

/// Whether the empty object fits, as far as required properties are concerned.
pub fn is_optional(schema: &Value) -> bool {
    let Some(schema) = schema.as_object() else {
        return schema.as_bool() == Some(true);
    };
    let has_required = schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|names| !names.is_empty());
    let combines = ["anyOf", "oneOf", "allOf", "$ref", "not", "if"];
    !has_required && !combines.iter().any(|key| schema.contains_key(*key))
}

struct TypeWriter<'a> {
    root: &'a Value,
    visits: Cell<usize>,
}

impl TypeWriter<'_> {
    fn of(&self, schema: &Value, level: usize, depth: usize, references: usize) -> String {
        let Some(map) = schema.as_object() else {
            return if schema.as_bool() == Some(false) {
                "never"
            } else {
                "any"
            }
            .to_owned();
        };
        self.visits.set(self.visits.get() + 1);
        if depth > MAX_DEPTH || self.visits.get() > MAX_VISITS {
            return "any".to_owned();
        }
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            let target = reference.strip_prefix('#');
            let target = target.and_then(|pointer| self.root.pointer(pointer));
            return match target {
                Some(target) if references < MAX_REFERENCES => {
                    self.of(target, level, depth, references + 1)
                }
                _ => "any".to_owned(),
            };
        }
        if let Some(value) = map.get("const") {
            return value.to_string();
        }
        if let Some(values) = map.get("enum").and_then(Value::as_array) {
            if values.len() > MAX_VALUES {
                return self.by_type(map, level, depth, references);
            }
            return union(values.iter().map(Value::to_string).collect());
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(choices) = map.get(key).and_then(Value::as_array) {
                let choices = choices.iter();
                let types = choices.map(|choice| self.of(choice, level, depth + 1, references));
                return union(types.collect());
            }
        }
        if let Some(parts) = map.get("allOf").and_then(Value::as_array) {
            let parts = parts.iter();
            let mut types: Vec<String> = parts
                .map(|part| parenthesised(self.of(part, level, depth + 1, references)))
                .collect();
            if map.contains_key("properties") {
                types.push(self.object(map, level, depth, references));
            }
            return types.join(" & ");
        }
        self.by_type(map, level, depth, references)
    }

    fn by_type(
        &self,
        map: &Map<String, Value>,
        level: usize,
        depth: usize,
        references: usize,
    ) -> String {
        let one = |name: &str| match name {
            "string" => "string".to_owned(),
            "number" | "integer" => "number".to_owned(),
            "boolean" => "boolean".to_owned(),
            "null" => "null".to_owned(),
            "array" => self.array(map, level, depth, references),
            "object" => self.object(map, level, depth, references),
            _ => "any".to_owned(),
        };
        match map.get("type") {
            Some(Value::String(name)) => one(name),
            Some(Value::Array(names)) => {
                union(names.iter().filter_map(Value::as_str).map(one).collect())
            }
            _ if map.contains_key("properties") => one("object"),
            _ if map.contains_key("items") => one("array"),
            _ => "any".to_owned(),
        }
    }

    fn array(
        &self,
        map: &Map<String, Value>,
        level: usize,
        depth: usize,
        references: usize,
    ) -> String {
        let of = |schema: &Value| self.of(schema, level, depth + 1, references);
        if let Some(items) = map.get("prefixItems").and_then(Value::as_array) {
            let mut parts: Vec<String> = items.iter().map(of).collect();
            match map.get("items") {
                Some(Value::Bool(false)) => {}
                Some(rest) => parts.push(format!("...{}[]", parenthesised(of(rest)))),
                None => parts.push("...any[]".to_owned()),
            }
            return format!("[{}]", parts.join(", "));
        }
        match map.get("items") {
            Some(items) => format!("{}[]", parenthesised(of(items))),
            None => "any[]".to_owned(),
        }
    }

    fn object(
        &self,
        map: &Map<String, Value>,
        level: usize,
        depth: usize,
        references: usize,
    ) -> String {
        let of = |schema: &Value| self.of(schema, level + 1, depth + 1, references);
        let properties = map.get("properties").and_then(Value::as_object);
        let rest = match map.get("additionalProperties") {
            Some(Value::Bool(_)) | None => None,
            Some(schema) => Some(of(schema)),
        };
        let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
            return match (rest, map.get("additionalProperties")) {
                (Some(rest), _) => format!("Record<string, {rest}>"),
                (None, Some(Value::Bool(false))) => "{}".to_owned(),
                (None, _) => "Record<string, any>".to_owned(),
            };
        };
        let required = map.get("required").and_then(Value::as_array);
        let is_required = |name: &str| {
            required.is_some_and(|names| names.iter().any(|key| key.as_str() == Some(name)))
        };
        let indent = "  ".repeat(level + 1);
        let mut text = "{\n".to_owned();
        for (name, schema) in properties {
            if let Some(description) = schema.get("description").and_then(Value::as_str) {
                write_comment(&mut text, description, &indent);
            }
            let mark = if is_required(name) { "" } else { "?" };
            let name = property_name(name);
            let _ = writeln!(text, "{indent}{name}{mark}: {};", of(schema));
        }
        if let Some(rest) = rest {
            let _ = writeln!(text, "{indent}[key: string]: {rest};");
        }
        text.push_str(&"  ".repeat(level));
        text.push('}');
        text
    }
}

/// Returns a name as it is written in a type.
pub fn property_name(name: &str) -> String {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    let is_plain =
        name.starts_with(is_start) && name.chars().all(|c| is_start(c) || c.is_ascii_digit());
    if is_plain {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

/// Writes a comment, if there is one.
pub fn write_comment(text: &mut String, comment: &str, indent: &str) {
    let comment = comment.trim().replace("*/", "* /");
    let lines: Vec<&str> = comment.lines().collect();
    match lines.as_slice() {
        [] => {}
        [line] => {
            let _ = writeln!(text, "{indent}/** {line} */");
        }
        lines => {
            let _ = writeln!(text, "{indent}/**");
            for line in lines {
                let _ = writeln!(text, "{indent} * {}", line.trim_end());
            }
            let _ = writeln!(text, "{indent} */");
        }
    }
}

fn union(mut types: Vec<String>) -> String {
    let mut seen = std::collections::HashSet::new();
    types.retain(|name| seen.insert(name.clone()));
    match types.len() {
        0 => "any".to_owned(),
        _ => types.join(" | "),
    }
}

fn parenthesised(name: String) -> String {
    // An object type with a union inside needs none, but they do no harm.
    let is_compound = name.contains(" | ") || name.contains(" & ");
    if is_compound && !name.starts_with('{') {
        format!("({name})")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::type_of;

    #[test]
    fn schemas_become_types() {
        for (schema, expected) in [
            (json!({ "type": "string" }), "string"),
            (json!({ "type": ["integer", "null"] }), "number | null"),
            (json!({ "enum": ["a", 1, null] }), "\"a\" | 1 | null"),
            (json!({ "const": "x" }), "\"x\""),
            (
                json!({ "type": "array", "items": { "enum": [1, 2] } }),
                "(1 | 2)[]",
            ),
            (
                json!({ "prefixItems": [{ "type": "string" }], "items": false, "type": "array" }),
                "[string]",
            ),
            (
                json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] }),
                "string | number",
            ),
            (
                json!({ "allOf": [{ "$ref": "#/$defs/a" }], "$defs": { "a": { "type": "null" } } }),
                "null",
            ),
            (json!({ "type": "object" }), "Record<string, any>"),
            (
                json!({ "additionalProperties": { "type": "number" }, "type": "object" }),
                "Record<string, number>",
            ),
            (
                json!({
                    "properties": {
                        "a": { "type": "number", "description": "One */ line" },
                        "b-c": { "type": "object", "properties": { "d": {} } },
                    },
                    "required": ["a"],
                }),
                "{\n  /** One * / line */\n  a: number;\n  \"b-c\"?: {\n    d?: any;\n  };\n}",
            ),
            (json!(true), "any"),
            (json!(false), "never"),
            (json!({ "$ref": "https://example.com/x" }), "any"),
        ] {
            assert_eq!(type_of(&schema, 0), expected, "{schema}");
        }
    }

    #[test]
    fn a_recursive_schema_ends() {
        let list = json!({
            "$ref": "#/$defs/list",
            "$defs": { "list": {
                "type": "object",
                "properties": { "next": { "$ref": "#/$defs/list" } },
            } },
        });
        assert!(type_of(&list, 0).contains("next?: any"));
        let turning = json!({ "$ref": "#" });
        assert_eq!(type_of(&turning, 0), "any");
        let wide = json!({ "anyOf": [{ "$ref": "#" }, { "$ref": "#" }, { "$ref": "#" }] });
        assert_eq!(type_of(&wide, 0), "any");
    }
}
