//! Reads types and functions of WIT for declarations.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsvm_declare::Type as DeclaredType;
use jsvm_declare::{Case, Class, Field, Function as Declared, Item, Member, Module, Returns};
use wit_parser::{
    Docs, Function, FunctionKind, Handle, InterfaceId, Resolve, Stability, Type, TypeDefKind,
    TypeId, World, WorldItem,
};

use crate::declare::fits::free;
use crate::declare::places::Place;
use crate::names::{ExportName, camel, key_name, pascal};

/// Reads types.
pub(crate) struct TypeReader<'a> {
    pub(super) resolve: &'a Resolve,
    /// The module of the world.
    pub(super) world: String,
    /// The modules of imported interfaces.
    pub(super) imported: HashMap<InterfaceId, String>,
    /// The namespaces of exported interfaces.
    pub(super) exported: HashMap<InterfaceId, String>,
    /// What named types are. A type can refer to another one twice, and so on: to read each anew would take
    /// exponential time.
    kinds: RefCell<HashMap<(TypeId, Place), Rc<DeclaredType>>>,
    /// Whether types have classes that the program implements.
    pub(super) classes: RefCell<HashMap<(TypeId, Place), bool>>,
}

/// The namespace of an exported interface.
pub(crate) struct Namespace {
    /// Its types.
    pub(crate) items: Vec<Item>,
    /// The name of the interface of its functions and classes.
    pub(crate) exports: String,
}

