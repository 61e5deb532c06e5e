//! One instance of the component, and the way into it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Instant;

use jsvm_snapshot::EngineId;
use jsvm_snapshot::host::Requests;
use parking_lot::ReentrantMutex;
use wasmtime::{Store, Trap};

use crate::async_function::AsyncFunctions;
use crate::bindings::{Interfaces, wit};
use crate::context::Context;
use crate::data::Data;
use crate::error::{Error, Gone, Interrupt};
use crate::instance::{Exports, Idle, Instance, Overlay};
use crate::interrupt::{Deadline, InterruptHandle};
use crate::release::Releases;
use crate::stack::on_large_stack;
use crate::value::Value;
use crate::watch::Interrupted;

/// What a VM and its handles share.
pub(crate) struct Shared {
    /// Re-entrant, so that a host function that calls its own VM is told so instead of waiting
    /// for itself.
    state: ReentrantMutex<RefCell<State>>,
    /// Where the instance goes in the end.
    idle: Arc<Idle>,
    /// The engine that the VM is of.
    pub(crate) engine: EngineId,
    pub(crate) releases: Arc<Releases>,
    pub(crate) interrupt: InterruptHandle,
    pub(crate) deadline: Deadline,
    #[cfg_attr(
        not(feature = "event-loop"),
        expect(dead_code, reason = "event loops start them")
    )]
    pub(crate) async_functions: Arc<AsyncFunctions>,
}

/// An instance is there until it traps, and is taken away with the last reference to the VM.
enum State {
    Live(Box<Instance>),
    Gone(Gone),
}

/// The interface of an instance during a call.
pub(crate) struct Entered<'a> {
    pub(crate) store: &'a mut Store<Context>,
    pub(crate) vm: Interfaces<'a>,
    pub(crate) exports: &'a Exports,
    pub(crate) overlay: &'a mut Option<Overlay>,
    /// What the memory was when the instance was last restored, if that is kept.
    pub(crate) restored: &'a mut Option<Arc<[u8]>>,
    /// The versions of requests that JavaScript in it may make.
    pub(crate) requests: &'a mut Requests,
}

impl Shared {
    pub(crate) fn new(
        instance: Box<Instance>,
        idle: &Arc<Idle>,
        async_functions: &Arc<AsyncFunctions>,
    ) -> Arc<Self> {
        let context = instance.store.data();
        Arc::new(Shared {
            engine: instance.exports.base.engine(),
            releases: context.releases.clone(),
            interrupt: context.watch.interrupt.clone(),
            deadline: context.watch.deadline.clone(),
            async_functions: async_functions.clone(),
            idle: idle.clone(),
            state: ReentrantMutex::new(RefCell::new(State::Live(instance))),
        })
    }

