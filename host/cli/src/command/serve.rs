//! `jsvm serve`

pub mod component;
mod limits;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use jsvm::{EngineConfig, Limits, Snapshot, VmBuilder};
use jsvm_http::{self as http, Server};
use tokio::net::TcpListener;

use self::limits::ServeLimits;
use super::access_log::{self, LogFormat};
use super::builtin::{install, reserve_process};
use super::launch::launch;
use super::modules::ModuleOptions;
use super::options::{Console, VmOptions};
use super::permissions::PermissionOptions;
use super::reason::reason;
use super::services::ServiceOptions;
use super::session::hard_memory;
use super::usage::Usage;
use super::watch::watch;
use super::{output, warm};

/// Serve HTTP with a program that has a fetch handler, or with a component
///
/// The program is found as by `jsvm run` and evaluated once. It needs a default export with a
/// method fetch(request, env, ctx), or a call of addEventListener("fetch", ...). Then it is frozen,
/// and each request gets a copy: its global variables have the values from the evaluation,
/// unaffected by other requests.
///
/// `env` has the variables that --allow-env names.
///
/// A file made by `jsvm build`, or any other component that exports wasi:http/incoming-handler or
/// wasi:http/handler, is served within the same limits. Each request gets its own instance.
///
/// SIGTERM and Ctrl-C stop the server when the requests in flight are done. A second signal stops
/// it at once.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    jsvm serve app.js\n  \
    jsvm serve app.ts --addr 0.0.0.0:8080 --allow-net=api.example.com --allow-env=TOKEN\n  \
    jsvm serve app.js --watch\n  \
    jsvm serve app.wasm --keyvalue app.db --config color=teal\n  \
    jsvm serve app.js --reuse 1000 --log json --admin 127.0.0.1:9090\n  \
    jsvm serve app.js --addr 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem")]
pub struct Serve {
    /// The program, or a component
    file: PathBuf,

    /// Where to listen. Port 0 chooses a free port, which is printed. Without a host, :8080 listens on
    /// every IPv4 address of the machine
    #[arg(long, value_name = "[HOST]:PORT", default_value = "127.0.0.1:8080")]
    addr: String,

    /// The port to listen on at 127.0.0.1: short for --addr 127.0.0.1:PORT
    #[arg(short, long, value_name = "PORT", conflicts_with = "addr")]
    port: Option<u16>,

    /// Number of requests that a VM answers, one after the other, before it is replaced
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    reuse: u64,

    /// Number of threads that run VMs [default: one for each processor]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Restart whenever the program or a module that it loads changes
    #[arg(long)]
    watch: bool,

    /// Format of the log, which goes to standard error
    #[arg(long, value_enum, value_name = "FORM", default_value_t = LogFormat::Text)]
    log: LogFormat,

    /// Where to serve /metrics and /healthz
    #[arg(long, value_name = "HOST:PORT")]
    admin: Option<String>,

    /// Certificate chain for TLS, as PEM, the server's certificate first
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// Private key of the certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    #[command(flatten)]
    modules: ModuleOptions,

    #[command(flatten)]
    limits: ServeLimits,

    #[command(flatten)]
    permissions: PermissionOptions,

    #[command(flatten)]
    services: ServiceOptions,
}

impl Serve {
    pub fn run(self) -> anyhow::Result<()> {
        if self.file.as_os_str() == "-" {
            let why = "cannot serve standard input: give the program as a file";
            return Err(Usage(why.into()).into());
        }
        self.limits.check()?;
        if let LogFormat::Json = self.log {
            output::set_json();
        }
        let component = component::read(&self.file, "serve")?;
        if self.watch && component.is_none() {
            return watch(&self.file);
        }
        let server = match component {
            Some(component) => Server::with_responder(self.handler(&component)?),
            None => {
                let (builder, snapshot) = self.load()?;
                self.server(builder, &snapshot)
            }
        };
        let server = self.set(server)?;
        // Connections are little work compared to VMs, which have threads of their own.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let served = runtime.block_on(self.serve(server));
        // Requests that still run have had their `--shutdown-timeout`.
        runtime.shutdown_background();
        served
    }

