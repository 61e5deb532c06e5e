//! Copies of data into other data: indices change, sharing and cycles stay.

use std::collections::HashMap;

use super::error::Error;
use super::form;
use super::parts::{Parts, Source};
use super::read::{Head, Reader};

/// What was copied.
#[derive(Debug)]
pub(crate) struct Copied {
    /// How many marks of shared items.
    pub(crate) marks: u64,
}

/// The positions of what is marked as shared, by number.
pub(crate) fn marks(item: &[u8]) -> Result<Vec<usize>, Error> {
    let mut reader = Reader::new(item, 0);
    let mut marks = Vec::new();
    // Heads follow each other whatever contains what.
    while reader.left() > 0 {
        if reader.step()? == Head::Tag(form::SHARED) {
            marks.push(reader.position());
        }
    }
    Ok(marks)
}

/// Where the item at a position ends.
fn end_of(item: &[u8], start: usize) -> Result<usize, Error> {
    let mut reader = Reader::new(item, start);
    reader.skip()?;
    Ok(reader.position())
}

/// Adds the item of `source` to `out`, in which there are `marked` marks. What it refers to outside
/// of itself is copied along, once.
pub(crate) fn copy(source: &Source<'_>, out: &mut Parts, marked: u64) -> Result<Copied, Error> {
    let end = end_of(source.item, source.start)?;
    let span = &source.item[..end];
    let mut plain = Reader::new(span, source.start);
    let mut refers = false;
    while plain.left() > 0 {
        if let Head::Tag(form::SHARED | form::REFERENCE | form::CHUNK | form::OPAQUE) =
            plain.step()?
        {
            refers = true;
            break;
        }
    }
    if !refers {
        out.item.extend_from_slice(&span[source.start..]);
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
        let mut reader = Reader::new(item, start);
        let mut hops = 0;
        loop {
            reader.set_position(start);
            if reader.head()? != Head::Tag(form::REFERENCE) {
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
        let mut reader = Reader::new(&self.source.item[..end], start);
        while reader.left() > 0 {
            if reader.step()? == Head::Tag(form::REFERENCE) {
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
                self.pair(form::REFERENCE, *number);
                position = end_of(self.source.item, position)?;
                continue;
            }
            begun = true;
            let mut reader = Reader::new(self.source.item, position);
            let head = reader.step()?;
            match head {
                Head::Tag(form::SHARED) => {
                    let content = reader.position();
                    if let Some(number) = self.numbers.get(&content) {
                        self.pair(form::REFERENCE, *number);
                        reader.skip()?;
                    } else {
                        self.mark(content);
                    }
                }
                Head::Tag(form::REFERENCE) => {
                    let target = self.target(&mut reader)?;
                    if let Some(number) = self.numbers.get(&target) {
                        self.pair(form::REFERENCE, *number);
                    } else {
                        self.mark(target);
                        waiting.push((reader.position(), end));
                        end = end_of(self.source.item, target)?;
                        position = target;
                        continue;
                    }
                }
                Head::Tag(form::CHUNK) => {
                    let at = reader.position();
                    let index = reader.index()?;
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
                    self.pair(form::CHUNK, index as u64);
                }
                Head::Tag(form::OPAQUE) => {
                    let at = reader.position();
                    let index = reader.index()?;
                    let token = self.source.token(index);
                    let token = token.ok_or_else(|| Error::malformed("an unknown token", at))?;
                    let out = &mut *self.out;
                    let index = *self.tokens.entry(index).or_insert_with(|| {
                        out.numbers.push(token.number());
                        out.tokens.push(token.clone());
                        out.numbers.len() - 1
                    });
                    self.pair(form::OPAQUE, index as u64);
                }
                _ => {
                    let copied = &self.source.item[position..reader.position()];
                    self.out.item.extend_from_slice(copied);
                }
            }
            position = reader.position();
        }
    }

    /// Gives what is at a position the next number, and begins it.
    fn mark(&mut self, position: usize) {
        self.numbers.insert(position, self.next);
        self.next += 1;
        form::head(&mut self.out.item, form::TAG, form::SHARED);
    }

    fn pair(&mut self, tag: u64, index: u64) {
        form::head(&mut self.out.item, form::TAG, tag);
        form::head(&mut self.out.item, form::UNSIGNED, index);
    }

    /// What a reference refers to, of which the tag was read.
    fn target(&self, reader: &mut Reader<'_>) -> Result<usize, Error> {
        let at = reader.position();
        let target = self.marks.get(reader.index()?);
        target
            .copied()
            .ok_or_else(|| Error::malformed("an unknown reference", at))
    }
}
