//! Names and comments.

use std::fmt::Write;

/// Words that cannot name a parameter, a function or a namespace in a module.
const RESERVED: [&str; 51] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "globalThis",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "declare",
];

/// Returns a name that can be declared: a reserved word gets `_` before it.
///
/// ```
/// assert_eq!(jsvm_declare::declared("delete"), "_delete");
/// assert_eq!(jsvm_declare::declared("remove"), "remove");
/// ```
pub fn declared(name: &str) -> String {
    match RESERVED.contains(&name) {
        true => format!("_{name}"),
        false => name.to_owned(),
    }
}

/// Returns the name of a property as it is written: names that are no identifiers are quoted.
pub(crate) fn key(name: &str) -> String {
    let mut letters = name.chars();
    let is_identifier = letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$');
    match is_identifier {
        // A plain one would be the constructor of the class.
        true if name == "constructor" => "[\"constructor\"]".to_owned(),
        true => name.to_owned(),
        false => format!("{name:?}"),
    }
}

/// Writes a comment.
pub(crate) fn docs(docs: &str, indent: &str, text: &mut String) {
    let docs = docs.trim().replace("*/", "*\\/");
    if docs.is_empty() {
        return;
    }
    if !docs.contains('\n') {
        _ = writeln!(text, "{indent}/** {docs} */");
        return;
    }
    _ = writeln!(text, "{indent}/**");
    for line in docs.lines() {
        let line = format!("{indent} * {line}");
        _ = writeln!(text, "{}", line.trim_end());
    }
    _ = writeln!(text, "{indent} */");
}
