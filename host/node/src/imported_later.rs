//! Finds modules that a module may import after it was evaluated.

use jsvm::{ImportKind, Module, ModuleKind};
use jsvm_transpiler as transpiler;

/// Returns the literal specifiers that a module imports inside functions, in order. Imports outside
/// all functions run with the module, or never.
///
/// The list is empty if the module does not parse, or exceeds a limit of the parser.
///
/// ```
/// use jsvm::{ImportKind, Module};
/// let module = Module::es("import './a.js'; export const load = () => import('./b.js');");
/// let later = jsvm_node::imported_later(&module);
/// assert_eq!(later, [("./b.js".to_owned(), ImportKind::Import)]);
/// ```
pub fn imported_later(module: &Module) -> Vec<(String, ImportKind)> {
    let text = module.text();
    let Some(kind) = kind_of_script(module.kind()) else {
        return Vec::new();
    };
    if !text.contains("import(") && !text.contains("require(") {
        return Vec::new();
    }
    let found = transpiler::imported_later(text, kind).unwrap_or_default();
    let found = found.into_iter().map(|import| {
        let kind = match import.kind {
            transpiler::ImportKind::Import => ImportKind::Import,
            transpiler::ImportKind::Require => ImportKind::Require,
        };
        (import.specifier, kind)
    });
    found.collect()
}

/// The kind of a module in JavaScript, as the parser has it.
pub(crate) fn kind_of_script(kind: ModuleKind) -> Option<transpiler::ModuleKind> {
    match kind {
        ModuleKind::Es => Some(transpiler::ModuleKind::Es),
        ModuleKind::CommonJs => Some(transpiler::ModuleKind::CommonJs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::imported_later;
    use jsvm::Module;

    #[test]
    fn what_functions_import_comes_later() {
        let module = Module::common_js(
            "if (x) require('./never'); const a = () => require('./a');
             function b() { require('./b'); require('./a'); require(c); return import(`./d`) }
             class E { f = require('./f'); static { require('./now') } g() { import('./g') } }",
            [""; 0],
        );
        let found = imported_later(&module);
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["./a", "./b", "./d", "./f", "./g"]);
    }

    #[test]
    fn what_does_not_parse_imports_nothing() {
        assert!(imported_later(&Module::es("() => import('./a'); ]")).is_empty());
    }
}
