//! Generates TypeScript declarations of the modules that scripts can import.

use std::collections::BTreeSet;
use std::fmt::Write;

use wasmtime::component::types::{ResourceType, Type};

use super::component::Linked;
use super::exports::{Function, FunctionKind, Interface};
use super::names::camel;

/// Creates the text of a `.d.ts` file with a module for each interface.
pub(crate) fn declarations(linked: &Linked) -> String {
    let mut text = String::new();
    for interface in &linked.exports.interfaces {
        if interface.is_root() {
            continue;
        }
        Module::new(linked, interface).write(&mut text);
    }
    root(linked, &mut text);
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

/// Writes the module with the name of the component.
fn root(linked: &Linked, text: &mut String) {
    let Some((root, interfaces)) = linked.exports.interfaces.split_first() else {
        return;
    };
    let module = Module::new(linked, root);
    let mut body = module.body();
    for interface in interfaces {
        let own = camel(interface.name.local());
        let is_clear = interfaces.iter().all(|other| {
            other.export == interface.export || other.name.local() != interface.name.local()
        });
        if is_clear
            && !root
                .functions
                .iter()
                .any(|index| linked.exports.functions[*index].name == own)
        {
            let module = specifier(linked, interface);
            _ = writeln!(body, "  export * as {own} from {module:?};");
        }
    }
    _ = write!(text, "declare module {:?} {{\n{body}}}\n", linked.name);
}

/// Reserved words, which cannot name a parameter or a declared function.
const RESERVED: [&str; 40] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "new",
    "null",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
];

/// Returns a name that can be declared.
fn declared(name: &str) -> String {
    match RESERVED.contains(&name) {
        true => format!("_{name}"),
        false => name.to_owned(),
    }
}

struct Module<'a> {
    linked: &'a Linked,
    interface: &'a Interface,
}

impl<'a> Module<'a> {
    fn new(linked: &'a Linked, interface: &'a Interface) -> Self {
        Module { linked, interface }
    }

