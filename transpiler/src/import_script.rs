//! Rewrites `import` declarations for a prompt, which evaluates scripts: they become `await import()`.

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    ImportDeclaration, ImportDeclarationSpecifier, Statement, WithClause, WithClauseKeyword,
};
use oxc::parser::Parser;
use oxc::span::{GetSpan, SourceType, Span};

use crate::error::first_error;

/// The maximum number of places where the end of one declaration is looked for. A declaration with
/// more quotes in its comments is not rewritten.
const MAX_ENDS: usize = 64;

/// Rewrites the `import` declarations at the beginning of a script as statements with `await
/// import()`. Returns `None` if the code does not begin with a declaration.
///
/// Other code is not parsed, and keeps its line. The value of a script that consists of imports is
/// `undefined`.
pub fn imports_as_script(code: &str) -> Option<String> {
    let (statements, rest) = leading_imports(code);
    if statements.is_empty() {
        return None;
    }
    let mut script = statements;
    script.push_str(rest);
    // The value of an import is `undefined`.
    if rest.trim().is_empty() {
        script.push_str("void 0");
    }
    Some(script)
}

/// Whether code ends inside an `import` declaration, after at least one name or bracket.
pub fn ends_in_import(code: &str) -> bool {
    let (_, rest) = leading_imports(code);
    // `import` alone may still become a call.
    if !rest.contains("import") || rest.trim_end().ends_with("import") {
        return false;
    }
    // On a new line, in case the code ends in a comment.
    const COMPLETIONS: [&str; 8] = [
        "\n} from ''",
        "\na } from ''",
        "\nas a } from ''",
        "\nfrom ''",
        "\n''",
        "\na from ''",
        "\nas a from ''",
        "\n{} from ''",
    ];
    COMPLETIONS.iter().any(|completion| {
        let is_import = |declaration: &ImportDeclaration<'_>| declaration.specifiers.is_some();
        with_declaration(&format!("{rest}{completion}"), is_import).unwrap_or(false)
    })
}

/// Rewrites the leading declarations. Returns the statements and the rest of the code.
fn leading_imports(code: &str) -> (String, &str) {
    let mut statements = String::new();
    let mut rest = code.trim_start();
    while let Some((statement, after)) = first_import(rest) {
        statements.push_str(&statement);
        statements.push(';');
        // The following code keeps its line, for errors that point to it.
        let lines = rest[..rest.len() - after.len()].matches('\n').count();
        statements.extend(std::iter::repeat_n('\n', lines));
        rest = after;
    }
    (statements, rest)
}

/// Rewrites the first declaration of the code. Returns the statement and the following code.
fn first_import(code: &str) -> Option<(String, &str)> {
    if !code.contains("import") {
        return None;
    }
    let ends = code.match_indices(['"', '\'']).take(MAX_ENDS);
    for (quote, _) in ends {
        let text = &code[..=quote];
        let Some(statement) = with_declaration(text, |import| write_statement(text, import)) else {
            continue;
        };
        let mut found = (statement?, quote + 1);
        // Attributes may follow: `with { type: "json" }`.
        if code[found.1..].trim_start().starts_with("with")
            && let Some(brace) = code[found.1..].find('}')
        {
            let text = &code[..=found.1 + brace];
            if let Some(statement) = with_declaration(text, |import| write_statement(text, import))
            {
                found = (statement?, text.len());
            }
        }
        return Some((found.0, after_statement(&code[found.1..])));
    }
    None
}

/// Calls `use_it` with the declaration, if a text is one `import` declaration and nothing else.
fn with_declaration<T>(text: &str, use_it: impl FnOnce(&ImportDeclaration<'_>) -> T) -> Option<T> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    if parsed.panicked || first_error(&parsed.diagnostics, text).is_err() {
        return None;
    }
    match parsed.program.body.as_slice() {
        [Statement::ImportDeclaration(import)] if parsed.program.directives.is_empty() => {
            Some(use_it(import))
        }
        _ => None,
    }
}

/// Writes a declaration as a statement of a script. Returns `None` for syntax that `import()` lacks.
fn write_statement(text: &str, import: &ImportDeclaration<'_>) -> Option<String> {
    let source = |span: Span| &text[span.start as usize..span.end as usize];
    if import.phase.is_some() {
        return None;
    }
    let specifier = source(import.source.span);
    let attributes = match &import.with_clause {
        Some(clause) => write_attributes(text, clause)?,
        None => String::new(),
    };
    let call = format!("await import({specifier}{attributes})");
    let Some(specifiers) = &import.specifiers else {
        return Some(call);
    };
    let mut namespace = None;
    let mut properties = Vec::new();
    for specifier in specifiers {
        match specifier {
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(specifier) => {
                namespace = Some(specifier.local.name.as_str());
            }
            ImportDeclarationSpecifier::ImportDefaultSpecifier(specifier) => {
                properties.push(format!("default: {}", specifier.local.name));
            }
            ImportDeclarationSpecifier::ImportSpecifier(specifier) => properties.push(format!(
                "{}: {}",
                source(specifier.imported.span()),
                specifier.local.name
            )),
        }
    }
    let properties = properties.join(", ");
    Some(match namespace {
        Some(local) if properties.is_empty() => format!("var {local} = {call}"),
        Some(local) => format!("var {local} = {call}, {{ {properties} }} = {local}"),
        None => format!("var {{ {properties} }} = {call}"),
    })
}

/// Writes attributes as the second argument of `import()`.
fn write_attributes(text: &str, clause: &WithClause<'_>) -> Option<String> {
    if clause.keyword != WithClauseKeyword::With {
        return None;
    }
    let entries = clause.with_entries.iter();
    let entries = entries.map(|entry| &text[entry.span.start as usize..entry.span.end as usize]);
    let entries: Vec<_> = entries.collect();
    Some(format!(", {{ with: {{ {} }} }}", entries.join(", ")))
}

/// Skips the end of a statement.
fn after_statement(code: &str) -> &str {
    let rest = code.trim_start_matches([' ', '\t', '\r']);
    rest.strip_prefix([';', '\n']).unwrap_or(rest)
}
