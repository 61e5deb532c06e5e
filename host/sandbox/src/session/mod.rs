//! Sessions.

mod advance;
mod live;

use std::collections::HashMap;
use std::sync::Arc;

use jsvm::{Error, Snapshot, Vm, VmBuilder};

use self::live::Live;
use crate::bytes::{SavedSession, SessionRecord};
use crate::error::SandboxError;
use crate::files::{Files, Inside};
use crate::gate::{Decision, Gate};
use crate::outcome::{Outcome, PendingCall};
use crate::sandbox::Sandbox;
use crate::schema::sentence;
use crate::stop::StopHandle;

/// A place where cells of code run one after the other, from [`Sandbox::session`].
///
/// A cell can declare again what an earlier one declared, in JavaScript or TypeScript. The value of
/// its last statement is its result, and a promise is awaited. A cell ends when that value is there
/// and all calls of tools have ended. Timers that are still set go on during the next cell.
///
/// A cell that throws leaves what it did. A cell that is stopped, by a limit or by the embedder,
/// leaves no trace in the session: its variables and files are as they were before. What its calls
/// of tools did remains, of course; [`Outcome::calls`] names them.
///
/// The VM runs on the thread that polls the futures of this type. Spawn sessions of untrusted code
/// where that thread may be busy for seconds.
pub struct Session {
    sandbox: Sandbox,
    gate: Arc<Gate>,
    /// Nothing if the VM was lost, and there was no memory for another.
    live: Option<Live>,
    phase: Phase,
    cells: u32,
    /// The code of the cell that runs or waits.
    code: String,
}

/// What a session does. Each but the first has the state before the cell.
enum Phase {
    Idle,
    /// A cell runs, or its future was dropped.
    Runs(Snapshot),
    Waits(Snapshot),
}

impl Session {
    pub(crate) fn new(sandbox: Sandbox) -> Result<Session, SandboxError> {
        let gate = gate(&sandbox);
        gate.set_session(new_id()?);
        let vm = sandbox.vm_builder(&gate).build()?;
        Inside::install(&vm)?;
        let live = Live::of(&sandbox, &gate, vm)?;
        Ok(Session {
            sandbox,
            gate,
            live: Some(live),
            phase: Phase::Idle,
            cells: 0,
            code: String::new(),
        })
    }

    pub(crate) fn from_saved(
        sandbox: Sandbox,
        saved: SavedSession,
    ) -> Result<Session, SandboxError> {
        Self::continued(sandbox, saved, VmBuilder::resume, None)
    }

    fn continued(
        sandbox: Sandbox,
        saved: SavedSession,
        make: impl FnOnce(&VmBuilder, &Snapshot) -> Result<Vm, Error>,
        new_id: Option<String>,
    ) -> Result<Session, SandboxError> {
        let SavedSession { start, now } = saved;
        let gate = gate(&sandbox);
        let vm = make(&sandbox.vm_builder(&gate), &now)?;
        let live = Live::of(&sandbox, &gate, vm)?;
        let record = live.inside.record()?;
        let record = record.ok_or(SandboxError::Malformed(
            "its VM does not describe a session",
        ))?;
        gate.set_session(new_id.unwrap_or(record.id));
        Ok(Session {
            sandbox,
            gate,
            live: Some(live),
            phase: start.map_or(Phase::Idle, Phase::Waits),
            cells: record.cells,
            code: record.code,
        })
    }

    /// Returns the id of the session: 32 hexadecimal digits. Forks have their own.
    pub fn id(&self) -> &str {
        self.gate.session()
    }

    /// Returns how many cells have run.
    pub fn cells(&self) -> u32 {
        self.cells
    }

    /// Runs a cell.
    ///
    /// If the future is dropped, the session is as it was before the cell.
    ///
    /// # Errors
    /// [`SandboxError::Waiting`] if the session waits for approval; [`SandboxError::CodeTooLong`];
    /// [`SandboxError::Vm`] if the VM was lost and cannot be replaced. Errors of the code are part of
    /// the [`Outcome`].
    pub async fn run(&mut self, code: &str) -> Result<Outcome, SandboxError> {
        self.recover()?;
        if let Phase::Waits(_) = self.phase {
            return Err(SandboxError::Waiting {
                calls: self.waiting()?,
            });
        }
        let limit = self.sandbox.caps().code;
        if code.len() > limit {
            let bytes = code.len();
            return Err(SandboxError::CodeTooLong { bytes, limit });
        }
        self.keep_record()?;
        let live = self.live()?;
        live.inside.call("beginCell", ())?;
        let start = live.vm.snapshot()?;
        self.cells += 1;
        self.code = code.to_owned();
        self.gate.begin(HashMap::new());
        self.advance(start, true).await
    }

