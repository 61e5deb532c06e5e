//! Values as an engine holds them: the keys of objects are numbers, equal for equal keys.

use rustc_hash::FxHashMap;

use crate::form::{Event, Key, Read, Write};

/// The number of a key.
type Atom = u32;

#[derive(Debug, PartialEq)]
pub enum Value {
    Boolean(bool),
    Number(f64),
    Text(Box<str>),
    Buffer(Vec<u8>),
    Array(Vec<Value>),
    Object(Vec<(Atom, Value)>),
}

impl Value {
    fn number(&self) -> Option<f64> {
        match self {
            Value::Number(value) => Some(*value),
            _ => None,
        }
    }
}

#[derive(Default)]
pub struct Engine {
    /// The text of each atom.
    texts: Vec<Box<str>>,
    atoms: FxHashMap<Box<str>, Atom>,
    /// What can be taken, by its number.
    pub held: Vec<Value>,
    /// What was given last.
    pub given: Option<Value>,
}

impl Engine {
    pub fn new() -> Engine {
        let mut engine = Engine::default();
        let keys = ["id", "name", "ok", "price"].map(|key| engine.atom(key));
        let object = |index: u32| {
            let number = f64::from(index);
            let values = [
                Value::Number(number),
                Value::Text(format!("item {index}").into()),
                Value::Boolean(index.is_multiple_of(3)),
                Value::Number(number * 1.1),
            ];
            Value::Object(keys.into_iter().zip(values).collect())
        };
        let number = |index: u32| Value::Number(f64::from(index) * 0.5);
        let byte = |index: u32| (index % 251) as u8;
        engine.held = vec![
            Value::Array((0..2_000).map(object).collect()),
            Value::Array((0..100_000).map(number).collect()),
            Value::Buffer((0..10_000_000).map(byte).collect()),
            Value::Number(42.5),
        ];
        engine
    }

    fn atom(&mut self, text: &str) -> Atom {
        if let Some(atom) = self.atoms.get(text) {
            return *atom;
        }
        let atom = self.texts.len() as Atom;
        self.texts.push(text.into());
        self.atoms.insert(text.into(), atom);
        atom
    }

    pub fn write(&self, value: &Value, to: &mut impl Write) {
        match value {
            Value::Boolean(value) => to.boolean(*value),
            Value::Number(value) => to.number(*value),
            Value::Text(value) => to.text(value),
            Value::Buffer(value) => to.buffer(value.clone()),
            Value::Array(elements) if elements.iter().all(|value| value.number().is_some()) => {
                to.numbers(
                    elements
                        .iter()
                        .map(|value| value.number().unwrap_or_default()),
                );
            }
            Value::Array(elements) => {
                to.array(elements.len());
                for element in elements {
                    self.write(element, to);
                }
            }
            Value::Object(properties) => {
                let key = |(id, _): &(Atom, Value)| Key {
                    text: &self.texts[*id as usize],
                    id: *id,
                };
                to.object(properties.iter().map(key));
                for property in properties {
                    to.key(key(property));
                    self.write(&property.1, to);
                }
            }
        }
    }

    pub fn read(&mut self, from: &mut impl Read) -> Option<Value> {
        self.read_value(from, &mut Vec::new())
    }

    /// `known` are the atoms of the keys that the data numbers.
    fn read_value(&mut self, from: &mut impl Read, known: &mut Vec<Atom>) -> Option<Value> {
        let value = match from.value()? {
            Event::Boolean(value) => Value::Boolean(value),
            Event::Number(value) => Value::Number(value),
            Event::Text(value) => Value::Text(value.into()),
            Event::Buffer(value) => Value::Buffer(value),
            Event::Array(len) => {
                let mut elements = Vec::with_capacity(len.min(1 << 20));
                for _ in 0..len {
                    elements.push(self.read_value(from, known)?);
                }
                Value::Array(elements)
            }
            Event::Object(len) => {
                let mut properties = Vec::with_capacity(len.min(1 << 20));
                for _ in 0..len {
                    let atom = self.known_atom(from.key()?, known);
                    properties.push((atom, self.read_value(from, known)?));
                }
                Value::Object(properties)
            }
        };
        Some(value)
    }

    fn known_atom(&mut self, key: Key<'_>, known: &mut Vec<Atom>) -> Atom {
        if key.id == Key::ANY {
            return self.atom(key.text);
        }
        let id = key.id as usize;
        if known.len() <= id {
            known.resize(id + 1, Atom::MAX);
        }
        if known[id] == Atom::MAX {
            known[id] = self.atom(key.text);
        }
        known[id]
    }
}
