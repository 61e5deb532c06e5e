//! Converts arguments: from data to values of the component model.
//!
//! All arguments are converted before the call, so a wrong argument has no effect.

use wasmtime::component::Val;

use super::handles::Handles;
use super::lower_bytes::values_of_bytes;
use super::room::{FIELD, Room, VALUE};
use super::shape::{Field, Flag, Integer, ResourceId, ResultShape, Shape, TransferId};
use jsvm::data::{Node, NodeRef};
use jsvm::{ConversionError, ViewKind};

type Result<T> = std::result::Result<T, ConversionError>;

/// Converts the arguments of one call.
pub(crate) struct ArgumentLowering<'a> {
    pub(crate) handles: &'a Handles,
    /// Resources that are passed on to the component.
    pub(crate) given: Vec<u64>,
    /// Streams and futures that are passed on to the component.
    pub(crate) given_ends: Vec<u64>,
    room: &'a mut Room,
}

/// The symbol of the property with the handle of an instance.
pub(crate) const HANDLE: &str = "jsvm.handle";

/// Describes a value, for messages.
fn found(node: Option<NodeRef<'_>>) -> String {
    node.map_or_else(|| "undefined".into(), NodeRef::describe)
}

fn wrong<T>(expected: impl Into<String>, node: Option<NodeRef<'_>>) -> Result<T> {
    Err(ConversionError::new(expected, found(node)))
}

/// Reads an own property. A missing one reads as `undefined`, which is `None` here.
pub(crate) fn property<'a>(node: NodeRef<'a>, key: &str) -> Option<NodeRef<'a>> {
    let value = match node.node() {
        Node::KeyedObject(pairs) => {
            let is_key =
                |index: u32| matches!(node.at(index).node(), Node::Text(text) if text == key);
            let (_, value) = pairs.iter().find(|(index, _)| is_key(*index))?;
            node.at(*value)
        }
        _ => node.get(key)?,
    };
    (!matches!(value.node(), Node::Undefined)).then_some(value)
}

fn is_object(node: NodeRef<'_>) -> bool {
    matches!(
        node.node(),
        Node::Object(_) | Node::KeyedObject(_) | Node::Error(_) | Node::Map(_)
    )
}

fn object<'a>(node: Option<NodeRef<'a>>, expected: &str) -> Result<NodeRef<'a>> {
    match node {
        Some(object) if is_object(object) => Ok(object),
        node => wrong(expected, node),
    }
}

fn text<'a>(node: Option<NodeRef<'a>>) -> Option<&'a str> {
    match node?.node() {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

/// Lists names in a message.
fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
    match &*names {
        [name] => name.clone(),
        names => format!("one of {}", names.join(", ")),
    }
}

impl<'a> ArgumentLowering<'a> {
    pub(crate) fn new(handles: &'a Handles, room: &'a mut Room) -> Self {
        ArgumentLowering {
            handles,
            given: Vec::new(),
            given_ends: Vec::new(),
            room,
        }
    }

    /// Takes room for some things of one size, before they are made. A value that data shares is
    /// made again for each reference.
    fn take_room(&mut self, count: usize, each: u64) -> Result<()> {
        let taken = self.room.take(count as u64, each);
        taken.ok_or_else(|| self.room.error())
    }

    fn text(&mut self, node: Option<NodeRef<'_>>) -> Result<String> {
        match node.map(NodeRef::node) {
            Some(Node::Text(text)) => {
                self.take_room(text.len(), 1)?;
                Ok(text.clone())
            }
            Some(Node::Utf16(units)) => {
                self.take_room(units.len(), 3)?;
                Ok(String::from_utf16_lossy(units))
            }
            _ => wrong("a string", node),
        }
    }

