//! The arguments of a call, one by one.

use std::borrow::Cow;

use serde::de::{Deserialize, DeserializeOwned};
use smallvec::SmallVec;

use super::access::Rest;
use super::input::Input;
use super::kind::Kind;
use super::scalar::Scalar;
use crate::{ConversionError, Data, Node};

/// An argument of a call that was passed in a form of its own.
///
/// ```
/// use jsvm_data::{ArgumentReader, PassedArgument};
///
/// let args = [PassedArgument::Text("width".into()), PassedArgument::Number(2.0)];
/// let mut reader = ArgumentReader::of_list(args.into_iter().collect());
/// assert_eq!(reader.take::<String>()?, "width");
/// assert_eq!(reader.take::<u8>()?, 2);
/// assert_eq!(reader.take::<Option<bool>>()?, None);
/// # Ok::<(), jsvm_data::ConversionError>(())
/// ```
#[derive(Clone, Debug)]
pub enum PassedArgument<'a> {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// Any value. It is in a box because most arguments are of the other kinds.
    Data(Box<Data>),
}

impl PassedArgument<'_> {
    fn read<T: DeserializeOwned>(self) -> Result<T, ConversionError> {
        let kind = match self {
            PassedArgument::Undefined => Kind::Undefined,
            PassedArgument::Null => Kind::Null,
            PassedArgument::Boolean(value) => Kind::Boolean(value),
            PassedArgument::Number(value) => Kind::of_number(value),
            PassedArgument::Text(text) => Kind::Text(text),
            PassedArgument::Data(data) => return data.convert(),
        };
        Ok(T::deserialize(Scalar(kind))?)
    }

    /// The argument as data.
    pub fn into_data(self) -> Data {
        Data::from_nodes(vec![match self {
            PassedArgument::Undefined => Node::Undefined,
            PassedArgument::Null => Node::Null,
            PassedArgument::Boolean(value) => Node::Boolean(value),
            PassedArgument::Number(value) => Node::Number(value),
            PassedArgument::Text(text) => Node::Text(text.into_owned()),
            PassedArgument::Data(data) => return *data,
        }])
    }
}

/// The arguments of a call. Up to four need no allocation.
pub type PassedArguments<'a> = SmallVec<[PassedArgument<'a>; 4]>;

/// Reads the arguments of a call in order, each as the type that is wanted.
pub struct ArgumentReader<'a> {
    form: ArgumentsForm<'a>,
    index: usize,
}

enum ArgumentsForm<'a> {
    /// The elements of an array.
    Array { input: Input<'a>, rest: Rest },
    /// Values in forms of their own.
    List(<PassedArguments<'a> as IntoIterator>::IntoIter),
}

impl<'a> ArgumentReader<'a> {
    /// The elements of an array.
    ///
    /// # Errors
    /// If the data is not an array.
    pub fn new(args: &'a Data) -> Result<Self, ConversionError> {
        let mut input = Input::new(args.source()?);
        let len = input.value(|_, kind| match kind {
            Kind::Array(len) => Ok(len),
            other => Err(other.mismatch("an array of arguments")),
        })?;
        let rest = Rest::new(len, &input)?;
        Ok(ArgumentReader {
            form: ArgumentsForm::Array { input, rest },
            index: 0,
        })
    }

    /// Arguments in forms of their own.
    pub fn of_list(args: PassedArguments<'a>) -> Self {
        ArgumentReader {
            form: ArgumentsForm::List(args.into_iter()),
            index: 0,
        }
    }

    /// Counts the arguments from here on, for errors that say which one is wrong.
    pub fn restart_index(&mut self) {
        self.index = 0;
    }

    /// How many were read.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The next argument, `undefined` if there is none.
    ///
    /// # Errors
    /// If it is of another type.
    pub fn take<T: DeserializeOwned>(&mut self) -> Result<T, ConversionError> {
        self.index += 1;
        match &mut self.form {
            ArgumentsForm::Array { input, rest } => Ok(match rest.next(input) {
                true => T::deserialize(input),
                false => T::deserialize(Scalar(Kind::Undefined)),
            }?),
            ArgumentsForm::List(args) => args.next().unwrap_or(PassedArgument::Undefined).read(),
        }
    }

    /// All that were not read.
    ///
    /// # Errors
    /// If the VM gave no data.
    pub fn rest(&mut self) -> Result<Vec<Data>, ConversionError> {
        let all = match &mut self.form {
            ArgumentsForm::Array { input, rest } => {
                let mut all = Vec::new();
                while rest.next(input) {
                    all.push(Data::deserialize(&mut *input)?);
                }
                all
            }
            ArgumentsForm::List(args) => args.map(PassedArgument::into_data).collect(),
        };
        self.index += all.len();
        Ok(all)
    }
}

impl std::fmt::Debug for ArgumentReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArgumentReader")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
