//! The VMs, and what drives them.

use std::sync::Arc;
use std::time::Instant;

use hyper::StatusCode;
use serde::de::IgnoredAny;

use super::event::Event;
use super::exchange::{Begun, Exchange};
use super::service::{Job, Task};
use super::state::{Program, State};
use crate::error::{Error, Gone, Limit};
use crate::event_loop::EventLoop;
use crate::http::{Client, HANDLER};
use crate::value::Value;

/// A VM that serves.
pub struct Worker {
    events: EventLoop,
    handler: Value,
    client: Client,
    exchange: Arc<Exchange>,
    served: u64,
}

#[derive(serde::Serialize)]
struct Asked {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<f64>,
}

#[derive(serde::Serialize)]
struct Context<'a> {
    env: &'a std::collections::BTreeMap<String, String>,
    remote: String,
}

/// Serves a request with a VM that is there, or a new one.
pub fn serve(state: &Arc<State>, job: Job) -> impl Future<Output = ()> + use<> {
    let state = state.clone();
    async move {
        // The slot is kept until the VM is where the next request finds it.
        let Job { task, slot: _slot } = job;
        let id = task.id;
        let worker = state.idle().pop();
        let worker = worker.map_or_else(|| Worker::new(&state), Ok);
        let mut worker = match worker {
            Ok(worker) => worker,
            Err(error) => {
                let text = format!("there is no VM for it: {error}");
                state.tell(&Event::Failed {
                    request: id,
                    text: &text,
                });
                // The sender of the response goes with the task, which says that there is none.
                return;
            }
        };
        match worker.serve(&state, task).await {
            Ok(()) if worker.served < state.settings.reuse => worker.keep(&state).await,
            Ok(()) => {}
            Err(failure) => {
                if !worker.exchange.is_gone() {
                    state.tell(&Event::Failed {
                        request: id,
                        text: &failure.text,
                    });
                }
                worker.exchange.fail(failure.status);
            }
        }
    }
}

/// Why a VM cannot be used on.
struct Failure {
    status: StatusCode,
    text: String,
}

impl Worker {
    fn new(state: &Arc<State>) -> Result<Worker, Error> {
        let Program::Vms {
            builder,
            snapshot,
            has_requests,
        } = &state.program
        else {
            return Err(Error::Engine("this server has no VMs".to_owned()));
        };
        let client = Client::with(state.permits.clone());
        let exchange = Exchange::new(state.clone());
        let builder = exchange.add_to(client.add_to((**builder).clone()), &client);
        let vm = builder.restore(snapshot)?;
        state.metrics.vms.inc();
        let handler = vm.root(HANDLER)?.ok_or(Error::Unsettled)?;
        Ok(Worker {
            events: match has_requests {
                true => EventLoop::new(&vm),
                false => EventLoop::without_requests(&vm),
            },
            handler,
            client,
            exchange,
            served: 0,
        })
    }

    async fn serve(&mut self, state: &State, task: Task) -> Result<(), Failure> {
        let Task {
            id,
            method,
            url,
            headers,
            body,
            remote,
            head,
            is_too_large,
            record,
        } = task;
        self.served += 1;
        self.exchange.begin(Begun {
            id,
            head,
            is_head_method: method == "HEAD",
            is_too_large,
            record,
        });
        let body = body.map(|body| {
            let bodies = self.client.bodies();
            bodies.incoming.open(Box::new(body), Vec::new(), None)
        });
        let asked = Asked {
            method,
            url,
            headers,
            body: body.map(|number| number as f64),
        };
        let context = Context {
            env: &state.env,
            remote: remote.to_string(),
        };
        let args = (id as f64, asked, context);
        let call = || self.handler.call_to(&args);
        let called = match self.exchange.deadline() {
            Some(deadline) => self.events.vm().until(deadline, call),
            None => call(),
        };
        // What becomes of the request comes as requests.
        let _: IgnoredAny = called.map_err(|error| self.failure(&error))?;
        let served = self.drive(state, id).await;
        if let Some(body) = body {
            self.client.bodies().incoming.cancel(body);
        }
        served
    }

    /// Runs the VM until the request is done.
    async fn drive(&mut self, state: &State, id: u64) -> Result<(), Failure> {
        loop {
            self.events.set_deadline(self.exchange.deadline());
            let exchange = &self.exchange;
            let ran = tokio::select! {
                biased;
                () = exchange.changed.notified() => continue,
                ran = self.events.run_while(|| !exchange.is_done()) => ran,
            };
            match ran {
                Ok(()) if self.exchange.is_done() => return Ok(()),
                Ok(()) if self.exchange.is_over() => self.exchange.done(id),
                Ok(()) => {
                    return Err(Failure {
                        status: StatusCode::INTERNAL_SERVER_ERROR,
                        text: "the handler waits for what never comes: nothing is left to do that \
                               could settle its response"
                            .to_owned(),
                    });
                }
                // The rest of the program goes on.
                Err(error @ (Error::Exception(_) | Error::Rejection(_))) => {
                    if let Error::Rejection(rejection) = &error
                        && let Some(limit) = rejection.limit
                    {
                        return Err(Failure::of(&Error::Limit(limit)));
                    }
                    let text = describe(&error);
                    state.tell(&Event::Failed {
                        request: id,
                        text: &text,
                    });
                }
                Err(error) => return Err(self.failure(&error)),
            }
        }
    }

    /// Waits for the next request.
    async fn keep(mut self, state: &State) {
        // Nothing of this request is to be left.
        if self.events.settle_ended().await.is_ok() {
            state.idle().push(self);
        }
    }

    fn failure(&self, error: &Error) -> Failure {
        let is_late = |deadline| deadline <= Instant::now();
        match error {
            Error::Limit(Limit::Time) if !self.exchange.deadline().is_some_and(is_late) => {
                Failure::busy()
            }
            error => Failure::of(error),
        }
    }
}

impl Failure {
    fn busy() -> Failure {
        Failure {
            status: StatusCode::GATEWAY_TIMEOUT,
            text: "the handler computed for longer at a stretch than the server allows".to_owned(),
        }
    }

    fn of(error: &Error) -> Failure {
        let (status, text) = match error {
            Error::Gone(Gone::Time) => return Failure::busy(),
            Error::Limit(Limit::Time) => (
                StatusCode::GATEWAY_TIMEOUT,
                "the handler took longer than the server allows".to_owned(),
            ),
            Error::Limit(Limit::Memory) | Error::Gone(Gone::Memory) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "the handler needed more memory than the server allows".to_owned(),
            ),
            error => (StatusCode::INTERNAL_SERVER_ERROR, describe(error)),
        };
        Failure { status, text }
    }
}

/// An error with its stack.
fn describe(error: &Error) -> String {
    match error.exception() {
        Some(exception) if !exception.stack.is_empty() => {
            format!("{error}\n{}", exception.stack.trim_end())
        }
        _ => error.to_string(),
    }
}
