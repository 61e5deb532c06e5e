//! From data into the VM.

mod bytes;
mod class;
mod item;
mod keys;
mod leaf;

use std::borrow::Cow;

use jsvm_data::{CborError, CborHead, CborReader};

use crate::bindings::jsvm::engine::types::Data;
use crate::js::{Atom, JsResult, Key, Property, Tag, Thrown, Value};
use crate::realm::intrinsics;
use keys::Keys;

/// Copies data in. The tokens in it stay the embedder's.
///
/// What was made before something turned out to be wrong is dropped.
pub fn copy_in(data: Data) -> JsResult<Value> {
    let Data {
        item,
        chunks,
        tokens,
    } = data;
    let mut reader = Reader {
        item: CborReader::new(&item),
        chunks: chunks.into_iter().map(Chunk::Unused).collect(),
        tokens,
        marks: Vec::new(),
        keys: Keys::default(),
        frames: Vec::new(),
        values: Vec::new(),
        properties: Vec::new(),
        like: Value::UNDEFINED,
        simple: false,
    };
    let value = reader.run()?;
    if reader.item.remaining() > 0 {
        let end = reader.item.position();
        return Err(reader.malformed_at(end, "something comes after the value"));
    }
    Ok(value)
}

struct Reader<'a> {
    item: CborReader<'a>,
    chunks: Vec<Chunk>,
    tokens: Vec<u64>,
    /// What tag 28 marked. A container is there from its beginning on, other values once they
    /// are complete.
    marks: Vec<Option<Value>>,
    keys: Keys<'a>,
    /// Containers that are not complete, innermost last.
    frames: Vec<Frame>,
    /// The elements of arrays that are made when all are there.
    values: Vec<Value>,
    /// The keys of objects that are made when all are there.
    properties: Vec<Atom>,
    /// The last object that was made: the next is likely to have the same keys.
    like: Value,
    /// Whether what is read must be a primitive, so that none of the classes may be in it which
    /// are made of other values: reading those again and again would recurse.
    simple: bool,
}

enum Chunk {
    Unused(Vec<u8>),
    /// It became the memory of this array buffer.
    Buffer(Value),
}

/// How many elements are still to come; unknown if the end is marked.
type Left = Option<u64>;

/// A container that is not complete.
enum Frame {
    /// An array that nothing refers to.
    List {
        start: usize,
        left: Left,
    },
    /// An array that something may refer to.
    Array {
        array: Value,
        next: u32,
        left: Left,
    },
    /// An object that nothing refers to: its keys and values.
    Record {
        keys: usize,
        values: usize,
        left: Left,
    },
    /// An object that something may refer to, and what has properties besides.
    Object {
        object: Value,
        key: Option<Atom>,
        left: Left,
        form: Form,
    },
    Map {
        map: Value,
        key: Option<Value>,
        left: Left,
    },
    Set {
        set: Value,
        left: Left,
    },
}

/// What has properties.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Plain,
    /// `27(["Array", length, {...}])`
    Sparse {
        length: f64,
    },
    /// `27([class, {...}])`, or with a name after that.
    Error {
        named: bool,
    },
}

impl<'a> Reader<'a> {
    /// Reads a value, without recursion.
    fn run(&mut self) -> JsResult<Value> {
        loop {
            let Some(value) = self.begin()? else {
                continue;
            };
            match self.frames.last() {
                None => return Ok(value),
                Some(Frame::List { .. } | Frame::Record { .. }) => self.values.push(value),
                Some(_) => self.put(value)?,
            }
        }
    }

    /// Reads the beginning of the next element of the innermost container, or its end. Returns a
    /// value if one is complete.
    fn begin(&mut self) -> JsResult<Option<Value>> {
        let left = match self.frames.last_mut() {
            None => return self.open(),
            Some(
                Frame::List { left, .. }
                | Frame::Array { left, .. }
                | Frame::Record { left, .. }
                | Frame::Object { left, .. }
                | Frame::Set { left, .. },
            ) => left,
            Some(Frame::Map { key, left, .. }) => {
                if key.is_some() {
                    return self.open();
                }
                left
            }
        };
        if !self.item.begin_element(left) {
            return match self.frames.pop() {
                Some(frame) => self.complete(frame).map(Some),
                None => Ok(None),
            };
        }
        if let Some(Frame::Record { .. } | Frame::Object { .. }) = self.frames.last() {
            let atom = self.key()?;
            match self.frames.last_mut() {
                Some(Frame::Object { key, .. }) => *key = Some(atom),
                _ => self.properties.push(atom),
            }
        }
        self.open()
    }

