//! What reads the inside of built-in objects, kept so that no script can replace it.

use std::cell::OnceCell;

use crate::js::{self, JsResult, Slot, Tag, Thrown, Value};

/// Where a `DataView` lies.
pub struct DataViewSpan {
    /// Its array buffer.
    pub buffer: Value,
    /// Offset in bytes.
    pub offset: f64,
    /// Length in bytes.
    pub len: f64,
}

/// Kept accessors and functions. None of the methods here runs code of a script, except those
/// of [`Readers`] that convert a value, which say so.
pub struct Readers {
    object_prototype: Value,
    function_prototype: Value,
    error_prototype: Value,
    map_size: Value,
    set_size: Value,
    regexp_source: Value,
    regexp_flags: Vec<(char, Value)>,
    view_buffer: Value,
    view_offset: Value,
    view_length: Value,
    error_stack: Value,
    exception_name: Value,
    exception_message: Value,
    function_file: Value,
    function_text: Value,
    date_iso: Value,
    string_slice: Value,
    symbol_description: Value,
    string: Value,
    number: Value,
    parse_int: Value,
    parse_float: Value,
    stringify: Value,
}

thread_local! {
    static KEPT: OnceCell<&'static Readers> = const { OnceCell::new() };
}

/// The kept accessors.
///
/// # Panics
/// Before the realm is complete.
pub fn readers() -> &'static Readers {
    #[expect(clippy::expect_used, reason = "the base image is made with them")]
    KEPT.with(|kept| *kept.get().expect("the realm is complete"))
}

/// Keeps them.
pub(super) fn keep() -> JsResult<()> {
    let kept: &'static Readers = Box::leak(Box::new(Readers::collect()?));
    KEPT.with(|cell| {
        let _ = cell.set(kept);
    });
    Ok(())
}

impl Readers {
    fn collect() -> JsResult<Readers> {
        let global = js::global();
        let prototype = |class: &str| global.get(class)?.get("prototype");
        let getter = |class: &str, name: &str| match prototype(class)?.own_property(name)? {
            Some(property) => match property.slot {
                Slot::Accessor { get, .. } => Ok(get),
                Slot::Data(_) => Err(Thrown::type_error("not an accessor")),
            },
            None => Err(Thrown::type_error("there is no such accessor")),
        };
        let mut regexp_flags = Vec::new();
        for (letter, name) in [
            ('d', "hasIndices"),
            ('g', "global"),
            ('i', "ignoreCase"),
            ('m', "multiline"),
            ('s', "dotAll"),
            ('u', "unicode"),
            ('v', "unicodeSets"),
            ('y', "sticky"),
        ] {
            regexp_flags.push((letter, getter("RegExp", name)?));
        }
        Ok(Readers {
            object_prototype: prototype("Object")?,
            function_prototype: prototype("Function")?,
            error_prototype: prototype("Error")?,
            map_size: getter("Map", "size")?,
            set_size: getter("Set", "size")?,
            regexp_source: getter("RegExp", "source")?,
            regexp_flags,
            view_buffer: getter("DataView", "buffer")?,
            view_offset: getter("DataView", "byteOffset")?,
            view_length: getter("DataView", "byteLength")?,
            error_stack: getter("Error", "stack")?,
            exception_name: getter("DOMException", "name")?,
            exception_message: getter("DOMException", "message")?,
            function_file: getter("Function", "fileName")?,
            function_text: prototype("Function")?.get("toString")?,
            date_iso: prototype("Date")?.get("toISOString")?,
            string_slice: prototype("String")?.get("slice")?,
            symbol_description: getter("Symbol", "description")?,
            string: global.get("String")?,
            number: global.get("Number")?,
            parse_int: global.get("parseInt")?,
            parse_float: global.get("parseFloat")?,
            stringify: global.get("JSON")?.get("stringify")?,
        })
    }

