//! Writes JavaScript values as values of the canonical ABI.
#![allow(unsafe_code)]

use jsvm_abi::{Case, Function, Signature, Type, TypeId};

use super::described::Described;
use super::fault::{Fault, Fit, unfit, unfit_as};
use super::hooks::{self, NewEnd};
use super::lift::{entry, payload};
use super::place::{Block, Place};
use super::resource::{self, Given};
use super::scalar;
use crate::js::{LentBuffer, LentUnits, Tag, Value, ViewKind};
use crate::realm::{Class, intrinsics};
use crate::value::buffer;

/// What values that are being passed need until the other side has read them.
pub struct Lowering {
    world: &'static Described,
    blocks: Vec<Block>,
    /// Strings and buffers that are passed where the engine has them.
    owners: Vec<Value>,
    /// Lists that are passed where the engine has them, each with its place and the size of an element.
    /// Their addresses are written last: what lowers the other values can run JavaScript, which can detach
    /// or resize a buffer.
    views: Vec<(LentBuffer, Place, usize)>,
    /// Resources that are passed.
    pub given: Given,
    /// Futures and streams that are passed, each with its place.
    ends: Vec<(Place, NewEnd)>,
    /// Whether the other side may read the values while JavaScript runs.
    copies: bool,
}

impl Lowering {
    /// Nothing is passed yet.
    pub fn new(world: &'static Described) -> Lowering {
        Lowering {
            world,
            blocks: Vec::new(),
            owners: Vec::new(),
            views: Vec::new(),
            given: Given::default(),
            ends: Vec::new(),
            copies: false,
        }
    }

    /// As [`Lowering::new`], of values that the other side may read while JavaScript runs.
    pub fn copying(world: &'static Described) -> Lowering {
        Lowering {
            copies: true,
            ..Lowering::new(world)
        }
    }

    /// Forgets what was lowered, before something else is lowered to the same place.
    pub fn start_again(&mut self) {
        self.views.clear();
        self.owners.clear();
        self.ends.clear();
        std::mem::take(&mut self.given).end();
    }

    /// Checks resources, and writes the addresses of lists that are passed where the engine has them. No
    /// JavaScript may run until the other side has read the values.
    ///
    /// # Errors
    /// A resource was disposed or a buffer was detached or resized meanwhile.
    pub fn finish(&mut self) -> Fit<()> {
        self.given.check()?;
        for (buffer, place, size) in std::mem::take(&mut self.views) {
            let len = buffer.len();
            let mut address = buffer.address()?;
            if address.is_multiple_of(size) && !self.copies {
                self.owners.push(buffer.into_owner());
            } else {
                let block = self.block(len, size as u32)?;
                block.place().copy_from(&buffer.to_vec()?);
                address = block.address();
            }
            place.set_pair(address, len / size);
        }
        if !self.ends.is_empty() {
            let hooks = hooks::needed()?;
            for (place, end) in std::mem::take(&mut self.ends) {
                place.set_u32((hooks.open)(self.world, &end));
            }
        }
        Ok(())
    }

    /// Frees the memory, when the other side has read the values. No JavaScript runs: the owners that
    /// are returned must be dropped where it may.
    ///
    /// # Safety
    /// No place of a value is used afterwards.
    pub unsafe fn free(self) -> Vec<Value> {
        for block in self.blocks {
            // SAFETY: the caller's promise; each block is there once.
            unsafe { block.free() };
        }
        self.owners
    }

    /// Allocates memory that is freed with the others.
    ///
    /// # Errors
    /// There is no memory.
    pub fn block(&mut self, size: usize, align: u32) -> Fit<Block> {
        let block = Block::new(size, align).ok_or_else(Fault::no_memory)?;
        self.blocks.push(block);
        Ok(block)
    }

