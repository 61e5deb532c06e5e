//! The interface `values`, with the resource `value`.

use crate::bindings::exports::jsvm::engine::values::{
    Guest, GuestValue, Input, InspectOptions, Key, KeyFilter, Output, OwnKey, Units,
    Value as Handle, ValueBorrow, ValueKind,
};
use crate::bindings::jsvm::engine::types::Data;
use crate::convert::{self, input, inputs, output};
use crate::data;
use crate::error::Result;
use crate::handle::{Held, handle, held};
use crate::inspect::{Options, inspect};
use crate::js::{self, JsResult, LentUnits, OwnKeys, Tag, Text, Thrown, Value};
use crate::realm::{self, intrinsics, readers};
use crate::value::{buffer, kind};

impl Guest for crate::Guest {
    type Value = Held;

    fn create_primitive(value: Input<'_>) -> Result<Handle> {
        Ok(handle(input(&value)?))
    }

    fn create_text(units: Units) -> Result<Handle> {
        Ok(handle(match units {
            Units::Latin1(units) => Value::latin1(&units)?,
            Units::Utf16(units) => Value::utf16(&units)?,
        }))
    }

    fn create_bigint(decimal: String) -> Result<Handle> {
        Ok(handle(intrinsics().bigint(&decimal)?))
    }

    fn create_symbol(description: Option<String>, registered: bool) -> Result<Handle> {
        let description = description.as_deref();
        Ok(handle(if registered {
            intrinsics().registered_symbol(description.unwrap_or_default())?
        } else {
            intrinsics().symbol(description)?
        }))
    }

    fn get_well_known_symbol(name: String) -> Option<Handle> {
        intrinsics().well_known(&name).map(handle)
    }

    fn get_symbol_description(symbol: ValueBorrow<'_>) -> Option<String> {
        if held(&symbol).tag() != Tag::Symbol {
            return None;
        }
        let description = realm::readers().symbol_description(held(&symbol)).ok()?;
        match description.is_undefined() {
            true => None,
            false => description.to_lossy().ok(),
        }
    }

    fn get_symbol_key(symbol: ValueBorrow<'_>) -> Option<String> {
        match held(&symbol).tag() {
            Tag::Symbol => intrinsics().symbol_key(held(&symbol)).ok()?,
            _ => None,
        }
    }

    fn create_object(prototype: Option<Input<'_>>) -> Result<Handle> {
        Ok(handle(match prototype {
            None => Value::object()?,
            Some(prototype) => Value::object_with(&input(&prototype)?)?,
        }))
    }

    fn create_array(elements: Vec<Input<'_>>) -> Result<Handle> {
        Ok(handle(Value::array_of(inputs(&elements)?)?))
    }

    fn from_data(data: Data) -> Result<Handle> {
        Ok(handle(data::copy_in(data)?))
    }

    fn from_json(text: String) -> Result<Handle> {
        Ok(handle(js::parse_json(text, "<json>")?))
    }
}

impl GuestValue for Held {
    #[expect(unsafe_code, reason = "the bindings ask for it")]
    unsafe fn resource_into_raw_(held: Option<Held>) -> *mut Option<Held> {
        Held::place(held)
    }

    #[expect(unsafe_code, reason = "the bindings ask for it")]
    unsafe fn resource_from_raw_(place: *mut Option<Held>) -> Option<Held> {
        // SAFETY: the bindings pass what the function above returned, once.
        unsafe { Held::remove(place) }
    }

    fn clone(&self) -> Handle {
        handle(self.value().clone())
    }

    fn kind(&self) -> ValueKind {
        kind(self.value())
    }

    fn class_name(&self) -> Option<String> {
        if self.value().is_proxy() {
            return Some("Proxy".to_owned());
        }
        self.value().class_name()
    }

    fn identity(&self) -> Option<u32> {
        u32::try_from(self.value().address()?).ok()
    }

    fn to_boolean(&self) -> bool {
        self.value().to_boolean()
    }

    fn to_number(&self) -> Result<f64> {
        if self.value().tag() == Tag::BigInt {
            // `Number(1n)` is 1, where `+1n` throws.
            return Ok(Value::text(&self.value().to_lossy()?)?.to_number()?);
        }
        Ok(self.value().to_number()?)
    }

    fn to_bigint(&self) -> Result<String> {
        Ok(intrinsics().to_bigint(self.value())?.to_lossy()?)
    }

