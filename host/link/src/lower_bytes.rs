//! Converts the arguments of most calls directly from the bytes of data, in one pass.
//!
//! [`super::lower`] converts all arguments, from the nodes of [`Data`], and reports errors. This
//! module returns `None` for arguments that are rare or wrong, which are then converted by `lower`.
//! Nodes take much more memory than values, so long lists are converted here.

use wasmtime::component::Val;

use super::exports::{Function, FunctionKind};
use super::handles::Handles;
use super::room::{FIELD, Room, VALUE};
use super::shape::{Field, Shape};
use jsvm::{Data, ViewKind};
use jsvm_data::{CborHead, CborReader, initial, tags};

/// Converts the arguments of a call.
pub(crate) fn params(
    function: &Function,
    args: &Data,
    handles: &Handles,
    room: &mut Room,
) -> Option<Vec<Val>> {
    let form = args.form().ok()?;
    let mut lowering = ByteLowering {
        reader: CborReader::new(&form.item),
        chunks: &form.chunks,
        room,
    };
    let mut count = lowering.array()?;
    let mut params = Vec::with_capacity(function.params.len() + 1);
    if let FunctionKind::Method(id) = function.kind {
        count = count.checked_sub(1)?;
        match lowering.reader.read_head().ok()? {
            CborHead::Unsigned(number) => {
                params.push(Val::Resource(handles.find(id, number).ok()?.1));
            }
            _ => return None,
        }
    }
    if count < function.params.len() as u64 {
        return None;
    }
    for (_, shape) in &function.params {
        params.push(lowering.value(shape)?);
    }
    Some(params)
}

struct ByteLowering<'a> {
    reader: CborReader<'a>,
    chunks: &'a [Vec<u8>],
    room: &'a mut Room,
}

