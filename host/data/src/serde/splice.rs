//! Copies of data into other data: indices change, sharing and cycles stay.

use std::collections::HashMap;

use super::error::Error;
use super::parts::{Parts, Source};
use crate::{CborHead, CborReader, tags};

/// What was copied.
#[derive(Debug)]
pub(crate) struct Copied {
    /// How many marks of shared items.
    pub(crate) marks: u64,
}

/// The positions of what is marked as shared, by number.
pub(crate) fn marks(item: &[u8]) -> Result<Vec<usize>, Error> {
    let mut reader = CborReader::new(item);
    let mut marks = Vec::new();
    while let Some(tag) = reader.next_tag()? {
        if tag == tags::SHARED {
            marks.push(reader.position());
        }
    }
    Ok(marks)
}

/// Where the item at a position ends.
fn end_of(item: &[u8], start: usize) -> Result<usize, Error> {
    let mut reader = CborReader::at(item, start);
    reader.skip_item()?;
    Ok(reader.position())
}

/// Adds the item of `source` to `out`, in which there are `marked` marks. What it refers to outside
/// of itself is copied along, once.
pub(crate) fn copy(source: &Source<'_>, out: &mut Parts, marked: u64) -> Result<Copied, Error> {
    let end = end_of(source.item, source.start)?;
    let span = &source.item[..end];
    let mut plain = CborReader::at(span, source.start);
    let mut refers = false;
    while let Some(tag) = plain.next_tag()? {
        if let tags::SHARED | tags::REFERENCE | tags::CHUNK | tags::OPAQUE = tag {
            refers = true;
            break;
        }
    }
    if !refers {
        out.item.append(&span[source.start..]);
        return Ok(Copied { marks: 0 });
    }
    let mut copier = Copier {
        source,
        out,
        marks: marks(source.item)?,
        numbers: HashMap::new(),
        chunks: HashMap::new(),
        tokens: HashMap::new(),
        next: marked,
    };
    copier.root(source.start)?;
    Ok(Copied {
        marks: copier.next - marked,
    })
}

struct Copier<'a, 'b> {
    source: &'a Source<'a>,
    out: &'b mut Parts,
    /// Positions of marked items.
    marks: Vec<usize>,
    /// The new numbers of the marked items that were copied, by position.
    numbers: HashMap<usize, u64>,
    chunks: HashMap<usize, usize>,
    tokens: HashMap<usize, usize>,
    next: u64,
}

impl Copier<'_, '_> {
    fn root(&mut self, mut start: usize) -> Result<(), Error> {
        let item = self.source.item;
        let mut reader = CborReader::at(item, start);
        let mut hops = 0;
        loop {
            reader.set_position(start);
            if reader.read_head()? != CborHead::Tag(tags::REFERENCE) {
                break;
            }
            start = self.target(&mut reader)?;
            hops += 1;
            if hops > self.marks.len() {
                return Err(Error::malformed("a reference to itself", start));
            }
        }
        let end = end_of(item, start)?;
        // What refers to something outside may come back to the root, which then needs a number.
        if self.refers_outside(start, end)? || self.marks.contains(&start) {
            self.mark(start);
        }
        self.spans(start, end)
    }

    fn refers_outside(&self, start: usize, end: usize) -> Result<bool, Error> {
        let mut reader = CborReader::at(&self.source.item[..end], start);
        while let Some(tag) = reader.next_tag()? {
            if tag == tags::REFERENCE {
                let target = self.target(&mut reader)?;
                if target < start || target >= end {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Copies what is at `start..end`, and in place of the first reference to something what it
    /// refers to.
    fn spans(&mut self, start: usize, end: usize) -> Result<(), Error> {
        let root = start;
        let mut waiting = Vec::new();
        let (mut position, mut end, mut begun) = (start, end, false);
        loop {
            if position >= end {
                match waiting.pop() {
                    Some(rest) => (position, end) = rest,
                    None => return Ok(()),
                }
                continue;
            }
            if position == root
                && begun
                && let Some(number) = self.numbers.get(&root)
            {
                self.pair(tags::REFERENCE, *number);
                position = end_of(self.source.item, position)?;
                continue;
            }
            begun = true;
            let mut reader = CborReader::at(self.source.item, position);
            let head = reader.read_step()?;
            match head {
                CborHead::Tag(tags::SHARED) => {
                    let content = reader.position();
                    if let Some(number) = self.numbers.get(&content) {
                        self.pair(tags::REFERENCE, *number);
                        reader.skip_item()?;
                    } else {
                        self.mark(content);
                    }
                }
                CborHead::Tag(tags::REFERENCE) => {
                    let target = self.target(&mut reader)?;
                    if let Some(number) = self.numbers.get(&target) {
                        self.pair(tags::REFERENCE, *number);
                    } else {
                        self.mark(target);
                        waiting.push((reader.position(), end));
                        end = end_of(self.source.item, target)?;
                        position = target;
                        continue;
                    }
                }
                CborHead::Tag(tags::CHUNK) => {
                    let at = reader.position();
                    let index = reader.read_index()?;
                    let index = match self.chunks.get(&index) {
                        Some(known) => *known,
                        None => {
                            let chunk = self.source.chunk(index);
                            let chunk =
                                chunk.ok_or_else(|| Error::malformed("an unknown chunk", at))?;
                            self.out.chunks.push(chunk.into_owned());
                            self.chunks.insert(index, self.out.chunks.len() - 1);
                            self.out.chunks.len() - 1
                        }
                    };
                    self.pair(tags::CHUNK, index as u64);
                }
                CborHead::Tag(tags::OPAQUE) => {
                    let at = reader.position();
                    let index = reader.read_index()?;
                    let token = self.source.token(index);
                    let token = token.ok_or_else(|| Error::malformed("an unknown token", at))?;
                    let out = &mut *self.out;
                    let index = *self.tokens.entry(index).or_insert_with(|| {
                        out.numbers.push(token.number());
                        out.tokens.push(token.clone());
                        out.numbers.len() - 1
                    });
                    self.pair(tags::OPAQUE, index as u64);
                }
                _ => {
                    let copied = &self.source.item[position..reader.position()];
                    self.out.item.append(copied);
                }
            }
            position = reader.position();
        }
    }

    /// Gives what is at a position the next number, and begins it.
    fn mark(&mut self, position: usize) {
        self.numbers.insert(position, self.next);
        self.next += 1;
        self.out.item.write_tag(tags::SHARED);
    }

    fn pair(&mut self, tag: u64, index: u64) {
        self.out.item.write_tag(tag);
        self.out.item.write_unsigned(index);
    }

    /// What a reference refers to, of which the tag was read.
    fn target(&self, reader: &mut CborReader<'_>) -> Result<usize, Error> {
        let at = reader.position();
        let target = self.marks.get(reader.read_index()?);
        target
            .copied()
            .ok_or_else(|| Error::malformed("an unknown reference", at))
    }
}
