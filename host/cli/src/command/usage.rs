//! Errors of the command line.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};

use super::output;

/// The command line or an input file is wrong. The exit code is 2.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Prints what is wrong with the arguments, or the help that they ask for.
pub fn explain(error: &clap::Error) -> ExitCode {
    match sentence(error) {
        Some(sentence) => output::print_error(&format!("jsvm: {sentence}")),
        // It goes to stdout or stderr as it should. A failure cannot be reported any more.
        None => drop(error.print()),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// A message in one sentence, for errors that clap explains in four lines.
fn sentence(error: &clap::Error) -> Option<String> {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    match error.kind() {
        ErrorKind::ValueValidation => {
            let reason = error.source()?;
            let argument = context(ContextKind::InvalidArg);
            let flag = argument.split([' ', '[', '=']).next().unwrap_or_default();
            let mut value = context(ContextKind::InvalidValue);
            if value.is_empty() {
                value.push_str("''");
            }
            Some(format!("{flag} {value}: {reason}"))
        }
        ErrorKind::NoEquals => {
            let argument = context(ContextKind::InvalidArg);
            let flag = argument.split('=').next().unwrap_or_default();
            Some(format!("{flag} needs a value after ="))
        }
        // Users often type `jsvm app.js` first.
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand);
            Path::new(&word)
                .exists()
                .then(|| format!("{word} is not a command. To run a program: jsvm run {word}"))
        }
        _ => None,
    }
}
