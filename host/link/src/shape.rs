//! Types of the component model, as the conversion of values uses them.

use wasmtime::component::Val;
use wasmtime::component::types::{ResourceType, Type};

use super::names::camel;
use jsvm::{HostError, ViewKind};

/// A type. Types of the component model are not recursive.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Bool,
    Integer(Integer),
    F32,
    F64,
    Char,
    Text,
    List(Box<Shape>),
    /// A list of fixed length.
    Fixed(Box<Shape>, u32),
    Record(Vec<Field>),
    Tuple(Vec<Shape>),
    Variant(Vec<Case>),
    Enum(Vec<String>),
    Option(Box<Shape>),
    Result(ResultShape),
    Flags(Vec<Flag>),
    Own(ResourceId),
    Borrow(ResourceId),
    /// A stream or a future.
    Transfer(TransferId),
}

/// A type of streams or futures of a component, by its index in the list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TransferId(pub(crate) usize);

/// A type of streams or futures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TransferShape {
    pub(crate) is_stream: bool,
    /// The type of its items, or of its value.
    pub(crate) item: Option<Shape>,
}

/// The types of a component that have an identity or a protocol of their own.
pub(crate) trait TypeTable {
    /// Returns the id of a resource type.
    fn resource(&mut self, ty: ResourceType) -> ResourceId;

    /// Returns the id of a type of streams or futures.
    fn transfer(&mut self, shape: TransferShape) -> TransferId;
}

/// The integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Integer {
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
}

/// The types of both cases of a `result`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResultShape {
    pub(crate) ok: Option<Box<Shape>>,
    pub(crate) err: Option<Box<Shape>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// The name in the component.
    pub(crate) name: String,
    /// The name in JavaScript.
    pub(crate) key: String,
    pub(crate) shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) payload: Option<Shape>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    pub(crate) name: String,
    pub(crate) key: String,
}

/// A resource type of a component, by its index in the list of resource types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ResourceId(pub(crate) usize);

/// A type that JavaScript has no values for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsupported(pub(crate) &'static str);

impl Unsupported {
    /// Returns the error of a call of a function with such a type.
    pub(crate) fn error(self, function: &str) -> HostError {
        HostError::type_error(format!(
            "cannot call {function}: JavaScript has no value for {}",
            self.0
        ))
    }
}

impl Shape {
    /// Converts a type.
    pub(crate) fn from_type(ty: &Type, table: &mut impl TypeTable) -> Result<Shape, Unsupported> {
        let mut inner = |ty: Type| Shape::from_type(&ty, table);
        let boxed = |shape| Box::new(shape);
        Ok(match ty {
            Type::Bool => Shape::Bool,
            Type::S8 => Shape::Integer(Integer::S8),
            Type::U8 => Shape::Integer(Integer::U8),
            Type::S16 => Shape::Integer(Integer::S16),
            Type::U16 => Shape::Integer(Integer::U16),
            Type::S32 => Shape::Integer(Integer::S32),
            Type::U32 => Shape::Integer(Integer::U32),
            Type::S64 => Shape::Integer(Integer::S64),
            Type::U64 => Shape::Integer(Integer::U64),
            Type::Float32 => Shape::F32,
            Type::Float64 => Shape::F64,
            Type::Char => Shape::Char,
            Type::String => Shape::Text,
            Type::List(list) => Shape::List(boxed(inner(list.ty())?)),
            Type::FixedLengthList(list) => Shape::Fixed(boxed(inner(list.ty())?), list.len()),
            Type::Record(record) => {
                let fields = record.fields().map(|field| {
                    Ok(Field {
                        name: field.name.to_owned(),
                        key: camel(field.name),
                        shape: inner(field.ty)?,
                    })
                });
                Shape::Record(fields.collect::<Result<_, _>>()?)
            }
            Type::Tuple(tuple) => Shape::Tuple(tuple.types().map(inner).collect::<Result<_, _>>()?),
            Type::Variant(variant) => {
                let cases = variant.cases().map(|case| {
                    Ok(Case {
                        name: case.name.to_owned(),
                        payload: case.ty.map(&mut inner).transpose()?,
                    })
                });
                Shape::Variant(cases.collect::<Result<_, _>>()?)
            }
            Type::Enum(names) => Shape::Enum(names.names().map(str::to_owned).collect()),
            Type::Option(option) => Shape::Option(boxed(inner(option.ty())?)),
            Type::Result(result) => Shape::Result(ResultShape {
                ok: result.ok().map(&mut inner).transpose()?.map(boxed),
                err: result.err().map(&mut inner).transpose()?.map(boxed),
            }),
            Type::Flags(flags) => {
                let flags = flags.names().map(|name| Flag {
                    name: name.to_owned(),
                    key: camel(name),
                });
                Shape::Flags(flags.collect())
            }
            Type::Own(ty) => Shape::Own(table.resource(*ty)),
            Type::Borrow(ty) => Shape::Borrow(table.resource(*ty)),
            Type::Map(_) => return Err(Unsupported("a map")),
            Type::Future(future) => {
                let item = future.ty().map(inner).transpose()?;
                Shape::transfer(table, false, item)?
            }
            Type::Stream(stream) => {
                let item = stream.ty().map(inner).transpose()?;
                Shape::transfer(table, true, item)?
            }
            Type::ErrorContext => return Err(Unsupported("an error-context")),
        })
    }

