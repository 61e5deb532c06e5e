//! Objects that are written by a method of theirs: `Symbol.for("nodejs.util.inspect.custom")`.

use super::format::{or_placeholder, plain};
use super::{Inspector, Options, peek, try_inspect};
use crate::js::{self, Call, JsResult, Key, Property, Tag, Value};
use crate::realm::{intrinsics, readers};

/// The symbol of the method.
pub fn symbol() -> Option<Value> {
    intrinsics()
        .registered_symbol("nodejs.util.inspect.custom")
        .ok()
}

impl Options {
    /// Options as `console.dir` and `inspect` take them, on top of these.
    pub fn with_given(mut self, given: &Value) -> Options {
        if let Some(depth) = peek::get(given, "depth") {
            self.depth = match depth.as_number() {
                // `null` and `Infinity` mean all, and the conversion saturates.
                None if depth.tag() == Tag::Null => u32::MAX,
                None => self.depth,
                Some(depth) => depth as u32,
            };
        }
        let flag = |name: &str| peek::get(given, name).map(|flag| flag.to_boolean());
        self.colors = flag("colors").unwrap_or(self.colors);
        self.show_hidden = flag("showHidden").unwrap_or(self.show_hidden);
        self.show_proxy = flag("showProxy").unwrap_or(self.show_proxy);
        self.custom = flag("customInspect").unwrap_or(self.custom);
        self
    }
}

impl Inspector {
    /// What the method of an object writes. `value` is the object or a proxy of it. Nothing if the object
    /// has no such method, or if the method returns the object itself.
    #[inline(never)]
    pub(super) fn by_method(
        &mut self,
        value: &Value,
        object: &Value,
        level: i32,
    ) -> Option<String> {
        let symbol = self.custom.clone()?;
        let method = peek::get(object, Key::Value(&symbol))?;
        let is_prototype = peek::get(object, "constructor")
            .filter(Value::is_object)
            .and_then(|class| peek::own_value(&class, "prototype"))
            .is_some_and(|prototype| prototype.strict_equals(object));
        if !method.is_function() || is_prototype || self.is_exhausted() {
            return None;
        }
        let result = self.call_method(&method, value, &symbol, level);
        let text = match result {
            Ok(result) if result.is_object() => {
                if result.strict_equals(value) {
                    return None;
                }
                return Some(self.value(&result, level, false));
            }
            Ok(result) => readers().to_string(&result).and_then(|text| plain(&text)),
            Err(thrown) => Err(thrown),
        };
        let text = match or_placeholder(text) {
            Ok(text) => text.replace('\n', &format!("\n{:1$}", "", self.indentation)),
            Err(interrupt) => {
                self.interrupt = Some(interrupt);
                self.left = 0;
                self.custom = None;
                String::new()
            }
        };
        self.charge(text.len());
        Some(text)
    }

    fn call_method(
        &self,
        method: &Value,
        value: &Value,
        symbol: &Value,
        level: i32,
    ) -> JsResult<Value> {
        let depth = match self.options.depth {
            u32::MAX => Value::number(f64::INFINITY),
            _ => Value::number(f64::from(self.depth - level)),
        };
        let options = Value::object()?;
        let set = |name: &str, value: Value| options.define(name, value, Property::PLAIN);
        set("showHidden", Value::boolean(self.options.show_hidden))?;
        set("depth", depth.clone())?;
        set("colors", Value::boolean(self.options.colors))?;
        set("customInspect", Value::boolean(true))?;
        set("showProxy", Value::boolean(self.options.show_proxy))?;
        let limit = |limit: usize| Value::number(limit as f64);
        set("maxArrayLength", limit(self.options.max_entries))?;
        set("maxStringLength", limit(self.options.max_string))?;
        let length = self
            .options
            .break_length
            .map_or(f64::INFINITY, |length| length as f64);
        set("breakLength", Value::number(length))?;
        // There are no colours to add.
        set(
            "stylize",
            js::function("stylize", 2, &[], |call| call.arg(0).to_string_value())?,
        )?;
        let inspect = js::function("inspect", 2, &[], inspect)?;
        inspect.define("custom", symbol.clone(), Property::PLAIN)?;
        method.call(value, &[depth, options, inspect])
    }
}

/// `inspect(value, options)`, for such methods.
fn inspect(call: Call<'_>) -> JsResult<Value> {
    let options = Options {
        custom: true,
        ..Options::default()
    };
    let text = try_inspect(&call.arg(0), &options.with_given(&call.arg(1)))?;
    Value::text(&text)
}
