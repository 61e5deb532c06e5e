//! What an object calls itself: its class, its tag, and the prefix made of them.

use super::style::{Style, faint};
use super::{Inspector, Options, inspect, peek};
use crate::js::{Key, OwnKeys, Slot, Tag, Value};
use crate::realm::{intrinsics, readers};

/// Layers of prototypes whose properties are written with `show_hidden`.
const PROTOTYPE_LAYERS: usize = 3;

/// The most bytes of a name that are written.
const MAX_NAME: usize = 1_000;

/// What an object calls itself.
pub struct Naming {
    /// Name of its class; nothing if its prototype is `null`.
    pub class: Option<String>,
    /// Its `Symbol.toStringTag`; empty if it has none.
    pub tag: String,
}

impl Naming {
    /// `Class(size) [Tag] `, with a space at the end. `fallback` is what the engine knows it
    /// to be.
    pub fn prefix(&self, fallback: &str, size: &str) -> String {
        let tag = &self.tag;
        match &self.class {
            None if !tag.is_empty() && tag != fallback => {
                format!("[{fallback}{size}: null prototype] [{tag}] ")
            }
            None => format!("[{fallback}{size}: null prototype] "),
            Some(class) if !tag.is_empty() && tag != class => format!("{class}{size} [{tag}] "),
            Some(class) => format!("{class}{size} "),
        }
    }

    /// The prefix of an object that is nothing special.
    pub fn plain_prefix(&self, object: &Value) -> String {
        let mut fallback = String::new();
        if self.class.is_none() {
            fallback = engine_class(object);
            if fallback == self.tag {
                "Object".clone_into(&mut fallback);
            }
        }
        self.prefix(&fallback, "")
    }
}

/// What the engine knows an object to be.
pub fn engine_class(object: &Value) -> String {
    let name = object.class_name().filter(|name| !name.is_empty());
    name.unwrap_or_else(|| "Object".to_owned())
}

/// A name cut to a reasonable length.
pub fn bounded(mut name: String) -> String {
    if let Some((end, _)) = name.char_indices().find(|(index, _)| *index >= MAX_NAME) {
        name.truncate(end);
        name.push_str("...");
    }
    name
}

/// Name of a function; nothing if it has none that is text.
pub fn function_name(function: &Value) -> Option<String> {
    let name = peek::get_text(function, "name")?;
    Some(bounded(name)).filter(|name| !name.is_empty())
}

impl Inspector {
    /// What an object calls itself. With `show_hidden`, what its prototypes hold is added to
    /// `inherited`.
    #[inline(never)]
    pub(super) fn naming(
        &mut self,
        object: &Value,
        level: i32,
        inherited: &mut Vec<String>,
    ) -> Naming {
        let class = self.class_name(object, level, inherited);
        let tag = self.tag(object);
        Naming { class, tag }
    }

    fn tag(&self, object: &Value) -> String {
        let Some(symbol) = intrinsics().well_known("toStringTag") else {
            return String::new();
        };
        let key = Key::Value(&symbol);
        if let Some(own) = peek::own(object, key)
            && (self.options.show_hidden || own.enumerable)
        {
            // It is written as a property.
            return String::new();
        }
        match peek::find(object, key).map(|property| property.slot) {
            Some(Slot::Data(tag)) if tag.tag() == Tag::String => {
                bounded(tag.to_lossy().unwrap_or_default())
            }
            // Typed arrays have a built-in accessor.
            Some(Slot::Accessor { .. }) if object.view_kind().is_some() => engine_class(object),
            _ => String::new(),
        }
    }

    fn class_name(
        &mut self,
        object: &Value,
        level: i32,
        inherited: &mut Vec<String>,
    ) -> Option<String> {
        let wants_inherited = self.options.show_hidden && !self.is_too_deep(level);
        for (layer, holder) in peek::chain(object).enumerate() {
            if layer > 0
                && let Some(name) = readers().original_prototype(&holder)
            {
                if wants_inherited && layer != 1 {
                    self.inherited(object, level, inherited);
                }
                return Some(name.to_owned());
            }
            let Some(constructor) = peek::own_value(&holder, "constructor") else {
                continue;
            };
            if !constructor.is_function() || !peek::is_instance(object, &constructor) {
                continue;
            }
            if let Some(name) = function_name(&constructor) {
                if wants_inherited && (layer != 1 || readers().is_scripted(&constructor)) {
                    self.inherited(object, level, inherited);
                }
                return Some(name);
            }
        }
        let first = peek::prototype(object)?;
        let engine_class = engine_class(object);
        if self.is_too_deep(level) || self.is_exhausted() {
            return Some(format!("{engine_class} <Complex prototype>"));
        }
        self.charge(engine_class.len());
        let of_prototype = self.class_name(&first, level + 1, inherited);
        Some(match of_prototype {
            Some(name) => format!("{engine_class} <{name}>"),
            None => {
                let options = Options {
                    summary: true,
                    ..self.options
                };
                format!("{engine_class} <{}>", inspect(&first, &options))
            }
        })
    }

    /// What the prototypes that a script made hold, besides methods.
    fn inherited(&mut self, object: &Value, level: i32, output: &mut Vec<String>) {
        let mut above: Vec<Value> = Vec::new();
        let all = OwnKeys {
            strings: true,
            symbols: true,
            hidden: true,
        };
        for holder in peek::chain(object).skip(1).take(PROTOTYPE_LAYERS) {
            let constructor = peek::own_value(&holder, "constructor");
            let is_built_in = constructor.is_some_and(|constructor| {
                constructor.is_function() && !readers().is_scripted(&constructor)
            });
            if is_built_in {
                return;
            }
            let Some(resolved) = peek::resolve(&holder) else {
                return;
            };
            for key in resolved.own_keys(all).unwrap_or_default() {
                let is_constructor = Key::Name("constructor")
                    .to_atom()
                    .is_ok_and(|constructor| constructor == key);
                let is_shadowed = is_constructor
                    || peek::own(object, &key).is_some()
                    || above.iter().any(|above| peek::own(above, &key).is_some());
                if is_shadowed || self.is_exhausted() {
                    continue;
                }
                let Some(property) = peek::own(&holder, &key) else {
                    continue;
                };
                if matches!(&property.slot, Slot::Data(value) if value.is_function()) {
                    continue;
                }
                self.seen.extend(object.address());
                let entry = self.property((&key).into(), &property, level);
                self.seen.pop();
                output.push(if self.options.colors {
                    faint(&entry)
                } else {
                    entry
                });
            }
            above.push(holder);
        }
    }

    /// `[Class]`, for what is too deep.
    pub(super) fn summary(&self, object: &Value, naming: &Naming) -> String {
        let prefix = naming.plain_prefix(object);
        let name = prefix.trim_end();
        let text = match naming.class {
            Some(_) => format!("[{name}]"),
            None => name.to_owned(),
        };
        self.style(&text, Style::Special)
    }
}
