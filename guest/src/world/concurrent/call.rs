//! Calls of asynchronous imports.
#![allow(unsafe_code)]

use jsvm_abi::adapter::{Builtin, CODE_BITS};
use jsvm_abi::{Function, TypeId};

use super::super::adapter::{self, MAX_SLOTS, Slots};
use super::super::described::Described;
use super::super::fault::Fault;
use super::super::import::{outcome, unfit};
use super::super::lower::{Lowering, sizes};
use super::super::place::{Block, Place};
use super::super::resource;
use super::waitable::{self, Later, Pending};
use super::{Owner, task};
use crate::js::{self, JsResult, Tag, Thrown, Value};

/// States of a subtask.
const RETURNED: u32 = 2;
const CANCELLED_BEFORE_START: u32 = 3;

/// A call that goes on.
struct Call {
    lowering: Lowering,
    /// Where the result will be, if there is one.
    result: Option<(TypeId, Block)>,
    resolve: Value,
    reject: Value,
    /// The signal that cancels it, and the listener that was added to it.
    signal: Option<(Value, Value)>,
}

/// Calls an asynchronous import. Everything is reported through the promise, but for what no script may catch.
pub fn call(
    world: &'static Described,
    import: u32,
    function: &'static Function,
    args: &[Value],
    has_receiver: bool,
) -> JsResult<Value> {
    match begin(world, import, function, args, has_receiver) {
        Err(thrown) if !thrown.is_interrupt() => Value::settled_promise(Err(thrown)),
        begun => begun,
    }
}

fn begin(
    world: &'static Described,
    import: u32,
    function: &'static Function,
    args: &[Value],
    has_receiver: bool,
) -> JsResult<Value> {
    let signal = args.get(function.parameters.len()).map(signal_of);
    let signal = signal.transpose()?.flatten();
    if let Some(signal) = &signal
        && signal.get("aborted")?.to_boolean()
    {
        return Err(Thrown(signal.get("reason")?));
    }
    resource::drop_collected();
    let owned = Owner::Import(import).set();
    let signature = world.import_signature(import);
    let mut slots: Box<Slots> = Box::new([0; MAX_SLOTS]);
    // SAFETY: the slots outlive the call.
    let place = unsafe { Place::in_slots(slots.as_mut_ptr() as usize) };
    // The arguments may be read when other JavaScript has run.
    let mut lowering = Lowering::copying(world);
    let lowered = lowering
        .arguments(function, signature, args, place)
        .and_then(|()| result_block(world, function).map_err(|fault| (0, fault)))
        .and_then(|result| match lowering.finish() {
            Ok(()) => Ok(result),
            Err(fault) => {
                free(result);
                Err((0, fault))
            }
        });
    drop(owned);
    let result = match lowered {
        Ok(result) => result,
        Err((index, fault)) => {
            std::mem::take(&mut lowering.given).end();
            // SAFETY: nothing was passed.
            drop(unsafe { lowering.free() });
            return Err(unfit(function, index, fault, has_receiver));
        }
    };
    if let Some((_, block)) = result {
        let last = place.part(0, signature.parameters.len() - 1);
        last.set_u32(block.address() as u32);
    }
    let functions = js::new_promise();
    lowering.given.pass();
    // SAFETY: the slots are those of the import. What they refer to stays until the call is over.
    unsafe { adapter::call(import, &mut slots) };
    let status = slots[0] as u32;
    let (subtask, state) = (status >> CODE_BITS, status & ((1 << CODE_BITS) - 1));
    let (promise, resolve, reject) = functions?;
    let mut call = Call {
        lowering,
        result,
        resolve,
        reject,
        signal: None,
    };
    if state == RETURNED {
        call.end(world, state)?;
        return Ok(promise);
    }
    if let Some(signal) = signal {
        let data = [Value::number(subtask.into()), signal.clone()];
        let listener = js::function("", 0, &data, abort)?;
        let args = [Value::text("abort")?, listener.clone()];
        signal.get("addEventListener")?.call(&signal, &args)?;
        call.signal = Some((signal, listener));
    }
    waitable::wait(subtask, Box::new(call))?;
    Ok(promise)
}

