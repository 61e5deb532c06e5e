//! The loop that a file of WASI 0.2 runs in.

use jsvm_component_data::Value;
use wasi::clocks::monotonic_clock;

use crate::body::Bodies;
use crate::boundary::settle;
use crate::outcome::{Outcome, type_error};
use crate::request::{Request, ServedRequest};
use crate::task::{Tasks, Work};
use crate::turn::{JobEvents, Turn, run_jobs};
use crate::{http, services};

/// The differences between kinds of programs.
pub trait Program {
    /// Answers a request about a request that the program serves.
    fn answer(&mut self, _: ServedRequest, _: &mut Bodies, _: &mut Tasks) -> Outcome {
        Err(type_error("this file serves no requests"))
    }

    /// Whether the program may read standard input.
    fn has_input(&self) -> bool {
        false
    }

    /// A job threw, or a promise was rejected and nothing handles the rejection.
    fn on_error(&mut self, reason: &str);

    /// A job was stopped because the VM computed for too long.
    fn on_stop(&mut self);

    /// Whether the program is over, whatever the VM still waits for.
    fn is_over(&self) -> bool;
}

/// Why the loop has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The program is over.
    Over,
    /// The VM waits for nothing any more.
    Idle,
}

/// Runs a VM, and the work that it requests.
pub struct Pump<P> {
    /// The program that the VM runs.
    pub program: P,
    // Tasks wait for resources in bodies, and are dropped before them.
    tasks: Tasks,
    bodies: Bodies,
}

impl<P: Program> Pump<P> {
    /// A pump for a program.
    pub fn new(program: P) -> Self {
        Pump {
            program,
            tasks: Tasks::default(),
            bodies: Bodies::default(),
        }
    }

    /// The bodies, to give a number to one.
    pub fn bodies(&mut self) -> &mut Bodies {
        &mut self.bodies
    }

    /// Runs the VM until the program is over or waits for nothing.
    pub fn run(&mut self) -> Ended {
        loop {
            let Turn {
                next_timer,
                is_idle,
            } = run_jobs(self);
            if !is_idle || self.step() {
                continue;
            }
            if self.program.is_over() && !self.tasks.is_writing_whole() {
                return Ended::Over;
            }
            if self.tasks.is_done() && next_timer.is_none() {
                return Ended::Idle;
            }
            // Timers do not run in a program that is over.
            let next_timer = next_timer.filter(|_| !self.program.is_over());
            let timer = next_timer.map(monotonic_clock::subscribe_duration);
            self.tasks.wait(timer.as_ref());
        }
    }

    /// Goes on with tasks that need not wait. Returns whether any is done. The jobs of each run
    /// before the next request is settled.
    fn step(&mut self) -> bool {
        let done = self.tasks.step(&mut self.bodies);
        let any = !done.is_empty();
        for (request, outcome) in done {
            if let Some(id) = request {
                settle(id, outcome);
                run_jobs(self);
            }
        }
        any
    }
}

impl<P: Program> JobEvents for Pump<P> {
    fn on_error(&mut self, reason: &str) {
        self.program.on_error(reason);
    }

    fn on_stop(&mut self) {
        self.program.on_stop();
    }

    fn on_cancel(&mut self, request: u64) {
        self.tasks.cancel(request);
    }

    fn on_request(&mut self, id: u64, name: &str, args: Vec<Value>) {
        let Pump {
            program,
            tasks,
            bodies,
        } = self;
        let settled = match Request::read(name, args) {
            Ok(Request::Http(request)) => http::begin(id, request, bodies, tasks),
            Ok(Request::Served(request)) => vec![(id, program.answer(request, bodies, tasks))],
            Ok(Request::Service(request)) => vec![(id, services::answer(request))],
            Ok(Request::Input(request)) if program.has_input() => {
                tasks.push(id, Work::Input(request));
                Vec::new()
            }
            Ok(Request::Input(_)) => vec![(id, Err(type_error("a server has no standard input")))],
            Err(reason) => vec![(id, Err(reason))],
        };
        for (request, outcome) in settled {
            settle(request, outcome);
        }
    }
}
