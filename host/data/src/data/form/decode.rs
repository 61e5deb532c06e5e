//! From the form to a graph of nodes.

use std::borrow::Cow;

use num_bigint::{BigInt, Sign};

use crate::data::{ErrorData, RegexpData, SparseArrayData, SymbolData, SymbolKind};
use crate::{
    CborError, CborHead, CborReader, ConversionError, ErrorClass, FIRST_UNSAFE_INTEGER, Form, Node,
    ViewKind, tags,
};

pub(super) type Result<T> = std::result::Result<T, ConversionError>;

/// Decodes all nodes. Nothing recurses, and no more is allocated than the form has.
///
/// # Errors
/// If it is malformed.
pub(crate) fn decode(form: &Form) -> Result<Vec<Node>> {
    let mut reader = Reader {
        item: CborReader::new(&form.item),
        form,
        nodes: Vec::new(),
        marks: Vec::new(),
        frames: Vec::new(),
    };
    reader.run()?;
    if reader.item.remaining() > 0 {
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

pub(super) struct Reader<'a> {
    pub(super) item: CborReader<'a>,
    pub(super) form: &'a Form,
    pub(super) nodes: Vec<Node>,
    /// The nodes that tag 28 marked.
    pub(super) marks: Vec<u32>,
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
            if !half && !self.item.begin_element(&mut frame.left) {
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

    pub(super) fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    pub(super) fn malformed(&self, what: &str) -> ConversionError {
        malformed_at(self.item.position(), what)
    }

    pub(super) fn read_head(&mut self) -> Result<CborHead> {
        self.item.read_head().map_err(wrong)
    }

    pub(super) fn read_text(&mut self, len: Left) -> Result<Cow<'a, str>> {
        self.item.read_text(len).map_err(wrong)
    }

    pub(super) fn read_bytes(&mut self, len: Left) -> Result<Cow<'a, [u8]>> {
        self.item.read_bytes(len).map_err(wrong)
    }

    pub(super) fn read_index(&mut self) -> Result<usize> {
        self.item.read_index().map_err(wrong)
    }

    /// Reads a value, of a container only the head, and returns its node.
    fn value(&mut self) -> Result<u32> {
        match self.read_head()? {
            CborHead::Tag(tags::REFERENCE) => self.reference(),
            CborHead::Tag(tags::SHARED) => {
                // What comes next is the next node.
                self.marks.push(self.nodes.len() as u32);
                let head = self.read_head()?;
                self.value_of(head)
            }
            head => self.value_of(head),
        }
    }

    fn value_of(&mut self, head: CborHead) -> Result<u32> {
        match head {
            CborHead::Tag(tag) => self.tagged(tag),
            CborHead::Array(left) => Ok(self.open(left, Content::List(Vec::new()))),
            CborHead::Map(left) => {
                Ok(self.open(left, Content::Record(Vec::new(), None, Holder::Plain)))
            }
            head => {
                let node = self.simple(head)?;
                Ok(self.push(node))
            }
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

    /// A value that is neither tagged nor a container.
    fn simple(&mut self, head: CborHead) -> Result<Node> {
        Ok(match head {
            CborHead::Undefined => Node::Undefined,
            CborHead::Null => Node::Null,
            CborHead::Boolean(value) => Node::Boolean(value),
            CborHead::Float(value) => Node::Number(value),
            CborHead::Unsigned(value) if value < FIRST_UNSAFE_INTEGER => Node::Number(value as f64),
            CborHead::Unsigned(value) => Node::Bigint(value.to_string()),
            CborHead::Negative(value) if value < FIRST_UNSAFE_INTEGER - 1 => {
                Node::Number(-1.0 - value as f64)
            }
            CborHead::Negative(value) => Node::Bigint((-1 - i128::from(value)).to_string()),
            CborHead::Text(len) => Node::Text(self.read_text(len)?.into_owned()),
            CborHead::Bytes(len) => Node::Buffer(self.read_bytes(len)?.into_owned()),
            CborHead::Array(_) | CborHead::Map(_) | CborHead::Tag(_) | CborHead::Break => {
                return Err(self.malformed("a value cannot begin like this"));
            }
        })
    }

    fn tagged(&mut self, tag: u64) -> Result<u32> {
        let node = match tag {
            tags::CLASS => return self.class(),
            tags::MAP => {
                let left = self.item.read_map().map_err(wrong)?;
                return Ok(self.open(left, Content::Map(Vec::new(), None)));
            }
            tags::SET => {
                let left = self.item.read_array().map_err(wrong)?;
                return Ok(self.open(left, Content::Set(Vec::new())));
            }
            tags::OPAQUE => {
                let index = self.read_index()?;
                let token = self.form.tokens.get(index);
                Node::Opaque(*token.ok_or_else(|| self.malformed("there is no such token"))?)
            }
            tags::NUMBERS => return self.numbers(),
            tags::DATE => Node::Date((self.number()? * 1000.0).round()),
            tags::POSITIVE_BIGINT | tags::NEGATIVE_BIGINT => {
                let magnitude = self.item.read_bytes_item().map_err(wrong)?;
                let magnitude = BigInt::from_bytes_be(Sign::Plus, &magnitude);
                let value = match tag {
                    tags::NEGATIVE_BIGINT => -magnitude - BigInt::from(1),
                    _ => magnitude,
                };
                Node::Bigint(value.to_string())
            }
            tags::LATIN1 | tags::UTF16 => self.units(tag)?,
            tags::CHUNK => Node::Buffer(self.chunk()?.to_vec()),
            tag => match ViewKind::from_tag(tag) {
                Some(kind) => return self.whole_view(kind),
                None => return Err(self.malformed(&format!("tag {tag} is not known"))),
            },
        };
        Ok(self.push(node))
    }

    pub(super) fn reference(&mut self) -> Result<u32> {
        let number = self.read_index()?;
        match self.marks.get(number) {
            Some(node) if (*node as usize) < self.nodes.len() => Ok(*node),
            _ => Err(self.malformed("nothing is marked with this number")),
        }
    }

    /// `27([class, ...])`
    fn class(&mut self) -> Result<u32> {
        let elements = self.item.read_array().map_err(wrong)?.unwrap_or(0);
        let class = self.class_name()?;
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
            (name, elements) => {
                match (ErrorClass::from_name(name), ViewKind::from_class_name(name)) {
                    (Some(class), _) if elements == 2 || elements == 3 => {
                        let error = ErrorData {
                            class,
                            name: None,
                            properties: Vec::new(),
                        };
                        return self.properties(Holder::Error(error, elements == 3));
                    }
                    (_, Some(kind)) if elements == 4 => return self.view(kind),
                    _ => Node::Symbol(self.symbol(name, elements)?),
                }
            }
        };
        Ok(self.push(node))
    }

    /// The name of a class: a text of definite length.
    fn class_name(&mut self) -> Result<&'a str> {
        match self.read_head()? {
            CborHead::Text(Some(len)) => self.item.read_str(len).map_err(wrong),
            _ => Err(self.malformed("a class has a name of definite length")),
        }
    }

    fn properties(&mut self, form: Holder) -> Result<u32> {
        let left = self.item.read_map().map_err(wrong)?;
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
        if self.is_class_of_objects()? {
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
        let mut head = self.read_head()?;
        if head == CborHead::Tag(tags::SHARED) {
            head = self.read_head()?;
        }
        let is = head == CborHead::Tag(tags::CLASS) && {
            self.item.read_array().map_err(wrong)?;
            !self.class_name()?.starts_with("Symbol")
        };
        self.item.set_position(start);
        Ok(is)
    }

    pub(super) fn number(&mut self) -> Result<f64> {
        let head = self.read_head()?;
        match self.simple(head)? {
            Node::Number(number) => Ok(number),
            _ => Err(self.malformed("this must be a number")),
        }
    }

    fn key(&mut self) -> Result<Key> {
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Text(len) => return Ok(Key::Text(self.read_text(len)?.into_owned())),
            CborHead::Unsigned(index) if index < FIRST_UNSAFE_INTEGER => {
                return Ok(Key::Text(index.to_string()));
            }
            _ => self.item.set_position(start),
        }
        let index = self.primitive()?;
        match &self.nodes[index as usize] {
            Node::Text(text) => Ok(Key::Text(text.clone())),
            Node::Utf16(_) | Node::Symbol(_) => Ok(Key::Node(index)),
            _ => Err(self.malformed("a key is a string or a symbol")),
        }
    }
}

fn malformed_at(position: usize, what: &str) -> ConversionError {
    ConversionError::new("well-formed data", format!("at byte {position}: {what}"))
}

fn wrong(error: CborError) -> ConversionError {
    malformed_at(error.offset(), &error.kind().to_string())
}
