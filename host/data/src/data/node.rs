//! The nodes of a graph.

use crate::{ErrorClass, ViewKind};

/// One node of [`Data`](crate::Data).
///
/// References to other nodes are indices into the same list, so a value that is reached twice is
/// one node referred to twice, and a cycle is a cycle.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number, `-0` and `NaN` included.
    Number(f64),
    /// A BigInt in decimal, with a leading `-` if negative.
    Bigint(String),
    /// A string that is well-formed Unicode.
    Text(String),
    /// A string with lone surrogates, as UTF-16 code units.
    Utf16(Vec<u16>),
    /// A symbol.
    Symbol(SymbolData),
    /// A `Date`: milliseconds since 1970-01-01T00:00:00Z, or `NaN` for an invalid date.
    Date(f64),
    /// A regular expression.
    Regexp(RegexpData),
    /// A `Boolean`, `Number`, `String`, `BigInt` or `Symbol` object around the primitive at that
    /// index.
    Boxed(u32),
    /// An array without holes and without properties other than its elements.
    Array(Vec<u32>),
    /// An array with holes or with additional properties.
    SparseArray(SparseArrayData),
    /// An object: its own enumerable properties in order.
    Object(Vec<(String, u32)>),
    /// An object with at least one key that is a symbol or a string with lone surrogates. Keys are
    /// indices of [`Text`](Node::Text), [`Utf16`](Node::Utf16) or [`Symbol`](Node::Symbol) nodes.
    KeyedObject(Vec<(u32, u32)>),
    /// A `Map`: keys and values in insertion order.
    Map(Vec<(u32, u32)>),
    /// A `Set`: members in insertion order.
    Set(Vec<u32>),
    /// An `ArrayBuffer` (or a copy of what a `SharedArrayBuffer` held).
    Buffer(Vec<u8>),
    /// A typed array or `DataView` over a buffer; views over one buffer stay so.
    View(ViewData),
    /// An error.
    Error(ErrorData),
    /// What has no form as data: a function, a promise, a weak collection, a generator. The number
    /// is that of a [`Token`](crate::Token).
    Opaque(u64),
}

impl Node {
    /// What it is, for messages.
    pub fn describe(&self) -> String {
        match self {
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
            Node::SparseArray(array) if array.has_large_holes() => {
                "an array with large holes".into()
            }
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

/// How a symbol is found again when it is copied in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A symbol of its own: each copy makes a new one.
    Local,
    /// `Symbol.for(description)`.
    Registered,
    /// A symbol that the language defines; the description is its name, `Symbol.iterator`.
    WellKnown,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolData {
    /// How it is found again.
    pub kind: SymbolKind,
    /// The description, if the symbol has one. Lone surrogates become U+FFFD.
    pub description: Option<String>,
}

/// A regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexpData {
    /// What stands between the slashes.
    pub source: String,
    /// The flags, in the order in which `RegExp.prototype.flags` gives them.
    pub flags: String,
    /// The property `lastIndex`.
    pub last_index: u32,
}

/// An array with holes or with additional properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparseArrayData {
    /// The property `length`.
    pub length: u32,
    /// Own enumerable properties in order; elements have their index in decimal as the key.
    pub properties: Vec<(String, u32)>,
}

impl SparseArrayData {
    /// Whether it has so few elements for its length that its holes must not become values.
    pub(super) fn has_large_holes(&self) -> bool {
        u64::from(self.length) > 16 * self.properties.len() as u64 + 1024
    }
}

/// A typed array or `DataView`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewData {
    /// The type of its elements.
    pub kind: ViewKind,
    /// Index of the [`Buffer`](Node::Buffer) node.
    pub buffer: u32,
    /// Offset into the buffer in bytes.
    pub byte_offset: u32,
    /// Length in elements (in bytes for a `DataView`).
    pub length: u32,
}

/// An error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorData {
    /// The nearest built-in class.
    pub class: ErrorClass,
    /// The name it inherits, where that is not the name of the class (`class MyError extends
    /// TypeError` with a `name` on its prototype).
    pub name: Option<String>,
    /// Own properties with string keys: `message`, `stack`, `cause` and `errors` where it has them
    /// (not enumerable when copied in), then the enumerable ones, such as `code`.
    pub properties: Vec<(String, u32)>,
}

impl Node {
    /// Calls `visit` with each node that this one refers to, in the order of the data form.
    pub(crate) fn children(&self, mut visit: impl FnMut(u32)) {
        match self {
            Node::Boxed(index) => visit(*index),
            Node::Array(elements) | Node::Set(elements) => {
                elements.iter().copied().for_each(visit);
            }
            Node::SparseArray(array) => {
                array.properties.iter().for_each(|(_, index)| visit(*index))
            }
            Node::Object(properties) => properties.iter().for_each(|(_, index)| visit(*index)),
            Node::Error(error) => error.properties.iter().for_each(|(_, index)| visit(*index)),
            Node::KeyedObject(pairs) | Node::Map(pairs) => pairs.iter().for_each(|(key, value)| {
                visit(*key);
                visit(*value);
            }),
            Node::View(view) => visit(view.buffer),
            _ => {}
        }
    }

    /// Replaces the indices of the nodes that this one refers to.
    pub(crate) fn renumber(&mut self, mut visit: impl FnMut(&mut u32)) {
        match self {
            Node::Boxed(index) => visit(index),
            Node::Array(elements) | Node::Set(elements) => elements.iter_mut().for_each(visit),
            Node::SparseArray(array) => {
                array
                    .properties
                    .iter_mut()
                    .for_each(|(_, index)| visit(index));
            }
            Node::Object(properties) => properties.iter_mut().for_each(|(_, index)| visit(index)),
            Node::Error(error) => error
                .properties
                .iter_mut()
                .for_each(|(_, index)| visit(index)),
            Node::KeyedObject(pairs) | Node::Map(pairs) => {
                pairs.iter_mut().for_each(|(key, value)| {
                    visit(key);
                    visit(value);
                })
            }
            Node::View(view) => visit(&mut view.buffer),
            _ => {}
        }
    }
}
