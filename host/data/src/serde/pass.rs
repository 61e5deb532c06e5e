//! How a [`Token`] or [`Data`] passes through serde unchanged.
//!
//! Serde knows no such things. They present themselves as a newtype with a name that no other type
//! has; our serializer and deserializer know it, and hand the real object over through a slot of the
//! thread. Any other format finds a newtype that refuses.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

use crate::{Data, Token};

/// The name of what stands for a token.
pub(crate) const TOKEN: &str = "$jsvm::Token";
/// The name of what stands for data.
pub(crate) const DATA: &str = "$jsvm::Data";

/// What a token stands for, as messages say it.
pub(crate) const OPAQUE: &str = "a function or another value that is not data";

thread_local! {
    static PASSING_TOKEN: Cell<Option<Token>> = const { Cell::new(None) };
    static PASSING_DATA: Cell<Option<Data>> = const { Cell::new(None) };
}

/// What passes.
pub(crate) trait Passed: Sized {
    /// The name of its newtype.
    const NAME: &str;

    /// Puts it into the slot or empties the slot, and returns what was there.
    fn exchange(this: Option<Self>) -> Option<Self>;
}

impl Passed for Token {
    const NAME: &str = TOKEN;

    fn exchange(this: Option<Self>) -> Option<Self> {
        PASSING_TOKEN.replace(this)
    }
}

impl Passed for Data {
    const NAME: &str = DATA;

    fn exchange(this: Option<Self>) -> Option<Self> {
        PASSING_DATA.replace(this)
    }
}

/// Hands it to the serializer.
pub(crate) fn serialize<P: Passed, S: Serializer>(
    passed: P,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    P::exchange(Some(passed));
    let result = serializer.serialize_newtype_struct(P::NAME, &Refuses);
    // Another format leaves it there.
    P::exchange(None);
    result
}

/// Gets it from the deserializer.
pub(crate) fn deserialize<'de, P: Passed, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<P, D::Error> {
    P::exchange(None);
    deserializer.deserialize_newtype_struct(P::NAME, Taker(PhantomData))
}

const REFUSAL: &str = "a value of a JavaScript VM cannot be read or written in another format";

struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(REFUSAL))
    }
}

struct Taker<P>(PhantomData<P>);

impl<'de, P: Passed> Visitor<'de> for Taker<P> {
    type Value = P;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a JavaScript VM")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<P, D::Error> {
        P::exchange(None).ok_or_else(|| D::Error::custom(REFUSAL))
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.clone(), serializer)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.clone(), serializer)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}
