//! Converts results: from values of the component model to data.

use jsvm::HostError;
use jsvm::data::Node;
use jsvm::{Data, ViewKind};
use jsvm_data::{DataWriter, ErrorClass};
use wasmtime::component::Val;

use super::handles::Handles;
use super::shape::Shape;

/// Converts the result of one call.
pub(crate) struct Lifting<'a> {
    handles: &'a mut Handles,
    writer: DataWriter,
}

/// The name of the error that is thrown for the error case of a `result`.
const COMPONENT_ERROR: &str = "ComponentError";

impl<'a> Lifting<'a> {
    pub(crate) fn new(handles: &'a mut Handles) -> Self {
        Lifting {
            handles,
            writer: DataWriter::new(),
        }
    }

    /// Converts the result of a function. A `result` is returned or thrown.
    pub(crate) fn outcome(mut self, shape: &Shape, value: Val) -> Result<Data, HostError> {
        match (shape, value) {
            // The bytes are handed over, so they need not be copied.
            (_, Val::String(text)) => Ok(Data::from_nodes(vec![Node::Text(text)])),
            (Shape::Result(outcome), Val::Result(Ok(value))) => {
                self.optional(outcome.ok.as_deref(), value.as_deref());
                Ok(self.writer.finish())
            }
            (Shape::Result(outcome), Val::Result(Err(value))) => {
                let message = message(value.as_deref());
                let error = thrown(self.writer, &message, |writer| {
                    let mut lifting = Lifting {
                        handles: self.handles,
                        writer,
                    };
                    lifting.optional(outcome.err.as_deref(), value.as_deref());
                    lifting.writer
                });
                Err(HostError::from_data(error))
            }
            (shape, value) => {
                self.lift(shape, &value);
                Ok(self.writer.finish())
            }
        }
    }

    /// Converts items of a stream to an array, or a typed array of numbers.
    pub(crate) fn items(mut self, item: &Shape, values: &[Val]) -> Data {
        self.list(item, values);
        self.writer.finish()
    }

    fn optional(&mut self, shape: Option<&Shape>, value: Option<&Val>) {
        match (shape, value) {
            (Some(shape), Some(value)) => self.lift(shape, value),
            _ => self.writer.write_undefined(),
        }
    }

    fn lift(&mut self, shape: &Shape, value: &Val) {
        match (shape, value) {
            (_, Val::Bool(value)) => self.writer.write_boolean(*value),
            (_, Val::S8(value)) => self.writer.write_integer((*value).into()),
            (_, Val::U8(value)) => self.writer.write_integer((*value).into()),
            (_, Val::S16(value)) => self.writer.write_integer((*value).into()),
            (_, Val::U16(value)) => self.writer.write_integer((*value).into()),
            (_, Val::S32(value)) => self.writer.write_integer((*value).into()),
            (_, Val::U32(value)) => self.writer.write_integer((*value).into()),
            (_, Val::S64(value)) => {
                let magnitude = value.unsigned_abs().into();
                self.writer.write_bigint(*value < 0, magnitude);
            }
            (_, Val::U64(value)) => self.writer.write_bigint(false, (*value).into()),
            (_, Val::Float32(value)) => self.writer.write_number((*value).into()),
            (_, Val::Float64(value)) => self.writer.write_number(*value),
            (_, Val::Char(value)) => self.writer.write_text(value.encode_utf8(&mut [0; 4])),
            (_, Val::String(value) | Val::Enum(value)) => self.writer.write_text(value),
            (
                Shape::List(inner) | Shape::Fixed(inner, _),
                Val::List(values) | Val::FixedLengthList(values),
            ) => self.list(inner, values),
            (Shape::Record(fields), Val::Record(values)) => {
                self.writer.write_map(fields.len());
                for (field, (_, value)) in fields.iter().zip(values) {
                    self.writer.write_text(&field.key);
                    self.lift(&field.shape, value);
                }
            }
            (Shape::Tuple(shapes), Val::Tuple(values)) => {
                self.writer.write_array(shapes.len());
                for (shape, value) in shapes.iter().zip(values) {
                    self.lift(shape, value);
                }
            }
            (Shape::Variant(cases), Val::Variant(name, value)) => {
                let case = cases.iter().find(|case| case.name == *name);
                let shape = case.and_then(|case| case.payload.as_ref());
                self.tagged(name, shape, value.as_deref());
            }
            (Shape::Option(inner), Val::Option(value)) => match (&**inner, value.as_deref()) {
                (inner @ Shape::Option(_), Some(value)) => {
                    self.tagged("some", Some(inner), Some(value));
                }
                (Shape::Option(_), None) => self.tagged("none", None, None),
                (inner, value) => self.optional(Some(inner), value),
            },
            (Shape::Result(outcome), Val::Result(Ok(value))) => {
                self.tagged("ok", outcome.ok.as_deref(), value.as_deref());
            }
            (Shape::Result(outcome), Val::Result(Err(value))) => {
                self.tagged("err", outcome.err.as_deref(), value.as_deref());
            }
            (Shape::Flags(flags), Val::Flags(set)) => {
                self.writer.write_map(flags.len());
                for flag in flags {
                    self.writer.write_text(&flag.key);
                    self.writer.write_boolean(set.contains(&flag.name));
                }
            }
            (Shape::Own(id) | Shape::Borrow(id), Val::Resource(resource)) => {
                let number = self.handles.insert(*id, *resource);
                self.writer.write_number(number as f64);
            }
            (Shape::Transfer(id), Val::Stream(_) | Val::Future(_)) => {
                let number = self.handles.ends.insert_readable(*id, value.clone());
                self.writer.write_number(number as f64);
            }
            // The component's types rule out any other value.
            _ => self.writer.write_undefined(),
        }
    }

