//! Prepares TypeScript and declarations for a prompt, which evaluates scripts.

use jsvm_transpiler::{self as transpiler, CompilerOptions, File, Language};

use super::options;

/// TypeScript that cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeScriptError {
    /// Whether the code ends too early: more code may follow.
    pub is_incomplete: bool,
}

/// Removes the types of a script in TypeScript. Its lines can differ from those of the source.
///
/// ```
/// let script = jsvm_node::typescript_as_script("let a: number = 1; a as any").unwrap();
/// assert_eq!(script.trim(), "let a = 1;\na;");
/// assert!(jsvm_node::typescript_as_script("let a: number = (").unwrap_err().is_incomplete);
/// ```
///
/// # Errors
/// If the code is not TypeScript, or exceeds a limit of the parser.
pub fn typescript_as_script(code: &str) -> Result<String, TypeScriptError> {
    let file = File {
        language: Language::TypeScript,
        kind: None,
        package_kind: None,
    };
    let options = CompilerOptions {
        // Later code can use what this code imports.
        keep_unused_imports: true,
        ..options::compiler_options(None)
    };
    let wrong = |is_incomplete| TypeScriptError { is_incomplete };
    let converted = transpiler::convert(code, &file, &options).map_err(|_| wrong(false))?;
    match &*converted {
        Ok(converted) => {
            let script = converted.code.as_str();
            let script = script.strip_prefix("\"use strict\";\n").unwrap_or(script);
            let script = script.trim_end();
            Ok(script
                .strip_suffix("export {};")
                .unwrap_or(script)
                .to_owned())
        }
        Err(error) => {
            let end = code.trim_end();
            let lines = end.split('\n').count();
            let last = end.rsplit('\n').next().map_or(0, str::len);
            let (line, column) = (error.line as usize, error.column as usize);
            Err(wrong((line, column) > (lines, last)))
        }
    }
}

/// Turns the top-level `const`, `let` and `class` declarations of a script into `var` declarations, so
/// that a later input can declare the names again. Other code, and code that does not parse, stays.
///
/// ```
/// assert_eq!(jsvm_node::declarations_as_variables("const a = 1"), "var   a = 1");
/// ```
pub fn declarations_as_variables(code: &str) -> String {
    if !["const", "let", "class"]
        .iter()
        .any(|word| code.contains(word))
    {
        return code.to_owned();
    }
    let rewritten = transpiler::declarations_as_variables(code).ok().flatten();
    rewritten.unwrap_or_else(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{declarations_as_variables, typescript_as_script};

    #[test]
    fn declarations_become_variables() {
        for (code, script) in [
            ("const a = 1, { b } = c", "var   a = 1, { b } = c"),
            ("let a\nlet b = 2; a", "var a\nvar b = 2; a"),
            ("class A { x = 1 }", "var A = class A { x = 1 };"),
            (
                "{ const a = 1 } if (x) { let y }",
                "{ const a = 1 } if (x) { let y }",
            ),
            (
                "const f = () => { const x = 1; return x }",
                "var   f = () => { const x = 1; return x }",
            ),
            ("const a = await b; a", "var   a = await b; a"),
            ("let a = ;", "let a = ;"),
            ("'let'", "'let'"),
        ] {
            assert_eq!(declarations_as_variables(code), script, "{code}");
        }
    }

    #[test]
    fn incomplete_typescript_is_told_from_wrong_typescript() {
        let is_incomplete = |code| typescript_as_script(code).unwrap_err().is_incomplete;
        assert!(is_incomplete("function f(a: number) {\n  return a"));
        assert!(is_incomplete("interface A {"));
        assert!(!is_incomplete("let a: number = = 1; f()"));
        assert!(typescript_as_script("interface A { b: string }").is_ok());
    }
}
