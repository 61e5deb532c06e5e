//! The arguments of a call, one by one.

use serde::de::{Deserialize, DeserializeOwned};

use super::access::Rest;
use super::input::Input;
use super::kind::Kind;
use super::scalar::Scalar;
use crate::{ConversionError, Data};

/// Reads the arguments of a call in order, each as the type that is wanted.
pub struct ArgumentReader<'a> {
    input: Input<'a>,
    rest: Rest,
    index: usize,
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
            input,
            rest,
            index: 0,
        })
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
        let read = match self.rest.next(&mut self.input) {
            true => T::deserialize(&mut self.input),
            false => T::deserialize(Scalar(Kind::Undefined)),
        };
        self.index += 1;
        Ok(read?)
    }

    /// All that were not read.
    ///
    /// # Errors
    /// If the VM gave no data.
    pub fn rest(&mut self) -> Result<Vec<Data>, ConversionError> {
        let mut all = Vec::new();
        while self.rest.next(&mut self.input) {
            all.push(Data::deserialize(&mut self.input)?);
            self.index += 1;
        }
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