    /// Puts a value into its container.
    fn put(&mut self, value: Value) -> JsResult<()> {
        match self.frames.last_mut() {
            None | Some(Frame::List { .. } | Frame::Record { .. }) => self.values.push(value),
            Some(Frame::Array { array, next, .. }) => {
                array.define(*next, value, Property::PLAIN)?;
                *next += 1;
            }
            Some(Frame::Object {
                object, key, form, ..
            }) => {
                // `begin` reads a key before every value.
                let Some(key) = key.take() else {
                    return Ok(());
                };
                let hidden = matches!(form, Form::Error { .. }) && self.keys.is_hidden(&key)?;
                let attributes = if hidden {
                    Property::HIDDEN
                } else {
                    Property::PLAIN
                };
                // Defined, not set: a key `__proto__` is a key like any other.
                object.define(&key, value, attributes)?;
            }
            Some(Frame::Map { map, key, .. }) => match key.take() {
                None => *key = Some(value),
                Some(key) => intrinsics().map_set(map, key, value)?,
            },
            Some(Frame::Set { set, .. }) => intrinsics().set_add(set, value)?,
        }
        Ok(())
    }

    /// Makes what a container stands for, when all of it was read.
    fn complete(&mut self, frame: Frame) -> JsResult<Value> {
        match frame {
            Frame::List { start, .. } => Value::array_from(self.values.drain(start..)),
            Frame::Record { keys, values, .. } => {
                let values = self.values.drain(values..);
                let object = Value::object_of(&self.properties[keys..], values, &self.like)?;
                self.properties.truncate(keys);
                self.like = object.clone();
                Ok(object)
            }
            Frame::Array { array, .. } => Ok(array),
            Frame::Object { object, form, .. } => {
                match form {
                    Form::Error { named: true } => {
                        let name = self.string()?;
                        object.define("name", name, Property::HIDDEN)?;
                    }
                    // A length that is none is a `RangeError`. What is beyond it goes.
                    Form::Sparse { length } => object.set("length", Value::number(length))?,
                    Form::Error { named: false } | Form::Plain => {}
                }
                Ok(object)
            }
            Frame::Map { map, .. } => Ok(map),
            Frame::Set { set, .. } => Ok(set),
        }
    }

    #[inline]
    fn read_head(&mut self) -> JsResult<CborHead> {
        match self.item.read_head() {
            Ok(head) => Ok(head),
            Err(error) => Err(self.wrong(error)),
        }
    }

    fn read_array(&mut self) -> JsResult<Left> {
        self.item.read_array().map_err(|error| self.wrong(error))
    }

    fn read_map(&mut self) -> JsResult<Left> {
        self.item.read_map().map_err(|error| self.wrong(error))
    }

    fn read_index(&mut self) -> JsResult<usize> {
        self.item.read_index().map_err(|error| self.wrong(error))
    }

    fn read_str(&mut self, len: u64) -> JsResult<&'a str> {
        self.item.read_str(len).map_err(|error| self.wrong(error))
    }

    fn read_bytes(&mut self, len: Left) -> JsResult<Cow<'a, [u8]>> {
        self.item.read_bytes(len).map_err(|error| self.wrong(error))
    }

    #[cold]
    fn malformed_at(&self, position: usize, what: &str) -> Thrown {
        Thrown::type_error(&format!("malformed data at byte {position}: {what}"))
    }

    #[cold]
    fn wrong(&self, error: CborError) -> Thrown {
        self.malformed_at(error.offset(), &error.kind().to_string())
    }

    /// Marks a value, if tag 28 stood before it.
    fn set_mark(&mut self, mark: Option<usize>, value: &Value) {
        if let Some(place) = mark.and_then(|mark| self.marks.get_mut(mark)) {
            *place = Some(value.clone());
        }
    }

    /// Reads the beginning of a value: all of it, unless it is a container.
    #[inline]
    fn open(&mut self) -> JsResult<Option<Value>> {
        match self.leaf()? {
            Some(value) => Ok(Some(value)),
            None => self.read_item(),
        }
    }

    /// A key of an object.
    fn key(&mut self) -> JsResult<Atom> {
        if let Some(key) = self.known_key() {
            return Ok(key);
        }
        let start = self.item.position();
        match self.read_head()? {
            CborHead::Text(Some(len)) => {
                let text = self.read_str(len)?;
                return self.keys.intern(text);
            }
            CborHead::Unsigned(index) => {
                if let Ok(index) = u32::try_from(index) {
                    return Key::Index(index).to_atom();
                }
            }
            _ => {}
        }
        self.item.set_position(start);
        let key = self.primitive()?;
        match key.tag() {
            Tag::String | Tag::Symbol | Tag::Number => Key::Value(&key).to_atom(),
            _ => Err(self.malformed_at(start, "a key of an object is a string or a symbol")),
        }
    }
}
