//! From a graph of nodes to the form.

use num_bigint::BigInt;

use crate::data::text::{self, Packed};
use crate::data::{ErrorData, SymbolData, SymbolKind};
use crate::{CborWriter, ConversionError, Form, MAX_INLINE_LEN, MIN_PACKED_NUMBERS, Node, tags};

type Result<T> = std::result::Result<T, ConversionError>;

/// Encodes what the first node reaches.
///
/// # Errors
/// If an index is out of range, or a node stands where it cannot.
pub(crate) fn encode(nodes: &[Node]) -> Result<Form> {
    let mut writer = Writer {
        nodes,
        marks: Marks::of(nodes)?,
        item: CborWriter::new(),
        chunks: Vec::new(),
        tokens: Vec::new(),
        work: vec![Work::Node(0)],
    };
    while let Some(work) = writer.work.pop() {
        match work {
            Work::Node(index) => writer.node(index)?,
            Work::Text(text) => writer.text(text),
        }
    }
    Ok(Form {
        item: writer.item.into_bytes(),
        chunks: writer.chunks,
        tokens: writer.tokens,
    })
}

/// What is still to be written, in reverse.
enum Work<'a> {
    Node(u32),
    Text(&'a str),
}

/// Which nodes are shared.
struct Marks {
    is_shared: Vec<bool>,
    /// The number of the mark, once it was written.
    numbers: Vec<Option<u64>>,
    count: u64,
}

impl Marks {
    fn of(nodes: &[Node]) -> Result<Self> {
        let mut met = vec![false; nodes.len()];
        let mut is_shared = vec![false; nodes.len()];
        let mut waiting = vec![0];
        let mut outside = None;
        while let Some(index) = waiting.pop() {
            let Some(node) = nodes.get(index as usize) else {
                outside = Some(index);
                break;
            };
            if std::mem::replace(&mut met[index as usize], true) {
                is_shared[index as usize] = can_be_shared(node);
                continue;
            }
            node.children(|child| waiting.push(child));
        }
        match outside {
            Some(index) => Err(malformed(&format!("there is no node {index}"))),
            None => Ok(Marks {
                is_shared,
                numbers: vec![None; nodes.len()],
                count: 0,
            }),
        }
    }
}

/// Whether it makes a difference that two refer to the same.
fn can_be_shared(node: &Node) -> bool {
    match node {
        Node::Symbol(symbol) => symbol.kind == SymbolKind::Local,
        Node::Undefined
        | Node::Null
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::Bigint(_)
        | Node::Text(_)
        | Node::Utf16(_)
        | Node::Opaque(_) => false,
        _ => true,
    }
}

/// The bytes of many numbers, if that is all there is.
fn numbers(nodes: &[Node], elements: &[u32]) -> Option<Vec<u8>> {
    if elements.len() < MIN_PACKED_NUMBERS {
        return None;
    }
    let number = |index: &u32| match nodes.get(*index as usize) {
        Some(Node::Number(value)) => Some(value.to_le_bytes()),
        _ => None,
    };
    // Looked at before anything is allocated for it.
    number(elements.last()?)?;
    let bytes = elements.iter().map(number).collect::<Option<Vec<_>>>()?;
    Some(bytes.as_flattened().to_vec())
}

fn malformed(what: &str) -> ConversionError {
    ConversionError::new("well-formed nodes", what)
}

struct Writer<'a> {
    nodes: &'a [Node],
    marks: Marks,
    item: CborWriter,
    chunks: Vec<Vec<u8>>,
    tokens: Vec<u64>,
    work: Vec<Work<'a>>,
}

impl<'a> Writer<'a> {
    fn node(&mut self, index: u32) -> Result<()> {
        let nodes = self.nodes;
        let Some(node) = nodes.get(index as usize) else {
            return Err(malformed(&format!("there is no node {index}")));
        };
        let at = index as usize;
        if self.marks.is_shared[at] {
            if let Some(number) = self.marks.numbers[at] {
                self.item.write_tag(tags::REFERENCE);
                self.item.write_unsigned(number);
                return Ok(());
            }
            self.marks.numbers[at] = Some(self.marks.count);
            self.marks.count += 1;
            self.item.write_tag(tags::SHARED);
        }
        match node {
            Node::Undefined => self.item.write_undefined(),
            Node::Null => self.item.write_null(),
            Node::Boolean(value) => self.item.write_boolean(*value),
            Node::Number(value) => self.item.write_number(*value),
            Node::Bigint(digits) => self.bigint(digits)?,
            Node::Text(text) => self.text(text),
            Node::Utf16(units) => self.utf16(units),
            Node::Symbol(symbol) => self.symbol(symbol)?,
            Node::Date(milliseconds) => self.date(*milliseconds),
            Node::Regexp(regexp) => {
                self.item.write_class("RegExp", 4);
                self.text(&regexp.source);
                self.text(&regexp.flags);
                self.item.write_number(f64::from(regexp.last_index));
            }
            Node::Boxed(inner) => {
                match nodes.get(*inner as usize) {
                    Some(inner) if is_primitive(inner) => {}
                    _ => return Err(malformed("only a primitive can be boxed")),
                }
                self.item.write_class("Object", 2);
                self.work.push(Work::Node(*inner));
            }
            Node::Array(elements) => {
                if let Some(numbers) = numbers(nodes, elements) {
                    self.item.write_tag(tags::NUMBERS);
                    self.bytes(&numbers);
                    return Ok(());
                }
                self.item.write_array(elements.len());
                self.later(elements);
            }
            Node::SparseArray(array) => {
                self.item.write_class("Array", 3);
                self.item.write_number(f64::from(array.length));
                self.properties(&array.properties);
            }
            Node::Object(properties) => self.properties(properties),
            Node::KeyedObject(pairs) => {
                for (key, _) in pairs {
                    match nodes.get(*key as usize) {
                        Some(Node::Text(_) | Node::Utf16(_) | Node::Symbol(_)) => {}
                        _ => return Err(malformed("a key is a string or a symbol")),
                    }
                }
                self.pairs(pairs);
            }
            Node::Map(pairs) => {
                self.item.write_tag(tags::MAP);
                self.pairs(pairs);
            }
            Node::Set(members) => {
                self.item.write_tag(tags::SET);
                self.item.write_array(members.len());
                self.later(members);
            }
            Node::Buffer(bytes) => self.bytes(bytes),
            Node::View(view) => {
                match nodes.get(view.buffer as usize) {
                    Some(Node::Buffer(_)) => {}
                    _ => return Err(malformed("a view needs a buffer")),
                }
                self.item.write_class(view.kind.class_name(), 4);
                self.node(view.buffer)?;
                self.item.write_number(f64::from(view.byte_offset));
                self.item.write_number(f64::from(view.length));
            }
            Node::Error(error) => self.error(error),
            Node::Opaque(token) => {
                self.item.write_opaque(self.tokens.len());
                self.tokens.push(*token);
            }
        }
        Ok(())
    }

