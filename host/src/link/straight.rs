//! What most calls pass, straight between the bytes of data and the runtime's values.
//!
//! The long way by the nodes of [`Data`] knows everything, and what is wrong with an argument. Here is only
//! what can be read in one pass: whatever is rare, or wrong, is nothing, and takes the long way.

use wasmtime::component::Val;

use super::exports::{Function, Kind};
use super::handles::Handles;
use super::shape::{Field, Integer, Shape};
use crate::data::Data;
use crate::serde::Parts;
use crate::serde::form::{
    ARRAY, BELOW_ZERO, FALSE, FLOAT64, LONG, NULL, PAIRS, TEXT, TRUE, UNDEFINED, UNSIGNED,
    exact_integer, head,
};
use crate::serde::read::{Head, Reader};

/// How many elements the lists of one call may have on this way.
const MOST_ELEMENTS: u64 = 1 << 16;

/// The arguments of a call.
pub(crate) fn params(function: &Function, args: &Data, handles: &Handles) -> Option<Vec<Val>> {
    let form = args.form().ok()?;
    let mut lowering = Lowering {
        reader: Reader::new(&form.item, 0),
        room: MOST_ELEMENTS,
    };
    let mut count = lowering.array()?;
    let mut params = Vec::with_capacity(function.params.len() + 1);
    if let Kind::Method(id) = function.kind {
        count = count.checked_sub(1)?;
        match lowering.reader.head().ok()? {
            Head::Unsigned(number) => {
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

struct Lowering<'a> {
    reader: Reader<'a>,
    room: u64,
}

impl Lowering<'_> {
    fn array(&mut self) -> Option<u64> {
        match self.reader.head().ok()? {
            Head::Array(Some(count)) => Some(count),
            _ => None,
        }
    }

    fn text(&mut self) -> Option<&str> {
        match self.reader.head().ok()? {
            Head::Text(Some(len)) => self.reader.part(len).ok(),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<f64> {
        match self.reader.head().ok()? {
            Head::Unsigned(value) => Some(value as f64),
            Head::Negative(value) => Some(-1.0 - value as f64),
            Head::Float(value) => Some(value),
            _ => None,
        }
    }

    fn integer(&mut self, integer: Integer) -> Option<Val> {
        let number = self.number()?;
        let whole = number as i64;
        if whole as f64 != number {
            return None;
        }
        match integer {
            Integer::U8 => whole.try_into().ok().map(Val::U8),
            Integer::S8 => whole.try_into().ok().map(Val::S8),
            Integer::U16 => whole.try_into().ok().map(Val::U16),
            Integer::S16 => whole.try_into().ok().map(Val::S16),
            Integer::U32 => whole.try_into().ok().map(Val::U32),
            Integer::S32 => whole.try_into().ok().map(Val::S32),
            Integer::U64 | Integer::S64 => None,
        }
    }

    fn value(&mut self, shape: &Shape) -> Option<Val> {
        match shape {
            Shape::Bool => match self.reader.head().ok()? {
                Head::Boolean(value) => Some(Val::Bool(value)),
                _ => None,
            },
            Shape::Integer(integer) => self.integer(*integer),
            Shape::F32 => Some(Val::Float32(self.number()? as f32)),
            Shape::F64 => Some(Val::Float64(self.number()?)),
            Shape::Text => Some(Val::String(self.text()?.to_owned())),
            Shape::Enum(names) => {
                let text = self.text()?;
                let name = names.iter().find(|name| *name == text)?;
                Some(Val::Enum(name.clone()))
            }
            Shape::Option(inner) if !matches!(**inner, Shape::Option(_)) => {
                if [NULL, UNDEFINED].contains(&self.reader.peek()) {
                    self.reader.skip().ok()?;
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
        let Head::Map(Some(count)) = self.reader.head().ok()? else {
            return None;
        };
        let mut values: Vec<Option<Val>> = fields.iter().map(|_| None).collect();
        for place in 0..count as usize {
            let key = self.text()?;
            // They mostly come in the order of the type.
            let index = match fields.get(place) {
                Some(field) if field.key == key => place,
                _ => match fields.iter().position(|field| field.key == key) {
                    Some(index) => index,
                    None => {
                        self.reader.skip().ok()?;
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

/// The result of a call, if it is an object or an array: a primitive needs no bytes.
pub(crate) fn result(shape: &Shape, value: &Val) -> Option<Data> {
    let (shape, value) = match (shape, value) {
        (Shape::Result(outcome), Val::Result(Ok(Some(value)))) => {
            (outcome.ok.as_deref()?, &**value)
        }
        both => both,
    };
    if !matches!(
        value,
        Val::Record(_) | Val::Tuple(_) | Val::List(_) | Val::Variant(..)
    ) {
        return None;
    }
    let mut parts = Parts::default();
    write(shape, value, &mut parts.item)?;
    Some(Data::from_parts(parts))
}

fn text(text: &str, item: &mut Vec<u8>) -> Option<()> {
    if text.len() > LONG {
        return None;
    }
    head(item, TEXT, text.len() as u64);
    item.extend_from_slice(text.as_bytes());
    Some(())
}

fn number(value: f64, item: &mut Vec<u8>) {
    match exact_integer(value) {
        Some(whole) if whole >= 0 => head(item, UNSIGNED, whole as u64),
        Some(whole) => head(item, BELOW_ZERO, (-1 - whole) as u64),
        None => {
            item.push(FLOAT64);
            item.extend_from_slice(&value.to_be_bytes());
        }
    }
}

fn write(shape: &Shape, value: &Val, item: &mut Vec<u8>) -> Option<()> {
    match (shape, value) {
        (_, Val::Bool(value)) => item.push(if *value { TRUE } else { FALSE }),
        (_, Val::S8(value)) => number((*value).into(), item),
        (_, Val::U8(value)) => number((*value).into(), item),
        (_, Val::S16(value)) => number((*value).into(), item),
        (_, Val::U16(value)) => number((*value).into(), item),
        (_, Val::S32(value)) => number((*value).into(), item),
        (_, Val::U32(value)) => number((*value).into(), item),
        (_, Val::Float32(value)) => number((*value).into(), item),
        (_, Val::Float64(value)) => number(*value, item),
        (_, Val::String(value) | Val::Enum(value)) => text(value, item)?,
        (Shape::Record(fields), Val::Record(values)) => {
            head(item, PAIRS, fields.len() as u64);
            for (field, (_, value)) in fields.iter().zip(values) {
                text(&field.key, item)?;
                write(&field.shape, value, item)?;
            }
        }
        (Shape::Tuple(shapes), Val::Tuple(values)) => {
            head(item, ARRAY, shapes.len() as u64);
            for (shape, value) in shapes.iter().zip(values) {
                write(shape, value, item)?;
            }
        }
        (Shape::List(inner), Val::List(values)) if inner.view().is_none() => {
            head(item, ARRAY, values.len() as u64);
            for value in values {
                write(inner, value, item)?;
            }
        }
        (Shape::Variant(cases), Val::Variant(name, value)) => {
            let case = cases.iter().find(|case| case.name == *name)?;
            let payload = case.payload.as_ref().zip(value.as_deref());
            head(item, PAIRS, if payload.is_some() { 2 } else { 1 });
            text("tag", item)?;
            text(name, item)?;
            if let Some((shape, value)) = payload {
                text("val", item)?;
                write(shape, value, item)?;
            }
        }
        (Shape::Option(inner), Val::Option(value)) if !matches!(**inner, Shape::Option(_)) => {
            match value {
                Some(value) => write(inner, value, item)?,
                None => item.push(UNDEFINED),
            }
        }
        _ => return None,
    }
    Some(())
}
