//! The values of host calls, between the types of the interface and [`Data`].

use std::sync::Arc;

use jsvm_data::{ConversionError, DataWriter, Node, ViewKind};

use crate::bindings::wit::Argument;
use crate::data::Data;
use crate::release::Releases;

/// The arguments of a host call as an array.
///
/// # Errors
/// If they are not data, which only a VM whose memory was forged can pass.
pub(crate) fn array_of(
    args: Vec<Argument>,
    releases: &Arc<Releases>,
) -> Result<Data, ConversionError> {
    let mut writer = DataWriter::new();
    writer.write_array(args.len());
    let mut outcome = Ok(());
    for arg in args {
        match arg {
            Argument::Data(form) => {
                // Its tokens are released with it, whatever became of the arguments before.
                let data = Data::from_vm(form.into(), releases);
                if outcome.is_ok() {
                    outcome = writer.write_data(data);
                }
            }
            arg => write(&mut writer, arg),
        }
    }
    outcome.map(|()| writer.finish())
}

fn write(writer: &mut DataWriter, arg: Argument) {
    match arg {
        Argument::Null => writer.write_null(),
        Argument::Boolean(value) => writer.write_boolean(value),
        Argument::Number(value) => writer.write_number(value),
        Argument::Text(text) => writer.write_text(&text),
        Argument::Bytes(bytes) => writer.write_view(ViewKind::Uint8, bytes),
        // The VM passes errors as data: this is from one whose memory was forged.
        Argument::Undefined | Argument::Data(_) | Argument::Error(_) => writer.write_undefined(),
    }
}

/// Data in the form in which it crosses most cheaply.
///
/// # Errors
/// If the data was made of nodes that do not fit each other.
pub(crate) fn of(data: Data) -> Result<Argument, ConversionError> {
    /// Longer strings are faster as data.
    const SHORT: usize = 256;
    let primitive = data.as_primitive().and_then(|node| match node {
        Node::Undefined => Some(Argument::Undefined),
        Node::Null => Some(Argument::Null),
        Node::Boolean(value) => Some(Argument::Boolean(*value)),
        Node::Number(value) => Some(Argument::Number(*value)),
        Node::Text(text) if text.len() < SHORT => Some(Argument::Text(text.clone())),
        _ => None,
    });
    match primitive {
        Some(argument) => Ok(argument),
        None => Ok(Argument::Data(data.into_form()?.into())),
    }
}
