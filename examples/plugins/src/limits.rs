//! What a plugin may use.

use std::time::Duration;

/// What a plugin may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one document, waiting included; and to be loaded ten times as much.
    pub time: Duration,
    /// Bytes of memory.
    pub memory: u64,
}

impl Limits {
    /// How long a plugin may take to be loaded.
    pub fn loading(&self) -> Duration {
        self.time * 10
    }
}
