//! Streams that the program reads.
#![allow(unsafe_code)]

use jsvm_abi::adapter::BLOCKED;
use jsvm_abi::{Transfer, Type, TypeId};

use super::super::described::Described;
use super::super::lift::lift as lift_value;
use super::super::place::Block;
use super::super::{adapter, resource};
use super::waitable::{self, Later, Pending};
use super::{scripts, task};
use crate::js::{self, JsResult, Thrown, Value};
use crate::value::buffer::uint8_array;

/// Bytes that are read at once, and items: at first, and as long as they are not enough for what the other side has.
const BYTES: usize = 64 << 10;
const ITEMS: usize = 64;
const GROWTH: u32 = 8;

/// Items that can be read at once where they have no size.
const UNITS: u32 = 1 << 10;

/// The lowest bits of a code say how the other side is.
pub const STATE_BITS: u32 = 4;
pub const DROPPED: u32 = 1;

/// The readable end of a stream.
pub struct Reader {
    ty: TypeId,
    item: Option<TypeId>,
    first: u32,
    /// `None` if it was closed or passed on.
    handle: Option<u32>,
    /// Where the items are written.
    block: Option<Block>,
    /// How often as much as at first is read at once.
    times: u32,
    is_reading: bool,
    /// Whether something was read.
    was_read: bool,
    order: u32,
}

impl Reader {
    /// The items that are read at once.
    fn count(&self, world: &Described) -> u32 {
        let size = self.item.map_or(0, |item| world.layout(item).size as usize);
        let first = match (is_bytes(world, self.item), size) {
            (true, _) => BYTES as u32,
            (false, 0) => return UNITS,
            (false, size) => (BYTES / size).clamp(1, ITEMS) as u32,
        };
        first * self.times
    }

