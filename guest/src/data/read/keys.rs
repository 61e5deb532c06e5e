//! Keys of objects: those that look alike repeat them.

use crate::js::{Atom, JsResult, Key};

/// Keys that were read lately.
#[derive(Default)]
pub struct Keys<'a> {
    /// Empty until there have been some.
    recent: Vec<Option<(&'a str, Atom)>>,
    /// How many there have been.
    met: usize,
    /// The keys of an error that are not enumerable.
    hidden: Vec<Atom>,
}

const SIZE: usize = 32;

/// Few values have more keys, and to remember these would take longer than to look them up.
const FEW: usize = 8;

impl<'a> Keys<'a> {
    /// The key of a name, if it is among those. The name need not be UTF-8.
    #[inline]
    pub fn known(&self, name: &[u8]) -> Option<Atom> {
        match self.recent.get(place(name)) {
            Some(Some((known, atom))) if known.as_bytes() == name => Some(atom.clone()),
            _ => None,
        }
    }

    /// The key of a name.
    pub fn intern(&mut self, name: &'a str) -> JsResult<Atom> {
        let atom = Key::Name(name).to_atom()?;
        self.met += 1;
        if self.met > FEW {
            self.recent.resize_with(SIZE, || None);
            self.recent[place(name.as_bytes())] = Some((name, atom.clone()));
        }
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
fn place(bytes: &[u8]) -> usize {
    let (first, last) = (bytes.first(), bytes.last());
    let sum =
        bytes.len() * 7 + usize::from(*first.unwrap_or(&0)) + usize::from(*last.unwrap_or(&0)) * 3;
    sum % SIZE
}