/// The signal in the argument after those of the function.
fn signal_of(options: &Value) -> JsResult<Option<Value>> {
    if !options.is_object() {
        return Ok(None);
    }
    let signal = options.get("signal")?;
    let is_signal = signal.is_object()
        && signal.get("aborted")?.tag() == Tag::Boolean
        && signal.get("addEventListener")?.is_function();
    Ok(is_signal.then_some(signal))
}

fn result_block(
    world: &'static Described,
    function: &Function,
) -> Result<Option<(TypeId, Block)>, Fault> {
    let Some(ty) = function.result else {
        return Ok(None);
    };
    let (size, align) = sizes(world, [ty].into_iter());
    let block = Block::new(size, align).ok_or_else(Fault::no_memory)?;
    Ok(Some((ty, block)))
}

fn free(result: Option<(TypeId, Block)>) {
    if let Some((_, block)) = result {
        // SAFETY: nobody was told of it, or it was read.
        unsafe { block.free() };
    }
}

/// Called by the signal of a call.
fn abort(call: js::Call<'_>) -> JsResult<Value> {
    let subtask = call.data[0].as_number().unwrap_or_default() as u32;
    cancel(subtask)?;
    Ok(Value::UNDEFINED)
}

/// Cancels a call, if it goes on.
///
/// # Errors
/// The VM was stopped, or has no memory.
pub fn cancel(subtask: u32) -> JsResult<()> {
    if !waitable::can_cancel() {
        return waitable::cancel_later(subtask, Later::Call(subtask));
    }
    let Some(pending) = waitable::take(subtask) else {
        return Ok(());
    };
    // SAFETY: a subtask of this side that goes on. This waits until the callee has let go.
    let state = unsafe { adapter::builtin(Builtin::SubtaskCancel, &[subtask.into()]) } as u32;
    pending.complete(subtask, state).map(drop)
}

impl Call {
    /// The call is over.
    fn end(&mut self, world: &'static Described, state: u32) -> JsResult<()> {
        let lowering = std::mem::replace(&mut self.lowering, Lowering::new(world));
        let mut lowering = lowering;
        std::mem::take(&mut lowering.given).end();
        // SAFETY: the callee has read the arguments, or never will.
        drop(unsafe { lowering.free() });
        let result = match self.result.take() {
            Some((ty, block)) if state == RETURNED => {
                let result = outcome(world, ty, block.place());
                free(Some((ty, block)));
                result
            }
            result => {
                free(result);
                Ok(Value::UNDEFINED)
            }
        };
        let result = match (state, &self.signal) {
            (RETURNED, _) => result,
            (_, Some((signal, _))) => Err(Thrown(signal.get("reason")?)),
            (_, None) => Err(Thrown::error("the call was cancelled")),
        };
        if let Some((signal, listener)) = self.signal.take() {
            let args = [Value::text("abort")?, listener];
            signal.get("removeEventListener")?.call(&signal, &args)?;
        }
        match result {
            Ok(value) => self.resolve.call(&Value::UNDEFINED, &[value])?,
            Err(thrown) if thrown.is_interrupt() => return Err(thrown),
            Err(Thrown(reason)) => self.reject.call(&Value::UNDEFINED, &[reason])?,
        };
        Ok(())
    }
}

impl Pending for Call {
    fn complete(
        mut self: Box<Self>,
        waitable: u32,
        code: u32,
    ) -> JsResult<Option<Box<dyn Pending>>> {
        if code < RETURNED {
            return Ok(Some(self));
        }
        debug_assert!(code <= CANCELLED_BEFORE_START + 1);
        self.end(task::world()?, code)?;
        // SAFETY: a subtask of this side that is over.
        unsafe { adapter::builtin(Builtin::SubtaskDrop, &[waitable.into()]) };
        Ok(None)
    }
}
