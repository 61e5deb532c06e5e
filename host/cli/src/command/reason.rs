//! Texts of system errors.

use std::io;

/// Returns the text of a system error without its number, which does not help users.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
