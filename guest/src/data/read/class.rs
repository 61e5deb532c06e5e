//! `27([class, ...])`: what is made by its class from some values.

use jsvm_data::{CborHead, ErrorClass, ViewKind};

use super::{Form, Frame, Reader};
use crate::js::{JsResult, Tag, Value};
use crate::realm::intrinsics;

impl Reader<'_> {
    /// Reads the array after tag 27, which is at `start`. Returns `None` if it pushed a frame.
    pub(super) fn class(&mut self, start: usize, mark: Option<usize>) -> JsResult<Option<Value>> {
        let elements = match self.read_head()? {
            CborHead::Array(Some(elements)) if elements > 0 => elements,
            _ => {
                let what = "tag 27 needs an array with a class and a length";
                return Err(self.malformed_at(start, what));
            }
        };
        let name = match self.read_head()? {
            CborHead::Text(Some(len)) => self.read_str(len)?,
            _ => return Err(self.malformed_at(start, "a class has a name of definite length")),
        };
        if self.simple && !name.starts_with("Symbol") {
            return Err(self.malformed_at(start, "this must be a primitive"));
        }
        let value = match (name, elements - 1) {
            ("Array", 2) => return self.sparse(mark),
            ("Date", 1) => Value::date(self.number()?)?,
            ("RegExp", 2 | 3) => self.regexp(elements)?,
            ("Object", 1) => self.boxed()?,
            ("Symbol", 0) => intrinsics().symbol(None)?,
            ("Symbol", 1) => {
                let description = self.string()?;
                intrinsics().symbol_of(&description)?
            }
            ("Symbol.for", 1) => {
                let key = self.string()?;
                intrinsics().registered_symbol_of(&key)?
            }
            (name, 0) if name.starts_with("Symbol.") => {
                let known = intrinsics().well_known(&name["Symbol.".len()..]);
                known.ok_or_else(|| self.malformed_at(start, &format!("there is no `{name}`")))?
            }
            (name, parts) => {
                if let (Some(class), 1 | 2) = (ErrorClass::from_name(name), parts) {
                    return self.error(class, parts == 2, mark);
                }
                match (ViewKind::from_class_name(name), parts) {
                    (Some(kind), 3) => self.view(kind)?,
                    _ => {
                        let what = format!("`{name}` is not made of {parts} values");
                        return Err(self.malformed_at(start, &what));
                    }
                }
            }
        };
        Ok(Some(value))
    }

    fn sparse(&mut self, mark: Option<usize>) -> JsResult<Option<Value>> {
        let length = self.number()?;
        let array = Value::array()?;
        self.set_mark(mark, &array);
        self.properties(array, Form::Sparse { length })
    }

    fn error(
        &mut self,
        class: ErrorClass,
        named: bool,
        mark: Option<usize>,
    ) -> JsResult<Option<Value>> {
        let error = intrinsics().error(class)?;
        self.set_mark(mark, &error);
        self.properties(error, Form::Error { named })
    }

    fn properties(&mut self, object: Value, form: Form) -> JsResult<Option<Value>> {
        let left = self.read_map()?;
        self.frames.push(Frame::Object {
            object,
            key: None,
            left,
            form,
        });
        Ok(None)
    }

    fn regexp(&mut self, elements: u64) -> JsResult<Value> {
        let (source, flags) = (self.string()?, self.string()?);
        let regexp = intrinsics().regexp_of(&source, &flags)?;
        if elements == 4 {
            let last_index = Value::number(self.number()?);
            regexp.set("lastIndex", last_index)?;
        }
        Ok(regexp)
    }

    fn boxed(&mut self) -> JsResult<Value> {
        let start = self.item.position();
        let inner = self.primitive()?;
        if matches!(inner.tag(), Tag::Undefined | Tag::Null) {
            return Err(self.malformed_at(start, "`undefined` and `null` have no objects"));
        }
        intrinsics().boxed(&inner)
    }

    fn view(&mut self, kind: ViewKind) -> JsResult<Value> {
        let buffer = self.buffer()?;
        let (offset, length) = (self.number()?, self.number()?);
        let args = [buffer, Value::number(offset), Value::number(length)];
        match kind {
            ViewKind::DataView => intrinsics().data_view(&args),
            kind => Value::typed_array(kind, &args),
        }
    }
}