    /// Nodes to be written next, in this order.
    fn later(&mut self, nodes: &[u32]) {
        let nodes = nodes.iter().rev();
        self.work.extend(nodes.map(|index| Work::Node(*index)));
    }

    fn properties(&mut self, properties: &'a [(String, u32)]) {
        self.item.write_map(properties.len());
        for (key, value) in properties.iter().rev() {
            self.work.push(Work::Node(*value));
            self.work.push(Work::Text(key));
        }
    }

    fn pairs(&mut self, pairs: &[(u32, u32)]) {
        self.item.write_map(pairs.len());
        for (key, value) in pairs.iter().rev() {
            self.work.push(Work::Node(*value));
            self.work.push(Work::Node(*key));
        }
    }

    fn error(&mut self, error: &'a ErrorData) {
        self.item
            .write_class(error.class.name(), 2 + usize::from(error.name.is_some()));
        if let Some(name) = &error.name {
            self.work.push(Work::Text(name));
        }
        self.properties(&error.properties);
    }

    fn bigint(&mut self, digits: &str) -> Result<()> {
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        let is_number = unsigned.bytes().all(|byte| byte.is_ascii_digit());
        let value = digits.parse::<BigInt>().ok().filter(|_| is_number);
        let Some(value) = value else {
            return Err(malformed("a BigInt is written in decimal digits"));
        };
        let (tag, magnitude) = match value.sign() {
            num_bigint::Sign::Minus => (tags::NEGATIVE_BIGINT, -(value + BigInt::from(1))),
            _ => (tags::POSITIVE_BIGINT, value),
        };
        let (_, mut bytes) = magnitude.to_bytes_be();
        if bytes == [0] {
            bytes.clear();
        }
        self.item.write_tag(tag);
        self.item.write_bytes(&bytes);
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if text.len() <= MAX_INLINE_LEN {
            self.item.write_text(text);
            return;
        }
        let (tag, bytes) = match text::pack(text) {
            Packed::Latin1(bytes) => (tags::LATIN1, bytes),
            Packed::Utf16(bytes) => (tags::UTF16, bytes),
        };
        self.item.write_tag(tag);
        self.chunk(bytes);
    }

    fn utf16(&mut self, units: &[u16]) {
        self.item.write_tag(tags::UTF16);
        self.bytes(&text::to_bytes(units));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if bytes.len() <= MAX_INLINE_LEN {
            self.item.write_bytes(bytes);
        } else {
            self.chunk(bytes.to_vec());
        }
    }

    fn chunk(&mut self, bytes: Vec<u8>) {
        self.item.write_chunk(self.chunks.len());
        self.chunks.push(bytes);
    }

    fn symbol(&mut self, symbol: &SymbolData) -> Result<()> {
        let description = symbol.description.as_deref();
        match symbol.kind {
            SymbolKind::Local => {
                self.item
                    .write_class("Symbol", 1 + usize::from(description.is_some()));
                if let Some(description) = description {
                    self.text(description);
                }
            }
            SymbolKind::Registered => {
                self.item.write_class("Symbol.for", 2);
                self.text(description.unwrap_or_default());
            }
            SymbolKind::WellKnown => match description {
                Some(name) if name.starts_with("Symbol.") => self.item.write_class(name, 1),
                _ => return Err(malformed("there is no such well-known symbol")),
            },
        }
        Ok(())
    }

    fn date(&mut self, milliseconds: f64) {
        let seconds = milliseconds / 1000.0;
        if milliseconds.is_nan() || (seconds * 1000.0).round() == milliseconds {
            self.item.write_tag(tags::DATE);
            self.item.write_number(seconds);
        } else {
            self.item.write_class("Date", 2);
            self.item.write_number(milliseconds);
        }
    }
}

fn is_primitive(node: &Node) -> bool {
    matches!(
        node,
        Node::Boolean(_)
            | Node::Number(_)
            | Node::Bigint(_)
            | Node::Text(_)
            | Node::Utf16(_)
            | Node::Symbol(_)
    )
}
