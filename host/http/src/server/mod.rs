//! An HTTP server for programs with a `fetch` handler.

mod admin;
mod config;
mod connection;
mod content;
mod error;
mod event;
mod exchange;
mod limits;
mod memory;
mod metrics;
mod peer;
mod pool;
mod progress;
mod responder;
mod response;
mod service;
mod socket;
mod task;
mod tls;
mod upload;
mod worker;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jsvm::{HostError, Snapshot, VmBuilder};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

pub use self::admin::{MetricsText, serve_admin};
use self::config::{ServerConfig, Settings};
use self::memory::MemoryBudget;
use self::metrics::Metrics;
use self::peer::{OpenConnection, Peer};
use self::pool::{Pool, Program};
use self::service::Service;
use self::socket::Socket;
use self::worker::VmTemplate;
use super::client::{Url, UrlFilter};
use super::egress::EgressRules;

pub use content::ResponseBody;
pub use error::ServerError;
pub use event::{Access, Event};
pub use responder::{
    PendingRequest, RequestBody, Responder, ResponderError, ResponderFuture, ResponseSender,
};
pub use tls::TlsError;
pub use upload::BodyError;

/// Serves HTTP with a program from a snapshot: `docs/guides/serve.md` is the guide.
///
/// Each request gets its own VM, restored from the snapshot. It starts with the state of the
/// snapshot, and is dropped after the response.
///
/// VMs run on threads of the server. Connections run on the runtime that calls [`run`](Self::run),
/// so a program that computes does not block them.
///
/// ```
/// use jsvm::{Engine, EventLoop, Source};
/// use jsvm_http as http;
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
/// // The server runs until the second argument is ready.
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let serving = tokio::spawn(server.run(listener, async { drop(stopped.await) }));
/// # let _ = address;
/// stop.send(()).expect("it is running");
/// serving.await.expect("it does not panic")?;
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Server {
    settings: Settings,
    program: Program,
    url_filter: Arc<UrlFilter>,
    egress: EgressRules,
    env: BTreeMap<String, String>,
    on_event: Box<dyn Fn(&Event<'_>) + Send + Sync>,
    tls: Option<TlsAcceptor>,
    admin: Option<TcpListener>,
}

impl Server {
    /// Creates a server for a program.
    ///
    /// The builder sets the limits of each VM and the host functions of the program. Its engine
    /// must have room for [`max_concurrent`](Self::max_concurrent) VMs. The server adds the
    /// handlers of the requests of [`jsvm_http`](crate).
    ///
    /// The snapshot must be of a VM with the root [`HANDLER`](super::HANDLER).
    pub fn new(builder: VmBuilder, snapshot: &Snapshot) -> Self {
        Server::with_program(Program::Vms(VmTemplate {
            builder: Box::new(builder),
            snapshot: snapshot.clone(),
            has_requests: true,
        }))
    }

    /// Creates a server whose requests a [`Responder`] answers, on the same threads and within the
    /// same limits as VMs.
    pub fn with_responder(responder: impl Responder) -> Self {
        Server::with_program(Program::Responder(Arc::new(responder)))
    }

    fn with_program(program: Program) -> Self {
        Server {
            settings: Settings::default(),
            program,
            url_filter: Arc::new(|_| Err(HostError::type_error("fetch is not allowed here"))),
            egress: EgressRules::default(),
            env: BTreeMap::new(),
            on_event: Box::new(|_| {}),
            tls: None,
            admin: None,
        }
    }

    /// Sets the number of threads that run VMs; one for each processor by default.
    pub fn threads(mut self, threads: usize) -> Self {
        self.settings.threads = threads.max(1);
        self
    }

    /// Sets the number of requests that a VM answers, one after the other, before it is replaced; 1
    /// by default. With more, requests are faster, but global variables and garbage last from one
    /// request to the next.
    pub fn reuse(mut self, requests: u64) -> Self {
        self.settings.reuse = requests.max(1);
        self
    }

    /// Allows the program to `fetch`. The filter decides for each URL, as for
    /// [`Client::new`](super::Client::new). By default every URL is refused.
    pub fn fetch(
        mut self,
        filter: impl Fn(&Url) -> Result<(), HostError> + Send + Sync + 'static,
    ) -> Self {
        self.url_filter = Arc::new(filter);
        self
    }

    /// Sets the rules about hosts and addresses that `fetch` can reach, as
    /// [`Client::egress`](super::Client::egress) does. Public addresses by default.
    pub fn egress(mut self, rules: EgressRules) -> Self {
        self.egress = rules;
        self
    }

    /// Sets the variables that handlers get as `env`; none by default.
    pub fn env(mut self, env: impl IntoIterator<Item = (String, String)>) -> Self {
        self.env = env.into_iter().collect();
        self
    }

    /// Sets a function that receives the [events](Event) of the server. It is called on the thread
    /// of the event, so it should return quickly.
    pub fn on_event(mut self, on_event: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Box::new(on_event);
        self
    }

    /// Serves TLS with a certificate chain and a private key, both as PEM.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn tls(mut self, certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        self.tls = Some(tls::acceptor(certificates, key)?);
        Ok(self)
    }

    /// Serves `/metrics`, in the format of Prometheus, and `/healthz` on another listener, without
    /// TLS.
    pub fn admin(mut self, listener: TcpListener) -> Self {
        self.admin = Some(listener);
        self
    }

    /// Serves until `stop` is ready. Then it accepts no more connections, and requests in flight
    /// have until the [shutdown timeout](Self::shutdown_timeout) to end.
    ///
    /// # Errors
    /// Before it accepts a connection: [`ServerError::NoHandler`] if the snapshot has no handler;
    /// [`ServerError::Io`] if the system refuses threads; [`ServerError::Vm`] if
    /// [`VmBuilder::restore`] fails.
    pub async fn run(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<(), ServerError> {
        let local = listener.local_addr()?;
        let program = self.program.ready()?;
        let mut workers = tokio::runtime::Builder::new_multi_thread();
        workers
            .worker_threads(self.settings.threads)
            .thread_name("jsvm-worker")
            .enable_all();
        let workers = Workers(Some(workers.build()?));
        let Some(handle) = workers.0.as_ref().map(|runtime| runtime.handle().clone()) else {
            return Ok(());
        };
        let memory = self.settings.total_memory;
        let config = Arc::new(ServerConfig {
            memory: memory.map(|(total, request)| MemoryBudget::new(total, request)),
            make_room: Notify::new(),
            settings: self.settings,
            url_filter: self.url_filter,
            egress: self.egress,
            env: self.env,
            metrics: Metrics::new(),
            on_event: self.on_event,
            last_request: AtomicU64::new(0),
        });
        let pool = Arc::new(Pool::new(config.clone(), program));
        let admin = self.admin.map(|listener| {
            let config = config.clone();
            let metrics: admin::MetricsText = Arc::new(move || config.metrics());
            let served = tokio::spawn(admin::serve_admin(listener, metrics));
            AbortOnDrop(served.abort_handle())
        });
        let service = |remote: SocketAddr, peer: Arc<Peer>| Service {
            pool: pool.clone(),
            workers: handle.clone(),
            remote,
            local,
            is_tls: self.tls.is_some(),
            peer,
        };
        let room = Arc::new(Semaphore::new(config.settings.max_connections));
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        {
            let mut stop = std::pin::pin!(stop);
            loop {
                // Tasks that have ended. `accept` may hold a connection, so nothing else ends it.
                while connections.try_join_next().is_some() {}
                tokio::select! {
                    () = &mut stop => break,
                    accepted = accept(&listener, &room, &config.make_room) => match accepted {
                        Ok((stream, remote, permit)) => {
                            let open = OpenConnection::new(config.clone(), permit);
                            let stream = Arc::new(stream);
                            let peer = Peer::new(&stream, &config.settings);
                            let patience = config.settings.write_timeout;
                            let socket = Socket::new(stream, peer.clone(), patience);
                            let (tls, stopped) = (self.tls.clone(), stopped.clone());
                            let service = service(remote, peer);
                            connections.spawn(async move {
                                connection::serve(socket, tls, service, stopped).await;
                                drop(open);
                            });
                        }
                        // Too many open files, or the client disconnected: the next one may
                        // succeed.
                        Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                    },
                }
            }
        }
        drop(listener);
        let _ = stopping.send(true);
        let ended = async {
            while connections.join_next().await.is_some() {}
            // Handlers may still work after their response.
            pool.finished().await;
        };
        let _ = tokio::time::timeout(config.settings.shutdown_timeout, ended).await;
        connections.shutdown().await;
        drop((admin, workers));
        Ok(())
    }
}

/// Accepts a connection and waits for room for it. Further ones wait in the queue of the system.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    make_room: &Notify,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    const PAUSE: Duration = Duration::from_millis(100);
    let (stream, remote) = listener.accept().await?;
    let permit = loop {
        match room.clone().try_acquire_owned() {
            Ok(permit) => break permit,
            Err(_) => make_room.notify_waiters(),
        }
        if let Ok(permit) = tokio::time::timeout(PAUSE, room.clone().acquire_owned()).await {
            break permit.map_err(io::Error::other)?;
        }
    };
    Ok((stream, remote, permit))
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The threads of VMs. Dropping them does not wait for running VMs.
struct Workers(Option<Runtime>);

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Aborts a task when it is dropped.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
