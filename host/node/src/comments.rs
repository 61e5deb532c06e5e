//! Finds the comments of sources.

use std::ops::Range;

use jsvm::ModuleKind;
use jsvm_transpiler as transpiler;

use crate::imported_later::kind_of_script;

/// Returns where the comments of a source are, in order.
///
/// The list is empty if it is no JavaScript, does not parse, or exceeds a limit of the parser.
///
/// ```
/// use jsvm::ModuleKind;
/// let source = "let a = '/*'; // b";
/// let found = jsvm_node::comments(source, ModuleKind::Es);
/// assert_eq!(&source[found[0].clone()], "// b");
/// assert_eq!(found.len(), 1);
/// ```
pub fn comments(source: &str, kind: ModuleKind) -> Vec<Range<usize>> {
    let Some(kind) = kind_of_script(kind) else {
        return Vec::new();
    };
    if !source.contains("//") && !source.contains("/*") {
        return Vec::new();
    }
    let found = transpiler::comments(source, kind).unwrap_or_default();
    let found = found.unwrap_or_default().into_iter();
    found
        .map(|range| range.start as usize..range.end as usize)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::comments;
    use jsvm::ModuleKind;

    /// The source with a blank in place of each comment.
    fn without_comments(source: &str, kind: ModuleKind) -> String {
        let mut code = source.to_owned();
        for range in comments(source, kind).into_iter().rev() {
            code.replace_range(range, " ");
        }
        code
    }

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(without_comments(source, ModuleKind::CommonJs), expected);
    }

    #[test]
    fn only_comments_are_found() {
        check("/* Buffer */ a; // Buffer\nb", "  a;  \nb");
        check("a/* */b", "a/* */b");
        check("'/*'; Buffer; '*/'", "'/*'; Buffer; '*/'");
        check("'\\'/*'; Buffer; '*/'", "'\\'/*'; Buffer; '*/'");
        check("/[/*]/; Buffer; /*/ a */ b", "/[/*]/; Buffer;   b");
        check("/'/.test(a); /* ' */ Buffer", "/'/.test(a);   Buffer");
        check("a / b; /* a */ 'c' / d", "a / b;   'c' / d");
        check("(a) / /* b */ c", "(a) /   c");
        check(
            "if (a) /'/.test(b); Buffer // '",
            "if (a) /'/.test(b); Buffer  ",
        );
        check(
            "`//${/* a */ `/*${Buffer}` /* } */}*/`; //",
            "`//${  `/*${Buffer}`  }*/`;  ",
        );
        check("#!/usr/bin/env /* */\na // b", "#!/usr/bin/env /* */\na  ");
        check("return 1; // a", "return 1;  ");
    }

    #[test]
    fn other_sources_have_none() {
        check("a /* b */ ]", "a /* b */ ]");
        let json = without_comments("{} // a", ModuleKind::Json);
        assert_eq!(json, "{} // a");
        let es = without_comments("await a; /* b */ export {}", ModuleKind::Es);
        assert_eq!(es, "await a;   export {}");
    }
}
