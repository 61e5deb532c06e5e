//! The linked components of one VM.

use std::sync::Arc;

use super::component::{CALL, Call, LinkedComponent};
use super::live::{Failure, Live};
use super::state::Surroundings;
use super::stop::Stop;
use super::table::LinkTable;
use crate::data::{Data, Node};
use crate::function::HostError;

/// The linked components of one VM. Each has an instance of its own here, from its first call on.
pub(crate) struct Links {
    table: Arc<LinkTable>,
    live: Vec<Option<Live>>,
    around: Surroundings,
}

impl Links {
    pub(crate) fn new(table: &Arc<LinkTable>, around: Surroundings) -> Self {
        Links {
            live: table.components.iter().map(|_| None).collect(),
            table: table.clone(),
            around,
        }
    }

    /// Whether a host call is one of a linked component.
    pub(crate) fn is_call(name: &str) -> bool {
        name.starts_with(CALL)
    }

    /// What a VM is told that nothing is linked to.
    pub(crate) fn missing(name: &str) -> HostError {
        not_linked(name, &[])
    }

    /// Answers a host call.
    pub(crate) fn call(
        &mut self,
        name: &str,
        args: &mut Data,
        stop: Stop,
    ) -> Result<Data, HostError> {
        let table = self.table.clone();
        let mut components = table.components.iter().zip(&mut self.live);
        let found = components.find_map(|(component, live)| {
            let call = component.linked.calls.get(name)?;
            Some((component, live, *call))
        });
        match found {
            Some((component, live, Call::Function(index))) => {
                // It is put back if it can be used again: not after a trap, nor a panic.
                let mut instance = match live.take() {
                    Some(instance) => instance,
                    None => Live::new(component, &self.around, stop.clone())?,
                };
                let result = match instance.call(component, index, args, stop) {
                    Err(Failure::Lost(error)) => return Err(error),
                    Err(Failure::Thrown(error)) => Err(error),
                    Ok(result) => Ok(result),
                };
                *live = Some(instance);
                result
            }
            Some((_, live, Call::Drop)) => {
                if let (Some(instance), Some(number)) = (live.as_mut(), first_number(args))
                    && !instance.release(number, stop)
                {
                    *live = None;
                }
                Ok(Data::from_nodes(Vec::new()))
            }
            // It ends a restored VM's use of resources that are gone anyway.
            None if name.ends_with("#drop") => Ok(Data::from_nodes(Vec::new())),
            None => Err(not_linked(name, &table.components)),
        }
    }
}

fn first_number(args: &Data) -> Option<u64> {
    let first = args.root().elements()?.into_iter().next()??;
    match first.node() {
        Node::Number(number) => Some(*number as u64),
        _ => None,
    }
}

/// What a VM is told that was restored without what it was linked to.
fn not_linked(name: &str, components: &[LinkedComponent]) -> HostError {
    let rest = name.strip_prefix(CALL).unwrap_or(name);
    let (component, function) = rest.split_once('#').unwrap_or((rest, ""));
    let is_linked = components.iter().any(|linked| linked.name() == component);
    HostError::type_error(match is_linked {
        true => format!("the linked component `{component}` has no {function} any more"),
        false => format!("no component is linked to this VM as `{component}`: link it again"),
    })
}
