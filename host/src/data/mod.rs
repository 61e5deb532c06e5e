//! JavaScript values as data, outside of any VM.

mod build;
mod bytes;
mod cbor;
mod error;
mod extract;
pub(crate) mod form;
mod node;
pub(crate) mod text;

use std::sync::{Arc, OnceLock};

use ::serde::de::DeserializeOwned;
use ::serde::ser::Serialize;

pub use build::DataBuilder;
pub use bytes::Bytes;
pub use cbor::Cbor;
pub use error::ConversionError;
pub(crate) use form::Form;
pub use node::{
    ErrorClass, ErrorData, Node, RegexpData, SparseArrayData, SymbolData, SymbolKind, ViewData,
    ViewKind,
};

use crate::bindings::jsvm::engine::types::Reply;
use crate::release::{Releases, Token};
use crate::serde::{self, Options, Parts, Source, Whole};
use crate::value::Value;

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
#[derive(Clone)]
pub struct Data {
    /// The nodes; of data that a VM gave, once they were asked for.
    nodes: OnceLock<Vec<Node>>,
    /// The same as it crosses; of data that was made here, once it has to.
    form: OnceLock<Result<Arc<Form>, Box<ConversionError>>>,
    /// Keeps what `opaque` nodes stand for alive.
    tokens: Vec<Token>,
}

impl Data {
    /// Data of nodes, of which the first is the root; the empty list is `undefined`.
    ///
    /// Nodes that refer to one that is not there, or where something else must stand, are found
    /// out when the data goes into a VM.
    pub fn from_nodes(mut nodes: Vec<Node>) -> Self {
        if nodes.is_empty() {
            nodes.push(Node::Undefined);
        }
        Data {
            nodes: nodes.into(),
            form: OnceLock::new(),
            tokens: Vec::new(),
        }
    }

    /// Data that a VM gave; its tokens are released with it.
    pub(crate) fn from_vm(form: Form, releases: &Arc<Releases>) -> Self {
        let tokens = form.tokens.iter();
        Data {
            tokens: tokens.map(|number| Token::new(*number, releases)).collect(),
            nodes: OnceLock::new(),
            form: Ok(Arc::new(form)).into(),
        }
    }