    fn functions(&self) -> impl Iterator<Item = &'a Function> {
        let functions = &self.linked.exports.functions;
        let indices: &'a Vec<usize> = &self.interface.functions;
        indices.iter().map(|index| &functions[*index])
    }

    fn write(&self, text: &mut String) {
        let module = specifier(self.linked, self.interface);
        _ = writeln!(text, "declare module {module:?} {{\n{}}}", self.body());
        // Without a version, the newest one is meant.
        let name = &self.interface.name;
        let others = self.linked.exports.interfaces.iter();
        let is_newest = others
            .filter(|other| other.name.base == name.base)
            .all(|other| other.name.version <= name.version);
        if name.version.is_some() && is_newest {
            let plain = &name.base;
            _ = writeln!(
                text,
                "declare module {plain:?} {{\n  export * from {module:?};\n}}"
            );
        }
    }

    fn body(&self) -> String {
        let mut body = String::new();
        self.imports(&mut body);
        for (name, ty) in &self.interface.types {
            self.named(name, ty, &mut body);
        }
        for function in self.functions() {
            if function.kind == FunctionKind::Free {
                self.function(function, &mut body);
            }
        }
        let resources = &self.linked.exports.resources;
        for (name, id) in &self.interface.classes {
            let home = resources[id.0]
                .interface
                .map(|index| &self.linked.exports.interfaces[index]);
            match home {
                Some(home) if home.export != self.interface.export => {
                    _ = writeln!(body, "  export {{ {name} }};");
                }
                _ => self.class(name, id.0, &mut body),
            }
        }
        body
    }

    /// Writes imports of the classes of other modules.
    fn imports(&self, body: &mut String) {
        let exports = &self.linked.exports;
        let mut imports = BTreeSet::new();
        for (_, id) in &self.interface.classes {
            let resource = &exports.resources[id.0];
            let home = resource.interface.map(|index| &exports.interfaces[index]);
            if let Some(home) = home.filter(|home| home.export != self.interface.export) {
                imports.insert((resource.class.clone(), specifier(self.linked, home)));
            }
        }
        for (class, module) in imports {
            _ = writeln!(body, "  import {{ {class} }} from {module:?};");
        }
    }

    /// Writes a named type.
    fn named(&self, name: &str, ty: &Type, body: &mut String) {
        if let Type::Record(record) = ty {
            _ = writeln!(body, "  export interface {name} {{");
            for field in record.fields() {
                let key = camel(field.name);
                _ = match &field.ty {
                    Type::Option(option) if !matches!(option.ty(), Type::Option(_)) => {
                        writeln!(body, "    {key}?: {};", self.of_type(&option.ty()))
                    }
                    ty => writeln!(body, "    {key}: {};", self.of_type(ty)),
                };
            }
            body.push_str("  }\n");
            return;
        }
        _ = writeln!(body, "  export type {name} = {};", self.structure(ty));
    }

    fn function(&self, function: &Function, body: &mut String) {
        let name = declared(&function.name);
        let signature = self.signature(function, 0);
        self.throws(function, "  ", body);
        _ = match name == function.name {
            true => writeln!(body, "  export function {name}{signature};"),
            false => writeln!(
                body,
                "  function {name}{signature};\n  export {{ {name} as {} }};",
                function.name
            ),
        };
    }

    fn class(&self, name: &str, id: usize, body: &mut String) {
        _ = writeln!(body, "  export class {name} implements Disposable {{");
        let members = self.functions();
        let members: Vec<_> = members
            .filter(|member| member.kind.class().is_some_and(|class| class.0 == id))
            .collect();
        if !members
            .iter()
            .any(|member| matches!(member.kind, FunctionKind::Constructor(_)))
        {
            body.push_str("    private constructor();\n");
        }
        for member in members {
            self.throws(member, "    ", body);
            _ = match member.kind {
                FunctionKind::Constructor(_) => {
                    let params = self.params(member, 0);
                    writeln!(body, "    constructor({params});")
                }
                FunctionKind::Static(_) => {
                    let signature = self.signature(member, 0);
                    writeln!(body, "    static {}{signature};", member.name)
                }
                _ => writeln!(body, "    {}{};", member.name, self.signature(member, 1)),
            };
        }
        body.push_str("    [Symbol.dispose](): void;\n  }\n");
    }

    /// Writes the type of the payload that a function throws.
    fn throws(&self, function: &Function, indent: &str, body: &mut String) {
        let result = function.ty.results().next();
        if let Some(Type::Result(result)) = result {
            let payload = result
                .err()
                .map_or("undefined".into(), |ty| self.of_type(&ty));
            _ = writeln!(
                body,
                "{indent}/** Throws an error whose `payload` is: {payload} */"
            );
        }
    }

    fn signature(&self, function: &Function, skip: usize) -> String {
        let result = match function.ty.results().next() {
            Some(Type::Result(result)) => result.ok().map(|ty| self.of_type(&ty)),
            Some(ty) => Some(self.of_type(&ty)),
            None => None,
        };
        let result = result.unwrap_or_else(|| "void".into());
        format!("({}): {result}", self.params(function, skip))
    }

    fn params(&self, function: &Function, skip: usize) -> String {
        let params: Vec<_> = function.ty.params().skip(skip).collect();
        // A parameter is optional only if no required one follows.
        let last_required = params
            .iter()
            .rposition(|(_, ty)| !is_optional(ty))
            .map_or(0, |index| index + 1);
        let params = params.iter().enumerate().map(|(index, (name, ty))| {
            let name = declared(&camel(name));
            match ty {
                Type::Option(option) if index >= last_required && is_optional(ty) => {
                    format!("{name}?: {}", self.of_type(&option.ty()))
                }
                ty => format!("{name}: {}", self.of_type(ty)),
            }
        });
        params.collect::<Vec<_>>().join(", ")
    }

    /// Returns a type by its name, or else its structure.
    fn of_type(&self, ty: &Type) -> String {
        let has_name = matches!(
            ty,
            Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_)
        );
        let named = self.interface.types.iter().find(|(_, known)| known == ty);
        match named {
            Some((name, _)) if has_name => name.clone(),
            _ => self.structure(ty),
        }
    }

    fn structure(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "boolean".into(),
            Type::S8 | Type::U8 | Type::S16 | Type::U16 | Type::S32 | Type::U32 => "number".into(),
            Type::Float32 | Type::Float64 => "number".into(),
            Type::S64 | Type::U64 => "bigint".into(),
            Type::Char | Type::String => "string".into(),
            Type::List(list) => self.list(&list.ty()),
            Type::FixedLengthList(list) => self.list(&list.ty()),
            Type::Record(record) => {
                let fields = record.fields();
                let fields = fields
                    .map(|field| format!("{}: {}", camel(field.name), self.of_type(&field.ty)));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Type::Tuple(tuple) => {
                let types: Vec<_> = tuple.types().map(|ty| self.of_type(&ty)).collect();
                format!("[{}]", types.join(", "))
            }
            Type::Variant(variant) => {
                let cases = variant.cases();
                let cases = cases.map(|case| self.case(case.name, case.ty.as_ref()));
                cases.collect::<Vec<_>>().join(" | ")
            }
            Type::Enum(names) => {
                let names: Vec<_> = names.names().map(|name| format!("{name:?}")).collect();
                names.join(" | ")
            }
            Type::Option(option) => match option.ty() {
                inner @ Type::Option(_) => {
                    format!(
                        "{} | {}",
                        self.case("some", Some(&inner)),
                        self.case("none", None)
                    )
                }
                inner => format!("{} | undefined", self.of_type(&inner)),
            },
            Type::Result(result) => format!(
                "{} | {}",
                self.case("ok", result.ok().as_ref()),
                self.case("err", result.err().as_ref())
            ),
            Type::Flags(flags) => {
                let flags = flags.names();
                let flags = flags.map(|name| format!("{}?: boolean", camel(name)));
                format!("{{ {} }}", flags.collect::<Vec<_>>().join(", "))
            }
            Type::Own(ty) | Type::Borrow(ty) => self.resource(*ty),
            Type::Map(_) | Type::Future(_) | Type::Stream(_) | Type::ErrorContext => "never".into(),
        }
    }

    fn list(&self, inner: &Type) -> String {
        match inner {
            Type::U8 => "Uint8Array".into(),
            Type::S8 => "Int8Array".into(),
            Type::U16 => "Uint16Array".into(),
            Type::S16 => "Int16Array".into(),
            Type::U32 => "Uint32Array".into(),
            Type::S32 => "Int32Array".into(),
            Type::U64 => "BigUint64Array".into(),
            Type::S64 => "BigInt64Array".into(),
            Type::Float32 => "Float32Array".into(),
            Type::Float64 => "Float64Array".into(),
            inner => format!("Array<{}>", self.of_type(inner)),
        }
    }

    fn case(&self, tag: &str, payload: Option<&Type>) -> String {
        match payload {
            Some(ty) => format!("{{ tag: {tag:?}, val: {} }}", self.of_type(ty)),
            None => format!("{{ tag: {tag:?} }}"),
        }
    }

    fn resource(&self, ty: ResourceType) -> String {
        let resource = self.linked.exports.resource_of(ty);
        match resource {
            Some(resource) if resource.interface.is_some() => resource.class.clone(),
            _ => "Disposable".into(),
        }
    }
}

/// Whether an argument is optional.
fn is_optional(ty: &Type) -> bool {
    matches!(ty, Type::Option(option) if !matches!(option.ty(), Type::Option(_)))
}
