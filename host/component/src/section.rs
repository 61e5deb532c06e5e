//! The custom section by which an engine's component describes itself.
//!
//! The build writes it, and a host reads it from any component, so that the constants of an engine are
//! in the engine. It is text, a name and a value on each line:
//!
//! ```text
//! version 0.1.0
//! requests 1
//! constants 663552
//! poll-counters 4789072
//! ```
//!
//! A reader ignores lines with other names, so a later build can add some.

use std::fmt;
use std::str::FromStr;

/// The name of the custom section.
pub const SECTION: &str = "jsvm";

/// The longest version of jsvm, in bytes. It is shown to users, and is part of each snapshot.
pub const MAX_VERSION: usize = 32;

/// What an engine's component says about itself.
///
/// ```
/// let text = "version 0.1.0\nrequests 1\nconstants 4096\npoll-counters 4198400\n";
/// let description: jsvm_component::Description = text.parse().unwrap();
/// assert_eq!(description.version, "0.1.0");
/// assert_eq!(description.to_string(), text);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The version of jsvm that built the component.
    pub version: String,
    /// The version of the requests that the engine's own JavaScript makes.
    pub requests: u16,
    /// Bytes at the beginning of the base image that never change.
    pub constants: u64,
    /// The address in memory of the two counters that polls count down.
    pub poll_counters: u64,
}

/// The name of a line that is missing, or whose value cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongLine(pub &'static str);

impl fmt::Display for WrongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrongLine(name) = self;
        write!(f, "its section `{SECTION}` has no valid line `{name}`")
    }
}

impl std::error::Error for WrongLine {}

/// Returns whether a text can be the version of a jsvm: short, and without characters that change
/// how a terminal shows a message.
pub fn is_version(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-+".contains(&byte);
    !text.is_empty() && text.len() <= MAX_VERSION && text.bytes().all(is_allowed)
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "version {}", self.version)?;
        writeln!(f, "requests {}", self.requests)?;
        writeln!(f, "constants {}", self.constants)?;
        writeln!(f, "poll-counters {}", self.poll_counters)
    }
}

impl FromStr for Description {
    type Err = WrongLine;

    fn from_str(text: &str) -> Result<Self, WrongLine> {
        let value = |name: &'static str| {
            let mut pairs = text.lines().filter_map(|line| line.split_once(' '));
            let pair = pairs.find(|(found, _)| *found == name);
            pair.map(|(_, value)| value).ok_or(WrongLine(name))
        };
        fn number<T: FromStr>(name: &'static str, text: &str) -> Result<T, WrongLine> {
            text.parse().map_err(|_| WrongLine(name))
        }
        let version = value("version")?;
        if !is_version(version) {
            return Err(WrongLine("version"));
        }
        Ok(Description {
            version: version.to_owned(),
            requests: number("requests", value("requests")?)?,
            constants: number("constants", value("constants")?)?,
            poll_counters: number("poll-counters", value("poll-counters")?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Description, WrongLine};

    const GOOD: &str = "version 1.2.3-rc.1\nrequests 2\nconstants 8\npoll-counters 16\n";

    #[test]
    fn a_description_is_read_as_it_is_written() {
        let description: Description = GOOD.parse().unwrap();
        assert_eq!(description.to_string(), GOOD);
        let later = format!("{GOOD}something new\n");
        assert_eq!(later.parse(), Ok(description));
    }

    #[test]
    fn wrong_lines_are_named() {
        for name in ["version", "requests", "constants", "poll-counters"] {
            let rest = GOOD.lines().filter(|line| !line.starts_with(name));
            let rest: Vec<_> = rest.collect();
            let wrong = format!("{name} \x1b[31m\n{}", rest.join("\n"));
            for text in [rest.join("\n"), wrong] {
                assert_eq!(text.parse::<Description>(), Err(WrongLine(name)), "{text}");
            }
        }
        let long = GOOD.replace("1.2.3-rc.1", &"1".repeat(33));
        assert_eq!(long.parse::<Description>(), Err(WrongLine("version")));
    }
}
