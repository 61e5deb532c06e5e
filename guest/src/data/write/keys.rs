//! Keys that were written already: objects that look alike repeat them.

use crate::js::Atom;

/// Recent keys.
#[derive(Default)]
pub struct Keys {
    /// By the low bits of the atom; empty until there have been some keys.
    recent: Vec<Option<Known>>,
    /// How many there have been.
    met: usize,
}

/// Few values have more keys, and to remember these would take longer than to write them.
const FEW: usize = 8;

const SIZE: usize = 32;

struct Known {
    /// Kept, so that its number is not given to another.
    key: Atom,
    /// What was written for it. The size is fixed, so that no function is called to copy it.
    text: [u8; LONGEST],
    len: usize,
}

/// Longer ones are not remembered.
const LONGEST: usize = 32;

impl Keys {
    /// Writes a key again, if it was written before.
    pub fn repeat(&self, key: &Atom, item: &mut Vec<u8>) -> bool {
        match self.recent.get(key.number() as usize % SIZE) {
            Some(Some(known)) if known.key == *key => {
                let end = item.len() + known.len;
                item.extend_from_slice(&known.text);
                item.truncate(end);
                true
            }
            _ => false,
        }
    }

    /// What was written for a key that is a string. Symbols are not repeated: they can be marked.
    pub fn learn(&mut self, key: &Atom, written: &[u8]) {
        self.met += 1;
        if self.met <= FEW {
            return;
        }
        let mut text = [0; LONGEST];
        let Some(start) = text.get_mut(..written.len()) else {
            return;
        };
        start.copy_from_slice(written);
        self.recent.resize_with(SIZE, || None);
        self.recent[key.number() as usize % SIZE] = Some(Known {
            key: key.clone(),
            text,
            len: written.len(),
        });
    }
}
