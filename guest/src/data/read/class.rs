//! `27([class, ...])`: what is made by its class from some values.

use super::super::tags;
use super::item::Item;
use super::{Form, Frame, Reader};
use crate::convert::error_class_of_name;
use crate::js::{JsResult, Tag, Value};
use crate::realm::intrinsics;

impl Reader<'_> {
    /// Reads what comes after tag 27.
    pub(super) fn class(&mut self, mark: Option<usize>) -> JsResult<Item> {
        let elements = self.cbor(|item| item.array())?;
        let Some(elements) = elements.filter(|elements| *elements > 0) else {
            return Err(self.malformed("tag 27 needs an array with a class and a length"));
        };
        let name = self.cbor(|item| item.str())?;
        if self.simple && !name.starts_with("Symbol") {
            return Err(self.malformed("this must be a primitive"));
        }
        let value = match (name, elements - 1) {
            ("Array", 2) => return self.sparse(mark),
            ("Date", 1) => Value::date(self.number()?)?,
            ("RegExp", 2 | 3) => self.regexp(elements)?,
            ("Object", 1) => self.boxed()?,
            ("Symbol", 0) => intrinsics().symbol(None)?,
            ("Symbol", 1) => {
                let description = self.text_value()?;
                intrinsics().symbol_of(&description)?
            }
            ("Symbol.for", 1) => {
                let key = self.text_value()?;
                intrinsics().registered_symbol_of(&key)?
            }
            (name, 0) if name.starts_with("Symbol.") => {
                let known = intrinsics().well_known(&name["Symbol.".len()..]);
                known.ok_or_else(|| self.malformed(&format!("there is no `{name}`")))?
            }
            (name, parts @ (1 | 2)) if error_class_of_name(name).is_some() => {
                return self.error(name, parts == 2, mark);
            }
            (name, 3) if tags::view_of_class(name).is_some() => self.view(name)?,
            (name, parts) => {
                return Err(self.malformed(&format!("`{name}` is not made of {parts} values")));
            }
        };
        self.set_mark(mark, &value);
        Ok(Item::Complete(value))
    }

    fn sparse(&mut self, mark: Option<usize>) -> JsResult<Item> {
        let length = self.number()?;
        let array = Value::array()?;
        self.set_mark(mark, &array);
        self.properties(array, Form::Sparse { length })
    }

    fn error(&mut self, name: &str, named: bool, mark: Option<usize>) -> JsResult<Item> {
        let Some(class) = error_class_of_name(name) else {
            return Err(self.malformed("there is no such error class"));
        };
        let error = intrinsics().error(class)?;
        self.set_mark(mark, &error);
        self.properties(error, Form::Error { named })
    }

    fn properties(&mut self, object: Value, form: Form) -> JsResult<Item> {
        let left = self.cbor(|item| item.map())?;
        Ok(Item::Opened(Frame::Object {
            object,
            key: None,
            left,
            form,
        }))
    }

    fn regexp(&mut self, elements: u64) -> JsResult<Value> {
        let (source, flags) = (self.text_value()?, self.text_value()?);
        let regexp = intrinsics().regexp_of(&source, &flags)?;
        if elements == 4 {
            let last_index = Value::number(self.number()?);
            regexp.set("lastIndex", last_index)?;
        }
        Ok(regexp)
    }

    fn boxed(&mut self) -> JsResult<Value> {
        let inner = self.primitive()?;
        if matches!(inner.tag(), Tag::Undefined | Tag::Null) {
            return Err(self.malformed("`undefined` and `null` have no objects"));
        }
        intrinsics().boxed(&inner)
    }

    fn view(&mut self, name: &str) -> JsResult<Value> {
        let Some(kind) = tags::view_of_class(name) else {
            return Err(self.malformed("there is no such class"));
        };
        let buffer = self.buffer()?;
        let (offset, length) = (self.number()?, self.number()?);
        let args = [buffer, Value::number(offset), Value::number(length)];
        match tags::view_tag(kind) {
            None => intrinsics().data_view(&args),
            Some(_) => Value::typed_array(kind, &args),
        }
    }
}
