//! Objects as data.

use jsvm_data::{CborMajor, MAX_INLINE_LEN, MIN_PACKED_NUMBERS, tags};

use super::super::copied::Chunk;
use super::{CopyResult, Read, Values, Writer};
use crate::js::{Atom, Key, LentBuffer, OwnKeys, Tag, Value};
use crate::realm::{Class, intrinsics, readers};

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
    #[expect(unsafe_code, reason = "elements are borrowed from the engine")]
    pub(super) fn run(&mut self) -> CopyResult<()> {
        while let Some(frame) = self.frames.last_mut() {
            if let Frame::Elements { array, next, len } = frame {
                let array = array.clone();
                let (start, end) = (*next, *len);
                // SAFETY: writing leaves runs no JavaScript.
                let written = unsafe {
                    array.with_elements(|elements| {
                        let elements = elements.get(start as usize..end as usize)?;
                        Some(self.leaves(elements))
                    })
                };
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
                self.item.write_tag(tags::MAP);
                self.item.write_map(entries.len());
                self.frames.push(Frame::Pairs {
                    entries: entries.into_iter(),
                    value: None,
                });
                Ok(())
            }
            Class::Set => {
                let members = intrinsics().set_members(object)?;
                self.item.write_tag(tags::SET);
                self.item.write_array(members.len());
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
                self.item.write_class("Object", 2);
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
            self.item.write_array(len as usize);
            let array = array.clone();
            self.frames.push(Frame::Elements {
                array,
                next: 0,
                len,
            });
            return Ok(());
        }
        let keys = array.own_keys(OwnKeys::ENUMERABLE)?;
        self.item.write_class("Array", 3);
        self.item.write_number(f64::from(len));
        self.properties(array, keys);
        Ok(())
    }

    /// Writes an array of many numbers and of nothing else. Returns whether it is one.
    #[expect(unsafe_code, reason = "elements are borrowed from the engine")]
    fn numbers(&mut self, array: &Value) -> CopyResult<bool> {
        let mut pack = |elements: &[Value]| -> CopyResult<_> {
            let is_number = |element: &Value| element.tag() == Tag::Number;
            if elements.len() < MIN_PACKED_NUMBERS || !elements.iter().all(is_number) {
                return Ok(None);
            }
            // Compared with the limit before anything of the size is allocated.
            self.charge(8 * elements.len())?;
            let mut bytes = vec![0; 8 * elements.len()];
            let (places, _) = bytes.as_chunks_mut();
            for (place, element) in places.iter_mut().zip(elements) {
                *place = element.as_number().unwrap_or(f64::NAN).to_le_bytes();
            }
            Ok(Some(bytes))
        };
        // SAFETY: reading numbers runs no JavaScript.
        let numbers = unsafe { array.with_elements(&mut pack) };
        let Some(bytes) = numbers.unwrap_or(Ok(None))? else {
            return Ok(false);
        };
        self.item.write_tag(tags::NUMBERS);
        if bytes.len() > MAX_INLINE_LEN {
            self.chunk(Chunk::Owned(bytes));
        } else {
            self.item.write_bytes(&bytes);
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
    #[expect(unsafe_code, reason = "keys and values are borrowed from the engine")]
    fn entries(&mut self, object: &Value) -> CopyResult<bool> {
        let write = |keys: &[Atom], values: &[Value]| {
            self.item.write_map(keys.len());
            if values.iter().all(is_leaf) {
                return keys.iter().zip(values).try_for_each(|(key, value)| {
                    self.key(key)?;
                    self.value(value)
                });
            }
            // Writing these values can run JavaScript, which can change the object.
            let entries = keys.iter().cloned().zip(values.iter().cloned());
            let entries: Vec<_> = entries.collect();
            self.frames.push(Frame::Read(entries.into_iter()));
            Ok(())
        };
        // SAFETY: writing leaves runs no JavaScript, and other values are only cloned.
        let written = unsafe { object.with_entries(write) };
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
        self.item.write_map(keys.len());
        if !keys.is_empty() {
            self.frames.push(Frame::Properties {
                object: object.clone(),
                keys: keys.into_iter(),
            });
        }
    }

    fn error(&mut self, error: &Value) -> CopyResult<()> {
        let class = intrinsics().error_class(error)?.name();
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
        self.item.write_class(class, if is_own { 3 } else { 2 });
        self.item.write_map(properties.len());
        if is_own {
            self.frames.push(Frame::Values(vec![name].into_iter()));
        }
        self.frames.push(Frame::Read(properties.into_iter()));
        Ok(())
    }

    fn date(&mut self, milliseconds: f64) {
        let seconds = milliseconds / 1000.0;
        if milliseconds.is_nan() || (seconds * 1000.0).round() == milliseconds {
            self.item.write_tag(tags::DATE);
            self.item.write_number(seconds);
        } else {
            self.item.write_class("Date", 2);
            self.item.write_number(milliseconds);
        }
    }

    fn regexp(&mut self, regexp: &Value) -> CopyResult<()> {
        let text = readers().regexp_text(regexp)?;
        let text = text.strip_prefix('/').unwrap_or(&text);
        let (source, flags) = text.rsplit_once('/').unwrap_or((text, ""));
        // Own and not configurable, so this runs nothing; it can hold anything.
        let last_index = regexp.get("lastIndex")?.as_number();
        self.item.write_class("RegExp", 4);
        self.item.write_text(source);
        self.item.write_text(flags);
        self.item
            .write_number(f64::from(last_index.unwrap_or(0.0) as u32));
        Ok(())
    }

    /// The bytes of an array buffer that was not written before.
    fn buffer(&mut self, buffer: &Value) -> CopyResult<()> {
        let len = buffer.buffer_len()?;
        if len > MAX_INLINE_LEN {
            self.charge(len)?;
            self.chunk(Chunk::Buffer(LentBuffer::new(buffer.clone(), 0..len)));
            return Ok(());
        }
        self.item.write_head(CborMajor::Bytes, len as u64);
        buffer.append_buffer_to(self.item.bytes_mut())?;
        Ok(())
    }

    fn view(&mut self, object: &Value) -> CopyResult<()> {
        let (kind, view) = intrinsics().view(object)?;
        let buffer = view.buffer;
        let class = kind.class_name();
        let length = (view.len / kind.element_size()) as u32;
        let is_whole = view.offset == 0 && view.len == buffer.buffer_len()?;
        let is_known = |address| self.seen.contains_key(&address);
        if let Some(tag) = kind.tag()
            && is_whole
            && !buffer.address().is_some_and(is_known)
        {
            let at = self.item.position();
            self.item.write_tag(tag);
            let mark = self.mark(&buffer);
            self.buffer(&buffer)?;
            let end = self.item.position();
            self.sharing.short(mark, at, end, class, length);
            return Ok(());
        }
        self.item.write_class(class, 4);
        if !self.is_known(&buffer) {
            self.buffer(&buffer)?;
        }
        self.item.write_number(view.offset as f64);
        self.item.write_number(f64::from(length));
        Ok(())
    }
}

/// Whether a value is written with nothing to follow, and with no JavaScript run.
fn is_leaf(value: &Value) -> bool {
    !matches!(value.tag(), Tag::Object | Tag::Symbol)
}
