//! Modules and what they declare.

use std::fmt::Write;

use crate::function::Function;
use crate::text::{self, declared, key};
use crate::types::{Type, TypePrinter};

/// An ambient module.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// The specifier.
    pub name: String,
    /// Another specifier of the same module.
    pub alias: Option<String>,
    /// The documentation.
    pub docs: Option<String>,
    /// The declarations.
    pub items: Vec<Item>,
}

/// A declaration in a module.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A class of another module is imported.
    Import {
        /// The class.
        class: String,
        /// The other module.
        module: String,
    },
    /// An imported class is exported.
    Export(String),
    /// A type.
    Type {
        /// The name.
        name: String,
        /// What it is.
        ty: Type,
        /// The documentation.
        docs: Option<String>,
    },
    /// A function.
    Function(Function),
    /// A function of the module is its default export, too.
    Default(String),
    /// The class of a resource.
    Class(Class),
    /// A module is exported as an object.
    ModuleObject {
        /// The name of the object.
        name: String,
        /// The module.
        module: String,
    },
    /// A namespace of types.
    Namespace {
        /// The name.
        name: String,
        /// The documentation.
        docs: Option<String>,
        /// The types.
        items: Vec<Item>,
    },
    /// An interface that a program implements.
    Interface {
        /// The name.
        name: String,
        /// The documentation.
        docs: Option<String>,
        /// The members.
        members: Vec<Member>,
    },
    /// Lines of TypeScript.
    Lines(Vec<String>),
}

/// The class of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// The name.
    pub name: String,
    /// The constructor. Without one, programs cannot create instances.
    pub constructor: Option<Function>,
    /// Functions of the class.
    pub statics: Vec<Function>,
    /// Functions of instances.
    pub methods: Vec<Function>,
    /// The documentation.
    pub docs: Option<String>,
}

/// A member of an interface that a program implements.
#[derive(Clone, Debug, PartialEq)]
pub enum Member {
    /// A function.
    Function(Function),
    /// A constructor, and the class of its instances.
    Constructor(Function, String),
    /// A property, and its type as it is written.
    Property(String, String),
    /// An object, or a class.
    Object {
        /// The name.
        name: String,
        /// The documentation.
        docs: Option<String>,
        /// The members.
        members: Vec<Member>,
    },
}

impl Module {
    /// Creates a module without declarations.
    pub fn new(name: impl Into<String>) -> Module {
        Module {
            name: name.into(),
            alias: None,
            docs: None,
            items: Vec::new(),
        }
    }

    /// Appends the module to a `.d.ts` file, which must not have imports of its own.
    pub fn write(&self, text: &mut String) {
        let name = &self.name;
        if let Some(docs) = &self.docs {
            text::docs(docs, "", text);
        }
        _ = writeln!(text, "declare module {name:?} {{");
        write_items(&self.items, &TypePrinter::default(), "  ", text);
        text.push_str("}\n");
        if let Some(alias) = &self.alias {
            _ = writeln!(
                text,
                "declare module {alias:?} {{\n  export * from {name:?};"
            );
            // `export *` leaves it out.
            if self
                .items
                .iter()
                .any(|item| matches!(item, Item::Default(_)))
            {
                _ = writeln!(text, "  export {{ default }} from {name:?};");
            }
            text.push_str("}\n");
        }
    }
}

/// Writes declarations inside of others.
fn write_items(items: &[Item], outer: &TypePrinter, indent: &str, text: &mut String) {
    let mut types = outer.clone();
    types.declared.extend(items.iter().filter_map(|item| {
        Some(match item {
            Item::Type { name, .. } | Item::Interface { name, .. } => name.clone(),
            Item::Class(class) => class.name.clone(),
            Item::Import { class, .. } => class.clone(),
            _ => return None,
        })
    }));
    for item in items {
        item.write(&types, indent, text);
    }
}

impl Item {
    fn write(&self, types: &TypePrinter, indent: &str, text: &mut String) {
        match self {
            Item::Import { class, module } => {
                _ = writeln!(text, "{indent}import {{ {class} }} from {module:?};");
            }
            Item::Export(name) => _ = writeln!(text, "{indent}export {{ {name} }};"),
            Item::Type { name, ty, docs } => {
                optional_docs(docs, indent, text);
                named(name, ty, types, indent, text);
            }
            Item::Function(function) => {
                function.docs(types, indent, text);
                let name = declared(&function.name);
                let signature = function.signature(types);
                _ = match name == function.name {
                    true => writeln!(text, "{indent}export function {name}{signature};"),
                    false => writeln!(
                        text,
                        "{indent}function {name}{signature};\n{indent}export {{ {name} as {} }};",
                        function.name
                    ),
                };
            }
            Item::Default(name) => {
                _ = writeln!(text, "{indent}export default {};", declared(name));
            }
            Item::Class(class) => class.write(types, indent, text),
            Item::ModuleObject { name, module } => {
                _ = writeln!(text, "{indent}export * as {name} from {module:?};");
            }
            Item::Namespace { name, docs, items } => {
                optional_docs(docs, indent, text);
                _ = writeln!(text, "{indent}export namespace {name} {{");
                write_items(items, types, &format!("{indent}  "), text);
                _ = writeln!(text, "{indent}}}");
            }
            Item::Interface {
                name,
                docs,
                members,
            } => {
                optional_docs(docs, indent, text);
                _ = writeln!(text, "{indent}export interface {name} {{");
                write_members(members, types, &format!("{indent}  "), text);
                _ = writeln!(text, "{indent}}}");
            }
            Item::Lines(lines) => {
                for line in lines {
                    _ = writeln!(text, "{indent}{line}");
                }
            }
        }
    }
}

