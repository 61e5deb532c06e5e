//! The resource `value`.

mod buffer;
mod collection;
mod iteration;
mod property;

use crate::bindings::exports::jsvm::engine::vm::{
    Deferred, ErrorClass, GuestValue, Input, InspectOptions, Integrity, Iterated, Key, KeyFilter,
    Output, OwnKey, PromiseState, Property as OwnProperty, PropertyDefinition, Units,
    Value as Handle, ValueBorrow, ValueKind, ViewKind, ViewSpan, Words,
};
use crate::bindings::jsvm::engine::types::Data;
use crate::convert::{self, input, inputs, output};
use crate::error::Result;
use crate::handle::{Held, handle, held};
use crate::inspect::{Options, inspect};
use crate::js::{self, Call, JsResult, LentUnits, OwnKeys, Property, Tag, Text, Thrown, Value};
use crate::realm::{self, Class, Method, intrinsics, readers};
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
        if !buffer::is_buffer(&buffer) {
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
        let error = intrinsics().error(convert::error_class_in(class))?;
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

    fn new_host_method(name: String, length: u32) -> Result<Handle> {
        let data = [Value::text(&name)?];
        Ok(handle(js::function(&name, length, &data, |call| {
            let mut args = vec![call.this.clone()];
            args.extend_from_slice(call.args);
            host::call(&call.data[0].to_lossy()?, &args)
        })?))
    }

    fn new_object_with(prototype: Input<'_>) -> Result<Handle> {
        Ok(handle(Value::object_with(&input(&prototype)?)?))
    }

    fn new_map(entries: Vec<(Input<'_>, Input<'_>)>) -> Result<Handle> {
        let entries = entries
            .iter()
            .map(|(key, value)| Ok((input(key)?, input(value)?)))
            .collect::<JsResult<_>>()?;
        Ok(handle(collection::new_map(entries)?))
    }

    fn new_set(members: Vec<Input<'_>>) -> Result<Handle> {
        Ok(handle(collection::new_set(inputs(&members)?)?))
    }

    fn new_regexp(source: String, flags: String) -> Result<Handle> {
        Ok(handle(intrinsics().regexp(&source, &flags)?))
    }

    fn new_typed_array(kind: ViewKind, bytes: Vec<u8>) -> Result<Handle> {
        Ok(handle(buffer::new_typed_array(kind, bytes)?))
    }

    fn new_typed_array_of_words(kind: ViewKind, bytes: Words) -> Result<Handle> {
        Ok(handle(buffer::new_typed_array_of_words(kind, bytes)?))
    }

    fn new_proxy(target: ValueBorrow<'_>, handler: ValueBorrow<'_>) -> Result<Handle> {
        Ok(handle(Value::proxy(held(&target), held(&handler))?))
    }

    fn new_weak_ref(target: ValueBorrow<'_>) -> Result<Handle> {
        Ok(handle(realm::new_weak_ref(held(&target))?))
    }

    fn well_known_symbol(name: String) -> Option<Handle> {
        intrinsics().well_known(&name).map(handle)
    }

    fn from_data(data: Data) -> Result<Handle> {
        Ok(handle(data::copy_in(data)?))
    }

    fn from_json(text: String) -> Result<Handle> {
        Ok(handle(js::parse_json(text, "<json>")?))
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
        Ok(output(self.value().call(&input(&this)?, &inputs(&args)?)?))
    }

    fn call_method(&self, key: Key<'_>, args: Vec<Input<'_>>) -> Result<Output> {
        let method = self.value().get(convert::key(&key))?;
        Ok(output(method.call(self.value(), &inputs(&args)?)?))
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn call_data(&self, this: Input<'_>, args: Data) -> Result<Data> {
        let args = elements(data::copy_in(args)?)?;
        let result = self.value().call(&input(&this)?, &args)?;
        let copied = data::copy_out(&result)?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        Ok(unsafe { copied.lend() }?)
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn call_each(&self, this: Input<'_>, args: Data) -> Result<Data> {
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

    fn class_name(&self) -> Option<String> {
        if self.value().is_proxy() {
            return Some("Proxy".to_owned());
        }
        self.value().class_name()
    }

    fn identity(&self) -> Option<u32> {
        u32::try_from(self.value().address()?).ok()
    }

    fn symbol_description(&self) -> Option<String> {
        if self.value().tag() != Tag::Symbol {
            return None;
        }
        let description = realm::readers().symbol_description(self.value()).ok()?;
        match description.is_undefined() {
            true => None,
            false => description.to_lossy().ok(),
        }
    }

    fn symbol_key(&self) -> Option<String> {
        match self.value().tag() {
            Tag::Symbol => intrinsics().symbol_key(self.value()).ok()?,
            _ => None,
        }
    }

    fn own_property(&self, key: Key<'_>) -> Result<Option<OwnProperty>> {
        Ok(property::own(self.value(), convert::key(&key))?)
    }

    fn has_own(&self, key: Key<'_>) -> Result<bool> {
        Ok(self.value().has_own(convert::key(&key))?)
    }

    fn define(&self, key: Key<'_>, definition: PropertyDefinition<'_>) -> Result<()> {
        Ok(property::define(
            self.value(),
            convert::key(&key),
            &definition,
        )?)
    }

    fn get_prototype(&self) -> Result<Output> {
        Ok(output(self.value().prototype()?))
    }

    fn set_prototype(&self, prototype: Input<'_>) -> Result<()> {
        Ok(self.value().set_prototype(&input(&prototype)?)?)
    }

    fn get_integrity(&self) -> Result<Integrity> {
        Ok(property::integrity(self.value())?)
    }

    fn set_integrity(&self, level: Integrity) -> Result<()> {
        Ok(property::close(self.value(), level)?)
    }

    fn proxy_target(&self) -> Option<Handle> {
        let target = self.value().proxy_target()?;
        target.is_object().then(|| handle(target))
    }

    fn proxy_handler(&self) -> Option<Handle> {
        let handler = self.value().proxy_handler()?;
        handler.is_object().then(|| handle(handler))
    }

    fn weak_target(&self) -> Option<Handle> {
        if !self.value().is_weak_ref() {
            return None;
        }
        let target = Method::WeakRefDeref.call(self.value(), &[]).ok()?;
        (!target.is_undefined()).then(|| handle(target))
    }

    fn iterate(&self) -> Result<Handle> {
        Ok(handle(iteration::begin(self.value())?))
    }

    fn next_many(&self, count: u32) -> Result<Iterated> {
        Ok(iteration::next_many(self.value(), count)?)
    }

    fn end_iteration(&self) -> Result<()> {
        Ok(iteration::end(self.value())?)
    }

    fn map_get(&self, key: Input<'_>) -> Result<Output> {
        Ok(output(collection::get(self.value(), input(&key)?)?))
    }

    fn map_set(&self, key: Input<'_>, to: Input<'_>) -> Result<()> {
        Ok(collection::set(self.value(), input(&key)?, input(&to)?)?)
    }

    fn set_add(&self, member: Input<'_>) -> Result<()> {
        Ok(collection::add(self.value(), input(&member)?)?)
    }

    fn collection_has(&self, key: Input<'_>) -> Result<bool> {
        Ok(collection::has(self.value(), input(&key)?)?)
    }

    fn collection_delete(&self, key: Input<'_>) -> Result<bool> {
        Ok(collection::delete(self.value(), input(&key)?)?)
    }

    fn collection_clear(&self) -> Result<()> {
        Ok(collection::clear(self.value())?)
    }

    fn collection_size(&self) -> Result<u32> {
        Ok(collection::size(self.value())?)
    }

    fn map_entries(&self, start: u32, count: u32) -> Result<Vec<(Output, Output)>> {
        Ok(collection::entries(self.value(), start, count)?)
    }

    fn set_members(&self, start: u32, count: u32) -> Result<Vec<Output>> {
        Ok(collection::members(self.value(), start, count)?)
    }

    fn get_time(&self) -> Result<f64> {
        Ok(collection::time(self.value())?)
    }

    fn set_time(&self, milliseconds: f64) -> Result<()> {
        Ok(collection::set_time(self.value(), milliseconds)?)
    }

    fn view_span(&self) -> Result<ViewSpan> {
        Ok(buffer::view_span(self.value())?)
    }

    fn write_bytes(&self, offset: u32, bytes: Vec<u8>) -> Result<()> {
        Ok(buffer::write(self.value(), offset, &bytes)?)
    }

    fn take_bytes(&self) -> Result<Vec<u8>> {
        Ok(buffer::take(self.value())?)
    }

    #[expect(unsafe_code, reason = "memory of the engine is lent")]
    fn to_words(&self) -> Result<Words> {
        let (lent, rest) = buffer::lend_words(self.value())?;
        // SAFETY: the result of the call is dropped before anything else happens in the VM.
        let words = unsafe { lent.into_words() }?;
        Ok(Words { words, rest })
    }

    fn transfer(&self, length: Option<u32>) -> Result<Handle> {
        Ok(handle(buffer::transfer(self.value(), length)?))
    }

    fn detach(&self) -> Result<()> {
        Ok(buffer::detach(self.value())?)
    }

    fn is_detached(&self) -> bool {
        buffer::is_detached(self.value())
    }

    fn mark_handled(&self) {
        if self.value().promise_state().is_some() {
            self.value().mark_promise_handled();
        }
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
