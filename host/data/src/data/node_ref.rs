//! Nodes of data with what they refer to.

use ::serde::de::DeserializeOwned;

use super::extract::extract;
use super::{ConversionError, Data, Node};

/// One node of [`Data`], with access to those it refers to.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) data: &'a Data,
    pub(super) index: u32,
}

impl<'a> NodeRef<'a> {
    /// The node. An index that is out of range reads as `undefined`.
    pub fn node(self) -> &'a Node {
        self.nodes
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
    ///
    /// Returns `None` for other values, and for an array that is nearly all holes: a length of four
    /// billion takes a VM no memory.
    pub fn elements(self) -> Option<Vec<Option<NodeRef<'a>>>> {
        match self.node() {
            Node::Array(elements) | Node::Set(elements) => {
                Some(elements.iter().map(|index| Some(self.at(*index))).collect())
            }
            Node::SparseArray(array) => {
                if array.has_large_holes() {
                    return None;
                }
                let mut elements = vec![None; array.length as usize];
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
                let len = (view.length as usize).checked_mul(view.kind.element_size())?;
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
            _ => extract(self).to(),
        }
    }

    /// What it is, for messages.
    pub fn describe(self) -> String {
        self.node().describe()
    }
}

fn find(properties: &[(String, u32)], key: &str) -> Option<u32> {
    properties
        .iter()
        .find(|(name, _)| name == key)
        .map(|(_, index)| *index)
}
