//! Formats the value of `eval` and `restore`.

use anyhow::anyhow;
use jsvm::{Error, InspectOptions, Value};

use super::exit::Exit;
use super::session::Session;
use super::{output, report};

/// The format of a value: as the console shows it, or JSON.
pub struct ValueFormat {
    colors: bool,
    /// The function `JSON.stringify`, for JSON.
    stringify: Option<Value>,
}

impl ValueFormat {
    /// Creates the format. It should be created before any code runs, which can replace
    /// `JSON.stringify`.
    pub fn new(session: &Session, json: bool) -> anyhow::Result<ValueFormat> {
        let stringify = || {
            let found = session.enter(|vm| vm.global()?.get("JSON")?.get("stringify"));
            found.map_err(|error| match error {
                Error::Conversion(_) => {
                    anyhow!("cannot print JSON: the program removed JSON.stringify")
                }
                error => session.failed(&error),
            })
        };
        Ok(ValueFormat {
            colors: report::colors(&std::io::stdout()),
            stringify: json.then(stringify).transpose()?,
        })
    }

    /// Formats a value. JSON runs the value's `toJSON` methods.
    pub fn text(&self, session: &Session, value: &Value) -> anyhow::Result<String> {
        let Some(stringify) = &self.stringify else {
            return Ok(value.inspect(InspectOptions::default().colors(self.colors))?);
        };
        let json = session.enter(|_| stringify.call((value,)));
        let json = json.map_err(|error| session.failed(&error))?;
        if json.is_undefined() {
            output::print_error(
                "jsvm: cannot print the value as JSON: it is undefined, a function or a symbol",
            );
            return Err(Exit::FAILED.into());
        }
        Ok(json.to_text()?)
    }
}
