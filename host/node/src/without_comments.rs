//! Removes comments from sources.

use std::borrow::Cow;

use jsvm::ModuleKind;
use jsvm_transpiler as transpiler;

/// Returns a source with a blank in place of each comment.
///
/// It stays as it is if it is no JavaScript, does not parse, or exceeds a limit of the parser.
///
/// ```
/// use jsvm::ModuleKind;
/// let code = jsvm_node::without_comments("let a = '/*'; // b", ModuleKind::Es);
/// assert_eq!(code, "let a = '/*';  ");
/// ```
pub fn without_comments(source: &str, kind: ModuleKind) -> Cow<'_, str> {
    let kind = match kind {
        ModuleKind::Es => transpiler::ModuleKind::Es,
        ModuleKind::CommonJs => transpiler::ModuleKind::CommonJs,
        _ => return source.into(),
    };
    if !source.contains("//") && !source.contains("/*") {
        return source.into();
    }
    match transpiler::without_comments(source, kind) {
        Ok(Some(code)) => code.into(),
        _ => source.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_comments;
    use jsvm::ModuleKind;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(without_comments(source, ModuleKind::CommonJs), expected);
    }

    #[test]
    fn only_comments_are_removed() {
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
    fn other_sources_stay() {
        check("a /* b */ ]", "a /* b */ ]");
        let json = without_comments("{} // a", ModuleKind::Json);
        assert_eq!(json, "{} // a");
        let es = without_comments("await a; /* b */ export {}", ModuleKind::Es);
        assert_eq!(es, "await a;   export {}");
    }
}
