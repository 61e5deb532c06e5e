//! Values: primitives, and objects by what the engine knows them to be.

use super::layout::{Entries, Frame};
use super::naming::{Naming, engine_class};
use super::primitive::string_len;
use super::style::Style;
use super::{Inspector, STACK_RESERVE, error, function, peek, stack_left};
use crate::js::{Atom, Entry, Key, Tag, Value};
use crate::realm::{Class, intrinsics, readers};
use crate::web;

/// What follows the prefix of an object in brackets, besides its properties.
#[derive(Clone, Copy)]
enum Content {
    None,
    Array(usize),
    Set(usize),
    Map(usize),
    TypedArray(usize),
    ArrayBuffer {
        viewed: bool,
    },
    DataView,
    Promise,
    /// An iterator of a map or set.
    Iterator,
    /// What cannot be listed without changing it.
    Unknown,
}

/// How an object is going to be written.
enum Plan {
    /// There is nothing more to it than this.
    Done(String),
    /// With brackets around content and properties.
    Framed {
        frame: Frame,
        entries: Entries,
        content: Content,
        keys: Vec<Atom>,
    },
}

impl Inspector {
    /// Writes a value. `viewed` is set for the buffer of a typed array that is being written.
    #[inline(never)]
    pub(super) fn value(&mut self, value: &Value, level: i32, viewed: bool) -> String {
        if !value.is_object() {
            return self.primitive(value);
        }
        if self.options.show_proxy && value.is_proxy() {
            return self.proxy(value, level);
        }
        let Some(object) = peek::resolve(value) else {
            return self.style("<Revoked Proxy>", Style::Special);
        };
        let address = object.address().unwrap_or_default();
        if self.seen.contains(&address) {
            return self.circular(address);
        }
        if stack_left() < STACK_RESERVE {
            let name = engine_class(&object);
            let text = format!(
                "[{name}: Inspection interrupted prematurely. Maximum call stack size exceeded.]"
            );
            return self.style(&text, Style::Special);
        }
        if let Some(text) = self.by_method(value, &object, level) {
            return text;
        }
        self.object(&object, address, level, viewed)
    }

    fn circular(&mut self, address: usize) -> String {
        let known = self.circular.iter().position(|known| *known == address);
        let index = known.unwrap_or_else(|| {
            self.circular.push(address);
            self.circular.len() - 1
        });
        self.style(&format!("[Circular *{}]", index + 1), Style::Special)
    }

    fn object(&mut self, object: &Value, address: usize, level: i32, viewed: bool) -> String {
        let mut inherited = Vec::new();
        let naming = self.naming(object, level, &mut inherited);
        // The state of what the web platform adds is private: its properties stand for it.
        let stand_in = match self.is_too_deep(level) {
            true => None,
            false => web::stand_in(object),
        };
        let plan = match &stand_in {
            Some(stand_in) => {
                let keys = self.keys(stand_in);
                named(naming.plain_prefix(object), Content::None, keys, true)
            }
            None => self.plan(object, &naming, !inherited.is_empty(), level, viewed),
        };
        let (mut frame, entries, content, keys) = match plan {
            Plan::Done(text) => {
                self.charge(text.len());
                return text;
            }
            Plan::Framed {
                frame,
                entries,
                content,
                keys,
            } => (frame, entries, content, keys),
        };
        if self.is_too_deep(level) {
            let text = self.summary(object, &naming);
            self.charge(text.len());
            return text;
        }
        self.charge(frame.base.len() + frame.open.len());
        let level = level + 1;
        self.seen.push(address);
        self.current_depth = level;
        let mut output = self.content(object, content, level);
        self.properties(
            stand_in.as_ref().unwrap_or(object),
            &keys,
            level,
            &mut output,
        );
        output.append(&mut inherited);
        if let Some(index) = self.circular.iter().position(|known| *known == address) {
            let reference = self.style(&format!("<ref *{}>", index + 1), Style::Special);
            frame.base = if frame.base.is_empty() {
                reference
            } else {
                format!("{reference} {}", frame.base)
            };
        }
        self.seen.pop();
        self.join(output, &frame, entries, level, Some(object))
    }

