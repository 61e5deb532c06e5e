//! From the VM to data.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::bindings::exports::jsvm::engine::vm::TokenScope;
use crate::bindings::jsvm::engine::types::{
    ErrorData, Node, RegexpData, SparseArrayData, SymbolData, SymbolKind, ViewData,
};
use crate::convert;
use crate::js::{Atom, JsResult, OwnKeys, Tag, Text, Thrown, Value};
use crate::realm::{Class, intrinsics};
use crate::{token, vm};

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
pub fn copy_out(value: &Value) -> CopyResult<Vec<Node>> {
    let mut writer = Writer::new();
    writer.add(value.clone())?;
    writer.finish()
}

/// Copies values out as an array of them.
pub fn copy_out_list(values: &[Value]) -> CopyResult<Vec<Node>> {
    let mut writer = Writer::new();
    writer.push(Node::Array(Vec::new()), 4 * values.len())?;
    let children = values
        .iter()
        .map(|value| writer.add(value.clone()))
        .collect::<CopyResult<Vec<_>>>()?;
    writer.nodes[0] = Node::Array(children);
    writer.finish()
}

struct Writer {
    nodes: Vec<Node>,
    /// Node of each object or symbol met, by its address. `waiting` and `done` keep them alive, so
    /// that no address is used twice.
    seen: HashMap<usize, u32, FxBuildHasher>,
    /// Objects whose node is a placeholder.
    waiting: Vec<(u32, Value)>,
    done: Vec<Value>,
    /// Tokens made so far: given back if the copy fails.
    tokens: Vec<u64>,
    limit: u64,
    left: u64,
}

impl Writer {
    fn new() -> Self {
        let limit = vm::output_limit();
        Writer {
            nodes: Vec::new(),
            seen: HashMap::default(),
            waiting: Vec::new(),
            done: Vec::new(),
            tokens: Vec::new(),
            limit,
            left: limit,
        }
    }

    fn finish(mut self) -> CopyResult<Vec<Node>> {
        while let Some((index, object)) = self.waiting.pop() {
            let node = self.object(&object)?;
            self.nodes[index as usize] = node;
            self.done.push(object);
        }
        self.tokens.clear();
        Ok(std::mem::take(&mut self.nodes))
    }

    /// Counts `bytes` against the limit.
    fn charge(&mut self, bytes: usize) -> CopyResult<()> {
        match self.left.checked_sub(bytes as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(CopyError::TooLarge(self.limit)),
        }
    }

    fn push(&mut self, node: Node, payload: usize) -> CopyResult<u32> {
        self.charge(size_of::<Node>() + payload)?;
        self.nodes.push(node);
        Ok(self.nodes.len() as u32 - 1)
    }

    /// The node of a value; an object's is filled later.
    fn add(&mut self, value: Value) -> CopyResult<u32> {
        let (node, payload) = match value.tag() {
            Tag::Undefined | Tag::Internal => (Node::Undefined, 0),
            Tag::Null => (Node::Null, 0),
            Tag::Boolean => (Node::Boolean(value.to_boolean()), 0),
            Tag::Number => (Node::Number(value.as_number().unwrap_or(f64::NAN)), 0),
            Tag::BigInt => {
                let digits = value.to_lossy()?;
                let len = digits.len();
                (Node::Bigint(digits), len)
            }
            Tag::String => match value.to_text()? {
                Text::Utf8(text) => {
                    let len = text.len();
                    (Node::Text(text), len)
                }
                Text::Utf16(units) => {
                    let len = 2 * units.len();
                    (Node::Utf16(units), len)
                }
            },
            Tag::Symbol => return self.add_symbol(value),
            Tag::Object => return self.add_object(value),
        };
        self.push(node, payload)
    }

    fn add_symbol(&mut self, value: Value) -> CopyResult<u32> {
        let address = value.address().unwrap_or_default();
        if let Some(index) = self.seen.get(&address) {
            return Ok(*index);
        }
        let data = symbol(&value)?;
        let payload = 16 + data.description.as_ref().map_or(0, String::len);
        let index = self.push(Node::Symbol(data), payload)?;
        self.seen.insert(address, index);
        self.done.push(value);
        Ok(index)
    }

    fn add_object(&mut self, object: Value) -> CopyResult<u32> {
        let address = object.address().unwrap_or_default();
        if let Some(index) = self.seen.get(&address) {
            return Ok(*index);
        }
        let index = self.push(Node::Undefined, 16)?;
        self.seen.insert(address, index);
        self.waiting.push((index, object));
        Ok(index)
    }

    fn object(&mut self, object: &Value) -> CopyResult<Node> {
        match intrinsics().class_of(object) {
            Class::Array => self.array(object),
            Class::Plain => self.plain(object),
            Class::Error => self.error(object),
            Class::Map => {
                let mut pairs = Vec::new();
                for [key, value] in intrinsics().map_entries(object)? {
                    self.charge(8)?;
                    pairs.push((self.add(key)?, self.add(value)?));
                }
                Ok(Node::Map(pairs))
            }
            Class::Set => {
                let mut members = Vec::new();
                for member in intrinsics().set_members(object)? {
                    self.charge(4)?;
                    members.push(self.add(member)?);
                }
                Ok(Node::Set(members))
            }
            Class::Date => Ok(Node::Date(intrinsics().date_value(object)?)),
            Class::RegExp => {
                let data = regexp(object)?;
                self.charge(data.source.len() + data.flags.len())?;
                Ok(Node::Regexp(data))
            }
            Class::Boxed => {
                let inner = intrinsics().unboxed(object)?;
                Ok(Node::Boxed(self.add(inner)?))
            }
            Class::ArrayBuffer => {
                let len = object.with_buffer_bytes(<[u8]>::len)?;
                self.charge(len)?;
                Ok(Node::Buffer(object.with_buffer_bytes(<[u8]>::to_vec)?))
            }
            Class::View => self.view(object),
            Class::Opaque => {
                let token = token::retain(object.clone(), TokenScope::Instance);
                self.tokens.push(token);
                Ok(Node::Opaque(token))
            }
        }
    }

