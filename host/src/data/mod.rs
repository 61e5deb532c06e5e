//! JavaScript values as data, outside of any VM.

mod build;
mod bytes;
mod error;
mod from_js;
mod into_js;

use std::sync::Arc;

pub use build::DataBuilder;
pub use bytes::Bytes;
pub use error::ConversionError;
pub use from_js::FromJs;
pub use into_js::IntoJs;

pub use crate::bindings::jsvm::engine::types::{
    ErrorClass, ErrorData, Node, RegexpData, SparseArrayData, SymbolData, SymbolKind, ViewData,
    ViewKind,
};
use crate::release::{Releases, Token};

/// A JavaScript value that was copied out of a VM, or is to be copied into one.
///
/// It is a graph of [`Node`]s: what the value shares or refers to in a cycle stays so.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let data = vm.eval("({ name: 'Ada', born: 1815 })")?.to_data()?;
/// assert_eq!(data.root().get("born").unwrap().to::<u32>()?, 1815);
/// // Into another VM:
/// let other = jsvm::Engine::global()?.vm().build()?;
/// assert_eq!(other.from_data(&data)?.get("name")?.to::<String>()?, "Ada");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Data {
    nodes: Vec<Node>,
    /// Keeps what `opaque` nodes stand for alive.
    tokens: Vec<Token>,
}

impl Data {
    /// Data of nodes, of which the first is the root; the empty list is `undefined`.
    pub fn from_nodes(mut nodes: Vec<Node>) -> Self {
        if nodes.is_empty() {
            nodes.push(Node::Undefined);
        }
        Data {
            nodes,
            tokens: Vec::new(),
        }
    }

    /// Data that a VM gave; its tokens are released with it.
    pub(crate) fn from_vm(nodes: Vec<Node>, releases: &Arc<Releases>) -> Self {
        let tokens = nodes.iter().filter_map(|node| match node {
            Node::Opaque(number) => Some(Token::new(*number, releases)),
            _ => None,
        });
        let tokens = tokens.collect();
        Data {
            tokens,
            ..Data::from_nodes(nodes)
        }
    }

    /// The root.
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef {
            data: self,
            index: 0,
        }
    }

    /// All nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All nodes, in the form that the bindings take.
    pub(crate) fn node_list(&self) -> &Vec<Node> {
        &self.nodes
    }

    /// Takes the nodes out. Tokens among them are released.
    pub fn into_nodes(self) -> Vec<Node> {
        self.nodes
    }

    /// Whether everything in it can be used with that VM.
    pub(crate) fn belongs_to(&self, releases: &Arc<Releases>) -> bool {
        self.tokens.iter().all(|token| token.belongs_to(releases))
    }

    fn token(&self, number: u64) -> Option<&Token> {
        self.tokens.iter().find(|token| token.number() == number)
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.nodes == other.nodes
    }
}

/// What is there where nothing is.
static NOTHING: Data = Data {
    nodes: Vec::new(),
    tokens: Vec::new(),
};

/// One node of [`Data`], with access to those it refers to.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    data: &'a Data,
    index: u32,
}

