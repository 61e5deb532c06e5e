//! The intrinsics, kept so that no script can replace what the VM itself relies on.

use std::cell::{Cell, OnceCell};

use jsvm_data::ErrorClass;

use crate::js::{self, JsResult, Tag, Thrown, Value, View, ViewKind};
use crate::realm::magnitude;

/// What kind of object it is, as far as data is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Plain,
    Array,
    Error,
    Map,
    Set,
    Date,
    RegExp,
    Boxed,
    ArrayBuffer,
    View,
    /// Nothing that can be data.
    Opaque,
}

const ERROR_CLASSES: [ErrorClass; 9] = [
    ErrorClass::EvalError,
    ErrorClass::RangeError,
    ErrorClass::ReferenceError,
    ErrorClass::SyntaxError,
    ErrorClass::TypeError,
    ErrorClass::UriError,
    ErrorClass::InternalError,
    ErrorClass::AggregateError,
    // Last: every other class inherits from it.
    ErrorClass::Error,
];

/// Kept intrinsics. Functions that need a receiver are called with one.
pub struct Intrinsics {
    errors: Vec<(ErrorClass, Value, Value)>,
    well_known: Vec<(&'static str, Value)>,
    pub(super) map: Value,
    pub(super) map_set: Value,
    pub(super) map_for_each: Value,
    pub(super) set: Value,
    pub(super) set_add: Value,
    pub(super) set_for_each: Value,
    object: Value,
    symbol: Value,
    symbol_for: Value,
    symbol_key_for: Value,
    bigint: Value,
    bigint_text: Value,
    /// `x => -x`
    negate: Value,
    regexp: Value,
    data_view: Value,
    date_value_of: Value,
    boxed_value_of: [(&'static str, Value); 5],
}

thread_local! {
    /// What the engine's classes are, by number, as far as it was asked: the names take long.
    static CLASSES: [Cell<Option<Class>>; 96] = const { [const { Cell::new(None) }; 96] };
    static KEPT: OnceCell<&'static Intrinsics> = const { OnceCell::new() };
}

/// The kept intrinsics.
///
/// # Panics
/// Before the realm is complete.
pub fn intrinsics() -> &'static Intrinsics {
    #[expect(clippy::expect_used, reason = "the base image is made with them")]
    KEPT.with(|kept| *kept.get().expect("the realm is complete"))
}

/// Keeps them.
pub(super) fn keep() -> JsResult<()> {
    let kept: &'static Intrinsics = Box::leak(Box::new(Intrinsics::collect()?));
    KEPT.with(|cell| {
        let _ = cell.set(kept);
    });
    Ok(())
}

impl Intrinsics {
    fn collect() -> JsResult<Intrinsics> {
        let global = js::global();
        let method = |class: &str, name: &str| -> JsResult<Value> {
            global.get(class)?.get("prototype")?.get(name)
        };
        let symbol = global.get("Symbol")?;
        let mut errors = Vec::new();
        for class in ERROR_CLASSES {
            let constructor = global.get(class.name())?;
            let prototype = constructor.get("prototype")?;
            errors.push((class, constructor, prototype));
        }
        let mut well_known = Vec::new();
        for name in [
            "asyncIterator",
            "hasInstance",
            "isConcatSpreadable",
            "iterator",
            "match",
            "matchAll",
            "replace",
            "search",
            "species",
            "split",
            "toPrimitive",
            "toStringTag",
            "unscopables",
            "dispose",
            "asyncDispose",
        ] {
            let value = symbol.get(name)?;
            if value.tag() == Tag::Symbol {
                well_known.push((name, value));
            }
        }
        Ok(Intrinsics {
            errors,
            well_known,
            map: global.get("Map")?,
            map_set: method("Map", "set")?,
            map_for_each: method("Map", "forEach")?,
            set: global.get("Set")?,
            set_add: method("Set", "add")?,
            set_for_each: method("Set", "forEach")?,
            object: global.get("Object")?,
            symbol_for: symbol.get("for")?,
            symbol_key_for: symbol.get("keyFor")?,
            symbol,
            bigint: global.get("BigInt")?,
            bigint_text: method("BigInt", "toString")?,
            negate: js::compile_function("return -x", "x", "<native>")?,
            regexp: global.get("RegExp")?,
            data_view: global.get("DataView")?,
            date_value_of: method("Date", "getTime")?,
            boxed_value_of: [
                ("Number", method("Number", "valueOf")?),
                ("String", method("String", "valueOf")?),
                ("Boolean", method("Boolean", "valueOf")?),
                ("Symbol", method("Symbol", "valueOf")?),
                ("BigInt", method("BigInt", "valueOf")?),
            ],
        })
    }

    /// The class of an object. Runs no JavaScript.
    pub fn class_of(&self, object: &Value) -> Class {
        let number = object.class_number() as usize;
        if let Some(class) = CLASSES.with(|classes| classes.get(number)?.get()) {
            return class;
        }
        let class = Self::class_by_name(object);
        // One proxy can be called, and another cannot.
        if !object.is_proxy() {
            CLASSES.with(|classes| {
                if let Some(place) = classes.get(number) {
                    place.set(Some(class));
                }
            });
        }
        class
    }

    fn class_by_name(object: &Value) -> Class {
        if object.is_array() {
            return Class::Array;
        }
        if object.is_function() {
            return Class::Opaque;
        }
        match object.class_name().as_deref() {
            Some("Error" | "DOMException") => Class::Error,
            Some("Map") => Class::Map,
            Some("Set") => Class::Set,
            Some("Date") => Class::Date,
            Some("RegExp") => Class::RegExp,
            Some("Number" | "String" | "Boolean" | "Symbol" | "BigInt") => Class::Boxed,
            Some("ArrayBuffer" | "SharedArrayBuffer") => Class::ArrayBuffer,
            Some("Object" | "Arguments" | "Module Namespace" | "Proxy") | None => Class::Plain,
            Some(_) if object.view_kind().is_some() => Class::View,
            Some(_) => Class::Opaque,
        }
    }

    /// The nearest built-in class of an error.
    pub fn error_class(&self, error: &Value) -> JsResult<ErrorClass> {
        let mut prototype = error.prototype()?;
        while prototype.is_object() && !prototype.is_proxy() {
            if let Some((class, ..)) = self
                .errors
                .iter()
                .find(|(_, _, known)| known.same_value(&prototype))
            {
                return Ok(*class);
            }
            prototype = prototype.prototype()?;
        }
        Ok(ErrorClass::Error)
    }

    /// An error of a class, without a message.
    pub fn error(&self, class: ErrorClass) -> JsResult<Value> {
        let constructor = self.errors.iter().find(|(known, ..)| *known == class);
        let Some((_, constructor, _)) = constructor else {
            return Err(Thrown::type_error("there is no such error class"));
        };
        if class == ErrorClass::AggregateError {
            constructor.construct(&[Value::array()?])
        } else {
            constructor.construct(&[])
        }
    }

    /// Name of a well-known symbol, such as `iterator`.
    pub fn well_known_name(&self, symbol: &Value) -> Option<&'static str> {
        self.well_known
            .iter()
            .find(|(_, known)| known.strict_equals(symbol))
            .map(|(name, _)| *name)
    }

    /// The well-known symbol of a name.
    pub fn well_known(&self, name: &str) -> Option<Value> {
        self.well_known
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.clone())
    }

