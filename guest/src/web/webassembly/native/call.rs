//! Runs of functions: what is said, and what is asked for until they return.

use std::rc::Rc;

use jsvm_protocol::webassembly::{self as protocol, Reader, Writer};
use wasmi::Val;

use super::state::{of_bits, to_bits};
use super::{Link, Status, state};
use crate::host;
use crate::js::{JsResult, Thrown};
use crate::web::webassembly::entities;
use crate::web::webassembly::run::{self, Nested, Vals};
use crate::web::webassembly::world::{self, Function, World};

/// Sends a message. Nothing, if the embedder does not know such messages.
fn send(writer: &mut Writer) -> Option<Vec<u8>> {
    host::run_modules(writer.into_bytes())
}

/// Has the embedder know an instance, if it compiles.
fn prepare(at: usize) -> JsResult<bool> {
    // All other calls but the first.
    if is_known(at)? {
        return Ok(true);
    }
    if world::with(|world| world.native.link)? == Link::Unknown {
        let reply = send(Writer::new(protocol::HELLO).u32(protocol::VERSION));
        let is_ready = reply.is_some_and(|reply| reply.first() == Some(&protocol::READY));
        world::with(|world| {
            world.native.link = match is_ready {
                true => Link::Ready,
                false => Link::Absent,
            };
        })?;
    }
    let count = world::with(|world| world.native.instances.len())?;
    for other in 0..count {
        let message = world::with(|world| {
            let natives = &world.native;
            let instance = &natives.instances[other];
            let is_wanted = instance.is_due() || other == at && instance.status == Status::Waiting;
            match natives.link == Link::Ready && is_wanted {
                true => state::instantiate(world, other),
                false => None,
            }
        })?;
        let Some(mut message) = message else {
            continue;
        };
        let reply = send(&mut message);
        world::with(|world| {
            let natives = &mut world.native;
            let mut reader = Reader::new(reply.as_deref().unwrap_or_default());
            match (reader.u8(), reader.u8()) {
                (Some(protocol::DONE), _) => natives.instances[other].status = Status::Known,
                (Some(protocol::REFUSED), Some(protocol::NEVER)) => {
                    natives.instances[other].status = Status::Never;
                }
                // Another embedder, or one that has lost all: the next call begins anew.
                _ => natives.forget(),
            }
            natives.elements_changed();
            natives.judge();
        })?;
    }
    is_known(at)
}

fn is_known(at: usize) -> JsResult<bool> {
    world::with(|world| {
        let natives = &world.native;
        natives.link == Link::Ready && natives.instances[at].status == Status::Known
    })
}

/// Runs a function as native code. `None` if it is to be interpreted.
pub fn run(function: &Function, inputs: &[Val]) -> JsResult<Option<Vals>> {
    // Twice, if the embedder is another than that which was told.
    for _ in 0..2 {
        let target = world::with(|world| world.native.target(function))?;
        let Some((at, index)) = target else {
            return Ok(None);
        };
        if !prepare(at)? {
            return Ok(None);
        }
        let message = world::with(|world| {
            let mut writer = Writer::new(protocol::RUN);
            state::write(world, &mut writer)?;
            writer.u32(at as u32).u32(index);
            write_values(&mut writer, inputs)?;
            Some(writer)
        })?;
        let Some(message) = message else {
            return Ok(None);
        };
        match finish(function, message)? {
            Run::Done(results) => return Ok(Some(results)),
            Run::Refused => return Ok(None),
            Run::Unknown => world::with(|world| world.native.forget())?,
        }
    }
    Ok(None)
}

fn write_values(writer: &mut Writer, values: &[Val]) -> Option<()> {
    writer.u32(values.len() as u32);
    for value in values {
        writer.u64(to_bits(value)?);
    }
    Some(())
}

/// How a run ended.
enum Run {
    Done(Vals),
    Refused,
    Unknown,
}

