//! From data into the VM.

use crate::bindings::jsvm::engine::types::{Node, SymbolData, SymbolKind, ViewKind as WitViewKind};
use crate::convert;
use crate::js::{JsResult, Key, Property, Tag, Thrown, Value};
use crate::realm::intrinsics;
use crate::token;

/// Copies data in: first every node by itself, then what refers to others.
pub fn copy_in(nodes: Vec<Node>) -> JsResult<Value> {
    if let [node] = &nodes[..]
        && let Some(value) = primitive(node)?
    {
        return Ok(value);
    }
    let reader = Reader::new(&nodes)?;
    reader.fill(&nodes)?;
    reader
        .values
        .into_iter()
        .next()
        .ok_or_else(|| malformed(0, "there is no node"))
}

fn malformed(index: usize, what: &str) -> Thrown {
    Thrown::type_error(&format!("malformed data at node {index}: {what}"))
}

/// A node that is complete by itself.
fn primitive(node: &Node) -> JsResult<Option<Value>> {
    Ok(Some(match node {
        Node::Undefined => Value::UNDEFINED,
        Node::Null => Value::NULL,
        Node::Boolean(value) => Value::boolean(*value),
        Node::Number(value) => Value::number(*value),
        Node::Bigint(digits) => intrinsics().bigint(digits)?,
        Node::Text(text) => Value::text(text)?,
        Node::Utf16(units) => Value::utf16(units)?,
        _ => return Ok(None),
    }))
}

struct Reader {
    values: Vec<Value>,
}

impl Reader {
    /// Makes a value for every node; containers are still empty.
    fn new(nodes: &[Node]) -> JsResult<Reader> {
        let mut values = Vec::with_capacity(nodes.len());
        // Views and boxes need another value when they are made, so they come last.
        let mut late = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let value = match primitive(node)? {
                Some(value) => value,
                None => match node {
                    Node::View(_) | Node::Boxed(_) => {
                        late.push(index);
                        Value::UNDEFINED
                    }
                    node => shell(index, node)?,
                },
            };
            values.push(value);
        }
        let mut reader = Reader { values };
        for index in late {
            reader.values[index] = reader.late(index, &nodes[index])?;
        }
        Ok(reader)
    }

    fn value(&self, at: usize, index: u32) -> JsResult<&Value> {
        self.values
            .get(index as usize)
            .ok_or_else(|| malformed(at, &format!("there is no node {index}")))
    }

    fn late(&self, at: usize, node: &Node) -> JsResult<Value> {
        match node {
            Node::Boxed(inner) => {
                let inner = self.value(at, *inner)?;
                // A box within a box is not made yet: it reads as `undefined`.
                if matches!(inner.tag(), Tag::Undefined | Tag::Null | Tag::Object) {
                    return Err(malformed(at, "only a primitive can be boxed"));
                }
                intrinsics().boxed(inner)
            }
            Node::View(view) => {
                let buffer = self.value(at, view.buffer)?;
                if !buffer.is_array_buffer() {
                    return Err(malformed(at, "a view needs a buffer"));
                }
                let args = [
                    buffer.clone(),
                    Value::number(f64::from(view.byte_offset)),
                    Value::number(f64::from(view.length)),
                ];
                match view.kind {
                    WitViewKind::DataView => intrinsics().data_view(&args),
                    kind => Value::typed_array(convert::view_kind_in(kind), &args),
                }
            }
            _ => Ok(Value::UNDEFINED),
        }
    }

    /// Puts the children into every container.
    fn fill(&self, nodes: &[Node]) -> JsResult<()> {
        for (at, node) in nodes.iter().enumerate() {
            let container = &self.values[at];
            match node {
                Node::Array(elements) => {
                    for (index, element) in elements.iter().enumerate() {
                        let element = self.value(at, *element)?.clone();
                        container.define(index as u32, element, Property::PLAIN)?;
                    }
                }
                Node::SparseArray(array) => {
                    self.properties(at, &array.properties)?;
                    container.set("length", Value::number(f64::from(array.length)))?;
                }
                Node::Object(properties) => self.properties(at, properties)?,
                Node::KeyedObject(properties) => {
                    for (key, value) in properties {
                        let key = match nodes.get(*key as usize) {
                            Some(Node::Text(_) | Node::Utf16(_) | Node::Symbol(_)) => {
                                self.value(at, *key)?
                            }
                            _ => return Err(malformed(at, "a key is a string or a symbol")),
                        };
                        let value = self.value(at, *value)?.clone();
                        container.define(Key::Value(key), value, Property::PLAIN)?;
                    }
                }
                Node::Map(entries) => {
                    for (key, value) in entries {
                        let (key, value) = (self.value(at, *key)?, self.value(at, *value)?);
                        intrinsics().map_set(container, key.clone(), value.clone())?;
                    }
                }
                Node::Set(members) => {
                    for member in members {
                        intrinsics().set_add(container, self.value(at, *member)?.clone())?;
                    }
                }
                Node::Error(error) => {
                    if let Some(name) = &error.name {
                        container.define("name", Value::text(name)?, Property::HIDDEN)?;
                    }
                    for (key, value) in &error.properties {
                        let attributes = match key.as_str() {
                            "message" | "stack" | "cause" | "errors" => Property::HIDDEN,
                            _ => Property::PLAIN,
                        };
                        let value = self.value(at, *value)?.clone();
                        container.define(key.as_str(), value, attributes)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn properties(&self, at: usize, properties: &[(String, u32)]) -> JsResult<()> {
        for (key, value) in properties {
            let value = self.value(at, *value)?.clone();
            // Defined, not set: a key `__proto__` is a key like any other.
            self.values[at].define(key.as_str(), value, Property::PLAIN)?;
        }
        Ok(())
    }
}

/// An object with nothing in it yet.
fn shell(at: usize, node: &Node) -> JsResult<Value> {
    match node {
        Node::Symbol(data) => symbol(at, data),
        Node::Date(milliseconds) => Value::date(*milliseconds),
        Node::Regexp(data) => {
            let regexp = intrinsics().regexp(&data.source, &data.flags)?;
            regexp.set("lastIndex", Value::number(f64::from(data.last_index)))?;
            Ok(regexp)
        }
        Node::Array(_) | Node::SparseArray(_) => Value::array(),
        Node::Object(_) | Node::KeyedObject(_) => Value::object(),
        Node::Map(_) => intrinsics().new_map(),
        Node::Set(_) => intrinsics().new_set(),
        Node::Buffer(bytes) => Value::array_buffer(bytes),
        Node::Error(data) => intrinsics().error(data.class),
        Node::Opaque(token) => {
            token::get(*token).ok_or_else(|| malformed(at, &format!("there is no token {token}")))
        }
        _ => Ok(Value::UNDEFINED),
    }
}

fn symbol(at: usize, data: &SymbolData) -> JsResult<Value> {
    let description = data.description.as_deref();
    match data.kind {
        SymbolKind::Local => intrinsics().symbol(description),
        SymbolKind::Registered => intrinsics().registered_symbol(description.unwrap_or_default()),
        SymbolKind::WellKnown => {
            let name = description
                .and_then(|text| text.strip_prefix("Symbol."))
                .unwrap_or("");
            intrinsics()
                .well_known(name)
                .ok_or_else(|| malformed(at, "there is no such well-known symbol"))
        }
    }
}