    /// Calls into the instance.
    pub(crate) fn enter<T>(
        &self,
        call: impl FnOnce(Entered<'_>) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        Ok(self.enter_noting(call)?.0)
    }

    /// Calls into the instance, and tells who interrupted the call, if anybody did.
    pub(crate) fn enter_noting<T>(
        &self,
        call: impl FnOnce(Entered<'_>) -> wasmtime::Result<T>,
    ) -> Result<(T, Interrupted), Error> {
        let state = self.state.lock();
        let mut state = state.try_borrow_mut().map_err(|_| Error::Busy)?;
        let mut guard = GoneOnPanic {
            state: &mut state,
            is_armed: false,
        };
        let Instance {
            overlay,
            restored,
            requests,
            store,
            exports,
            ..
        } = match &mut *guard.state {
            State::Live(instance) => &mut **instance,
            State::Gone(gone) => return Err(Error::Gone(gone.clone())),
        };
        if self.interrupt.is_set() {
            self.interrupt.clear();
            return Err(Error::Interrupted(Interrupt::Handle));
        }
        store.data_mut().begin_call();
        let vm = Interfaces(&exports.bindings);
        let releases = self.releases.take();
        guard.is_armed = true;
        let result = on_large_stack(|| {
            for handle in releases.iter().flat_map(|queue| &queue.handles) {
                handle.resource_drop(&mut *store)?;
            }
            for token in releases.iter().flat_map(|queue| &queue.tokens) {
                vm.roots().call_release(&mut *store, *token)?;
            }
            call(Entered {
                store: &mut *store,
                vm,
                exports,
                overlay,
                restored,
                requests,
            })
        })
        .map_err(|error| Error::NativeStack(Arc::new(error)));
        guard.is_armed = false;
        let interrupted = store.data_mut().watch.end();
        match result? {
            Ok(result) => Ok((result, interrupted)),
            Err(trap) => {
                let cause = cause(&trap, store.data_mut());
                *guard.state = State::Gone(cause.clone());
                Err(Error::Gone(cause))
            }
        }
    }

    /// Calls a function of the interface that can fail.
    pub(crate) fn try_enter<T>(
        self: &Arc<Self>,
        call: impl FnOnce(Entered<'_>) -> wasmtime::Result<Result<T, wit::Error>>,
    ) -> Result<T, Error> {
        let (result, interrupted) = self.enter_noting(call)?;
        let result = interrupted.explain(result);
        result.map_err(|error| self.error(error, interrupted))
    }

    /// An error that came out of a call, which was interrupted by somebody or nobody.
    pub(crate) fn error(self: &Arc<Self>, error: wit::Error, interrupted: Interrupted) -> Error {
        if matches!(error, wit::Error::Interrupted(_)) {
            self.interrupt.clear();
            // Host functions that waited for a call that was stopped are not called again.
            let _ = self.enter(|e| {
                e.store.data().pending.drop_from(0);
                Ok(())
            });
        }
        Error::from_wit(error, interrupted.by, |output| self.wrap(output))
    }

    /// Interrupts the calls that `calls` makes at a moment.
    pub(crate) fn with_deadline<T>(&self, deadline: Instant, calls: impl FnOnce() -> T) -> T {
        // The deadline is that of this thread's calls: others must not be running, nor begin.
        let _lock = self.state.lock();
        let _previous = self.deadline.replace(deadline);
        calls()
    }

    /// A value that came out.
    pub(crate) fn wrap(self: &Arc<Self>, output: wit::Output) -> Value {
        Value::from_output(self, output)
    }

    /// A string from its code units.
    pub(crate) fn text(self: &Arc<Self>, units: &wit::Units) -> Result<Value, Error> {
        let handle = self.try_enter(|e| e.vm.values().call_create_text(e.store, units))?;
        Ok(Value::from_handle(self, handle))
    }

    /// Data that goes in must not hold tokens of another VM.
    pub(crate) fn check_data(&self, data: &Data) -> Result<(), Error> {
        if data.belongs_to(&self.releases) {
            Ok(())
        } else {
            Err(Error::ForeignValue)
        }
    }

    /// Data that came out.
    pub(crate) fn data(&self, form: wit::Data) -> Data {
        Data::from_vm(form.into(), &self.releases)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let gone = State::Gone(Gone::Trap(String::new()));
        if let State::Live(instance) = std::mem::replace(self.state.get_mut().get_mut(), gone) {
            self.idle.keep(instance, &self.releases);
        }
    }
}

/// Makes the VM gone if a panic unwinds through a call, which leaves it in the middle of things.
struct GoneOnPanic<'a> {
    state: &'a mut State,
    is_armed: bool,
}

impl Drop for GoneOnPanic<'_> {
    fn drop(&mut self) {
        if self.is_armed {
            let message = "see the message of the panic".to_owned();
            *self.state = State::Gone(Gone::Panic(message));
        }
    }
}

/// Why the instance trapped.
fn cause(trap: &wasmtime::Error, context: &mut Context) -> Gone {
    if let Some(panic) = context.panic.take() {
        return Gone::Panic(panic);
    }
    if context.watch.stopped_builtin {
        return Gone::Time;
    }
    match trap.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => Gone::Stack,
        Some(Trap::UnreachableCodeReached) if context.memory_refused => Gone::Memory,
        Some(trap) => Gone::Trap(trap.to_string()),
        None => Gone::Trap(format!("{trap:#}")),
    }
}
