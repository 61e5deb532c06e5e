//! `structuredClone` (HTML): copies a graph without recursion, in the order in which the standard
//! reads it. Strings are shared with the original and not copied.

use std::collections::HashMap;

use jsvm_data::ErrorClass;
use rustc_hash::FxBuildHasher;

use super::common::exception;
use super::registry::{self, Cloning};
use super::{bytes, require};
use crate::js::{
    Atom, Call, JsResult, Key, OwnKeys, Property, Slot, Tag, Thrown, Value, View, ViewKind,
};
use crate::realm::{Class, intrinsics, readers};

/// `structuredClone(value, { transfer })`
pub fn structured_clone(call: Call<'_>) -> JsResult<Value> {
    require(call, 1)?;
    let mut cloner = Cloner::default();
    let options = call.arg(1);
    if options.is_object() {
        let list = options.get("transfer")?;
        if !list.is_undefined() {
            cloner.transfer(&sequence(&list)?)?;
        }
    } else if !matches!(options.tag(), Tag::Undefined | Tag::Null) {
        return Err(Thrown::type_error("The options are not an object"));
    }
    cloner.run(call.arg(0))
}

/// The elements of an iterable.
fn sequence(list: &Value) -> JsResult<Vec<Value>> {
    let iterator = intrinsics().well_known("iterator");
    let iterator = iterator.unwrap_or(Value::UNDEFINED);
    if !list.is_object() {
        return Err(Thrown::type_error("The list to transfer is not iterable"));
    }
    let iterator = list.get(Key::Value(&iterator))?.call(list, &[])?;
    let next = iterator.get("next")?;
    let mut elements = Vec::new();
    loop {
        let step = next.call(&iterator, &[])?;
        if step.get("done")?.to_boolean() {
            return Ok(elements);
        }
        elements.push(step.get("value")?);
    }
}

fn refused(what: &str) -> Thrown {
    exception(&format!("{what} could not be cloned."), "DataCloneError")
}

/// What is left to copy of an object.
enum Rest {
    Properties(std::vec::IntoIter<Atom>),
    Entries(std::vec::IntoIter<[Value; 2]>),
    Members(std::vec::IntoIter<Value>),
    Cause(Option<Value>),
}

/// One thing to copy.
enum Step {
    Property(Atom),
    Entry([Value; 2]),
    Member(Value),
    Cause(Value),
}

impl Rest {
    fn next(&mut self) -> Option<Step> {
        match self {
            Rest::Properties(keys) => keys.next().map(Step::Property),
            Rest::Entries(entries) => entries.next().map(Step::Entry),
            Rest::Members(members) => members.next().map(Step::Member),
            Rest::Cause(cause) => cause.take().map(Step::Cause),
        }
    }
}

struct Frame {
    from: Value,
    to: Value,
    rest: Rest,
}

#[derive(Default)]
struct Cloner {
    /// The copy of each object met, by its address.
    copies: HashMap<usize, Value, FxBuildHasher>,
    /// The objects met, so that no address is used twice.
    met: Vec<Value>,
    /// Objects of which something is left; the last is under way.
    frames: Vec<Frame>,
    /// Buffers that are given away.
    transferred: Vec<Value>,
}

impl Cloner {
    fn transfer(&mut self, list: &[Value]) -> JsResult<()> {
        for buffer in list {
            let class = buffer.class_name();
            let is_fixed = buffer.is_immutable_buffer() || buffer.is_memory_buffer();
            if class.as_deref() != Some("ArrayBuffer") || is_fixed {
                return Err(exception("Value not transferable", "DataCloneError"));
            }
            if self
                .transferred
                .iter()
                .any(|known| known.strict_equals(buffer))
            {
                return Err(exception(
                    "An ArrayBuffer is in the list to transfer twice",
                    "DataCloneError",
                ));
            }
            self.transferred.push(buffer.clone());
        }
        Ok(())
    }

