//! Where a VM's randomness comes from.

use std::fmt;

use jsvm_snapshot::host::EntropyPosition;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The seed of a VM's random numbers: 256 bits.
///
/// A number is a seed for tests. Whoever tries all small numbers finds it, so a seed that must stay
/// secret is made from random bytes. A snapshot that is not [sealed](crate::snapshot::Encoder::seal)
/// does not hold the seed.
///
/// ```
/// use jsvm::Seed;
/// let engine = jsvm::Engine::global()?;
/// let random = |seed: Seed| {
///     let vm = engine.vm().seed(seed).build()?;
///     vm.eval("Math.random()")?.to::<f64>()
/// };
/// assert_eq!(random(7.into())?, random(7.into())?);
/// assert_eq!(random(Seed::new([1; 32]))?, random(Seed::new([1; 32]))?);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A seed of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Seed(bytes)
    }

    /// Returns the bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Spreads the number over all bits, always in the same way.
impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        Seed(ChaCha12Rng::seed_from_u64(number).get_seed())
    }
}

impl From<[u8; 32]> for Seed {
    fn from(bytes: [u8; 32]) -> Self {
        Seed(bytes)
    }
}

/// Does not show the seed.
impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// The source that `Math.random` is seeded from.
pub(crate) enum Entropy {
    /// The operating system.
    System,
    /// The stream of a seed: the same for the same seed, on every machine and in every version.
    Seeded {
        seed: Seed,
        stream: Box<ChaCha12Rng>,
    },
}

impl Entropy {
    pub(crate) fn new(seed: Option<Seed>) -> Self {
        match seed {
            Some(seed) => Entropy::from_position(seed, 0),
            None => Entropy::System,
        }
    }

    /// The stream of a seed after so many words of 32 bits were taken from it.
    pub(crate) fn from_position(seed: Seed, word: u128) -> Self {
        let mut stream = ChaCha12Rng::from_seed(seed.0);
        stream.set_word_pos(word);
        Entropy::Seeded {
            seed,
            stream: Box::new(stream),
        }
    }

    /// Where it is, unless it is the system's.
    pub(crate) fn position(&self) -> Option<EntropyPosition> {
        match self {
            Entropy::System => None,
            Entropy::Seeded { seed, stream } => Some(EntropyPosition {
                word: stream.get_word_pos(),
                seed: Some(seed.0),
            }),
        }
    }

    pub(crate) fn next(&mut self) -> wasmtime::Result<u64> {
        match self {
            Entropy::Seeded { stream, .. } => Ok(stream.next_u64()),
            Entropy::System => getrandom::u64()
                .map_err(|error| wasmtime::format_err!("the system has no entropy: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    use super::{Entropy, Seed};

    #[test]
    fn numbers_of_a_seed_are_those_of_its_stream() {
        let mut expected = ChaCha12Rng::seed_from_u64(7);
        let mut entropy = Entropy::new(Some(Seed::from(7)));
        for _ in 0..3 {
            assert_eq!(entropy.next().unwrap(), expected.next_u64());
        }
        let position = entropy.position().unwrap();
        let seed = Seed::new(position.seed.unwrap());
        let mut later = Entropy::from_position(seed, position.word);
        assert_eq!(later.next().unwrap(), expected.next_u64());
    }
}
