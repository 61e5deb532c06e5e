//! Wrong use of the command line.

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};

use super::output;

/// The command was used wrongly: exit code 2.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// What went wrong with a file, in words: the number of the error is of no use to anybody.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Prints what is wrong with the arguments, or the help that they ask for.
pub fn explain(error: &clap::Error) -> ExitCode {
    match sentence(error) {
        Some(sentence) => output::print_error(&format!("jsvm: {sentence}")),
        // It goes to stdout or stderr as it should, and nobody is left to be told if it fails.
        None => drop(error.print()),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Our own words, where they say more in one sentence than clap's do in four lines.
fn sentence(error: &clap::Error) -> Option<String> {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    match error.kind() {
        ErrorKind::ValueValidation => {
            let reason = error.source()?;
            let argument = context(ContextKind::InvalidArg);
            let flag = argument.split([' ', '[']).next().unwrap_or_default();
            let mut value = context(ContextKind::InvalidValue);
            if value.is_empty() {
                value.push_str("''");
            }
            Some(format!("{flag} {value}: {reason}"))
        }
        // `jsvm app.js` is what many type first.
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand);
            Path::new(&word)
                .exists()
                .then(|| format!("{word} is not a command; to run a program: jsvm run {word}"))
        }
        _ => None,
    }
}
