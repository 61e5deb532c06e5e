//! Checks the calls of a program that was not built into a component.

use std::cell::RefCell;
use std::collections::HashMap;

use jsvm_declare::declared;
use serde_json::{Value, json};
use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, Type, TypeDefKind, TypeId, WorldItem,
};

use crate::WorldSource;
use crate::declare::places::Place;
use crate::declare::types::TypeReader;
use crate::names::{ExportName, camel, export_names, is_identifier, key_name, pascal};

impl WorldSource {
    /// Returns a JavaScript expression: a function that gets the exports of a program as an object, and returns them
    /// with checks. Calls throw a `TypeError` if an argument or a result does not have the type that this world says.
    pub fn checker(&self) -> String {
        let world = &self.resolve.worlds[self.world];
        let exports = export_names(&self.resolve, world);
        let reader = CheckReader {
            source: self,
            types: TypeReader::new(&self.resolve, world, "", &exports),
            exports: world.exports.values().collect(),
            table: RefCell::default(),
            known: RefCell::default(),
        };
        let items = world
            .exports
            .iter()
            .zip(&exports)
            .map(|((key, item), names)| {
                let name = camel(&key_name(&self.resolve, key));
                reader.export(item, names, &name)
            });
        let items: Vec<Value> = items.collect();
        let description = json!({ "exports": items, "types": reader.table.into_inner() });
        format!("{}({description})", include_str!("check.js").trim_end())
    }

    /// Returns the exports of this world that are names of variables, for the code that destructures what the checks
    /// return: `greet`, and `class: _class` for a reserved word.
    pub fn export_variables(&self) -> Vec<String> {
        let world = &self.resolve.worlds[self.world];
        let exports = export_names(&self.resolve, world);
        let names = exports.iter().flat_map(|export| &export.names);
        let names = names.filter(|name| is_identifier(name));
        names
            .map(|name| match declared(name) {
                variable if variable == *name => variable,
                variable => format!("{name}: {variable}"),
            })
            .collect()
    }
}

/// Reads types as data.
struct CheckReader<'a> {
    source: &'a WorldSource,
    types: TypeReader<'a>,
    exports: Vec<&'a WorldItem>,
    table: RefCell<Vec<Value>>,
    known: RefCell<HashMap<(TypeId, Place), usize>>,
}

