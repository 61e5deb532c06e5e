//! Streams that the program writes: iterables that are passed.
#![allow(unsafe_code)]

use std::cell::Cell;

use jsvm_abi::adapter::BLOCKED;
use jsvm_abi::{Transfer, Type, TypeId};

use super::super::described::Described;
use super::super::fault::{Fit, unfit};
use super::super::hooks::NewEnd;
use super::super::{adapter, export};
use super::reader::{self, DROPPED, STATE_BITS};
use super::source::{Piece, Source};
use super::waitable::{self, Pending};
use super::{Owner, scripts, task};
use crate::js::{self, JsResult, Key, Thrown, Value};
use crate::realm::intrinsics;

/// The writable end of a stream.
///
/// It is not dropped with its object: a reader would take that for the end of the stream.
struct Writer {
    item: Option<TypeId>,
    first: u32,
    /// `None` before the stream is passed, and after it was closed.
    handle: Option<u32>,
    /// A handle that is passed on instead.
    passed_on: Option<u32>,
    /// How many items were written.
    written: u64,
    owner: Owner,
}

thread_local! {
    /// How many writable ends are open.
    static OPEN: Cell<u32> = const { Cell::new(0) };
}

/// Whether the program writes to a stream.
pub fn is_any_open() -> bool {
    OPEN.get() > 0
}

fn with<R>(end: &Value, run: impl FnOnce(&mut Writer) -> R) -> JsResult<R> {
    end.with_held(run)
}

/// Prepares an iterable to be passed.
pub fn prepare(world: &'static Described, ty: TypeId, value: &Value) -> Fit<NewEnd> {
    let (item, first) = match world.ty(ty) {
        Type::Stream(item, first) => (*item, *first),
        _ => (None, 0),
    };
    if !is_iterable(value)? {
        return unfit("a ReadableStream, an async iterable or an iterable", value);
    }
    let args = std::slice::from_ref(value);
    let own = scripts()?.end_of.call(&Value::UNDEFINED, args)?;
    let passed_on = match own.is_object() {
        true => reader::take(&own, ty),
        false => None,
    };
    if passed_on.is_some() {
        scripts()?.lock.call(&Value::UNDEFINED, args)?;
    }
    let end = js::hold(Writer {
        item,
        first,
        handle: None,
        passed_on,
        written: 0,
        owner: Owner::current(),
    })?;
    if passed_on.is_none() {
        let args = [end.clone(), value.clone()];
        let pump = scripts()?.pump.call(&Value::UNDEFINED, &args);
        pump?;
    }
    Ok(NewEnd { ty, end })
}

