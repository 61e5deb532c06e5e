//! TypeScript declarations of the modules that scripts can import.

use std::collections::BTreeSet;
use std::rc::Rc;

use jsvm_declare::{Case, Class, Field, Item, Module, Type as Declared};
use wasmtime::component::types::{ResourceType, Type};

use super::component::Linked;
use super::exports::{Function, FunctionKind, Interface};
use super::names::camel;

/// Creates the text of a `.d.ts` file with a module for each interface.
pub(crate) fn declarations(linked: &Linked) -> String {
    let mut text = String::new();
    for interface in &linked.exports.interfaces {
        if !interface.is_root() {
            InterfaceReader { linked, interface }
                .module()
                .write(&mut text);
        }
    }
    if let Some(root) = root(linked) {
        root.write(&mut text);
    }
    text
}

/// Returns the specifier of a module.
fn specifier(linked: &Linked, interface: &Interface) -> String {
    match interface.name.package() {
        Some(_) => interface.export.clone(),
        None if interface.is_root() => linked.name.clone(),
        None => format!("{}/{}", linked.name, interface.export),
    }
}

/// Returns the module with the name of the component.
fn root(linked: &Linked) -> Option<Module> {
    let (root, interfaces) = linked.exports.interfaces.split_first()?;
    let mut module = Module::new(&linked.name);
    module.items = InterfaceReader {
        linked,
        interface: root,
    }
    .items();
    for interface in interfaces {
        let name = camel(interface.name.local());
        let is_clear = interfaces.iter().all(|other| {
            other.export == interface.export || other.name.local() != interface.name.local()
        });
        let mut functions = root.functions.iter();
        if is_clear && !functions.any(|index| linked.exports.functions[*index].name == name) {
            let module_name = specifier(linked, interface);
            module.items.push(Item::ModuleObject {
                name,
                module: module_name,
            });
        }
    }
    Some(module)
}

/// Reads an interface of a component.
struct InterfaceReader<'a> {
    linked: &'a Linked,
    interface: &'a Interface,
}

