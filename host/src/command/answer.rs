//! The value that was asked for, as text.

use anyhow::anyhow;
use jsvm::{Error, InspectOptions, Value};

use super::session::Session;
use super::{Exit, output, report};

/// How a value is written.
pub struct Answer {
    colors: bool,
    /// The function `JSON.stringify`, if it is to be JSON.
    stringify: Option<Value>,
}

impl Answer {
    /// Best before any code runs, which can replace what JSON is.
    pub fn new(session: &Session, json: bool) -> anyhow::Result<Answer> {
        let stringify = || {
            let found = session.enter(|vm| vm.global()?.get("JSON")?.get("stringify"));
            found.map_err(|error| match error {
                Error::Conversion(_) => anyhow!("the program has removed JSON.stringify"),
                error => session.failed(&error),
            })
        };
        Ok(Answer {
            colors: report::colors(&std::io::stdout()),
            stringify: json.then(stringify).transpose()?,
        })
    }

    /// The text of a value. JSON runs what the value has of methods for that.
    pub fn text(&self, session: &Session, value: &Value) -> anyhow::Result<String> {
        let Some(stringify) = &self.stringify else {
            return Ok(value.inspect(InspectOptions {
                colors: self.colors,
                ..Default::default()
            })?);
        };
        let json = session.enter(|_| stringify.call((value,)));
        let json = json.map_err(|error| session.failed(&error))?;
        if json.is_undefined() {
            output::print_error(
                "jsvm: the value has no form as JSON: it is undefined, a function or a symbol",
            );
            return Err(Exit::FAILED.into());
        }
        Ok(json.to_text()?)
    }
}
