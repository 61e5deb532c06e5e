//! From the form to a graph of nodes.

use std::borrow::Cow;

use encoding_rs::mem;
use minicbor::Decoder;
use minicbor::data::Type;
use num_bigint::{BigInt, Sign};

use super::{Form, tags};
use crate::data::text;
use crate::data::{
    ConversionError, ErrorData, Node, RegexpData, SparseArrayData, SymbolData, SymbolKind,
    ViewData, ViewKind,
};

type Result<T> = std::result::Result<T, ConversionError>;

/// Decodes all nodes. Nothing recurses, and no more is allocated than the form has.
///
/// # Errors
/// If it is malformed.
pub(crate) fn decode(form: &Form) -> Result<Vec<Node>> {
    let mut reader = Reader {
        item: Decoder::new(&form.item),
        form,
        nodes: Vec::new(),
        marks: Vec::new(),
        frames: Vec::new(),
    };
    reader.run()?;
    if reader.item.position() < form.item.len() {
        return Err(reader.malformed("something comes after the value"));
    }
    Ok(reader.nodes)
}

/// How many elements are still to come; unknown if the end is marked.
type Left = Option<u64>;

/// A container that is not complete.
struct Frame {
    node: u32,
    left: Left,
    content: Content,
}

/// What was read of it.
enum Content {
    List(Vec<u32>),
    Set(Vec<u32>),
    /// Properties, and the key that was read last.
    Record(Vec<(Key, u32)>, Option<Key>, Holder),
    Map(Vec<(u32, u32)>, Option<u32>),
}

/// What has properties.
enum Holder {
    Plain,
    Sparse(u32),
    Error(ErrorData, bool),
}

enum Key {
    Text(String),
    /// A symbol, or a string with lone surrogates.
    Node(u32),
}

struct Reader<'a> {
    item: Decoder<'a>,
    form: &'a Form,
    nodes: Vec<Node>,
    /// The nodes that tag 28 marked.
    marks: Vec<u32>,
    frames: Vec<Frame>,
}

impl<'a> Reader<'a> {
    fn run(&mut self) -> Result<()> {
        self.value()?;
        loop {
            let Some(frame) = self.frames.last_mut() else {
                return Ok(());
            };
            let half = matches!(frame.content, Content::Map(_, Some(_)));
            let is_end = match &mut frame.left {
                _ if half => false,
                Some(0) => true,
                Some(left) => {
                    *left -= 1;
                    false
                }
                None => self.take_break()?,
            };
            if is_end {
                self.complete()?;
                continue;
            }
            if let Some(Frame {
                content: Content::Record(..),
                ..
            }) = self.frames.last()
            {
                let key = self.key()?;
                if let Some(Frame {
                    content: Content::Record(_, last, _),
                    ..
                }) = self.frames.last_mut()
                {
                    *last = Some(key);
                }
            }
            let holder = self.frames.len() - 1;
            let child = self.value()?;
            match &mut self.frames[holder].content {
                Content::List(elements) | Content::Set(elements) => elements.push(child),
                Content::Record(properties, key, _) => {
                    properties.extend(key.take().map(|key| (key, child)));
                }
                Content::Map(pairs, key) => match key.take() {
                    None => *key = Some(child),
                    Some(key) => pairs.push((key, child)),
                },
            }
        }
    }

    /// Ends the innermost container.
    fn complete(&mut self) -> Result<()> {
        let Some(Frame { node, content, .. }) = self.frames.pop() else {
            return Ok(());
        };
        self.nodes[node as usize] = match content {
            Content::List(elements) => Node::Array(elements),
            Content::Set(members) => Node::Set(members),
            Content::Map(pairs, _) => Node::Map(pairs),
            Content::Record(properties, _, Holder::Plain) => self.record(properties),
            Content::Record(properties, _, Holder::Sparse(length)) => {
                Node::SparseArray(SparseArrayData {
                    length,
                    properties: self.named(properties)?,
                })
            }
            Content::Record(properties, _, Holder::Error(mut error, is_named)) => {
                error.properties = self.named(properties)?;
                if is_named {
                    error.name = Some(self.text()?);
                }
                Node::Error(error)
            }
        };
        Ok(())
    }