/// Does what the function asks for until it returns.
fn finish(function: &Function, mut message: Writer) -> JsResult<Run> {
    let mut pieces = 1;
    let mut has_begun = false;
    loop {
        let Some(reply) = send(&mut message) else {
            return lost(has_begun);
        };
        let mut reader = Reader::new(&reply);
        let kind = reader.u8().unwrap_or(protocol::REFUSED);
        if kind == protocol::REFUSED {
            return match reader.u8() {
                Some(protocol::NEVER) if !has_begun => Ok(Run::Refused),
                _ => lost(has_begun),
            };
        }
        has_begun = true;
        let Some(next) = read(function, kind, &mut reader, pieces)? else {
            return lost(has_begun);
        };
        message = match next {
            Next::Return(results) => return Ok(Run::Done(results)),
            Next::Throw(thrown) => return Err(thrown),
            Next::Say(message) => message,
            Next::Ask => match run::ask(protocol::INTERVAL) {
                Ok(()) => Writer::new(protocol::GO_ON),
                Err(thrown) => {
                    abandon(false)?;
                    return Err(thrown);
                }
            },
            Next::Call(called, inputs) => {
                pieces += 1;
                let outcome =
                    Nested::enter().and_then(|nested| run::run(&nested, &called, &inputs));
                let answer = match outcome {
                    Ok(results) => world::with(|world| answer(world, &results))?,
                    Err(thrown) => {
                        abandon(true)?;
                        return Err(thrown);
                    }
                };
                match answer {
                    Some(answer) => answer,
                    None => {
                        abandon(true)?;
                        return lost(true);
                    }
                }
            }
        };
    }
}

/// What a reply asks for.
enum Next {
    Return(Vals),
    Throw(Thrown),
    Say(Writer),
    Ask,
    Call(Rc<Function>, Vals),
}

/// Reads a reply. `None` if it is malformed.
fn read(
    function: &Function,
    kind: u8,
    reader: &mut Reader<'_>,
    pieces: u64,
) -> JsResult<Option<Next>> {
    world::with(|world| {
        Some(match kind {
            protocol::ASK => Next::Ask,
            protocol::GROW => {
                state::arrive(world, reader)?;
                let (number, pages) = (reader.u32()?, reader.u32()?);
                let memory = world.memories.get(number as usize)?.memory;
                let before = memory.grow(&mut world.store, u64::from(pages));
                let before = before.map_or(-1, |before| (before as u32).cast_signed());
                Next::Say(answer(world, &[Val::I32(before)])?)
            }
            protocol::UPCALL => {
                state::arrive(world, reader)?;
                let number = reader.u32()?;
                let called = world.functions.get(number as usize)?.clone();
                let inputs = values(reader, called.ty.params())?;
                Next::Call(called, inputs)
            }
            protocol::DONE => {
                state::arrive(world, reader)?;
                let instructions = reader.u64()?;
                function.instructions.set(instructions);
                function
                    .pace
                    .set(function.pace.get().after(instructions, pieces));
                Next::Return(values(reader, function.ty.results())?)
            }
            protocol::TRAP => {
                state::arrive(world, reader)?;
                Next::Throw(run::of_native_trap(reader.u8()?))
            }
            _ => return None,
        })
    })
}

fn values(reader: &mut Reader<'_>, types: &[wasmi::ValType]) -> Option<Vals> {
    let bits = reader.values()?;
    if bits.len() != types.len() {
        return None;
    }
    let values = bits.iter().zip(types);
    values.map(|(bits, ty)| of_bits(*bits, *ty)).collect()
}

/// The answer to what a module asked for.
fn answer(world: &mut World, results: &[Val]) -> Option<Writer> {
    let mut writer = Writer::new(protocol::ANSWER);
    state::write(world, &mut writer)?;
    write_values(&mut writer, results)?;
    Some(writer)
}

/// Ends the run that waits, or that is in the middle of something.
fn abandon(is_waiting: bool) -> JsResult<()> {
    let reply = send(&mut Writer::new(protocol::ABANDON));
    world::with(|world| {
        let mut reader = Reader::new(reply.as_deref().unwrap_or_default());
        let arrived = match reader.u8() {
            // What ran since the run began to wait has changed more.
            Some(protocol::ABANDONED) if is_waiting => Some(()),
            Some(protocol::ABANDONED) => state::arrive(world, &mut reader),
            _ => None,
        };
        if arrived.is_none() {
            world.native.forget();
        }
        entities::refresh(world);
    })
}

/// The embedder knows nothing of the run.
fn lost(has_begun: bool) -> JsResult<Run> {
    match has_begun {
        false => Ok(Run::Unknown),
        true => {
            world::with(|world| world.native.forget())?;
            Err(run::runtime_error("the native code of the module was lost"))
        }
    }
}