    /// Key of a symbol in the registry of `Symbol.for`.
    pub fn symbol_key(&self, symbol: &Value) -> JsResult<Option<String>> {
        let key = self
            .symbol_key_for
            .call(&Value::UNDEFINED, std::slice::from_ref(symbol))?;
        if key.is_undefined() {
            Ok(None)
        } else {
            key.to_lossy().map(Some)
        }
    }

    /// A new symbol with a string as its description.
    pub fn symbol_of(&self, description: &Value) -> JsResult<Value> {
        let args = std::slice::from_ref(description);
        self.symbol.call(&Value::UNDEFINED, args)
    }

    /// A new symbol.
    pub fn symbol(&self, description: Option<&str>) -> JsResult<Value> {
        match description {
            Some(text) => self.symbol.call(&Value::UNDEFINED, &[Value::text(text)?]),
            None => self.symbol.call(&Value::UNDEFINED, &[]),
        }
    }

    /// `Symbol.for(key)`
    pub fn registered_symbol(&self, key: &str) -> JsResult<Value> {
        self.symbol_for.call(&self.symbol, &[Value::text(key)?])
    }

    /// `Symbol.for(key)` of a string.
    pub fn registered_symbol_of(&self, key: &Value) -> JsResult<Value> {
        self.symbol_for
            .call(&self.symbol, std::slice::from_ref(key))
    }

