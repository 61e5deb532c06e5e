//! The loop that everything runs in.

use jsvm_component_data::Value;
use wasi::clocks::monotonic_clock;

use crate::body::Bodies;
use crate::fetch;
use crate::services;
use crate::task::{Outcome, Tasks, type_error};
use crate::turn::{Outside, jobs};
use crate::vm;

/// What differs between programs of different kinds.
pub trait Program {
    /// Answers a request that only such a program makes; gives the arguments back if it is none.
    fn request(
        &mut self,
        name: &str,
        args: Vec<Value>,
        bodies: &mut Bodies,
        tasks: &mut Tasks,
    ) -> Result<Outcome, Vec<Value>>;

    /// A job has thrown, or a promise was rejected that nothing handles.
    fn failed(&mut self, reason: &str);

    /// Whether there is nothing more to be done, whatever the VM still waits for.
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

/// What runs a VM, and what is under way outside of it.
pub struct Pump<P> {
    /// What it runs.
    pub program: P,
    // Tasks wait for what is in bodies, and are dropped before them.
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
            let (next_timer, is_settled) = jobs(self);
            if !is_settled || self.step() {
                continue;
            }
            if self.program.is_over() && !self.tasks.any_detached() {
                return Ended::Over;
            }
            if self.tasks.is_empty() && next_timer.is_none() {
                return Ended::Idle;
            }
            // What a timer would run has no part in a program that is over.
            let next_timer = next_timer.filter(|_| !self.program.is_over());
            let timer = next_timer.map(monotonic_clock::subscribe_duration);
            self.tasks.wait(timer.as_ref());
        }
    }

    /// Goes on with tasks that wait for nothing. Returns whether any is done. Jobs of each run
    /// before the next is settled.
    fn step(&mut self) -> bool {
        let done = self.tasks.step(&mut self.bodies);
        let any = !done.is_empty();
        for (request, outcome) in done {
            if let Some(id) = request {
                settle(id, outcome);
                jobs(self);
            }
        }
        any
    }
}

impl<P: Program> Outside for Pump<P> {
    fn failed(&mut self, reason: &str) {
        self.program.failed(reason);
    }

    fn cancelled(&mut self, request: u64) {
        self.tasks.cancel(request);
    }

    fn requested(&mut self, id: u64, name: &str, args: Vec<Value>) {
        let Pump {
            program,
            tasks,
            bodies,
        } = self;
        let outcome = match program.request(name, args, bodies, tasks) {
            Ok(outcome) => outcome,
            Err(args) if services::knows(name) => services::answer(name, args),
            Err(args) => match fetch::answer(name, args, bodies, tasks) {
                Some(Ok(work)) => return tasks.push(Some(id), work),
                Some(Err(outcome)) => outcome,
                None => Err(type_error(format!("{name} is not available in this file"))),
            },
        };
        settle(id, outcome);
    }
}

/// Settles a request. One that was given up meanwhile is forgotten.
pub fn settle(id: u64, outcome: Outcome) {
    let outcome = match outcome {
        Ok(value) => Ok(crate::data(value)),
        Err(reason) => Err(crate::data(reason)),
    };
    // What is written here is well-formed.
    let _ = vm::settle(id, outcome.as_ref());
}
