//! The linked components of one VM.

use jsvm::extension::{ExtensionInstance, ExtensionVm, StopSignal};
use jsvm::{Data, HostError};

use super::component::{CALL, Call, LinkedComponent};
use super::concurrent::{ConcurrentInstance, EndCall, first_number};
use super::instance::{CallError, LiveInstance};
use super::runtime::Stopped;
use super::table::LinkTable;

/// The linked components of one VM. Each is instantiated at its first call.
pub(crate) struct VmLinks {
    table: LinkTable,
    live: Vec<Option<LiveInstance>>,
    /// Instances of components with asynchronous functions.
    concurrent: Vec<Option<ConcurrentInstance>>,
    vm: ExtensionVm,
}

impl VmLinks {
    pub(crate) fn new(table: &LinkTable, vm: ExtensionVm) -> Self {
        VmLinks {
            live: table.components.iter().map(|_| None).collect(),
            concurrent: table.components.iter().map(|_| None).collect(),
            table: table.clone(),
            vm,
        }
    }
}

impl ExtensionInstance for VmLinks {
    fn call(&mut self, name: &str, args: &mut Data, stop: StopSignal) -> Result<Data, HostError> {
        let components = self.table.components.iter().zip(&mut self.live);
        let found = { components }
            .enumerate()
            .find_map(|(index, (component, live))| {
                let call = component.linked.calls.get(name)?;
                Some((index, component, live, *call))
            });
        let found = match found {
            Some((index, component, _, call)) if component.linked.compiled.is_concurrent => {
                let live = &mut self.concurrent[index];
                return call_concurrent(component, live, &self.vm, call, args, stop);
            }
            found => found.map(|(_, component, live, call)| (component, live, call)),
        };
        match found {
            // A script can catch the error of a call that was stopped, and call again. Nothing is
            // begun then: it would run until the next check of the time.
            Some((component, _, Call::Function(_))) if stop.is_due() => {
                let name = component.name();
                Err(HostError::new(format!(
                    "the component `{name}` was not called: {Stopped}"
                )))
            }
            Some((component, live, Call::Function(index))) => {
                // The instance is put back only if it can be used again: not after a trap or a
                // panic.
                let mut instance = match live.take() {
                    Some(instance) => instance,
                    None => LiveInstance::new(component, &self.vm, stop.clone())?,
                };
                let result = match instance.call(component, index, args, stop) {
                    Err(CallError::Lost(error)) => return Err(error),
                    Err(CallError::Thrown(error)) => Err(error),
                    Ok(result) => Ok(result),
                };
                *live = Some(instance);
                result
            }
            // The code that drops a resource could run too long as well. Without the instance, the
            // resource is gone.
            Some((_, live, Call::Drop)) if stop.is_due() => {
                *live = None;
                Ok(Data::from_nodes(Vec::new()))
            }
            Some((_, live, Call::Drop)) => {
                if let (Some(instance), Some(number)) = (live.as_mut(), first_number(args))
                    && !instance.release(number, stop)
                {
                    *live = None;
                }
                Ok(Data::from_nodes(Vec::new()))
            }
            // Components without asynchronous functions have no streams.
            Some((_, _, Call::End(_))) => Ok(Data::from_nodes(Vec::new())),
            // A restored VM drops a resource that is gone already.
            None if name.ends_with("#drop") => Ok(Data::from_nodes(Vec::new())),
            None => Err(not_linked(name, &self.table.components)),
        }
    }
}

/// Answers a host call of a component with asynchronous functions.
fn call_concurrent(
    component: &LinkedComponent,
    live: &mut Option<ConcurrentInstance>,
    vm: &ExtensionVm,
    call: Call,
    args: &mut Data,
    stop: StopSignal,
) -> Result<Data, HostError> {
    if live.as_ref().is_some_and(ConcurrentInstance::is_lost) {
        *live = None;
    }
    let needs_instance = matches!(call, Call::Function(_) | Call::End(EndCall::Open));
    let instance = match live {
        Some(instance) => instance,
        None if !needs_instance => return Ok(Data::from_nodes(Vec::new())),
        None if stop.is_due() => {
            let name = component.name();
            return Err(HostError::new(format!(
                "the component `{name}` was not called: {Stopped}"
            )));
        }
        None => live.insert(ConcurrentInstance::new(component, vm, stop.clone())?),
    };
    match call {
        Call::Function(index) => instance.call(index, args, stop),
        Call::End(call) => instance.call_end(call, args),
        Call::Drop => {
            if let Some(number) = first_number(args) {
                instance.release(number);
            }
            Ok(Data::from_nodes(Vec::new()))
        }
    }
}

/// Creates the error of a VM that was restored without a component it calls.
fn not_linked(name: &str, components: &[LinkedComponent]) -> HostError {
    let rest = name.strip_prefix(CALL).unwrap_or(name);
    let (component, function) = rest.split_once('#').unwrap_or((rest, ""));
    let is_linked = components.iter().any(|linked| linked.name() == component);
    HostError::type_error(match is_linked {
        true => format!("the linked component `{component}` no longer has {function}"),
        false => format!("no component is linked to this VM as `{component}`. Link it again"),
    })
}
