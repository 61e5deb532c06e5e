//! Errors at places of a source.

use oxc::diagnostics::{OxcDiagnostic, Severity};

use crate::bindings::exports::jsvm::transpiler::transpiler::SyntaxError;

/// Converts the first error of the parser.
pub fn first_error(diagnostics: &[OxcDiagnostic], source: &str) -> Result<(), SyntaxError> {
    let mut errors = diagnostics
        .iter()
        .filter(|error| error.severity == Severity::Error);
    let Some(error) = errors.next() else {
        return Ok(());
    };
    // Other labels point to earlier code that conflicts.
    let offset = error
        .labels
        .iter()
        .map(|label| label.offset() as usize)
        .max();
    let offset = offset.unwrap_or_default();
    let message = match &error.help {
        Some(help) => format!("{}: {help}", error.message),
        None => error.message.to_string(),
    };
    Err(syntax_error(message, source, offset))
}

/// Creates an error at an offset of a source.
pub fn syntax_error(message: String, source: &str, offset: usize) -> SyntaxError {
    let before = &source[..source.floor_char_boundary(offset)];
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    // A line ends with a line feed, a carriage return or both.
    let ends = before.matches('\n').count() + before.matches('\r').count()
        - before.matches("\r\n").count();
    SyntaxError {
        message,
        line: ends as u32 + 1,
        column: (before.len() - start) as u32 + 1,
    }
}
