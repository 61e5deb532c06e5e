//! The interface `host` that the component imports.
//!
//! It is added by hand: scripts call it often, and bindings would copy each string and list before
//! anything reads it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jsvm_data::{ArgumentReader, Captured};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker, WasmStr};

use crate::argument::{self, LentArgument};
use crate::bindings::wit::{Argument, InterruptReason};
use crate::context::Context;
use crate::function::HostError;
use crate::instance::InMemory;
use crate::module_compiler::VmMemory;

/// `host.interrupt-point`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "they are made of what the VM passes")]
pub(crate) enum InterruptPoint {
    #[component(name = "bytecode")]
    Bytecode,
    #[component(name = "builtin")]
    Builtin,
}

/// Adds the interface to a linker.
pub(crate) fn add_to_linker(linker: &mut Linker<Context>) -> wasmtime::Result<()> {
    let mut host = linker.instance("jsvm:engine/host@0.2.0")?;
    host.func_wrap("host-call", |store, (name, args)| {
        Ok((host_call(store, name, args)?,))
    })?;
    host.func_wrap("should-interrupt", |mut store, (point,)| {
        let reason = store.data_mut().watch.poll(point);
        Ok((reason.map(InterruptReason::from),))
    })
}

fn host_call(
    mut store: StoreContextMut<'_, Context>,
    name: InMemory<WasmStr>,
    args: Vec<LentArgument>,
) -> wasmtime::Result<Result<Argument, Argument>> {
    let InMemory { value, memory } = name;
    let name = value.to_str(&store)?;
    if name == jsvm_protocol::webassembly::CALL
        && store.data().has_module_compiler()
        && let [LentArgument::Bytes(message)] = &*args
    {
        drop(name);
        let memory = VmMemory::new(memory);
        let reply = store.data_mut().call_modules(memory, message);
        // Nothing after a panic: the VM interprets.
        return Ok(Ok(reply.map_or(Argument::Undefined, Argument::Bytes)));
    }
    let args = argument::passed(args, &store)?;
    let context = store.data();
    if !context.is_of_extension(&name) {
        let mut args = ArgumentReader::of_list(args);
        let call = || context.functions.call(&name, &mut args, &context.pending);
        return Ok(context.answer(&name, call));
    }
    let name = name.into_owned();
    let args = argument::array_of(args);
    let context = store.data_mut();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let result = context.call_extension(&name, &mut args?)?;
        Ok(Captured::Data(result))
    }));
    Ok(context.answer(&name, || match outcome {
        Ok(result) => result,
        Err(panic) => Err(HostError::panicked(&culprit(&name), &*panic)),
    }))
}

fn culprit(name: &str) -> String {
    format!("host function `{name}`")
}

/// Answers of host functions.
impl Context {
    /// Makes the answer to a host call.
    #[expect(
        clippy::result_large_err,
        reason = "the bindings pass a thrown value in this form"
    )]
    fn answer(
        &self,
        name: &str,
        call: impl FnOnce() -> Result<Captured, HostError>,
    ) -> Result<Argument, Argument> {
        self.catching(
            || culprit(name),
            || {
                let value = call()?;
                if !argument::belongs_to(&value, &self.releases) {
                    let message = format!("host function `{name}` returned a token of another VM");
                    return Err(HostError::type_error(message));
                }
                argument::of(value).map_err(|error| {
                    let message = format!("host function `{name}` returned no data: {error}");
                    HostError::type_error(message)
                })
            },
        )
    }
}