impl<'a> TypeReader<'a> {
    pub(crate) fn new(
        resolve: &'a Resolve,
        world: &World,
        name: &str,
        exports: &[ExportName],
    ) -> Self {
        let imported = world.imports.iter().filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => Some((*id, key_name(resolve, key))),
            _ => None,
        });
        let exported = world.exports.values().zip(exports);
        let exported = exported.filter_map(|(item, name)| match item {
            WorldItem::Interface { id, .. } => Some((*id, name.namespace.clone())),
            _ => None,
        });
        TypeReader {
            resolve,
            world: name.to_owned(),
            imported: imported.collect(),
            exported: exported.collect(),
            kinds: RefCell::default(),
            classes: RefCell::default(),
        }
    }

    /// Returns the declarations of an imported interface.
    pub(crate) fn imported(&self, id: InterfaceId) -> Vec<Item> {
        let place = Place::Imported(id);
        let interface = &self.resolve.interfaces[id];
        let mut items = Vec::new();
        for ty in interface.types.values() {
            items.push(match self.resolve.types[*ty].kind {
                TypeDefKind::Resource => {
                    Item::Class(self.class(*ty, interface.functions.values(), place))
                }
                _ => self.named(*ty, place),
            });
        }
        let functions = interface.functions.values();
        for function in functions.filter(|function| function.kind.resource().is_none()) {
            items.push(Item::Function(self.function(function, place)));
        }
        items
    }

    /// Returns the namespace of an exported interface.
    pub(crate) fn namespace(&self, id: InterfaceId) -> Namespace {
        let place = Place::Exported(id);
        let interface = &self.resolve.interfaces[id];
        let (mut items, mut members) = (Vec::new(), Vec::new());
        for (name, ty) in &interface.types {
            let def = &self.resolve.types[*ty];
            if !matches!(def.kind, TypeDefKind::Resource) {
                items.push(self.named(*ty, place));
                continue;
            }
            let name = pascal(name);
            let (mut methods, mut statics) = (Vec::new(), Vec::new());
            let functions = interface.functions.values();
            for function in functions.filter(|function| function.kind.resource() == Some(*ty)) {
                let member = self.export(function, place);
                match function.kind {
                    FunctionKind::Constructor(_) => {
                        statics.insert(0, Member::Constructor(member, name.clone()));
                    }
                    FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => {
                        statics.push(Member::Function(member));
                    }
                    _ => methods.push(Member::Function(member)),
                }
            }
            if !matches!(statics.first(), Some(Member::Constructor(..))) {
                statics.insert(0, Member::Property("prototype".into(), name.clone()));
            }
            let docs = docs(&def.docs, &def.stability);
            items.push(Item::Interface {
                name: name.clone(),
                docs: docs.clone(),
                members: methods,
            });
            members.push(Member::Object {
                name,
                docs,
                members: statics,
            });
        }
        let functions = interface.functions.values();
        for function in functions.filter(|function| function.kind.resource().is_none()) {
            members.push(Member::Function(self.export(function, place)));
        }
        let taken: Vec<_> = interface.types.keys().map(|name| pascal(name)).collect();
        let exports = free("Exports", &taken);
        items.push(Item::Interface {
            name: exports.clone(),
            docs: Some("The functions and classes that a program exports.".into()),
            members,
        });
        Namespace { items, exports }
    }

    /// Returns a type that the world defines itself.
    pub(crate) fn world_type(&self, id: TypeId) -> Item {
        let def = &self.resolve.types[id];
        match def.kind {
            TypeDefKind::Resource => {
                let name = def.name.as_deref().unwrap_or_default();
                Item::Type {
                    name: pascal(name),
                    ty: DeclaredType::Class(format!("import({name:?}).{}", pascal(name))),
                    docs: docs(&def.docs, &def.stability),
                }
            }
            _ => self.named(id, Place::World),
        }
    }

    /// Returns the module of a resource that the world imports itself.
    pub(crate) fn world_class(&self, id: TypeId, world: &World) -> Option<Module> {
        let def = &self.resolve.types[id];
        let name = def.name.as_deref()?;
        let TypeDefKind::Resource = def.kind else {
            return None;
        };
        let functions = world.imports.values().filter_map(|item| match item {
            WorldItem::Function(function) => Some(function),
            _ => None,
        });
        let mut module = Module::new(name);
        let class = self.class(id, functions, Place::Elsewhere);
        let default = Item::Default(class.name.clone());
        module.items = vec![Item::Class(class), default];
        Some(module)
    }

    fn class<'f>(
        &self,
        id: TypeId,
        functions: impl Iterator<Item = &'f Function>,
        place: Place,
    ) -> Class {
        let def = &self.resolve.types[id];
        let mut class = Class {
            name: pascal(def.name.as_deref().unwrap_or_default()),
            constructor: None,
            statics: Vec::new(),
            methods: Vec::new(),
            docs: docs(&def.docs, &def.stability),
        };
        for function in functions.filter(|function| function.kind.resource() == Some(id)) {
            let member = self.function(function, place);
            match function.kind {
                FunctionKind::Constructor(_) => class.constructor = Some(member),
                FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => {
                    class.statics.push(member);
                }
                _ => class.methods.push(member),
            }
        }
        class
    }

    fn named(&self, id: TypeId, place: Place) -> Item {
        let def = &self.resolve.types[id];
        Item::Type {
            name: pascal(def.name.as_deref().unwrap_or_default()),
            ty: self.structure(&def.kind, place),
            docs: docs(&def.docs, &def.stability),
        }
    }

    /// Returns a function that the program calls.
    pub(crate) fn function(&self, function: &Function, place: Place) -> Declared {
        let is_method = matches!(
            function.kind,
            FunctionKind::Method(_) | FunctionKind::AsyncMethod(_)
        );
        let params = function.params.iter().skip(usize::from(is_method));
        Declared {
            name: camel(function.item_name()),
            params: params
                .map(|param| (camel(&param.name), self.read(&param.ty, place)))
                .collect(),
            result: function.result.map(|ty| self.read(&ty, place)),
            returns: match function.kind.is_async() {
                true => Returns::Promise,
                false => Returns::Value,
            },
            is_async: function.kind.is_async(),
            is_loose: false,
            docs: docs(&function.docs, &function.stability),
        }
    }

    /// Returns a function that the program implements.
    pub(crate) fn export(&self, function: &Function, place: Place) -> Declared {
        let mut params = function.params.iter();
        let is_loose = params.any(|param| self.has_class(&param.ty, place));
        Declared {
            returns: Returns::Either,
            is_loose,
            ..self.function(function, place)
        }
    }

    /// Reads a type, by its name if it has one.
    fn read(&self, ty: &Type, place: Place) -> DeclaredType {
        match ty {
            Type::Bool => DeclaredType::Bool,
            Type::U8 => DeclaredType::U8,
            Type::S8 => DeclaredType::S8,
            Type::U16 => DeclaredType::U16,
            Type::S16 => DeclaredType::S16,
            Type::U32 => DeclaredType::U32,
            Type::S32 => DeclaredType::S32,
            Type::U64 => DeclaredType::U64,
            Type::S64 => DeclaredType::S64,
            Type::F32 => DeclaredType::F32,
            Type::F64 => DeclaredType::F64,
            Type::Char => DeclaredType::Char,
            Type::String => DeclaredType::String,
            Type::ErrorContext => DeclaredType::Unsupported,
            Type::Id(id) => {
                let def = &self.resolve.types[*id];
                match (&def.name, &def.kind) {
                    (Some(name), TypeDefKind::Resource) => {
                        DeclaredType::Class(self.reference(name, def.owner, place))
                    }
                    (Some(name), _) => {
                        let name = self.reference(name, def.owner, place);
                        DeclaredType::Named(name, self.kind(*id, place))
                    }
                    (None, kind) => self.structure(kind, place),
                }
            }
        }
    }

    /// Returns what a named type is.
    fn kind(&self, id: TypeId, place: Place) -> Rc<DeclaredType> {
        if let Some(known) = self.kinds.borrow().get(&(id, place)) {
            return known.clone();
        }
        let def = &self.resolve.types[id];
        let kind = Rc::new(self.structure(&def.kind, self.home(def.owner, place)));
        self.kinds.borrow_mut().insert((id, place), kind.clone());
        kind
    }

    fn structure(&self, kind: &TypeDefKind, place: Place) -> DeclaredType {
        let boxed = |ty: &Type| Rc::new(self.read(ty, place));
        match kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter().map(|field| Field {
                    name: camel(&field.name),
                    ty: self.read(&field.ty, place),
                    docs: field.docs.contents.clone(),
                });
                DeclaredType::Record(fields.collect())
            }
            TypeDefKind::Flags(flags) => {
                let flags = flags.flags.iter().map(|flag| Field {
                    name: camel(&flag.name),
                    ty: DeclaredType::Bool,
                    docs: flag.docs.contents.clone(),
                });
                DeclaredType::Flags(flags.collect())
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| Case {
                    name: case.name.clone(),
                    ty: case.ty.map(|ty| self.read(&ty, place)),
                    docs: case.docs.contents.clone(),
                });
                DeclaredType::Variant(cases.collect())
            }
            TypeDefKind::Enum(names) => {
                let cases = names.cases.iter().map(|case| Case {
                    name: case.name.clone(),
                    ty: None,
                    docs: case.docs.contents.clone(),
                });
                DeclaredType::Enum(cases.collect())
            }
            TypeDefKind::Tuple(tuple) => {
                let types = tuple.types.iter();
                DeclaredType::Tuple(types.map(|ty| self.read(ty, place)).collect())
            }
            TypeDefKind::Option(ty) => DeclaredType::Option(boxed(ty)),
            TypeDefKind::Result(result) => DeclaredType::Result(
                result.ok.as_ref().map(boxed),
                result.err.as_ref().map(boxed),
            ),
            TypeDefKind::List(ty) | TypeDefKind::FixedLengthList(ty, _) => {
                DeclaredType::List(boxed(ty))
            }
            TypeDefKind::Map(key, value) => DeclaredType::Map(boxed(key), boxed(value)),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => {
                self.read(&Type::Id(*id), place)
            }
            TypeDefKind::Type(ty) => self.read(ty, place),
            TypeDefKind::Future(item) => DeclaredType::Future(item.as_ref().map(boxed)),
            TypeDefKind::Stream(item) => DeclaredType::Stream(item.as_ref().map(boxed)),
            TypeDefKind::Resource | TypeDefKind::Unknown => DeclaredType::Unsupported,
        }
    }
}

/// Returns the documentation of an item.
fn docs(docs: &Docs, stability: &Stability) -> Option<String> {
    let deprecated = match stability {
        Stability::Unstable { deprecated, .. } | Stability::Stable { deprecated, .. } => deprecated,
        Stability::Unknown => &None,
    };
    match (docs.contents.as_deref(), deprecated) {
        (None, None) => None,
        (Some(docs), None) => Some(docs.to_owned()),
        (docs, Some(version)) => {
            let docs = docs.unwrap_or_default().trim_end();
            Some(format!("{docs}\n\n@deprecated since version {version}"))
        }
    }
}