impl<'a> NodeRef<'a> {
    /// The node. An index that is out of range reads as `undefined`.
    pub fn node(self) -> &'a Node {
        self.data
            .nodes
            .get(self.index as usize)
            .unwrap_or(&Node::Undefined)
    }

    /// `undefined`, of no data in particular.
    pub(crate) fn undefined() -> NodeRef<'static> {
        NOTHING.root()
    }

    /// Another node of the same data.
    pub fn at(self, index: u32) -> NodeRef<'a> {
        NodeRef { index, ..self }
    }

    /// A property of an object or error, or the value of a `Map` at a string.
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        let index = match self.node() {
            Node::Object(properties) => find(properties, key)?,
            Node::Error(error) => find(&error.properties, key)?,
            Node::SparseArray(array) => find(&array.properties, key)?,
            Node::Map(entries) => {
                let is_key =
                    |index: u32| matches!(self.at(index).node(), Node::Text(text) if text == key);
                entries.iter().find(|(index, _)| is_key(*index))?.1
            }
            _ => return None,
        };
        Some(self.at(index))
    }

    /// The elements of an array or the members of a `Set`. Holes are `None`.
    pub fn elements(self) -> Option<Vec<Option<NodeRef<'a>>>> {
        match self.node() {
            Node::Array(elements) | Node::Set(elements) => {
                Some(elements.iter().map(|index| Some(self.at(*index))).collect())
            }
            Node::SparseArray(array) => {
                // A length says nothing about how much there is: it may be four billion.
                let last = array
                    .properties
                    .iter()
                    .filter_map(|(key, _)| key.parse::<u32>().ok());
                let len = last.max().map_or(0, |last| u64::from(last) + 1);
                if len > 16 * array.properties.len() as u64 + 1024 {
                    return None;
                }
                let mut elements = vec![None; len as usize];
                for (key, value) in &array.properties {
                    if let Some(slot) = key.parse::<usize>().ok().and_then(|i| elements.get_mut(i))
                    {
                        *slot = Some(self.at(*value));
                    }
                }
                Some(elements)
            }
            _ => None,
        }
    }

    /// The bytes of a buffer, or those that a view covers.
    pub fn bytes(self) -> Option<&'a [u8]> {
        match self.node() {
            Node::Buffer(bytes) => Some(bytes),
            Node::View(view) => {
                let Node::Buffer(bytes) = self.at(view.buffer).node() else {
                    return None;
                };
                let start = view.byte_offset as usize;
                let len = view.length as usize * element_size(view.kind);
                bytes.get(start..start.checked_add(len)?)
            }
            _ => None,
        }
    }

    /// Converts it.
    ///
    /// # Errors
    /// If it is of another type.
    pub fn to<T: FromJs>(self) -> Result<T, ConversionError> {
        T::from_js(self)
    }

    /// What it is, for messages.
    pub(crate) fn describe(self) -> String {
        match self.node() {
            Node::Undefined => "undefined".into(),
            Node::Null => "null".into(),
            Node::Boolean(value) => format!("boolean {value}"),
            Node::Number(value) => format!("number {value}"),
            Node::Bigint(digits) if digits.len() < 32 => format!("bigint {digits}n"),
            Node::Bigint(_) => "a large bigint".into(),
            Node::Text(text) if text.chars().count() <= 32 => format!("string {text:?}"),
            Node::Text(_) | Node::Utf16(_) => "a string".into(),
            Node::Symbol(_) => "a symbol".into(),
            Node::Date(_) => "a date".into(),
            Node::Regexp(_) => "a regular expression".into(),
            Node::Boxed(_) => "a boxed primitive".into(),
            Node::Array(_) | Node::SparseArray(_) => "an array".into(),
            Node::Object(_) | Node::KeyedObject(_) => "an object".into(),
            Node::Map(_) => "a Map".into(),
            Node::Set(_) => "a Set".into(),
            Node::Buffer(_) => "an ArrayBuffer".into(),
            Node::View(_) => "a typed array".into(),
            Node::Error(_) => "an error".into(),
            Node::Opaque(_) => "a function or another value that is not data".into(),
        }
    }

    fn token(self) -> Option<Token> {
        match self.node() {
            Node::Opaque(number) => self.data.token(*number).cloned(),
            _ => None,
        }
    }
}

fn find(properties: &[(String, u32)], key: &str) -> Option<u32> {
    properties
        .iter()
        .find(|(name, _)| name == key)
        .map(|(_, index)| *index)
}

/// Bytes of one element of a view.
pub(crate) fn element_size(kind: ViewKind) -> usize {
    match kind {
        ViewKind::Int8 | ViewKind::Uint8 | ViewKind::Uint8Clamped | ViewKind::DataView => 1,
        ViewKind::Int16 | ViewKind::Uint16 | ViewKind::Float16 => 2,
        ViewKind::Int32 | ViewKind::Uint32 | ViewKind::Float32 => 4,
        ViewKind::Bigint64 | ViewKind::Biguint64 | ViewKind::Float64 => 8,
    }
}
