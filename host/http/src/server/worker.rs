//! A VM that answers requests.

use std::sync::Arc;

use hyper::StatusCode;
use serde::de::IgnoredAny;

use super::config::ServerConfig;
use super::error::ServerError;
use super::exchange::{Exchange, NewExchange};
use super::memory::Reservation;
use super::task::Task;
use crate::client::Client;
use jsvm::{Error, EventLoop, Gone, Interrupt, Limit, Snapshot, Value, VmBuilder};
use jsvm_protocol::http::{GONE, HANDLER};

/// The snapshot that VMs are restored from, and their builder.
pub struct VmTemplate {
    pub builder: Box<VmBuilder>,
    pub snapshot: Snapshot,
    /// Whether requests were unsettled when the VM was frozen.
    pub has_requests: bool,
}

impl VmTemplate {
    /// Checks that the snapshot has a handler, and prepares it to be restored many times.
    pub fn ready(self) -> Result<VmTemplate, ServerError> {
        let VmTemplate {
            builder, snapshot, ..
        } = self;
        let vm = builder.restore(&snapshot)?;
        if vm.roots().get(HANDLER)?.is_none() {
            return Err(ServerError::NoHandler);
        }
        Ok(VmTemplate {
            has_requests: !vm.unsettled_requests()?.is_empty(),
            snapshot: builder.engine().prepare(snapshot)?,
            builder,
        })
    }
}

/// A VM that answers requests, one after the other.
pub struct Worker {
    events: EventLoop,
    handler: Value,
    /// The script function that is told of a client that has disconnected.
    gone: Option<Value>,
    client: Client,
    exchange: Arc<Exchange>,
    /// The number of requests that it has answered.
    served: u64,
}

/// A request as the handler gets it.
#[derive(serde::Serialize)]
struct HandlerRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<f64>,
}

/// The context of a request as the handler gets it.
#[derive(serde::Serialize)]
struct HandlerContext<'a> {
    env: &'a std::collections::BTreeMap<String, String>,
    remote: String,
}

/// The reason why a VM cannot answer further requests.
struct Failure {
    status: StatusCode,
    text: String,
}

impl Worker {
    /// Restores a VM.
    pub fn new(config: &Arc<ServerConfig>, template: &VmTemplate) -> Result<Worker, ServerError> {
        let VmTemplate {
            builder,
            snapshot,
            has_requests,
        } = template;
        let client = Client::with(config.url_filter.clone(), config.egress.clone());
        let exchange = Exchange::new(config.clone());
        let builder = exchange.add_to(client.add_to((**builder).clone()), &client);
        let vm = builder.restore(snapshot)?;
        config.metrics.vms.inc();
        let handler = vm.roots().get(HANDLER)?.ok_or(ServerError::NoHandler)?;
        Ok(Worker {
            events: match has_requests {
                true => EventLoop::new(&vm),
                false => EventLoop::without_requests(&vm),
            },
            handler,
            gone: vm.roots().get(GONE)?,
            client,
            exchange,
            served: 0,
        })
    }

    /// Answers a request. Returns the worker if it can answer another one.
    pub async fn answer(
        mut self,
        config: &ServerConfig,
        task: Task,
        memory: Option<Arc<Reservation>>,
    ) -> Option<Worker> {
        let request = task.id;
        match self.serve(config, task, memory).await {
            Ok(()) if self.served < config.settings.reuse => {
                // The next request must not see this one's requests.
                let ended = self.events.settle_ended().await;
                ended.is_ok().then_some(self)
            }
            Ok(()) => None,
            Err(failure) => {
                if !self.exchange.is_gone() {
                    self.exchange.report(request, &failure.text);
                }
                self.exchange.fail(failure.status);
                None
            }
        }
    }