impl CheckReader<'_> {
    fn export(&self, item: &WorldItem, names: &ExportName, name: &str) -> Value {
        match item {
            WorldItem::Function(function) => json!({
                "names": [name],
                "function": self.function(function, Place::World),
            }),
            WorldItem::Interface { id, .. } => self.interface(*id, names),
            WorldItem::Type { .. } => json!({ "names": names.names }),
        }
    }

    fn interface(&self, id: InterfaceId, names: &ExportName) -> Value {
        let interface = &self.source.resolve.interfaces[id];
        let place = Place::Exported(id);
        let of = |resource: Option<TypeId>| {
            let functions = interface.functions.values();
            functions.filter(move |function| function.kind.resource() == resource)
        };
        let functions: Vec<_> = of(None).map(|it| self.function(it, place)).collect();
        let mut classes = Vec::new();
        for (name, ty) in &interface.types {
            let TypeDefKind::Resource = self.source.resolve.types[*ty].kind else {
                continue;
            };
            let (mut construct, mut methods, mut statics) = (Value::Null, Vec::new(), Vec::new());
            for function in of(Some(*ty)) {
                let member = self.function(function, place);
                match function.kind {
                    FunctionKind::Constructor(_) => construct = member,
                    FunctionKind::Static(_) | FunctionKind::AsyncStatic(_) => statics.push(member),
                    _ => methods.push(member),
                }
            }
            classes.push(json!({
                "name": pascal(name),
                "construct": construct,
                "methods": methods,
                "statics": statics,
            }));
        }
        json!({ "names": names.names, "functions": functions, "classes": classes })
    }

    fn function(&self, function: &Function, place: Place) -> Value {
        let is_method = matches!(
            function.kind,
            FunctionKind::Method(_) | FunctionKind::AsyncMethod(_)
        );
        let params = function.params.iter().skip(usize::from(is_method));
        let params: Vec<_> = params
            .map(|param| json!([camel(&param.name), self.index(&param.ty, place)]))
            .collect();
        let result = function.result.map(|ty| self.index(&ty, place));
        json!({
            "name": camel(function.item_name()),
            "params": params,
            "result": result,
            "isAsync": function.kind.is_async(),
        })
    }

    /// Returns the index of a type in the table.
    fn index(&self, ty: &Type, place: Place) -> usize {
        let name = match ty {
            Type::Bool => "bool",
            Type::U8 => "u8",
            Type::U16 => "u16",
            Type::U32 => "u32",
            Type::U64 => "u64",
            Type::S8 => "s8",
            Type::S16 => "s16",
            Type::S32 => "s32",
            Type::S64 => "s64",
            Type::F32 => "f32",
            Type::F64 => "f64",
            Type::Char => "char",
            Type::String => "string",
            Type::ErrorContext => return self.add(json!({ "kind": "unsupported" })),
            Type::Id(id) => return self.defined(*id, place),
        };
        self.add(json!(name))
    }

    fn defined(&self, id: TypeId, place: Place) -> usize {
        if let Some(known) = self.known.borrow().get(&(id, place)) {
            return *known;
        }
        let def = &self.source.resolve.types[id];
        let home = self.types.home(def.owner, place);
        let index = |ty: &Type| self.index(ty, home);
        let optional = |ty: &Option<Type>| ty.as_ref().map(index);
        let found = match &def.kind {
            TypeDefKind::Type(ty) => index(ty),
            TypeDefKind::Handle(Handle::Own(id) | Handle::Borrow(id)) => self.defined(*id, home),
            TypeDefKind::Resource => {
                let export = match home {
                    Place::Exported(interface) => self.exports.iter().position(
                        |item| matches!(item, WorldItem::Interface { id, .. } if *id == interface),
                    ),
                    _ => None,
                };
                let name = pascal(def.name.as_deref().unwrap_or_default());
                self.add(json!({ "kind": "resource", "export": export, "name": name }))
            }
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields: Vec<_> = fields
                    .map(|field| json!([camel(&field.name), index(&field.ty)]))
                    .collect();
                self.add(json!({ "kind": "record", "fields": fields }))
            }
            TypeDefKind::Flags(flags) => {
                let flags = flags.flags.iter();
                let names: Vec<_> = flags.map(|flag| camel(&flag.name)).collect();
                self.add(json!({ "kind": "flags", "names": names }))
            }
            TypeDefKind::Enum(names) => {
                let names: Vec<_> = names.cases.iter().map(|case| &case.name).collect();
                self.add(json!({ "kind": "enum", "names": names }))
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter();
                let cases: Vec<_> = cases
                    .map(|case| json!([case.name, optional(&case.ty)]))
                    .collect();
                self.add(json!({ "kind": "variant", "cases": cases }))
            }
            TypeDefKind::Tuple(tuple) => {
                let of: Vec<_> = tuple.types.iter().map(index).collect();
                self.add(json!({ "kind": "tuple", "of": of }))
            }
            TypeDefKind::Option(ty) => self.add(json!({ "kind": "option", "of": index(ty) })),
            TypeDefKind::Result(result) => self.add(json!({
                "kind": "result",
                "ok": optional(&result.ok),
                "err": optional(&result.err),
            })),
            TypeDefKind::List(ty) => {
                self.add(json!({ "kind": "list", "of": index(ty), "length": null }))
            }
            TypeDefKind::FixedLengthList(ty, length) => {
                self.add(json!({ "kind": "list", "of": index(ty), "length": length }))
            }
            TypeDefKind::Map(key, value) => {
                self.add(json!({ "kind": "map", "key": index(key), "value": index(value) }))
            }
            TypeDefKind::Future(item) => {
                self.add(json!({ "kind": "future", "of": optional(item) }))
            }
            TypeDefKind::Stream(item) => {
                self.add(json!({ "kind": "stream", "of": optional(item) }))
            }
            TypeDefKind::Unknown => self.add(json!({ "kind": "unsupported" })),
        };
        self.known.borrow_mut().insert((id, place), found);
        found
    }

    fn add(&self, ty: Value) -> usize {
        let mut table = self.table.borrow_mut();
        table.push(ty);
        table.len() - 1
    }
}
