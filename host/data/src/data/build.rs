//! Making data.

use super::{ConversionError, Data, Node};
use crate::Token;

/// Puts data together, node by node. The first node is the root.
///
/// ```
/// use jsvm_data::{DataBuilder, Node};
/// let mut builder = DataBuilder::new();
/// let root = builder.reserve();
/// let one = builder.push(Node::Number(1.0));
/// builder.fill(root, Node::Array(vec![one, one]));
/// assert_eq!(builder.finish().to::<Vec<u8>>()?, [1, 1]);
/// # Ok::<(), jsvm_data::ConversionError>(())
/// ```
#[derive(Debug, Default)]
pub struct DataBuilder {
    nodes: Vec<Node>,
    tokens: Vec<Token>,
}

impl DataBuilder {
    /// Data without nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node and returns its index.
    pub fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    /// Adds a node that is filled later: a container comes before what is in it.
    pub fn reserve(&mut self) -> u32 {
        self.push(Node::Undefined)
    }

    /// Fills a reserved node. An index that was not reserved changes nothing.
    pub fn fill(&mut self, index: u32, node: Node) {
        if let Some(slot) = self.nodes.get_mut(index as usize) {
            *slot = node;
        }
    }

    /// Adds a value that stays inside its VM.
    pub fn token(&mut self, token: Token) -> u32 {
        let number = token.number();
        self.tokens.push(token);
        self.push(Node::Opaque(number))
    }

    /// Adds a copy of other data and returns the index of its root.
    ///
    /// # Errors
    /// If the other data is malformed; see [`Data::nodes`].
    pub fn data(&mut self, data: Data) -> Result<u32, ConversionError> {
        let base = self.nodes.len() as u32;
        let tokens = data.tokens.clone();
        let nodes = data.into_nodes()?.into_iter().map(|mut node| {
            node.renumber(|index| *index += base);
            node
        });
        self.nodes.extend(nodes);
        self.tokens.extend(tokens);
        Ok(base)
    }

    /// The data.
    pub fn finish(self) -> Data {
        Data {
            tokens: self.tokens,
            ..Data::from_nodes(self.nodes)
        }
    }
}
