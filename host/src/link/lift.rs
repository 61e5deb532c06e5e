//! Results: from values of the component model to data.

use wasmtime::component::Val;

use super::handles::Handles;
use super::shape::{Outcome, Shape};
use crate::data::{Data, DataBuilder, ErrorClass, ErrorData, Node, ViewData, ViewKind};
use crate::function::HostError;

/// Converts the result of one call.
pub(crate) struct Lifting<'a> {
    pub(crate) handles: &'a mut Handles,
    data: DataBuilder,
}

/// The name of the errors that a `result` becomes.
const COMPONENT_ERROR: &str = "ComponentError";

impl<'a> Lifting<'a> {
    pub(crate) fn new(handles: &'a mut Handles) -> Self {
        Lifting {
            handles,
            data: DataBuilder::new(),
        }
    }

    /// The result of a function: a `result` is returned or thrown.
    pub(crate) fn outcome(mut self, shape: &Shape, value: Val) -> Result<Data, HostError> {
        match (shape, value) {
            (Shape::Result(outcome), Val::Result(Ok(value))) => {
                self.optional(outcome.ok.as_deref(), value);
                Ok(self.data.finish())
            }
            (Shape::Result(outcome), Val::Result(Err(value))) => {
                Err(HostError::from_data(self.thrown(outcome, value)))
            }
            (shape, value) => {
                self.lift(shape, value);
                Ok(self.data.finish())
            }
        }
    }

    /// An error with what the component gave as its payload.
    fn thrown(mut self, outcome: &Outcome, value: Option<Box<Val>>) -> Data {
        let root = self.data.reserve();
        let message = message(value.as_deref());
        let message = self.data.push(Node::Text(message));
        let payload = self.optional(outcome.err.as_deref(), value);
        let error = ErrorData {
            class: ErrorClass::Error,
            name: Some(COMPONENT_ERROR.into()),
            properties: vec![("message".into(), message), ("payload".into(), payload)],
        };
        self.data.fill(root, Node::Error(error));
        self.data.finish()
    }

    fn optional(&mut self, shape: Option<&Shape>, value: Option<Box<Val>>) -> u32 {
        match (shape, value) {
            (Some(shape), Some(value)) => self.lift(shape, *value),
            _ => self.data.push(Node::Undefined),
        }
    }

    /// Converts a value and returns its node. A container comes before what is in it.
    fn lift(&mut self, shape: &Shape, value: Val) -> u32 {
        let node = match (shape, value) {
            (_, Val::Bool(value)) => Node::Boolean(value),
            (_, Val::S8(value)) => Node::Number(value.into()),
            (_, Val::U8(value)) => Node::Number(value.into()),
            (_, Val::S16(value)) => Node::Number(value.into()),
            (_, Val::U16(value)) => Node::Number(value.into()),
            (_, Val::S32(value)) => Node::Number(value.into()),
            (_, Val::U32(value)) => Node::Number(value.into()),
            (_, Val::S64(value)) => Node::Bigint(value.to_string()),
            (_, Val::U64(value)) => Node::Bigint(value.to_string()),
            (_, Val::Float32(value)) => Node::Number(value.into()),
            (_, Val::Float64(value)) => Node::Number(value),
            (_, Val::Char(value)) => Node::Text(value.into()),
            (_, Val::String(value)) => Node::Text(value),
            (_, Val::Enum(name)) => Node::Text(name),
            (
                Shape::List(inner) | Shape::Fixed(inner, _),
                Val::List(values) | Val::FixedLengthList(values),
            ) => {
                return self.list(inner, values);
            }
            (Shape::Record(fields), Val::Record(values)) => {
                let root = self.data.reserve();
                let values = fields.iter().zip(values);
                let properties = values
                    .map(|(field, (_, value))| (field.key.clone(), self.lift(&field.shape, value)))
                    .collect();
                self.data.fill(root, Node::Object(properties));
                return root;
            }
            (Shape::Tuple(shapes), Val::Tuple(values)) => {
                let root = self.data.reserve();
                let values = shapes.iter().zip(values);
                let elements = values
                    .map(|(shape, value)| self.lift(shape, value))
                    .collect();
                self.data.fill(root, Node::Array(elements));
                return root;
            }
            (Shape::Variant(cases), Val::Variant(name, value)) => {
                let case = cases.iter().find(|case| case.name == name);
                let shape = case.and_then(|case| case.payload.as_ref());
                return self.tagged(&name, shape, value);
            }
            (Shape::Option(inner), Val::Option(value)) => match (&**inner, value) {
                (inner @ Shape::Option(_), Some(value)) => {
                    return self.tagged("some", Some(inner), Some(value));
                }
                (Shape::Option(_), None) => return self.tagged("none", None, None),
                (inner, Some(value)) => return self.lift(inner, *value),
                (_, None) => Node::Undefined,
            },
            (Shape::Result(outcome), Val::Result(Ok(value))) => {
                return self.tagged("ok", outcome.ok.as_deref(), value);
            }
            (Shape::Result(outcome), Val::Result(Err(value))) => {
                return self.tagged("err", outcome.err.as_deref(), value);
            }
            (Shape::Flags(flags), Val::Flags(set)) => {
                let root = self.data.reserve();
                let properties = flags.iter().map(|flag| {
                    let is_set = Node::Boolean(set.contains(&flag.name));
                    (flag.key.clone(), self.data.push(is_set))
                });
                let properties = properties.collect();
                self.data.fill(root, Node::Object(properties));
                return root;
            }
            (Shape::Own(id) | Shape::Borrow(id), Val::Resource(resource)) => {
                Node::Number(self.handles.insert(*id, resource) as f64)
            }
            // The component's types say that nothing else comes.
            _ => Node::Undefined,
        };
        self.data.push(node)
    }

    fn list(&mut self, inner: &Shape, values: Vec<Val>) -> u32 {
        let root = self.data.reserve();
        let node = match inner.view() {
            Some(kind) => {
                let bytes = bytes_of_values(&values);
                let length = values.len() as u32;
                Node::View(self.view(kind, bytes, length))
            }
            None => Node::Array(
                values
                    .into_iter()
                    .map(|value| self.lift(inner, value))
                    .collect(),
            ),
        };
        self.data.fill(root, node);
        root
    }

    fn view(&mut self, kind: ViewKind, bytes: Vec<u8>, length: u32) -> ViewData {
        ViewData {
            kind,
            buffer: self.data.push(Node::Buffer(bytes)),
            byte_offset: 0,
            length,
        }
    }

    /// `{ tag, val }`; without a payload there is no `val`.
    fn tagged(&mut self, tag: &str, shape: Option<&Shape>, value: Option<Box<Val>>) -> u32 {
        let root = self.data.reserve();
        let mut properties = vec![("tag".to_owned(), self.data.push(Node::Text(tag.into())))];
        if let (Some(shape), Some(value)) = (shape, value) {
            properties.push(("val".to_owned(), self.lift(shape, *value)));
        }
        self.data.fill(root, Node::Object(properties));
        root
    }
}

/// An error with a text as its payload.
pub(crate) fn failed(message: String) -> Data {
    let mut data = DataBuilder::new();
    let root = data.reserve();
    let text = data.push(Node::Text(message));
    let error = ErrorData {
        class: ErrorClass::Error,
        name: Some(COMPONENT_ERROR.into()),
        properties: vec![("message".into(), text), ("payload".into(), text)],
    };
    data.fill(root, Node::Error(error));
    data.finish()
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