    fn content(&mut self, object: &Value, content: Content, level: i32) -> Vec<String> {
        match content {
            Content::None => Vec::new(),
            Content::Array(len) => self.array(object, len, level),
            Content::Set(len) => self.set(object, len, level),
            Content::Map(len) => self.map(object, len, level),
            Content::TypedArray(len) => self.typed_array(object, len, level),
            Content::ArrayBuffer { viewed } => self.array_buffer(object, viewed),
            Content::DataView => self.data_view(object, level),
            Content::Promise => self.promise(object, level),
            Content::Iterator => self.iterator(object, level),
            Content::Unknown => vec![self.style("<items unknown>", Style::Special)],
        }
    }

    /// Finds out how an object is to be written. `more` says whether there is something besides
    /// its own properties.
    #[inline(never)]
    fn plan(
        &mut self,
        object: &Value,
        naming: &Naming,
        more: bool,
        level: i32,
        viewed: bool,
    ) -> Plan {
        let class = object.class_name().unwrap_or_default();
        match intrinsics().class_of(object) {
            Class::Array => {
                let len = peek::own_value(object, "length").and_then(|len| len.as_number());
                let len = len.unwrap_or(0.0) as usize;
                let plain = naming.class.as_deref() == Some("Array") && naming.tag.is_empty();
                let prefix = if plain {
                    String::new()
                } else {
                    naming.prefix("Array", &format!("({len})"))
                };
                let keys = self.names(object, len);
                listed(prefix, Content::Array(len), keys, len == 0 && !more)
            }
            Class::Set => {
                let len = readers().set_size(object).unwrap_or(0);
                let prefix = naming.prefix("Set", &format!("({len})"));
                let keys = self.keys(object);
                let empty = len == 0 && !more;
                named(prefix, Content::Set(len), keys, empty)
            }
            Class::Map => {
                let len = readers().map_size(object).unwrap_or(0);
                let prefix = naming.prefix("Map", &format!("({len})"));
                let keys = self.keys(object);
                let empty = len == 0 && !more;
                named(prefix, Content::Map(len), keys, empty)
            }
            Class::View if !object.is_data_view() => {
                let len = object.typed_array_view().map_or(0, |view| {
                    let size = object.view_kind().map_or(1, |kind| kind.element_size());
                    view.len / size
                });
                let prefix = naming.prefix(&class, &format!("({len})"));
                let keys = self.names(object, len);
                let empty = len == 0 && !self.options.show_hidden;
                listed(prefix, Content::TypedArray(len), keys, empty)
            }
            _ if object.is_function() => {
                let base = function::base(object, naming);
                self.based(object, base, Style::Special, more)
            }
            Class::RegExp => {
                let text = readers()
                    .regexp_text(object)
                    .unwrap_or_else(|_| "/?/".to_owned());
                let base = prefixed(naming, "RegExp", text);
                if self.is_too_deep(level) {
                    return Plan::Done(self.style(&base, Style::RegExp));
                }
                self.based(object, base, Style::RegExp, more)
            }
            Class::Date => {
                let text = readers().date_text(object);
                let text = text.unwrap_or_else(|_| "Invalid Date".to_owned());
                let base = prefixed(naming, "Date", text);
                self.based(object, base, Style::Date, more)
            }
            Class::ArrayBuffer => {
                let keys = self.keys(object);
                let prefix = naming.prefix(&class, "");
                named(prefix, Content::ArrayBuffer { viewed }, keys, false)
            }
            Class::View => {
                let keys = self.keys(object);
                named(
                    naming.prefix("DataView", ""),
                    Content::DataView,
                    keys,
                    false,
                )
            }
            Class::Boxed => self.boxed(object, &class, naming, more),
            _ if error::is_error(object) => {
                let mut keys = self.keys(object);
                let base = self.error(object, naming, &mut keys);
                if keys.is_empty() && !more {
                    return Plan::Done(base);
                }
                framed(base, "{".to_owned(), keys)
            }
            _ => self.other(object, &class, naming, more),
        }
    }

