//! How a failed program is reported.

use std::io::IsTerminal;

use jsvm::{Error, Exception, InspectOptions, Vm};

use super::Failed;

/// Source by file name, for the line that an error points to.
pub struct Sources<'a> {
    /// Name of the program as the VM knows it.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// Whether to write ANSI colours to a stream.
pub fn colors(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Prints why the program failed, to stderr.
pub fn failure(error: &Error, sources: &Sources<'_>) -> anyhow::Error {
    match error {
        Error::Exception(exception) => exception_to_stderr(exception, sources),
        error => eprintln!("jsvm: {error}"),
    }
    Failed.into()
}

/// Prints an exception: place, source line with a caret, and what was thrown with its stack.
pub fn exception_to_stderr(exception: &Exception, sources: &Sources<'_>) {
    if let Some(place) = exception.location() {
        let read;
        let text = if place.file == sources.name {
            Some(sources.text)
        } else {
            read = std::fs::read_to_string(&place.file).ok();
            read.as_deref()
        };
        let line = text.and_then(|text| text.lines().nth(place.line.saturating_sub(1) as usize));
        eprintln!("{}:{}:{}", place.file, place.line, place.column);
        if let Some(line) = line {
            eprintln!("{}", excerpt(line, place.column));
        }
        eprintln!();
    }
    let options = InspectOptions { depth: 4, colors: colors(&std::io::stderr()) };
    let thrown = exception.value.inspect(options);
    match thrown {
        // The value has no text of its own if it is not an error.
        Ok(text) if exception.name.is_empty() => eprintln!("uncaught {text}"),
        Ok(text) => eprintln!("{text}"),
        Err(_) => eprintln!("{exception}\n{}", exception.stack),
    }
}

/// A line with a caret under a column; of a very long line, what is around it.
fn excerpt(line: &str, column: u32) -> String {
    const WIDTH: usize = 100;
    let column = (column.max(1) - 1) as usize;
    let start = if column < WIDTH { 0 } else { column - WIDTH / 2 };
    let shown: String = line.chars().skip(start).take(WIDTH).collect();
    let indent = line.chars().skip(start).take(column - start);
    let indent: String = indent.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    format!("{shown}\n{indent}^")
}

/// Runs all jobs, then reports promises that were rejected without a handler.
pub fn finish(vm: &Vm, sources: &Sources<'_>) -> anyhow::Result<()> {
    loop {
        match vm.run_jobs() {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => return Err(failure(&error, sources)),
        }
    }
    let rejections = vm.take_unhandled_rejections()?;
    for rejection in &rejections {
        eprintln!("uncaught (in promise)");
        exception_to_stderr(&rejection.reason, sources);
    }
    if rejections.is_empty() { Ok(()) } else { Err(Failed.into()) }
}
