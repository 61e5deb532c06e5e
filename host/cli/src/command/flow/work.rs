//! `jsvm flow run`

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jsvm_flow::{
    FlowError, FlowId, HttpEffects, Observer, StopWorker, TurnReport, Until, Worker, WorkerConfig,
    WorkerMetrics,
};
use jsvm_http::Client;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::metrics::FlowMetrics;
use super::store::StoreOption;
use crate::command::permissions::net_options::NetOptions;
use crate::command::reason::reason;
use crate::command::usage::Usage;
use crate::command::{escape, options, output};

/// Runs the flows of a store.
///
/// The worker ends at SIGTERM or Ctrl-C, when the requests in flight have ended; at a second signal
/// immediately. It can be killed at any time.
#[derive(Args)]
pub struct Run {
    #[command(flatten)]
    store: StoreOption,

    /// End when no flow can go on: all have ended, or wait for signals or later timers
    #[arg(long)]
    until_idle: bool,

    /// With --until-idle: wait for timers that are due within this time
    #[arg(long, value_name = "DURATION", value_parser = options::duration, requires = "until_idle")]
    horizon: Option<Duration>,

    /// Time limit of a turn, which is what a flow does between two waits
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "10s")]
    turn_time: Duration,

    /// How many flows are kept in memory. Flows at rest need not be
    #[arg(long, value_name = "COUNT", default_value = "64", value_parser = clap::value_parser!(u32).range(1..))]
    max_vms: u32,

    /// How many threads run turns. With more than one, a flow that computes does not delay the others
    #[arg(long, value_name = "COUNT", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,

    /// How many times the time, or the bytes, of a snapshot the turns since the last one have, until another is taken.
    /// More keeps longer timelines, and makes recovery slower
    #[arg(long, value_name = "NUMBER", default_value = "3")]
    snapshot_ratio: u32,

    /// Put the text of a file in the place of secret("NAME") in headers; can be repeated
    #[arg(long, value_name = "NAME=FILE", value_parser = secret)]
    secret: Vec<(String, PathBuf)>,

    /// Limit of the body of a response, such as 8MiB
    #[arg(long, value_name = "SIZE", value_parser = options::bytes, default_value = "8MiB")]
    max_body: u64,

    /// Print what the worker did when it ends, as JSON
    #[arg(long)]
    metrics: bool,

    /// Where to serve /metrics, in the format of Prometheus, and /healthz
    #[arg(long, value_name = "HOST:PORT")]
    admin: Option<String>,

    #[command(flatten)]
    net: NetOptions,
}

impl Run {
    pub fn run(self) -> anyhow::Result<()> {
        let flows = self.store.open()?;
        let client = Client::new(|_| Ok(())).egress(self.net.egress());
        let max_body = usize::try_from(self.max_body).unwrap_or(usize::MAX);
        let effects = HttpEffects::new(client).max_body(max_body);
        let mut config = WorkerConfig::default();
        config.max_vms = self.max_vms as usize;
        config.turn_time = self.turn_time;
        config.threads = self.threads.into();
        config.snapshot_ratio = self.snapshot_ratio;
        config.secrets = self.secrets()?;
        config.horizon = self.horizon.unwrap_or_default();
        // It serves until the end of this function.
        let (_admin, metrics) = match &self.admin {
            Some(address) => {
                let (runtime, metrics) = serve_metrics(address)?;
                (Some(runtime), Some(metrics))
            }
            None => (None, None),
        };
        config.observer = Some(Arc::new(Told { metrics }));
        let mut worker = Worker::new(flows, effects, config)?;
        let stop = worker.stop_handle();
        let until = match self.until_idle {
            true => Until::Idle,
            false => Until::Stopped,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let result = runtime.block_on(async {
            tokio::spawn(stop_at_signals(stop));
            worker.run(until).await
        });
        if self.metrics {
            output::print(&serde_json::to_string(&worker.metrics())?);
        }
        Ok(result?)
    }

    fn secrets(&self) -> Result<HashMap<String, String>, Usage> {
        let secrets = self.secret.iter().map(|(name, file)| {
            let text = std::fs::read_to_string(file).map_err(|error| {
                let (file, reason) = (file.display(), reason(&error));
                Usage(format!(
                    "cannot read the secret {name} from {file}: {reason}"
                ))
            })?;
            // Editors end files with a line break.
            let text = text.trim_end_matches(['\r', '\n']);
            if text.is_empty() || text.contains(char::is_control) {
                return Err(Usage(format!(
                    "the secret {name} is for headers: {} must have one line of text",
                    file.display()
                )));
            }
            Ok((name.clone(), text.to_owned()))
        });
        secrets.collect()
    }
}

/// Serves the metrics of a worker on threads of their own, until the runtime is dropped.
fn serve_metrics(address: &str) -> anyhow::Result<(Runtime, Arc<FlowMetrics>)> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let metrics = Arc::new(FlowMetrics::new());
    let listener = runtime
        .block_on(TcpListener::bind(address))
        .map_err(|error| {
            let reason = reason(&error);
            Usage(format!(
                "cannot listen on {address}: {reason}. Name another HOST:PORT with --admin"
            ))
        })?;
    let place = listener.local_addr()?;
    output::print_error(&format!("jsvm: metrics are on http://{place}/metrics"));
    let served = metrics.clone();
    let text = Arc::new(move || served.text());
    runtime.spawn(jsvm_http::serve_admin(listener, text));
    Ok((runtime, metrics))
}

/// Prints which flows were stopped, and counts the rest.
#[derive(Debug)]
struct Told {
    metrics: Option<Arc<FlowMetrics>>,
}

impl Observer for Told {
    fn turn(&self, report: TurnReport) {
        if let Some(metrics) = &self.metrics {
            metrics.turn(report);
        }
    }

    fn metrics(&self, figures: &WorkerMetrics) {
        if let Some(metrics) = &self.metrics {
            metrics.metrics(figures);
        }
    }

    fn stopped(&self, flow: &FlowId, error: &FlowError) {
        let text = format!("jsvm: the flow {flow} is stopped: {error}");
        output::print_error(&escape::lines(&text));
    }
}

/// Stops the worker at the first signal, and ends the process at the second.
async fn stop_at_signals(stop: StopWorker) {
    for _ in 0..2 {
        if let Err(error) = signal().await {
            let text = format!("jsvm: cannot wait for signals: {error}");
            return output::print_error(&text);
        }
        if stop.is_set() {
            output::flush();
            std::process::exit(130);
        }
        stop.stop();
    }
}

/// Waits for SIGTERM or Ctrl-C.
async fn signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = term.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn secret(text: &str) -> Result<(String, PathBuf), Usage> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), file.into()))
        }
        _ => Err(Usage("expected NAME=FILE".into())),
    }
}
