//! Asynchronous functions, futures and streams.
//!
//! Each call of an asynchronous export is a task (`task`). A task has a waitable set of its own. What it
//! waits for is in it: calls of imports (`call`), reads (`reader`, `future`), writes (`writer`, `future`) and the
//! clock (`clock`). `waitable` has all of them by their handles. An event runs the jobs of the VM, which all
//! tasks share; a task whose promise was settled in the turn of another one is woken by a future without a
//! value.
//!
//! A service has no tasks here: those of its driver wait (`driven`).

mod call;
mod clock;
mod driven;
mod future;
mod reader;
mod source;
mod task;
mod waitable;
mod wake;
mod writer;

use std::cell::Cell;

use jsvm_abi::{Type, TypeId};

pub use self::task::{resume, start};
use super::described::Described;
use super::fault::Fit;
use super::hooks::{self, Hooks, NewEnd};
use crate::js::{self, JsResult, Thrown, Value};

/// What is written in JavaScript.
const CALLS: &str = include_str!("calls.js");

/// Functions in JavaScript.
struct Scripts {
    /// Makes the last argument of an export.
    new_call: Value,
    /// Aborts the signal of a call. Returns whether the program has asked for it.
    abort: Value,
    /// Settles a future with a promise or another value.
    settle: Value,
    /// Makes a `ReadableStream`.
    readable: Value,
    /// The end that a `ReadableStream` was made of, if nobody reads it.
    end_of: Value,
    /// Keeps the program from reading a `ReadableStream`.
    lock: Value,
    /// Writes what an iterable has.
    pump: Value,
}

thread_local! {
    static SCRIPTS: Cell<Option<&'static Scripts>> = const { Cell::new(None) };
}

fn scripts() -> JsResult<&'static Scripts> {
    SCRIPTS
        .get()
        .ok_or_else(|| Thrown::error("the world has no asynchronous functions"))
}

/// Compiles the scripts: a built file may have no compiler.
///
/// # Errors
/// There is no memory.
pub fn install(world: &Described) -> JsResult<()> {
    let run = |source: &str, natives: &[(&str, Value)]| -> JsResult<Value> {
        let helpers = Value::object()?;
        for (name, native) in natives {
            helpers.set(*name, native.clone())?;
        }
        let make = js::compile_function(source, "natives", "<asynchronous>")?;
        make.call(&Value::UNDEFINED, &[helpers])
    };
    let calls = run(
        CALLS,
        &[("write", js::function("", 0, &[], future::write)?)],
    )?;
    let types = &world.world.types;
    let has_streams = types.iter().any(|ty| matches!(ty, Type::Stream(..)));
    let streams = match has_streams {
        true => run(
            jsvm_abi::STREAMS,
            &[
                ("read", js::function("", 0, &[], reader::read)?),
                ("cancel", js::function("", 0, &[], reader::cancel)?),
                ("isOpen", js::function("", 0, &[], writer::is_open)?),
                ("write", js::function("", 0, &[], writer::write)?),
                ("close", js::function("", 0, &[], writer::close)?),
                ("fail", js::function("", 0, &[], writer::fail)?),
            ],
        )?,
        false => Value::object()?,
    };
    let scripts = Scripts {
        new_call: calls.get("newCall")?,
        abort: calls.get("abort")?,
        settle: calls.get("settle")?,
        readable: streams.get("readable")?,
        end_of: streams.get("endOf")?,
        lock: streams.get("lock")?,
        pump: streams.get("pump")?,
    };
    SCRIPTS.set(Some(Box::leak(Box::new(scripts))));
    hooks::set(Hooks {
        call: call::call,
        lift,
        prepare,
        open,
        after_call: task::after_synchronous_call,
        is_waiting: waitable::is_any,
    });
    Ok(())
}

fn lift(world: &'static Described, ty: TypeId, handle: u32) -> JsResult<Value> {
    match world.ty(ty) {
        Type::Stream(item, first) => reader::lift(world, ty, *item, *first, handle),
        Type::Future(item, first) => future::lift(world, *item, *first, handle),
        _ => Err(Thrown::type_error("the type is no future and no stream")),
    }
}

fn prepare(world: &'static Described, ty: TypeId, value: &Value) -> Fit<NewEnd> {
    match world.ty(ty) {
        Type::Stream(..) => writer::prepare(world, ty, value),
        _ => future::prepare(ty, value),
    }
}

fn open(world: &'static Described, new: &NewEnd) -> u32 {
    match world.ty(new.ty) {
        Type::Stream(_, first) => writer::open(*first, &new.end),
        Type::Future(_, first) => future::open(*first, &new.end),
        _ => 0,
    }
}

/// The function that is called or that returns, for messages about what it has passed.
#[derive(Clone, Copy)]
enum Owner {
    Import(u32),
    Export(u32),
    /// A task that goes on after its function has returned.
    Other,
}

thread_local! {
    static OWNER: Cell<Owner> = const { Cell::new(Owner::Other) };
}

impl Owner {
    /// What is passed from now on is of this function, until the result is dropped.
    fn set(self) -> Owned {
        Owned(OWNER.replace(self))
    }

    fn current() -> Owner {
        OWNER.get()
    }

    /// The beginning of a message.
    fn prefix(self, world: &Described) -> String {
        let name = match self {
            Owner::Import(number) => world.world.imports.get(number as usize).map(|it| &it.name),
            Owner::Export(number) => world.world.exports.get(number as usize).map(|it| &it.name),
            Owner::Other => None,
        };
        name.map(|name| format!("{name}: ")).unwrap_or_default()
    }
}

/// Sets the owner back.
struct Owned(Owner);

impl Drop for Owned {
    fn drop(&mut self) {
        OWNER.set(self.0);
    }
}
