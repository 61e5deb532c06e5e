//! Classes of typed arrays.

/// The class of a typed array, or `DataView`.
///
/// ```
/// use jsvm_data::ViewKind;
///
/// let kind = ViewKind::from_class_name("Float32Array").unwrap();
/// assert_eq!(kind, ViewKind::Float32);
/// assert_eq!(kind.tag(), Some(85));
/// assert_eq!(kind.element_size(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ViewKind {
    /// `Int8Array`
    Int8,
    /// `Uint8Array`
    Uint8,
    /// `Uint8ClampedArray`
    Uint8Clamped,
    /// `Int16Array`
    Int16,
    /// `Uint16Array`
    Uint16,
    /// `Int32Array`
    Int32,
    /// `Uint32Array`
    Uint32,
    /// `BigInt64Array`
    BigInt64,
    /// `BigUint64Array`
    BigUint64,
    /// `Float16Array`
    Float16,
    /// `Float32Array`
    Float32,
    /// `Float64Array`
    Float64,
    /// `DataView`
    DataView,
}

/// The views, their tags (RFC 8746), the names of their classes and the sizes of their elements, in
/// the order of the enum.
const VIEWS: [(ViewKind, Option<u64>, &str, usize); 13] = [
    (ViewKind::Int8, Some(72), "Int8Array", 1),
    (ViewKind::Uint8, Some(64), "Uint8Array", 1),
    (ViewKind::Uint8Clamped, Some(68), "Uint8ClampedArray", 1),
    (ViewKind::Int16, Some(77), "Int16Array", 2),
    (ViewKind::Uint16, Some(69), "Uint16Array", 2),
    (ViewKind::Int32, Some(78), "Int32Array", 4),
    (ViewKind::Uint32, Some(70), "Uint32Array", 4),
    (ViewKind::BigInt64, Some(79), "BigInt64Array", 8),
    (ViewKind::BigUint64, Some(71), "BigUint64Array", 8),
    (ViewKind::Float16, Some(84), "Float16Array", 2),
    (ViewKind::Float32, Some(85), "Float32Array", 4),
    (ViewKind::Float64, Some(86), "Float64Array", 8),
    (ViewKind::DataView, None, "DataView", 1),
];

impl ViewKind {
    /// The tag of a view over the whole of its buffer. A `DataView` has none.
    #[must_use]
    pub const fn tag(self) -> Option<u64> {
        VIEWS[self as usize].1
    }

    /// The view that a tag stands for.
    #[must_use]
    pub fn from_tag(tag: u64) -> Option<Self> {
        let found = VIEWS.iter().find(|(_, known, ..)| *known == Some(tag));
        found.map(|(kind, ..)| *kind)
    }

    /// The name of the class: `Uint8Array`.
    #[must_use]
    pub const fn class_name(self) -> &'static str {
        VIEWS[self as usize].2
    }

    /// The view of the class with that name.
    #[must_use]
    pub fn from_class_name(name: &str) -> Option<Self> {
        let found = VIEWS.iter().find(|(_, _, known, _)| *known == name);
        found.map(|(kind, ..)| *kind)
    }

    /// Bytes of one element; 1 for a `DataView`, whose length is in bytes.
    #[must_use]
    pub const fn element_size(self) -> usize {
        VIEWS[self as usize].3
    }
}

#[cfg(test)]
mod tests {
    use super::{VIEWS, ViewKind};

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, (kind, tag, name, size)) in VIEWS.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
            assert_eq!(kind.tag(), tag);
            assert_eq!(kind.class_name(), name);
            assert_eq!(kind.element_size(), size);
            assert_eq!(ViewKind::from_class_name(name), Some(kind));
            assert_eq!(tag.and_then(ViewKind::from_tag), tag.map(|_| kind));
        }
        assert_eq!(ViewKind::from_tag(65), None);
        assert_eq!(ViewKind::from_class_name("Array"), None);
    }
}
