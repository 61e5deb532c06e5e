//! Metrics of a server, in the format of Prometheus.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::event::Access;
use super::peer::Cut;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    /// The status, or `none` if the client disconnected before there was a response.
    status: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

/// The metrics of a server.
pub struct Metrics {
    registry: Registry,
    requests: Family<StatusLabel, Counter>,
    bytes: Counter,
    time: Histogram,
    pub in_flight: Gauge,
    pub failures: Counter,
    pub vms: Counter,
    pub connections: Gauge,
    cuts: Family<ReasonLabel, Counter>,
    /// Requests that got status 503.
    pub refused: Counter,
    pub memory_reserved: Gauge,
}

impl Metrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("jsvm");
        let metrics = Metrics {
            requests: Family::default(),
            bytes: Counter::default(),
            // From 100 microseconds to 13 seconds.
            time: Histogram::new(exponential_buckets(0.0001, 2.0, 18)),
            in_flight: Gauge::default(),
            failures: Counter::default(),
            vms: Counter::default(),
            connections: Gauge::default(),
            cuts: Family::default(),
            refused: Counter::default(),
            memory_reserved: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "http_requests",
            "Finished requests, by status",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "http_response_body",
            "Bytes of response bodies",
            Unit::Bytes,
            metrics.bytes.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the end of its response",
            Unit::Seconds,
            metrics.time.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests in progress or waiting for a VM",
            metrics.in_flight.clone(),
        );
        registry.register(
            "handler_failures",
            "Errors of handlers, and unhandled promise rejections",
            metrics.failures.clone(),
        );
        registry.register("vms", "Restored VMs", metrics.vms.clone());
        registry.register(
            "http_connections",
            "Open connections",
            metrics.connections.clone(),
        );
        registry.register(
            "http_connections_cut",
            "Connections and HTTP/2 streams that the server ended early, by reason",
            metrics.cuts.clone(),
        );
        registry.register(
            "http_requests_refused",
            "Requests that got status 503 because too many waited or they waited too long",
            metrics.refused.clone(),
        );
        registry.register_with_unit(
            "memory_reserved",
            "Memory reserved for VMs and for responses that wait to be sent",
            Unit::Bytes,
            metrics.memory_reserved.clone(),
        );
        Metrics {
            registry,
            ..metrics
        }
    }

    /// Counts a finished request.
    pub fn count(&self, access: &Access) {
        let status = access.status;
        let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        self.requests.get_or_create(&StatusLabel { status }).inc();
        self.bytes.inc_by(access.bytes);
        self.time.observe(access.time.as_secs_f64());
    }

    /// Counts a connection or stream that the server ends.
    pub fn count_cut(&self, cut: Cut) {
        let reason = cut.label();
        self.cuts.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// Formats the metrics.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
