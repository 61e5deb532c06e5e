//! Settings of a server, and the state that connections and VMs share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::event::Event;
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
    pub max_header: usize,
    pub max_body: u64,
    pub max_concurrent: usize,
    pub max_waiting: usize,
    pub shutdown_timeout: Duration,
}

type EventSink = dyn Fn(&Event<'_>) + Send + Sync;

/// Settings, metrics and the event sink of a server. It knows nothing of VMs.
pub struct ServerConfig {
    pub settings: Settings,
    pub url_filter: Arc<UrlFilter>,
    pub egress: EgressRules,
    pub env: BTreeMap<String, String>,
    pub metrics: Metrics,
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
}
