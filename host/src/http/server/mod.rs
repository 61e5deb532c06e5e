//! A server for programs with a `fetch` handler.

mod admin;
mod body;
mod connection;
mod event;
mod exchange;
mod metrics;
mod responder;
mod service;
mod state;
mod tls;
mod worker;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use self::metrics::Metrics;
use self::service::Service;
use self::state::{Program, Settings, State};
use super::Url;
use super::client::Permits;
use crate::builder::VmBuilder;
use crate::error::Error;
use crate::function::HostError;
use crate::snapshot::Snapshot;

pub use body::BrokenOff;
pub use event::{Access, Event};
pub use responder::{Answer, Asked, Failed, RequestBody, Responder, ResponseBody};
pub use tls::TlsError;

/// Serves HTTP with a program that was frozen when it was ready to: `docs/serve.md` tells all of it.
///
/// Each request has a VM of its own, restored from the snapshot: it begins with the state that the
/// program had then, and nothing of it is left when it was answered.
///
/// VMs run on threads of the server. Connections are on those of the runtime that calls
/// [`run`](Self::run), so that a program that computes keeps nobody else from being heard.
///
/// ```
/// use jsvm::{Engine, EventLoop, Source, http};
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let engine = Engine::global()?;
/// let vm = engine.vm().build()?;
/// let handlers = http::install(&vm)?;
/// let program = "export default { fetch: () => new Response('hello') }";
/// let exports = EventLoop::new(&vm).eval(Source::module(program)).await?;
/// assert!(handlers.register(&exports)?);
/// drop((exports, handlers));
///
/// let server = http::Server::new(engine.vm(), &vm.snapshot()?).max_concurrent(16);
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
/// let address = listener.local_addr().expect("an address");
/// // It serves until the second argument is ready.
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let serving = tokio::spawn(server.run(listener, async { drop(stopped.await) }));
/// # let _ = address;
/// stop.send(()).expect("it is running");
/// serving.await.expect("it does not panic")?;
/// # Ok::<(), jsvm::Error>(()) })?;
/// # Ok::<(), jsvm::Error>(())
/// ```
#[must_use]
pub struct Server {
    settings: Settings,
    program: Program,
    permits: Arc<Permits>,
    env: BTreeMap<String, String>,
    told: Box<dyn Fn(&Event<'_>) + Send + Sync>,
    tls: Option<TlsAcceptor>,
    admin: Option<TcpListener>,
}

impl Server {
    /// A server for a program. The builder has the limits of each VM and the host functions that
    /// the program needs, and its engine must have room for as many VMs as serve at a time; what
    /// answers the requests of [`http`](super) is added.
    ///
    /// The snapshot is that of a VM with the root [`HANDLER`](super::HANDLER).
    pub fn new(builder: VmBuilder, snapshot: &Snapshot) -> Self {
        Server::of(Program::Vms {
            builder: Box::new(builder),
            snapshot: snapshot.clone(),
            has_requests: true,
        })
    }

    /// A server whose requests are answered by something else than VMs, on the same threads and
    /// within the same limits.
    pub fn with_responder(responder: impl Responder) -> Self {
        Server::of(Program::Other(Arc::new(responder)))
    }

    fn of(program: Program) -> Self {
        Server {
            settings: Settings {
                threads: std::thread::available_parallelism().map_or(1, usize::from),
                reuse: 1,
                timeout: Some(Duration::from_secs(30)),
                header_timeout: Duration::from_secs(10),
                max_header: 32 << 10,
                max_body: 16 << 20,
                max_concurrent: 256,
                max_waiting: 1024,
                shutdown_timeout: Duration::from_secs(30),
            },
            program,
            permits: Arc::new(|_| Err(HostError::type_error("fetch is not allowed here"))),
            env: BTreeMap::new(),
            told: Box::new(|_| {}),
            tls: None,
            admin: None,
        }
    }

    /// How many threads run VMs; as many as there are processors by default.
    pub fn threads(mut self, threads: usize) -> Self {
        self.settings.threads = threads.max(1);
        self
    }

    /// How many requests a VM answers, one after the other, before another takes its place; 1 by
    /// default. With more, global variables and what the garbage collector has not found last from
    /// one request to the next, and a request costs less.
    pub fn reuse(mut self, requests: u64) -> Self {
        self.settings.reuse = requests.max(1);
        self
    }

    /// How long a request may take until its response begins, and after that each time until the
    /// next piece of its body was taken or all is done; 30 seconds by default, `None` for no limit.
    /// How long it may compute at a stretch is a [limit](crate::Limits::time) of the VM.
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How long a client may take for the head of a request, for the handshake of TLS, and between two
    /// requests of a connection; 10 seconds by default.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.settings.header_timeout = timeout;
        self
    }

    /// The most bytes that the head of a request may have; 32 KiB by default, and at least 8.
    pub fn max_header(mut self, bytes: usize) -> Self {
        self.settings.max_header = bytes.max(8 << 10);
        self
    }