fn optional_docs(docs: &Option<String>, indent: &str, text: &mut String) {
    if let Some(docs) = docs {
        text::docs(docs, indent, text);
    }
}

/// Writes a named type.
fn named(name: &str, ty: &Type, types: &TypePrinter, indent: &str, text: &mut String) {
    let member = format!("{indent}  ");
    match ty {
        Type::Record(fields) => {
            _ = writeln!(text, "{indent}export interface {name} {{");
            for field in fields {
                optional_docs(&field.docs, &member, text);
                let mark = match field.ty.or_undefined() {
                    Some(_) => "?",
                    None => "",
                };
                let ty = types.print(&field.ty);
                _ = writeln!(text, "{member}{}{mark}: {ty};", key(&field.name));
            }
            _ = writeln!(text, "{indent}}}");
        }
        Type::Flags(flags) if flags.iter().any(|flag| flag.docs.is_some()) => {
            _ = writeln!(text, "{indent}export interface {name} {{");
            for flag in flags {
                optional_docs(&flag.docs, &member, text);
                _ = writeln!(text, "{member}{}?: boolean;", key(&flag.name));
            }
            _ = writeln!(text, "{indent}}}");
        }
        Type::Variant(cases) | Type::Enum(cases)
            if cases.iter().any(|case| case.docs.is_some()) =>
        {
            _ = writeln!(text, "{indent}export type {name} =");
            for (index, case) in cases.iter().enumerate() {
                optional_docs(&case.docs, &member, text);
                let written = match ty {
                    Type::Enum(_) => format!("{:?}", case.name),
                    _ => types.case(&case.name, case.ty.as_ref()),
                };
                let end = match index + 1 == cases.len() {
                    true => ";",
                    false => "",
                };
                _ = writeln!(text, "{member}| {written}{end}");
            }
        }
        ty => _ = writeln!(text, "{indent}export type {name} = {};", types.print(ty)),
    }
}

impl Class {
    fn write(&self, types: &TypePrinter, indent: &str, text: &mut String) {
        let name = &self.name;
        let member = format!("{indent}  ");
        optional_docs(&self.docs, indent, text);
        let disposable = types.disposable();
        _ = writeln!(
            text,
            "{indent}export class {name} implements {disposable} {{"
        );
        match &self.constructor {
            Some(constructor) => {
                constructor.docs(types, &member, text);
                _ = writeln!(text, "{member}constructor({});", constructor.params(types));
            }
            None => _ = writeln!(text, "{member}private constructor();"),
        }
        for method in &self.methods {
            method.docs(types, &member, text);
            let signature = method.signature(types);
            _ = writeln!(text, "{member}{}{signature};", key(&method.name));
        }
        for function in &self.statics {
            function.docs(types, &member, text);
            let signature = function.signature(types);
            _ = writeln!(text, "{member}static {}{signature};", key(&function.name));
        }
        _ = writeln!(text, "{member}[Symbol.dispose](): void;\n{indent}}}");
    }
}

/// Writes what a program implements.
fn write_members(members: &[Member], types: &TypePrinter, indent: &str, text: &mut String) {
    for member in members {
        match member {
            Member::Function(function) => {
                function.docs(types, indent, text);
                let name = key(&function.name);
                // TypeScript compares the parameters of methods loosely.
                _ = match function.is_loose {
                    true => writeln!(text, "{indent}{name}{};", function.signature(types)),
                    false => writeln!(
                        text,
                        "{indent}{name}: ({}) => {};",
                        function.params(types),
                        function.output(types)
                    ),
                };
            }
            Member::Constructor(function, class) => {
                function.docs(types, indent, text);
                _ = writeln!(text, "{indent}new ({}): {class};", function.params(types));
            }
            Member::Property(name, ty) => _ = writeln!(text, "{indent}{}: {ty};", key(name)),
            Member::Object {
                name,
                docs,
                members,
            } => {
                optional_docs(docs, indent, text);
                _ = writeln!(text, "{indent}{}: {{", key(name));
                write_members(members, types, &format!("{indent}  "), text);
                _ = writeln!(text, "{indent}}};");
            }
        }
    }
}
