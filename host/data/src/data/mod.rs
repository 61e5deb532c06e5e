//! JavaScript values as data, outside of any VM.

mod build;
mod bytes;
mod cbor;
mod error;
mod extract;
mod form;
mod node;
mod node_ref;
pub(crate) mod text;

use std::sync::{Arc, OnceLock};

use ::serde::de::DeserializeOwned;
use ::serde::ser::Serialize;

pub use build::DataBuilder;
pub use bytes::Bytes;
pub use cbor::Cbor;
pub use error::ConversionError;
pub use node::{ErrorData, Node, RegexpData, SparseArrayData, SymbolData, SymbolKind, ViewData};
pub use node_ref::NodeRef;
pub use text::StringUnits;

use crate::serde::{self, Captured, Options, Parts, Source};
use crate::{Form, Token, TokenOwner};

/// A JavaScript value that was copied out of a VM, or is to be copied into one.
///
/// It is a graph of [`Node`]s: what the value shares or refers to in a cycle stays so.
///
/// ```
/// use jsvm_data::Data;
/// use std::collections::BTreeMap;
///
/// let data = Data::of(&BTreeMap::from([("born", 1815), ("died", 1852)]))?;
/// assert_eq!(data.root()?.get("born").unwrap().to::<u32>()?, 1815);
/// // As bytes, and back:
/// let cbor = data.cbor()?;
/// assert_eq!(Data::from_cbor(cbor.item.to_vec(), cbor.chunks.to_vec())?, data);
/// # Ok::<(), jsvm_data::ConversionError>(())
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

    /// Data of a form that a VM gave. Its tokens are those of `owner`, which releases them when the
    /// data is dropped.
    ///
    /// The form is not checked: a malformed one is an error of whatever reads it.
    pub fn from_vm<O: TokenOwner + 'static>(form: Form, owner: &Arc<O>) -> Self {
        let tokens = form.tokens.iter();
        Data {
            tokens: tokens.map(|number| Token::new(*number, owner)).collect(),
            nodes: OnceLock::new(),
            form: Ok(Arc::new(form)).into(),
        }
    }

    /// A Rust value as data.
    ///
    /// ```
    /// let data = jsvm_data::Data::of(&(1, "two"))?;
    /// assert_eq!(data.to::<(i32, String)>()?, (1, "two".to_owned()));
    /// # Ok::<(), jsvm_data::ConversionError>(())
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
        Captured::of(value, options).map(Data::from)
    }

    pub(crate) fn from_parts(parts: Parts) -> Self {
        let (form, tokens) = parts.into_form();
        Data {
            nodes: OnceLock::new(),
            form: Ok(Arc::new(form)).into(),
            tokens,
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

    /// Converts it to a Rust type, as [`to`](Self::to) does. Large buffers and strings are moved and
    /// not copied where that is possible.
    ///
    /// ```
    /// use jsvm_data::{Bytes, Data};
    /// let data = Data::of(&Bytes(vec![7; 1 << 20]))?;
    /// assert_eq!(data.convert::<Bytes>()?.0.len(), 1 << 20);
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
    ///
    /// # Errors
    /// If it is of another type.
    pub fn convert<T: DeserializeOwned>(self) -> Result<T, ConversionError> {
        serde::from_data(self)
    }

    /// Data of a form that may be malformed.
    fn from_form(form: Form) -> Result<Self, ConversionError> {
        Ok(Data {
            nodes: form::decode(&form)?.into(),
            form: Ok(Arc::new(form)).into(),
            tokens: Vec::new(),
        })
    }

    /// The root.
    ///
    /// # Errors
    /// As [`nodes`](Self::nodes).
    pub fn root(&self) -> Result<NodeRef<'_>, ConversionError> {
        Ok(NodeRef {
            nodes: self.nodes()?,
            data: self,
            index: 0,
        })
    }

    /// All nodes.
    ///
    /// # Errors
    /// If the data is malformed, which only a VM whose memory was forged can give.
    pub fn nodes(&self) -> Result<&[Node], ConversionError> {
        if let Some(nodes) = self.nodes.get() {
            return Ok(nodes);
        }
        let nodes = match self.form.get() {
            Some(Ok(form)) => form::decode(form)?,
            Some(Err(error)) => return Err((**error).clone()),
            None => vec![Node::Undefined],
        };
        Ok(self.nodes.get_or_init(|| nodes))
    }

    /// The form in which it crosses. It is made once and kept.
    ///
    /// # Errors
    /// If the data was made of nodes that do not fit each other.
    pub fn form(&self) -> Result<&Form, ConversionError> {
        let form = self
            .form
            .get_or_init(|| Ok(Arc::new(form::encode(self.nodes()?)?)));
        match form {
            Ok(form) => Ok(form),
            Err(error) => Err((**error).clone()),
        }
    }

    /// Moves a chunk out of the form, which is malformed after that. Returns `None` if there is no
    /// such chunk, or if another copy of the data uses it.
    pub fn take_chunk(&mut self, index: usize) -> Option<Vec<u8>> {
        let form = self.form.get_mut()?.as_mut().ok()?;
        let chunk = Arc::get_mut(form)?.chunks.get_mut(index)?;
        Some(std::mem::take(chunk))
    }

    /// The form in which it crosses, moved out. Tokens of the data are released: the receiver has
    /// them already.
    ///
    /// # Errors
    /// As [`form`](Self::form).
    pub fn into_form(self) -> Result<Form, ConversionError> {
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

    /// The node of a primitive, unless the data has been encoded or came from a VM: nothing is
    /// decoded to find out.
    ///
    /// ```
    /// use jsvm_data::{Data, Node};
    /// assert_eq!(Data::of(&1.5)?.as_primitive(), Some(&Node::Number(1.5)));
    /// assert_eq!(Data::of(&[1.5])?.as_primitive(), None);
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
    pub fn as_primitive(&self) -> Option<&Node> {
        match self.nodes.get()?.as_slice() {
            [
                node @ (Node::Undefined
                | Node::Null
                | Node::Boolean(_)
                | Node::Number(_)
                | Node::Text(_)),
            ] => Some(node),
            _ => None,
        }
    }

    /// Takes the nodes out. Tokens among them are released.
    ///
    /// # Errors
    /// As [`nodes`](Self::nodes).
    pub fn into_nodes(mut self) -> Result<Vec<Node>, ConversionError> {
        self.nodes()?;
        Ok(self.nodes.take().unwrap_or_default())
    }

    /// Whether all of its tokens are those of `owner`.
    ///
    /// Data without tokens belongs to every VM.
    pub fn belongs_to<O: TokenOwner>(&self, owner: &Arc<O>) -> bool {
        self.tokens.iter().all(|token| token.belongs_to(owner))
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.nodes() {
            Ok(nodes) => f.debug_tuple("Data").field(&nodes).finish(),
            Err(error) => f.debug_tuple("Data").field(&error).finish(),
        }
    }
}

/// Malformed data equals nothing.
impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        match (self.nodes(), other.nodes()) {
            (Ok(nodes), Ok(others)) => nodes == others,
            _ => false,
        }
    }
}
