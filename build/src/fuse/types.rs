//! Types of WIT, as far as copying their values depends on them.

use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind};

use super::FuseError;

/// The types of a source.
pub struct Types<'a> {
    /// The number of the source.
    pub source: usize,
    pub resolve: &'a Resolve,
    pub sizes: SizeAlign,
}

impl<'a> Types<'a> {
    pub fn new(source: usize, resolve: &'a Resolve) -> Self {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Types {
            source,
            resolve,
            sizes,
        }
    }

    /// The bytes of a value in memory.
    pub fn size(&self, ty: &Type) -> u32 {
        self.sizes.size(ty).size_wasm32() as u32
    }

    /// Whether a value of a type contains lists.
    pub fn has_lists(&self, ty: &Type) -> Result<bool, FuseError> {
        Ok(match self.shape(ty)? {
            Shape::Plain(_) => false,
            Shape::List(_) => true,
            Shape::Record(fields) => self.any_lists(&fields)?,
            Shape::Variant(_, cases) => {
                self.any_lists(&cases.into_iter().flatten().collect::<Vec<_>>())?
            }
        })
    }

    /// Whether a value of one of the types contains lists.
    pub fn any_lists(&self, types: &[Type]) -> Result<bool, FuseError> {
        for ty in types {
            if self.has_lists(ty)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The number of core values of a type.
    pub fn flat(&self, ty: &Type) -> Result<usize, FuseError> {
        let sum = |types: &[Type]| types.iter().map(|ty| self.flat(ty)).sum();
        match self.shape(ty)? {
            Shape::Plain(flat) => Ok(flat),
            Shape::List(_) => Ok(2),
            Shape::Record(fields) => sum(&fields),
            Shape::Variant(_, cases) => {
                let mut most = 0;
                for case in cases.iter().flatten() {
                    most = most.max(self.flat(case)?);
                }
                Ok(1 + most)
            }
        }
    }

    /// What copying a value of a type depends on.
    pub fn shape(&self, ty: &Type) -> Result<Shape, FuseError> {
        let id = match ty {
            Type::String => return Ok(Shape::List(Type::U8)),
            Type::Id(id) => *id,
            Type::ErrorContext => return Err(FuseError::unfit("an error context crosses")),
            _ => return Ok(Shape::Plain(1)),
        };
        Ok(match &self.resolve.types[id].kind {
            TypeDefKind::Type(ty) => self.shape(ty)?,
            TypeDefKind::List(element) => Shape::List(*element),
            TypeDefKind::Record(record) => {
                Shape::Record(record.fields.iter().map(|field| field.ty).collect())
            }
            TypeDefKind::Tuple(tuple) => Shape::Record(tuple.types.clone()),
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| case.ty).collect();
                Shape::Variant(variant.tag(), cases)
            }
            TypeDefKind::Option(some) => Shape::Variant(Int::U8, vec![None, Some(*some)]),
            TypeDefKind::Result(result) => Shape::Variant(Int::U8, vec![result.ok, result.err]),
            TypeDefKind::Enum(_) | TypeDefKind::Handle(_) => Shape::Plain(1),
            TypeDefKind::Flags(flags) => Shape::Plain(flags.flags.len().div_ceil(32)),
            other => {
                let kind = other.as_str();
                return Err(FuseError::unfit(format!("a {kind} crosses")));
            }
        })
    }
}

/// What copying depends on.
pub enum Shape {
    /// So many core values.
    Plain(usize),
    List(Type),
    Record(Vec<Type>),
    Variant(Int, Vec<Option<Type>>),
}
