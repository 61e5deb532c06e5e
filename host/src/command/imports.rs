//! `import` declarations at a prompt, which a script cannot have: they become `await import()`.

/// Code in which the `import` declarations that it begins with are written as what a script can
/// have. Nothing if it begins with none.
pub fn as_script(code: &str) -> Option<String> {
    let mut rest = code.trim_start();
    let mut script = String::new();
    while let Some((statement, after)) = declaration(rest) {
        script.push_str(&statement);
        script.push(';');
        // What follows keeps its line, for errors that point to it.
        let lines = rest[..rest.len() - after.len()].matches('\n').count();
        script.extend(std::iter::repeat_n('\n', lines));
        rest = after;
    }
    if script.is_empty() {
        return None;
    }
    script.push_str(rest);
    // The value of an import is nothing.
    if rest.trim().is_empty() {
        script.push_str("void 0");
    }
    Some(script)
}

/// Whether code ends in the middle of the list of names of an `import` declaration.
pub fn is_cut_off(code: &str) -> bool {
    let code = code.trim_start();
    keyword(code, "import").is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with(|c: char| c == '{' || c == '*' || is_name(c))
            && declaration(code).is_none()
            && !rest.contains(['(', '"', '\'', ';'])
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

fn keyword<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    (!rest.starts_with(is_name)).then_some(rest)
}

fn name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A string literal with its quotes.
fn string(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = text[1..].find([quote, '\n', '\\'])? + 1;
    text[end..]
        .starts_with(quote)
        .then(|| text.split_at(end + 1))
}

/// The first declaration as a statement of a script, and what follows it.
fn declaration(code: &str) -> Option<(String, &str)> {
    let rest = keyword(code.trim_start(), "import")?.trim_start();
    if let Some((specifier, rest)) = string(rest) {
        let (attributes, rest) = attributes(rest);
        return Some((
            format!("await import({specifier}{attributes})"),
            ended(rest)?,
        ));
    }
    let mut properties = Vec::new();
    let mut namespace = None;
    let mut rest = rest;
    if let Some((default, after)) = name(rest) {
        properties.push(format!("default: {default}"));
        rest = after.trim_start();
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
        }
    }
    if let Some(after) = rest.strip_prefix('*') {
        let (local, after) = name(keyword(after.trim_start(), "as")?)?;
        namespace = Some(local);
        rest = after;
    } else if let Some(after) = rest.strip_prefix('{') {
        let (list, after) = after.split_once('}')?;
        for item in list
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
        {
            let (imported, after) = string(item).or_else(|| name(item))?;
            let local = match keyword(after.trim_start(), "as") {
                Some(after) => name(after)?.0,
                None if after.trim().is_empty() => imported,
                None => return None,
            };
            properties.push(format!("{imported}: {local}"));
        }
        rest = after;
    }
    let (specifier, rest) = string(keyword(rest.trim_start(), "from")?)?;
    let (attributes, rest) = attributes(rest);
    let import = format!("await import({specifier}{attributes})");
    let properties = properties.join(", ");
    let statement = match namespace {
        Some(local) if properties.is_empty() => format!("var {local} = {import}"),
        Some(local) => format!("var {local} = {import}, {{ {properties} }} = {local}"),
        None => format!("var {{ {properties} }} = {import}"),
    };
    Some((statement, ended(rest)?))
}

/// `with { type: "json" }` as the second argument of `import()`.
fn attributes(text: &str) -> (String, &str) {
    let found = keyword(text.trim_start(), "with").and_then(|rest| {
        let (object, after) = rest.trim_start().strip_prefix('{')?.split_once('}')?;
        Some((format!(", {{ with: {{{object}}} }}"), after))
    });
    found.unwrap_or((String::new(), text))
}

/// What follows the end of a statement.
fn ended(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches([' ', '\t', '\r']);
    match rest.chars().next() {
        None => Some(rest),
        Some(';' | '\n') => Some(&rest[1..]),
        // A comment, or what will be wrong for a better reason.
        Some(_) => Some(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_become_dynamic_imports() {
        let script = |code| as_script(code).unwrap_or_default();
        assert_eq!(script("import 'a'"), "await import('a');void 0");
        assert_eq!(
            script("import a, { b as c, 'd e' as f } from \"x\"; c + 1"),
            "var { default: a, b: c, 'd e': f } = await import(\"x\"); c + 1"
        );
        assert_eq!(
            script("import a, * as b from './x'\nb"),
            "var b = await import('./x'), { default: a } = b;\nb"
        );
        assert_eq!(
            script("import {} from 'x' with { type: 'json' };import'y'"),
            "var {  } = await import('x', { with: { type: 'json' } });await import('y');void 0"
        );
        for code in [
            "import('x')",
            "import.meta",
            "imports",
            "1; import 'x'",
            "import a 'x'",
        ] {
            assert_eq!(as_script(code), None, "{code}");
        }
        assert!(is_cut_off("import {\n a,") && is_cut_off("import * as"));
        assert!(
            !is_cut_off("import {a} from 'x'") && !is_cut_off("import('x'") && !is_cut_off("x")
        );
    }
}
