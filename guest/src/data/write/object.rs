//! Objects as data.

use super::super::copied::Chunk;
use super::super::tags;
use super::{CopyResult, Read, Values, Writer};
use crate::convert::error_class_name;
use crate::js::{Atom, Key, OwnKeys, Tag, Value};
use crate::realm::{Class, intrinsics, readers};

/// Longer buffers are chunks.
const INLINE: usize = 4096;

/// An array of as many numbers is written as their bytes: what an item costs is then more than
/// the bytes that it saves.
const MANY: usize = 32;

/// A container of which something is still to be written.
pub enum Frame {
    /// The elements of an array from `next` on.
    Elements { array: Value, next: u32, len: u32 },
    /// The properties of an object.
    Properties {
        object: Value,
        keys: std::vec::IntoIter<Atom>,
    },
    /// Keys and values that were read.
    Read(std::vec::IntoIter<(Atom, Value)>),
    /// The entries of a map. A value is written after its key.
    Pairs {
        entries: std::vec::IntoIter<[Value; 2]>,
        value: Option<Value>,
    },
    /// Values one after the other.
    Values(Values),
}

/// What is written next.
enum Next {
    Value(Value),
    Property(Atom, Value),
}

impl Frame {
    fn next(&mut self) -> Read<Option<Next>> {
        Ok(match self {
            Frame::Elements { array, next, len } => {
                if next == len {
                    return Ok(None);
                }
                *next += 1;
                Some(Next::Value(match array.dense_element(*next - 1) {
                    Some(element) => element,
                    None => array.get(*next - 1)?,
                }))
            }
            Frame::Properties { object, keys } => match keys.next() {
                Some(key) => {
                    let value = object.get(&key)?;
                    Some(Next::Property(key, value))
                }
                None => None,
            },
            Frame::Read(properties) => {
                let next = properties.next();
                next.map(|(key, value)| Next::Property(key, value))
            }
            Frame::Pairs { entries, value } => match value.take() {
                Some(value) => Some(Next::Value(value)),
                None => entries.next().map(|[key, of_key]| {
                    *value = Some(of_key);
                    Next::Value(key)
                }),
            },
            Frame::Values(values) => values.next().map(Next::Value),
        })
    }
}

impl Writer {
    /// Writes all that is still to be written.
    pub(super) fn run(&mut self) -> CopyResult<()> {
        while let Some(frame) = self.frames.last_mut() {
            if let Frame::Elements { array, next, len } = frame {
                let array = array.clone();
                let (start, end) = (*next, *len);
                let written = array.with_elements(|elements| {
                    let elements = elements.get(start as usize..end as usize)?;
                    Some(self.leaves(elements))
                });
                if let Some(Some(written)) = written {
                    let written = written? as u32;
                    if let Some(Frame::Elements { next, .. }) = self.frames.last_mut() {
                        *next += written;
                    }
                }
            }
            let Some(frame) = self.frames.last_mut() else {
                break;
            };
            match frame.next()? {
                Some(Next::Value(value)) => self.value(&value)?,
                Some(Next::Property(key, value)) => {
                    self.key(&key)?;
                    self.value(&value)?;
                }
                None => drop(self.frames.pop()),
            }
        }
        Ok(())
    }

    pub(super) fn object(&mut self, object: &Value) -> CopyResult<()> {
        let class = intrinsics().class_of(object);
        if class == Class::Opaque {
            self.opaque(object);
            return Ok(());
        }
        if self.is_known(object) {
            return Ok(());
        }
        match class {
            Class::Array => self.array(object),
            Class::Plain | Class::Opaque => self.plain(object),
            Class::Error => self.error(object),
            Class::Map => {
                let entries = intrinsics().map_entries(object)?;
                self.tag(tags::MAP);
                self.cbor(|item| item.map(entries.len() as u64).map(drop));
                self.frames.push(Frame::Pairs {
                    entries: entries.into_iter(),
                    value: None,
                });
                Ok(())
            }
            Class::Set => {
                let members = intrinsics().set_members(object)?;
                self.tag(tags::SET);
                self.cbor(|item| item.array(members.len() as u64).map(drop));
                self.frames.push(Frame::Values(members.into_iter()));
                Ok(())
            }
            Class::Date => {
                let milliseconds = intrinsics().date_value(object)?;
                self.date(milliseconds);
                Ok(())
            }
            Class::RegExp => self.regexp(object),
            Class::Boxed => {
                let inner = intrinsics().unboxed(object)?;
                self.class("Object", 2);
                self.value(&inner)
            }
            Class::ArrayBuffer => self.buffer(object),
            Class::View => self.view(object),
        }
    }

