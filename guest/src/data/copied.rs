//! Values that were copied out.

use crate::bindings::exports::jsvm::engine::roots::TokenScope;
use crate::bindings::jsvm::engine::types::Data;
use crate::js::{JsResult, LentBuffer, LentString, Value};
use crate::token;

/// A value that was copied out. Its owner owns its tokens.
pub struct Copied {
    /// The item.
    pub item: Vec<u8>,
    /// Long strings and buffers that the item refers to.
    pub chunks: Vec<Chunk>,
    /// Tokens that the item refers to.
    pub tokens: Vec<u64>,
}

/// A long string or a buffer.
pub enum Chunk {
    /// A string, which crosses without a copy.
    String(LentString),
    /// A buffer, which crosses without a copy.
    Buffer(LentBuffer),
    /// A copy.
    Owned(Vec<u8>),
}

impl Chunk {
    fn into_vec(self) -> JsResult<Vec<u8>> {
        match self {
            Chunk::String(string) => Ok(string.to_vec()),
            Chunk::Buffer(buffer) => buffer.to_vec(),
            Chunk::Owned(bytes) => Ok(bytes),
        }
    }

    /// # Safety
    /// As [`LentBuffer::into_list`].
    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    unsafe fn into_list(self) -> JsResult<Vec<u8>> {
        match self {
            // SAFETY: the caller's promise.
            Chunk::String(string) => Ok(unsafe { string.into_list() }),
            // SAFETY: the caller's promise.
            Chunk::Buffer(buffer) => unsafe { buffer.into_list() },
            Chunk::Owned(bytes) => Ok(bytes),
        }
    }
}

impl Copied {
    /// Converts the value to the form of the interface. Long strings and buffers are lent.
    ///
    /// # Errors
    /// A `TypeError` if a script has detached or shrunk a buffer since it was visited.
    ///
    /// # Safety
    /// As long as the data is there, no JavaScript may run, and the data must not be written to.
    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    pub unsafe fn lend(self) -> JsResult<Data> {
        // SAFETY: the caller's promise.
        let lend = |chunk| unsafe { Chunk::into_list(chunk) };
        let chunks: JsResult<_> = self.chunks.into_iter().map(lend).collect();
        finish(self.item, chunks, self.tokens)
    }

    /// Converts the value to the form of the interface, with copies of long strings and buffers.
    ///
    /// # Errors
    /// A `TypeError` if a script has detached or shrunk a buffer since it was visited.
    pub fn into_data(self) -> JsResult<Data> {
        let chunks: JsResult<_> = self.chunks.into_iter().map(Chunk::into_vec).collect();
        finish(self.item, chunks, self.tokens)
    }

    /// Copies long strings and buffers. The tokens become part of the VM's state.
    ///
    /// # Errors
    /// A `TypeError` if a script has detached or shrunk a buffer since it was visited.
    pub fn keep(self) -> JsResult<Kept> {
        let data = self.into_data()?;
        token::adopt(&data.tokens);
        Ok(Kept(data))
    }
}

/// A value that was copied out and stays in the VM. Its owner owns its tokens.
pub struct Kept(Data);

impl Kept {
    /// A copy for the embedder, with tokens of its own.
    pub fn duplicate(&self) -> Data {
        let duplicate = |token: &u64| {
            let value = token::get(*token).unwrap_or(Value::UNDEFINED);
            token::retain(value, TokenScope::Instance)
        };
        let Kept(data) = self;
        Data {
            item: data.item.clone(),
            chunks: data.chunks.clone(),
            tokens: data.tokens.iter().map(duplicate).collect(),
        }
    }

    /// Forgets the value together with its tokens.
    pub fn release(self) {
        release(self.0.tokens);
    }
}

/// The form of the interface. Without the chunks, the tokens are released.
fn finish(item: Vec<u8>, chunks: JsResult<Vec<Vec<u8>>>, tokens: Vec<u64>) -> JsResult<Data> {
    match chunks {
        Ok(chunks) => Ok(Data {
            item,
            chunks,
            tokens,
        }),
        Err(thrown) => {
            release(tokens);
            Err(thrown)
        }
    }
}

fn release(tokens: Vec<u64>) {
    for token in tokens {
        token::release(token);
    }
}
