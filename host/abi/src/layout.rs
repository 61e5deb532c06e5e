//! Sizes, alignments and flat forms of types.

use alloc::vec::Vec;
use core::fmt;

use crate::signature::MAX_FLAT_PARAMETERS;
use crate::world::{Case, Type, TypeId};

/// A core value type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
}

impl Core {
    /// The type that holds values of both, in a variant.
    fn join(self, other: Core) -> Core {
        match (self, other) {
            (one, other) if one == other => one,
            (Core::I32, Core::F32) | (Core::F32, Core::I32) => Core::I32,
            _ => Core::I64,
        }
    }
}

/// How a type is stored in memory and passed in core values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Bytes in memory.
    pub size: u32,
    /// The alignment in memory.
    pub align: u32,
    /// The core values; `None` if there are more than [`MAX_FLAT_PARAMETERS`], so that a value of the type
    /// is always passed in memory.
    pub flat: Option<Vec<Core>>,
    /// Bytes of the discriminant of a variant, enum, option or result, or else 0.
    pub discriminant: u32,
    /// Where the payload of a variant, option or result begins; for a record or tuple see
    /// [`Layouts::fields`].
    pub payload: u32,
}

/// A type does not fit into the memory of a component, or refers to a type that is not before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a type of the world is larger than a memory")
    }
}

impl core::error::Error for TooLarge {}

/// The layouts of the types of a world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layouts(Vec<Layout>);

impl Layouts {
    /// Computes the layouts.
    ///
    /// # Errors
    /// A value of a type may take more than 2 GiB, or a type refers to one that is not before it.
    #[inline(never)]
    pub fn of(types: &[Type]) -> Result<Layouts, TooLarge> {
        let mut layouts = Layouts(Vec::with_capacity(types.len()));
        for ty in types {
            let layout = layouts.layout(ty)?;
            layouts.0.push(layout);
        }
        Ok(layouts)
    }

    /// Returns the layout of a type.
    ///
    /// # Panics
    /// There is no such type.
    pub fn get(&self, ty: TypeId) -> &Layout {
        &self.0[ty as usize]
    }

    /// Returns the offsets of the fields of a record or the elements of a tuple.
    pub fn fields(
        &self,
        types: impl IntoIterator<Item = TypeId>,
    ) -> impl Iterator<Item = (u32, TypeId)> {
        let mut end = 0;
        types.into_iter().map(move |ty| {
            let layout = self.get(ty);
            let offset = align_to(end, layout.align);
            end = offset + layout.size;
            (offset, ty)
        })
    }

    fn known(&self, ty: TypeId) -> Result<&Layout, TooLarge> {
        self.0.get(ty as usize).ok_or(TooLarge)
    }

    fn layout(&self, ty: &Type) -> Result<Layout, TooLarge> {
        Ok(match ty {
            Type::Bool | Type::U8 | Type::S8 => scalar(1, Core::I32),
            Type::U16 | Type::S16 => scalar(2, Core::I32),
            Type::U32 | Type::S32 | Type::Char | Type::Own(_) | Type::Borrow(_) => {
                scalar(4, Core::I32)
            }
            Type::Future(inner, _) | Type::Stream(inner, _) => {
                inner.map(|inner| self.known(inner)).transpose()?;
                scalar(4, Core::I32)
            }
            Type::F32 => scalar(4, Core::F32),
            Type::U64 | Type::S64 => scalar(8, Core::I64),
            Type::F64 => scalar(8, Core::F64),
            Type::String => pair(),
            Type::List(inner) => {
                self.known(*inner)?;
                pair()
            }
            Type::Map(key, value) => {
                self.known(*key)?;
                self.known(*value)?;
                pair()
            }
            Type::FixedList(inner, len) => {
                let inner = self.known(*inner)?;
                let size = u64::from(inner.size) * u64::from(*len);
                let flat = inner.flat.as_deref().and_then(|flat| {
                    let count = flat.len().checked_mul(*len as usize)?;
                    (count <= MAX_FLAT_PARAMETERS).then(|| flat.repeat(*len as usize))
                });
                Layout {
                    size: bounded(size)?,
                    align: inner.align,
                    flat,
                    ..Layout::default()
                }
            }
            Type::Tuple(types) => self.sequence(types.iter().copied())?,
            Type::Record(fields) => self.sequence(fields.iter().map(|field| field.ty))?,
            Type::Variant(cases) => {
                let payloads = cases.iter().map(|Case { ty, .. }| *ty);
                self.variant(cases.len(), payloads)?
            }
            Type::Enum(names) => self.variant(names.len(), [])?,
            Type::Option(inner) => self.variant(2, [Some(*inner)])?,
            Type::Result(ok, error) => self.variant(2, [*ok, *error])?,
            Type::Flags(names) => match names.len() {
                0..=8 => scalar(1, Core::I32),
                9..=16 => scalar(2, Core::I32),
                // The component model allows 32 flags.
                _ => scalar(4, Core::I32),
            },
        })
    }

