//! Describes types.

use jsvm_abi::{Callee, Case, Field, Resource, ResourceSide, Type, TypeId};
use wit_parser::{Handle, ResourceIntrinsic, TypeDefKind, TypeOwner, WasmExport, WorldKey};

use super::transfers::TransferKind;
use super::{Describer, MANGLING};
use crate::WorldError;
use crate::names::{camel, pascal};

/// The most flags that the component model allows in one type.
const MAX_FLAGS: usize = 32;

impl Describer<'_> {
    /// Describes a type, and those that it contains, and returns its index.
    pub(super) fn ty(&mut self, ty: wit_parser::Type) -> Result<TypeId, WorldError> {
        use wit_parser::Type as Wit;
        let simple = match ty {
            Wit::Bool => Type::Bool,
            Wit::U8 => Type::U8,
            Wit::U16 => Type::U16,
            Wit::U32 => Type::U32,
            Wit::U64 => Type::U64,
            Wit::S8 => Type::S8,
            Wit::S16 => Type::S16,
            Wit::S32 => Type::S32,
            Wit::S64 => Type::S64,
            Wit::F32 => Type::F32,
            Wit::F64 => Type::F64,
            Wit::Char => Type::Char,
            Wit::String => Type::String,
            Wit::ErrorContext => return Err(self.unsupported("has an error-context")),
            Wit::Id(id) => return self.defined(id),
        };
        Ok(self.description.world.add(simple))
    }

    fn defined(&mut self, id: wit_parser::TypeId) -> Result<TypeId, WorldError> {
        if let Some(known) = self.types.get(&id) {
            return Ok(*known);
        }
        let resolve = self.resolve;
        let ty = match &resolve.types[id].kind {
            TypeDefKind::Type(ty) => {
                let ty = self.ty(*ty)?;
                self.types.insert(id, ty);
                return Ok(ty);
            }
            TypeDefKind::Record(record) => {
                let mut fields = Vec::with_capacity(record.fields.len());
                for field in &record.fields {
                    let (name, ty) = (camel(&field.name), self.ty(field.ty)?);
                    fields.push(Field { name, ty });
                }
                Type::Record(fields)
            }
            TypeDefKind::Variant(variant) => {
                let mut cases = Vec::with_capacity(variant.cases.len());
                for case in &variant.cases {
                    let (name, ty) = (case.name.clone(), self.optional(case.ty)?);
                    cases.push(Case { name, ty });
                }
                Type::Variant(cases)
            }
            TypeDefKind::Enum(names) => {
                Type::Enum(names.cases.iter().map(|case| case.name.clone()).collect())
            }
            TypeDefKind::Flags(flags) if flags.flags.len() > MAX_FLAGS => {
                return Err(self.unsupported("has flags with more than 32 names"));
            }
            TypeDefKind::Flags(flags) => {
                Type::Flags(flags.flags.iter().map(|flag| camel(&flag.name)).collect())
            }
            TypeDefKind::Tuple(tuple) => {
                let types: Result<_, _> = tuple.types.iter().map(|ty| self.ty(*ty)).collect();
                Type::Tuple(types?)
            }
            TypeDefKind::Option(ty) => Type::Option(self.ty(*ty)?),
            TypeDefKind::Result(result) => {
                Type::Result(self.optional(result.ok)?, self.optional(result.err)?)
            }
            TypeDefKind::List(ty) => Type::List(self.ty(*ty)?),
            TypeDefKind::Map(key, value) => Type::Map(self.ty(*key)?, self.ty(*value)?),
            TypeDefKind::FixedLengthList(ty, len) => Type::FixedList(self.ty(*ty)?, *len),
            TypeDefKind::Handle(Handle::Own(resource)) => Type::Own(self.resource(*resource)?),
            TypeDefKind::Handle(Handle::Borrow(resource)) => {
                Type::Borrow(self.resource(*resource)?)
            }
            TypeDefKind::Future(item) => self.transfer(id, TransferKind::Future, *item)?,
            TypeDefKind::Stream(item) => self.transfer(id, TransferKind::Stream, *item)?,
            TypeDefKind::Resource | TypeDefKind::Unknown => {
                return Err(WorldError::unfit("a resource is used as a value"));
            }
        };
        let index = self.description.world.add(ty);
        self.types.insert(id, index);
        Ok(index)
    }

    pub(super) fn optional(
        &mut self,
        ty: Option<wit_parser::Type>,
    ) -> Result<Option<TypeId>, WorldError> {
        match ty {
            Some(ty) => self.ty(ty).map(Some),
            None => Ok(None),
        }
    }

    /// Describes a resource, and returns its index.
    pub(super) fn resource(&mut self, id: wit_parser::TypeId) -> Result<u32, WorldError> {
        let mut id = id;
        // By `use`, a resource has a type for each interface that names it.
        while let TypeDefKind::Type(wit_parser::Type::Id(original)) = self.resolve.types[id].kind {
            id = original;
        }
        if let Some(known) = self.resources.get(&id) {
            return Ok(*known);
        }
        let resolve = self.resolve;
        let definition = &resolve.types[id];
        let name = definition.name.as_deref().unwrap_or_default();
        let owner = match definition.owner {
            TypeOwner::Interface(interface) => match self.keys.get(&interface).cloned() {
                Some(key) => Some(key),
                None => {
                    return Err(WorldError::unfit(format!(
                        "the resource {name} has no interface"
                    )));
                }
            },
            TypeOwner::World(_) => None,
            TypeOwner::None => return Err(WorldError::unfit("a resource has no owner")),
        };
        let index = self.description.world.resources.len() as u32;
        self.resources.insert(id, index);
        // The side needs the numbers of imports, which need the index.
        self.description.world.resources.push(Resource {
            name: pascal(name),
            side: ResourceSide::Imported(0),
        });
        let side = match owner {
            Some((key, true)) => self.exported_resource(&key, id, name, index),
            owner => {
                let key = owner.map(|(key, _)| key);
                let core = self.intrinsic(key.as_ref(), id, ResourceIntrinsic::ImportedDrop);
                let full = self.intrinsic_name(key.as_ref(), "resource-drop", name);
                ResourceSide::Imported(self.import(full, Callee::Drop(index), core))
            }
        };
        self.description.world.resources[index as usize].side = side;
        Ok(index)
    }

    fn exported_resource(
        &mut self,
        key: &WorldKey,
        id: wit_parser::TypeId,
        name: &str,
        index: u32,
    ) -> ResourceSide {
        let mut add = |what: &str, intrinsic, callee| {
            let core = self.intrinsic(Some(key), id, intrinsic);
            let full = self.intrinsic_name(Some(key), what, name);
            self.import(full, callee, core)
        };
        let new = add(
            "resource-new",
            ResourceIntrinsic::ExportedNew,
            Callee::New(index),
        );
        let representation = add(
            "resource-rep",
            ResourceIntrinsic::ExportedRep,
            Callee::Representation(index),
        );
        let drop = add(
            "resource-drop",
            ResourceIntrinsic::ExportedDrop,
            Callee::Drop(index),
        );
        let destructor = self.resolve.wasm_export_name(
            MANGLING,
            WasmExport::ResourceDtor {
                interface: key,
                resource: id,
            },
        );
        self.description.destructors.push((destructor, index));
        ResourceSide::Exported(new, representation, drop)
    }

    fn intrinsic_name(&self, interface: Option<&WorldKey>, what: &str, resource: &str) -> String {
        match interface {
            Some(key) => format!("{}#[{what}]{resource}", self.resolve.name_world_key(key)),
            None => format!("[{what}]{resource}"),
        }
    }
}