    /// Writes the arguments of a function, from the first slot on.
    ///
    /// # Errors
    /// The number of the argument that does not fit, and why.
    pub fn arguments(
        &mut self,
        function: &Function,
        signature: &Signature,
        values: &[Value],
        slots: Place,
    ) -> Result<(), (usize, Fault)> {
        let world = self.world;
        let types = || function.parameters.iter().map(|parameter| parameter.ty);
        let mut place = slots;
        if signature.has_arguments_in_memory {
            let (size, align) = sizes(world, types());
            let block = self.block(size, align).map_err(|fault| (0, fault))?;
            slots.set_u32(block.address() as u32);
            place = block.place();
        }
        let nothing = Value::UNDEFINED;
        let mut taken = 0;
        for (index, (offset, ty)) in world.layouts().fields(types()).enumerate() {
            let part = place.part(offset, taken);
            if place.is_flat() {
                taken += flat(world, ty);
            }
            let value = values.get(index).unwrap_or(&nothing);
            self.lower(ty, value, part)
                .map_err(|fault| (index, fault))?;
        }
        Ok(())
    }

    /// Writes a value.
    ///
    /// # Errors
    /// It does not fit the type; what an accessor threw; there is no memory.
    pub fn lower(&mut self, ty: TypeId, value: &Value, place: Place) -> Fit<()> {
        let world = self.world;
        if scalar::lower(world.ty(ty), value, place)? {
            return Ok(());
        }
        match world.ty(ty) {
            Type::String => self.text(value, place),
            Type::List(inner) => self.list(*inner, value, place),
            Type::FixedList(inner, len) => self.fixed(*inner, *len as usize, value, place),
            Type::Map(key, inner) => self.map([*key, *inner], value, place),
            Type::Tuple(types) => self.tuple(types, value, place),
            Type::Record(_) => self.record(ty, value, place),
            Type::Variant(cases) => self.variant(ty, cases, value, place),
            Type::Enum(names) => match position(&world.names(ty).texts, value) {
                Some(case) => {
                    place.set_small(world.layout(ty).discriminant, case);
                    Ok(())
                }
                None => unfit(one_of(names.iter().map(String::as_str)), value),
            },
            Type::Flags(_) => self.flags(ty, value, place),
            Type::Option(inner) => self.option(ty, *inner, value, place),
            Type::Result(ok, error) => {
                let cases = [("ok", *ok), ("err", *error)];
                self.tagged(ty, cases.into_iter(), value, place)
            }
            Type::Own(of) => {
                let handle = resource::lower_own(world, *of, value, &mut self.given)?;
                place.set_u32(handle);
                Ok(())
            }
            Type::Borrow(of) => {
                let handle = resource::lower_borrow(world, *of, value, &mut self.given)?;
                place.set_u32(handle);
                Ok(())
            }
            Type::Future(..) | Type::Stream(..) => {
                let end = (hooks::needed()?.prepare)(world, ty, value)?;
                self.ends.push((place, end));
                Ok(())
            }
            // `scalar` has had the others.
            _ => Ok(()),
        }
    }

    /// Writes the case of a variant, and the payload if it has one.
    pub fn case(
        &mut self,
        ty: TypeId,
        case: u32,
        inner: Option<TypeId>,
        value: &Value,
        place: Place,
    ) -> Fit<()> {
        place.set_small(self.world.layout(ty).discriminant, case);
        match inner {
            Some(inner) => self.lower(inner, value, payload(self.world, ty, place)),
            None => Ok(()),
        }
    }

    fn text(&mut self, value: &Value, place: Place) -> Fit<()> {
        if value.tag() != Tag::String {
            return unfit("a string", value);
        }
        if let LentUnits::Latin1(units) = value.lend_units()?
            && units.is_ascii()
        {
            let (address, len) = (units.address(), units.len());
            place.set_pair(address, len);
            self.owners.push(value.clone());
            return Ok(());
        }
        let text = value.to_lossy()?;
        let block = self.block(text.len(), 1)?;
        block.place().copy_from(text.as_bytes());
        place.set_pair(block.address(), text.len());
        Ok(())
    }

    fn list(&mut self, inner: TypeId, value: &Value, place: Place) -> Fit<()> {
        let layout = self.world.layout(inner);
        if let Some(kind) = self.world.view(inner)
            && let Some(bytes) = bytes_of(kind, value)?
        {
            match bytes.len() {
                0 => place.set_pair(layout.align as usize, 0),
                _ => self.views.push((bytes, place, layout.size as usize)),
            }
            return Ok(());
        }
        let len = self.length(inner, value)?;
        let size = (layout.size as usize).checked_mul(len);
        let size = size.ok_or_else(Fault::no_memory)?;
        let block = self.block(size, layout.align)?;
        self.elements(inner, len, value, block.place())?;
        place.set_pair(block.address(), len);
        Ok(())
    }

