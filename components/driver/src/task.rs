//! Work that takes time.

use wasi::io::poll::Pollable;

use crate::body::{Bodies, Piece, WholeBody};
use crate::fetch::{self, PendingResponse};
use crate::outcome::{Outcome, Step};
use crate::request::InputRequest;

/// Work under way.
pub(crate) enum Work {
    /// Waits for the head of a response.
    Fetch(PendingResponse),
    /// Waits for the next bytes of an incoming body.
    Read { body: u64 },
    /// Waits for the next bytes of standard input.
    Input(InputRequest),
    /// Writes bytes to an outgoing body that comes in pieces.
    Write(Piece),
    /// Writes a whole outgoing body.
    WriteWhole(WholeBody),
}

impl Work {
    /// Goes on without waiting.
    fn step(self, bodies: &mut Bodies) -> Step<Work> {
        match self {
            Work::Fetch(response) => fetch::step(response, bodies).map(Work::Fetch),
            Work::Read { body } => match bodies.read(body) {
                Ok(outcome) => Step::Done(outcome),
                Err(pollable) => Step::Wait(self, pollable),
            },
            Work::Input(request) => match bodies.read_input(request.most) {
                Ok(outcome) => Step::Done(outcome),
                Err(pollable) => Step::Wait(self, pollable),
            },
            Work::Write(piece) => piece.step(bodies).map(Work::Write),
            Work::WriteWhole(body) => body.step().map(Work::WriteWhole),
        }
    }
}

struct Task {
    /// The request to settle with the outcome, if there is one.
    request: Option<u64>,
    // A pollable must be dropped before the resource that it waits for.
    pollable: Option<Pollable>,
    work: Work,
}

/// All work under way.
#[derive(Default)]
pub struct Tasks(Vec<Task>);

impl Tasks {
    /// Begins work for a request.
    pub(crate) fn push(&mut self, request: u64, work: Work) {
        self.insert(Some(request), work);
    }

    /// Writes a whole body. No request waits for it.
    pub fn write_whole(&mut self, body: WholeBody) {
        self.insert(None, Work::WriteWhole(body));
    }

    fn insert(&mut self, request: Option<u64>, work: Work) {
        self.0.push(Task {
            request,
            pollable: None,
            work,
        });
    }

    /// Whether there is no work that the program waits for.
    pub(crate) fn is_done(&self) -> bool {
        let is_background = |task: &Task| matches!(task.work, Work::Input(it) if it.is_background);
        self.0.iter().all(is_background)
    }

    /// Whether a whole body is still being written.
    pub(crate) fn is_writing_whole(&self) -> bool {
        self.0.iter().any(|task| task.request.is_none())
    }

    /// Stops the work for a request.
    pub(crate) fn cancel(&mut self, request: u64) {
        self.0.retain(|task| task.request != Some(request));
    }

    /// Stops reading from an incoming body. Returns the requests that waited for it.
    pub(crate) fn stop_reading(&mut self, id: u64) -> Vec<u64> {
        self.stop(|work| matches!(work, Work::Read { body } if *body == id))
    }

    /// Stops writing to an outgoing body. Returns the requests that waited for it.
    pub(crate) fn stop_writing(&mut self, id: u64) -> Vec<u64> {
        self.stop(|work| matches!(work, Work::Write(piece) if piece.body == id))
    }

    fn stop(&mut self, matches: impl Fn(&Work) -> bool) -> Vec<u64> {
        let stopped = self.0.extract_if(.., |task| matches(&task.work));
        stopped.filter_map(|task| task.request).collect()
    }

    /// Goes on with every task that need not wait. Returns the outcomes of those that are done,
    /// each with the request to settle.
    pub(crate) fn step(&mut self, bodies: &mut Bodies) -> Vec<(Option<u64>, Outcome)> {
        let mut done = Vec::new();
        for task in std::mem::take(&mut self.0) {
            if task.pollable.is_some() {
                self.0.push(task);
                continue;
            }
            match task.work.step(bodies) {
                Step::Done(outcome) => done.push((task.request, outcome)),
                Step::Wait(work, pollable) => self.0.push(Task {
                    request: task.request,
                    pollable: Some(pollable),
                    work,
                }),
            }
        }
        done
    }

    /// Waits until a task can go on, or until `timer` is ready.
    pub(crate) fn wait(&mut self, timer: Option<&Pollable>) {
        let mut tasks = Vec::new();
        let mut pollables = Vec::new();
        for (index, task) in self.0.iter().enumerate() {
            if let Some(pollable) = &task.pollable {
                tasks.push(index);
                pollables.push(pollable);
            }
        }
        pollables.extend(timer);
        if pollables.is_empty() {
            return;
        }
        for ready in wasi::io::poll::poll(&pollables) {
            // The index after the last task is the timer.
            if let Some(index) = tasks.get(ready as usize) {
                self.0[*index].pollable = None;
            }
        }
    }
}