    fn array(&mut self, array: &Value) -> CopyResult<Node> {
        let length = array.get("length")?.as_number().unwrap_or(0.0) as u32;
        let keys = array.own_keys(OwnKeys::ENUMERABLE)?;
        self.charge(4 * keys.len())?;
        let dense = keys.len() == length as usize && is_sequence(&keys)?;
        if dense {
            let mut elements = Vec::with_capacity(keys.len());
            for index in 0..length {
                elements.push(self.add(array.get(index)?)?);
            }
            return Ok(Node::Array(elements));
        }
        let mut properties = Vec::with_capacity(keys.len());
        for key in &keys {
            let name = key.to_value()?.to_lossy()?;
            self.charge(8 + name.len())?;
            properties.push((name, self.add(array.get(key)?)?));
        }
        Ok(Node::SparseArray(SparseArrayData { length, properties }))
    }

    fn plain(&mut self, object: &Value) -> CopyResult<Node> {
        let keys = object.own_keys(OwnKeys {
            symbols: true,
            ..OwnKeys::ENUMERABLE
        })?;
        let mut properties = Vec::with_capacity(keys.len());
        for (position, key) in keys.iter().enumerate() {
            let value = key.to_value()?;
            let text = if value.tag() == Tag::Symbol {
                None
            } else {
                Some(value.to_text()?)
            };
            let Some(Text::Utf8(name)) = text else {
                return self.keyed(object, &keys, properties, position);
            };
            self.charge(12 + name.len())?;
            properties.push((name, self.add(object.get(key)?)?));
        }
        Ok(Node::Object(properties))
    }

    /// An object with keys that are not plain strings; its first `position` properties have been
    /// read already, and accessors must not be called twice.
    fn keyed(
        &mut self,
        object: &Value,
        keys: &[Atom],
        read: Vec<(String, u32)>,
        position: usize,
    ) -> CopyResult<Node> {
        let mut properties = Vec::with_capacity(keys.len());
        for (name, value) in read {
            let len = name.len();
            properties.push((self.push(Node::Text(name), len)?, value));
        }
        for key in &keys[position..] {
            self.charge(8)?;
            let name = self.add(key.to_value()?)?;
            properties.push((name, self.add(object.get(key)?)?));
        }
        Ok(Node::KeyedObject(properties))
    }

    fn error(&mut self, error: &Value) -> CopyResult<Node> {
        let class = intrinsics().error_class(error)?;
        let name = error.get("name")?;
        let name = if name.tag() == Tag::String {
            Some(name.to_lossy()?)
        } else {
            None
        };
        let name = name.filter(|name| name != convert::error_class_name(class));
        self.charge(name.as_ref().map_or(0, String::len))?;
        let mut properties = Vec::new();
        for key in ["message", "stack", "cause", "errors"] {
            // A class may give all its errors one message; by default they inherit an empty one.
            let value = error.get(key)?;
            let inherits = match value.tag() {
                Tag::String => !value.to_lossy()?.is_empty(),
                _ => !value.is_undefined(),
            };
            if inherits || error.own_property(key)?.is_some() {
                self.charge(12 + key.len())?;
                properties.push((key.to_owned(), self.add(value)?));
            }
        }
        for key in error.own_keys(OwnKeys::ENUMERABLE)? {
            let text = key.to_value()?.to_lossy()?;
            if properties.iter().all(|(known, _)| *known != text) {
                self.charge(12 + text.len())?;
                properties.push((text, self.add(error.get(&key)?)?));
            }
        }
        Ok(Node::Error(ErrorData {
            class,
            name,
            properties,
        }))
    }

    fn view(&mut self, object: &Value) -> CopyResult<Node> {
        let view = intrinsics().view(object)?;
        let buffer = self.add(view.1.buffer)?;
        Ok(Node::View(ViewData {
            kind: convert::view_kind_out(view.0),
            buffer,
            byte_offset: view.1.offset as u32,
            length: (view.1.len / view.0.element_size()) as u32,
        }))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        for token in self.tokens.drain(..) {
            token::release(token);
        }
    }
}

/// Whether the keys are `0`, `1`, `2` and so on.
fn is_sequence(keys: &[Atom]) -> JsResult<bool> {
    for (index, key) in keys.iter().enumerate() {
        if *key != crate::js::Key::Index(index as u32).to_atom()? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn symbol(symbol: &Value) -> JsResult<SymbolData> {
    if let Some(name) = intrinsics().well_known_name(symbol) {
        let description = Some(format!("Symbol.{name}"));
        return Ok(SymbolData {
            kind: SymbolKind::WellKnown,
            description,
        });
    }
    if let Some(key) = intrinsics().symbol_key(symbol)? {
        return Ok(SymbolData {
            kind: SymbolKind::Registered,
            description: Some(key),
        });
    }
    let description = symbol.get("description")?;
    let description = if description.is_undefined() {
        None
    } else {
        Some(description.to_lossy()?)
    };
    Ok(SymbolData {
        kind: SymbolKind::Local,
        description,
    })
}

fn regexp(object: &Value) -> JsResult<RegexpData> {
    let last_index = object.get("lastIndex")?.to_number()?;
    Ok(RegexpData {
        source: object.get("source")?.to_lossy()?,
        flags: object.get("flags")?.to_lossy()?,
        last_index: last_index as u32,
    })
}
