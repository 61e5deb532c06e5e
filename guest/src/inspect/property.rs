//! Properties: which ones are written, and how.

use super::primitive::{MAX_STRING, start, symbol_text};
use super::style::Style;
use super::text::{escape, is_identifier, quote};
use super::{Inspector, peek};
use crate::js::{Atom, JsResult, Key, OwnKeys, OwnProperty, Slot, Tag, Text, Value};

/// Typed arrays longer than this are not searched for further properties: the engine can only
/// list them together with all indices.
const MAX_SEARCHED: usize = 1 << 20;

impl Inspector {
    fn which(&self) -> OwnKeys {
        OwnKeys {
            strings: true,
            symbols: true,
            hidden: self.options.show_hidden,
        }
    }

    /// The keys whose properties are written.
    pub(super) fn keys(&self, object: &Value) -> Vec<Atom> {
        let listed = object.own_keys(self.which());
        // Whether a binding of a module is enumerable cannot be told before it is initialised.
        let listed = listed.or_else(|_| {
            object.own_keys(OwnKeys {
                symbols: false,
                hidden: true,
                ..self.which()
            })
        });
        listed.unwrap_or_default()
    }

    /// The same without indices.
    pub(super) fn names(&self, object: &Value, len: usize) -> Vec<Atom> {
        if len > MAX_SEARCHED && !object.is_array() {
            return Vec::new();
        }
        object.own_names(self.which()).unwrap_or_default()
    }

    /// Writes the properties of these keys as entries.
    #[inline(never)]
    pub(super) fn properties(
        &mut self,
        object: &Value,
        keys: &[Atom],
        level: i32,
        output: &mut Vec<String>,
    ) {
        for (index, key) in keys.iter().enumerate() {
            if self.is_exhausted() {
                output.push(super::collection::more(keys.len() - index, "item"));
                return;
            }
            let found = peek::own(object, key);
            let entry = match found {
                Some(property) => self.property(key.into(), &property, level),
                // Not own: something that the built-in class has, such as an inherited cause.
                None => match peek::find(object, key.into()) {
                    Some(property) => {
                        let shown = OwnProperty {
                            enumerable: true,
                            ..property
                        };
                        self.property(key.into(), &shown, level)
                    }
                    None => self.unreadable(key),
                },
            };
            output.push(entry);
        }
    }

    /// `name: value`
    #[inline(never)]
    pub(super) fn property(&mut self, key: Key<'_>, property: &OwnProperty, level: i32) -> String {
        let name = self
            .name(key, property.enumerable)
            .unwrap_or_else(|_| "?".to_owned());
        self.charge(name.len());
        let value = self.slot(&property.slot, level);
        format!("{name}: {value}")
    }

    /// The value of a property, or what stands for an accessor.
    pub(super) fn slot(&mut self, slot: &Slot, level: i32) -> String {
        match slot {
            Slot::Data(value) => self.indent(|this| this.value(value, level, false)),
            Slot::Accessor { get, set } => match (get.is_undefined(), set.is_undefined()) {
                (false, false) => self.style("[Getter/Setter]", Style::Special),
                (false, true) => self.style("[Getter]", Style::Special),
                (true, false) => self.style("[Setter]", Style::Special),
                (true, true) => self.style("undefined", Style::Undefined),
            },
        }
    }

    /// A binding of a module that is not initialised yet.
    fn unreadable(&mut self, key: &Atom) -> String {
        let name = self
            .name(key.into(), true)
            .unwrap_or_else(|_| "?".to_owned());
        self.charge(name.len());
        format!("{name}: {}", self.style("<uninitialized>", Style::Special))
    }

    fn name(&self, key: Key<'_>, enumerable: bool) -> JsResult<String> {
        let key = key.to_atom()?.to_value()?;
        if key.tag() == Tag::Symbol {
            let text = symbol_text(&key)?;
            return Ok(format!("[{}]", self.style(&escape(&text), Style::Symbol)));
        }
        let text = start(&key, MAX_STRING)?.to_text()?;
        Ok(match &text {
            Text::Utf8(name) if name == "__proto__" => "['__proto__']".to_owned(),
            text if !enumerable => format!("[{}]", escape(text)),
            Text::Utf8(name) if is_identifier(name) => name.clone(),
            text => self.style(&quote(text), Style::String),
        })
    }
}
