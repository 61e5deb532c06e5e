//! `jsvm serve app.wasm`: built files, and other components that export
//! `wasi:http/incoming-handler` or, in WASI 0.3, `wasi:http/handler`.

mod body;
mod guest;
mod keyvalue;
mod limits;
mod outgoing;
mod runtime;
mod service;
mod settings;

use std::io::Read;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::future::{FutureExt, join};
use http_body_util::BodyExt;
use hyper::StatusCode;
use jsvm_http::internal::client_builder;
use jsvm_http::{PendingRequest, Responder, ResponderError, ResponderFuture};
use jsvm_link::internal::EpochTicker;
use tokio::sync::oneshot;
use wasmtime::component::Component;
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use self::body::{StopGuard, send};
use self::guest::Guest;
use self::runtime::{TICK, engine, exports, linker, setup_error};
use super::super::output;
use super::super::permissions::Permissions;
use super::super::progress::Progress;
use super::super::services::Services;
use super::super::usage::Usage;

/// The export of a component that serves, in WASI 0.2.
const HANDLER: &str = "wasi:http/incoming-handler@0.2";

/// The export of a component that serves, in WASI 0.3.
const SERVICE: &str = "wasi:http/handler@0.3";

/// The kinds of WebAssembly files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A component that exports a handler of requests.
    Server,
    /// A component that exports `wasi:cli/run`.
    Command,
    /// Any other component.
    Library,
    /// A core module.
    Module,
}

/// Returns the kind of a WebAssembly file.
pub fn kind(bytes: &[u8]) -> FileKind {
    if bytes.get(4..8) == Some(&[1, 0, 0, 0]) {
        return FileKind::Module;
    }
    let names = exports(bytes);
    let exports = |wanted: &str| names.iter().any(|name| name.starts_with(wanted));
    if exports(HANDLER) || exports(SERVICE) {
        FileKind::Server
    } else if exports("wasi:cli/run@") {
        FileKind::Command
    } else {
        FileKind::Library
    }
}

/// Reads a file, if it is WebAssembly. Errors say what `action` cannot be done.
pub fn read(file: &Path, action: &str) -> Result<Option<Vec<u8>>, Usage> {
    // The loader of programs reports files that cannot be read.
    let Ok(mut opened) = std::fs::File::open(file) else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    let magic = opened.by_ref().take(4).read_to_end(&mut bytes);
    if magic.is_err() || bytes != *b"\0asm" {
        return match file.extension().is_some_and(|found| found == "wasm") {
            true => Err(Usage(format!(
                "cannot {action} {}: it is not WebAssembly. Make a component with jsvm build",
                file.display()
            ))),
            false => Ok(None),
        };
    }
    opened
        .read_to_end(&mut bytes)
        .map_err(|error| super::unreadable(file, &error))?;
    Ok(Some(bytes))
}

/// Limits of each request.
pub struct Limits {
    /// The limit of all memories and tables of an instance together, in bytes.
    pub memory: u64,
    /// The time limit for computing without a pause.
    pub busy: Duration,
    /// The maximum number of concurrent instances.
    pub concurrent: u32,
}

/// A component that answers each request with a fresh instance.
pub struct Handler {
    pre: Arc<HandlerPre>,
    ticker: Arc<EpochTicker>,
    memory: u64,
    busy: Duration,
    shared: Arc<Shared>,
}

/// A linked component, by the interface that it exports.
enum HandlerPre {
    Proxy(ProxyPre<Guest>),
    Service(ServicePre<Guest>),
}

/// State shared by all instances.
struct Shared {
    permissions: Arc<Permissions>,
    services: Services,
    env: Vec<(String, String)>,
    client: reqwest::Client,
}

impl Handler {
    /// Compiles a component and checks that its imports are available.
    pub fn new(
        file: &Path,
        bytes: &[u8],
        limits: &Limits,
        permissions: Arc<Permissions>,
        services: Services,
    ) -> anyhow::Result<Handler> {
        let name = file.display();
        // Compiling takes seconds.
        let why_not = match kind(bytes) {
            FileKind::Server => None,
            FileKind::Module => Some(
                "it is a core WebAssembly module, not a component. Make a component with jsvm build"
                    .to_owned(),
            ),
            FileKind::Command => Some(format!(
                "it is a command, which serves no HTTP. To run it: wasmtime run {name}"
            )),
            FileKind::Library => Some(format!("it exports neither {HANDLER} nor {SERVICE}")),
        };
        if let Some(reason) = why_not {
            return Err(Usage(format!("cannot serve {name}: {reason}")).into());
        }
        let exports = exports(bytes);
        let exports = |wanted: &str| exports.iter().any(|name| name.starts_with(wanted));
        let engine = engine(limits, exports(SERVICE))?;
        let component = {
            let _waiting = Progress::new(format!("compiling {name}"));
            Component::new(&engine, bytes)
                .map_err(|error| Usage(format!("cannot serve {name}: {}", error.root_cause())))?
        };
        let linker = linker(&engine, exports(SERVICE)).map_err(setup_error)?;
        let pre = linker.instantiate_pre(&component);
        let pre = pre.and_then(|pre| match exports(SERVICE) {
            true => ServicePre::new(pre).map(HandlerPre::Service),
            false => ProxyPre::new(pre).map(HandlerPre::Proxy),
        });
        let pre = pre.map_err(|error| {
            Usage(format!(
                "cannot serve {name}: an import is not available: {error:#}"
            ))
        })?;
        let client = client_builder(permissions.egress())?.build()?;
        let env = permissions.env_names().into_iter().filter_map(|name| {
            let value = permissions.env(&name)?;
            Some((name, value))
        });
        let shared = Shared {
            env: env.collect(),
            permissions,
            services,
            client,
        };
        let ticker = EpochTicker::start(engine.weak(), TICK)?;
        Ok(Handler {
            ticker: Arc::new(ticker),
            pre: Arc::new(pre),
            memory: limits.memory,
            busy: limits.busy,
            shared: Arc::new(shared),
        })
    }
}

