//! Binary data.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// Bytes: a `Uint8Array` in JavaScript. Converting from JavaScript takes the bytes of any buffer
/// or view.
///
/// ```
/// use jsvm_data::{Bytes, Data};
/// let data = Data::of(&Bytes(vec![1, 2, 3]))?;
/// assert_eq!(data.root()?.bytes(), Some(&[1, 2, 3][..]));
/// assert_eq!(data.to::<Bytes>()?.0, [1, 2, 3]);
/// # Ok::<(), jsvm_data::ConversionError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bytes(
    /// The bytes.
    pub Vec<u8>,
);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Take;

        impl Visitor<'_> for Take {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ArrayBuffer or a view of one")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
        }

        deserializer.deserialize_byte_buf(Take)
    }
}