    fn record(&mut self, properties: Vec<(Key, u32)>) -> Node {
        if properties
            .iter()
            .all(|(key, _)| matches!(key, Key::Text(_)))
        {
            let named = properties.into_iter().filter_map(|(key, value)| match key {
                Key::Text(text) => Some((text, value)),
                Key::Node(_) => None,
            });
            return Node::Object(named.collect());
        }
        let mut pairs = Vec::with_capacity(properties.len());
        for (key, value) in properties {
            let key = match key {
                Key::Text(text) => self.push(Node::Text(text)),
                Key::Node(node) => node,
            };
            pairs.push((key, value));
        }
        Node::KeyedObject(pairs)
    }

    fn named(&self, properties: Vec<(Key, u32)>) -> Result<Vec<(String, u32)>> {
        let named = properties.into_iter().map(|(key, value)| match key {
            Key::Text(text) => Ok((text, value)),
            Key::Node(node) => match &self.nodes[node as usize] {
                Node::Utf16(units) => Ok((String::from_utf16_lossy(units), value)),
                _ => Err(self.malformed("this key must be a string")),
            },
        });
        named.collect()
    }

    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    fn take_break(&mut self) -> Result<bool> {
        if self.peek()? != Type::Break {
            return Ok(false);
        }
        self.item.set_position(self.item.position() + 1);
        Ok(true)
    }

    fn peek(&self) -> Result<Type> {
        let result = self.item.datatype();
        result.map_err(|error| self.malformed(&error.to_string()))
    }

    fn malformed(&self, what: &str) -> ConversionError {
        let position = self.item.position();
        ConversionError::new("well-formed data", format!("at byte {position}: {what}"))
    }

