//! The instance of a linked component in a VM, and its calls.

use std::sync::Arc;
use std::thread;

use jsvm::extension::{ExtensionVm, StopSignal};
use wasmtime::component::{Func, Instance, Val};
use wasmtime::{Store, Trap, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use super::component::{Linked, LinkedComponent};
use super::exports::{Function, FunctionKind};
use super::handles::Handles;
use super::lift::{Lifting, failed, view};
use super::lower::{ArgumentLowering, defined};
use super::lower_bytes;
use super::room::Room;
use super::runtime::Stopped;
use super::shape::Shape;
use super::state::LinkState;
use super::typed_call::{self, TypedCall, TypedResult};
use jsvm::Data;
use jsvm::HostError;
use jsvm::data::{Node, NodeRef};

/// The native stack of a thread that runs one call.
pub(super) const THREAD_STACK: usize = 8 << 20;

/// The bytes that a result may always take. Calls of WASI have the same limit.
const MIN_RESULT: u64 = 1 << 20;

/// The instance of a linked component, in a store of its own.
pub(crate) struct LiveInstance {
    linked: Arc<Linked>,
    store: Store<LinkState>,
    instance: Instance,
    functions: Vec<Option<Callable>>,
    handles: Handles,
    /// The memory of the host that the values of one call may take, in bytes.
    max_values: u64,
}

/// The store of an instance that is not created yet.
pub(crate) struct LiveStore {
    pub(crate) store: Store<LinkState>,
    /// The memory of the host that the values of one call may take, in bytes.
    pub(crate) max_values: u64,
}

impl LiveStore {
    /// Creates a store, whose code stops when `must_stop` returns true.
    pub(crate) fn new(
        component: &LinkedComponent,
        vm: &ExtensionVm,
        must_stop: impl Fn(&LinkState) -> bool + Send + Sync + 'static,
    ) -> Result<Self, HostError> {
        let linked = &component.linked;
        let compiled = &linked.compiled;
        let state = LinkState::new(&component.rights, vm, compiled.instance_bytes)?;
        if state.usage.is_refused() {
            let reason = too_large(component);
            return Err(HostError::new(cannot_start(component, &reason)));
        }
        let mut store = Store::new(&compiled.runtime.engine, state);
        store.limiter(|state| &mut state.usage);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |store| match must_stop(store.data()) {
            true => Err(Stopped.into()),
            false => Ok(UpdateDeadline::Continue(1)),
        });
        let max_values = component.rights.values.unwrap_or(vm.limits.memory);
        let functions = linked.exports.functions.iter();
        let most = functions.map(|function| function.underestimation).max();
        store.set_hostcall_fuel(fuel(max_values, most.unwrap_or(1)));
        Ok(LiveStore { store, max_values })
    }
}

/// Returns the fuel of a result that takes that many times more memory than wasmtime counts.
fn fuel(max_values: u64, underestimation: u64) -> usize {
    let fuel = (max_values / underestimation).max(MIN_RESULT);
    usize::try_from(fuel).unwrap_or(usize::MAX)
}

/// A function of the instance.
struct Callable {
    func: Func,
    typed: Option<TypedCall>,
}

/// The error of a call.
pub(crate) enum CallError {
    /// The call throws, and the instance can be used again.
    Thrown(HostError),
    /// The call throws, and the instance is lost.
    Lost(HostError),
}

impl LiveInstance {
    /// Creates an instance.
    pub(crate) fn new(
        component: &LinkedComponent,
        vm: &ExtensionVm,
        stop: StopSignal,
    ) -> Result<Self, HostError> {
        let linked = &component.linked;
        let compiled = &linked.compiled;
        let LiveStore {
            mut store,
            max_values,
        } = LiveStore::new(component, vm, |state| state.stop.is_due())?;
        store.data_mut().stop = stop;
        let made = {
            let _running = compiled.runtime.running();
            spawn_on_own_thread(compiled.may_wait, || compiled.pre.instantiate(&mut store))
        };
        let instance = made.map_err(|error| {
            let reason = reason(&error, store.data(), component);
            HostError::new(cannot_start(component, &reason))
        })?;
        Ok(LiveInstance {
            functions: linked.exports.functions.iter().map(|_| None).collect(),
            handles: Handles::new(linked),
            linked: linked.clone(),
            store,
            instance,
            max_values,
        })
    }

