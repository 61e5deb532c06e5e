//! The resource `value`.

use crate::bindings::exports::jsvm::engine::vm::{
    Deferred, ErrorClass, GuestValue, Input, InspectOptions, Key, KeyFilter, Output, OwnKey,
    PromiseState, Units, Value as Handle, ValueBorrow, ValueKind, ViewKind,
};
use crate::bindings::jsvm::engine::types::Data;
use crate::convert::{self, input, inputs, output};
use crate::error::Result;
use crate::handle::{Held, handle, held};
use crate::inspect::{Options, inspect};
use crate::js::{self, Call, JsResult, LentUnits, OwnKeys, Property, Tag, Text, Thrown, Value};
use crate::realm::{Class, intrinsics};
use crate::{data, host, request};

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

    fn new_primitive(value: Input<'_>) -> Result<Handle> {
        Ok(handle(input(&value)?))
    }

    fn new_text(units: Units) -> Result<Handle> {
        Ok(handle(match units {
            Units::Latin1(units) => Value::latin1(&units)?,
            Units::Utf16(units) => Value::utf16(&units)?,
        }))
    }

    fn new_bigint(decimal: String) -> Result<Handle> {
        Ok(handle(intrinsics().bigint(&decimal)?))
    }

    fn new_symbol(description: Option<String>, registered: bool) -> Result<Handle> {
        let description = description.as_deref();
        Ok(handle(if registered {
            intrinsics().registered_symbol(description.unwrap_or_default())?
        } else {
            intrinsics().symbol(description)?
        }))
    }

    fn new_object() -> Result<Handle> {
        Ok(handle(Value::object()?))
    }

    fn new_array(elements: Vec<Input<'_>>) -> Result<Handle> {
        Ok(handle(Value::array_of(inputs(&elements)?)?))
    }

    fn new_array_buffer(bytes: Vec<u8>) -> Result<Handle> {
        Ok(handle(Value::array_buffer_of(bytes)?))
    }

    fn new_view(
        kind: ViewKind,
        buffer: ValueBorrow<'_>,
        byte_offset: u32,
        length: Option<u32>,
    ) -> Result<Handle> {
        let buffer = held(&buffer).clone();
        if !buffer.is_array_buffer() {
            return Err(Thrown::type_error("a view needs an array buffer").into());
        }
        let mut args = vec![buffer, Value::number(f64::from(byte_offset))];
        args.extend(length.map(|length| Value::number(f64::from(length))));
        Ok(handle(match kind {
            ViewKind::DataView => intrinsics().data_view(&args)?,
            kind => Value::typed_array(convert::view_kind_in(kind), &args)?,
        }))
    }

    fn new_date(milliseconds: f64) -> Result<Handle> {
        Ok(handle(Value::date(milliseconds)?))
    }

    fn new_error(class: ErrorClass, message: String, cause: Option<Input<'_>>) -> Result<Handle> {
        let error = intrinsics().error(class)?;
        error.define("message", Value::text(&message)?, Property::HIDDEN)?;
        if let Some(cause) = cause {
            error.define("cause", input(&cause)?, Property::HIDDEN)?;
        }
        Ok(handle(error))
    }

    fn new_promise() -> Result<Deferred> {
        let (promise, resolve, reject) = js::new_promise()?;
        Ok(Deferred {
            promise: handle(promise),
            resolve: handle(resolve),
            reject: handle(reject),
        })
    }

    fn new_host_function(name: String, length: u32) -> Result<Handle> {
        let data = [Value::text(&name)?];
        Ok(handle(js::function(&name, length, &data, call_host)?))
    }

    fn new_request_function(name: String, length: u32) -> Result<Handle> {
        Ok(handle(request::function(&name, length)?))
    }

    fn from_data(data: Data) -> Result<Handle> {
        Ok(handle(data::copy_in(data)?))
    }

    fn dup(&self) -> Handle {
        handle(self.value().clone())
    }

    fn kind(&self) -> ValueKind {
        kind(self.value())
    }

    fn view_kind(&self) -> Option<ViewKind> {
        self.value().view_kind().map(convert::view_kind_out)
    }

    fn to_bool(&self) -> bool {
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

    fn to_units(&self) -> Result<Units> {
        let string = match self.value().tag() {
            Tag::Symbol => Value::text(&symbol_text(self.value())?)?,
            _ => self.value().to_string_value()?,
        };
        Ok(match string.lend_units()? {
            LentUnits::Latin1(units) => Units::Latin1(units.into_list()),
            LentUnits::Utf16(units) => Units::Utf16(units.into_list()),
        })
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let value = self.value();
        if value.is_array_buffer() {
            let len = value.with_buffer_bytes(<[u8]>::len)?;
            return Ok(value.lend_buffer(0, len)?.into_list());
        }
        let (_, view) = intrinsics().view(value)?;
        Ok(view.buffer.lend_buffer(view.offset, view.len)?.into_list())
    }

    fn to_data(&self) -> Result<Data> {
        Ok(data::copy_out(self.value())?.lend())
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
        Ok(output(self.value().call(&input(&this)?, &inputs(&args)?)?))
    }

    fn call_method(&self, key: Key<'_>, args: Vec<Input<'_>>) -> Result<Output> {
        let method = self.value().get(convert::key(&key))?;
        Ok(output(method.call(self.value(), &inputs(&args)?)?))
    }

    fn call_data(&self, this: Input<'_>, args: Data) -> Result<Data> {
        let args = elements(data::copy_in(args)?)?;
        let result = self.value().call(&input(&this)?, &args)?;
        Ok(data::copy_out(&result)?.lend())
    }

    fn call_each(&self, this: Input<'_>, args: Data) -> Result<Data> {
        let this = input(&this)?;
        let mut results = Vec::new();
        for args in elements(data::copy_in(args)?)? {
            results.push(self.value().call(&this, &elements(args)?)?);
        }
        Ok(data::copy_out_list(&results)?.lend())
    }

    fn construct(&self, args: Vec<Input<'_>>) -> Result<Output> {
        Ok(output(self.value().construct(&inputs(&args)?)?))
    }

    fn is_instance(&self, constructor: ValueBorrow<'_>) -> Result<bool> {
        Ok(self.value().is_instance(held(&constructor))?)
    }

    fn strict_equals(&self, other: Input<'_>) -> bool {
        input(&other).is_ok_and(|other| self.value().strict_equals(&other))
    }

    fn same_value(&self, other: Input<'_>) -> bool {
        input(&other).is_ok_and(|other| self.value().same_value(&other))
    }

    fn promise_state(&self) -> Option<PromiseState> {
        Some(match self.value().promise_state()? {
            js::PromiseState::Pending => PromiseState::Pending,
            js::PromiseState::Fulfilled => PromiseState::Fulfilled,
            js::PromiseState::Rejected => PromiseState::Rejected,
        })
    }

    fn promise_result(&self) -> Output {
        match self.value().promise_state() {
            None | Some(js::PromiseState::Pending) => Output::Undefined,
            Some(state) => {
                if state == js::PromiseState::Rejected {
                    self.value().mark_promise_handled();
                }
                output(self.value().promise_result())
            }
        }
    }
}

