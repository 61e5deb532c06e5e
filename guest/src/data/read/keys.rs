//! Keys of objects: those that look alike repeat them.

use crate::js::{Atom, JsResult, Key};

/// Keys that were read lately.
#[derive(Default)]
pub struct Keys<'a> {
    recent: [Option<(&'a str, Atom)>; SIZE],
    /// The keys of an error that are not enumerable.
    hidden: Vec<Atom>,
}

const SIZE: usize = 32;

impl<'a> Keys<'a> {
    /// The key of a name.
    pub fn intern(&mut self, name: &'a str) -> JsResult<Atom> {
        let place = &mut self.recent[place(name)];
        if let Some((known, atom)) = place
            && *known == name
        {
            return Ok(atom.clone());
        }
        let atom = Key::Name(name).to_atom()?;
        *place = Some((name, atom.clone()));
        Ok(atom)
    }

    /// Whether an error has such a property only to be read by those who know of it.
    pub fn is_hidden(&mut self, key: &Atom) -> JsResult<bool> {
        if self.hidden.is_empty() {
            for name in ["message", "stack", "cause", "errors"] {
                self.hidden.push(Key::Name(name).to_atom()?);
            }
        }
        Ok(self.hidden.contains(key))
    }
}

/// Names of one length mostly differ at their beginning or end.
fn place(name: &str) -> usize {
    let bytes = name.as_bytes();
    let (first, last) = (bytes.first(), bytes.last());
    let sum =
        bytes.len() * 7 + usize::from(*first.unwrap_or(&0)) + usize::from(*last.unwrap_or(&0)) * 3;
    sum % SIZE
}
