//! Errors: the stack with the message on top, and what hangs on them.

use super::naming::{Naming, bounded};
use super::style::Style;
use super::text::indented;
use super::{Inspector, peek};
use crate::js::{Atom, Key, Slot, Tag, Value};
use crate::realm::readers;

/// The most bytes of a message or a stack that are written.
const MAX_TEXT: usize = 64 << 10;

/// What an error says of itself.
struct Texts {
    name: String,
    message: String,
    /// Message and frames together.
    stack: String,
}

impl Texts {
    fn of(error: &Value) -> Texts {
        let (mut name, mut message) = (text(error, "name"), text(error, "message"));
        if error.class_name().as_deref() == Some("DOMException")
            && let Ok((own_name, own_message)) = readers().exception_texts(error)
        {
            name = peek::primitive_text(&own_name);
            message = peek::primitive_text(&own_message);
        }
        let name = name.map_or_else(|| "Error".to_owned(), bounded);
        let message = cut(message.unwrap_or_default());
        let head = match (name.as_str(), message.as_str()) {
            ("", message) => message.to_owned(),
            (name, "") => name.to_owned(),
            (name, message) => format!("{name}: {message}"),
        };
        let stack = match stack(error) {
            Some(stack) if is_frames(&stack) => format!("{head}\n{}", stack.trim_end()),
            // A script made it, and it can be anything.
            Some(stack) if !stack.is_empty() => stack,
            _ => head,
        };
        Texts {
            name,
            message,
            stack: cut(stack),
        }
    }
}

fn text(error: &Value, key: &str) -> Option<String> {
    peek::get_text(error, key)
}

fn cut(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        let end = text.floor_char_boundary(MAX_TEXT);
        text.truncate(end);
        text.push_str("...");
    }
    text
}

fn stack(error: &Value) -> Option<String> {
    let stack = match peek::find(error, Key::Name("stack"))?.slot {
        Slot::Data(stack) => stack,
        Slot::Accessor { .. } => readers().error_stack(error).ok()?,
    };
    (stack.tag() == Tag::String).then(|| stack.to_lossy().ok())?
}

/// Whether it is what the engine records: frames only, without a message.
fn is_frames(stack: &str) -> bool {
    !stack.is_empty() && stack.lines().all(|line| line.starts_with("    at "))
}

/// Whether it is to be written as an error.
pub fn is_error(object: &Value) -> bool {
    object.is_error()
        || object.class_name().as_deref() == Some("DOMException")
        || peek::chain(object)
            .skip(1)
            .any(|holder| readers().is_error_prototype(&holder))
}

impl Inspector {
    /// The text of an error. Removes from `keys` what the text says already, and adds cause and
    /// errors, which are not enumerable.
    #[inline(never)]
    pub(super) fn error(&mut self, error: &Value, naming: &Naming, keys: &mut Vec<Atom>) -> String {
        let Texts {
            name,
            message,
            stack,
        } = Texts::of(error);
        if !self.options.show_hidden {
            for key in ["name", "message", "stack"] {
                let Ok(atom) = Key::Name(key).to_atom() else {
                    continue;
                };
                let said = text(error, key).is_some_and(|text| stack.contains(&text));
                if said {
                    keys.retain(|key| *key != atom);
                }
            }
        }
        for (key, wanted) in [
            ("cause", peek::find(error, Key::Name("cause")).is_some()),
            (
                "errors",
                peek::get(error, "errors").is_some_and(|errors| errors.is_array()),
            ),
        ] {
            if wanted
                && let Ok(atom) = Key::Name(key).to_atom()
                && !keys.contains(&atom)
            {
                keys.push(atom);
            }
        }
        let stack = improved(stack, &name, naming);
        // Frames start behind the message, which may look like a frame itself.
        let message_end = if message.is_empty() {
            0
        } else {
            stack
                .find(&message)
                .map_or(0, |start| start + message.len())
        };
        let text = match stack[message_end..].find("\n    at") {
            None => format!("[{stack}]"),
            Some(start) => {
                let start = message_end + start;
                let mut text = stack[..start].to_owned();
                for line in self.frames(error, &stack[start + 1..]) {
                    text.push('\n');
                    text.push_str(&line);
                }
                text
            }
        };
        let text = indented(&text, self.indentation);
        self.charge(text.len());
        text
    }

