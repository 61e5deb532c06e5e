//! Where a VM's randomness comes from.

use jsvm_snapshot::host::EntropyPosition;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The source that `Math.random` is seeded from.
pub(crate) enum Entropy {
    /// The operating system.
    System,
    /// The stream of a seed: the same for the same seed, on every machine and in every version.
    Seeded { seed: u64, stream: Box<ChaCha12Rng> },
}

impl Entropy {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        match seed {
            Some(seed) => Entropy::Seeded {
                seed,
                stream: Box::new(ChaCha12Rng::seed_from_u64(seed)),
            },
            None => Entropy::System,
        }
    }

    /// Where it is, unless it is the system's.
    pub(crate) fn position(&self) -> Option<EntropyPosition> {
        match self {
            Entropy::System => None,
            Entropy::Seeded { seed, stream } => Some(EntropyPosition {
                seed: *seed,
                word: stream.get_word_pos(),
            }),
        }
    }

    /// Goes on from where another was.
    pub(crate) fn go_on_from(&mut self, position: EntropyPosition) {
        let mut stream = ChaCha12Rng::seed_from_u64(position.seed);
        stream.set_word_pos(position.word);
        *self = Entropy::Seeded {
            seed: position.seed,
            stream: Box::new(stream),
        };
    }

    pub(crate) fn next(&mut self) -> wasmtime::Result<u64> {
        match self {
            Entropy::Seeded { stream, .. } => Ok(stream.next_u64()),
            Entropy::System => getrandom::u64()
                .map_err(|error| wasmtime::format_err!("the system has no entropy: {error}")),
        }
    }
}
