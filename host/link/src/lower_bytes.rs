//! Converts the arguments of most calls directly from the bytes of data, in one pass.
//!
//! [`super::lower`] converts all arguments, from the nodes of [`Data`], and reports errors. This
//! module returns `None` for arguments that are rare or wrong, which are then converted by `lower`.

use wasmtime::component::Val;

use super::exports::{Function, FunctionKind};
use super::handles::Handles;
use super::shape::{Field, Shape};
use jsvm::Data;
use jsvm_data::{CborHead, CborReader, initial};

/// The maximum number of elements in the lists of one call that this module converts.
const MAX_ELEMENTS: u64 = 1 << 16;

/// Converts the arguments of a call.
pub(crate) fn params(function: &Function, args: &Data, handles: &Handles) -> Option<Vec<Val>> {
    let form = args.form().ok()?;
    let mut lowering = ByteLowering {
        reader: CborReader::new(&form.item),
        room: MAX_ELEMENTS,
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
    room: u64,
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
            Shape::Text => Some(Val::String(self.text()?.to_owned())),
            Shape::Enum(names) => {
                let text = self.text()?;
                let name = names.iter().find(|name| *name == text)?;
                Some(Val::Enum(name.clone()))
            }
            Shape::Option(inner) if !matches!(**inner, Shape::Option(_)) => {
                if matches!(self.reader.peek(), Some(initial::NULL | initial::UNDEFINED)) {
                    self.reader.skip_item().ok()?;
                    return Some(Val::Option(None));
                }
                Some(Val::Option(Some(Box::new(self.value(inner)?))))
            }
            Shape::Record(fields) => self.record(fields),
            Shape::Tuple(shapes) => {
                if self.array()? != shapes.len() as u64 {
                    return None;
                }
                let values = shapes.iter().map(|shape| self.value(shape));
                Some(Val::Tuple(values.collect::<Option<_>>()?))
            }
            Shape::List(inner) if inner.view().is_none() => {
                let count = self.array()?;
                self.room = self.room.checked_sub(count)?;
                let values = (0..count).map(|_| self.value(inner));
                Some(Val::List(values.collect::<Option<_>>()?))
            }
            _ => None,
        }
    }

    fn record(&mut self, fields: &[Field]) -> Option<Val> {
        let CborHead::Map(Some(count)) = self.reader.read_head().ok()? else {
            return None;
        };
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
