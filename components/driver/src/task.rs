//! What takes time.

use jsvm_component_data::Value;
use wasi::http::types::{FutureIncomingResponse, OutgoingBody};
use wasi::io::poll::Pollable;
use wasi::io::streams::OutputStream;

use crate::body::{Bodies, Wrote};
use crate::fetch;

/// What a request is settled with: what it is fulfilled with, or the reason for its rejection.
pub type Outcome = Result<Value, Value>;

/// What is thrown when the world outside fails.
pub fn type_error(message: impl Into<String>) -> Value {
    Value::TypeError(message.into())
}

/// What is under way.
pub enum Work {
    /// The head of a response is awaited.
    Fetch(FutureIncomingResponse),
    /// The next bytes of an incoming body are awaited.
    Read(u64),
    /// Bytes are to be written to an outgoing body.
    Write {
        body: u64,
        bytes: Vec<u8>,
        written: usize,
    },
    /// A body that was whole from the beginning is written; then it ends.
    Whole {
        stream: OutputStream,
        body: OutgoingBody,
        bytes: Vec<u8>,
        written: usize,
    },
}

/// What a step of a task came to.
pub enum Step {
    Wait(Work, Pollable),
    Done(Outcome),
}

impl Work {
    /// Goes on as far as it goes without waiting.
    pub fn step(self, bodies: &mut Bodies) -> Step {
        match self {
            Work::Fetch(response) => fetch::step(response, bodies),
            Work::Read(body) => match bodies.read(body) {
                Ok(outcome) => Step::Done(outcome),
                Err(pollable) => Step::Wait(Work::Read(body), pollable),
            },
            Work::Write {
                body,
                bytes,
                mut written,
            } => {
                let Some(stream) = bodies.writer(body) else {
                    return Step::Done(Err(type_error("the body was closed")));
                };
                match crate::body::write(stream, &bytes, &mut written) {
                    Wrote::All => Step::Done(Ok(Value::Undefined)),
                    Wrote::Failed(reason) => Step::Done(Err(reason)),
                    Wrote::Full => {
                        let pollable = stream.subscribe();
                        let work = Work::Write {
                            body,
                            bytes,
                            written,
                        };
                        Step::Wait(work, pollable)
                    }
                }
            }
            Work::Whole {
                stream,
                body,
                bytes,
                mut written,
            } => match crate::body::write(&stream, &bytes, &mut written) {
                Wrote::Full => {
                    let pollable = stream.subscribe();
                    let work = Work::Whole {
                        stream,
                        body,
                        bytes,
                        written,
                    };
                    Step::Wait(work, pollable)
                }
                Wrote::Failed(reason) => {
                    // It belongs to the body, which must not go before it.
                    drop(stream);
                    drop(body);
                    Step::Done(Err(reason))
                }
                Wrote::All => {
                    drop(stream);
                    Step::Done(crate::body::finish(body))
                }
            },
        }
    }

    /// Whether it reads from this incoming body.
    fn reads(&self, id: u64) -> bool {
        matches!(self, Work::Read(body) if *body == id)
    }

    /// Whether it writes to this outgoing body.
    fn writes(&self, id: u64) -> bool {
        matches!(self, Work::Write { body, .. } if *body == id)
    }
}

/// A task.
struct Task {
    /// The request that it is for, if somebody waits for it.
    request: Option<u64>,
    // A pollable must be dropped before what it belongs to.
    waits: Option<Pollable>,
    work: Work,
}

/// All tasks.
#[derive(Default)]
pub struct Tasks(Vec<Task>);

impl Tasks {
    /// Begins a task that nobody waits for.
    pub(crate) fn detach(&mut self, work: Work) {
        self.push(None, work);
    }

    pub(crate) fn push(&mut self, request: Option<u64>, work: Work) {
        self.0.push(Task {
            request,
            waits: None,
            work,
        });
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is one that nobody waits for: a response that is still being written.
    pub fn any_detached(&self) -> bool {
        self.0.iter().any(|task| task.request.is_none())
    }

    /// Ends the task of a request that was given up.
    pub fn cancel(&mut self, request: u64) {
        self.0.retain(|task| task.request != Some(request));
    }

    /// Ends reading from an incoming body; the requests that waited for it.
    pub fn stop_reading(&mut self, body: u64) -> Vec<u64> {
        self.stop(|work| work.reads(body))
    }

    /// Ends writing to an outgoing body; the requests that waited for it.
    pub fn stop_writing(&mut self, body: u64) -> Vec<u64> {
        self.stop(|work| work.writes(body))
    }

    fn stop(&mut self, is_over: impl Fn(&Work) -> bool) -> Vec<u64> {
        let over = self.0.extract_if(.., |task| is_over(&task.work));
        over.filter_map(|task| task.request).collect()
    }

    /// Steps every task that waits for nothing. Returns the requests that are done.
    pub fn step(&mut self, bodies: &mut Bodies) -> Vec<(Option<u64>, Outcome)> {
        let mut done = Vec::new();
        for task in std::mem::take(&mut self.0) {
            if task.waits.is_some() {
                self.0.push(task);
                continue;
            }
            match task.work.step(bodies) {
                Step::Done(outcome) => done.push((task.request, outcome)),
                Step::Wait(work, pollable) => self.0.push(Task {
                    request: task.request,
                    waits: Some(pollable),
                    work,
                }),
            }
        }
        done
    }

    /// Waits until a task can go on, or until `timer` is ready.
    pub fn wait(&mut self, timer: Option<&Pollable>) {
        let mut tasks = Vec::new();
        let mut pollables = Vec::new();
        for (index, task) in self.0.iter().enumerate() {
            if let Some(pollable) = &task.waits {
                tasks.push(index);
                pollables.push(pollable);
            }
        }
        pollables.extend(timer);
        if pollables.is_empty() {
            return;
        }
        for ready in wasi::io::poll::poll(&pollables) {
            // The one behind the last is the timer.
            if let Some(index) = tasks.get(ready as usize) {
                self.0[*index].waits = None;
            }
        }
    }
}