    /// The frames, without those that the cause has too.
    fn frames(&self, error: &Value, frames: &str) -> Vec<String> {
        let mut lines: Vec<&str> = frames.split('\n').collect();
        let mut skipped = None;
        let cause = peek::get(error, "cause").filter(Value::is_object);
        let cause = cause
            .and_then(|cause| peek::resolve(&cause))
            .filter(is_error);
        if let Some(cause) = cause {
            let stack = Texts::of(&cause).stack;
            if let Some(start) = stack.find("\n    at") {
                let others: Vec<&str> = stack[start + 1..].split('\n').collect();
                if let Some((offset, len)) = common_lines(&lines, &others) {
                    let rest = lines.split_off(offset + len - 1);
                    lines.truncate(offset + 1);
                    skipped = Some((offset + 1, len - 2));
                    lines.extend(rest);
                }
            }
        }
        let mut lines: Vec<String> = lines.into_iter().map(|line| self.marked(line)).collect();
        if let Some((at, count)) = skipped {
            let text = format!("    ... {count} lines matching cause stack trace ...");
            lines.insert(at, self.style(&text, Style::Undefined));
        }
        lines
    }

    /// A frame with the name of the package that it is in underlined, and grey if it is not of a
    /// script.
    fn marked(&self, line: &str) -> String {
        const FOLDER: &str = "/node_modules/";
        if !self.options.colors {
            return line.to_owned();
        }
        if line.ends_with("(native)") {
            return self.style(line, Style::Undefined);
        }
        let (mut marked, mut rest) = (String::new(), line);
        while let Some(start) = rest.find(FOLDER) {
            let (before, package) = rest.split_at(start + FOLDER.len());
            // `@scope/name` has a slash inside.
            let scope = if package.starts_with('@') {
                package.find('/').map_or(0, |slash| slash + 1)
            } else {
                0
            };
            let end = package[scope..]
                .find('/')
                .map_or(package.len(), |slash| scope + slash);
            marked.push_str(before);
            marked.push_str(&self.style(&package[..end], Style::Module));
            rest = &package[end..];
        }
        marked + rest
    }
}

/// Where more than three lines of `lines` are also in `others`: offset and count.
fn common_lines(lines: &[&str], others: &[&str]) -> Option<(usize, usize)> {
    for offset in 0..lines.len().saturating_sub(3) {
        let Some(position) = others.iter().position(|line| *line == lines[offset]) else {
            continue;
        };
        let pairs = lines[offset..].iter().zip(&others[position..]);
        let len = pairs.take_while(|(line, other)| line == other).count();
        if len > 3 {
            return Some((offset, len));
        }
    }
    None
}

/// Puts the name of the class on top, where the stack has that of a built-in class.
fn improved(stack: String, name: &str, naming: &Naming) -> String {
    let mut len = name.len();
    let regular = name.ends_with("Error")
        && stack.starts_with(name)
        && matches!(stack.as_bytes().get(len), None | Some(b':' | b'\n'));
    if naming.class.is_some() && !regular {
        return stack;
    }
    let mut fallback = "Error";
    let start;
    if naming.class.is_none() {
        start = stack
            .split([':', '\n'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let looks_like_name = start.starts_with(|first: char| first.is_ascii_alphabetic())
            && start.ends_with("Error");
        len = if looks_like_name { start.len() } else { 0 };
        if looks_like_name {
            fallback = &start;
        }
    }
    let prefix = naming.prefix(fallback, "");
    let prefix = prefix.trim_end();
    if name == prefix {
        stack
    } else if prefix.contains(name) {
        if len == 0 {
            format!("{prefix}: {stack}")
        } else {
            format!("{prefix}{}", &stack[len..])
        }
    } else {
        format!("{prefix} [{name}]{}", &stack[len..])
    }
}