    /// Calls a function with an array of arguments.
    pub(crate) fn call(
        &mut self,
        component: &LinkedComponent,
        index: usize,
        args: &mut Data,
        stop: StopSignal,
    ) -> Result<Data, CallError> {
        let linked = self.linked.clone();
        let function = &linked.exports.functions[index];
        if let Some(what) = function.unsupported {
            return Err(CallError::Thrown(what.error(&function.name)));
        }
        self.find(index, function).map_err(CallError::Thrown)?;
        self.store.data_mut().stop = stop;
        self.store.set_epoch_deadline(1);
        let fuel = fuel(self.max_values, function.underestimation);
        self.store.set_hostcall_fuel(fuel);
        if let Some(result) = self.call_typed(component, index, function, args) {
            return result;
        }
        let params = arguments(&mut self.handles, function, args, self.max_values);
        let params = params.map_err(CallError::Thrown)?;
        let Some(callable) = &self.functions[index] else {
            return Ok(Data::from_nodes(Vec::new()));
        };
        let mut results = vec![Val::Bool(false); usize::from(function.result.is_some())];
        let compiled = &linked.compiled;
        let called = {
            let _running = compiled.runtime.running();
            spawn_on_own_thread(compiled.may_wait, || {
                callable.func.call(&mut self.store, &params, &mut results)
            })
        };
        if let Err(error) = called {
            return Err(self.lost(component, function, &error));
        }
        match (&function.result, results.pop()) {
            (Some(shape), Some(value)) => {
                let lifting = Lifting::new(&mut self.handles);
                lifting.outcome(shape, value).map_err(CallError::Thrown)
            }
            _ => Ok(Data::from_nodes(Vec::new())),
        }
    }

    /// Calls a function by its static types, if the function and the arguments allow it.
    fn call_typed(
        &mut self,
        component: &LinkedComponent,
        index: usize,
        function: &Function,
        args: &mut Data,
    ) -> Option<Result<Data, CallError>> {
        let typed = self.functions[index].as_ref()?.typed.as_ref()?;
        let typed_args = typed_call::args(function, args, &self.handles)?;
        let mut room = Room::new(self.max_values);
        if room.take(typed_args.bytes.len() as u64, 1).is_none() {
            return Some(Err(CallError::Thrown(too_much(&room))));
        }
        let compiled = &self.linked.compiled;
        let called = {
            let _running = compiled.runtime.running();
            spawn_on_own_thread(compiled.may_wait, || typed(&mut self.store, typed_args))
        };
        Some(match called {
            Ok(TypedResult::List(kind, bytes)) => Ok(view(kind, bytes)),
            Ok(TypedResult::Number(number)) => Ok(Data::from_nodes(vec![Node::Number(number)])),
            Ok(TypedResult::Resource(resource)) => {
                let id = function.result.as_ref().and_then(Shape::resource)?;
                let number = self.handles.insert(id, resource);
                Ok(Data::from_nodes(vec![Node::Number(number as f64)]))
            }
            Ok(TypedResult::Failed(message)) => {
                Err(CallError::Thrown(HostError::from_data(failed(&message))))
            }
            Err(error) => Err(self.lost(component, function, &error)),
        })
    }

    /// Describes the error of a lost instance.
    fn lost(
        &self,
        component: &LinkedComponent,
        function: &Function,
        error: &wasmtime::Error,
    ) -> CallError {
        let reason = reason(error, self.store.data(), component);
        CallError::Lost(HostError::new(format!(
            "the component `{}` failed in {}: {reason}. The next call gets a new instance",
            self.linked.name, function.name
        )))
    }

