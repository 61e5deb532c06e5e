//! `jsvm serve app.wasm`: built files, and other components that export `wasi:http/incoming-handler` or, of WASI
//! 0.3, `wasi:http/handler`.

mod body;
mod guest;
mod keyvalue;
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

use futures_util::future::{BoxFuture, FutureExt, join};
use http_body_util::BodyExt;
use hyper::StatusCode;
use jsvm::http::{Asked, Failed, Responder};
use tokio::sync::oneshot;
use wasmtime::component::Component;
use wasmtime::{Engine, Store, UpdateDeadline};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::p3::bindings::ServicePre;

use self::body::{Running, send};
use self::guest::Guest;
use self::runtime::{broken, engine, exports, linker, tick};
use super::super::permissions::Permissions;
use super::super::progress::Waiting;
use super::super::services::Services;
use super::super::{Usage, output};

/// What a component exports that serves.
const HANDLER: &str = "wasi:http/incoming-handler@0.2";

/// The same of WASI 0.3.
const SERVICE: &str = "wasi:http/handler@0.3";

/// The bytes of a file, if they are WebAssembly.
pub fn read(file: &Path) -> Result<Option<Vec<u8>>, Usage> {
    // What is wrong with a program is told by those who know where programs are.
    let Ok(mut opened) = std::fs::File::open(file) else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    let magic = opened.by_ref().take(4).read_to_end(&mut bytes);
    if magic.is_err() || bytes != *b"\0asm" {
        return match file.extension().is_some_and(|found| found == "wasm") {
            true => Err(Usage(format!(
                "{} is not WebAssembly; jsvm build makes components of programs",
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

/// What each request may use.
pub struct Limits {
    /// Bytes of each memory of an instance.
    pub memory: u64,
    /// How long it may compute at a stretch.
    pub busy: Duration,
    /// How many instances there are at a time.
    pub concurrent: u32,
}

/// A component that answers requests, each with an instance of its own.
pub struct Handler {
    pre: Arc<Kind>,
    memory: u64,
    busy: Duration,
    shared: Arc<Shared>,
}

/// By what a component is asked.
enum Kind {
    Proxy(ProxyPre<Guest>),
    Service(ServicePre<Guest>),
}

/// What all instances have in common.
struct Shared {
    permissions: Arc<Permissions>,
    services: Services,
    env: Vec<(String, String)>,
    client: reqwest::Client,
}

impl Handler {
    /// Compiles a component, and looks whether all is here that it needs.
    pub fn new(
        file: &Path,
        bytes: &[u8],
        limits: &Limits,
        permissions: Arc<Permissions>,
        services: Services,
    ) -> anyhow::Result<Handler> {
        let name = file.display();
        if bytes.get(4..8) == Some(&[1, 0, 0, 0]) {
            return Err(Usage(format!(
                "{name} is a core WebAssembly module, and not a component; jsvm build makes components of programs"
            ))
            .into());
        }
        let exports = exports(bytes);
        let exports = |wanted: &str| exports.iter().any(|name| name.starts_with(wanted));
        let engine = engine(limits, exports(SERVICE))?;
        let component = {
            let _waiting = Waiting::new(format!("compiling {name}"));
            Component::new(&engine, bytes)
                .map_err(|error| Usage(format!("{name} cannot be used: {}", error.root_cause())))?
        };
        if !exports(HANDLER) && !exports(SERVICE) {
            return Err(Usage(format!(
                "{name} does not serve: it exports neither {HANDLER} nor {SERVICE}; a component with \
                 wasi:cli/run is run by wasmtime run"
            ))
            .into());
        }
        let linker = linker(&engine, exports(SERVICE)).map_err(broken)?;
        let pre = linker.instantiate_pre(&component);
        let pre = pre.and_then(|pre| match exports(SERVICE) {
            true => ServicePre::new(pre).map(Kind::Service),
            false => ProxyPre::new(pre).map(Kind::Proxy),
        });
        let pre =
            pre.map_err(|error| Usage(format!("{name} needs what is not here: {:#}", error)))?;
        // Somebody else may have chosen one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let env = permissions.env_names().into_iter().filter_map(|name| {
            let value = permissions.env(&name).ok()??;
            Some((name, value))
        });
        let shared = Shared {
            env: env.collect(),
            permissions,
            services,
            client,
        };
        tick(&engine);
        Ok(Handler {
            pre: Arc::new(pre),
            memory: limits.memory,
            busy: limits.busy,
            shared: Arc::new(shared),
        })
    }
}

/// A handler computes for longer than it may.
#[derive(Debug, thiserror::Error)]
#[error("the handler computed for longer at a stretch than the server allows")]
struct Busy;

/// A call of a handler. It remembers when it was last begun or gone on with.
struct Call<F> {
    since: Arc<Mutex<Instant>>,
    call: Pin<Box<F>>,
}

impl<F: Future> Future for Call<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.call.as_mut().poll(context)
    }
}

impl Responder for Handler {
    fn respond(&self, asked: Asked) -> BoxFuture<'static, Result<(), Failed>> {
        let (pre, memory, busy) = (self.pre.clone(), self.memory, self.busy);
        let guest = Guest::new(self.shared.clone(), memory);
        async move {
            let answered = match &*pre {
                Kind::Proxy(pre) => respond(pre, guest, busy, asked).await,
                Kind::Service(pre) => service::respond(pre, guest, busy, asked).await,
            };
            answered.map_err(failed)
        }
        .boxed()
    }
}

/// What an instance is in, and when it was last begun or gone on with, which whoever calls it writes there.
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
    busy: Duration,
    asked: Asked,
) -> wasmtime::Result<()> {
    let Asked {
        request, answer, ..
    } = asked;
    let (mut store, since) = store(pre.engine(), guest, busy);
    let scheme = match request.uri().scheme_str() {
        Some("https") => Scheme::Https,
        _ => Scheme::Http,
    };
    let request = request.map(|body| body.map_err(outgoing::internal));
    let (sender, receiver) =
        oneshot::channel::<Result<hyper::Response<HyperOutgoingBody>, ErrorCode>>();
    let request = store
        .data_mut()
        .http()
        .new_incoming_request(scheme, request)?;
    let out = store.data_mut().http().new_response_outparam(sender)?;
    let is_stopped = Arc::<AtomicBool>::default();
    let running = Running::new(is_stopped.clone());
    let call = Call {
        since,
        // When it is over nothing is left of the instance, and nobody waits for what it did not send.
        call: Box::pin(async move {
            let mut store = store;
            // What is declared last is dropped first.
            let mut running = running;
            let proxy = pre.instantiate_async(&mut store).await?;
            let handler = proxy.wasi_http_incoming_handler();
            handler.call_handle(&mut store, request, out).await?;
            running.done();
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
                "the handler answers with an error: {code:?}"
            )),
            // If the call says why, that is told.
            Err(_) => Ok(()),
        }
    };
    let (called, answered) = join(call, answered).await;
    called.and(answered)
}

fn failed(error: wasmtime::Error) -> Failed {
    let status = match error.is::<Busy>() {
        true => StatusCode::GATEWAY_TIMEOUT,
        false => StatusCode::INTERNAL_SERVER_ERROR,
    };
    // The rest is a stack of WebAssembly, which says little to those who wrote JavaScript.
    let text = error.root_cause().to_string();
    Failed { status, text }
}

/// Tells about flags that mean nothing here.
pub fn note_unused(flags: &[(&str, bool)]) {
    let unused = flags.iter().filter(|(_, is_given)| *is_given);
    let unused: Vec<_> = unused.map(|(flag, _)| *flag).collect();
    if !unused.is_empty() {
        let flags = unused.join(", ");
        output::print_error(&format!("Note: {flags} means nothing for a component"));
    }
}