    fn array(&mut self, array: &Value) -> CopyResult<()> {
        if self.numbers(array)? {
            return Ok(());
        }
        let len = array.get("length")?.as_number().unwrap_or(0.0) as u32;
        if array.is_dense_array(len)? {
            self.cbor(|item| item.array(u64::from(len)).map(drop));
            let array = array.clone();
            self.frames.push(Frame::Elements {
                array,
                next: 0,
                len,
            });
            return Ok(());
        }
        let keys = array.own_keys(OwnKeys::ENUMERABLE)?;
        self.class("Array", 3);
        self.number(f64::from(len));
        self.properties(array, keys);
        Ok(())
    }

    /// Writes an array of many numbers and of nothing else. Returns whether it is one.
    fn numbers(&mut self, array: &Value) -> CopyResult<bool> {
        let numbers = array.with_elements(|elements| -> CopyResult<_> {
            let is_number = |element: &Value| element.tag() == Tag::Number;
            if elements.len() < MANY || !elements.iter().all(is_number) {
                return Ok(None);
            }
            // Compared with the limit before anything of the size is allocated.
            self.charge(8 * elements.len())?;
            let numbers = elements.iter().filter_map(Value::as_number);
            let mut bytes = Vec::with_capacity(8 * elements.len());
            numbers.for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
            Ok(Some(bytes))
        });
        let Some(bytes) = numbers.unwrap_or(Ok(None))? else {
            return Ok(false);
        };
        self.tag(tags::NUMBERS);
        if bytes.len() > INLINE {
            self.chunk(Chunk::Owned(bytes));
        } else {
            self.cbor(|item| item.bytes(&bytes).map(drop));
        }
        Ok(true)
    }

    /// Writes values up to the first that is an object or a symbol, and returns how many.
    fn leaves(&mut self, values: &[Value]) -> CopyResult<usize> {
        for (index, value) in values.iter().enumerate() {
            if !is_leaf(value) {
                return Ok(index);
            }
            self.value(value)?;
        }
        Ok(values.len())
    }

    /// Writes an ordinary object. Returns whether it is one.
    fn entries(&mut self, object: &Value) -> CopyResult<bool> {
        let written = object.with_entries(|keys, values| {
            self.cbor(|item| item.map(keys.len() as u64).map(drop));
            if values.iter().all(is_leaf) {
                return keys.iter().zip(values).try_for_each(|(key, value)| {
                    self.key(key)?;
                    self.value(value)
                });
            }
            // What is inside of it can run JavaScript, which can change it.
            let entries = keys.iter().cloned().zip(values.iter().cloned());
            let entries: Vec<_> = entries.collect();
            self.frames.push(Frame::Read(entries.into_iter()));
            Ok(())
        });
        written.transpose().map(|written| written.is_some())
    }

    fn plain(&mut self, object: &Value) -> CopyResult<()> {
        if self.entries(object)? {
            return Ok(());
        }
        let keys = object.own_keys(OwnKeys {
            symbols: true,
            ..OwnKeys::ENUMERABLE
        })?;
        self.properties(object, keys);
        Ok(())
    }

    fn properties(&mut self, object: &Value, keys: Vec<Atom>) {
        self.cbor(|item| item.map(keys.len() as u64).map(drop));
        if !keys.is_empty() {
            self.frames.push(Frame::Properties {
                object: object.clone(),
                keys: keys.into_iter(),
            });
        }
    }