    fn other(&mut self, object: &Value, class: &str, naming: &Naming, more: bool) -> Plan {
        let keys = self.keys(object);
        match class {
            "Promise" => return named(naming.prefix(class, ""), Content::Promise, keys, false),
            "WeakSet" | "WeakMap" => {
                return named(naming.prefix(class, ""), Content::Unknown, keys, false);
            }
            "Map Iterator" | "Set Iterator" => {
                let (first, _) = object.iterator_entries(1);
                let kind = match first.first() {
                    Some(Entry::Both(..)) => class.replace("Iterator", "Entries"),
                    _ => class.to_owned(),
                };
                let prefix = match naming.tag.as_str() {
                    "" => format!("[{kind}] "),
                    tag if tag == class => format!("[{kind}] "),
                    tag => format!("[{tag}] [{kind}] "),
                };
                return named(prefix, Content::Iterator, keys, false);
            }
            _ => {}
        }
        let prefix = if is_namespace(object, naming) {
            naming.prefix("Module", "")
        } else if naming.class.as_deref() != Some("Object") {
            naming.plain_prefix(object)
        } else if class == "Arguments" {
            "[Arguments] ".to_owned()
        } else if naming.tag.is_empty() {
            String::new()
        } else {
            naming.prefix("Object", "")
        };
        let empty = !more;
        named(prefix, Content::None, keys, empty)
    }

    /// An object around a primitive.
    fn boxed(&mut self, object: &Value, kind: &str, naming: &Naming, more: bool) -> Plan {
        let inner = intrinsics().unboxed(object).unwrap_or(Value::UNDEFINED);
        let keys = if inner.tag() == Tag::String {
            self.names(object, string_len(&inner))
        } else {
            self.keys(object)
        };
        let mut base = format!("[{kind}");
        match naming.class.as_deref() {
            None => base.push_str(" (null prototype)"),
            Some(class) if class != kind => base.push_str(&format!(" ({class})")),
            Some(_) => {}
        }
        let colors = std::mem::replace(&mut self.options.colors, false);
        base.push_str(&format!(": {}]", self.primitive(&inner)));
        self.options.colors = colors;
        if !naming.tag.is_empty() && naming.class.as_ref() != Some(&naming.tag) {
            base.push_str(&format!(" [{}]", naming.tag));
        }
        if !keys.is_empty() || more {
            return framed(base, "{".to_owned(), keys);
        }
        let style = match inner.tag() {
            Tag::String => Style::String,
            Tag::Symbol => Style::Symbol,
            Tag::Boolean => Style::Boolean,
            Tag::BigInt => Style::BigInt,
            _ => Style::Number,
        };
        Plan::Done(self.style(&base, style))
    }

    /// An object that is written as `base`, with its properties behind it if it has any.
    fn based(&mut self, object: &Value, base: String, style: Style, more: bool) -> Plan {
        let keys = self.keys(object);
        if keys.is_empty() && !more {
            return Plan::Done(self.style(&base, style));
        }
        framed(base, "{".to_owned(), keys)
    }
}

/// Whether it is the namespace of a module, which the engine does not tell.
fn is_namespace(object: &Value, naming: &Naming) -> bool {
    naming.class.is_none()
        && naming.tag == "Module"
        && intrinsics()
            .well_known("toStringTag")
            .is_some_and(|tag| peek::own(object, Key::Value(&tag)).is_some())
}

fn prefixed(naming: &Naming, kind: &str, text: String) -> String {
    match naming.prefix(kind, "") {
        prefix if prefix.trim_end() == kind => text,
        prefix => prefix + &text,
    }
}

fn framed(base: String, open: String, keys: Vec<Atom>) -> Plan {
    Plan::Framed {
        frame: Frame {
            base,
            open,
            close: '}',
        },
        entries: Entries::Named,
        content: Content::None,
        keys,
    }
}

fn named(prefix: String, content: Content, keys: Vec<Atom>, empty: bool) -> Plan {
    if empty && keys.is_empty() {
        return Plan::Done(format!("{prefix}{{}}"));
    }
    Plan::Framed {
        frame: Frame {
            base: String::new(),
            open: format!("{prefix}{{"),
            close: '}',
        },
        entries: Entries::Named,
        content,
        keys,
    }
}

fn listed(prefix: String, content: Content, keys: Vec<Atom>, empty: bool) -> Plan {
    if empty && keys.is_empty() {
        return Plan::Done(format!("{prefix}[]"));
    }
    Plan::Framed {
        frame: Frame {
            base: String::new(),
            open: format!("{prefix}["),
            close: ']',
        },
        entries: Entries::Listed,
        content,
        keys,
    }
}
