//! The VM of a session.

use std::sync::Arc;
use std::time::Instant;

use jsvm::{Error, Value, Vm};
use jsvm_node::Prompt;

use crate::error::SandboxError;
use crate::fault::file_name;
use crate::files::Inside;
use crate::gate::Gate;
use crate::sandbox::Sandbox;

/// The root of what a cell evaluates to, while it waits.
const CELL: &str = "jsvm:sandbox:cell";

/// A VM and what belongs to it.
pub(super) struct Live {
    pub(super) vm: Vm,
    pub(super) prompt: Prompt,
    pub(super) inside: Inside,
}

impl Live {
    pub(super) fn of(sandbox: &Sandbox, gate: &Arc<Gate>, vm: Vm) -> Result<Live, SandboxError> {
        let inside = Inside::find(&vm)?;
        let inside = inside.ok_or(SandboxError::Malformed("its VM is not that of a session"))?;
        inside.call("setTools", (sandbox.tools().names(),))?;
        *gate.interrupt.lock() = None;
        Ok(Live {
            prompt: Prompt::kept(&vm)?,
            vm,
            inside,
        })
    }

    /// Evaluates the code of a cell. What it throws rejects a promise.
    pub(super) fn begin(&self, code: &str, cell: u32, deadline: Instant) -> Result<Value, Error> {
        let code = self.prompt.read(code.trim_end()).with_variables();
        let name = file_name(cell);
        let source = code.source().file_name(&name);
        let value = match self.vm.with_deadline(deadline, || self.vm.eval(source)) {
            Err(Error::Exception(exception)) => {
                let deferred = self.vm.create_promise()?;
                deferred.reject.call((&exception.value,))?;
                deferred.promise
            }
            value => value?,
        };
        self.vm.roots().set(CELL, &value)?;
        Ok(value)
    }

    /// Returns what the cell evaluates to, once it has begun.
    pub(super) fn cell(&self) -> Result<Value, Error> {
        Ok(self.vm.roots().get(CELL)?.unwrap_or(Value::UNDEFINED))
    }

    /// Forgets what the cell evaluated to.
    pub(super) fn forget_cell(&self) -> Result<(), Error> {
        self.vm.roots().remove(CELL).map(drop)
    }
}