    /// Converts a value; `undefined` is `None`.
    pub(crate) fn lower(&mut self, shape: &Shape, node: Option<NodeRef<'_>>) -> Result<Val> {
        match shape {
            Shape::Bool => match node.map(NodeRef::node) {
                Some(Node::Boolean(value)) => Ok(Val::Bool(*value)),
                _ => wrong("a boolean", node),
            },
            Shape::Integer(integer) => integer_of(*integer, node),
            Shape::F32 => Ok(Val::Float32(number(node)? as f32)),
            Shape::F64 => Ok(Val::Float64(number(node)?)),
            Shape::Char => {
                let mut chars = text(node).unwrap_or_default().chars();
                match (chars.next(), chars.next()) {
                    (Some(char), None) => Ok(Val::Char(char)),
                    _ => wrong("a string of one character", node),
                }
            }
            Shape::Text => Ok(Val::String(self.text(node)?)),
            Shape::List(inner) => Ok(Val::List(self.list(inner, node)?)),
            Shape::Fixed(inner, len) => {
                let values = self.list(inner, node)?;
                if values.len() != *len as usize {
                    let found = format!("{} of them", values.len());
                    return Err(ConversionError::new(format!("{len} elements"), found));
                }
                Ok(Val::FixedLengthList(values))
            }
            Shape::Record(fields) => self.record(fields, node),
            Shape::Tuple(shapes) => {
                let expected = || format!("an array of {}", shapes.len());
                let elements = match node.and_then(NodeRef::elements) {
                    Some(elements) if elements.len() == shapes.len() => elements,
                    Some(elements) => {
                        let found = format!("an array of {}", elements.len());
                        return Err(ConversionError::new(expected(), found));
                    }
                    None => return wrong(expected(), node),
                };
                self.take_room(shapes.len(), VALUE)?;
                let values = shapes.iter().zip(elements).enumerate();
                let values = values.map(|(index, (shape, node))| {
                    self.lower(shape, defined(node))
                        .map_err(|error| error.under_index(index))
                });
                Ok(Val::Tuple(values.collect::<Result<_>>()?))
            }
            Shape::Variant(cases) => {
                let object = object(node, "an object with a tag")?;
                let tag = property(object, "tag");
                let case = text(tag).and_then(|tag| cases.iter().find(|case| case.name == tag));
                let Some(case) = case else {
                    let expected = one_of(cases.iter().map(|case| &*case.name));
                    return wrong(expected, tag).map_err(|error| error.under_key("tag"));
                };
                self.take_room(case.name.len(), 1)?;
                let payload = self.payload(case.payload.as_ref(), object)?;
                Ok(Val::Variant(case.name.clone(), payload))
            }
            Shape::Enum(names) => match names.iter().find(|name| Some(&***name) == text(node)) {
                Some(name) => {
                    self.take_room(name.len(), 1)?;
                    Ok(Val::Enum(name.clone()))
                }
                None => wrong(one_of(names.iter().map(String::as_str)), node),
            },
            Shape::Option(inner) => Ok(Val::Option(self.option(inner, node)?)),
            Shape::Result(outcome) => self.result(outcome, node),
            Shape::Flags(flags) => {
                self.take_room(flags.len(), FIELD)?;
                lower_flags(flags, node)
            }
            Shape::Own(id) => {
                let (number, held) = self.handle(*id, node)?;
                if self.given.contains(&number) {
                    let found = "the same resource twice in this call";
                    return Err(ConversionError::new(self.handles.class(*id), found));
                }
                self.given.push(number);
                Ok(Val::Resource(held))
            }
            Shape::Borrow(id) => Ok(Val::Resource(self.handle(*id, node)?.1)),
            Shape::Transfer(id) => self.transfer(*id, node),
        }
    }

    /// Converts the number of the end of a stream or future.
    fn transfer(&mut self, id: TransferId, node: Option<NodeRef<'_>>) -> Result<Val> {
        let expected = self.handles.ends.describe(id);
        let number = match node.map(NodeRef::node) {
            Some(Node::Number(number)) => *number as u64,
            _ => return wrong(expected, node),
        };
        match self.handles.ends.readable(id, number) {
            Some(value) if !self.given_ends.contains(&number) => {
                self.given_ends.push(number);
                Ok(value)
            }
            _ => Err(ConversionError::new(
                expected,
                "one that was passed on or read",
            )),
        }
    }

    fn list(&mut self, inner: &Shape, node: Option<NodeRef<'_>>) -> Result<Vec<Val>> {
        if let (Some(kind), Some(view)) = (inner.view(), node)
            && let Some(bytes) = bytes_of(view, kind)
        {
            self.take_room(bytes.len() / kind.element_size(), VALUE)?;
            return Ok(values_of_bytes(kind, bytes));
        }
        let Some(elements) = node.and_then(NodeRef::elements) else {
            let expected = match inner.view() {
                Some(kind) => format!("a {} or an array", kind.class_name()),
                None => "an array".into(),
            };
            return wrong(expected, node);
        };
        self.take_room(elements.len(), VALUE)?;
        let values = elements.into_iter().enumerate().map(|(index, node)| {
            self.lower(inner, defined(node))
                .map_err(|error| error.under_index(index))
        });
        values.collect()
    }

    fn record(&mut self, fields: &[Field], node: Option<NodeRef<'_>>) -> Result<Val> {
        let object = object(node, "an object")?;
        self.take_room(fields.len(), FIELD)?;
        let fields = fields.iter().map(|field| {
            let value = self
                .lower(&field.shape, property(object, &field.key))
                .map_err(|error| error.under_key(&field.key))?;
            Ok((field.name.clone(), value))
        });
        Ok(Val::Record(fields.collect::<Result<_>>()?))
    }

    fn payload(&mut self, shape: Option<&Shape>, object: NodeRef<'_>) -> Result<Option<Box<Val>>> {
        let Some(shape) = shape else {
            return Ok(None);
        };
        self.take_room(1, VALUE)?;
        let value = self.lower(shape, property(object, "val"));
        Ok(Some(Box::new(
            value.map_err(|error| error.under_key("val"))?,
        )))
    }

