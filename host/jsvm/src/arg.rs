//! Values on their way into a VM.

use std::sync::Arc;

use ::serde::ser::Serialize;
use jsvm_data::{Captured, StringUnits};

use crate::bindings::wit;
use crate::data::{ConversionError, Data};
use crate::error::Error;
use crate::serde::Options;
use crate::shared::Shared;
use crate::value::Value;

/// A value on its way into a VM, in the cheapest form that it has.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::Arg;
/// let length = vm.eval("text => text.length")?;
/// assert_eq!(length.call((Arg::Text("four".to_owned()),))?.to::<u32>()?, 4);
/// # Ok::<(), jsvm::Error>(())
/// ```
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

/// Conversion into a value that can be passed to JavaScript: of a [`Value`], or of anything that
/// serde can serialize; see the module [`serde`](mod@crate::serde).
///
/// You can implement it for types that do not implement `Serialize`. Because everything that does
/// implements this trait, [`Value`] never implements `Serialize`: to put values of a VM into data,
/// use a [`Token`](crate::Token).
///
/// ```
/// use jsvm::{Arg, IntoArg};
/// struct Celsius(f64);
/// impl IntoArg for Celsius {
///     fn into_arg(self) -> Arg {
///         Arg::Text(format!("{} °C", self.0))
///     }
/// }
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let length = vm.eval("text => text.length")?.call((Celsius(21.5),))?;
/// assert_eq!(length.to::<u32>()?, 7);
/// # Ok::<(), jsvm::Error>(())
/// ```
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
        match Captured::of(value, options) {
            Ok(Captured::Undefined) => Arg::Undefined,
            Ok(Captured::Null) => Arg::Null,
            Ok(Captured::Boolean(value)) => Arg::Boolean(value),
            Ok(Captured::Number(value)) => Arg::Number(value),
            Ok(Captured::Text(text)) => Arg::Text(text),
            Ok(Captured::Data(data)) => Arg::Data(data),
            Ok(other) => Arg::Data(other.into()),
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

/// Conversion into a list of arguments: of a tuple of up to eight [`IntoArg`], or of a `Vec` of
/// them.
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// let max = vm.eval("Math.max")?;
/// assert_eq!(max.call((1, 2.5))?.to::<f64>()?, 2.5);
/// assert_eq!(max.call(vec![1, 2, 3])?.to::<u32>()?, 3);
/// # Ok::<(), jsvm::Error>(())
/// ```
pub trait IntoArgs {
    /// The arguments in order.
    fn into_args(self) -> Args;
}

/// A list of arguments, from [`IntoArgs::into_args`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::IntoArgs;
/// let max = vm.eval("Math.max")?;
/// let args = (1, 2).into_args();
/// assert_eq!(max.call(args)?.to::<u32>()?, 2);
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Args(Vec<Arg>);

impl<T: IntoArg> IntoArgs for Vec<T> {
    fn into_args(self) -> Args {
        Args(self.into_iter().map(IntoArg::into_arg).collect())
    }
}

impl IntoArgs for Args {
    fn into_args(self) -> Args {
        self
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
    /// The arguments in order.
    pub(crate) fn into_list(self) -> Vec<Arg> {
        self.0
    }

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
            Arg::Text(text) => match long_text(&text) {
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
                let handle = vm.try_enter(|e| e.exports.lending.copy_in(e.store, form))?;
                let value = Value::from_handle(vm, handle);
                let input = value.input(vm)?;
                kept.push(value);
                input
            }
        })
    }
}

/// Strings of fewer bytes cross as they are: that costs less than to look at them first.
const SHORT: usize = 256;

/// A long string as it goes into a VM fastest; `None` for a short one.
pub(crate) fn long_text(text: &str) -> Option<wit::Units> {
    (text.len() >= SHORT).then(|| StringUnits::from_text(text).into())
}
