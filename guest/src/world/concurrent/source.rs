//! Items of a stream on their way into memory.
#![allow(unsafe_code)]

use jsvm_abi::TypeId;

use super::super::adapter;
use super::super::described::Described;
use super::super::lower::{Lowering, bytes_of};
use super::super::place::Block;
use crate::js::{JsResult, Thrown, Value, ViewKind};
use crate::value::buffer;

/// Bytes that are copied at once, and items.
const MAX_BYTES: usize = 64 << 10;
const MAX_ITEMS: usize = 64;

/// Items that are to be written.
pub struct Source {
    item: Option<TypeId>,
    values: Values,
    /// The next item.
    at: usize,
}

enum Values {
    /// One item.
    One(Value),
    /// An array of items.
    Many(Value),
    /// A typed array of items.
    View(Value),
}

impl Source {
    /// Takes an item, a typed array of items, or an array of either.
    pub fn new(
        world: &Described,
        item: Option<TypeId>,
        value: Value,
        are_many: bool,
    ) -> JsResult<Source> {
        let kind = item.and_then(|item| world.view(item));
        let values = match kind {
            Some(kind) if is_view(kind, &value)? => Values::View(value),
            _ if are_many => Values::Many(value),
            _ => Values::One(value),
        };
        Ok(Source {
            item,
            values,
            at: 0,
        })
    }

    /// Copies the next items; `None` if there are no more. `written` is how many the stream has had.
    ///
    /// # Errors
    /// An item does not fit the type of the stream.
    pub fn next(&mut self, world: &'static Described, written: u64) -> JsResult<Option<Piece>> {
        let layout = self.item.map(|item| world.layout(item));
        let size = layout.map_or(0, |layout| layout.size as usize);
        let align = layout.map_or(1, |layout| layout.align);
        let no_memory = || Thrown::range_error("there is no memory for the stream");
        if let Values::View(value) = &self.values {
            let bytes = buffer::lend(value)?.slice(self.at * size, MAX_BYTES / size * size);
            let count = bytes.len() / size;
            if count == 0 {
                return Ok(None);
            }
            let block = Block::new(bytes.len(), align).ok_or_else(no_memory)?;
            let copied = bytes.to_vec();
            let piece = Piece::of(block, count, size);
            block.place().copy_from(&copied?);
            self.at += count;
            return Ok(Some(piece));
        }
        let max = match size {
            0 => MAX_ITEMS,
            size => (MAX_BYTES / size).clamp(1, MAX_ITEMS),
        };
        let left = match &self.values {
            Values::Many(array) => {
                let len = array.get("length")?.as_number().unwrap_or_default() as usize;
                len.saturating_sub(self.at)
            }
            _ => 1_usize.saturating_sub(self.at),
        };
        let max = left.min(max);
        if max == 0 {
            return Ok(None);
        }
        let block = Block::new(size * max, align).ok_or_else(no_memory)?;
        let mut piece = Piece::of(block, 0, size);
        while piece.count < max {
            let value = match &self.values {
                Values::Many(array) => array.get(self.at as u32)?,
                Values::One(value) | Values::View(value) => value.clone(),
            };
            if let Some(item) = self.item {
                let place = block.place().part((size * piece.count) as u32, 0);
                let mut lowering = Lowering::copying(world);
                let lowered = lowering
                    .lower(item, &value, place)
                    .and_then(|()| lowering.finish());
                if let Err(fault) = lowered {
                    std::mem::take(&mut lowering.given).end();
                    // SAFETY: nothing was passed.
                    drop(unsafe { lowering.free() });
                    let index = written + piece.count as u64;
                    return Err(fault.under_index(index as usize).in_result("stream"));
                }
                let handles = lowering.given.pass_out();
                // Items with handles are written one by one: those that nobody takes are dropped.
                let is_last = !handles.is_empty();
                piece.lowered.push((lowering, handles));
                if is_last {
                    piece.count += 1;
                    self.at += 1;
                    break;
                }
            }
            piece.count += 1;
            self.at += 1;
        }
        Ok(Some(piece))
    }
}

fn is_view(kind: ViewKind, value: &Value) -> JsResult<bool> {
    match bytes_of(kind, value) {
        Ok(bytes) => Ok(bytes.is_some()),
        Err(fault) => Err(fault.in_result("stream")),
    }
}

/// Items in memory.
pub struct Piece {
    block: Option<Block>,
    size: usize,
    count: usize,
    /// How many were read.
    taken: usize,
    /// What the items need, and handles in them, each with the import that drops it.
    lowered: Vec<(Lowering, Vec<(u32, u32)>)>,
}

impl Piece {
    /// No items.
    pub fn empty() -> Piece {
        Piece {
            block: None,
            size: 0,
            count: 0,
            taken: 0,
            lowered: Vec::new(),
        }
    }

    fn of(block: Block, count: usize, size: usize) -> Piece {
        Piece {
            block: Some(block),
            size,
            count,
            taken: 0,
            lowered: Vec::new(),
        }
    }

    /// Whether all items were read.
    pub fn is_empty(&self) -> bool {
        self.taken == self.count
    }

    /// The address of the items that were not read, and how many they are.
    pub fn rest(&self) -> (u32, u32) {
        let address = self.block.map_or(0, Block::address) + self.size * self.taken;
        (address as u32, (self.count - self.taken) as u32)
    }

    /// So many more items were read.
    pub fn take(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.count);
    }

    /// Nobody reads the other items.
    pub fn give_up(&mut self) {
        for (_, handles) in self.lowered.iter_mut().skip(self.taken) {
            for (drop, handle) in handles.drain(..) {
                // SAFETY: the handle was not passed, and nothing else has it.
                unsafe { adapter::call_small(drop, handle) };
            }
        }
        self.taken = self.count;
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        for (lowering, _) in self.lowered.drain(..) {
            // SAFETY: the write is over.
            drop(unsafe { lowering.free() });
        }
        if let Some(block) = self.block.take() {
            // SAFETY: as above.
            unsafe { block.free() };
        }
    }
}
