//! From data to Rust.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use super::{ConversionError, Data, DataBuilder, Node, NodeRef, Token};

/// A Rust type that a JavaScript value can be converted to.
///
/// The same pairs as for [`IntoJs`](crate::IntoJs). Nothing is coerced: a string is no number.
/// An integer type takes a number or bigint that it can hold exactly; `Option<T>` takes
/// `undefined` and `null` as `None`; maps take objects and `Map`s with string keys.
pub trait FromJs: Sized {
    /// Converts a node of data.
    ///
    /// # Errors
    /// If it is of another type.
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError>;
}

fn mismatch<T>(expected: &str, node: NodeRef<'_>) -> Result<T, ConversionError> {
    Err(ConversionError::new(expected, node.describe()))
}

impl FromJs for () {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        match node.node() {
            Node::Undefined | Node::Null => Ok(()),
            _ => mismatch("undefined", node),
        }
    }
}

impl FromJs for bool {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        match node.node() {
            Node::Boolean(value) => Ok(*value),
            _ => mismatch("a boolean", node),
        }
    }
}

impl FromJs for f64 {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        match node.node() {
            Node::Number(value) => Ok(*value),
            _ => mismatch("a number", node),
        }
    }
}

impl FromJs for f32 {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        f64::from_js(node).map(|value| value as f32)
    }
}

macro_rules! integers {
    ($($type:ty)*) => {
        $(impl FromJs for $type {
            fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
                let whole = match node.node() {
                    // Up to 2^53 every whole number is exact; beyond, a number only looks whole.
                    Node::Number(value)
                        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 =>
                    {
                        <$type>::try_from(*value as i128).ok()
                    }
                    Node::Bigint(digits) => digits.parse().ok(),
                    _ => None,
                };
                match whole {
                    Some(value) => Ok(value),
                    None => mismatch(
                        concat!("a whole number that fits ", stringify!($type)),
                        node,
                    ),
                }
            }
        })*
    };
}

integers! { i8 u8 i16 u16 i32 u32 i64 u64 i128 u128 isize usize }

impl FromJs for String {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        match node.node() {
            Node::Text(text) => Ok(text.clone()),
            Node::Utf16(_) => Err(ConversionError::new(
                "a string of well-formed Unicode",
                "a string with lone surrogates",
            )),
            _ => mismatch("a string", node),
        }
    }
}

impl FromJs for char {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        if let Node::Text(text) = node.node() {
            let mut chars = text.chars();
            if let (Some(only), None) = (chars.next(), chars.next()) {
                return Ok(only);
            }
        }
        mismatch("a string of one character", node)
    }
}

impl FromJs for Token {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        match node.token() {
            Some(token) => Ok(token),
            None => mismatch("a function or another value that is not data", node),
        }
    }
}

impl FromJs for Data {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        Ok(extract(node))
    }
}

impl<T: FromJs> FromJs for Option<T> {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        match node.node() {
            Node::Undefined | Node::Null => Ok(None),
            _ => T::from_js(node).map(Some),
        }
    }
}

/// Converts each element; a hole is `undefined`.
fn elements<T: FromJs, C: FromIterator<T>>(
    node: NodeRef<'_>,
    expected: &str,
) -> Result<C, ConversionError> {
    let Some(elements) = node.elements() else {
        return mismatch(expected, node);
    };
    let converted = elements.into_iter().enumerate().map(|(index, element)| {
        T::from_js(element.unwrap_or(NodeRef::undefined()))
            .map_err(|error| error.under_index(index))
    });
    converted.collect()
}

impl<T: FromJs> FromJs for Vec<T> {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        elements(node, "an array")
    }
}

impl<T: FromJs, const N: usize> FromJs for [T; N] {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        let elements: Vec<T> = elements(node, "an array")?;
        elements.try_into().map_err(|elements: Vec<T>| {
            ConversionError::new(
                format!("an array of {N}"),
                format!("an array of {}", elements.len()),
            )
        })
    }
}

impl<T: FromJs + Eq + Hash, S: BuildHasher + Default> FromJs for HashSet<T, S> {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        elements(node, "a Set or an array")
    }
}

impl<T: FromJs + Ord> FromJs for BTreeSet<T> {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        elements(node, "a Set or an array")
    }
}

fn entries<T: FromJs, C: FromIterator<(String, T)>>(
    node: NodeRef<'_>,
) -> Result<C, ConversionError> {
    let convert = |key: &str, value: u32| {
        let value = T::from_js(node.at(value)).map_err(|error| error.under_key(key))?;
        Ok((key.to_owned(), value))
    };
    match node.node() {
        Node::Object(properties) => properties
            .iter()
            .map(|(key, value)| convert(key, *value))
            .collect(),
        Node::Map(entries) => entries
            .iter()
            .map(|(key, value)| convert(&String::from_js(node.at(*key))?, *value))
            .collect(),
        _ => mismatch("an object", node),
    }
}

impl<T: FromJs, S: BuildHasher + Default> FromJs for HashMap<String, T, S> {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        entries(node)
    }
}

impl<T: FromJs> FromJs for BTreeMap<String, T> {
    fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
        entries(node)
    }
}

macro_rules! tuples {
    ($($count:literal ($($name:ident $index:tt)+))*) => {
        $(impl<$($name: FromJs),+> FromJs for ($($name,)+) {
            fn from_js(node: NodeRef<'_>) -> Result<Self, ConversionError> {
                let elements = match node.elements() {
                    Some(elements) if elements.len() == $count => elements,
                    _ => return mismatch(concat!("an array of ", $count), node),
                };
                Ok(($(
                    $name::from_js(elements[$index].unwrap_or(NodeRef::undefined()))
                        .map_err(|error| error.under_index($index))?,
                )+))
            }
        })*
    };
}

tuples! {
    1 (A 0)
    2 (A 0 B 1)
    3 (A 0 B 1 C 2)
    4 (A 0 B 1 C 2 D 3)
    5 (A 0 B 1 C 2 D 3 E 4)
    6 (A 0 B 1 C 2 D 3 E 4 F 5)
    7 (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    8 (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
}

/// Copies what a node reaches into data of its own.
fn extract(node: NodeRef<'_>) -> Data {
    if node.index == 0 {
        return node.data.clone();
    }
    let mut builder = DataBuilder::new();
    let mut known = HashMap::from([(node.index, builder.reserve())]);
    let mut waiting = vec![node.index];
    while let Some(index) = waiting.pop() {
        let mut copy = node.at(index).node().clone();
        let mut visit = |child: &mut u32| {
            *child = *known.entry(*child).or_insert_with(|| {
                waiting.push(*child);
                builder.reserve()
            });
        };
        copy.renumber(&mut visit);
        builder.fill(known[&index], copy);
    }
    let mut data = builder.finish();
    data.tokens = node.data.tokens.clone();
    data
}
