//! Results: from values of the component model to data.

use wasmtime::component::Val;

use super::handles::Handles;
use super::shape::Shape;
use crate::data::form::tags::tag_of_view;
use crate::data::{Data, Node, ViewKind};
use crate::function::HostError;
use crate::serde::form::CLASS;
use crate::serde::{Options, Writer};

/// Converts the result of one call.
pub(crate) struct Lifting<'a> {
    handles: &'a mut Handles,
    writer: Writer,
}

/// The name of the errors that a `result` becomes.
const COMPONENT_ERROR: &str = "ComponentError";

impl<'a> Lifting<'a> {
    pub(crate) fn new(handles: &'a mut Handles) -> Self {
        Lifting {
            handles,
            writer: Writer::capturing(Options::default()),
        }
    }

    /// The result of a function: a `result` is returned or thrown.
    pub(crate) fn outcome(mut self, shape: &Shape, value: Val) -> Result<Data, HostError> {
        match (shape, value) {
            // It is not written, so it need not be copied.
            (_, Val::String(text)) => Ok(Data::from_nodes(vec![Node::Text(text)])),
            (Shape::Result(outcome), Val::Result(Ok(value))) => {
                self.optional(outcome.ok.as_deref(), value.as_deref());
                Ok(Data::captured(self.writer.finish()))
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
                Ok(Data::captured(self.writer.finish()))
            }
        }
    }

    fn optional(&mut self, shape: Option<&Shape>, value: Option<&Val>) {
        match (shape, value) {
            (Some(shape), Some(value)) => self.lift(shape, value),
            _ => self.writer.undefined(),
        }
    }

    fn lift(&mut self, shape: &Shape, value: &Val) {
        match (shape, value) {
            (_, Val::Bool(value)) => self.writer.boolean(*value),
            (_, Val::S8(value)) => self.writer.integer((*value).into()),
            (_, Val::U8(value)) => self.writer.integer((*value).into()),
            (_, Val::S16(value)) => self.writer.integer((*value).into()),
            (_, Val::U16(value)) => self.writer.integer((*value).into()),
            (_, Val::S32(value)) => self.writer.integer((*value).into()),
            (_, Val::U32(value)) => self.writer.integer((*value).into()),
            (_, Val::S64(value)) => {
                let magnitude = value.unsigned_abs().into();
                self.writer.bigint(*value < 0, magnitude);
            }
            (_, Val::U64(value)) => self.writer.bigint(false, (*value).into()),
            (_, Val::Float32(value)) => self.writer.number((*value).into()),
            (_, Val::Float64(value)) => self.writer.number(*value),
            (_, Val::Char(value)) => self.writer.text(value.encode_utf8(&mut [0; 4])),
            (_, Val::String(value) | Val::Enum(value)) => self.writer.text(value),
            (
                Shape::List(inner) | Shape::Fixed(inner, _),
                Val::List(values) | Val::FixedLengthList(values),
            ) => self.list(inner, values),
            (Shape::Record(fields), Val::Record(values)) => {
                self.writer.map_head(fields.len());
                for (field, (_, value)) in fields.iter().zip(values) {
                    self.writer.text(&field.key);
                    self.lift(&field.shape, value);
                }
            }
            (Shape::Tuple(shapes), Val::Tuple(values)) => {
                self.writer.array_head(shapes.len());
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
                self.writer.map_head(flags.len());
                for flag in flags {
                    self.writer.text(&flag.key);
                    self.writer.boolean(set.contains(&flag.name));
                }
            }
            (Shape::Own(id) | Shape::Borrow(id), Val::Resource(resource)) => {
                let number = self.handles.insert(*id, *resource);
                self.writer.number(number as f64);
            }
            // The component's types say that nothing else comes.
            _ => self.writer.undefined(),
        }
    }

    fn list(&mut self, inner: &Shape, values: &[Val]) {
        if let Some(kind) = inner.view() {
            let tag = tag_of_view(kind);
            return self.writer.tagged_bytes(tag, bytes_of_values(values));
        }
        self.writer.array_head(values.len());
        for value in values {
            self.lift(inner, value);
        }
    }

    /// `{ tag, val }`; without a payload there is no `val`.
    fn tagged(&mut self, tag: &str, shape: Option<&Shape>, value: Option<&Val>) {
        let payload = shape.zip(value);
        self.writer.map_head(if payload.is_some() { 2 } else { 1 });
        self.writer.text("tag");
        self.writer.text(tag);
        if let Some((shape, value)) = payload {
            self.writer.text("val");
            self.lift(shape, value);
        }
    }
}

/// A typed array.
pub(crate) fn view(kind: ViewKind, bytes: Vec<u8>) -> Data {
    let mut writer = Writer::default();
    writer.tagged_bytes(tag_of_view(kind), bytes);
    Data::captured(writer.finish())
}

/// An error with a text as its payload.
pub(crate) fn failed(message: &str) -> Data {
    thrown(Writer::default(), message, |mut writer| {
        writer.text(message);
        writer
    })
}

/// An error with what the component gave as its payload.
fn thrown(mut writer: Writer, message: &str, payload: impl FnOnce(Writer) -> Writer) -> Data {
    writer.tag(CLASS);
    writer.array_head(3);
    writer.text("Error");
    writer.map_head(2);
    writer.text("message");
    writer.text(message);
    writer.text("payload");
    let mut writer = payload(writer);
    writer.text(COMPONENT_ERROR);
    Data::captured(writer.finish())
}

/// What an error says about itself.
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
