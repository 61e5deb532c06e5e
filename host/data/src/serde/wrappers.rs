//! What JavaScript has and serde has no type for.
//!
//! Each is a type to wrap a value in and a module for `#[serde(with = "...")]`. In any other format
//! they are what is inside of them.

macro_rules! wrapper {
    ($module:ident $type:ident $hint:ident, $(#[$doc:meta])*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type<T>(
            /// The value.
            pub T,
        );

        impl<T: ::serde::Serialize> ::serde::Serialize for $type<T> {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $module::serialize(&self.0, serializer)
            }
        }

        impl<'de, T: ::serde::Deserialize<'de>> ::serde::Deserialize<'de> for $type<T> {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                T::deserialize(deserializer).map($type)
            }
        }

        #[doc = concat!("For `#[serde(with = \"jsvm_data::serde::", stringify!($module), "\")]`: a field as [`")]
        #[doc = concat!(stringify!($type), "`](super::", stringify!($type), ") has it.")]
        pub mod $module {
            use crate::serde::hint::Hint;

            /// Serializes the value inside.
            ///
            /// # Errors
            /// If it cannot be.
            pub fn serialize<T: ::serde::Serialize, S: ::serde::Serializer>(
                value: &T,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct(Hint::$hint.name(), value)
            }

            /// Deserializes the value inside.
            ///
            /// # Errors
            /// If it is of another type.
            pub fn deserialize<'de, T: ::serde::Deserialize<'de>, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<T, D::Error> {
                T::deserialize(deserializer)
            }
        }
    };
}

wrapper! {
    set Set Set,
    /// A sequence as a `Set`, where it else is an array.
    ///
    /// ```
    /// use jsvm_data::serde::Set;
    /// use jsvm_data::{Data, Node};
    /// use std::collections::HashSet;
    /// let set = Data::of(&Set(HashSet::from([1, 2])))?;
    /// assert!(matches!(set.nodes()?[0], Node::Set(_)));
    /// assert_eq!(set.to::<HashSet<u32>>()?, HashSet::from([1, 2]));
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
}

wrapper! {
    map Map Map,
    /// A map as a `Map`, whatever its keys are, and if it has none.
    ///
    /// ```
    /// use jsvm_data::serde::Map;
    /// use jsvm_data::{Data, Node};
    /// use std::collections::HashMap;
    /// let map = Data::of(&Map(HashMap::from([("a", 1)])))?;
    /// assert!(matches!(map.nodes()?[0], Node::Map(_)));
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
}

wrapper! {
    date Date Date,
    /// A number of milliseconds since 1970-01-01T00:00:00Z as a `Date`.
    ///
    /// ```
    /// use jsvm_data::serde::Date;
    /// use jsvm_data::{Data, Node};
    /// let date = Data::of(&Date(0.5e12))?;
    /// assert_eq!(date.nodes()?, [Node::Date(0.5e12)]);
    /// assert_eq!(date.to::<Date<f64>>()?, Date(0.5e12));
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
}

wrapper! {
    json Json Json,
    /// A value as JSON has it: all integers are numbers, `None` is `null`, bytes are arrays of
    /// numbers. The type to wrap a `serde_json::Value` in.
    ///
    /// ```
    /// use jsvm_data::serde::Json;
    /// use jsvm_data::{Data, Node};
    /// // Without, 3 would be a bigint, as `serde_json` says that it is of 64 bits.
    /// let three = Data::of(&Json(serde_json::json!(3)))?;
    /// assert_eq!(three.nodes()?, [Node::Number(3.0)]);
    /// # Ok::<(), jsvm_data::ConversionError>(())
    /// ```
}