    /// Decides about calls that wait for approval, and goes on with the cell. Calls without a
    /// decision wait on.
    ///
    /// What the cell did before is not done again, in whichever process this happens.
    ///
    /// ```
    /// use jsvm_sandbox::{Decision, Sandbox, Tool, ToolCall};
    /// use serde_json::json;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let pay = Tool::new("pay", async |call: ToolCall| Ok(json!({ "paid": call.input["cents"] })));
    /// let sandbox = Sandbox::builder().tool(pay.ask()).build()?;
    ///
    /// let mut session = sandbox.session()?;
    /// let outcome = session.run("const { paid } = await tools.pay({ cents: 250 }); paid / 100").await?;
    /// let call = outcome.waiting()[0].id;
    /// let bytes = session.to_bytes()?;
    /// drop(session);
    ///
    /// // Days later, in another process:
    /// let mut session = sandbox.restore(&bytes)?;
    /// let outcome = session.resume([(call, Decision::Approve)]).await?;
    /// assert_eq!(outcome.value().unwrap().json, Some(json!(2.5)));
    /// # Ok::<(), jsvm_sandbox::SandboxError>(()) })?;
    /// # Ok::<(), jsvm_sandbox::SandboxError>(())
    /// ```
    ///
    /// # Errors
    /// [`SandboxError::NotWaiting`]; [`SandboxError::UnknownCall`] and
    /// [`SandboxError::InvalidDecision`], after which the session still waits; and as
    /// [`run`](Self::run).
    pub async fn resume(
        &mut self,
        decisions: impl IntoIterator<Item = (u64, Decision)>,
    ) -> Result<Outcome, SandboxError> {
        self.recover()?;
        let Phase::Waits(start) = &self.phase else {
            return Err(SandboxError::NotWaiting);
        };
        let start = start.clone();
        let waiting = self.waiting()?;
        let mut decided = HashMap::new();
        for (id, decision) in decisions {
            let call = waiting.iter().find(|call| call.id == id);
            let call = call.ok_or(SandboxError::UnknownCall { id })?;
            self.check(call, &decision)?;
            decided.insert(id, decision);
        }
        self.gate.begin(decided);
        self.advance(start, false).await
    }

    /// Gives up the cell that waits for approval. The session is as it was before the cell.
    ///
    /// # Errors
    /// [`SandboxError::NotWaiting`]; [`SandboxError::Vm`].
    pub fn cancel(&mut self) -> Result<(), SandboxError> {
        let Phase::Waits(start) = &self.phase else {
            return Err(SandboxError::NotWaiting);
        };
        let start = start.clone();
        self.roll_back(&start)
    }

