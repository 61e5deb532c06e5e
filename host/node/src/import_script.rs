//! Rewrites `import` declarations for a prompt, which evaluates scripts: they become `await import()`.

use jsvm_transpiler as transpiler;

/// Rewrites the `import` declarations at the beginning of a script as statements with `await
/// import()`. Returns `None` if the code does not begin with a declaration.
///
/// Other code is not parsed, and keeps its line. So does code that exceeds a limit of the parser. The value of a script that consists of imports is
/// `undefined`.
///
/// ```
/// let script = jsvm_node::imports_as_script("import { a } from './a.js'; a + 1");
/// assert_eq!(script.unwrap(), "var { a: a } = await import('./a.js'); a + 1");
/// assert_eq!(jsvm_node::imports_as_script("import('./a.js')"), None);
/// ```
pub fn imports_as_script(code: &str) -> Option<String> {
    if !code.contains("import") {
        return None;
    }
    transpiler::imports_as_script(code).ok().flatten()
}

/// Whether code ends inside an `import` declaration, after at least one name or bracket.
///
/// ```
/// assert!(jsvm_node::ends_in_import("import {\n  a,"));
/// assert!(!jsvm_node::ends_in_import("import { a } from './a.js'"));
/// ```
pub fn ends_in_import(code: &str) -> bool {
    code.contains("import") && transpiler::ends_in_import(code).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{ends_in_import, imports_as_script};

    #[test]
    fn declarations_become_dynamic_imports() {
        for (code, script) in [
            ("import 'a'", "await import('a');void 0"),
            (
                "import a, { b as c, 'd e' as f } from \"x\"; c + 1",
                "var { default: a, b: c, 'd e': f } = await import(\"x\"); c + 1",
            ),
            (
                "import a, * as b from './x'\nb",
                "var b = await import('./x'), { default: a } = b;\nb",
            ),
            (
                "import {} from 'x' with { type: 'json' };import'y'",
                "var {  } = await import('x', { with: { type: 'json' } });await import('y');void 0",
            ),
            ("import*as a from'x'", "var a = await import('x');void 0"),
        ] {
            assert_eq!(imports_as_script(code).as_deref(), Some(script), "{code}");
        }
    }

    #[test]
    fn other_code_is_left_alone() {
        for code in [
            "import('x')",
            "import.meta",
            "imports",
            "1; import 'x'",
            "import a 'x'",
            "'import'; 1",
            "// import 'x'\n1",
            "`import 'x'`",
            "import defer * as a from 'x'",
            "",
        ] {
            assert_eq!(imports_as_script(code), None, "{code}");
        }
    }

    #[test]
    fn comments_and_escapes_are_part_of_a_declaration() {
        for (code, script) in [
            ("// don't\nimport 'a'", "await import('a');\nvoid 0"),
            (
                "import { a, // the \"first\"\n b } from 'x'; a",
                "var { a: a, b: b } = await import('x');\n a",
            ),
            (
                "import /* it's */ a from 'x'",
                "var { default: a } = await import('x');void 0",
            ),
            ("import 'it\\'s'; 1", "await import('it\\'s'); 1"),
            (
                "import a from /* 'b' */ 'c' /* d */; a",
                "var { default: a } = await import('c');/* d */; a",
            ),
        ] {
            assert_eq!(imports_as_script(code).as_deref(), Some(script), "{code}");
        }
    }

    #[test]
    fn code_that_does_not_parse_follows_as_it_is() {
        let script = imports_as_script("import 'a'\nlet b = ;");
        assert_eq!(script.unwrap(), "await import('a');\nlet b = ;");
    }

    #[test]
    fn unfinished_declarations_go_on() {
        for code in [
            "import {\n a,",
            "import * as",
            "import {",
            "import { a as",
            "import { a // it's\n",
            "import a",
            "import a, ",
            "import a from",
            "import { a }",
            "import 'x'; import { b",
        ] {
            assert!(ends_in_import(code), "{code}");
        }
        for code in [
            "import {a} from 'x'",
            "import('x'",
            "import.meta",
            "x",
            "import",
            "imports",
            "import a 'x'",
            "import { a } from 'x'\nif (b) {",
        ] {
            assert!(!ends_in_import(code), "{code}");
        }
    }
}