    /// A Rust value as data.
    ///
    /// ```
    /// let data = jsvm::Data::of(&(1, "two"))?;
    /// assert_eq!(data.to::<(i32, String)>()?, (1, "two".to_owned()));
    /// # Ok::<(), jsvm::ConversionError>(())
    /// ```
    ///
    /// # Errors
    /// If it cannot be: it is nested too deeply, or its type says so.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, ConversionError> {
        Data::of_with(value, &Options::default())
    }

    /// A Rust value as data, as the options say.
    ///
    /// # Errors
    /// As [`of`](Self::of); if the options do not allow a value.
    pub fn of_with<T: Serialize + ?Sized>(
        value: &T,
        options: &Options,
    ) -> Result<Self, ConversionError> {
        serde::capture(value, options).map(Data::captured)
    }

    pub(crate) fn captured(captured: Result<Whole, Parts>) -> Self {
        let node = match captured {
            Err(parts) => return Data::from_parts(parts),
            Ok(Whole::Data(data)) => return data,
            Ok(Whole::Undefined) => Node::Undefined,
            Ok(Whole::Null) => Node::Null,
            Ok(Whole::Boolean(value)) => Node::Boolean(value),
            Ok(Whole::Number(value)) => Node::Number(value),
            Ok(Whole::Text(text)) => Node::Text(text),
        };
        Data::from_nodes(vec![node])
    }

    pub(crate) fn from_parts(parts: Parts) -> Self {
        let form = Form {
            item: parts.item,
            chunks: parts.chunks,
            tokens: parts.numbers,
        };
        Data {
            nodes: OnceLock::new(),
            form: Ok(Arc::new(form)).into(),
            tokens: parts.tokens,
        }
    }

    /// The bytes to read values from.
    pub(crate) fn source(&self) -> Result<Source<'_>, ConversionError> {
        let form = self.form()?;
        Ok(Source {
            item: &form.item,
            start: 0,
            chunks: &form.chunks,
            large: &[],
            numbers: &form.tokens,
            tokens: &self.tokens,
        })
    }

    /// Converts it to a Rust type, without coercion; see the module [`crate::serde`].
    ///
    /// # Errors
    /// If it is of another type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, ConversionError> {
        serde::from_source(self.source()?)
    }

    /// Data that nobody has checked.
    fn from_form(form: Form) -> Result<Self, ConversionError> {
        Ok(Data {
            nodes: form::decode(&form)?.into(),
            form: Ok(Arc::new(form)).into(),
            tokens: Vec::new(),
        })
    }

    /// The root.
    pub fn root(&self) -> NodeRef<'_> {
        NodeRef {
            data: self,
            index: 0,
        }
    }

    /// All nodes. A VM whose memory was forged can give data that is none: it reads as
    /// `undefined`.
    pub fn nodes(&self) -> &[Node] {
        self.nodes.get_or_init(|| {
            let form = self.form.get().and_then(|form| form.as_ref().ok());
            let nodes = form.and_then(|form| form::decode(form).ok());
            nodes.unwrap_or_else(|| vec![Node::Undefined])
        })
    }

    /// The form in which it crosses.
    pub(crate) fn form(&self) -> Result<&Form, ConversionError> {
        let form = self
            .form
            .get_or_init(|| Ok(Arc::new(form::encode(self.nodes())?)));
        match form {
            Ok(form) => Ok(form),
            Err(error) => Err((**error).clone()),
        }
    }

    /// Takes a chunk out of the form, which is of no other use after that.
    #[cfg(feature = "link")]
    pub(crate) fn take_chunk(&mut self, index: usize) -> Option<Vec<u8>> {
        let form = self.form.get_mut()?.as_mut().ok()?;
        let chunk = Arc::get_mut(form)?.chunks.get_mut(index)?;
        Some(std::mem::take(chunk))
    }

    /// The form in which it crosses, taken out.
    pub(crate) fn into_form(self) -> Result<Form, ConversionError> {
        self.form()?;
        match self.form.into_inner() {
            Some(form) => form.map(Arc::unwrap_or_clone).map_err(|error| *error),
            None => Err(ConversionError::new("data", "nothing")),
        }
    }

    /// The form, and what keeps its tokens alive.
    pub(crate) fn into_form_and_tokens(mut self) -> Result<(Form, Vec<Token>), ConversionError> {
        let tokens = std::mem::take(&mut self.tokens);
        Ok((self.into_form()?, tokens))
    }

    /// The value of a primitive that needs no VM.
    pub(crate) fn immediate(&self) -> Option<Value> {
        // What has been encoded already is not decoded for that.
        match self.nodes.get().map(Vec::as_slice) {
            Some([Node::Undefined]) => Some(Value::UNDEFINED),
            Some([Node::Null]) => Some(Value::NULL),
            Some([Node::Boolean(value)]) => Some((*value).into()),
            Some([Node::Number(value)]) => Some((*value).into()),
            _ => None,
        }
    }

    /// The form in which it crosses as a result.
    pub(crate) fn into_reply(self) -> Result<Reply, ConversionError> {
        // What has been encoded already is not decoded for that.
        let primitive = match self.nodes.get().map(Vec::as_slice) {
            Some([Node::Undefined]) => Some(Reply::Undefined),
            Some([Node::Null]) => Some(Reply::Null),
            Some([Node::Boolean(value)]) => Some(Reply::Boolean(*value)),
            Some([Node::Number(value)]) => Some(Reply::Number(*value)),
            Some([Node::Text(text)]) if text.len() < 256 => Some(Reply::Text(text.clone())),
            _ => None,
        };
        primitive.map_or_else(|| self.into_form().map(Reply::Data), Ok)
    }

    /// Takes the nodes out. Tokens among them are released.
    pub fn into_nodes(mut self) -> Vec<Node> {
        self.nodes();
        self.nodes.take().unwrap_or_default()
    }

    /// Whether everything in it can be used with that VM.
    pub(crate) fn belongs_to(&self, releases: &Arc<Releases>) -> bool {
        self.tokens.iter().all(|token| token.belongs_to(releases))
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Data").field(&self.nodes()).finish()
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.nodes() == other.nodes()
    }
}

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
            .nodes()
            .get(self.index as usize)
            .unwrap_or(&Node::Undefined)
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

    /// Converts it to a Rust type, without coercion; see the module [`crate::serde`].
    ///
    /// # Errors
    /// If it is of another type.
    pub fn to<T: DeserializeOwned>(self) -> Result<T, ConversionError> {
        match self.index {
            0 => self.data.to(),
            _ => extract::extract(self).to(),
        }
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