    async fn serve(
        &mut self,
        config: &ServerConfig,
        task: Task,
        memory: Option<Arc<Reservation>>,
    ) -> Result<(), Failure> {
        let Task {
            id,
            method,
            url,
            headers,
            body,
            remote,
            response,
            outcome,
            exchange,
            peer: _,
        } = task;
        self.served += 1;
        self.exchange.begin(NewExchange {
            id,
            response,
            is_head_method: method == "HEAD",
            outcome,
            memory,
            exchange,
        });
        let body = body.map(|body| {
            let bodies = self.client.bodies();
            bodies.incoming.open(Box::new(body), Vec::new(), None)
        });
        let request = HandlerRequest {
            method,
            url,
            headers,
            body: body.map(|number| number as f64),
        };
        let context = HandlerContext {
            env: &config.env,
            remote: remote.to_string(),
        };
        let args = (id as f64, request, context);
        let call = || self.handler.call_to(&args);
        let called = match self.exchange.deadline() {
            Some(deadline) => self.events.vm().with_deadline(deadline, call),
            None => call(),
        };
        // The response comes by requests of the VM, not as the result.
        let _: IgnoredAny = called.map_err(|error| self.failure(&error))?;
        let served = self.drive(id).await;
        if let Some(body) = body {
            self.client.bodies().incoming.cancel(body);
        }
        served
    }

    /// The failure of a call, with the stack of the handler if that was interrupted.
    fn failure(&self, error: &Error) -> Failure {
        let mut failure = Failure::from_error(error);
        if let Error::Interrupted(_) = error {
            let stack = self.events.vm().take_interrupted_stack();
            let stack = stack.unwrap_or_default();
            if !stack.is_empty() {
                failure.text = format!("{}\n{}", failure.text, stack.trim_end());
            }
        }
        failure
    }

    /// Runs the VM until the request is done.
    async fn drive(&mut self, id: u64) -> Result<(), Failure> {
        let mut knows_client_is_gone = false;
        loop {
            let deadline = self.exchange.deadline();
            self.events.set_deadline(deadline);
            if self.exchange.is_gone() && !knows_client_is_gone {
                knows_client_is_gone = true;
                if let Some(gone) = &self.gone {
                    let call = || gone.call((id as f64,));
                    let called = match deadline {
                        Some(deadline) => self.events.vm().with_deadline(deadline, call),
                        None => call(),
                    };
                    called.map_err(|error| self.failure(&error))?;
                }
            }
            let exchange = &self.exchange;
            let ran = tokio::select! {
                biased;
                () = exchange.changed.notified() => continue,
                ran = self.events.run_while(|| !exchange.is_done()) => ran,
            };
            match ran {
                Ok(()) if self.exchange.is_done() => return Ok(()),
                Ok(()) if self.exchange.is_over() => self.exchange.done(id),
                // It left meanwhile, which the program is told first.
                Ok(()) if self.exchange.is_gone() && !knows_client_is_gone => {}
                // Nothing can write to the stream, but the client may leave, which the program is told.
                Ok(()) if self.exchange.is_streaming() => {
                    if !exchange.has_changed().await {
                        return Err(self.failure(&Error::Interrupted(Interrupt::Deadline)));
                    }
                }
                Ok(()) => {
                    return Err(Failure {
                        status: StatusCode::INTERNAL_SERVER_ERROR,
                        text: "the response of the handler never settles: no job, timer or request is \
                               left"
                            .to_owned(),
                    });
                }
                // The rest of the program continues.
                Err(error @ (Error::Exception(_) | Error::Rejection(_))) => {
                    if let Error::Rejection(rejection) = &error
                        && let Some(limit) = rejection.limit
                    {
                        return Err(Failure::from_error(&Error::Limit(limit)));
                    }
                    self.exchange.report(id, &describe(&error));
                }
                Err(error) => return Err(self.failure(&error)),
            }
        }
    }
}

impl Failure {
    /// Creates it without the place where the handler was.
    fn from_error(error: &Error) -> Failure {
        let (status, text) = match error {
            Error::Interrupted(Interrupt::Deadline) => (
                StatusCode::GATEWAY_TIMEOUT,
                "the handler exceeded the time limit".to_owned(),
            ),
            Error::Interrupted(_) | Error::Gone(Gone::Time) => (
                StatusCode::GATEWAY_TIMEOUT,
                "the handler exceeded the limit on computing without a pause".to_owned(),
            ),
            Error::Limit(Limit::Memory) | Error::Gone(Gone::Memory) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "the handler exceeded the memory limit".to_owned(),
            ),
            error => (StatusCode::INTERNAL_SERVER_ERROR, describe(error)),
        };
        Failure { status, text }
    }
}

/// Formats an error with its stack.
fn describe(error: &Error) -> String {
    match error.exception() {
        Some(exception) if !exception.stack.is_empty() => {
            format!("{error}\n{}", exception.stack.trim_end())
        }
        _ => error.to_string(),
    }
}
