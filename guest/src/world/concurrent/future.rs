//! Futures: promises in JavaScript.
#![allow(unsafe_code)]

use jsvm_abi::adapter::BLOCKED;
use jsvm_abi::{Transfer, Type, TypeId};

use super::super::described::Described;
use super::super::fault::Fit;
use super::super::hooks::NewEnd;
use super::super::import::outcome;
use super::super::lower::Lowering;
use super::super::place::Block;
use super::super::{adapter, export};
use super::reader::{DROPPED, STATE_BITS};
use super::waitable::{self, Pending};
use super::{Owner, scripts, task};
use crate::js::{self, JsResult, Thrown, Value};

/// Makes a promise of a handle. It is read at once: a promise does not tell when somebody waits for it.
pub fn lift(
    world: &'static Described,
    item: Option<TypeId>,
    first: u32,
    handle: u32,
) -> JsResult<Value> {
    let (promise, resolve, reject) = js::new_promise()?;
    let block = block_for(world, item)?;
    let read = FutureRead {
        item,
        first,
        block,
        resolve,
        reject,
    };
    let args = [handle, address(block), 0];
    // SAFETY: the block stays until the read is over.
    let code = unsafe { adapter::transfer(Transfer::Read.number(first), args) };
    if code == BLOCKED {
        waitable::wait(handle, Box::new(read))?;
    } else {
        Box::new(read).complete(handle, code)?;
    }
    Ok(promise)
}

fn block_for(world: &Described, item: Option<TypeId>) -> JsResult<Option<Block>> {
    let Some(item) = item else {
        return Ok(None);
    };
    let layout = world.layout(item);
    let block = Block::new(layout.size as usize, layout.align);
    let no_memory = || Thrown::range_error("there is no memory for the future");
    block.map(Some).ok_or_else(no_memory)
}

fn address(block: Option<Block>) -> u32 {
    block.map_or(0, |block| block.address() as u32)
}

/// A read that goes on.
struct FutureRead {
    item: Option<TypeId>,
    first: u32,
    block: Option<Block>,
    resolve: Value,
    reject: Value,
}

impl Pending for FutureRead {
    fn complete(self: Box<Self>, waitable: u32, code: u32) -> JsResult<Option<Box<dyn Pending>>> {
        let value = match (code & ((1 << STATE_BITS) - 1), self.item, self.block) {
            (DROPPED, ..) => Err(Thrown::error("the future was dropped without a value")),
            (_, Some(item), Some(block)) => outcome(task::world()?, item, block.place()),
            _ => Ok(Value::UNDEFINED),
        };
        if let Some(block) = self.block {
            // SAFETY: the read is over, and the value was lifted.
            unsafe { block.free() };
        }
        // SAFETY: an end of this side that was read.
        unsafe { adapter::call_small(Transfer::DropReadable.number(self.first), waitable) };
        match value {
            Ok(value) => self.resolve.call(&Value::UNDEFINED, &[value])?,
            Err(thrown) if thrown.is_interrupt() => return Err(thrown),
            Err(Thrown(reason)) => self.reject.call(&Value::UNDEFINED, &[reason])?,
        };
        Ok(None)
    }
}

/// The writable end of a future. It is not dropped with its object: an end must be written to before.
struct FutureWriter {
    ty: TypeId,
    /// `None` before the future is passed, and after it was written to.
    handle: Option<u32>,
    owner: Owner,
}

/// Prepares a promise, or another value, to be passed.
pub fn prepare(ty: TypeId, value: &Value) -> Fit<NewEnd> {
    let end = js::hold(FutureWriter {
        ty,
        handle: None,
        owner: Owner::current(),
    })?;
    let args = [end.clone(), value.clone()];
    scripts()?.settle.call(&Value::UNDEFINED, &args)?;
    Ok(NewEnd { ty, end })
}

/// Makes the ends. Returns the readable one.
pub fn open(first: u32, end: &Value) -> u32 {
    // SAFETY: the import makes ends of a future.
    let (readable, writable) = unsafe { adapter::transfer_new(Transfer::New.number(first)) };
    let set = end.with_held(|writer: &mut FutureWriter| writer.handle = Some(writable));
    debug_assert!(set.is_ok());
    readable
}

/// `write(end, value, isRejected)`: the promise was settled.
pub fn write(call: js::Call<'_>) -> JsResult<Value> {
    let world = task::world()?;
    let end = call.arg(0);
    let (ty, handle, owner) =
        end.with_held(|writer: &mut FutureWriter| (writer.ty, writer.handle.take(), writer.owner))?;
    let (Some(handle), Type::Future(item, first)) = (handle, world.ty(ty)) else {
        // The values around it were not passed.
        return Ok(Value::UNDEFINED);
    };
    let outcome = match call.arg(2).to_boolean() {
        true => Err(Thrown(call.arg(1))),
        false => Ok(call.arg(1)),
    };
    let fail = |reason: String| -> ! {
        export::fail(&format!("{}a future: {reason}", owner.prefix(world)))
    };
    let block = block_for(world, *item)?;
    let mut lowering = Lowering::copying(world);
    let owned = owner.set();
    match (item, block) {
        (Some(item), Some(block)) => {
            let lowered = export::lower(world, *item, outcome, block.place(), &mut lowering);
            lowered.unwrap_or_else(|reason| fail(reason));
        }
        _ => {
            let settled = outcome.map_err(export::reason);
            settled.unwrap_or_else(|reason| fail(reason));
        }
    }
    let finished = lowering.finish();
    finished.unwrap_or_else(|fault| fail(export::reason(fault.in_result("result"))));
    drop(owned);
    lowering.given.pass();
    let write = FutureWrite {
        first: *first,
        block,
        lowering,
    };
    let args = [handle, address(block), 0];
    // SAFETY: the block stays until the write is over.
    let code = unsafe { adapter::transfer(Transfer::Write.number(*first), args) };
    if code == BLOCKED {
        waitable::wait(handle, Box::new(write))?;
    } else {
        Box::new(write).complete(handle, code)?;
    }
    Ok(Value::UNDEFINED)
}

/// A write that goes on.
struct FutureWrite {
    first: u32,
    block: Option<Block>,
    lowering: Lowering,
}

impl Pending for FutureWrite {
    fn complete(self: Box<Self>, waitable: u32, _: u32) -> JsResult<Option<Box<dyn Pending>>> {
        // SAFETY: the write is over.
        drop(unsafe { self.lowering.free() });
        if let Some(block) = self.block {
            // SAFETY: as above.
            unsafe { block.free() };
        }
        // SAFETY: an end of this side that was written to.
        unsafe { adapter::call_small(Transfer::DropWritable.number(self.first), waitable) };
        Ok(None)
    }
}