impl<'a> InterfaceReader<'a> {
    fn functions(&self) -> impl Iterator<Item = &'a Function> {
        let functions = &self.linked.exports.functions;
        let indices: &'a Vec<usize> = &self.interface.functions;
        indices.iter().map(|index| &functions[*index])
    }

    fn module(&self) -> Module {
        let mut module = Module::new(specifier(self.linked, self.interface));
        // Without a version, the newest one is meant.
        let name = &self.interface.name;
        let others = self.linked.exports.interfaces.iter();
        let is_newest = others
            .filter(|other| other.name.base == name.base)
            .all(|other| other.name.version <= name.version);
        if name.version.is_some() && is_newest {
            module.alias = Some(name.base.clone());
        }
        module.items = self.items();
        module
    }

    fn items(&self) -> Vec<Item> {
        let mut items = self.imports();
        for (name, ty) in &self.interface.types {
            items.push(Item::Type {
                name: name.clone(),
                ty: self.structure(ty),
                docs: None,
            });
        }
        for function in self.functions() {
            if function.kind == FunctionKind::Free {
                items.push(Item::Function(self.function(function, 0)));
            }
        }
        for (name, id) in &self.interface.classes {
            items.push(match self.home(id.0) {
                Some(_) => Item::Export(name.clone()),
                None => Item::Class(self.class(name, id.0)),
            });
        }
        items
    }

    /// Returns the module of a class, if it is another one.
    fn home(&self, resource: usize) -> Option<&'a Interface> {
        let exports = &self.linked.exports;
        let home = exports.resources[resource].interface?;
        let home = &exports.interfaces[home];
        (home.export != self.interface.export).then_some(home)
    }

    /// Returns imports of the classes of other modules.
    fn imports(&self) -> Vec<Item> {
        let resources = &self.linked.exports.resources;
        let classes = self.interface.classes.iter();
        let imports: BTreeSet<_> = classes
            .filter_map(|(_, id)| {
                let module = specifier(self.linked, self.home(id.0)?);
                Some((resources[id.0].class.clone(), module))
            })
            .collect();
        let imports = imports.into_iter();
        imports
            .map(|(class, module)| Item::Import { class, module })
            .collect()
    }

    fn class(&self, name: &str, id: usize) -> Class {
        let mut class = Class {
            name: name.to_owned(),
            constructor: None,
            statics: Vec::new(),
            methods: Vec::new(),
            docs: None,
        };
        for member in self.functions() {
            if member.kind.class().is_none_or(|class| class.0 != id) {
                continue;
            }
            match member.kind {
                FunctionKind::Constructor(_) => {
                    class.constructor = Some(self.function(member, 0));
                }
                FunctionKind::Static(_) => class.statics.push(self.function(member, 0)),
                _ => class.methods.push(self.function(member, 1)),
            }
        }
        class
    }

    fn function(&self, function: &Function, skip: usize) -> jsvm_declare::Function {
        let params = function.ty.params().skip(skip);
        let result = function.ty.results().next();
        jsvm_declare::Function {
            name: function.name.clone(),
            params: params
                .map(|(name, ty)| (camel(name), self.read(&ty)))
                .collect(),
            result: result.map(|ty| self.read(&ty)),
            is_async: function.is_async,
            returns: match function.is_async {
                true => jsvm_declare::Returns::Promise,
                false => jsvm_declare::Returns::Value,
            },
            ..jsvm_declare::Function::default()
        }
    }

    /// Reads a type, by its name if it has one.
    fn read(&self, ty: &Type) -> Declared {
        // Nothing but their kind is asked of named types. To read them each time they occur would take
        // exponential time.
        let kind = match ty {
            Type::Record(_) => Declared::Record(Vec::new()),
            Type::Variant(_) => Declared::Variant(Vec::new()),
            Type::Enum(_) => Declared::Enum(Vec::new()),
            Type::Flags(_) => Declared::Flags(Vec::new()),
            _ => return self.structure(ty),
        };
        match self.interface.types.iter().find(|(_, known)| known == ty) {
            Some((name, _)) => Declared::Named(name.clone(), Rc::new(kind)),
            None => self.structure(ty),
        }
    }

    fn structure(&self, ty: &Type) -> Declared {
        let boxed = |ty: &Type| Rc::new(self.read(ty));
        match ty {
            Type::Bool => Declared::Bool,
            Type::S8 => Declared::S8,
            Type::U8 => Declared::U8,
            Type::S16 => Declared::S16,
            Type::U16 => Declared::U16,
            Type::S32 => Declared::S32,
            Type::U32 => Declared::U32,
            Type::S64 => Declared::S64,
            Type::U64 => Declared::U64,
            Type::Float32 => Declared::F32,
            Type::Float64 => Declared::F64,
            Type::Char => Declared::Char,
            Type::String => Declared::String,
            Type::List(list) => Declared::List(boxed(&list.ty())),
            Type::FixedLengthList(list) => Declared::List(boxed(&list.ty())),
            Type::Record(record) => {
                let fields = record.fields();
                let fields = fields.map(|it| field(it.name, self.read(&it.ty)));
                Declared::Record(fields.collect())
            }
            Type::Tuple(tuple) => Declared::Tuple(tuple.types().map(|ty| self.read(&ty)).collect()),
            Type::Variant(variant) => {
                let cases = variant.cases();
                let cases = cases.map(|it| case(it.name, it.ty.map(|ty| self.read(&ty))));
                Declared::Variant(cases.collect())
            }
            Type::Enum(names) => {
                Declared::Enum(names.names().map(|name| case(name, None)).collect())
            }
            Type::Option(option) => Declared::Option(boxed(&option.ty())),
            Type::Result(result) => Declared::Result(
                result.ok().as_ref().map(boxed),
                result.err().as_ref().map(boxed),
            ),
            Type::Flags(flags) => {
                let names = flags.names();
                Declared::Flags(names.map(|name| field(name, Declared::Bool)).collect())
            }
            Type::Own(ty) | Type::Borrow(ty) => self.resource(*ty),
            Type::Future(future) => Declared::Future(future.ty().as_ref().map(boxed)),
            Type::Stream(stream) => Declared::Stream(stream.ty().as_ref().map(boxed)),
            Type::Map(_) | Type::ErrorContext => Declared::Unsupported,
        }
    }

    fn resource(&self, ty: ResourceType) -> Declared {
        let resource = self.linked.exports.resource_of(ty);
        let name = match resource {
            Some(resource) if resource.interface.is_some() => resource.class.clone(),
            _ => "Disposable".into(),
        };
        Declared::Class(name)
    }
}

fn field(name: &str, ty: Declared) -> Field {
    Field {
        name: camel(name),
        ty,
        docs: None,
    }
}

fn case(name: &str, ty: Option<Declared>) -> Case {
    Case {
        name: name.to_owned(),
        ty,
        docs: None,
    }
}
