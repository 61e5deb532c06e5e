//! What was copied out.

use crate::bindings::exports::jsvm::engine::vm::TokenScope;
use crate::bindings::jsvm::engine::types::Data;
use crate::js::{Lent, Value};
use crate::token;

/// A value that was copied out. Whoever holds it owns its tokens.
pub struct Copied {
    /// The item.
    pub item: Vec<u8>,
    /// What the item refers to.
    pub chunks: Vec<Chunk>,
    /// Tokens that the item refers to.
    pub tokens: Vec<u64>,
}

/// A long string or a buffer.
pub enum Chunk {
    /// The memory of a JavaScript value, which crosses with no copy made here.
    Lent(Lent),
    /// A copy.
    Owned(Vec<u8>),
}

impl Copied {
    /// In the form of the interface. Memory of the engine's is lent: it must not change until the
    /// result is dropped, so no JavaScript may run.
    pub fn lend(self) -> Data {
        let chunks = self.chunks.into_iter().map(|chunk| match chunk {
            Chunk::Lent(lent) => lent.into_list(),
            Chunk::Owned(bytes) => bytes,
        });
        Data {
            item: self.item,
            chunks: chunks.collect(),
            tokens: self.tokens,
        }
    }

    /// With memory of its own, to be kept. The tokens become part of the VM's state.
    pub fn keep(mut self) -> Self {
        for chunk in &mut self.chunks {
            if let Chunk::Lent(lent) = chunk {
                *chunk = Chunk::Owned(lent.as_slice().to_vec());
            }
        }
        token::adopt(&self.tokens);
        self
    }

    /// A copy of what is kept, for the embedder, with tokens of its own.
    pub fn duplicate(&self) -> Data {
        let chunks = self.chunks.iter().map(|chunk| match chunk {
            Chunk::Lent(lent) => lent.as_slice().to_vec(),
            Chunk::Owned(bytes) => bytes.clone(),
        });
        let duplicate = |token: &u64| {
            let value = token::get(*token).unwrap_or(Value::UNDEFINED);
            token::retain(value, TokenScope::Instance)
        };
        Data {
            item: self.item.clone(),
            chunks: chunks.collect(),
            tokens: self.tokens.iter().map(duplicate).collect(),
        }
    }

    /// Forgets it together with its tokens.
    pub fn release(self) {
        for token in self.tokens {
            token::release(token);
        }
    }
}