    /// Evaluates the program and freezes it. Returns the snapshot and the builder that restores it.
    fn load(&self) -> anyhow::Result<(VmBuilder, Snapshot)> {
        let limits = &self.limits;
        let engine = EngineConfig::new()
            .max_vms(limits.max_concurrent.saturating_add(8))
            .warm_vms(limits.max_concurrent.min(64))
            .build()?;
        let options = VmOptions::plain(
            limits.memory.clone(),
            self.permissions.clone(),
            self.services.clone(),
        );
        // Signals stop the server, and many VMs would share the input.
        reserve_process();
        let mut handlers = None;
        let program = launch(&self.file, Vec::new(), |folder: &Path| {
            let modules = self.modules.of(folder)?;
            let session = options.session_on(&engine, modules, Console::Both, |builder| {
                let vm = builder.build()?;
                install(&vm)?;
                handlers = Some(http::install(&vm)?);
                warm::create_builtins(&vm)?;
                Ok(vm)
            })?;
            session.forbid_exit("cannot call process.exit here: it would end the whole server");
            Ok(session)
        })?;
        let session = &program.session;
        let promises = if program.is_module {
            vec![&program.value]
        } else {
            vec![]
        };
        let exports = session.settled(&program.value, &promises);
        let exports = exports.map_err(|error| session.failed(&error))?;
        let serves = match &handlers {
            Some(handlers) => handlers
                .register(&exports)
                .map_err(|error| session.failed(&error))?,
            None => false,
        };
        if !serves {
            return Err(Usage(format!(
                "cannot serve {}: it has no fetch handler. Add `export default {{ fetch(request, env, \
                 ctx) {{ ... }} }}` or addEventListener(\"fetch\", ...)",
                self.file.display()
            ))
            .into());
        }
        drop((exports, handlers));
        warm::reserve_heap(session.vm())?;
        let builder = session.builder().clone().limits(
            Limits::default()
                .memory(limits.memory.value)
                .hard_memory(hard_memory(limits.memory.value))
                .time(limits.busy_timeout),
        );
        let snapshot = session.freeze(None)?;
        Ok((builder, snapshot))
    }

    /// Creates the responder that answers with instances of a component.
    fn handler(&self, component: &[u8]) -> anyhow::Result<component::Handler> {
        component::warn_unused(&[
            ("--watch", self.watch),
            ("--reuse", self.reuse > 1),
            ("--modules", self.modules.is_given()),
        ]);
        let limits = component::Limits {
            memory: self.limits.memory.value,
            busy: self.limits.busy_timeout,
            concurrent: self.limits.max_concurrent,
        };
        component::Handler::new(
            &self.file,
            component,
            &limits,
            self.permissions.permissions().into(),
            self.services.services()?,
        )
    }

    /// Creates the server that answers with VMs of a program.
    fn server(&self, builder: VmBuilder, snapshot: &Snapshot) -> Server {
        let permissions = self.permissions.permissions();
        let env = permissions.env_names().into_iter().filter_map(|name| {
            let value = permissions.env(&name)?;
            Some((name, value))
        });
        let env: Vec<_> = env.collect();
        Server::new(builder, snapshot)
            .reuse(self.reuse)
            .env(env)
            .egress(permissions.egress().clone())
            .fetch(move |url| permissions.net(url))
    }

    /// Applies the options that hold for programs and components alike.
    fn set(&self, server: Server) -> anyhow::Result<Server> {
        let mut server = self
            .limits
            .set(server)
            .on_event(access_log::printer(self.log));
        if let Some(threads) = self.threads {
            server = server.threads(threads.into());
        }
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            let tls = server.tls(&read(certificate)?, &read(key)?);
            server = tls.map_err(|error| {
                let reason = anyhow::Error::from(error);
                Usage(format!("--tls-cert, --tls-key: {reason:#}"))
            })?;
        }
        Ok(server)
    }

    async fn serve(&self, mut server: Server) -> anyhow::Result<()> {
        let listener = listen(&match self.port {
            Some(port) => format!("127.0.0.1:{port}"),
            None => self.addr.clone(),
        })
        .await?;
        let scheme = if self.tls_cert.is_some() {
            "https"
        } else {
            "http"
        };
        let place = listener.local_addr()?;
        if let Some(address) = &self.admin {
            let listener = listen(address).await?;
            let place = listener.local_addr()?;
            output::print_error(&format!("jsvm: metrics are on http://{place}/metrics"));
            server = server.admin(listener);
        }
        let mut signals = Signals::new()?;
        output::print_error(&format!("jsvm: serving on {scheme}://{place}"));
        let stop = async {
            signals.next().await;
            output::print_error("jsvm: stopping when the requests in flight are done");
            tokio::spawn(async move {
                signals.next().await;
                output::flush();
                // The exit code of a process that the signal ended.
                std::process::exit(130)
            });
        };
        server.run(listener, stop).await?;
        Ok(())
    }
}

/// The signals that ask the process to end.
struct Signals {
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    /// While it is handled, a write beyond the limit of file sizes fails, and does not end the
    /// process.
    #[cfg(unix)]
    _file_size: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            #[cfg(unix)]
            term: signal(SignalKind::terminate())?,
            #[cfg(unix)]
            _file_size: signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?,
        })
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.term.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}

async fn listen(address: &str) -> Result<TcpListener, Usage> {
    let cannot = |why: &str| Usage(format!("cannot listen on {address}: {why}"));
    if address.parse::<SocketAddr>().is_err() && !address.contains(':') {
        return Err(cannot("no port. Write HOST:PORT"));
    }
    let listener = match address.strip_prefix(':') {
        Some(port) => TcpListener::bind(format!("0.0.0.0:{port}")).await,
        None => TcpListener::bind(address).await,
    };
    listener.map_err(|error| cannot(&reason(&error)))
}

fn read(path: &Path) -> Result<Vec<u8>, Usage> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Usage {
    Usage(format!("cannot read {}: {}", path.display(), reason(error)))
}