    fn cbor<T>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'a>) -> std::result::Result<T, minicbor::decode::Error>,
    ) -> Result<T> {
        read(&mut self.item).map_err(|error| self.malformed(&error.to_string()))
    }

    /// Reads a value, of a container only the head, and returns its node.
    fn value(&mut self) -> Result<u32> {
        let mut kind = self.peek()?;
        let mut tag = None;
        if kind == Type::Tag {
            let mut first = self.cbor(|item| item.tag())?.as_u64();
            if first == tags::REFERENCE {
                return self.reference();
            }
            if first == tags::SHARED {
                // What comes next is the next node.
                self.marks.push(self.nodes.len() as u32);
                kind = self.peek()?;
                if kind == Type::Tag {
                    first = self.cbor(|item| item.tag())?.as_u64();
                    tag = Some(first);
                }
            } else {
                tag = Some(first);
            }
        }
        match tag {
            Some(tag) => self.tagged(tag),
            None => self.plain(kind),
        }
    }

    fn open(&mut self, left: Left, content: Content) -> u32 {
        let node = self.push(Node::Undefined);
        self.frames.push(Frame {
            node,
            left,
            content,
        });
        node
    }

    fn plain(&mut self, kind: Type) -> Result<u32> {
        match kind {
            Type::Array | Type::ArrayIndef => {
                let left = self.cbor(|item| item.array())?;
                Ok(self.open(left, Content::List(Vec::new())))
            }
            Type::Map | Type::MapIndef => {
                let left = self.cbor(|item| item.map())?;
                Ok(self.open(left, Content::Record(Vec::new(), None, Holder::Plain)))
            }
            kind => {
                let node = self.simple(kind)?;
                Ok(self.push(node))
            }
        }
    }

    /// A value that is neither tagged nor a container.
    fn simple(&mut self, kind: Type) -> Result<Node> {
        Ok(match kind {
            Type::Undefined => self.cbor(|item| item.undefined().map(|()| Node::Undefined))?,
            Type::Null => self.cbor(|item| item.null().map(|()| Node::Null))?,
            Type::Bool => Node::Boolean(self.cbor(|item| item.bool())?),
            Type::F16 | Type::F32 | Type::F64 => Node::Number(self.cbor(|item| item.f64())?),
            Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::I8
            | Type::I16
            | Type::I32
            | Type::I64
            | Type::Int => {
                let integer = i128::from(self.cbor(|item| item.int())?);
                if integer.unsigned_abs() < 1 << 53 {
                    Node::Number(integer as f64)
                } else {
                    Node::Bigint(integer.to_string())
                }
            }
            Type::String | Type::StringIndef => Node::Text(self.text()?),
            Type::Bytes | Type::BytesIndef => Node::Buffer(self.bytes()?.into_owned()),
            kind => return Err(self.malformed(&format!("a value cannot be {kind}"))),
        })
    }

    fn tagged(&mut self, tag: u64) -> Result<u32> {
        let node = match tag {
            tags::CLASS => return self.class(),
            tags::MAP => {
                let left = self.cbor(|item| item.map())?;
                return Ok(self.open(left, Content::Map(Vec::new(), None)));
            }
            tags::SET => {
                let left = self.cbor(|item| item.array())?;
                return Ok(self.open(left, Content::Set(Vec::new())));
            }
            tags::OPAQUE => {
                let index = self.cbor(|item| item.u64())?;
                let index = usize::try_from(index).ok();
                let token = index.and_then(|index| self.form.tokens.get(index));
                Node::Opaque(*token.ok_or_else(|| self.malformed("there is no such token"))?)
            }
            tags::NUMBERS => return self.numbers(),
            tags::DATE => Node::Date((self.number()? * 1000.0).round()),
            tags::POSITIVE | tags::NEGATIVE => {
                let magnitude = BigInt::from_bytes_be(Sign::Plus, &self.bytes()?);
                let value = match tag {
                    tags::NEGATIVE => -magnitude - BigInt::from(1),
                    _ => magnitude,
                };
                Node::Bigint(value.to_string())
            }
            tags::LATIN1 | tags::UTF16 => self.units(tag)?,
            tags::CHUNK => Node::Buffer(self.chunk()?.to_vec()),
            tag => match tags::view_of_tag(tag) {
                Some(kind) => return self.whole_view(kind),
                None => return Err(self.malformed(&format!("tag {tag} is not known"))),
            },
        };
        Ok(self.push(node))
    }

    /// An array of numbers whose bytes come next.
    fn numbers(&mut self) -> Result<u32> {
        let array = self.push(Node::Undefined);
        let bytes = self.byte_string()?;
        let (numbers, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(self.malformed("numbers have eight bytes each"));
        }
        let first = array + 1;
        let numbers = numbers.iter().copied().map(f64::from_le_bytes);
        self.nodes.extend(numbers.map(Node::Number));
        self.nodes[array as usize] = Node::Array((first..self.nodes.len() as u32).collect());
        Ok(array)
    }

    fn reference(&mut self) -> Result<u32> {
        let number = self.cbor(|item| item.u64())?;
        let number = usize::try_from(number).ok();
        let node = number.and_then(|number| self.marks.get(number));
        match node {
            Some(node) if (*node as usize) < self.nodes.len() => Ok(*node),
            _ => Err(self.malformed("nothing is marked with this number")),
        }
    }

    /// `27([class, ...])`
    fn class(&mut self) -> Result<u32> {
        let elements = self.cbor(|item| item.array())?.unwrap_or(0);
        let class = self.cbor(|item| item.str())?;
        let node = match (class, elements) {
            ("Array", 3) => {
                let length = self.number()? as u32;
                return self.properties(Holder::Sparse(length));
            }
            ("Date", 2) => Node::Date(self.number()?),
            ("RegExp", 3 | 4) => {
                let (source, flags) = (self.text()?, self.text()?);
                let last_index = match elements {
                    4 => self.number()? as u32,
                    _ => 0,
                };
                Node::Regexp(RegexpData {
                    source,
                    flags,
                    last_index,
                })
            }
            ("Object", 2) => {
                let boxed = self.push(Node::Undefined);
                let inner = self.primitive()?;
                self.nodes[boxed as usize] = Node::Boxed(inner);
                return Ok(boxed);
            }
            (class, 2 | 3) if tags::error_of_name(class).is_some() => {
                let error = ErrorData {
                    class: tags::error_of_name(class).unwrap_or(super::super::ErrorClass::Error),
                    name: None,
                    properties: Vec::new(),
                };
                return self.properties(Holder::Error(error, elements == 3));
            }
            (class, 4) if tags::view_of_class(class).is_some() => {
                let kind = tags::view_of_class(class).unwrap_or(ViewKind::DataView);
                return self.view(kind);
            }
            (class, elements) => Node::Symbol(self.symbol(class, elements)?),
        };
        Ok(self.push(node))
    }

    fn properties(&mut self, form: Holder) -> Result<u32> {
        let left = self.cbor(|item| item.map())?;
        Ok(self.open(left, Content::Record(Vec::new(), None, form)))
    }

    fn symbol(&mut self, class: &str, elements: u64) -> Result<SymbolData> {
        let (kind, description) = match (class, elements) {
            ("Symbol", 1) => (SymbolKind::Local, None),
            ("Symbol", 2) => (SymbolKind::Local, Some(self.text()?)),
            ("Symbol.for", 2) => (SymbolKind::Registered, Some(self.text()?)),
            (name, 1) if name.starts_with("Symbol.") => {
                (SymbolKind::WellKnown, Some(name.to_owned()))
            }
            (class, _) => return Err(self.malformed(&format!("`{class}` is not known"))),
        };
        Ok(SymbolData { kind, description })
    }

    /// A primitive, which may be a symbol that is referred to.
    fn primitive(&mut self) -> Result<u32> {
        let start = self.item.position();
        let frames = self.frames.len();
        if self.peek()? == Type::Tag && self.is_class_of_objects()? {
            return Err(self.malformed("this must be a primitive"));
        }
        let index = self.value()?;
        let is_object = !matches!(
            self.nodes[index as usize],
            Node::Boolean(_)
                | Node::Number(_)
                | Node::Bigint(_)
                | Node::Text(_)
                | Node::Utf16(_)
                | Node::Symbol(_)
        );
        if is_object || self.frames.len() > frames {
            self.item.set_position(start);
            return Err(self.malformed("this must be a primitive"));
        }
        Ok(index)
    }

    /// Whether tag 27 comes next, perhaps after a mark, with a class that is not a symbol: to read
    /// it in search of a primitive would recurse.
    fn is_class_of_objects(&mut self) -> Result<bool> {
        let start = self.item.position();
        let mut tag = self.cbor(|item| item.tag())?.as_u64();
        if tag == tags::SHARED && self.peek()? == Type::Tag {
            tag = self.cbor(|item| item.tag())?.as_u64();
        }
        let is = tag == tags::CLASS && {
            self.cbor(|item| item.array())?;
            !self.cbor(|item| item.str())?.starts_with("Symbol")
        };
        self.item.set_position(start);
        Ok(is)
    }

    /// A typed array over all of a buffer of its own.
    fn whole_view(&mut self, kind: ViewKind) -> Result<u32> {
        let view = self.push(Node::Undefined);
        let bytes = self.byte_string()?.into_owned();
        let size = super::super::element_size(kind);
        if bytes.len() % size != 0 {
            return Err(self.malformed("the buffer has no whole number of elements"));
        }
        let length = (bytes.len() / size) as u32;
        let buffer = self.push(Node::Buffer(bytes));
        self.nodes[view as usize] = Node::View(ViewData {
            kind,
            buffer,
            byte_offset: 0,
            length,
        });
        Ok(view)
    }

    fn view(&mut self, kind: ViewKind) -> Result<u32> {
        let view = self.push(Node::Undefined);
        let buffer = self.buffer()?;
        let (offset, length) = (self.number()?, self.number()?);
        self.nodes[view as usize] = Node::View(ViewData {
            kind,
            buffer,
            byte_offset: offset as u32,
            length: length as u32,
        });
        Ok(view)
    }

    /// The node of a buffer, which may be referred to.
    fn buffer(&mut self) -> Result<u32> {
        let start = self.item.position();
        if self.peek()? == Type::Tag {
            match self.cbor(|item| item.tag())?.as_u64() {
                tags::REFERENCE => {
                    let buffer = self.reference()?;
                    if matches!(self.nodes[buffer as usize], Node::Buffer(_)) {
                        return Ok(buffer);
                    }
                    return Err(self.malformed("a view needs a buffer"));
                }
                tags::SHARED => self.marks.push(self.nodes.len() as u32),
                _ => self.item.set_position(start),
            }
        }
        let bytes = self.byte_string()?.into_owned();
        Ok(self.push(Node::Buffer(bytes)))
    }

    fn number(&mut self) -> Result<f64> {
        let kind = self.peek()?;
        if !matches!(kind, Type::Tag)
            && let Node::Number(number) = self.simple(kind)?
        {
            return Ok(number);
        }
        Err(self.malformed("this must be a number"))
    }

    /// A string, lone surrogates as U+FFFD.
    fn text(&mut self) -> Result<String> {
        match self.peek()? {
            Type::String => Ok(self.cbor(|item| item.str())?.to_owned()),
            Type::StringIndef => self.cbor(|item| item.str_iter()?.collect()),
            Type::Tag => {
                let tag = self.cbor(|item| item.tag())?.as_u64();
                match self.units(tag)? {
                    Node::Text(text) => Ok(text),
                    Node::Utf16(units) => Ok(String::from_utf16_lossy(&units)),
                    _ => Err(self.malformed("this must be a string")),
                }
            }
            _ => Err(self.malformed("this must be a string")),
        }
    }

    /// A string of one or two bytes per code unit.
    fn units(&mut self, tag: u64) -> Result<Node> {
        match tag {
            tags::LATIN1 => {
                let bytes = self.byte_string()?;
                Ok(Node::Text(mem::decode_latin1(&bytes).into_owned()))
            }
            tags::UTF16 => {
                let bytes = self.byte_string()?;
                if bytes.len() % 2 != 0 {
                    return Err(self.malformed("UTF-16 has an even number of bytes"));
                }
                let text = text::utf16_le(&bytes);
                Ok(text.map_or_else(|| Node::Utf16(text::of_bytes(&bytes)), Node::Text))
            }
            _ => Err(self.malformed("this must be a string")),
        }
    }

    fn key(&mut self) -> Result<Key> {
        Ok(match self.peek()? {
            Type::String | Type::StringIndef => Key::Text(self.text()?),
            Type::U8 | Type::U16 | Type::U32 => Key::Text(self.number()?.to_string()),
            _ => {
                let index = self.primitive()?;
                match &self.nodes[index as usize] {
                    Node::Text(text) => Key::Text(text.clone()),
                    Node::Utf16(_) | Node::Symbol(_) => Key::Node(index),
                    _ => return Err(self.malformed("a key is a string or a symbol")),
                }
            }
        })
    }

    fn bytes(&mut self) -> Result<Cow<'a, [u8]>> {
        if self.peek()? == Type::Bytes {
            return Ok(self.cbor(|item| item.bytes())?.into());
        }
        self.cbor(|item| {
            let mut bytes = Vec::new();
            for part in item.bytes_iter()? {
                bytes.extend_from_slice(part?);
            }
            Ok(bytes.into())
        })
    }

    /// A byte string, or a chunk in its place.
    fn byte_string(&mut self) -> Result<Cow<'a, [u8]>> {
        if self.peek()? != Type::Tag {
            return self.bytes();
        }
        if self.cbor(|item| item.tag())?.as_u64() != tags::CHUNK {
            return Err(self.malformed("this must be a byte string"));
        }
        Ok(self.chunk()?.into())
    }

    fn chunk(&mut self) -> Result<&'a [u8]> {
        let index = self.cbor(|item| item.u64())?;
        let chunk = usize::try_from(index)
            .ok()
            .and_then(|index| self.form.chunks.get(index));
        match chunk {
            Some(bytes) => Ok(bytes),
            None => Err(self.malformed("there is no such chunk")),
        }
    }
}