fn is_iterable(value: &Value) -> JsResult<bool> {
    if !value.is_object() {
        return Ok(false);
    }
    for name in ["asyncIterator", "iterator"] {
        if let Some(symbol) = intrinsics().well_known(name)
            && value.get(Key::Value(&symbol))?.is_function()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the ends. Returns the readable one.
pub fn open(first: u32, end: &Value) -> u32 {
    let opened = with(end, |writer| {
        if let Some(handle) = writer.passed_on.take() {
            return handle;
        }
        // SAFETY: the import makes ends of a stream.
        let (readable, writable) = unsafe { adapter::transfer_new(Transfer::New.number(first)) };
        writer.handle = Some(writable);
        OPEN.set(OPEN.get() + 1);
        readable
    });
    opened.unwrap_or_default()
}

/// `isOpen(end)`: whether the stream was passed.
pub fn is_open(call: js::Call<'_>) -> JsResult<Value> {
    with(&call.arg(0), |writer| {
        Value::boolean(writer.handle.is_some())
    })
}

/// `close(end)`: there are no more items.
pub fn close(call: js::Call<'_>) -> JsResult<Value> {
    close_end(&call.arg(0))?;
    Ok(Value::UNDEFINED)
}

fn close_end(end: &Value) -> JsResult<()> {
    let (handle, first) = with(end, |writer| (writer.handle.take(), writer.first))?;
    if let Some(handle) = handle {
        OPEN.set(OPEN.get().saturating_sub(1));
        // SAFETY: an end of this side to which nothing is being written.
        unsafe { adapter::call_small(Transfer::DropWritable.number(first), handle) };
    }
    Ok(())
}

/// `fail(end, error)`: ends the instance. A stream cannot pass an error, and its reader would take the end of what
/// came for the end of the stream.
pub fn fail(call: js::Call<'_>) -> JsResult<Value> {
    let owner = with(&call.arg(0), |writer| writer.owner)?;
    let thrown = Thrown(call.arg(1));
    if thrown.is_interrupt() {
        return Err(thrown);
    }
    let prefix = owner.prefix(task::world()?);
    export::fail(&format!("{prefix}{}", export::reason(thrown)))
}

/// `write(end, items, areMany)`: whether there still is a reader, or a promise of it.
pub fn write(call: js::Call<'_>) -> JsResult<Value> {
    let world = task::world()?;
    let end = call.arg(0);
    let (item, first, handle) = with(&end, |writer| (writer.item, writer.first, writer.handle))?;
    let Some(handle) = handle else {
        return Ok(Value::boolean(false));
    };
    let source = Source::new(world, item, call.arg(1), call.arg(2).to_boolean())?;
    let mut write = Write {
        end,
        first,
        handle,
        source,
        piece: Piece::empty(),
        functions: None,
    };
    match write.go_on(world)? {
        Some(has_reader) => Ok(Value::boolean(has_reader)),
        None => {
            let (promise, resolve, reject) = js::new_promise()?;
            write.functions = Some((resolve, reject));
            waitable::wait(handle, Box::new(write))?;
            Ok(promise)
        }
    }
}

/// A write that goes on.
struct Write {
    end: Value,
    first: u32,
    handle: u32,
    source: Source,
    piece: Piece,
    functions: Option<(Value, Value)>,
}

impl Write {
    /// Writes until the reader does not take any more. Returns whether there is a reader once all is written.
    fn go_on(&mut self, world: &'static Described) -> JsResult<Option<bool>> {
        loop {
            if self.piece.is_empty() {
                let (written, owner) = with(&self.end, |writer| (writer.written, writer.owner))?;
                let _owned = owner.set();
                match self.source.next(world, written)? {
                    Some(piece) => self.piece = piece,
                    None => return Ok(Some(true)),
                }
            }
            let (address, count) = self.piece.rest();
            let args = [self.handle, address, count];
            // SAFETY: the piece stays until the write is over.
            let code = unsafe { adapter::transfer(Transfer::Write.number(self.first), args) };
            if code == BLOCKED {
                return Ok(None);
            }
            if !self.take(code)? {
                return Ok(Some(false));
            }
        }
    }

    /// Some of the piece was read. Returns whether there is a reader.
    fn take(&mut self, code: u32) -> JsResult<bool> {
        let (state, count) = (code & ((1 << STATE_BITS) - 1), code >> STATE_BITS);
        with(&self.end, |writer| writer.written += u64::from(count))?;
        self.piece.take(count as usize);
        if state == DROPPED {
            self.piece.give_up();
            close_end(&self.end)?;
        }
        Ok(state != DROPPED)
    }
}

impl Pending for Write {
    fn complete(mut self: Box<Self>, _: u32, code: u32) -> JsResult<Option<Box<dyn Pending>>> {
        let world = task::world()?;
        let gone_on = match self.take(code) {
            Ok(true) => self.go_on(world),
            Ok(false) => Ok(Some(false)),
            Err(thrown) => Err(thrown),
        };
        let outcome = match gone_on {
            Ok(None) => return Ok(Some(self)),
            Ok(Some(has_reader)) => Ok(Value::boolean(has_reader)),
            Err(thrown) if thrown.is_interrupt() => return Err(thrown),
            Err(Thrown(reason)) => Err(reason),
        };
        if let Some((resolve, reject)) = &self.functions {
            match outcome {
                Ok(value) => resolve.call(&Value::UNDEFINED, &[value])?,
                Err(reason) => reject.call(&Value::UNDEFINED, &[reason])?,
            };
        }
        Ok(None)
    }
}
