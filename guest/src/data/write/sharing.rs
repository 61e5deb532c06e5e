//! What is reached more than once.
//!
//! That an object is shared is known only when it is met again, when it has long been written.
//! So its place is noted when it is written, and the tags are put in at the end; data without
//! sharing, which is nearly all there is, costs nothing.

use jsvm_data::tags;

/// Notes for the end.
#[derive(Default)]
pub struct Sharing {
    marks: Vec<Mark>,
    references: Vec<Reference>,
}

/// Where something was written.
struct Mark {
    at: usize,
    shared: bool,
    /// It is the buffer of a typed array that was written in the short form, which must be changed
    /// if something else refers to the buffer.
    short: Option<Short>,
}

/// A typed array as a tag and its bytes.
#[derive(Clone, Copy)]
struct Short {
    /// Where its tag is; the bytes begin at the mark.
    tag: usize,
    /// Where the bytes end.
    end: usize,
    class: &'static str,
    length: u32,
}

/// A reference that was written with a number to be put in.
struct Reference {
    at: usize,
    mark: u32,
}

/// Tag 29, and a number of four bytes.
const REFERENCE: [u8; 7] = [0xd8, tags::REFERENCE as u8, 0x1a, 0, 0, 0, 0];
/// Bytes before the number.
const NUMBER: usize = 3;
/// Tag 28.
const SHARED: [u8; 2] = [0xd8, tags::SHARED as u8];

/// A change of what was written.
enum Change {
    Mark,
    /// The short form of a typed array becomes the long one.
    Lengthen(Short),
    /// The rest of the long form.
    Length(u32),
    Reference(u32),
}

impl Sharing {
    /// Notes that something is written at `at`.
    pub fn mark(&mut self, at: usize) -> u32 {
        self.marks.push(Mark {
            at,
            shared: false,
            short: None,
        });
        self.marks.len() as u32 - 1
    }

    /// The mark is the buffer of a typed array whose tag is at `tag`.
    pub fn short(&mut self, mark: u32, tag: usize, end: usize, class: &'static str, length: u32) {
        if let Some(mark) = self.marks.get_mut(mark as usize) {
            mark.short = Some(Short {
                tag,
                end,
                class,
                length,
            });
        }
    }

    /// Notes that there is a reference at `at`, and returns what is to be written there.
    pub fn refer(&mut self, mark: u32, at: usize) -> [u8; 7] {
        if let Some(mark) = self.marks.get_mut(mark as usize) {
            mark.shared = true;
        }
        self.references.push(Reference { at, mark });
        REFERENCE
    }

    /// Puts in what was found out.
    pub fn apply(&self, item: Vec<u8>) -> Vec<u8> {
        if self.references.is_empty() {
            return item;
        }
        let mut numbers = vec![0; self.marks.len()];
        let mut changes = Vec::new();
        let shared = self.marks.iter().zip(&mut numbers);
        // Marks are in the order in which they were written.
        for (count, (mark, number)) in shared.filter(|(mark, _)| mark.shared).enumerate() {
            *number = count as u32;
            if let Some(short) = mark.short {
                changes.push((short.tag, Change::Lengthen(short)));
                changes.push((short.end, Change::Length(short.length)));
            }
            changes.push((mark.at, Change::Mark));
        }
        let references = self.references.iter();
        changes.extend(references.map(|reference| {
            let number = numbers[reference.mark as usize];
            (reference.at, Change::Reference(number))
        }));
        // Of changes at one place, a length ends what is before it, and a mark is outside of all
        // else.
        changes.sort_by_key(|(at, change)| {
            let order = match change {
                Change::Length(_) => 0,
                Change::Mark => 1,
                Change::Lengthen(_) | Change::Reference(_) => 2,
            };
            (*at, order)
        });
        let mut result = Vec::with_capacity(item.len() + 8 * changes.len());
        let mut done = 0;
        for (at, change) in changes {
            result.extend_from_slice(&item[done..at]);
            done = at;
            match change {
                Change::Mark => result.extend_from_slice(&SHARED),
                Change::Reference(number) => {
                    result.extend_from_slice(&REFERENCE[..NUMBER]);
                    result.extend_from_slice(&number.to_be_bytes());
                    done += REFERENCE.len();
                }
                Change::Lengthen(short) => {
                    // `27([class, ` in place of the tag of two bytes.
                    result.extend_from_slice(&[0xd8, tags::CLASS as u8, 0x84]);
                    result.push(0x60 | short.class.len() as u8);
                    result.extend_from_slice(short.class.as_bytes());
                    done += 2;
                }
                Change::Length(length) => {
                    // `, 0, length])`
                    result.extend_from_slice(&[0x00, 0x1a]);
                    result.extend_from_slice(&length.to_be_bytes());
                }
            }
        }
        result.extend_from_slice(&item[done..]);
        result
    }
}