    /// Looks up a function, once.
    fn find(&mut self, index: usize, function: &Function) -> Result<(), HostError> {
        if self.functions[index].is_none() {
            let func = self.instance.get_func(&mut self.store, function.index);
            let func = func.ok_or_else(|| {
                HostError::new(format!("the component has no function {}", function.export))
            })?;
            self.functions[index] = Some(Callable {
                func,
                typed: typed_call::typed_call(function, &func, &self.store),
            });
        }
        Ok(())
    }

    /// Drops a resource, unless it is gone already. Returns whether the instance can still be used.
    pub(crate) fn release(&mut self, number: u64, stop: StopSignal) -> bool {
        let Some(resource) = self.handles.take(number) else {
            return true;
        };
        self.store.data_mut().stop = stop;
        self.store.set_epoch_deadline(1);
        let compiled = &self.linked.compiled;
        let _running = compiled.runtime.running();
        spawn_on_own_thread(compiled.may_wait, || {
            resource.resource_drop(&mut self.store)
        })
        .is_ok()
    }
}

/// Converts arguments. Resources, streams and futures that are passed on belong to the component from
/// here on.
pub(crate) fn arguments(
    handles: &mut Handles,
    function: &Function,
    args: &Data,
    max_values: u64,
) -> Result<Vec<Val>, HostError> {
    let mut room = Room::new(max_values);
    match lower_bytes::params(function, args, handles, &mut room) {
        Some(params) => return Ok(params),
        None if room.is_exceeded() => return Err(too_much(&room)),
        None => {}
    }
    let mut room = Room::new(max_values);
    if args
        .form()
        .is_ok_and(|form| room.take_nodes(form).is_none())
    {
        return Err(too_much(&room));
    }
    let mut lowering = ArgumentLowering::new(handles, &mut room);
    let args = args.root()?;
    let elements = args.elements().unwrap_or_default();
    let mut elements = elements.into_iter().map(defined);
    let mut params = Vec::with_capacity(function.params.len() + 1);
    if let FunctionKind::Method(id) = function.kind {
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
    let ArgumentLowering {
        given, given_ends, ..
    } = lowering;
    for number in given {
        handles.take(number);
    }
    for number in given_ends {
        handles.ends.pass(number);
    }
    Ok(params)
}

/// Runs a call that may wait by means of tokio. Inside a tokio runtime that is possible only on
/// another thread.
fn spawn_on_own_thread<T: Send>(may_wait: bool, work: impl FnOnce() -> T + Send) -> T {
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
            // Panics of host functions become errors of the call.
            Err(error) => panic!("no thread for a linked component: {error}"),
        }
    })
}

/// The error of arguments for which there is no room.
fn too_much(room: &Room) -> HostError {
    HostError::type_error(room.error().to_string())
}

/// Describes the failure of a component.
pub(crate) fn reason(
    error: &wasmtime::Error,
    state: &LinkState,
    component: &LinkedComponent,
) -> String {
    if error.is::<Stopped>() {
        return Stopped.to_string();
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return format!("it exited with code {}", exit.0);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => "its stack overflowed".into(),
        // A component that runs out of memory traps in one way or another.
        Some(_) if state.usage.is_refused() => too_large(component),
        Some(trap) => {
            let text = trap.to_string();
            format!("it trapped: {}", text.trim_start_matches("wasm trap: "))
        }
        None if state.usage.is_refused() => too_large(component),
        None => format!("{error:#}"),
    }
}

fn too_large(component: &LinkedComponent) -> String {
    let limit = component.rights.memory >> 20;
    format!("it exceeded its memory limit of {limit} MiB")
}

pub(crate) fn cannot_start(component: &LinkedComponent, reason: &str) -> String {
    let name = &component.linked.name;
    format!("the component `{name}` cannot start: {reason}")
}