/// A host function: its name is the value it was made with.
fn call_host(call: Call<'_>) -> JsResult<Value> {
    host::call(&call.data[0].to_lossy()?, call.args)
}

/// The elements of an array of arguments.
fn elements(array: Value) -> JsResult<Vec<Value>> {
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

fn kind(value: &Value) -> ValueKind {
    match value.tag() {
        Tag::Undefined | Tag::Internal => ValueKind::Undefined,
        Tag::Null => ValueKind::Null,
        Tag::Boolean => ValueKind::Boolean,
        Tag::Number => ValueKind::Number,
        Tag::BigInt => ValueKind::Bigint,
        Tag::String => ValueKind::Text,
        Tag::Symbol => ValueKind::Symbol,
        Tag::Object => object_kind(value),
    }
}

fn object_kind(object: &Value) -> ValueKind {
    if object.is_function() {
        return ValueKind::Function;
    }
    if object.is_proxy() {
        return ValueKind::Proxy;
    }
    if object.is_promise() {
        return ValueKind::Promise;
    }
    if object.is_weak_ref() || object.is_weak_map() || object.is_weak_set() {
        return ValueKind::Weak;
    }
    match intrinsics().class_of(object) {
        Class::Array => ValueKind::Array,
        Class::Error => ValueKind::Error,
        Class::Map => ValueKind::Map,
        Class::Set => ValueKind::Set,
        Class::Date => ValueKind::Date,
        Class::RegExp => ValueKind::Regexp,
        Class::ArrayBuffer => ValueKind::ArrayBuffer,
        Class::View if object.is_data_view() => ValueKind::DataView,
        Class::View => ValueKind::TypedArray,
        Class::Plain | Class::Boxed | Class::Opaque => ValueKind::Object,
    }
}