    fn to_text(&self) -> Result<String> {
        if self.value().tag() == Tag::Symbol {
            return Ok(symbol_text(self.value())?);
        }
        Ok(self.value().to_lossy()?)
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn to_units(&self) -> Result<Units> {
        let string = match self.value().tag() {
            Tag::Symbol => Value::text(&symbol_text(self.value())?)?,
            _ => self.value().to_string_value()?,
        };
        Ok(match string.lend_units()? {
            // SAFETY: the embedder gets a copy of the list, so nothing writes to it.
            LentUnits::Latin1(units) => Units::Latin1(unsafe { units.into_list() }),
            // SAFETY: as above.
            LentUnits::Utf16(units) => Units::Utf16(unsafe { units.into_list() }),
        })
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn to_bytes(&self) -> Result<Vec<u8>> {
        let lent = buffer::lend(self.value())?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        Ok(unsafe { lent.into_list() }?)
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn to_data(&self) -> Result<Data> {
        let copied = data::copy_out(self.value())?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        Ok(unsafe { copied.lend() }?)
    }

    fn to_json(&self) -> Result<Option<String>> {
        let text = readers().stringify(self.value())?;
        Ok(match text.tag() {
            Tag::String => Some(text.to_lossy()?),
            _ => None,
        })
    }

    fn to_output(&self) -> Output {
        output(self.value().clone())
    }

    fn inspect(&self, options: InspectOptions) -> String {
        let InspectOptions { depth, colors } = options;
        inspect(
            self.value(),
            &Options {
                depth,
                colors,
                ..Options::default()
            },
        )
    }

    fn get(&self, key: Key<'_>) -> Result<Output> {
        Ok(output(self.value().get(convert::key(&key))?))
    }

    fn set(&self, key: Key<'_>, to: Input<'_>) -> Result<()> {
        Ok(self.value().set(convert::key(&key), input(&to)?)?)
    }

    fn delete(&self, key: Key<'_>) -> Result<bool> {
        Ok(self.value().delete(convert::key(&key))?)
    }

    fn has(&self, key: Key<'_>) -> Result<bool> {
        Ok(self.value().has(convert::key(&key))?)
    }

    fn keys(&self, filter: KeyFilter) -> Result<Vec<OwnKey>> {
        let which = OwnKeys {
            strings: filter.contains(KeyFilter::STRINGS),
            symbols: filter.contains(KeyFilter::SYMBOLS),
            hidden: filter.contains(KeyFilter::HIDDEN),
        };
        let mut keys = Vec::new();
        for key in self.value().own_keys(which)? {
            let key = key.to_value()?;
            keys.push(match key.tag() {
                Tag::Symbol => OwnKey::Symbol(handle(key)),
                _ => match key.to_text()? {
                    Text::Utf8(text) => OwnKey::Text(text),
                    Text::Utf16(units) => OwnKey::Utf16(units),
                },
            });
        }
        Ok(keys)
    }

    fn call(&self, this: Input<'_>, args: Vec<Input<'_>>) -> Result<Output> {
        js::clear_kept();
        Ok(output(self.value().call(&input(&this)?, &inputs(&args)?)?))
    }

    fn call_method(&self, key: Key<'_>, args: Vec<Input<'_>>) -> Result<Output> {
        js::clear_kept();
        let method = self.value().get(convert::key(&key))?;
        Ok(output(method.call(self.value(), &inputs(&args)?)?))
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn call_data(&self, this: Input<'_>, args: Data) -> Result<Data> {
        js::clear_kept();
        let args = elements(data::copy_in(args)?)?;
        let result = self.value().call(&input(&this)?, &args)?;
        let copied = data::copy_out(&result)?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        Ok(unsafe { copied.lend() }?)
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn call_each(&self, this: Input<'_>, args: Data) -> Result<Data> {
        js::clear_kept();
        let this = input(&this)?;
        let mut results = Vec::new();
        for args in elements(data::copy_in(args)?)? {
            results.push(self.value().call(&this, &elements(args)?)?);
        }
        let copied = data::copy_out_list(&results)?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        Ok(unsafe { copied.lend() }?)
    }

    fn construct(&self, args: Vec<Input<'_>>) -> Result<Output> {
        js::clear_kept();
        Ok(output(self.value().construct(&inputs(&args)?)?))
    }

    fn is_instance(&self, class: ValueBorrow<'_>) -> Result<bool> {
        Ok(self.value().is_instance(held(&class))?)
    }

    fn strict_equals(&self, other: Input<'_>) -> bool {
        input(&other).is_ok_and(|other| self.value().strict_equals(&other))
    }

    fn same_value(&self, other: Input<'_>) -> bool {
        input(&other).is_ok_and(|other| self.value().same_value(&other))
    }
}

/// The elements of an array of arguments; nothing is no arguments.
fn elements(array: Value) -> JsResult<Vec<Value>> {
    if matches!(array.tag(), Tag::Undefined | Tag::Null) {
        return Ok(Vec::new());
    }
    let Some(length) = array.dense_length() else {
        return Err(Thrown::type_error("arguments are an array"));
    };
    let elements = (0..length).map(|index| array.dense_element(index).unwrap_or(Value::UNDEFINED));
    Ok(elements.collect())
}

/// `String(symbol)`
fn symbol_text(symbol: &Value) -> JsResult<String> {
    let description = symbol.get("description")?;
    let text = if description.is_undefined() {
        String::new()
    } else {
        description.to_lossy()?
    };
    Ok(format!("Symbol({text})"))
}
