//! Values on their way into a VM.

use std::sync::Arc;

use ::serde::ser::Serialize;

use crate::bindings::exports::jsvm::engine::vm as wit;
use crate::data::{ConversionError, Data, text};
use crate::error::Error;
use crate::serde::{self, Options, Whole};
use crate::shared::Shared;
use crate::value::Value;

/// A value on its way into a VM, in the cheapest form that it has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Arg {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// Anything else, to be copied.
    Data(Data),
    /// A value of the VM.
    Value(Value),
    /// What could not be converted.
    Invalid(ConversionError),
}

/// What can be passed to JavaScript: a [`Value`], or anything that serde can serialize; see the
/// module [`serde`](mod@crate::serde).
pub trait IntoArg {
    /// The value in its cheapest form.
    fn into_arg(self) -> Arg;
}

impl<T: Serialize> IntoArg for T {
    fn into_arg(self) -> Arg {
        Arg::of(&self, &Options::default())
    }
}

impl Arg {
    /// A value that serde can serialize, in its cheapest form.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T, options: &Options) -> Arg {
        match serde::capture(value, options) {
            Ok(Ok(Whole::Undefined)) => Arg::Undefined,
            Ok(Ok(Whole::Null)) => Arg::Null,
            Ok(Ok(Whole::Boolean(value))) => Arg::Boolean(value),
            Ok(Ok(Whole::Number(value))) => Arg::Number(value),
            Ok(Ok(Whole::Text(text))) => Arg::Text(text),
            Ok(Ok(Whole::Data(data))) => Arg::Data(data),
            Ok(Err(parts)) => Arg::Data(Data::from_parts(parts)),
            Err(error) => Arg::Invalid(error),
        }
    }
}

impl IntoArg for Value {
    fn into_arg(self) -> Arg {
        Arg::Value(self)
    }
}

impl IntoArg for &Value {
    fn into_arg(self) -> Arg {
        Arg::Value(self.clone())
    }
}

impl IntoArg for Arg {
    fn into_arg(self) -> Arg {
        self
    }
}

/// A list of arguments: a tuple of up to eight [`IntoArg`], or a `Vec` of them.
pub trait IntoArgs {
    /// The arguments in order.
    fn into_args(self) -> Args;
}

/// Arguments in order.
#[derive(Clone, Debug, Default)]
pub struct Args(Vec<Arg>);

impl<T: IntoArg> IntoArgs for Vec<T> {
    fn into_args(self) -> Args {
        Args(self.into_iter().map(IntoArg::into_arg).collect())
    }
}

impl IntoArgs for () {
    fn into_args(self) -> Args {
        Args(Vec::new())
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))*) => {
        $(impl<$($name: IntoArg),+> IntoArgs for ($($name,)+) {
            fn into_args(self) -> Args {
                #[allow(non_snake_case)]
                let ($($name,)+) = self;
                Args(vec![$($name.into_arg()),+])
            }
        })*
    };
}

tuples! {
    (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
}

/// Arguments in the interface's form, with what keeps their handles alive.
pub(crate) struct Inputs {
    inputs: Vec<wit::Input>,
    _kept: Vec<Value>,
}

impl Inputs {
    pub(crate) fn as_slice(&self) -> &[wit::Input] {
        &self.inputs
    }
}

impl Args {
    /// Makes what needs a handle.
    pub(crate) fn inputs(self, vm: &Arc<Shared>) -> Result<Inputs, Error> {
        let mut kept = Vec::new();
        let mut inputs = Vec::with_capacity(self.0.len());
        for arg in self.0 {
            inputs.push(arg.input(vm, &mut kept)?);
        }
        Ok(Inputs {
            inputs,
            _kept: kept,
        })
    }
}

impl Arg {
    /// The interface's form; `kept` keeps its handle alive.
    pub(crate) fn input(
        self,
        vm: &Arc<Shared>,
        kept: &mut Vec<Value>,
    ) -> Result<wit::Input, Error> {
        Ok(match self {
            Arg::Undefined => wit::Input::Undefined,
            Arg::Null => wit::Input::Null,
            Arg::Boolean(value) => wit::Input::Boolean(value),
            Arg::Number(value) => wit::Input::Number(value),
            Arg::Text(text) => match text::to_units(&text) {
                None => wit::Input::Text(text),
                Some(units) => {
                    let value = vm.text(&units)?;
                    let input = value.input(vm)?;
                    kept.push(value);
                    input
                }
            },
            Arg::Invalid(error) => return Err(error.into()),
            Arg::Value(value) => {
                let input = value.input(vm)?;
                kept.push(value);
                input
            }
            Arg::Data(data) => {
                if !data.belongs_to(&vm.releases) {
                    return Err(Error::ForeignValue);
                }
                let form = data.form()?;
                let handle = vm.try_enter(|e| e.vm.value().call_from_data(e.store, form))?;
                let value = Value::from_handle(vm, handle);
                let input = value.input(vm)?;
                kept.push(value);
                input
            }
        })
    }
}
