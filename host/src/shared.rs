//! One instance of the component, and the way into it.

use std::cell::RefCell;
use std::sync::Arc;

use parking_lot::ReentrantMutex;
use wasmtime::component::TypedFunc;
use wasmtime::{Store, Trap};

use crate::bindings::JsVm;
use crate::bindings::exports::jsvm::engine::vm as wit;
use crate::context::Context;
use crate::data::Data;
use crate::engine::Exports;
use crate::error::{Error, Gone, Limit};
use crate::limits::InterruptHandle;
use crate::release::Releases;
use crate::snapshot::Memory;
use crate::stack::on_large_stack;
use crate::value::Value;

/// What a VM and its handles share.
pub(crate) struct Shared {
    /// Re-entrant, so that a host function that calls its own VM is told so instead of waiting
    /// for itself.
    instance: ReentrantMutex<RefCell<Instance>>,
    pub(crate) releases: Arc<Releases>,
    pub(crate) interrupt: InterruptHandle,
}

struct Instance {
    store: Store<Context>,
    exports: Exports,
    gone: Option<Gone>,
}

/// The interface of an instance during a call.
pub(crate) struct Entered<'a> {
    pub(crate) store: &'a mut Store<Context>,
    pub(crate) vm: &'a wit::Guest,
    pub(crate) bindings: &'a JsVm,
    pub(crate) memory: &'a TypedFunc<(), Memory>,
}

impl Shared {
    pub(crate) fn new(store: Store<Context>, exports: Exports) -> Arc<Self> {
        let releases = store.data().releases.clone();
        let interrupt = store.data().watch.interrupt.clone();
        let instance = Instance {
            store,
            exports,
            gone: None,
        };
        Arc::new(Shared {
            instance: ReentrantMutex::new(RefCell::new(instance)),
            releases,
            interrupt,
        })
    }

    /// Calls into the instance.
    pub(crate) fn enter<T>(
        &self,
        call: impl FnOnce(Entered<'_>) -> wasmtime::Result<T>,
    ) -> Result<T, Error> {
        let instance = self.instance.lock();
        let mut instance = instance.try_borrow_mut().map_err(|_| Error::Busy)?;
        if let Some(gone) = &instance.gone {
            return Err(Error::Gone(gone.clone()));
        }
        if self.interrupt.is_set() {
            self.interrupt.clear();
            return Err(Error::Limit(Limit::Time));
        }
        let Instance {
            store,
            exports,
            gone,
        } = &mut *instance;
        let Exports { bindings, memory } = exports;
        store.data_mut().watch.begin();
        let vm = bindings.jsvm_engine_vm();
        let releases = self.releases.take();
        let result = on_large_stack(|| {
            for handle in releases.iter().flat_map(|queue| &queue.handles) {
                handle.resource_drop(&mut *store)?;
            }
            for token in releases.iter().flat_map(|queue| &queue.tokens) {
                vm.call_release(&mut *store, *token)?;
            }
            call(Entered {
                store: &mut *store,
                vm,
                bindings,
                memory,
            })
        })?;
        result.map_err(|trap| {
            let cause = cause(&trap, store.data());
            *gone = Some(cause.clone());
            Error::Gone(cause)
        })
    }

    /// Calls a function of the interface that can fail.
    pub(crate) fn try_enter<T>(
        self: &Arc<Self>,
        call: impl FnOnce(Entered<'_>) -> wasmtime::Result<Result<T, wit::Error>>,
    ) -> Result<T, Error> {
        self.enter(call)?.map_err(|error| {
            if matches!(error, wit::Error::Interrupted) {
                self.interrupt.clear();
            }
            Error::from_wit(error, |output| self.wrap(output))
        })
    }

    /// A value that came out.
    pub(crate) fn wrap(self: &Arc<Self>, output: wit::Output) -> Value {
        Value::from_output(self, output)
    }

    /// Data that came out.
    pub(crate) fn data(&self, nodes: Vec<crate::data::Node>) -> Data {
        Data::from_vm(nodes, &self.releases)
    }
}

/// Why the instance trapped.
fn cause(trap: &wasmtime::Error, context: &Context) -> Gone {
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
