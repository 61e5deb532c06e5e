//! From Rust to data.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::BuildHasher;

use super::{Data, DataBuilder, Node, Token};
use crate::arg::Arg;

/// A Rust type that becomes a JavaScript value.
///
/// | Rust | JavaScript |
/// |---|---|
/// | `()`, `None` | `undefined` |
/// | `bool` | boolean |
/// | integers up to 32 bits, floats | number |
/// | 64- and 128-bit integers | bigint |
/// | `&str`, `String`, `char` | string |
/// | `Vec<T>`, slices, arrays, tuples | array |
/// | `HashMap<String, T>`, `BTreeMap<String, T>` | object |
/// | `HashSet<T>`, `BTreeSet<T>` | `Set` |
/// | [`Bytes`](crate::Bytes) | `Uint8Array` |
/// | [`Data`], [`Token`] | what it holds |
pub trait IntoJs: Sized {
    /// Adds the value to data and returns the index of its node.
    fn write(self, data: &mut DataBuilder) -> u32;

    /// The value as data of its own.
    ///
    /// ```
    /// use jsvm::IntoJs;
    /// assert_eq!((1, "two").into_data().root().to::<(i32, String)>()?, (1, "two".to_owned()));
    /// # Ok::<(), jsvm::ConversionError>(())
    /// ```
    fn into_data(self) -> Data {
        let mut builder = DataBuilder::new();
        self.write(&mut builder);
        builder.finish()
    }

    /// The value in the form in which it is passed most cheaply: a primitive needs no data.
    #[doc(hidden)]
    fn into_cheapest(self) -> Arg {
        Arg::Data(self.into_data())
    }
}

macro_rules! scalars {
    ($($type:ty => |$value:ident| $node:expr;)*) => {
        $(impl IntoJs for $type {
            fn write(self, data: &mut DataBuilder) -> u32 {
                let $value = self;
                data.push($node)
            }

            fn into_cheapest(self) -> Arg {
                let $value = self;
                Arg::from_node($node)
            }
        })*
    };
}

scalars! {
    bool => |value| Node::Boolean(value);
    f32 => |value| Node::Number(value.into());
    f64 => |value| Node::Number(value);
    i8 => |value| Node::Number(value.into());
    u8 => |value| Node::Number(value.into());
    i16 => |value| Node::Number(value.into());
    u16 => |value| Node::Number(value.into());
    i32 => |value| Node::Number(value.into());
    u32 => |value| Node::Number(value.into());
    i64 => |value| Node::Bigint(value.to_string());
    u64 => |value| Node::Bigint(value.to_string());
    i128 => |value| Node::Bigint(value.to_string());
    u128 => |value| Node::Bigint(value.to_string());
    char => |value| Node::Text(value.to_string());
    String => |value| Node::Text(value);
    &str => |value| Node::Text(value.to_owned());
    &String => |value| Node::Text(value.clone());
}

impl IntoJs for () {
    fn write(self, data: &mut DataBuilder) -> u32 {
        data.push(Node::Undefined)
    }
}

impl IntoJs for Data {
    fn write(self, data: &mut DataBuilder) -> u32 {
        data.data(self)
    }

    fn into_data(self) -> Data {
        self
    }
}

impl IntoJs for Token {
    fn write(self, data: &mut DataBuilder) -> u32 {
        data.token(self)
    }
}

impl<T: IntoJs> IntoJs for Option<T> {
    fn write(self, data: &mut DataBuilder) -> u32 {
        match self {
            Some(value) => value.write(data),
            None => data.push(Node::Undefined),
        }
    }

    fn into_cheapest(self) -> Arg {
        self.map_or(Arg::Undefined, T::into_cheapest)
    }
}

fn list<T: IntoJs>(
    items: impl IntoIterator<Item = T>,
    data: &mut DataBuilder,
    node: fn(Vec<u32>) -> Node,
) -> u32 {
    let root = data.reserve();
    let items = items.into_iter().map(|item| item.write(data)).collect();
    data.fill(root, node(items));
    root
}

impl<T: IntoJs> IntoJs for Vec<T> {
    fn write(self, data: &mut DataBuilder) -> u32 {
        list(self, data, Node::Array)
    }
}

impl<T: IntoJs + Clone> IntoJs for &[T] {
    fn write(self, data: &mut DataBuilder) -> u32 {
        list(self.iter().cloned(), data, Node::Array)
    }
}

impl<T: IntoJs, const N: usize> IntoJs for [T; N] {
    fn write(self, data: &mut DataBuilder) -> u32 {
        list(self, data, Node::Array)
    }
}

impl<T: IntoJs, S: BuildHasher> IntoJs for HashSet<T, S> {
    fn write(self, data: &mut DataBuilder) -> u32 {
        list(self, data, Node::Set)
    }
}

impl<T: IntoJs> IntoJs for BTreeSet<T> {
    fn write(self, data: &mut DataBuilder) -> u32 {
        list(self, data, Node::Set)
    }
}

fn object<K: Into<String>, T: IntoJs>(
    properties: impl IntoIterator<Item = (K, T)>,
    data: &mut DataBuilder,
) -> u32 {
    let root = data.reserve();
    let properties = properties
        .into_iter()
        .map(|(key, value)| (key.into(), value.write(data)));
    let properties = properties.collect();
    data.fill(root, Node::Object(properties));
    root
}

impl<K: Into<String>, T: IntoJs, S: BuildHasher> IntoJs for HashMap<K, T, S> {
    fn write(self, data: &mut DataBuilder) -> u32 {
        object(self, data)
    }
}

impl<K: Into<String>, T: IntoJs> IntoJs for BTreeMap<K, T> {
    fn write(self, data: &mut DataBuilder) -> u32 {
        object(self, data)
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))*) => {
        $(impl<$($name: IntoJs),+> IntoJs for ($($name,)+) {
            fn write(self, data: &mut DataBuilder) -> u32 {
                let root = data.reserve();
                #[allow(non_snake_case)]
                let ($($name,)+) = self;
                let items = vec![$($name.write(data)),+];
                data.fill(root, Node::Array(items));
                root
            }
        })*
    };
}

tuples! {
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
}