    /// Returns the calls that wait for approval.
    ///
    /// # Errors
    /// [`SandboxError::Vm`].
    pub fn waiting(&self) -> Result<Vec<PendingCall>, SandboxError> {
        if !matches!(self.phase, Phase::Waits(_)) {
            return Ok(Vec::new());
        }
        let requests = self.live()?.vm.unsettled_requests()?.into_iter();
        let calls = requests.filter(|request| request.name == Inside::REQUEST);
        calls
            .map(|request| {
                let (tool, input): (String, String) = request.args.to().map_err(Error::from)?;
                Ok(PendingCall {
                    id: request.id,
                    tool,
                    // The arguments were parsed before the call began to wait.
                    input: serde_json::from_str(&input).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Returns the files of the session. While it waits for approval, they can be read and changed
    /// as well.
    ///
    /// # Errors
    /// [`SandboxError::Vm`].
    pub fn files(&self) -> Result<Files<'_>, SandboxError> {
        Ok(Files::new(&self.live()?.vm)?)
    }

    /// Returns the session as bytes, for [`Sandbox::restore`]. They are sealed if the sandbox has a
    /// key.
    ///
    /// # Errors
    /// [`SandboxError::Snapshot`]; [`SandboxError::Vm`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, SandboxError> {
        self.keep_record()?;
        let (start, now) = match &self.phase {
            Phase::Idle => (None, self.live()?.vm.snapshot()?),
            Phase::Runs(start) => (None, start.clone()),
            Phase::Waits(start) => {
                let now = self.live()?.vm.snapshot_since(start)?;
                (Some(start.clone()), now)
            }
        };
        let saved = SavedSession { start, now };
        saved.encode(self.sandbox.seal())
    }

    /// Creates a second session that goes on from here. The two share nothing.
    ///
    /// ```
    /// # use jsvm_sandbox::Sandbox;
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// let mut session = Sandbox::builder().build()?.session()?;
    /// session.run("let n = 1").await?;
    /// let mut fork = session.fork()?;
    /// fork.run("n = 2").await?;
    /// assert_eq!(session.run("n").await?.value().unwrap().text, "1");
    /// # Ok::<(), jsvm_sandbox::SandboxError>(()) })?;
    /// # Ok::<(), jsvm_sandbox::SandboxError>(())
    /// ```
    ///
    /// # Errors
    /// [`SandboxError::Vm`].
    pub fn fork(&self) -> Result<Session, SandboxError> {
        self.keep_record()?;
        let (start, now) = match &self.phase {
            Phase::Idle => (None, self.live()?.vm.snapshot()?),
            Phase::Runs(start) => (None, start.clone()),
            Phase::Waits(start) => (Some(start.clone()), self.live()?.vm.snapshot()?),
        };
        let saved = SavedSession { start, now };
        let id = Some(new_id()?);
        Self::continued(self.sandbox.clone(), saved, VmBuilder::restore, id)
    }

    /// Returns what stops a cell, from another thread or task.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle::new(self.gate.clone())
    }

    /// If the future of a cell was dropped, there is no such cell.
    fn recover(&mut self) -> Result<(), SandboxError> {
        match &self.phase {
            Phase::Runs(start) => {
                let start = start.clone();
                self.roll_back(&start)
            }
            _ => Ok(()),
        }
    }

    /// Makes the session what it was.
    fn roll_back(&mut self, start: &Snapshot) -> Result<(), SandboxError> {
        // The engine may have room for no other VM.
        self.live = None;
        self.phase = Phase::Runs(start.clone());
        let vm = self.sandbox.vm_builder(&self.gate).resume(start)?;
        self.live = Some(Live::of(&self.sandbox, &self.gate, vm)?);
        self.phase = Phase::Idle;
        Ok(())
    }

    fn live(&self) -> Result<&Live, SandboxError> {
        let lost = jsvm::Gone::Trap("another VM could not be created in its place".to_owned());
        self.live
            .as_ref()
            .ok_or(SandboxError::Vm(Error::Gone(lost)))
    }

    /// Has the VM know what it is the session of, before a snapshot is taken of it. The state before a
    /// cell has it already.
    fn keep_record(&self) -> Result<(), SandboxError> {
        if let Phase::Runs(_) = self.phase {
            return Ok(());
        }
        let waits = matches!(self.phase, Phase::Waits(_));
        let record = SessionRecord {
            id: self.id().to_owned(),
            cells: self.cells,
            code: if waits {
                self.code.clone()
            } else {
                String::new()
            },
        };
        Ok(self.live()?.inside.set_record(&record)?)
    }

    fn check(&self, call: &PendingCall, decision: &Decision) -> Result<(), SandboxError> {
        let Some(tool) = self.sandbox.tools().get(&call.tool) else {
            return Ok(());
        };
        let issues = match decision {
            Decision::ApproveWith(input) => tool.input.issues(input),
            Decision::Answer(value) => {
                let output = tool.output.as_ref();
                output
                    .map(|schema| schema.issues(value))
                    .unwrap_or_default()
            }
            Decision::Approve | Decision::Deny(_) => Vec::new(),
        };
        if issues.is_empty() {
            return Ok(());
        }
        let (id, reason) = (call.id, sentence(&issues));
        Err(SandboxError::InvalidDecision { id, reason })
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id())
            .field("cells", &self.cells)
            .field("waits", &matches!(self.phase, Phase::Waits(_)))
            .finish_non_exhaustive()
    }
}

fn gate(sandbox: &Sandbox) -> Arc<Gate> {
    let (tools, caps) = (sandbox.tools().clone(), sandbox.caps().clone());
    Arc::new(Gate::new(tools, caps))
}

fn new_id() -> Result<String, SandboxError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(SandboxError::Entropy)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
