//! Keys that were written already: objects that look alike repeat them.

use crate::js::Atom;

/// Where recent keys stand in the item.
#[derive(Default)]
pub struct Keys {
    /// By the low bits of the atom.
    recent: [Option<Known>; SIZE],
}

const SIZE: usize = 32;

struct Known {
    /// Kept, so that its number is not given to another.
    key: Atom,
    start: usize,
    end: usize,
}

impl Keys {
    /// Writes a key again, if it was written before.
    pub fn repeat(&self, key: &Atom, item: &mut Vec<u8>) -> bool {
        match &self.recent[key.number() as usize % SIZE] {
            Some(known) if known.key == *key => {
                item.extend_from_within(known.start..known.end);
                true
            }
            _ => false,
        }
    }

    /// A string that was written as a key. Symbols are not repeated: they can be marked.
    pub fn learn(&mut self, key: &Atom, start: usize, end: usize) {
        self.recent[key.number() as usize % SIZE] = Some(Known {
            key: key.clone(),
            start,
            end,
        });
    }
}
