//! Finds the kind and the exports of JavaScript, by the sandbox of `jsvm-transpiler`.

use jsvm::ModuleKind;
use jsvm_transpiler::{self as transpiler, TranspilerError};

use super::error::ProgramError;

/// The findings about a text.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The kind by its syntax: an ES module if it has syntax that only ES modules can have.
    pub is_es: bool,
    /// Whether it uses variables of CommonJS.
    pub uses_common_js: bool,
    /// The names that it exports, each once.
    pub names: Vec<String>,
    /// The specifiers of modules that a CommonJS module re-exports.
    pub modules: Vec<String>,
}

/// A text with none of these is a script: it has no syntax of ES modules, uses no variable of CommonJS
/// and does not return. An escape may hide a variable.
const SIGNS: [&str; 9] = [
    "import",
    "export",
    "await",
    "require",
    "module",
    "__filename",
    "__dirname",
    "return",
    "\\u",
];

/// Parses JavaScript. Syntax errors are left to the engine to report. Without a kind, the syntax
/// decides.
///
/// A text that exceeds a limit of the sandbox may well run in the VM, so its kind is guessed.
///
/// # Errors
/// If the sandbox fails.
pub fn analyse(text: &str, kind: Option<ModuleKind>, name: &str) -> Result<Analysis, ProgramError> {
    // Most small scripts need no parser, whose first use takes milliseconds.
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Ok(Analysis {
            is_es: kind == Some(ModuleKind::Es),
            ..Analysis::default()
        });
    }
    let kind = kind.map(|kind| match kind {
        ModuleKind::Es => transpiler::ModuleKind::Es,
        _ => transpiler::ModuleKind::CommonJs,
    });
    let found = match transpiler::analyse(text, kind) {
        Ok(found) => found,
        Err(TranspilerError::Sandbox { reason }) => {
            let error = TranspilerError::Sandbox { reason };
            return Err(ProgramError::from_transpiler(error, name));
        }
        Err(_) => {
            return Ok(Analysis {
                is_es: looks_like_es(text),
                uses_common_js: text.contains("require") || text.contains("exports"),
                ..Analysis::default()
            });
        }
    };
    Ok(match &*found {
        Some(found) => Analysis {
            is_es: found.is_es,
            uses_common_js: found.uses_common_js,
            names: found.names.clone(),
            modules: found.modules.clone(),
        },
        None => Analysis {
            is_es: looks_like_es(text),
            ..Analysis::default()
        },
    })
}

/// Whether a text may have syntax that only ES modules have. Without it, it need not be parsed to find
/// out.
pub fn may_be_es(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    ["import", "export", "await"].iter().any(|word| {
        text.match_indices(word).any(|(start, _)| {
            let before = start.checked_sub(1).map(|index| bytes[index]);
            let after = bytes.get(start + word.len()).copied();
            // `exports`, `x.import` and `import()` are common in CommonJS.
            !before.is_some_and(|byte| is_name(byte) || byte == b'.')
                && !after.is_some_and(|byte| is_name(byte) || byte == b'(')
        })
    })
}

/// Whether a text that does not parse looks like an ES module.
fn looks_like_es(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    lines.any(|line| {
        [
            "import ", "import{", "import\"", "import'", "export ", "export{",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    })
}

#[cfg(test)]
mod tests {
    use super::may_be_es;

    #[test]
    fn words_of_es_modules_are_found_in_any_place() {
        for text in [
            "import x from 'y'",
            "a;export{a}",
            "import.meta",
            "x\nexport default 1",
            "await 0",
        ] {
            assert!(may_be_es(text), "{text}");
        }
        for text in [
            "exports.a = 1",
            "import('y')",
            "a.import",
            "$export",
            "module.exports = {}",
        ] {
            assert!(!may_be_es(text), "{text}");
        }
    }
}
