//! Formats uncaught exceptions.

use std::io::IsTerminal;

use jsvm::{Exception, InspectOptions, Location};

use super::{escape, excerpt};

/// The depth to which properties of an error are shown.
const DEPTH: u32 = 4;

/// Whether to write ANSI colours to a stream.
pub fn colors(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// An exception to report.
pub struct Report<'a> {
    pub exception: &'a Exception,
    /// Whether the exception is the reason of a rejected promise.
    pub in_promise: bool,
    /// Whether the user still sees the input: a single line is then not repeated without need.
    pub at_prompt: bool,
}

impl Report<'_> {
    /// Formats the place, the line of source with a caret, and the thrown value with its stack.
    pub fn text(&self, text_of: &dyn Fn(&str) -> Option<String>) -> String {
        let colors = colors(&std::io::stderr());
        let is_parse_error = self.is_parse_error();
        let mut report = String::new();
        if let Some((place, text)) = self.place(text_of) {
            let is_seen = self.at_prompt && text.trim_end().lines().count() <= 1;
            if !is_seen {
                let file = escape::one_line(&place.file);
                report.push_str(&format!("{file}:{}:{}\n", place.line, place.column));
            }
            if let Some(line) = excerpt::line(&text, place.line)
                && (!is_seen || is_parse_error)
            {
                report.push_str(&excerpt::excerpt(line, place.column, colors));
                report.push('\n');
            }
            if !is_seen {
                report.push('\n');
            }
        }
        report.push_str(if self.in_promise {
            "Uncaught (in promise) "
        } else {
            "Uncaught "
        });
        let text = if is_parse_error {
            self.exception.to_string()
        } else {
            self.described(false)
        };
        // Colours are commands of the terminal too, so text with others has none.
        let is_colored = colors && !is_parse_error && escape::is_harmless(&text);
        report.push_str(&match is_colored {
            true => self.described(true).into(),
            false => escape::lines(&text),
        });
        report
    }

    /// Formats the thrown value as a console shows it.
    fn described(&self, colors: bool) -> String {
        let Exception { value, stack, .. } = self.exception;
        let title = self.exception.to_string();
        match value.inspect(InspectOptions::default().depth(DEPTH).colors(colors)) {
            // The console puts an error without a stack into brackets, which do not help here.
            Ok(text) => match text.strip_prefix(&format!("[{title}]")) {
                // A message of several lines does not end with a brace.
                Some(properties) if title.contains('\n') => {
                    format!("{title}\n{}", properties.trim_start())
                }
                Some(properties) => format!("{title}{properties}"),
                None => text,
            },
            Err(_) if stack.is_empty() => title,
            Err(_) => format!("{title}\n{stack}"),
        }
    }

    /// Finds the innermost frame in a known source, and that source. Frames above it are in code
    /// that the program created, for example by `eval`.
    fn place(&self, text_of: &dyn Fn(&str) -> Option<String>) -> Option<(Location, String)> {
        self.exception.locations().find_map(|place| {
            let text = text_of(&place.file)?;
            Some((place, text))
        })
    }

    /// Whether the exception is a parse error, not one of running code: the stack then has only the
    /// place.
    fn is_parse_error(&self) -> bool {
        self.exception.name == "SyntaxError"
            && self.exception.location().is_some_and(
                |Location {
                     file, line, column, ..
                 }| {
                    self.exception.stack.trim() == format!("at {file}:{line}:{column}")
                },
            )
    }
}
