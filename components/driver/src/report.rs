//! Error messages on standard error.

use crate::busy::STOPPED;
use crate::values::{Error, Exception};

/// Describes an error of a call into the VM.
pub fn describe(error: &Error) -> String {
    match error {
        Error::Exception(thrown) => describe_exception(thrown),
        Error::Interrupted(_) => STOPPED.to_owned(),
        Error::OutOfMemory => "out of memory".to_owned(),
        Error::OutputLimit(limit) => format!("a value takes more than {limit} bytes"),
    }
}

/// Describes a thrown value, with its stack.
pub(crate) fn describe_exception(thrown: &Exception) -> String {
    let mut text = thrown.name.clone();
    if !text.is_empty() && !thrown.message.is_empty() {
        text.push_str(": ");
    }
    text.push_str(&thrown.message);
    let stack = thrown.stack.trim_end();
    if !stack.is_empty() {
        text.push('\n');
        text.push_str(stack);
    }
    text
}

/// Prints a line to standard error.
pub fn print_error(text: &str) {
    let stderr = wasi::cli::stderr::get_stderr();
    // One write takes 4096 bytes at most. A failure cannot be reported anywhere.
    for part in [text, "\n"] {
        for bytes in part.as_bytes().chunks(4096) {
            let _ = stderr.blocking_write_and_flush(bytes);
        }
    }
}