    /// Reads more at once from now on, if a read was full.
    fn grow(&mut self, world: &Described, read: usize) {
        if read < self.count(world) as usize || self.times >= GROWTH {
            return;
        }
        self.times *= 2;
        if let Some(block) = self.block.take() {
            // SAFETY: no read goes on.
            unsafe { block.free() };
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(block) = self.block.take() {
            // SAFETY: a read that goes on keeps the object.
            unsafe { block.free() };
        }
        // The collector may run where no import may be called.
        if let Some(handle) = self.handle.take() {
            let drop = Transfer::DropReadable.number(self.first);
            resource::collect(self.order, drop, handle);
        }
    }
}

fn with<R>(end: &Value, run: impl FnOnce(&mut Reader) -> R) -> JsResult<R> {
    end.with_held(run)
}

/// Makes a `ReadableStream` of a handle.
pub fn lift(
    world: &'static Described,
    ty: TypeId,
    item: Option<TypeId>,
    first: u32,
    handle: u32,
) -> JsResult<Value> {
    let end = js::hold(Reader {
        ty,
        item,
        first,
        handle: Some(handle),
        block: None,
        times: 1,
        is_reading: false,
        was_read: false,
        order: resource::next_order(),
    })?;
    let args = [end, Value::boolean(is_bytes(world, item))];
    scripts()?.readable.call(&Value::UNDEFINED, &args)
}

/// Whether a stream has bytes.
pub fn is_bytes(world: &Described, item: Option<TypeId>) -> bool {
    item.is_some_and(|item| matches!(world.ty(item), Type::U8))
}

/// Takes the handle of a stream of which nothing was read, to pass it on.
pub fn take(end: &Value, ty: TypeId) -> Option<u32> {
    let taken = with(end, |reader| {
        match reader.ty == ty && !reader.is_reading && !reader.was_read {
            true => reader.handle.take(),
            false => None,
        }
    });
    taken.ok().flatten()
}

/// `read(end)`: the next items, or `undefined` at the end. Returns them, or a promise.
pub fn read(call: js::Call<'_>) -> JsResult<Value> {
    let world = task::world()?;
    let end = call.arg(0);
    loop {
        let Some(plan) = begin(world, &end)? else {
            return Ok(Value::UNDEFINED);
        };
        let ReadPlan {
            handle,
            first,
            block,
            count,
        } = plan;
        let place = block.map_or(0, |block| block.address() as u32);
        // SAFETY: the block stays until the read is over: the object has it, which is kept.
        let code =
            unsafe { adapter::transfer(Transfer::Read.number(first), [handle, place, count]) };
        if code == BLOCKED {
            let (promise, resolve, reject) = js::new_promise()?;
            let read = Read {
                end,
                resolve,
                reject,
            };
            waitable::wait(handle, Box::new(read))?;
            return Ok(promise);
        }
        if let Some(items) = finish(world, &end, code)? {
            return Ok(items);
        }
    }
}

/// What a read needs.
struct ReadPlan {
    handle: u32,
    first: u32,
    block: Option<Block>,
    count: u32,
}

/// Prepares a read; `None` if the stream has ended.
fn begin(world: &'static Described, end: &Value) -> JsResult<Option<ReadPlan>> {
    let begun = with(end, |reader| {
        let Some(handle) = reader.handle else {
            return Ok(None);
        };
        if reader.is_reading {
            return Err(Thrown::type_error("the stream is being read"));
        }
        let (size, align) = match reader.item {
            Some(item) => (world.layout(item).size as usize, world.layout(item).align),
            None => (0, 1),
        };
        let count = reader.count(world);
        if reader.block.is_none() && size > 0 {
            let block = Block::new(size * count as usize, align);
            let none = || Thrown::range_error("there is no memory for the stream");
            reader.block = Some(block.ok_or_else(none)?);
        }
        reader.is_reading = true;
        reader.was_read = true;
        Ok(Some(ReadPlan {
            handle,
            first: reader.first,
            block: reader.block,
            count,
        }))
    });
    begun?
}

/// The items of a read that is over; `None` if there are none yet.
fn finish(world: &'static Described, end: &Value, code: u32) -> JsResult<Option<Value>> {
    let (state, count) = (
        code & ((1 << STATE_BITS) - 1),
        (code >> STATE_BITS) as usize,
    );
    let (item, block, full) = with(end, |reader| {
        reader.is_reading = false;
        let is_full = is_bytes(world, reader.item) && count == reader.count(world) as usize;
        let full = if is_full { reader.block.take() } else { None };
        (reader.item, reader.block, full)
    })?;
    let items = match (count, full) {
        (0, _) => None,
        // SAFETY: bytes are aligned to 1, and the object does not have the block any more.
        (_, Some(block)) => Some(uint8_array(unsafe { block.into_vec() })?),
        (_, None) => Some(items(world, item, block, count)?),
    };
    with(end, |reader| reader.grow(world, count))?;
    if state == DROPPED {
        close(end)?;
        return Ok(Some(items.unwrap_or(Value::UNDEFINED)));
    }
    Ok(items)
}

fn items(
    world: &'static Described,
    item: Option<TypeId>,
    block: Option<Block>,
    count: usize,
) -> JsResult<Value> {
    let (Some(item), Some(block)) = (item, block) else {
        return Value::array_of(vec![Value::UNDEFINED; count]);
    };
    if is_bytes(world, Some(item)) {
        // SAFETY: the bytes are copied at once.
        let bytes = unsafe { block.bytes() };
        return uint8_array(bytes[..count].to_vec());
    }
    let size = world.layout(item).size;
    let items =
        (0..count).map(|index| lift_value(world, item, block.place().part(size * index as u32, 0)));
    Value::array_of(items.collect::<JsResult<_>>()?)
}

/// Drops the end, if it is there.
fn close(end: &Value) -> JsResult<()> {
    let (handle, first) = with(end, |reader| (reader.handle.take(), reader.first))?;
    if let Some(handle) = handle {
        // SAFETY: an end of this side that is not being read.
        unsafe { adapter::call_small(Transfer::DropReadable.number(first), handle) };
    }
    Ok(())
}

/// `cancel(end)`: the program does not read any more.
pub fn cancel(call: js::Call<'_>) -> JsResult<Value> {
    cancel_end(&call.arg(0))?;
    Ok(Value::UNDEFINED)
}

/// Cancels a read that goes on, and drops the end.
///
/// # Errors
/// The VM was stopped, or has no memory.
pub fn cancel_end(end: &Value) -> JsResult<()> {
    let (handle, first, is_reading) = with(end, |reader| {
        (reader.handle, reader.first, reader.is_reading)
    })?;
    if let (Some(handle), true) = (handle, is_reading) {
        if !waitable::can_cancel() {
            return waitable::cancel_later(handle, Later::Read(end.clone()));
        }
        if let Some(pending) = waitable::take(handle) {
            // SAFETY: an end of this side that is being read. This waits until the read is over.
            let code = unsafe { adapter::call_small(Transfer::CancelRead.number(first), handle) };
            // Items that came are lost, as those in the queue of the stream are.
            pending.complete(handle, code)?;
        }
    }
    close(end)
}

/// A read that goes on.
struct Read {
    end: Value,
    resolve: Value,
    reject: Value,
}

impl Pending for Read {
    fn complete(self: Box<Self>, _: u32, code: u32) -> JsResult<Option<Box<dyn Pending>>> {
        let nothing = &Value::UNDEFINED;
        match finish(task::world()?, &self.end, code) {
            Ok(Some(items)) => self.resolve.call(nothing, &[items])?,
            // The script is asked for more, since it gets nothing.
            Ok(None) => self.resolve.call(nothing, &[Value::array()?])?,
            Err(thrown) if thrown.is_interrupt() => return Err(thrown),
            Err(Thrown(reason)) => self.reject.call(nothing, &[reason])?,
        };
        Ok(None)
    }
}
