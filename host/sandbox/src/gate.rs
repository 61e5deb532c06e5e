//! Where the calls of a session arrive: checks, approval, counting.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jsvm::{InterruptHandle, RequestInfo};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use crate::caps::Caps;
use crate::outcome::{CallEnd, CallRecord, ConsoleMessage, ConsoleOutput, PendingCall};
use crate::schema::{sentence, shortened};
use crate::tool::{CallFailure, Issue, ToolCall, ToolErrorCode};
use crate::tools::{CheckedTool, ToolSet};

/// What somebody decides about a call that waits.
///
/// ```
/// use jsvm_sandbox::Decision;
/// let decision = Decision::deny("ask for less than 100 €");
/// # drop(decision);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// The tool is called.
    Approve,
    /// The tool is called with other arguments.
    ApproveWith(Value),
    /// The tool is not called, and the code gets an error with this reason.
    Deny(String),
    /// The tool is not called, and the code gets this result.
    Answer(Value),
}

impl Decision {
    /// Creates a denial.
    pub fn deny(reason: impl Into<String>) -> Decision {
        Decision::Deny(reason.into())
    }
}

/// What the handlers of a VM and its session share.
pub struct Gate {
    pub tools: Arc<ToolSet>,
    caps: Caps,
    /// The id of the session, once it is known.
    session: OnceLock<String>,
    permits: Semaphore,
    /// Told when a call begins to wait for approval, and when one ends.
    pub news: Notify,
    /// Told when the session is to stop what it does.
    pub stop: Notify,
    /// What stops the code of the present VM.
    pub interrupt: Mutex<Option<InterruptHandle>>,
    state: Mutex<GateState>,
}

#[derive(Default)]
struct GateState {
    decisions: HashMap<u64, Decision>,
    waiting: BTreeMap<u64, PendingCall>,
    records: BTreeMap<u64, CallRecord>,
    started: u32,
    console: ConsoleOutput,
    console_bytes: usize,
}

/// What a cell did, from [`Gate::take`].
pub struct Activity {
    pub records: Vec<CallRecord>,
    pub console: ConsoleOutput,
}

impl Gate {
    pub fn new(tools: Arc<ToolSet>, caps: Caps) -> Gate {
        Gate {
            tools,
            permits: Semaphore::new(caps.concurrent_calls),
            caps,
            session: OnceLock::new(),
            news: Notify::new(),
            stop: Notify::new(),
            interrupt: Mutex::default(),
            state: Mutex::default(),
        }
    }

    /// Returns the id of the session.
    pub fn session(&self) -> &str {
        self.session.get().map_or("", String::as_str)
    }

    /// Sets the id of the session. It stays what it was set to first.
    pub fn set_session(&self, id: String) {
        let _ = self.session.set(id);
    }

    /// Forgets what an earlier cell did.
    pub fn begin(&self, decisions: HashMap<u64, Decision>) {
        *self.state.lock() = GateState {
            decisions,
            ..GateState::default()
        };
    }

    /// Takes what the cell did. Calls that still run are marked as stopped.
    pub fn take(&self) -> Activity {
        let state = std::mem::take(&mut *self.state.lock());
        Activity {
            records: state.records.into_values().collect(),
            console: state.console,
        }
    }

    /// The calls that wait for approval.
    pub fn waiting(&self) -> Vec<PendingCall> {
        self.state.lock().waiting.values().cloned().collect()
    }

    pub fn waiting_count(&self) -> usize {
        self.state.lock().waiting.len()
    }

    /// Keeps a message of the console.
    pub fn print(&self, level: &str, text: &str) {
        let mut state = self.state.lock();
        let room = self.caps.console.saturating_sub(state.console_bytes);
        let kept = text.floor_char_boundary(room);
        state.console.omitted_bytes += (text.len() - kept) as u64;
        // Empty messages take room, too.
        if kept == 0 && room < 1 {
            return;
        }
        state.console_bytes += kept + 1;
        state.console.messages.push(ConsoleMessage {
            level: level.to_owned(),
            text: text[..kept].to_owned(),
        });
    }

    /// Answers a call. The text is the arguments as JSON, and so is the answer.
    pub async fn answer(
        self: Arc<Self>,
        request: RequestInfo,
        name: String,
        text: String,
    ) -> String {
        let mut record = Recording::new(&self, request.id, &name, text.len());
        let answer = match self.outcome(request.id, &name, &text, &mut record).await {
            Ok(value) => {
                record.record.end = CallEnd::Returned;
                json!({ "value": value })
            }
            Err(failure) => {
                record.record.end = CallEnd::Failed(failure.code);
                json!({ "error": failure })
            }
        };
        answer.to_string()
    }