impl ByteLowering<'_> {
    fn array(&mut self) -> Option<u64> {
        match self.reader.read_head().ok()? {
            CborHead::Array(Some(count)) => Some(count),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<&str> {
        match self.reader.read_head().ok()? {
            CborHead::Text(Some(len)) => self.reader.read_str(len).ok(),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<f64> {
        match self.reader.read_head().ok()? {
            CborHead::Unsigned(value) => Some(value as f64),
            CborHead::Negative(value) => Some(-1.0 - value as f64),
            CborHead::Float(value) => Some(value),
            _ => None,
        }
    }

    fn value(&mut self, shape: &Shape) -> Option<Val> {
        match shape {
            Shape::Bool => match self.reader.read_head().ok()? {
                CborHead::Boolean(value) => Some(Val::Bool(value)),
                _ => None,
            },
            Shape::Integer(integer) => integer.convert(self.number()?),
            Shape::F32 => Some(Val::Float32(self.number()? as f32)),
            Shape::F64 => Some(Val::Float64(self.number()?)),
            Shape::Text => {
                let CborHead::Text(Some(len)) = self.reader.read_head().ok()? else {
                    return None;
                };
                self.room.take(len, 1)?;
                Some(Val::String(self.reader.read_str(len).ok()?.to_owned()))
            }
            Shape::Enum(names) => {
                let text = self.text()?;
                let name = names.iter().find(|name| *name == text)?;
                self.room.take(name.len() as u64, 1)?;
                Some(Val::Enum(name.clone()))
            }
            Shape::Option(inner) if !matches!(**inner, Shape::Option(_)) => {
                if matches!(self.reader.peek(), Some(initial::NULL | initial::UNDEFINED)) {
                    self.reader.skip_item().ok()?;
                    return Some(Val::Option(None));
                }
                self.room.take(1, VALUE)?;
                Some(Val::Option(Some(Box::new(self.value(inner)?))))
            }
            Shape::Record(fields) => self.record(fields),
            Shape::Tuple(shapes) => {
                if self.array()? != shapes.len() as u64 {
                    return None;
                }
                self.room.take(shapes.len() as u64, VALUE)?;
                let values = shapes.iter().map(|shape| self.value(shape));
                Some(Val::Tuple(values.collect::<Option<_>>()?))
            }
            Shape::List(inner) => {
                let values = match (self.reader.read_head().ok()?, inner.view()) {
                    (CborHead::Array(Some(count)), _) => self.elements(inner, count)?,
                    (CborHead::Tag(tag), Some(kind)) => self.numbers(inner, kind, tag)?,
                    _ => return None,
                };
                Some(Val::List(values))
            }
            _ => None,
        }
    }

    /// Reads the elements of an array.
    fn elements(&mut self, inner: &Shape, count: u64) -> Option<Vec<Val>> {
        self.room.take(count, VALUE)?;
        // There is room for so many. Each has a byte at least, or else the data is malformed.
        let mut values = Vec::with_capacity(usize::try_from(count).ok()?);
        for _ in 0..count {
            values.push(self.value(inner)?);
        }
        Some(values)
    }

    /// Reads numbers that come as bytes: a typed array over the whole of its buffer, or an array of
    /// numbers.
    fn numbers(&mut self, inner: &Shape, kind: ViewKind, tag: u64) -> Option<Vec<Val>> {
        let is_numbers = tag == tags::NUMBERS;
        if !is_numbers && ViewKind::from_tag(tag) != Some(kind) {
            return None;
        }
        let bytes = match self.reader.read_head().ok()? {
            CborHead::Tag(tags::CHUNK) => self.chunks.get(self.reader.read_index().ok()?)?,
            CborHead::Bytes(Some(len)) => self.reader.read_slice(len).ok()?,
            _ => return None,
        };
        let size = match is_numbers {
            true => size_of::<f64>(),
            false => kind.element_size(),
        };
        self.room.take((bytes.len() / size) as u64, VALUE)?;
        if !is_numbers {
            return Some(values_of_bytes(kind, bytes));
        }
        let (numbers, _) = bytes.as_chunks();
        let numbers = numbers.iter().copied().map(f64::from_le_bytes);
        let mut values = Vec::with_capacity(numbers.len());
        for number in numbers {
            values.push(match inner {
                Shape::Integer(integer) => integer.convert(number)?,
                Shape::F32 => Val::Float32(number as f32),
                Shape::F64 => Val::Float64(number),
                _ => return None,
            });
        }
        Some(values)
    }

    fn record(&mut self, fields: &[Field]) -> Option<Val> {
        let CborHead::Map(Some(count)) = self.reader.read_head().ok()? else {
            return None;
        };
        self.room.take(fields.len() as u64, FIELD)?;
        let mut values: Vec<Option<Val>> = fields.iter().map(|_| None).collect();
        for place in 0..count as usize {
            let key = self.text()?;
            // Fields mostly come in the order of the type.
            let index = match fields.get(place) {
                Some(field) if field.key == key => place,
                _ => match fields.iter().position(|field| field.key == key) {
                    Some(index) => index,
                    None => {
                        self.reader.skip_item().ok()?;
                        continue;
                    }
                },
            };
            values[index] = Some(self.value(&fields[index].shape)?);
        }
        let fields = fields.iter().zip(values).map(|(field, value)| {
            let value = match (value, &field.shape) {
                (Some(value), _) => value,
                (None, Shape::Option(inner)) if !matches!(**inner, Shape::Option(_)) => {
                    Val::Option(None)
                }
                _ => return None,
            };
            Some((field.name.clone(), value))
        });
        Some(Val::Record(fields.collect::<Option<_>>()?))
    }
}

/// Returns the values of a typed array.
pub(crate) fn values_of_bytes(kind: ViewKind, bytes: &[u8]) -> Vec<Val> {
    macro_rules! values {
        ($($kind:ident $type:ty, $val:ident;)*) => {
            match kind {
                $(ViewKind::$kind => {
                    let (values, _) = bytes.as_chunks();
                    let values = values.iter().copied().map(<$type>::from_le_bytes);
                    values.map(Val::$val).collect()
                })*
                _ => Vec::new(),
            }
        };
    }
    values! {
        Uint8 u8, U8;
        Int8 i8, S8;
        Uint16 u16, U16;
        Int16 i16, S16;
        Uint32 u32, U32;
        Int32 i32, S32;
        BigUint64 u64, U64;
        BigInt64 i64, S64;
        Float32 f32, Float32;
        Float64 f64, Float64;
    }
}
