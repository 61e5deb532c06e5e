//! The values of host calls, between the types of the interface and [`Data`].

use std::sync::Arc;

use jsvm_data::{
    Captured, ConversionError, DataWriter, Node, PassedArgument, PassedArguments, ViewKind,
};
use wasmtime::component::{ComponentType, Lift, WasmStr};

use crate::bindings::wit::{self, Argument};
use crate::context::Context;
use crate::data::Data;
use crate::release::Releases;

/// An `argument` of the VM. Its text is still in the memory of the VM.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum LentArgument {
    #[component(name = "undefined")]
    Undefined,
    #[component(name = "null")]
    Null,
    #[component(name = "boolean")]
    Boolean(bool),
    #[component(name = "number")]
    Number(f64),
    #[component(name = "text")]
    Text(WasmStr),
    #[component(name = "bytes")]
    Bytes(Vec<u8>),
    #[component(name = "data")]
    Data(wit::Data),
    #[component(name = "error")]
    #[expect(dead_code, reason = "the VM passes errors as data")]
    Error(wit::ThrownError),
}

/// The arguments of a host call, which borrow the memory of the VM.
///
/// # Errors
/// If a text is not UTF-8, which only a VM whose memory was forged can pass.
pub(crate) fn passed<'a>(
    args: Vec<LentArgument>,
    store: &'a wasmtime::StoreContextMut<'_, Context>,
) -> wasmtime::Result<PassedArguments<'a>> {
    let releases = &store.data().releases;
    let mut invalid = None;
    let passed = args.into_iter().map(|arg| match arg {
        LentArgument::Null => PassedArgument::Null,
        LentArgument::Boolean(value) => PassedArgument::Boolean(value),
        LentArgument::Number(value) => PassedArgument::Number(value),
        LentArgument::Text(text) => match text.to_str(store) {
            Ok(text) => PassedArgument::Text(text),
            Err(error) => {
                // The others are taken all the same: somebody must release their tokens.
                invalid.get_or_insert(error);
                PassedArgument::Undefined
            }
        },
        LentArgument::Bytes(bytes) => {
            let mut writer = DataWriter::new();
            writer.write_view(ViewKind::Uint8, bytes);
            PassedArgument::Data(writer.finish().into())
        }
        LentArgument::Data(form) => {
            PassedArgument::Data(Data::from_vm(form.into(), releases).into())
        }
        // The VM passes errors as data: this is from one whose memory was forged.
        LentArgument::Undefined | LentArgument::Error(_) => PassedArgument::Undefined,
    });
    let passed = passed.collect();
    match invalid {
        None => Ok(passed),
        Some(error) => Err(error),
    }
}

/// The arguments of a host call as an array.
///
/// # Errors
/// If they are not data, which only a VM whose memory was forged can pass.
pub(crate) fn array_of(args: PassedArguments<'_>) -> Result<Data, ConversionError> {
    let mut writer = DataWriter::new();
    writer.write_array(args.len());
    for arg in args {
        match arg {
            PassedArgument::Undefined => writer.write_undefined(),
            PassedArgument::Null => writer.write_null(),
            PassedArgument::Boolean(value) => writer.write_boolean(value),
            PassedArgument::Number(value) => writer.write_number(value),
            PassedArgument::Text(text) => writer.write_text(&text),
            PassedArgument::Data(data) => writer.write_data(*data)?,
        }
    }
    Ok(writer.finish())
}

/// Longer strings are faster as data.
const SHORT: usize = 256;

/// A value in the form in which it crosses most cheaply.
///
/// # Errors
/// If it is data that was made of nodes that do not fit each other.
pub(crate) fn of(value: Captured) -> Result<Argument, ConversionError> {
    Ok(match value {
        Captured::Undefined => Argument::Undefined,
        Captured::Null => Argument::Null,
        Captured::Boolean(value) => Argument::Boolean(value),
        Captured::Number(value) => Argument::Number(value),
        Captured::Text(text) if text.len() < SHORT => Argument::Text(text),
        other => of_data(other.into())?,
    })
}

/// Data in the form in which it crosses most cheaply.
///
/// # Errors
/// If the data was made of nodes that do not fit each other.
pub(crate) fn of_data(data: Data) -> Result<Argument, ConversionError> {
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

/// Whether a value has no token of another VM.
pub(crate) fn belongs_to(value: &Captured, releases: &Arc<Releases>) -> bool {
    match value {
        Captured::Data(data) => data.belongs_to(releases),
        _ => true,
    }
}
