//! What a worker tells while it works.

use std::time::Duration;

use super::WorkerMetrics;
use crate::error::FlowError;
use crate::model::FlowId;

/// A turn that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TurnReport {
    /// How long the VM ran.
    pub ran: Duration,
    /// From when the worker had its inputs until it had run: with the commit of the inputs.
    pub latency: Duration,
}

/// Receives what a worker does. It is meant to be implemented, and called on the worker's thread.
pub trait Observer: std::fmt::Debug + Send + Sync + 'static {
    /// A turn ran.
    fn turn(&self, report: TurnReport);

    /// The worker has done something: these are its figures now.
    fn metrics(&self, metrics: &WorkerMetrics);

    /// A flow was stopped, since it cannot go on.
    fn stopped(&self, _flow: &FlowId, _error: &FlowError) {}
}