    fn list(&mut self, inner: &Shape, values: &[Val]) {
        if let Some(kind) = inner.view() {
            return self.writer.write_view(kind, bytes_of_values(values));
        }
        self.writer.write_array(values.len());
        for value in values {
            self.lift(inner, value);
        }
    }

    /// Writes `{ tag, val }`, or `{ tag }` without a payload.
    fn tagged(&mut self, tag: &str, shape: Option<&Shape>, value: Option<&Val>) {
        let payload = shape.zip(value);
        self.writer.write_map(if payload.is_some() { 2 } else { 1 });
        self.writer.write_text("tag");
        self.writer.write_text(tag);
        if let Some((shape, value)) = payload {
            self.writer.write_text("val");
            self.lift(shape, value);
        }
    }
}

/// Creates a typed array.
pub(crate) fn view(kind: ViewKind, bytes: Vec<u8>) -> Data {
    let mut writer = DataWriter::new();
    writer.write_view(kind, bytes);
    writer.finish()
}

/// Creates an error with a text as its payload.
pub(crate) fn failed(message: &str) -> Data {
    thrown(DataWriter::new(), message, |mut writer| {
        writer.write_text(message);
        writer
    })
}

/// Creates an error with the payload of the component.
fn thrown(
    mut writer: DataWriter,
    message: &str,
    payload: impl FnOnce(DataWriter) -> DataWriter,
) -> Data {
    writer.write_class(ErrorClass::Error.name(), 3);
    writer.write_map(2);
    writer.write_text("message");
    writer.write_text(message);
    writer.write_text("payload");
    let mut writer = payload(writer);
    writer.write_text(COMPONENT_ERROR);
    writer.finish()
}

/// Returns the message of an error.
fn message(payload: Option<&Val>) -> String {
    match payload {
        Some(Val::String(text) | Val::Enum(text)) => text.clone(),
        Some(Val::Variant(tag, None)) => tag.clone(),
        Some(Val::Variant(tag, Some(inner))) => match &**inner {
            Val::String(text) => format!("{tag}: {text}"),
            _ => format!("{tag} (see error.payload)"),
        },
        Some(_) => "the component returned an error (see error.payload)".into(),
        None => "the component returned an error".into(),
    }
}

fn bytes_of_values(values: &[Val]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        match value {
            Val::U8(value) => bytes.push(*value),
            Val::S8(value) => bytes.extend(value.to_le_bytes()),
            Val::U16(value) => bytes.extend(value.to_le_bytes()),
            Val::S16(value) => bytes.extend(value.to_le_bytes()),
            Val::U32(value) => bytes.extend(value.to_le_bytes()),
            Val::S32(value) => bytes.extend(value.to_le_bytes()),
            Val::U64(value) => bytes.extend(value.to_le_bytes()),
            Val::S64(value) => bytes.extend(value.to_le_bytes()),
            Val::Float32(value) => bytes.extend(value.to_le_bytes()),
            Val::Float64(value) => bytes.extend(value.to_le_bytes()),
            _ => {}
        }
    }
    bytes
}