    fn fixed(&mut self, inner: TypeId, len: usize, value: &Value, place: Place) -> Fit<()> {
        let is_view = self.world.view(inner).is_some() && value.view_kind().is_some();
        let found = match is_view {
            true => value.get("length")?.as_number().unwrap_or_default() as usize,
            false => self.length(inner, value)?,
        };
        if found != len {
            return unfit_as(format!("{len} elements"), format!("{found} of them"));
        }
        self.elements(inner, len, value, place)
    }

    /// The length of an array.
    fn length(&self, inner: TypeId, value: &Value) -> Fit<usize> {
        if !is_array(value) {
            return match self.world.view(inner) {
                Some(kind) => unfit(format!("a {} or an array", kind.class_name()), value),
                None => unfit("an array", value),
            };
        }
        if let Some(len) = value.dense_length() {
            return Ok(len as usize);
        }
        Ok(value.get("length")?.as_number().unwrap_or_default() as usize)
    }

    fn elements(&mut self, inner: TypeId, len: usize, value: &Value, place: Place) -> Fit<()> {
        let layout = self.world.layout(inner);
        let slots = match place.is_flat() {
            true => flat(self.world, inner),
            false => 0,
        };
        for index in 0..len {
            // What lowering an element runs can change the array.
            let element = match value.dense_element(index as u32) {
                Some(element) => element,
                None => value.get(index as u32)?,
            };
            let part = place.part(layout.size * index as u32, slots * index);
            self.lower(inner, &element, part)
                .map_err(|fault| fault.under_index(index))?;
        }
        Ok(())
    }

    fn map(&mut self, [key, inner]: [TypeId; 2], value: &Value, place: Place) -> Fit<()> {
        if !value.is_object() || intrinsics().class_of(value) != Class::Map {
            return unfit("a Map", value);
        }
        let entries = intrinsics().map_entries(value)?;
        let (size, align, offset) = entry(self.world, [key, inner]);
        let block = self.block(size as usize * entries.len(), align)?;
        for (index, [name, element]) in entries.iter().enumerate() {
            let part = block.place().part(size * index as u32, 0);
            self.lower(key, name, part)
                .and_then(|()| self.lower(inner, element, part.part(offset, 0)))
                .map_err(|fault| fault.under_index(index))?;
        }
        place.set_pair(block.address(), entries.len());
        Ok(())
    }

    fn tuple(&mut self, types: &[TypeId], value: &Value, place: Place) -> Fit<()> {
        let expected = || format!("an array of {}", types.len());
        if !is_array(value) {
            return unfit(expected(), value);
        }
        let len = value.get("length")?.as_number().unwrap_or_default();
        if len != types.len() as f64 {
            return unfit_as(expected(), format!("an array of {len}"));
        }
        let mut taken = 0;
        let world = self.world;
        let parts = world.layouts().fields(types.iter().copied());
        for (index, (offset, ty)) in parts.enumerate() {
            let part = place.part(offset, taken);
            if place.is_flat() {
                taken += flat(world, ty);
            }
            self.lower(ty, &value.get(index as u32)?, part)
                .map_err(|fault| fault.under_index(index))?;
        }
        Ok(())
    }

    fn record(&mut self, ty: TypeId, value: &Value, place: Place) -> Fit<()> {
        let world = self.world;
        if !value.is_object() {
            return unfit("an object", value);
        }
        let Type::Record(fields) = world.ty(ty) else {
            return Ok(());
        };
        let mut taken = 0;
        let types = fields.iter().map(|field| field.ty);
        let parts = world.layouts().fields(types);
        let names = world.names(ty);
        for (index, ((offset, ty), field)) in parts.zip(fields).enumerate() {
            let part = place.part(offset, taken);
            if place.is_flat() {
                taken += flat(world, ty);
            }
            let value = names.property(index, value)?;
            self.lower(ty, &value, part)
                .map_err(|fault| fault.under_key(&field.name))?;
        }
        Ok(())
    }