    fn option(&mut self, inner: &Shape, node: Option<NodeRef<'_>>) -> Result<Option<Box<Val>>> {
        if !matches!(inner, Shape::Option(_)) {
            return match node {
                None => Ok(None),
                Some(node) if matches!(node.node(), Node::Null) => Ok(None),
                node => {
                    self.take_room(1, VALUE)?;
                    Ok(Some(Box::new(self.lower(inner, node)?)))
                }
            };
        }
        let object = object(node, "an object with a tag")?;
        let tag = property(object, "tag");
        match text(tag) {
            Some("none") => Ok(None),
            Some("some") => self.payload(Some(inner), object),
            _ => wrong("one of \"some\", \"none\"", tag).map_err(|error| error.under_key("tag")),
        }
    }

    fn result(&mut self, outcome: &ResultShape, node: Option<NodeRef<'_>>) -> Result<Val> {
        let object = object(node, "an object with a tag")?;
        let tag = property(object, "tag");
        match text(tag) {
            Some("ok") => {
                let value = self.payload(outcome.ok.as_deref(), object)?;
                Ok(Val::Result(Ok(value)))
            }
            Some("err") => {
                let value = self.payload(outcome.err.as_deref(), object)?;
                Ok(Val::Result(Err(value)))
            }
            _ => wrong("one of \"ok\", \"err\"", tag).map_err(|error| error.under_key("tag")),
        }
    }

    /// Returns the resource of an instance of a class.
    fn handle(
        &self,
        id: ResourceId,
        node: Option<NodeRef<'_>>,
    ) -> Result<(u64, wasmtime::component::ResourceAny)> {
        let class = self.handles.class(id);
        let Some(number) = node.and_then(handle_number) else {
            return wrong(class, node);
        };
        self.handles.find(id, number)
    }

    /// Converts the instance that a method is called on, which is the number of its handle.
    pub(crate) fn receiver(&self, id: ResourceId, node: Option<NodeRef<'_>>) -> Result<Val> {
        match node.map(NodeRef::node) {
            Some(Node::Number(number)) => {
                let (_, held) = self.handles.find(id, *number as u64)?;
                Ok(Val::Resource(held))
            }
            _ => Err(ConversionError::new(
                self.handles.class(id),
                "a disposed instance, or another value",
            )),
        }
    }
}

/// Turns `undefined` into `None`.
pub(crate) fn defined(node: Option<NodeRef<'_>>) -> Option<NodeRef<'_>> {
    node.filter(|node| !matches!(node.node(), Node::Undefined))
}

/// Returns the number under the symbol that only instances of classes have.
fn handle_number(node: NodeRef<'_>) -> Option<u64> {
    let Node::KeyedObject(pairs) = node.node() else {
        return None;
    };
    pairs.iter().find_map(|(key, value)| {
        match (node.at(*key).node(), node.at(*value).node()) {
            (Node::Symbol(symbol), Node::Number(number))
                if symbol.description.as_deref() == Some(HANDLE) =>
            {
                Some(*number as u64)
            }
            // The instance was disposed: no handle has this number.
            (Node::Symbol(symbol), Node::Undefined)
                if symbol.description.as_deref() == Some(HANDLE) =>
            {
                Some(0)
            }
            _ => None,
        }
    })
}

fn number(node: Option<NodeRef<'_>>) -> Result<f64> {
    match node.map(NodeRef::node) {
        Some(Node::Number(value)) => Ok(*value),
        _ => wrong("a number", node),
    }
}

fn integer_of(integer: Integer, node: Option<NodeRef<'_>>) -> Result<Val> {
    let value = match (node.map(NodeRef::node), integer) {
        (Some(Node::Bigint(digits)), Integer::U64) => digits.parse().ok().map(Val::U64),
        (Some(Node::Bigint(digits)), Integer::S64) => digits.parse().ok().map(Val::S64),
        (Some(Node::Number(value)), integer) => integer.convert(*value),
        _ => None,
    };
    match value {
        Some(value) => Ok(value),
        None if integer.is_big() => wrong(format!("{} (a bigint)", integer.name()), node),
        None => wrong(integer.name(), node),
    }
}

fn lower_flags(flags: &[Flag], node: Option<NodeRef<'_>>) -> Result<Val> {
    let Some(node) = node.filter(|node| !matches!(node.node(), Node::Null)) else {
        return Ok(Val::Flags(Vec::new()));
    };
    let object = object(Some(node), "an object of booleans")?;
    let mut set = Vec::new();
    for flag in flags {
        let value = property(object, &flag.key);
        match value.map(NodeRef::node) {
            Some(Node::Boolean(true)) => set.push(flag.name.clone()),
            None | Some(Node::Boolean(false)) => {}
            _ => return wrong("a boolean", value).map_err(|error| error.under_key(&flag.key)),
        }
    }
    Ok(Val::Flags(set))
}

/// Returns the bytes of a typed array of a kind, little-endian.
pub(crate) fn bytes_of(node: NodeRef<'_>, kind: ViewKind) -> Option<&[u8]> {
    match node.node() {
        Node::View(view) if view.kind == kind => node.bytes(),
        Node::View(view) if kind == ViewKind::Uint8 && view.kind == ViewKind::Uint8Clamped => {
            node.bytes()
        }
        Node::Buffer(bytes) if kind == ViewKind::Uint8 => Some(bytes),
        _ => None,
    }
}
