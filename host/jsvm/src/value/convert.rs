//! From a value to Rust.

use ::serde::de::DeserializeOwned;
use jsvm_data::{Captured, StringUnits};

use super::{Repr, Value};
use crate::bindings::wit;
use crate::data::{ConversionError, Data};
use crate::error::Error;

/// Options of [`Value::inspect`].
///
/// ```
/// let vm = jsvm::Engine::global()?.vm().build()?;
/// use jsvm::InspectOptions;
/// let value = vm.eval("({ a: { b: { c: 1 } } })")?;
/// let options = InspectOptions::default().depth(0);
/// assert_eq!(value.inspect(options)?, "{ a: [Object] }");
/// # Ok::<(), jsvm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InspectOptions {
    /// How many levels of nested objects are written out.
    pub depth: u32,
    /// Whether to use ANSI colours.
    pub colors: bool,
}

impl Default for InspectOptions {
    fn default() -> Self {
        InspectOptions {
            depth: 2,
            colors: false,
        }
    }
}

impl InspectOptions {
    /// Sets how many levels of nested objects are written out; 2 by default.
    #[must_use]
    pub fn depth(mut self, levels: u32) -> Self {
        self.depth = levels;
        self
    }

    /// Sets whether ANSI colours are used; not by default.
    #[must_use]
    pub fn colors(mut self, colors: bool) -> Self {
        self.colors = colors;
        self
    }
}