    fn flags(&mut self, ty: TypeId, value: &Value, place: Place) -> Fit<()> {
        let world = self.world;
        let mut bits = 0;
        if !matches!(value.tag(), Tag::Undefined | Tag::Null) {
            if !value.is_object() {
                return unfit("an object of booleans", value);
            }
            let names = world.names(ty);
            for (bit, key) in names.atoms.iter().enumerate() {
                let flag = names.property(bit, value)?;
                match flag.tag() {
                    Tag::Undefined => {}
                    Tag::Boolean => bits |= u32::from(flag.to_boolean()) << bit,
                    _ => {
                        let name = key.to_value()?.to_lossy()?;
                        return unfit("a boolean", &flag).map_err(|fault| fault.under_key(&name));
                    }
                }
            }
        }
        place.set_small(world.layout(ty).size, bits);
        Ok(())
    }

    fn option(&mut self, ty: TypeId, inner: TypeId, value: &Value, place: Place) -> Fit<()> {
        if self.world.is_option(inner) {
            let cases = [("none", None), ("some", Some(inner))];
            return self.tagged(ty, cases.into_iter(), value, place);
        }
        match value.tag() {
            Tag::Undefined | Tag::Null => self.case(ty, 0, None, value, place),
            _ => self.case(ty, 1, Some(inner), value, place),
        }
    }

    fn variant(&mut self, ty: TypeId, cases: &[Case], value: &Value, place: Place) -> Fit<()> {
        let cases = cases.iter().map(|case| (&*case.name, case.ty));
        self.tagged(ty, cases, value, place)
    }

    /// Writes an object with a tag.
    fn tagged<'a>(
        &mut self,
        ty: TypeId,
        mut cases: impl Iterator<Item = (&'a str, Option<TypeId>)> + Clone,
        value: &Value,
        place: Place,
    ) -> Fit<()> {
        let world = self.world;
        if !value.is_object() {
            return unfit("an object with a tag", value);
        }
        let tag = value.get(&world.tag)?;
        let Some(case) = position(&world.names(ty).texts, &tag) else {
            return unfit(one_of(cases.map(|(name, _)| name)), &tag)
                .map_err(|fault| fault.under_key("tag"));
        };
        let inner = cases.nth(case as usize).and_then(|(_, inner)| inner);
        let payload = match inner {
            Some(_) => value.get(&world.val)?,
            None => Value::UNDEFINED,
        };
        self.case(ty, case, inner, &payload, place)
            .map_err(|fault| fault.under_key("val"))
    }
}

/// The number of core values of a type that is passed in slots.
pub fn flat(world: &Described, ty: TypeId) -> usize {
    world.layout(ty).flat.as_ref().map_or(0, Vec::len)
}

/// Size and alignment of values that follow each other, as those of a tuple.
pub fn sizes(world: &Described, types: impl Iterator<Item = TypeId> + Clone) -> (usize, u32) {
    let align = types.clone().map(|ty| world.layout(ty).align).max();
    let last = world.layouts().fields(types).last();
    let end = last.map_or(0, |(offset, ty)| offset + world.layout(ty).size);
    (end as usize, align.unwrap_or(1))
}

/// `Array.isArray(value)`, which is true of a proxy of an array, too.
fn is_array(value: &Value) -> bool {
    let mut target = value.clone();
    while target.is_object() && target.is_proxy() {
        match target.proxy_target() {
            Some(next) => target = next,
            None => return false,
        }
    }
    target.is_object() && target.is_array()
}

/// Which of the strings the value is.
fn position(texts: &[Value], value: &Value) -> Option<u32> {
    if value.tag() != Tag::String {
        return None;
    }
    let found = texts.iter().position(|text| text.strict_equals(value));
    found.map(|position| position as u32)
}

/// Lists names in a message.
fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
    match &*names {
        [name] => name.clone(),
        names => format!("one of {}", names.join(", ")),
    }
}

/// The bytes of a typed array of this kind; of bytes, also those of an array buffer.
pub fn bytes_of(kind: ViewKind, value: &Value) -> Fit<Option<LentBuffer>> {
    if !value.is_object() {
        return Ok(None);
    }
    let fits = match value.view_kind() {
        Some(found) => found == kind || kind == ViewKind::Uint8 && found == ViewKind::Uint8Clamped,
        None => kind == ViewKind::Uint8 && buffer::is_buffer(value),
    };
    match fits {
        true => Ok(Some(buffer::lend(value)?)),
        false => Ok(None),
    }
}
