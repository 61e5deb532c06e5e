//! Rust to bytes and back, without a VM.

mod form;
mod hostile;
mod messages;
mod round_trips;
mod sharing;

use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::ser::Serialize;

use super::ser::ValueWriter;
use super::{Options, Parts, from_source};
use crate::ConversionError;

fn to_parts<T: Serialize + ?Sized>(value: &T, options: &Options) -> Result<Parts, ConversionError> {
    let mut writer = ValueWriter::uncapturing();
    writer.options = *options;
    value.serialize(&mut writer)?;
    Ok(writer.into_parts())
}

fn parts(value: &(impl Serialize + ?Sized)) -> Parts {
    to_parts(value, &Options::default()).expect("it can be written")
}

fn item(hex: &[u8]) -> Parts {
    Parts {
        item: hex.to_vec().into(),
        ..Parts::default()
    }
}

fn read<T: DeserializeOwned>(parts: &Parts) -> Result<T, String> {
    from_source(parts.source()).map_err(|error| error.to_string())
}

/// Checks that a value comes back as it was.
#[track_caller]
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) {
    assert_eq!(read(&parts(&value)), Ok(value));
}