    /// A BigInt from decimal digits; anything else is a `SyntaxError`.
    pub fn bigint(&self, digits: &str) -> JsResult<Value> {
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Thrown::syntax_error(
                "a BigInt is written in decimal digits",
            ));
        }
        self.to_bigint(&Value::text(digits)?)
    }

    /// A BigInt as data has it: whether it is negative, and the bytes of its magnitude, most
    /// significant first, or if it is negative those of one less.
    pub fn bigint_bytes(&self, value: &Value) -> JsResult<(bool, Vec<u8>)> {
        let text = self
            .bigint_text
            .call(value, &[Value::number(16.0)])?
            .to_lossy()?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let negative = digits.len() != text.len();
        Ok((negative, magnitude::of_digits(digits, negative)))
    }

    /// The BigInt of such bytes.
    pub fn bigint_of_bytes(&self, negative: bool, bytes: &[u8]) -> JsResult<Value> {
        let digits = magnitude::to_digits(bytes, negative);
        let value = self.to_bigint(&Value::text(&digits)?)?;
        if negative {
            self.negate.call(&Value::UNDEFINED, &[value])
        } else {
            Ok(value)
        }
    }

    /// `BigInt(value)`
    pub fn to_bigint(&self, value: &Value) -> JsResult<Value> {
        self.bigint
            .call(&Value::UNDEFINED, std::slice::from_ref(value))
    }

    /// A regular expression.
    pub fn regexp(&self, source: &str, flags: &str) -> JsResult<Value> {
        self.regexp
            .construct(&[Value::text(source)?, Value::text(flags)?])
    }

    /// A regular expression of two strings.
    pub fn regexp_of(&self, source: &Value, flags: &Value) -> JsResult<Value> {
        self.regexp.construct(&[source.clone(), flags.clone()])
    }

    /// `new DataView(...args)`
    pub fn data_view(&self, args: &[Value]) -> JsResult<Value> {
        self.data_view.construct(args)
    }

    /// `Object(primitive)`
    pub fn boxed(&self, primitive: &Value) -> JsResult<Value> {
        self.object
            .call(&Value::UNDEFINED, std::slice::from_ref(primitive))
    }

    /// The primitive in an object of class [`Class::Boxed`].
    pub fn unboxed(&self, object: &Value) -> JsResult<Value> {
        let name = object.class_name().unwrap_or_default();
        match self.boxed_value_of.iter().find(|(known, _)| *known == name) {
            Some((_, value_of)) => value_of.call(object, &[]),
            None => Err(Thrown::type_error("the object holds no primitive")),
        }
    }

    /// Milliseconds of a date.
    pub fn date_value(&self, date: &Value) -> JsResult<f64> {
        self.date_value_of.call(date, &[])?.to_number()
    }

    /// Where a typed array or `DataView` lies.
    pub fn view(&self, view: &Value) -> JsResult<(ViewKind, View)> {
        let kind = view.view_kind();
        match kind {
            Some(ViewKind::DataView) => {
                let buffer = view.get("buffer")?;
                let offset = view.get("byteOffset")?.to_number()? as usize;
                let len = view.get("byteLength")?.to_number()? as usize;
                let capacity = buffer.buffer_len()?;
                if offset.checked_add(len).is_none_or(|end| end > capacity) {
                    return Err(Thrown::type_error("the DataView is out of bounds"));
                }
                Ok((
                    ViewKind::DataView,
                    View {
                        buffer,
                        offset,
                        len,
                    },
                ))
            }
            Some(kind) => Ok((kind, view.typed_array_view()?)),
            None => Err(Thrown::type_error(
                "the value is no typed array or DataView",
            )),
        }
    }

    /// Whether it is an `InternalError`, by its prototypes.
    pub fn is_internal_error(&self, value: &Value) -> bool {
        value.is_error() && matches!(self.error_class(value), Ok(ErrorClass::InternalError))
    }
}