    /// The most bytes that the body of a request may have; 16 MiB by default.
    pub fn max_body(mut self, bytes: u64) -> Self {
        self.settings.max_body = bytes;
        self
    }

    /// How many requests are answered at a time, with a VM each; 256 by default.
    pub fn max_concurrent(mut self, requests: usize) -> Self {
        self.settings.max_concurrent = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How many requests wait for a VM when all serve; 1,024 by default. More are answered with
    /// status 503.
    pub fn max_waiting(mut self, requests: usize) -> Self {
        self.settings.max_waiting = requests;
        self
    }

    /// How long requests in flight may go on when the server is to end; 30 seconds by default.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.settings.shutdown_timeout = timeout;
        self
    }

    /// Lets the program `fetch`: the closure is asked for each URL, as for
    /// [`Client::new`](super::Client::new). By default it may reach nothing.
    pub fn fetch(
        mut self,
        permits: impl Fn(&Url) -> Result<(), HostError> + Send + Sync + 'static,
    ) -> Self {
        self.permits = Arc::new(permits);
        self
    }

    /// What handlers get as `env`; nothing by default.
    pub fn env(mut self, env: impl IntoIterator<Item = (String, String)>) -> Self {
        self.env = env.into_iter().collect();
        self
    }

    /// Is told what happens, on the thread where it happens: it should return soon.
    pub fn on_event(mut self, told: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.told = Box::new(told);
        self
    }

    /// Encrypts, with a chain of certificates and a key, both as PEM.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn tls(mut self, certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        self.tls = Some(tls::acceptor(certificates, key)?);
        Ok(self)
    }

    /// Answers there, without encryption, for `/metrics`, in the form that Prometheus reads, and
    /// for `/healthz`.
    pub fn admin(mut self, listener: TcpListener) -> Self {
        self.admin = Some(listener);
        self
    }

    /// Serves until `stop` is ready; then no connection is accepted any more, and what is in flight
    /// has its [time](Self::shutdown_timeout) to end.
    ///
    /// # Errors
    /// [`Error::Engine`] if the snapshot does not serve or the threads cannot be had, and what
    /// [`VmBuilder::restore`] fails with, before anything is accepted.
    pub async fn run(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::Engine(format!("cannot serve: {error}"));
        let local = listener.local_addr().map_err(failed)?;
        let program = self.program.ready()?;
        let mut workers = tokio::runtime::Builder::new_multi_thread();
        workers
            .worker_threads(self.settings.threads)
            .thread_name("jsvm-worker")
            .enable_all();
        let workers = Workers(Some(workers.build().map_err(failed)?));
        let Some(handle) = workers.0.as_ref().map(|runtime| runtime.handle().clone()) else {
            return Ok(());
        };
        let settings = self.settings;
        let state = Arc::new(State {
            slots: Arc::new(Semaphore::new(settings.max_concurrent)),
            settings,
            program,
            permits: self.permits,
            env: self.env,
            metrics: Metrics::new(),
            told: self.told,
            waiting: AtomicUsize::new(0),
            last: AtomicU64::new(0),
            idle: std::sync::Mutex::default(),
        });
        let _clears = Clears(state.clone());
        let admin = self.admin.map(|listener| {
            let served = tokio::spawn(admin::serve(state.clone(), listener));
            Aborts(served.abort_handle())
        });
        let service = |remote: SocketAddr| Service {
            state: state.clone(),
            workers: handle.clone(),
            remote,
            local,
            is_tls: self.tls.is_some(),
        };
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        {
            let mut stop = std::pin::pin!(stop);
            loop {
                tokio::select! {
                    () = &mut stop => break,
                    Some(_) = connections.join_next() => {}
                    accepted = listener.accept() => match accepted {
                        Ok((stream, remote)) => {
                            let tls = self.tls.clone();
                            let stopped = stopped.clone();
                            connections.spawn(connection::serve(stream, tls, service(remote), stopped));
                        }
                        // There are too many files, or the client is gone: others may do better.
                        Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                    },
                }
            }
        }
        drop(listener);
        let _ = stopping.send(true);
        let ended = async {
            while connections.join_next().await.is_some() {}
            // What handlers do after their response.
            let all = u32::try_from(state.settings.max_concurrent).unwrap_or(u32::MAX);
            drop(state.slots.acquire_many(all).await);
        };
        let _ = tokio::time::timeout(state.settings.shutdown_timeout, ended).await;
        connections.shutdown().await;
        drop((admin, workers));
        Ok(())
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The threads of VMs. They end when a VM lets them.
struct Workers(Option<Runtime>);

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Ends the VMs that are kept: they refer to what they are kept in.
struct Clears(Arc<State>);

impl Drop for Clears {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut *self.0.idle());
        drop(idle);
    }
}

/// A task that ends with this.
struct Aborts(tokio::task::AbortHandle);

impl Drop for Aborts {
    fn drop(&mut self) {
        self.0.abort();
    }
}
