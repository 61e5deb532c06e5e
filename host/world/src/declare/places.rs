//! Where types are declared, as seen from where they are used.

use wit_parser::{Handle, InterfaceId, Type, TypeDefKind, TypeOwner};

use crate::declare::types::TypeReader;
use crate::names::pascal;

/// Where a type is used, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// The module of the world.
    World,
    /// The module of an imported interface.
    Imported(InterfaceId),
    /// The namespace of an exported interface.
    Exported(InterfaceId),
    /// Another module.
    Elsewhere,
}

impl TypeReader<'_> {
    /// Returns where a type is declared that a place refers to.
    pub(crate) fn home(&self, owner: TypeOwner, place: Place) -> Place {
        match owner {
            TypeOwner::World(_) => Place::World,
            TypeOwner::None => place,
            TypeOwner::Interface(id) => {
                let is_imported = self.imported.contains_key(&id);
                match place {
                    Place::Exported(_) if self.exported.contains_key(&id) => Place::Exported(id),
                    _ if is_imported => Place::Imported(id),
                    _ => Place::Exported(id),
                }
            }
        }
    }

    /// Returns a type's name as it is written in a place.
    pub(super) fn reference(&self, name: &str, owner: TypeOwner, place: Place) -> String {
        let name = pascal(name);
        let home = self.home(owner, place);
        let of = |module: &str| format!("import({module:?}).{name}");
        match home {
            _ if home == place => name,
            Place::World if matches!(place, Place::Exported(_)) => name,
            Place::World => of(&self.world),
            Place::Imported(id) => match self.imported.get(&id) {
                Some(module) => of(module),
                None => name,
            },
            Place::Exported(id) => {
                let namespace = self.exported.get(&id).map_or("", String::as_str);
                match place {
                    Place::World | Place::Exported(_) => format!("{namespace}.{name}"),
                    _ => format!("import({:?}).{namespace}.{name}", self.world),
                }
            }
            Place::Elsewhere => name,
        }
    }

    /// Whether a type has a class that the program implements.
    pub(super) fn has_class(&self, ty: &Type, place: Place) -> bool {
        let Type::Id(id) = ty else {
            return false;
        };
        if let Some(known) = self.classes.borrow().get(&(*id, place)) {
            return *known;
        }
        let def = &self.resolve.types[*id];
        let place_of_parts = self.home(def.owner, place);
        let has = |ty: &Type| self.has_class(ty, place_of_parts);
        let found = match &def.kind {
            TypeDefKind::Resource => matches!(place_of_parts, Place::Exported(_)),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => has(&Type::Id(*id)),
            TypeDefKind::Record(record) => record.fields.iter().any(|field| has(&field.ty)),
            TypeDefKind::Tuple(tuple) => tuple.types.iter().any(has),
            TypeDefKind::Variant(variant) => variant
                .cases
                .iter()
                .filter_map(|case| case.ty)
                .any(|ty| has(&ty)),
            TypeDefKind::Result(result) => [result.ok, result.err]
                .into_iter()
                .flatten()
                .any(|ty| has(&ty)),
            TypeDefKind::Option(ty)
            | TypeDefKind::List(ty)
            | TypeDefKind::FixedLengthList(ty, _)
            | TypeDefKind::Type(ty) => has(ty),
            TypeDefKind::Map(key, value) => has(key) || has(value),
            TypeDefKind::Future(item) | TypeDefKind::Stream(item) => item.as_ref().is_some_and(has),
            _ => false,
        };
        self.classes.borrow_mut().insert((*id, place), found);
        found
    }
}
