//! Settings of a server, and the state that connections and VMs share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::event::Event;
use super::memory::MemoryBudget;
use super::metrics::Metrics;
use crate::client::UrlFilter;
use crate::egress::EgressRules;

/// The settings of a server.
#[derive(Clone, Debug)]
pub struct Settings {
    pub threads: usize,
    pub reuse: u64,
    pub timeout: Option<Duration>,
    pub header_timeout: Duration,
    pub body_timeout: Duration,
    pub write_timeout: Duration,
    pub idle_timeout: Duration,
    pub max_header: usize,
    pub max_body: u64,
    pub max_concurrent: usize,
    pub max_waiting: usize,
    pub max_connections: usize,
    /// The limit of the sum of memory, and the memory of a request.
    pub total_memory: Option<(u64, u64)>,
    pub shutdown_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            reuse: 1,
            timeout: Some(Duration::from_secs(30)),
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            max_header: 32 << 10,
            max_body: 16 << 20,
            max_concurrent: 256,
            max_waiting: 1024,
            max_connections: default_connections(),
            total_memory: None,
            shutdown_timeout: Duration::from_secs(30),
        }
    }
}

/// Half of the files that the process may open: the other half is for what programs open. At most
/// 10,000.
fn default_connections() -> usize {
    const MAX: u64 = 10_000;
    #[cfg(unix)]
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    // Windows has no limit for a process.
    #[cfg(not(unix))]
    let files = None;
    let half = files.map_or(MAX, |files: u64| files / 2);
    usize::try_from(half.clamp(16, MAX)).unwrap_or(usize::MAX)
}

type EventSink = dyn Fn(&Event<'_>) + Send + Sync;

/// Settings, metrics and the event sink of a server. It knows nothing of VMs.
pub struct ServerConfig {
    pub settings: Settings,
    pub url_filter: Arc<UrlFilter>,
    pub egress: EgressRules,
    pub env: BTreeMap<String, String>,
    pub metrics: Metrics,
    pub memory: Option<MemoryBudget>,
    /// Notified while a connection waits for another one to end.
    pub make_room: Notify,
    pub on_event: Box<EventSink>,
    /// The number of the last request.
    pub last_request: AtomicU64,
}

impl ServerConfig {
    /// Reports an event, and counts it if it is a failure.
    pub fn report(&self, event: &Event<'_>) {
        if matches!(event, Event::HandlerFailed { .. }) {
            self.metrics.failures.inc();
        }
        (self.on_event)(event);
    }

    /// The deadline of work that begins now.
    pub fn deadline(&self) -> Option<Instant> {
        Instant::now().checked_add(self.settings.timeout?)
    }

    /// The number of the next request.
    pub fn next_request(&self) -> u64 {
        self.last_request.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Formats the metrics.
    pub fn metrics(&self) -> String {
        let reserved = self.memory.as_ref().map_or(0, MemoryBudget::reserved);
        let reserved = i64::try_from(reserved).unwrap_or(i64::MAX);
        self.metrics.memory_reserved.set(reserved);
        self.metrics.text()
    }
}