/// Conversions.
impl Value {
    /// Converts it to a Rust type, without coercion; see the module
    /// [`serde`](mod@crate::serde).
    ///
    /// # Errors
    /// [`Error::Conversion`] if it is of another type; [`Error::Exception`] if an accessor
    /// throws; [`Error::Limit`] if it is too large.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let primitive = match &self.0 {
            Repr::Undefined => Captured::Undefined,
            Repr::Null => Captured::Null,
            Repr::Boolean(value) => Captured::Boolean(*value),
            Repr::Number(value) => Captured::Number(*value),
            Repr::Handle(_) => return Ok(self.to_data()?.convert()?),
        };
        Ok(primitive.convert()?)
    }

    /// Converts the value to JSON, as `JSON.stringify` does, even if scripts replaced it; nothing
    /// for what JSON has no form for, such as `undefined`. Methods `toJSON` and accessors are
    /// called.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` for a cycle or a BigInt, or if what is called
    /// throws; [`Error::Limit`].
    pub fn to_json(&self) -> Result<Option<String>, Error> {
        Ok(match &self.0 {
            Repr::Undefined => None,
            Repr::Null => Some("null".into()),
            Repr::Boolean(value) => Some(value.to_string()),
            Repr::Number(value) if !value.is_finite() => Some("null".into()),
            Repr::Number(_) => Some(self.to_text()?),
            Repr::Handle(h) => {
                h.vm.try_enter(|e| e.vm.values().value().call_to_json(e.store, h.resource))?
            }
        })
    }

    /// Copies it out as data. Accessors are called.
    ///
    /// # Errors
    /// As [`to`](Self::to).
    pub fn to_data(&self) -> Result<Data, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                let form =
                    h.vm.try_enter(|e| e.vm.values().value().call_to_data(e.store, h.resource))?;
                Ok(h.vm.data(form))
            }
            _ => Ok(Data::from_nodes(self.immediate().into_iter().collect())),
        }
    }

    /// Converts it as `Boolean(value)` does.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn to_bool(&self) -> Result<bool, Error> {
        Ok(match &self.0 {
            Repr::Undefined | Repr::Null => false,
            Repr::Boolean(value) => *value,
            Repr::Number(value) => *value != 0.0 && !value.is_nan(),
            Repr::Handle(h) => {
                h.vm.enter(|e| e.vm.values().value().call_to_boolean(e.store, h.resource))?
            }
        })
    }

    /// Converts it as `Number(value)` does.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws, as for a symbol.
    pub fn to_number(&self) -> Result<f64, Error> {
        Ok(match &self.0 {
            Repr::Undefined => f64::NAN,
            Repr::Null => 0.0,
            Repr::Boolean(value) => f64::from(u8::from(*value)),
            Repr::Number(value) => *value,
            Repr::Handle(h) => {
                h.vm.try_enter(|e| e.vm.values().value().call_to_number(e.store, h.resource))?
            }
        })
    }

    /// Converts it as `BigInt(value)` does, to decimal digits.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws; [`Error::Conversion`] for a primitive that
    /// has no whole value.
    pub fn to_bigint(&self) -> Result<String, Error> {
        match &self.0 {
            Repr::Boolean(value) => Ok(u8::from(*value).to_string()),
            // The exact value of a double, which can be beyond any integer type.
            Repr::Number(value) if value.is_finite() && value.fract() == 0.0 => {
                Ok(format!("{:.0}", value + 0.0))
            }
            Repr::Handle(h) => {
                h.vm.try_enter(|e| e.vm.values().value().call_to_bigint(e.store, h.resource))
            }
            _ => Err(ConversionError::new("a whole number", self.describe()).into()),
        }
    }

    /// Converts it as `String(value)` does. Lone surrogates become U+FFFD;
    /// [`to_utf16`](Self::to_utf16) keeps them.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws.
    pub fn to_text(&self) -> Result<String, Error> {
        Ok(match &self.0 {
            Repr::Undefined => "undefined".into(),
            Repr::Null => "null".into(),
            Repr::Boolean(value) => value.to_string(),
            Repr::Number(value) => ryu_js::Buffer::new().format(*value).to_owned(),
            Repr::Handle(h) => {
                let units =
                    h.vm.try_enter(|e| e.vm.values().value().call_to_units(e.store, h.resource))?;
                StringUnits::from(units).into_text()
            }
        })
    }

    /// Converts it as `String(value)` does, to UTF-16 code units.
    ///
    /// # Errors
    /// [`Error::Exception`] if the conversion throws.
    pub fn to_utf16(&self) -> Result<Vec<u16>, Error> {
        match &self.0 {
            Repr::Handle(h) => {
                let units =
                    h.vm.try_enter(|e| e.vm.values().value().call_to_units(e.store, h.resource))?;
                Ok(StringUnits::from(units).into_utf16())
            }
            _ => Ok(self.to_text()?.encode_utf16().collect()),
        }
    }

    /// The bytes of an array buffer, or those that a typed array or `DataView` covers.
    ///
    /// # Errors
    /// [`Error::Exception`] with a `TypeError` if it is neither, or detached.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let h = self.handle("an ArrayBuffer or a view of one")?;
        h.vm.try_enter(|e| e.vm.values().value().call_to_bytes(e.store, h.resource))
    }

    /// The value as a console shows it.
    ///
    /// ```
    /// let vm = jsvm::Engine::global()?.vm().build()?;
    /// let value = vm.eval("({ a: [1, 'x'], m: new Map([[1, 2]]) })")?;
    /// assert_eq!(value.inspect(Default::default())?, "{ a: [ 1, 'x' ], m: Map(1) { 1 => 2 } }");
    /// # Ok::<(), jsvm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn inspect(&self, options: InspectOptions) -> Result<String, Error> {
        let colored = |code: &str, text: String| {
            if options.colors {
                format!("\u{1b}[{code}m{text}\u{1b}[39m")
            } else {
                text
            }
        };
        Ok(match &self.0 {
            Repr::Undefined => colored("90", "undefined".into()),
            Repr::Null if options.colors => "\u{1b}[1mnull\u{1b}[22m".into(),
            Repr::Number(value) if *value == 0.0 && value.is_sign_negative() => {
                colored("33", "-0".into())
            }
            Repr::Boolean(_) | Repr::Number(_) => colored("33", self.to_text()?),
            Repr::Null => "null".into(),
            Repr::Handle(h) => {
                let options = wit::InspectOptions {
                    depth: options.depth,
                    colors: options.colors,
                };
                h.vm.enter(|e| {
                    e.vm.values()
                        .value()
                        .call_inspect(e.store, h.resource, options)
                })?
            }
        })
    }
}