    fn transfer(
        table: &mut impl TypeTable,
        is_stream: bool,
        item: Option<Shape>,
    ) -> Result<Shape, Unsupported> {
        // The bridge that reads and writes items can name neither resources nor transfers.
        if item.as_ref().is_some_and(Shape::has_handles) {
            return Err(Unsupported(
                "a stream or future of resources, streams or futures",
            ));
        }
        let id = table.transfer(TransferShape { is_stream, item });
        Ok(Shape::Transfer(id))
    }

    /// Returns the kind of typed array for a list of this type.
    pub(crate) fn view(&self) -> Option<ViewKind> {
        Some(match self {
            Shape::Integer(Integer::U8) => ViewKind::Uint8,
            Shape::Integer(Integer::S8) => ViewKind::Int8,
            Shape::Integer(Integer::U16) => ViewKind::Uint16,
            Shape::Integer(Integer::S16) => ViewKind::Int16,
            Shape::Integer(Integer::U32) => ViewKind::Uint32,
            Shape::Integer(Integer::S32) => ViewKind::Int32,
            Shape::Integer(Integer::U64) => ViewKind::BigUint64,
            Shape::Integer(Integer::S64) => ViewKind::BigInt64,
            Shape::F32 => ViewKind::Float32,
            Shape::F64 => ViewKind::Float64,
            _ => return None,
        })
    }

    /// Calls `visit` with the types that this one is made of.
    pub(crate) fn parts<'a>(&'a self, visit: &mut impl FnMut(&'a Shape)) {
        match self {
            Shape::List(inner) | Shape::Fixed(inner, _) | Shape::Option(inner) => visit(inner),
            Shape::Record(fields) => fields.iter().for_each(|field| visit(&field.shape)),
            Shape::Tuple(shapes) => shapes.iter().for_each(visit),
            Shape::Variant(cases) => {
                cases.iter().flat_map(|case| &case.payload).for_each(visit);
            }
            Shape::Result(outcome) => {
                outcome
                    .ok
                    .iter()
                    .chain(&outcome.err)
                    .for_each(|shape| visit(shape));
            }
            _ => {}
        }
    }

    /// Returns the resource type of a resource, or of the ok case of a `result`.
    pub(crate) fn resource(&self) -> Option<ResourceId> {
        match self {
            Shape::Own(id) => Some(*id),
            Shape::Result(outcome) => outcome.ok.as_ref()?.resource(),
            _ => None,
        }
    }

    /// Whether the type contains resources, streams or futures.
    pub(crate) fn has_handles(&self) -> bool {
        if matches!(self, Shape::Own(_) | Shape::Borrow(_)) {
            return true;
        }
        self.has_transfers() || self.any_part(Shape::has_handles)
    }

    /// Whether the type contains streams or futures.
    pub(crate) fn has_transfers(&self) -> bool {
        matches!(self, Shape::Transfer(_)) || self.any_part(Shape::has_transfers)
    }

    fn any_part(&self, mut is_meant: impl FnMut(&Shape) -> bool) -> bool {
        let mut found = false;
        self.parts(&mut |part| found |= is_meant(part));
        found
    }
}

impl Integer {
    /// The name in the component model.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Integer::U8 => "u8",
            Integer::S8 => "s8",
            Integer::U16 => "u16",
            Integer::S16 => "s16",
            Integer::U32 => "u32",
            Integer::S32 => "s32",
            Integer::U64 => "u64",
            Integer::S64 => "s64",
        }
    }

    /// Converts a number to this type, if it is exact. 64-bit types take no numbers.
    pub(crate) fn convert(self, number: f64) -> Option<Val> {
        fn exact<T: TryFrom<i64>>(number: f64) -> Option<T> {
            let whole = number as i64;
            let is_exact = whole as f64 == number;
            is_exact.then(|| T::try_from(whole).ok()).flatten()
        }
        match self {
            Integer::U8 => exact(number).map(Val::U8),
            Integer::S8 => exact(number).map(Val::S8),
            Integer::U16 => exact(number).map(Val::U16),
            Integer::S16 => exact(number).map(Val::S16),
            Integer::U32 => exact(number).map(Val::U32),
            Integer::S32 => exact(number).map(Val::S32),
            Integer::U64 | Integer::S64 => None,
        }
    }

    /// Whether the type is a `BigInt` in JavaScript.
    pub(crate) fn is_big(self) -> bool {
        matches!(self, Integer::U64 | Integer::S64)
    }
}
