//! Metrics of a worker, in the format of Prometheus.

use std::sync::atomic::AtomicU64;

use jsvm_flow::{Observer, TurnReport, WorkerMetrics};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The metrics of a worker.
#[derive(Debug)]
pub struct FlowMetrics {
    registry: Registry,
    turn: Histogram,
    latency: Histogram,
    counters: Vec<(Read, Counter)>,
    live: Gauge<u64, AtomicU64>,
    in_flight: Gauge<u64, AtomicU64>,
}

/// How a counter gets its value.
type Read = fn(&WorkerMetrics) -> u64;

const COUNTERS: [(&str, &str, Read); 9] = [
    ("turns", "Turns that ran", |metrics| metrics.turns),
    ("requests", "Requests that were sent", |metrics| {
        metrics.requests
    }),
    (
        "requests_repeated",
        "Requests that were sent again, since their outcome was not known",
        |metrics| metrics.repeated,
    ),
    (
        "requests_in_doubt",
        "Requests that were rejected as in doubt",
        |metrics| metrics.in_doubt,
    ),
    (
        "recovered",
        "Flows whose VM was made from the store",
        |metrics| metrics.recovered,
    ),
    ("snapshots", "Snapshots that were stored", |metrics| {
        metrics.snapshots
    }),
    ("commits", "Commits of the store", |metrics| metrics.commits),
    ("ended", "Flows that ended", |metrics| metrics.ended),
    ("scheduled", "Flows that schedules started", |metrics| {
        metrics.scheduled
    }),
];

impl FlowMetrics {
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("jsvm_flow");
        // From 10 microseconds to 10 seconds.
        let histogram = || Histogram::new(exponential_buckets(0.000_01, 2.0, 21));
        let (turn, latency) = (histogram(), histogram());
        registry.register_with_unit(
            "turn",
            "Time that a VM ran in a turn",
            Unit::Seconds,
            turn.clone(),
        );
        registry.register_with_unit(
            "turn_latency",
            "Time from when the worker had the inputs of a turn until it had run",
            Unit::Seconds,
            latency.clone(),
        );
        let counters = COUNTERS.map(|(name, help, read)| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            (read, counter)
        });
        let (live, in_flight) = (Gauge::default(), Gauge::default());
        registry.register("live", "Flows that are in memory", live.clone());
        registry.register(
            "requests_in_flight",
            "Requests that wait for their outcomes",
            in_flight.clone(),
        );
        FlowMetrics {
            registry,
            turn,
            latency,
            counters: counters.into(),
            live,
            in_flight,
        }
    }

    /// Formats the metrics.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Observer for FlowMetrics {
    fn turn(&self, report: TurnReport) {
        self.turn.observe(report.ran.as_secs_f64());
        self.latency.observe(report.latency.as_secs_f64());
    }

    fn metrics(&self, metrics: &WorkerMetrics) {
        for (read, counter) in &self.counters {
            counter.inc_by(read(metrics).saturating_sub(counter.get()));
        }
        self.live.set(metrics.live);
        self.in_flight.set(metrics.in_flight);
    }
}
