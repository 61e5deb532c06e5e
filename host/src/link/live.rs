//! An instance of a component that is linked to a VM, and its calls.

use std::sync::Arc;
use std::thread;

use wasmtime::component::{Func, Instance, Val};
use wasmtime::{Store, Trap, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use super::component::{Linked, LinkedComponent};
use super::exports::{Function, Kind};
use super::fast::{self, Fast, Returned};
use super::handles::Handles;
use super::lift::{Lifting, failed, view};
use super::lower::{Lowering, defined};
use super::shape::Shape;
use super::state::{LinkState, Surroundings};
use super::stop::{Stop, Stopped};
use super::straight;
use crate::data::{Data, Node, NodeRef};
use crate::function::HostError;

/// Native stack of a thread that a call has for itself.
const THREAD_STACK: usize = 8 << 20;

/// Bytes that one call may make us allocate for its result.
const RESULT: usize = 1 << 30;

/// An instance in a store of its own.
pub(crate) struct Live {
    linked: Arc<Linked>,
    store: Store<LinkState>,
    instance: Instance,
    functions: Vec<Option<Callable>>,
    handles: Handles,
}

/// A function of the instance.
struct Callable {
    func: Func,
    fast: Option<Fast>,
}

/// Why a call gave nothing.
pub(crate) enum Failure {
    /// The script gets an error. The instance is as it was, or as the component left it.
    Thrown(HostError),
    /// The instance cannot be used any more.
    Lost(HostError),
}

impl Live {
    /// An instance that no call was made to.
    pub(crate) fn new(
        component: &LinkedComponent,
        around: &Surroundings,
        stop: Stop,
    ) -> Result<Self, HostError> {
        let linked = &component.linked;
        let compiled = &linked.compiled;
        let mut state = LinkState::new(&component.rights, around)?;
        state.stop = stop;
        let mut store = Store::new(&compiled.runtime.engine, state);
        store.limiter(|state| state);
        store.set_hostcall_fuel(RESULT);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| match store.data().stop.is_due() {
            true => Err(Stopped.into()),
            false => Ok(UpdateDeadline::Continue(1)),
        });
        let made = {
            let _running = compiled.runtime.running();
            apart(compiled.may_wait, || compiled.pre.instantiate(&mut store))
        };
        let instance = made.map_err(|error| {
            let reason = reason(&error, store.data(), component);
            HostError::new(format!(
                "the component `{}` cannot start: {reason}",
                linked.name
            ))
        })?;
        Ok(Live {
            functions: linked.exports.functions.iter().map(|_| None).collect(),
            handles: Handles::new(linked),
            linked: linked.clone(),
            store,
            instance,
        })
    }

    /// Calls a function with an array of arguments.
    pub(crate) fn call(
        &mut self,
        component: &LinkedComponent,
        index: usize,
        args: &mut Data,
        stop: Stop,
    ) -> Result<Data, Failure> {
        let linked = self.linked.clone();
        let function = &linked.exports.functions[index];
        if let Some(what) = function.unsupported {
            return Err(Failure::Thrown(HostError::type_error(format!(
                "{} cannot be called: {} has no form in JavaScript",
                function.name, what.0
            ))));
        }
        self.find(index, function).map_err(Failure::Thrown)?;
        self.store.data_mut().stop = stop;
        self.store.set_epoch_deadline(1);
        if let Some(result) = self.call_fast(component, index, function, args) {
            return result;
        }
        let params = match straight::params(function, args, &self.handles) {
            Some(params) => params,
            None => self.params(function, args).map_err(Failure::Thrown)?,
        };
        let Some(callable) = &self.functions[index] else {
            return Ok(Data::from_nodes(Vec::new()));
        };
        let mut results = vec![Val::Bool(false); usize::from(function.result.is_some())];
        let compiled = &linked.compiled;
        let called = {
            let _running = compiled.runtime.running();
            apart(compiled.may_wait, || {
                callable.func.call(&mut self.store, &params, &mut results)
            })
        };
        if let Err(error) = called {
            return Err(self.lost(component, function, &error));
        }
        match (&function.result, results.pop()) {
            (Some(shape), Some(value)) => {
                let lifting = Lifting::new(&mut self.handles);
                lifting.outcome(shape, value).map_err(Failure::Thrown)
            }
            _ => Ok(Data::from_nodes(Vec::new())),
        }
    }

    /// Calls a function by its types, if there is a way for this one and these arguments.
    fn call_fast(
        &mut self,
        component: &LinkedComponent,
        index: usize,
        function: &Function,
        args: &mut Data,
    ) -> Option<Result<Data, Failure>> {
        let fast = self.functions[index].as_ref()?.fast.as_ref()?;
        let bulk = fast::bulk(function, args, &self.handles)?;
        let compiled = &self.linked.compiled;
        let called = {
            let _running = compiled.runtime.running();
            apart(compiled.may_wait, || fast(&mut self.store, bulk))
        };
        Some(match called {
            Ok(Returned::List(kind, bytes)) => Ok(view(kind, bytes)),
            Ok(Returned::Number(number)) => Ok(Data::from_nodes(vec![Node::Number(number)])),
            Ok(Returned::Resource(resource)) => {
                let id = function.result.as_ref().and_then(Shape::resource)?;
                let number = self.handles.insert(id, resource);
                Ok(Data::from_nodes(vec![Node::Number(number as f64)]))
            }
            Ok(Returned::Failed(message)) => {
                Err(Failure::Thrown(HostError::from_data(failed(&message))))
            }
            Err(error) => Err(self.lost(component, function, &error)),
        })
    }

    /// What the script is told when the instance is gone.
    fn lost(
        &self,
        component: &LinkedComponent,
        function: &Function,
        error: &wasmtime::Error,
    ) -> Failure {
        let reason = reason(error, self.store.data(), component);
        Failure::Lost(HostError::new(format!(
            "the component `{}` failed in {}: {reason}; its next call finds it as new",
            self.linked.name, function.name
        )))
    }

    /// Converts arguments. Resources that are handed over are the component's from here on.
    fn params(&mut self, function: &Function, args: &Data) -> Result<Vec<Val>, HostError> {
        let mut lowering = Lowering::new(&self.handles);
        let elements = args.root().elements().unwrap_or_default();
        let mut elements = elements.into_iter().map(defined);
        let mut params = Vec::with_capacity(function.params.len() + 1);
        if let Kind::Method(id) = function.kind {
            let receiver = lowering.receiver(id, elements.next().flatten());
            params.push(receiver.map_err(|error| HostError::type_error(format!("this: {error}")))?);
        }
        for (index, (name, shape)) in function.params.iter().enumerate() {
            let node: Option<NodeRef<'_>> = elements.next().flatten();
            let value = lowering.lower(shape, node).map_err(|error| {
                let number = index + 1;
                HostError::type_error(format!("argument {number} ({name}): {error}"))
            })?;
            params.push(value);
        }
        for number in lowering.given {
            self.handles.take(number);
        }
        Ok(params)
    }

    /// Looks a function up, once.
    fn find(&mut self, index: usize, function: &Function) -> Result<(), HostError> {
        if self.functions[index].is_none() {
            let func = self.instance.get_func(&mut self.store, function.index);
            let func = func.ok_or_else(|| {
                HostError::new(format!("the component has no function {}", function.export))
            })?;
            self.functions[index] = Some(Callable {
                func,
                fast: fast::fast(function, &func, &self.store),
            });
        }
        Ok(())
    }

    /// Drops a resource. One that is gone already is nothing to speak of. Returns whether the
    /// instance can still be used.
    pub(crate) fn release(&mut self, number: u64, stop: Stop) -> bool {
        let Some(resource) = self.handles.take(number) else {
            return true;
        };
        self.store.data_mut().stop = stop;
        self.store.set_epoch_deadline(1);
        let compiled = &self.linked.compiled;
        let _running = compiled.runtime.running();
        apart(compiled.may_wait, || {
            resource.resource_drop(&mut self.store)
        })
        .is_ok()
    }
}

/// Calls what may wait by way of tokio. Where a runtime of tokio runs already, that has to be done in
/// another thread.
fn apart<T: Send>(may_wait: bool, work: impl FnOnce() -> T + Send) -> T {
    if !may_wait || tokio::runtime::Handle::try_current().is_err() {
        return work();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .name("jsvm-link".into())
            .stack_size(THREAD_STACK)
            .spawn_scoped(scope, work);
        match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // What catches panics of host functions makes an error of it.
            Err(error) => panic!("no thread for a linked component: {error}"),
        }
    })
}

/// Why a component failed, for people.
fn reason(error: &wasmtime::Error, state: &LinkState, component: &LinkedComponent) -> String {
    if error.is::<Stopped>() {
        return Stopped.to_string();
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return format!("it ended itself with code {}", exit.0);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => "its stack overflowed".into(),
        // What runs out of memory gives up in one of these ways.
        Some(_) if state.memory_refused => format!(
            "it needed more than the {} MiB of memory that it may have",
            component.rights.memory >> 20
        ),
        Some(trap) => {
            let text = trap.to_string();
            format!("it trapped: {}", text.trim_start_matches("wasm trap: "))
        }
        None => format!("{error:#}"),
    }
}