/// The error of a handler that computes for too long without a pause.
#[derive(Debug, thiserror::Error)]
#[error("the handler exceeded the limit on computing without a pause")]
struct Busy;

/// A call of a handler. It records when it was last polled.
struct Call<F> {
    ticker: Arc<EpochTicker>,
    since: Arc<Mutex<Instant>>,
    call: Pin<Box<F>>,
}

impl<F: Future> Future for Call<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Call {
            ticker,
            since,
            call,
        } = &mut *self;
        *since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let _running = ticker.running();
        call.as_mut().poll(context)
    }
}

impl Responder for Handler {
    fn respond(&self, pending: PendingRequest) -> ResponderFuture {
        let (pre, ticker) = (self.pre.clone(), self.ticker.clone());
        let (memory, busy) = (self.memory, self.busy);
        let guest = Guest::new(self.shared.clone(), memory);
        async move {
            let answered = match &*pre {
                HandlerPre::Proxy(pre) => respond(pre, guest, ticker, busy, pending).await,
                HandlerPre::Service(pre) => {
                    service::respond(pre, guest, ticker, busy, pending).await
                }
            };
            answered.map_err(responder_error)
        }
        .boxed()
    }
}

/// Creates the store of an instance, and the time when it was last polled, which [`Call`] updates.
fn store(engine: &Engine, guest: Guest, busy: Duration) -> (Store<Guest>, Arc<Mutex<Instant>>) {
    let mut store = Store::new(engine, guest);
    store.limiter(|guest| &mut guest.limits);
    let since = Arc::new(Mutex::new(Instant::now()));
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback({
        let since = since.clone();
        move |_| {
            let since = *since.lock().unwrap_or_else(PoisonError::into_inner);
            match since.elapsed() > busy {
                true => Err(Busy.into()),
                false => Ok(UpdateDeadline::Continue(1)),
            }
        }
    });
    (store, since)
}

async fn respond(
    pre: &ProxyPre<Guest>,
    guest: Guest,
    ticker: Arc<EpochTicker>,
    busy: Duration,
    pending: PendingRequest,
) -> wasmtime::Result<()> {
    let PendingRequest {
        request, answer, ..
    } = pending;
    let (mut store, since) = store(pre.engine(), guest, busy);
    let scheme = match request.uri().scheme_str() {
        Some("https") => Scheme::Https,
        _ => Scheme::Http,
    };
    let request = request.map(|body| body.map_err(outgoing::internal));
    let (head, receiver) =
        oneshot::channel::<Result<hyper::Response<HyperOutgoingBody>, ErrorCode>>();
    let request = store
        .data_mut()
        .http()
        .new_incoming_request(scheme, request)?;
    let out = store.data_mut().http().new_response_outparam(head)?;
    let is_stopped = Arc::<AtomicBool>::default();
    let guard = StopGuard::new(is_stopped.clone());
    let call = Call {
        ticker,
        since,
        // The instance is dropped when the call ends, and so is the sender of a missing response.
        call: Box::pin(async move {
            let mut store = store;
            // Variables are dropped in reverse order: the guard before the store.
            let mut guard = guard;
            let proxy = pre.instantiate_async(&mut store).await?;
            let handler = proxy.wasi_http_incoming_handler();
            handler.call_handle(&mut store, request, out).await?;
            guard.done();
            Ok(())
        }),
    };
    let answered = async {
        match receiver.await {
            Ok(Ok(response)) => {
                send(answer, response, is_stopped);
                Ok(())
            }
            Ok(Err(code)) => Err(wasmtime::format_err!(
                "the handler responded with an error: {code:?}"
            )),
            // The call returns the error, if there is one.
            Err(_) => Ok(()),
        }
    };
    let (called, answered) = join(call, answered).await;
    called.and(answered)
}

fn responder_error(error: wasmtime::Error) -> ResponderError {
    let status = match error.is::<Busy>() {
        true => StatusCode::GATEWAY_TIMEOUT,
        false => StatusCode::INTERNAL_SERVER_ERROR,
    };
    // The rest is a WebAssembly stack, which does not help the author of the JavaScript.
    let text = error.root_cause().to_string();
    ResponderError::new(status, text)
}

/// Warns about options that have no effect for components.
pub fn warn_unused(flags: &[(&str, bool)]) {
    let unused = flags.iter().filter(|(_, is_given)| *is_given);
    let unused: Vec<_> = unused.map(|(flag, _)| *flag).collect();
    if !unused.is_empty() {
        let flags = unused.join(", ");
        output::print_error(&format!("Note: {flags} has no effect for a component"));
    }
}
