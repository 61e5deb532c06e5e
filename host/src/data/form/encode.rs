//! From a graph of nodes to the form.

use std::convert::Infallible;

use minicbor::Encoder;
use minicbor::data::Tag;
use num_bigint::BigInt;

use super::{Form, tags};
use crate::data::text::{self, Packed};
use crate::data::{ConversionError, ErrorData, Node, SymbolData, SymbolKind};

/// Longer strings and buffers are chunks.
const INLINE: usize = 4096;

type Result<T> = std::result::Result<T, ConversionError>;

/// Encodes what the first node reaches.
///
/// # Errors
/// If an index is out of range, or a node stands where it cannot.
pub(crate) fn encode(nodes: &[Node]) -> Result<Form> {
    let mut writer = Writer {
        nodes,
        marks: Marks::of(nodes)?,
        item: Encoder::new(Vec::new()),
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
        item: writer.item.into_writer(),
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
    if elements.len() < tags::MANY {
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

/// Writing to memory cannot fail.
fn done<T>(result: std::result::Result<T, minicbor::encode::Error<Infallible>>) {
    debug_assert!(result.is_ok(), "a vector takes what is written");
}

struct Writer<'a> {
    nodes: &'a [Node],
    marks: Marks,
    item: Encoder<Vec<u8>>,
    chunks: Vec<Vec<u8>>,
    tokens: Vec<u64>,
    work: Vec<Work<'a>>,
}

impl<'a> Writer<'a> {
    fn tag(&mut self, tag: u64) {
        done(self.item.tag(Tag::new(tag)).map(drop));
    }

    fn class(&mut self, class: &str, elements: u64) {
        self.tag(tags::CLASS);
        done(
            self.item
                .array(elements)
                .and_then(|item| item.str(class).map(drop)),
        );
    }

    fn node(&mut self, index: u32) -> Result<()> {
        let nodes = self.nodes;
        let Some(node) = nodes.get(index as usize) else {
            return Err(malformed(&format!("there is no node {index}")));
        };
        let at = index as usize;
        if self.marks.is_shared[at] {
            if let Some(number) = self.marks.numbers[at] {
                self.tag(tags::REFERENCE);
                done(self.item.u64(number).map(drop));
                return Ok(());
            }
            self.marks.numbers[at] = Some(self.marks.count);
            self.marks.count += 1;
            self.tag(tags::SHARED);
        }
        match node {
            Node::Undefined => done(self.item.undefined().map(drop)),
            Node::Null => done(self.item.null().map(drop)),
            Node::Boolean(value) => done(self.item.bool(*value).map(drop)),
            Node::Number(value) => self.number(*value),
            Node::Bigint(digits) => self.bigint(digits)?,
            Node::Text(text) => self.text(text),
            Node::Utf16(units) => self.utf16(units),
            Node::Symbol(symbol) => self.symbol(symbol)?,
            Node::Date(milliseconds) => self.date(*milliseconds),
            Node::Regexp(regexp) => {
                self.class("RegExp", 4);
                self.text(&regexp.source);
                self.text(&regexp.flags);
                self.number(f64::from(regexp.last_index));
            }
            Node::Boxed(inner) => {
                match nodes.get(*inner as usize) {
                    Some(inner) if is_primitive(inner) => {}
                    _ => return Err(malformed("only a primitive can be boxed")),
                }
                self.class("Object", 2);
                self.work.push(Work::Node(*inner));
            }
            Node::Array(elements) => {
                if let Some(numbers) = numbers(nodes, elements) {
                    self.tag(tags::NUMBERS);
                    self.bytes(&numbers);
                    return Ok(());
                }
                done(self.item.array(elements.len() as u64).map(drop));
                self.later(elements);
            }
            Node::SparseArray(array) => {
                self.class("Array", 3);
                self.number(f64::from(array.length));
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
                self.tag(tags::MAP);
                self.pairs(pairs);
            }
            Node::Set(members) => {
                self.tag(tags::SET);
                done(self.item.array(members.len() as u64).map(drop));
                self.later(members);
            }
            Node::Buffer(bytes) => self.bytes(bytes),
            Node::View(view) => {
                match nodes.get(view.buffer as usize) {
                    Some(Node::Buffer(_)) => {}
                    _ => return Err(malformed("a view needs a buffer")),
                }
                self.class(tags::view_class(view.kind), 4);
                self.node(view.buffer)?;
                self.number(f64::from(view.byte_offset));
                self.number(f64::from(view.length));
            }
            Node::Error(error) => self.error(error),
            Node::Opaque(token) => {
                self.tag(tags::OPAQUE);
                done(self.item.u64(self.tokens.len() as u64).map(drop));
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
        done(self.item.map(properties.len() as u64).map(drop));
        for (key, value) in properties.iter().rev() {
            self.work.push(Work::Node(*value));
            self.work.push(Work::Text(key));
        }
    }

    fn pairs(&mut self, pairs: &[(u32, u32)]) {
        done(self.item.map(pairs.len() as u64).map(drop));
        for (key, value) in pairs.iter().rev() {
            self.work.push(Work::Node(*value));
            self.work.push(Work::Node(*key));
        }
    }

    fn error(&mut self, error: &'a ErrorData) {
        self.class(
            tags::error_name(error.class),
            2 + u64::from(error.name.is_some()),
        );
        if let Some(name) = &error.name {
            self.work.push(Work::Text(name));
        }
        self.properties(&error.properties);
    }

    fn number(&mut self, value: f64) {
        done(match tags::exact_integer(value) {
            Some(whole) => self.item.i64(whole).map(drop),
            None => self.item.f64(value).map(drop),
        });
    }

    fn bigint(&mut self, digits: &str) -> Result<()> {
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        let is_number = unsigned.bytes().all(|byte| byte.is_ascii_digit());
        let value = digits.parse::<BigInt>().ok().filter(|_| is_number);
        let Some(value) = value else {
            return Err(malformed("a BigInt is written in decimal digits"));
        };
        let (tag, magnitude) = match value.sign() {
            num_bigint::Sign::Minus => (tags::NEGATIVE, -(value + BigInt::from(1))),
            _ => (tags::POSITIVE, value),
        };
        let (_, mut bytes) = magnitude.to_bytes_be();
        if bytes == [0] {
            bytes.clear();
        }
        self.tag(tag);
        done(self.item.bytes(&bytes).map(drop));
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if text.len() <= INLINE {
            done(self.item.str(text).map(drop));
            return;
        }
        let (tag, bytes) = match text::pack(text) {
            Packed::Latin1(bytes) => (tags::LATIN1, bytes),
            Packed::Utf16(bytes) => (tags::UTF16, bytes),
        };
        self.tag(tag);
        self.chunk(bytes);
    }

    fn utf16(&mut self, units: &[u16]) {
        self.tag(tags::UTF16);
        self.bytes(&text::to_bytes(units));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if bytes.len() <= INLINE {
            done(self.item.bytes(bytes).map(drop));
        } else {
            self.chunk(bytes.to_vec());
        }
    }

    fn chunk(&mut self, bytes: Vec<u8>) {
        self.tag(tags::CHUNK);
        done(self.item.u64(self.chunks.len() as u64).map(drop));
        self.chunks.push(bytes);
    }

    fn symbol(&mut self, symbol: &SymbolData) -> Result<()> {
        let description = symbol.description.as_deref();
        match symbol.kind {
            SymbolKind::Local => {
                self.class("Symbol", 1 + u64::from(description.is_some()));
                if let Some(description) = description {
                    self.text(description);
                }
            }
            SymbolKind::Registered => {
                self.class("Symbol.for", 2);
                self.text(description.unwrap_or_default());
            }
            SymbolKind::WellKnown => match description {
                Some(name) if name.starts_with("Symbol.") => self.class(name, 1),
                _ => return Err(malformed("there is no such well-known symbol")),
            },
        }
        Ok(())
    }

    fn date(&mut self, milliseconds: f64) {
        let seconds = milliseconds / 1000.0;
        if milliseconds.is_nan() || (seconds * 1000.0).round() == milliseconds {
            self.tag(tags::DATE);
            self.number(seconds);
        } else {
            self.class("Date", 2);
            self.number(milliseconds);
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