    async fn outcome(
        &self,
        id: u64,
        name: &str,
        text: &str,
        record: &mut Recording<'_>,
    ) -> Result<Value, CallFailure> {
        let fail = |code, message: String, issues: Vec<Issue>| CallFailure {
            message,
            tool: name.to_owned(),
            code,
            issues,
        };
        {
            let mut state = self.state.lock();
            if state.started >= self.caps.calls {
                let message = format!(
                    "the cell made more than {} calls of tools: do less in one cell",
                    self.caps.calls
                );
                return Err(fail(ToolErrorCode::TooManyCalls, message, Vec::new()));
            }
            state.started += 1;
        }
        let Some(tool) = self.tools.get(name) else {
            let message = format!("the tool `{name}` is no longer available");
            return Err(fail(ToolErrorCode::UnknownTool, message, Vec::new()));
        };
        let invalid = |issues: Vec<Issue>| {
            let message = format!("invalid arguments of `{name}`: {}", sentence(&issues));
            fail(ToolErrorCode::InvalidArguments, message, issues)
        };
        let mut input: Value = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            invalid(vec![Issue {
                path: String::new(),
                message,
            }])
        })?;
        let issues = tool.input.issues(&input);
        if !issues.is_empty() {
            return Err(invalid(issues));
        }
        let asks = tool.tool.asks.as_ref().is_some_and(|asks| asks(&input));
        if asks {
            match self.decision(id, name, &input).await {
                Decision::Approve => {}
                Decision::ApproveWith(other) => input = other,
                Decision::Deny(reason) => {
                    let message = format!("the call of `{name}` was denied: {reason}");
                    return Err(fail(ToolErrorCode::Denied, message, Vec::new()));
                }
                Decision::Answer(value) => return Ok(value),
            }
        }
        let value = self.call(tool, id, input, asks, record).await;
        value.map_err(|(code, message)| fail(code, message, Vec::new()))
    }

    /// Returns the decision about a call. If there is none, this never ends, and the session is
    /// suspended.
    async fn decision(&self, id: u64, name: &str, input: &Value) -> Decision {
        let decided = {
            let mut state = self.state.lock();
            let decided = state.decisions.remove(&id);
            if decided.is_none() {
                let call = PendingCall {
                    id,
                    tool: name.to_owned(),
                    input: input.clone(),
                };
                state.waiting.insert(id, call);
                if let Some(record) = state.records.get_mut(&id) {
                    record.end = CallEnd::Waits;
                }
            }
            decided
        };
        match decided {
            Some(decision) => decision,
            None => {
                self.news.notify_one();
                std::future::pending().await
            }
        }
    }

    async fn call(
        &self,
        tool: &CheckedTool,
        id: u64,
        input: Value,
        approved: bool,
        record: &mut Recording<'_>,
    ) -> Result<Value, (ToolErrorCode, String)> {
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.ok();
        record.began = Instant::now();
        let called = (tool.tool.function)(ToolCall {
            key: format!("{}/{id}", self.session()),
            input,
            approved,
        });
        let value = called.await;
        record.record.time = record.began.elapsed();
        let value = value.map_err(|error| (ToolErrorCode::Failed, error.to_string()))?;
        let size = size_of_json(&value);
        record.record.output_bytes = size as u64;
        let name = &tool.tool.name;
        if size > self.caps.tool_result {
            let message = format!(
                "the result of `{name}` has {size} bytes, more than {}: ask it for less",
                self.caps.tool_result
            );
            return Err((ToolErrorCode::ResultTooLarge, message));
        }
        let issues = tool.output.as_ref().map(|schema| schema.issues(&value));
        match issues {
            Some(issues) if !issues.is_empty() => {
                let message = format!(
                    "the tool `{name}` returned a result that does not fit its schema: {}",
                    shortened(sentence(&issues), 1_000)
                );
                Err((ToolErrorCode::InvalidResult, message))
            }
            _ => Ok(value),
        }
    }
}

/// A call that is being counted. Whatever ends it, the session knows.
struct Recording<'a> {
    gate: &'a Gate,
    began: Instant,
    record: CallRecord,
}

impl<'a> Recording<'a> {
    fn new(gate: &'a Gate, id: u64, name: &str, input_bytes: usize) -> Recording<'a> {
        let record = CallRecord {
            id,
            tool: name.to_owned(),
            end: CallEnd::Stopped,
            time: Duration::ZERO,
            input_bytes: input_bytes as u64,
            output_bytes: 0,
        };
        gate.state.lock().records.insert(id, record.clone());
        Recording {
            gate,
            began: Instant::now(),
            record,
        }
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        let mut state = self.gate.state.lock();
        if let Some(kept) = state.records.get_mut(&self.record.id)
            && kept.end != CallEnd::Waits
        {
            *kept = self.record.clone();
        }
        drop(state);
        self.gate.news.notify_one();
    }
}

/// The length of a value as JSON.
fn size_of_json(value: &Value) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // Counting cannot fail.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}
