//! From the VM to data.

mod keys;
mod object;
mod sharing;
mod text;

use std::collections::HashMap;

use jsvm_data::{CborWriter, tags};
use rustc_hash::FxBuildHasher;

use super::copied::{Chunk, Copied};
use crate::bindings::exports::jsvm::engine::roots::TokenScope;
use crate::js::{Atom, JsResult, Tag, Thrown, Value};
use crate::realm::intrinsics;
use crate::{limits, token};
use keys::Keys;
use object::Frame;
use sharing::Sharing;

/// Why a value could not be copied out.
pub enum CopyError {
    /// An accessor or a proxy threw, or memory ran out.
    Thrown(Thrown),
    /// It is larger than the output limit in bytes.
    TooLarge(u64),
}

impl From<Thrown> for CopyError {
    fn from(thrown: Thrown) -> Self {
        CopyError::Thrown(thrown)
    }
}

impl CopyError {
    /// As an exception for the script, where it is the script that copies.
    pub fn into_thrown(self) -> Thrown {
        match self {
            CopyError::Thrown(thrown) => thrown,
            CopyError::TooLarge(limit) => Thrown::range_error(&format!(
                "the data is larger than the limit of {limit} bytes"
            )),
        }
    }
}

type CopyResult<T> = Result<T, CopyError>;

/// Copies a value out.
pub fn copy_out(value: &Value) -> CopyResult<Copied> {
    let mut writer = Writer::new();
    writer.value(value)?;
    writer.finish()
}

/// Copies values out as an array of them.
pub fn copy_out_list(values: &[Value]) -> CopyResult<Copied> {
    let mut writer = Writer::new();
    writer.item.write_array(values.len());
    for value in values {
        writer.value(value)?;
        writer.run()?;
    }
    writer.finish()
}

struct Writer {
    item: CborWriter,
    chunks: Vec<Chunk>,
    /// Tokens made so far: given back if the copy fails.
    tokens: Vec<u64>,
    /// The index of the token of a value that stays here, by its address.
    opaque: HashMap<usize, usize, FxBuildHasher>,
    /// The mark of each object or symbol met, by its address. `met` keeps them alive, so that no
    /// address is used twice.
    seen: HashMap<usize, u32, FxBuildHasher>,
    met: Vec<Value>,
    sharing: Sharing,
    keys: Keys,
    /// Containers of which something is still to be written, innermost last.
    frames: Vec<Frame>,
    limit: u64,
    /// Bytes of chunks and of what is not in the item.
    beside: u64,
}

impl Writer {
    fn new() -> Self {
        Writer {
            item: CborWriter::with_capacity(64),
            chunks: Vec::new(),
            tokens: Vec::new(),
            opaque: HashMap::default(),
            seen: HashMap::default(),
            met: Vec::new(),
            sharing: Sharing::default(),
            keys: Keys::default(),
            frames: Vec::new(),
            limit: limits::output_limit(),
            beside: 0,
        }
    }

    fn finish(mut self) -> CopyResult<Copied> {
        self.run()?;
        self.check()?;
        let item = std::mem::take(&mut self.item);
        Ok(Copied {
            item: self.sharing.apply(item.into_bytes()),
            chunks: std::mem::take(&mut self.chunks),
            tokens: std::mem::take(&mut self.tokens),
        })
    }

    /// Compares what there is with the limit.
    fn check(&self) -> CopyResult<()> {
        if self.item.position() as u64 + self.beside > self.limit {
            return Err(CopyError::TooLarge(self.limit));
        }
        Ok(())
    }

    /// Bytes that are not in the item.
    fn charge(&mut self, bytes: usize) -> CopyResult<()> {
        self.beside += bytes as u64;
        self.check()
    }

    /// Writes a value. What a container holds is written later, by [`Writer::run`].
    fn value(&mut self, value: &Value) -> CopyResult<()> {
        self.check()?;
        match value.tag() {
            Tag::Number => self
                .item
                .write_number(value.as_number().unwrap_or(f64::NAN)),
            Tag::String => self.string(value)?,
            Tag::Object => self.object(value)?,
            Tag::Boolean => self.item.write_boolean(value.to_boolean()),
            Tag::Undefined | Tag::Internal => self.item.write_undefined(),
            Tag::Null => self.item.write_null(),
            Tag::BigInt => self.bigint(value)?,
            Tag::Symbol => self.symbol(value)?,
        }
        Ok(())
    }

    fn bigint(&mut self, value: &Value) -> CopyResult<()> {
        let (negative, bytes) = intrinsics().bigint_bytes(value)?;
        self.item.write_tag(if negative {
            tags::NEGATIVE_BIGINT
        } else {
            tags::POSITIVE_BIGINT
        });
        self.item.write_bytes(&bytes);
        Ok(())
    }

    fn symbol(&mut self, symbol: &Value) -> CopyResult<()> {
        if let Some(name) = intrinsics().well_known_name(symbol) {
            self.item.write_class(&format!("Symbol.{name}"), 1);
            return Ok(());
        }
        if let Some(key) = intrinsics().symbol_key(symbol)? {
            self.item.write_class("Symbol.for", 2);
            self.item.write_text(&key);
            return Ok(());
        }
        if self.is_known(symbol) {
            return Ok(());
        }
        let description = symbol.get("description")?;
        if description.is_undefined() {
            self.item.write_class("Symbol", 1);
            return Ok(());
        }
        self.item.write_class("Symbol", 2);
        self.string(&description)
    }

    /// Whether an object or symbol was written before, in which case a reference to it is
    /// written. Otherwise it is marked as what is written next.
    fn is_known(&mut self, value: &Value) -> bool {
        let Some(address) = value.address() else {
            return false;
        };
        if let Some(mark) = self.seen.get(&address) {
            let position = self.item.position();
            let reference = self.sharing.refer(*mark, position);
            self.item.bytes_mut().extend_from_slice(&reference);
            return true;
        }
        self.mark(value);
        false
    }

    /// Marks an object or symbol as what is written next.
    fn mark(&mut self, value: &Value) -> u32 {
        let mark = self.sharing.mark(self.item.position());
        if let Some(address) = value.address() {
            self.seen.insert(address, mark);
            self.met.push(value.clone());
        }
        mark
    }

    /// A value that stays here.
    fn opaque(&mut self, value: &Value) {
        let next = self.tokens.len();
        let address = value.address().unwrap_or_default();
        let index = *self.opaque.entry(address).or_insert_with(|| {
            self.tokens
                .push(token::retain(value.clone(), TokenScope::Instance));
            next
        });
        self.item.write_opaque(index);
    }

    /// Writes an object's key.
    fn key(&mut self, key: &Atom) -> CopyResult<()> {
        if self.keys.repeat(key, self.item.bytes_mut()) {
            return Ok(());
        }
        let start = self.item.position();
        let name = key.to_value()?;
        self.value(&name)?;
        if name.tag() == Tag::String {
            self.keys.learn(key, &self.item.as_bytes()[start..]);
        }
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        for token in self.tokens.drain(..) {
            token::release(token);
        }
    }
}

/// The elements of a list, for a frame.
type Values = std::vec::IntoIter<Value>;

/// What is read of a value before it is written: everything that can throw.
type Read<T> = JsResult<T>;
