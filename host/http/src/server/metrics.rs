//! Metrics of a server, in the format of Prometheus.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::event::Access;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabel {
    /// The status, or `none` if the client disconnected before there was a response.
    status: String,
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

    /// Formats the metrics.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