    /// Name of the class whose original prototype this is, where objects are recognised by that
    /// prototype even if its `constructor` was tampered with.
    pub fn original_prototype(&self, object: &Value) -> Option<&'static str> {
        if self.object_prototype.strict_equals(object) {
            Some("Object")
        } else if self.function_prototype.strict_equals(object) {
            Some("Function")
        } else {
            None
        }
    }

    /// Whether it is the original `Error.prototype`.
    pub fn is_error_prototype(&self, object: &Value) -> bool {
        self.error_prototype.strict_equals(object)
    }

    /// Number of entries of a map.
    pub fn map_size(&self, map: &Value) -> JsResult<f64> {
        self.map_size.call(map, &[])?.to_number()
    }

    /// Number of members of a set.
    pub fn set_size(&self, set: &Value) -> JsResult<f64> {
        self.set_size.call(set, &[])?.to_number()
    }

    /// A regular expression as a literal.
    pub fn regexp_text(&self, regexp: &Value) -> JsResult<String> {
        let mut text = format!(
            "/{}/",
            self.regexp_source.call(regexp, &[])?.to_lossy()?
        );
        for (letter, flag) in &self.regexp_flags {
            if flag.call(regexp, &[])?.to_boolean() {
                text.push(*letter);
            }
        }
        Ok(text)
    }

    /// Where a `DataView` lies.
    pub fn data_view_span(&self, view: &Value) -> JsResult<DataViewSpan> {
        Ok(DataViewSpan {
            buffer: self.view_buffer.call(view, &[])?,
            offset: self.view_offset.call(view, &[])?.to_number()?,
            len: self.view_length.call(view, &[])?.to_number()?,
        })
    }

    /// The frames that an error recorded: a line each, or whatever `Error.prepareStackTrace`
    /// made of them.
    pub fn error_stack(&self, error: &Value) -> JsResult<Value> {
        self.error_stack.call(error, &[])
    }

    /// Name and message of a `DOMException`.
    pub fn exception_texts(&self, exception: &Value) -> JsResult<(Value, Value)> {
        Ok((
            self.exception_name.call(exception, &[])?,
            self.exception_message.call(exception, &[])?,
        ))
    }

    /// Whether a function was written in JavaScript, rather than built in or bound.
    pub fn is_scripted(&self, function: &Value) -> bool {
        let file = self.function_file.call(function, &[]);
        file.is_ok_and(|file| file.tag() == Tag::String)
    }

    /// Source of a function that was written in JavaScript.
    pub fn function_text(&self, function: &Value) -> JsResult<String> {
        self.function_text.call(function, &[])?.to_lossy()
    }

    /// A date in ISO format; an invalid one throws.
    pub fn date_text(&self, date: &Value) -> JsResult<String> {
        self.date_iso.call(date, &[])?.to_lossy()
    }

    /// The first `len` code units of a string.
    pub fn string_start(&self, string: &Value, len: usize) -> JsResult<Value> {
        let range = [Value::number(0.0), Value::number(len as f64)];
        self.string_slice.call(string, &range)
    }

    /// The description of a symbol, or `undefined`.
    pub fn symbol_description(&self, symbol: &Value) -> JsResult<Value> {
        self.symbol_description.call(symbol, &[])
    }

    /// `String(value)`, which can run code of a script.
    pub fn to_string(&self, value: &Value) -> JsResult<Value> {
        let args = std::slice::from_ref(value);
        self.string.call(&Value::UNDEFINED, args)
    }

    /// `Number(value)`, which can run code of a script.
    pub fn to_number(&self, value: &Value) -> JsResult<Value> {
        let args = std::slice::from_ref(value);
        self.number.call(&Value::UNDEFINED, args)
    }

    /// `parseInt(value)`, which can run code of a script.
    pub fn parse_int(&self, value: &Value) -> JsResult<Value> {
        let args = std::slice::from_ref(value);
        self.parse_int.call(&Value::UNDEFINED, args)
    }

    /// `parseFloat(value)`, which can run code of a script.
    pub fn parse_float(&self, value: &Value) -> JsResult<Value> {
        let args = std::slice::from_ref(value);
        self.parse_float.call(&Value::UNDEFINED, args)
    }

    /// `JSON.stringify(value)`, which can run code of a script.
    pub fn stringify(&self, value: &Value) -> JsResult<Value> {
        let args = std::slice::from_ref(value);
        self.stringify.call(&Value::UNDEFINED, args)
    }
}
