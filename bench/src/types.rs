//! What crosses the boundary, as types of Rust: the other side is `scripts/data.js`.

use jsvm::data::{DataBuilder, Node, NodeRef};
use jsvm::{ConversionError, FromJs, IntoJs};

/// An object of four fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// A number that fits an integer.
    pub id: u32,
    /// A short string.
    pub name: String,
    /// A number with a fraction.
    pub price: f64,
    /// A boolean.
    pub sold: bool,
}

/// A node of a deep tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// A number.
    pub value: u32,
    /// Two strings.
    pub words: Vec<String>,
    /// What is below.
    pub child: Option<Box<Tree>>,
}

/// A property of an object.
fn field<T: FromJs>(node: NodeRef<'_>, key: &str) -> Result<T, ConversionError> {
    let found = node.get(key);
    let found = found.ok_or_else(|| ConversionError::new("a property", "nothing"))?;
    found.to().map_err(|error| error.under_key(key))
}

impl FromJs for Item {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        Ok(Item {
            id: field(node, "id")?,
            name: field(node, "name")?,
            price: field(node, "price")?,
            sold: field(node, "sold")?,
        })
    }
}

impl IntoJs for Item {
    fn write(self, data: &mut DataBuilder) -> u32 {
        let object = data.reserve();
        let fields = vec![
            ("id".to_owned(), self.id.write(data)),
            ("name".to_owned(), self.name.write(data)),
            ("price".to_owned(), self.price.write(data)),
            ("sold".to_owned(), self.sold.write(data)),
        ];
        data.fill(object, Node::Object(fields));
        object
    }
}

impl FromJs for Tree {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        let child: Option<Tree> = field(node, "child")?;
        Ok(Tree {
            value: field(node, "value")?,
            words: field(node, "words")?,
            child: child.map(Box::new),
        })
    }
}

impl IntoJs for Tree {
    fn write(self, data: &mut DataBuilder) -> u32 {
        let object = data.reserve();
        let fields = vec![
            ("value".to_owned(), self.value.write(data)),
            ("words".to_owned(), self.words.write(data)),
            (
                "child".to_owned(),
                self.child.map(|child| *child).write(data),
            ),
        ];
        data.fill(object, Node::Object(fields));
        object
    }
}
