//! Where a VM's randomness comes from.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The source that `Math.random` is seeded from.
pub(crate) enum Entropy {
    /// The operating system.
    System,
    /// The stream of a seed: the same for the same seed, on every machine and in every version.
    Seeded(Box<ChaCha12Rng>),
}

impl Entropy {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        match seed {
            Some(seed) => Entropy::Seeded(Box::new(ChaCha12Rng::seed_from_u64(seed))),
            None => Entropy::System,
        }
    }

    pub(crate) fn next(&mut self) -> wasmtime::Result<u64> {
        match self {
            Entropy::Seeded(stream) => Ok(stream.next_u64()),
            Entropy::System => getrandom::u64()
                .map_err(|error| wasmtime::format_err!("the system has no entropy: {error}")),
        }
    }
}
