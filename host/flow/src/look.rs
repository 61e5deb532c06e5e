//! Looking into a flow at rest: queries, and where it waits.

use jsvm::{Error, InspectOptions, ValueKind, Variable, VariableOrigin};

use crate::effects::Outgoing;
use crate::error::FlowError;
use crate::flows::Flows;
use crate::model::FlowId;
use crate::recover::Recovered;
use crate::store::Store;
use crate::turn::Whose;
use crate::vm::FlowVm;

/// Functions that are listed at most.
const MAX_FRAMES: usize = 100;

/// The file of the module inside of `jsvm:flow`, whose functions are not the program's.
const INTERNAL: &str = "jsvm:flow/internal";

/// Characters of a value that are shown at most.
const MAX_VALUE: usize = 1_000;

/// Where a flow waits, from [`Flows::inspect`].
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FlowInside {
    /// The functions of the program that wait.
    pub frames: Vec<FlowFrame>,
    /// The requests without an outcome: their numbers in the run, and for people `POST https://example.com/pay`.
    pub requests: Vec<(u64, String)>,
}

/// A function that waits.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct FlowFrame {
    /// Its name; empty if it has none.
    pub function: String,
    /// Where it waits: file, line and column. Source maps are applied.
    pub place: String,
    /// Its variables, with their values as the console shows them, up to 1,000 characters of each.
    pub variables: Vec<(String, String)>,
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_VALUE) {
        text.truncate(end);
        text.push_str(" …");
    }
    text
}

impl<S: Store> Flows<S> {
    /// Makes the VM of a flow, which then runs no further.
    fn thaw(&mut self, id: &FlowId) -> Result<FlowVm, FlowError> {
        let stored = self.stored(id)?;
        let status = stored.row.state.status;
        if status.is_ended() {
            let id = id.to_string();
            return Err(FlowError::NoState { id, status });
        }
        let now = self.time.now();
        let Recovered {
            vm, row, unknown, ..
        } = self.recover(stored)?;
        if let Some(unknown) = unknown {
            let whose = Whose { id, run: row.run };
            vm.run(&whose, &unknown.turn, Some(self.turn_time))?;
        }
        vm.set_time_limit(Some(self.turn_time))?;
        vm.clock.set(now, row.state.monotonic);
        Ok(vm)
    }

    /// Returns where a flow waits. The flow stays as it is.
    ///
    /// # Errors
    /// [`FlowError::NoFlow`]; [`FlowError::NoState`] if the flow has no state any more; those of recovery.
    pub fn inspect(&mut self, id: &FlowId) -> Result<FlowInside, FlowError> {
        let flow = self.thaw(id)?;
        Self::look_inside(&flow)
    }

    pub(crate) fn look_inside(flow: &FlowVm) -> Result<FlowInside, FlowError> {
        let mut inside = FlowInside::default();
        for frame in flow.vm.suspended_frames(MAX_FRAMES)?.frames {
            if frame.location.file.starts_with(INTERNAL) {
                continue;
            }
            let location = &frame.location;
            // Imports are variables of the module.
            let is_own = |variable: &&Variable| {
                let value = variable.value.as_ref();
                variable.origin != VariableOrigin::Captured
                    || !value.is_some_and(|value| {
                        value.kind().is_ok_and(|kind| kind == ValueKind::Function)
                    })
            };
            let variables = frame.variables.iter().filter(is_own).map(|variable| {
                let value = variable.value.as_ref();
                let text = value.map(|value| value.inspect(InspectOptions::default()));
                let text = text
                    .transpose()?
                    .unwrap_or_else(|| "<uninitialized>".to_owned());
                Ok::<_, Error>((variable.name.clone(), shortened(text)))
            });
            inside.frames.push(FlowFrame {
                function: frame.function_name.clone(),
                place: format!("{}:{}:{}", location.file, location.line, location.column),
                variables: variables.collect::<Result<_, _>>()?,
            });
        }
        for request in flow.vm.unsettled_requests()? {
            let request = Outgoing::new(request);
            inside.requests.push((request.id, request.title()));
        }
        Ok(inside)
    }

    /// Asks a flow a question, with arguments as a JSON array. Returns the answer as JSON. The flow stays
    /// as it is.
    ///
    /// # Errors
    /// [`FlowError::NoQuery`]; [`FlowError::NoState`] if the flow has no state any more;
    /// [`FlowError::NotJson`]; those of recovery; [`FlowError::Vm`] if the query throws.
    pub fn query(&mut self, id: &FlowId, name: &str, args: &str) -> Result<String, FlowError> {
        let parsed = serde_json::from_str::<Vec<serde::de::IgnoredAny>>(args);
        parsed.map_err(|error| FlowError::NotJson {
            what: "list of arguments",
            reason: error.to_string(),
        })?;
        let vm = self.thaw(id)?;
        if !vm.call("hasQuery", (name,))?.to::<bool>()? {
            let known: String = vm.call("query", (name, args))?.to()?;
            let known: Vec<String> = serde_json::from_str(&known).unwrap_or_default();
            let known = match known.is_empty() {
                true => "none".to_owned(),
                false => known.join(", "),
            };
            return Err(FlowError::NoQuery {
                id: id.to_string(),
                name: name.to_owned(),
                known,
            });
        }
        let promise = vm.call("query", (name, args))?;
        while vm.vm.run_jobs_up_to(u32::MAX)?.pending {}
        if promise.is_pending()? {
            return Err(Error::Unsettled.into());
        }
        Ok(promise.promise_value()?.to()?)
    }
}