    fn error(&mut self, error: &Value) -> CopyResult<()> {
        let class = error_class_name(intrinsics().error_class(error)?);
        let name = error.get("name")?;
        let is_own = name.tag() == Tag::String && name.to_lossy()? != class;
        let mut properties = Vec::new();
        for key in ["message", "stack", "cause", "errors"] {
            // A class may give all its errors one message; by default they inherit an empty one.
            let value = error.get(key)?;
            let inherits = match value.tag() {
                Tag::String => !value.to_lossy()?.is_empty(),
                _ => !value.is_undefined(),
            };
            if inherits || error.own_property(key)?.is_some() {
                properties.push((Key::Name(key).to_atom()?, value));
            }
        }
        for key in error.own_keys(OwnKeys::ENUMERABLE)? {
            if properties.iter().all(|(known, _)| *known != key) {
                let value = error.get(&key)?;
                properties.push((key, value));
            }
        }
        self.class(class, if is_own { 3 } else { 2 });
        self.cbor(|item| item.map(properties.len() as u64).map(drop));
        if is_own {
            self.frames.push(Frame::Values(vec![name].into_iter()));
        }
        self.frames.push(Frame::Read(properties.into_iter()));
        Ok(())
    }

    fn date(&mut self, milliseconds: f64) {
        let seconds = milliseconds / 1000.0;
        if milliseconds.is_nan() || (seconds * 1000.0).round() == milliseconds {
            self.tag(tags::DATE);
            self.number(seconds);
        } else {
            self.class("Date", 2);
            self.number(milliseconds);
        }
    }

    fn regexp(&mut self, regexp: &Value) -> CopyResult<()> {
        let text = readers().regexp_text(regexp)?;
        let text = text.strip_prefix('/').unwrap_or(&text);
        let (source, flags) = text.rsplit_once('/').unwrap_or((text, ""));
        // Own and not configurable, so this runs nothing; it can hold anything.
        let last_index = regexp.get("lastIndex")?.as_number();
        self.class("RegExp", 4);
        self.cbor(|item| item.str(source)?.str(flags).map(drop));
        self.number(f64::from(last_index.unwrap_or(0.0) as u32));
        Ok(())
    }

    /// The bytes of an array buffer that was not written before.
    fn buffer(&mut self, buffer: &Value) -> CopyResult<()> {
        let len = buffer.with_buffer_bytes(<[u8]>::len)?;
        if len > INLINE {
            self.charge(len)?;
            self.chunk(Chunk::Lent(buffer.lend_buffer(0, len)?));
            return Ok(());
        }
        self.cbor(|item| item.bytes_len(len as u64).map(drop));
        let item = self.item.writer_mut();
        buffer.with_buffer_bytes(|bytes| item.extend_from_slice(bytes))?;
        Ok(())
    }

    fn view(&mut self, object: &Value) -> CopyResult<()> {
        let (kind, view) = intrinsics().view(object)?;
        let buffer = view.buffer;
        let class = tags::view_class(kind);
        let length = (view.len / kind.element_size()) as u32;
        let is_whole = view.offset == 0 && view.len == buffer.with_buffer_bytes(<[u8]>::len)?;
        let is_known = |address| self.seen.contains_key(&address);
        if let Some(tag) = tags::view_tag(kind)
            && is_whole
            && !buffer.address().is_some_and(is_known)
        {
            let at = self.position();
            self.tag(tag);
            let mark = self.mark(&buffer);
            self.buffer(&buffer)?;
            let end = self.position();
            self.sharing.short(mark, at, end, class, length);
            return Ok(());
        }
        self.class(class, 4);
        if !self.is_known(&buffer) {
            self.buffer(&buffer)?;
        }
        self.number(view.offset as f64);
        self.number(f64::from(length));
        Ok(())
    }
}

/// Whether a value is written with nothing to follow, and with no JavaScript run.
fn is_leaf(value: &Value) -> bool {
    !matches!(value.tag(), Tag::Object | Tag::Symbol)
}