    fn run(mut self, value: Value) -> JsResult<Value> {
        let result = self.copy(value)?;
        while let Some(frame) = self.frames.last_mut() {
            let (from, to) = (frame.from.clone(), frame.to.clone());
            let Some(step) = frame.rest.next() else {
                self.frames.pop();
                continue;
            };
            self.step(step, &from, &to)?;
        }
        // Only now: if anything fails, nothing is given away. What getters wrote in between goes
        // with it.
        for buffer in std::mem::take(&mut self.transferred) {
            let copy = self.copy_buffer(&buffer)?;
            let bytes = buffer.buffer_to_vec();
            copy.write_buffer(0, &bytes.map_err(|_| detached())?)?;
            buffer.detach_buffer();
        }
        Ok(result)
    }

    fn step(&mut self, step: Step, from: &Value, to: &Value) -> JsResult<()> {
        match step {
            // A getter may have deleted it.
            Step::Property(key) if from.own_property(&key)?.is_none() => Ok(()),
            Step::Property(key) => {
                let value = self.copy(from.get(&key)?)?;
                to.define(&key, value, Property::PLAIN)
            }
            Step::Entry([key, value]) => {
                let before = self.frames.len();
                let key = self.copy(key)?;
                let between = self.frames.len();
                let value = self.copy(value)?;
                // The frame of the key comes first: it must be the last.
                if between > before && self.frames.len() > between {
                    self.frames.swap(before, between);
                }
                intrinsics().map_set(to, key, value)
            }
            Step::Member(member) => {
                let member = self.copy(member)?;
                intrinsics().set_add(to, member)
            }
            Step::Cause(cause) => {
                let cause = self.copy(cause)?;
                to.define("cause", cause, Property::HIDDEN)
            }
        }
    }

    /// The copy of a value; what an object holds comes later.
    fn copy(&mut self, value: Value) -> JsResult<Value> {
        match value.tag() {
            Tag::Symbol => {
                let text = readers().symbol_description(&value)?;
                let text = match text.tag() {
                    Tag::Undefined => String::new(),
                    _ => text.to_lossy()?,
                };
                return Err(refused(&format!("Symbol({text})")));
            }
            Tag::Object => {}
            _ => return Ok(value),
        }
        let address = value.address().unwrap_or_default();
        if let Some(copy) = self.copies.get(&address) {
            return Ok(copy.clone());
        }
        let (copy, rest) = self.shell(&value)?;
        self.remember(&value, &copy);
        if let Some(rest) = rest {
            self.frames.push(Frame {
                from: value,
                to: copy.clone(),
                rest,
            });
        }
        Ok(copy)
    }

    fn remember(&mut self, value: &Value, copy: &Value) {
        let address = value.address().unwrap_or_default();
        self.copies.insert(address, copy.clone());
        self.met.push(value.clone());
    }

    /// The copy of an object without what it holds, and what that is.
    fn shell(&mut self, object: &Value) -> JsResult<(Value, Option<Rest>)> {
        if object.is_proxy() {
            return Err(refused("#<Object>"));
        }
        let kept = intrinsics();
        let whole = |copy: JsResult<Value>| Ok((copy?, None));
        match kept.class_of(object) {
            Class::Plain => match registry::clone(object)? {
                Cloning::Done(copy) => Ok((copy, None)),
                Cloning::Refused => Err(unclonable(object)),
                Cloning::Ordinary => Ok((Value::object()?, Some(properties(object)?))),
            },
            Class::Array => {
                let copy = Value::array()?;
                copy.set("length", object.get("length")?)?;
                Ok((copy, Some(properties(object)?)))
            }
            Class::Map => {
                let entries = kept.map_entries(object)?;
                Ok((kept.new_map()?, Some(Rest::Entries(entries.into_iter()))))
            }
            Class::Set => {
                let members = kept.set_members(object)?;
                Ok((kept.new_set()?, Some(Rest::Members(members.into_iter()))))
            }
            Class::Error => self.error(object),
            Class::Date => whole(Value::date(kept.date_value(object)?)),
            Class::RegExp => {
                let text = readers().regexp_text(object)?;
                // The source is all between the first and the last slash: flags have none.
                let (source, flags) = text.rsplit_once('/').unwrap_or_default();
                whole(kept.regexp(source.strip_prefix('/').unwrap_or(source), flags))
            }
            Class::Boxed => match kept.unboxed(object)? {
                symbol if symbol.tag() == Tag::Symbol => Err(refused("Object(Symbol())")),
                inner => whole(kept.boxed(&inner)),
            },
            Class::ArrayBuffer => whole(self.copy_buffer(object)),
            Class::View => whole(self.view(object)),
            Class::Opaque => Err(unclonable(object)),
        }
    }