    fn sequence(&self, types: impl Iterator<Item = TypeId>) -> Result<Layout, TooLarge> {
        let (mut size, mut align) = (0_u64, 1);
        let mut flat = Some(Vec::new());
        for ty in types {
            let layout = self.known(ty)?;
            align = align.max(layout.align);
            size = size.next_multiple_of(u64::from(layout.align)) + u64::from(layout.size);
            bounded(size)?;
            flat = joined(flat, layout.flat.as_deref());
        }
        Ok(Layout {
            size: bounded(size.next_multiple_of(u64::from(align)))?,
            align,
            flat,
            ..Layout::default()
        })
    }

    fn variant(
        &self,
        cases: usize,
        payloads: impl IntoIterator<Item = Option<TypeId>>,
    ) -> Result<Layout, TooLarge> {
        let discriminant = match cases {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        };
        let (mut size, mut align) = (0, 1);
        let mut flat: Option<Vec<Core>> = Some(Vec::new());
        for ty in payloads.into_iter().flatten() {
            let layout = self.known(ty)?;
            size = size.max(layout.size);
            align = align.max(layout.align);
            flat = match (flat, &layout.flat) {
                (Some(mut flat), Some(other)) => {
                    for (index, core) in other.iter().enumerate() {
                        match flat.get_mut(index) {
                            Some(known) => *known = known.join(*core),
                            None => flat.push(*core),
                        }
                    }
                    Some(flat)
                }
                _ => None,
            };
        }
        let payload = align_to(discriminant, align);
        let align = align.max(discriminant);
        let size = u64::from(payload) + u64::from(size);
        Ok(Layout {
            size: bounded(size.next_multiple_of(u64::from(align)))?,
            align,
            flat: joined(Some(Vec::from([Core::I32])), flat.as_deref()),
            discriminant,
            payload,
        })
    }
}

fn scalar(size: u32, core: Core) -> Layout {
    Layout {
        size,
        align: size,
        flat: Some(Vec::from([core])),
        ..Layout::default()
    }
}

/// A pointer and a length.
fn pair() -> Layout {
    Layout {
        size: 8,
        align: 4,
        flat: Some(Vec::from([Core::I32, Core::I32])),
        ..Layout::default()
    }
}

fn joined(flat: Option<Vec<Core>>, other: Option<&[Core]>) -> Option<Vec<Core>> {
    let (mut flat, other) = (flat?, other?);
    flat.extend_from_slice(other);
    (flat.len() <= MAX_FLAT_PARAMETERS).then_some(flat)
}

fn align_to(offset: u32, align: u32) -> u32 {
    offset.next_multiple_of(align)
}

fn bounded(size: u64) -> Result<u32, TooLarge> {
    i32::try_from(size)
        .map(i32::cast_unsigned)
        .map_err(|_| TooLarge)
}