    /// The copy of a buffer, made the first time.
    fn copy_buffer(&mut self, buffer: &Value) -> JsResult<Value> {
        let address = buffer.address().unwrap_or_default();
        if let Some(copy) = self.copies.get(&address) {
            return Ok(copy.clone());
        }
        let copy = buffer.copy_buffer().map_err(|_| detached())?;
        self.remember(buffer, &copy);
        Ok(copy)
    }

    fn view(&mut self, view: &Value) -> JsResult<Value> {
        let span = bytes::span(view).ok().flatten().ok_or_else(detached)?;
        let View {
            buffer,
            offset,
            len,
        } = span;
        let kind = view.view_kind().unwrap_or(ViewKind::Uint8);
        let args = [
            self.copy_buffer(&buffer)?,
            Value::number(offset as f64),
            Value::number((len / kind.element_size()) as f64),
        ];
        match kind {
            ViewKind::DataView => intrinsics().data_view(&args),
            kind => Value::typed_array(kind, &args),
        }
    }

    /// An error keeps its name, if it is one of the language's, message, stack and cause.
    fn error(&mut self, error: &Value) -> JsResult<(Value, Option<Rest>)> {
        if error.class_name().as_deref() == Some("DOMException") {
            let (name, message) = readers().exception_texts(error)?;
            let copy = super::common::new_exception(&message.to_lossy()?, &name.to_lossy()?)?;
            copy_own(error, &copy, "stack")?;
            return Ok((copy, None));
        }
        let name = error.get("name")?;
        let name = match name.tag() {
            Tag::Undefined => String::new(),
            _ => name.to_lossy()?,
        };
        let class = match name.as_str() {
            "EvalError" => ErrorClass::EvalError,
            "RangeError" => ErrorClass::RangeError,
            "ReferenceError" => ErrorClass::ReferenceError,
            "SyntaxError" => ErrorClass::SyntaxError,
            "TypeError" => ErrorClass::TypeError,
            "URIError" => ErrorClass::UriError,
            _ => ErrorClass::Error,
        };
        let copy = intrinsics().error(class)?;
        if let Some(message) = own_data(error, "message")? {
            let message = Value::text(&message.to_lossy()?)?;
            copy.define("message", message, Property::HIDDEN)?;
        }
        let stack = readers().error_stack(error)?;
        if stack.tag() == Tag::String {
            copy.define("stack", stack, Property::HIDDEN)?;
        }
        let cause = own_data(error, "cause")?;
        Ok((copy, cause.map(|cause| Rest::Cause(Some(cause)))))
    }
}

fn detached() -> Thrown {
    exception(
        "An ArrayBuffer is detached and could not be cloned.",
        "DataCloneError",
    )
}

/// What is said of a function, a promise and so on.
fn unclonable(object: &Value) -> Thrown {
    if object.is_function() {
        let text = readers().function_text(object).unwrap_or_default();
        return refused(&text);
    }
    let class = object
        .get("constructor")
        .and_then(|class| class.get("name"));
    let class = class.and_then(|name| name.to_lossy());
    refused(&format!("#<{}>", class.unwrap_or_default()))
}

/// Own enumerable properties with names; symbols are left out.
fn properties(object: &Value) -> JsResult<Rest> {
    let keys = object.own_keys(OwnKeys::ENUMERABLE)?;
    Ok(Rest::Properties(keys.into_iter()))
}

fn own_data(object: &Value, key: &str) -> JsResult<Option<Value>> {
    let property = object.own_property(key)?;
    Ok(property.and_then(|property| match property.slot {
        Slot::Data(value) => Some(value),
        Slot::Accessor { .. } => None,
    }))
}

fn copy_own(from: &Value, to: &Value, key: &str) -> JsResult<()> {
    match own_data(from, key)? {
        Some(value) => to.define(key, value, Property::HIDDEN),
        None => Ok(()),
    }
}
