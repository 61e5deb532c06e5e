//! TypeScript types of the WIT's types.

use std::fmt::Write as _;

use wit_parser::{Handle, Resolve, SizeAlign, Type, TypeDefKind, TypeId, TypeOwner};

use crate::names::{camel, pascal, upper};

/// Types whose values are values of JavaScript, and that hand-written code converts: their names in
/// the WIT, and the cases for which that code is written.
const NATIVE: [(&str, &[&str]); 4] = [
    (
        "input",
        &[
            "undefined",
            "null",
            "boolean",
            "number",
            "text",
            "value",
            "earlier-step",
        ],
    ),
    (
        "output",
        &["undefined", "null", "boolean", "number", "value"],
    ),
    ("key", &["name", "index", "value"]),
    (
        "argument",
        &[
            "undefined",
            "null",
            "boolean",
            "number",
            "text",
            "bytes",
            "data",
            "error",
        ],
    ),
];

/// The types of a world.
pub(crate) struct Types<'a> {
    pub(crate) resolve: &'a Resolve,
    pub(crate) sizes: SizeAlign,
}

/// How a type is converted.
pub(crate) enum Shape<'a> {
    Bool,
    /// An integer of up to 32 bits: its size in bytes, and whether it is signed.
    Integer(u32, bool),
    Integer64,
    Float64,
    Text,
    /// A handle of `value`.
    Handle,
    /// One of [`NATIVE`].
    Native(&'static str),
    Record(Vec<(String, Type)>),
    Tuple(Vec<Type>),
    Flags(usize),
    Enum(&'a [wit_parser::EnumCase]),
    Variant(&'a [wit_parser::Case]),
    Option(Type),
    Result(Option<Type>, Option<Type>),
    List(Type),
}

impl<'a> Types<'a> {
    pub(crate) fn new(resolve: &'a Resolve) -> Types<'a> {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Types { resolve, sizes }
    }

    pub(crate) fn size(&self, ty: &Type) -> usize {
        self.sizes.size(ty).size_wasm32()
    }

    pub(crate) fn align(&self, ty: &Type) -> usize {
        self.sizes.align(ty).align_wasm32()
    }

    /// Where each of several fields begins.
    pub(crate) fn offsets<'t>(&self, types: impl IntoIterator<Item = &'t Type>) -> Vec<usize> {
        let fields = self.sizes.field_offsets(types).into_iter();
        fields.map(|(offset, _)| offset.size_wasm32()).collect()
    }

    pub(crate) fn shape(&self, ty: &Type) -> Result<Shape<'a>, String> {
        Ok(match ty {
            Type::Bool => Shape::Bool,
            Type::U8 => Shape::Integer(1, false),
            Type::S8 => Shape::Integer(1, true),
            Type::U16 => Shape::Integer(2, false),
            Type::S16 => Shape::Integer(2, true),
            Type::U32 => Shape::Integer(4, false),
            Type::S32 => Shape::Integer(4, true),
            Type::U64 => Shape::Integer64,
            Type::F64 => Shape::Float64,
            Type::String => Shape::Text,
            Type::Id(id) => return self.defined(*id),
            other => return Err(format!("there is no TypeScript for the type {other:?}")),
        })
    }

    fn defined(&self, id: TypeId) -> Result<Shape<'a>, String> {
        let ty = &self.resolve.types[id];
        Ok(match &ty.kind {
            TypeDefKind::Type(ty) => return self.shape(ty),
            TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) => Shape::Handle,
            TypeDefKind::Record(record) => Shape::Record(
                record
                    .fields
                    .iter()
                    .map(|field| (camel(&field.name), field.ty))
                    .collect(),
            ),
            TypeDefKind::Tuple(tuple) => Shape::Tuple(tuple.types.clone()),
            TypeDefKind::Flags(flags) => Shape::Flags(flags.flags.len()),
            TypeDefKind::Enum(cases) => Shape::Enum(&cases.cases),
            TypeDefKind::Variant(variant) => {
                let name = ty.name.as_deref().unwrap_or_default();
                match NATIVE.iter().find(|native| native.0 == name) {
                    Some((name, cases)) => {
                        let found = variant.cases.iter().map(|case| case.name.as_str());
                        if !found.eq(cases.iter().copied()) {
                            return Err(format!(
                                "the cases of `{name}` have changed: npm/src/abi/native.ts converts \
                                 them, and npm/build/src/types.rs lists them"
                            ));
                        }
                        Shape::Native(name)
                    }
                    None => Shape::Variant(&variant.cases),
                }
            }
            TypeDefKind::Option(ty) => Shape::Option(*ty),
            TypeDefKind::Result(result) => Shape::Result(result.ok, result.err),
            TypeDefKind::List(ty) => Shape::List(*ty),
            other => return Err(format!("there is no TypeScript for a {}", other.as_str())),
        })
    }

    /// The type with its own name behind aliases.
    fn named(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(next)) = self.resolve.types[id].kind {
            id = next;
        }
        id
    }

    /// The name of a type that has one, in TypeScript.
    pub(crate) fn name(&self, ty: &Type) -> Option<String> {
        let Type::Id(id) = ty else { return None };
        let ty = &self.resolve.types[self.named(*id)];
        // Other names of numbers say nothing in TypeScript.
        if matches!(ty.kind, TypeDefKind::Type(_)) {
            return None;
        }
        ty.name.as_deref().map(pascal)
    }

    /// The type in TypeScript.
    pub(crate) fn typescript(&self, ty: &Type) -> Result<String, String> {
        let shape = self.shape(ty)?;
        if let Shape::Handle = shape {
            return Ok("Handle".into());
        }
        if let Some(name) = self.name(ty) {
            return Ok(name);
        }
        self.structure(&shape)
    }

    fn structure(&self, shape: &Shape<'_>) -> Result<String, String> {
        let optional = |ty: &Option<Type>| match ty {
            Some(ty) => self.typescript(ty),
            None => Ok("void".into()),
        };
        Ok(match shape {
            Shape::Bool => "boolean".into(),
            Shape::Integer(..) | Shape::Float64 | Shape::Flags(_) => "number".into(),
            Shape::Integer64 => "bigint".into(),
            Shape::Text => "string".into(),
            Shape::Handle => "Handle".into(),
            Shape::Native(name) => pascal(name),
            Shape::Record(fields) => {
                let mut text = "{\n".to_owned();
                for (name, ty) in fields {
                    let mark = if matches!(self.shape(ty)?, Shape::Option(_)) {
                        "?"
                    } else {
                        ""
                    };
                    let missing = if mark.is_empty() { "" } else { " | undefined" };
                    let ty = self.typescript(ty)?;
                    let ty = ty.strip_suffix(" | undefined").unwrap_or(&ty);
                    let _ = writeln!(text, "  {name}{mark}: {ty}{missing};");
                }
                text + "}"
            }
            Shape::Tuple(types) => {
                let types: Result<Vec<_>, _> = types.iter().map(|ty| self.typescript(ty)).collect();
                format!("[{}]", types?.join(", "))
            }
            Shape::Enum(cases) => cases
                .iter()
                .map(|case| format!("\"{}\"", case.name))
                .collect::<Vec<_>>()
                .join(" | "),
            Shape::Variant(cases) => {
                let mut text = String::new();
                for case in *cases {
                    let _ = match &case.ty {
                        Some(ty) => {
                            let ty = self.typescript(ty)?;
                            write!(text, "\n  | {{ tag: \"{}\"; val: {ty} }}", case.name)
                        }
                        None => write!(text, "\n  | {{ tag: \"{}\" }}", case.name),
                    };
                }
                text
            }
            Shape::Option(ty) if self.has_undefined(ty)? => {
                format!("[{}] | undefined", self.typescript(ty)?)
            }
            Shape::Option(ty) => format!("{} | undefined", self.typescript(ty)?),
            Shape::Result(ok, error) => format!(
                "{{ ok: {} }} | {{ error: {} }}",
                optional(ok)?,
                optional(error)?
            ),
            Shape::List(ty) => match self.array(ty)? {
                Some(array) => array.into(),
                None => format!("{}[]", parenthesised(&self.typescript(ty)?)),
            },
        })
    }

    /// Whether `undefined` is a value of the type, so that an option of it needs another form.
    pub(crate) fn has_undefined(&self, ty: &Type) -> Result<bool, String> {
        Ok(matches!(
            self.shape(ty)?,
            Shape::Native("input" | "output" | "argument") | Shape::Option(_)
        ))
    }

    /// Whether a value of the type has memory of its own, such as the bytes of a string.
    pub(crate) fn has_memory(&self, ty: &Type) -> Result<bool, String> {
        let any = |types: &[Type]| {
            let mut found = false;
            for ty in types {
                found |= self.has_memory(ty)?;
            }
            Ok(found)
        };
        match self.shape(ty)? {
            Shape::Text | Shape::List(_) | Shape::Native("input" | "argument" | "key") => Ok(true),
            Shape::Record(fields) => any(&fields.iter().map(|field| field.1).collect::<Vec<_>>()),
            Shape::Tuple(types) => any(&types),
            Shape::Variant(cases) => {
                any(&cases.iter().filter_map(|case| case.ty).collect::<Vec<_>>())
            }
            Shape::Option(inner) => self.has_memory(&inner),
            Shape::Result(ok, error) => any(&[ok, error].into_iter().flatten().collect::<Vec<_>>()),
            _ => Ok(false),
        }
    }

    /// The typed array that holds elements of a type.
    pub(crate) fn array(&self, ty: &Type) -> Result<Option<&'static str>, String> {
        Ok(match self.shape(ty)? {
            Shape::Integer(1, false) => Some("Uint8Array"),
            Shape::Integer(2, false) => Some("Uint16Array"),
            Shape::Integer(4, false) => Some("Uint32Array"),
            Shape::Integer64 => Some("BigUint64Array"),
            Shape::Float64 => Some("Float64Array"),
            _ => None,
        })
    }

    /// Declarations of the types of these interfaces, and tables of their cases.
    pub(crate) fn declarations(
        &self,
        interfaces: &[wit_parser::InterfaceId],
    ) -> Result<String, String> {
        let mut text = String::new();
        for (id, ty) in &self.resolve.types {
            let TypeOwner::Interface(owner) = ty.owner else {
                continue;
            };
            let Some(name) = &ty.name else { continue };
            let alias = matches!(ty.kind, TypeDefKind::Type(_) | TypeDefKind::Resource);
            if !interfaces.contains(&owner) || alias {
                continue;
            }
            let shape = self.shape(&Type::Id(id))?;
            if let Shape::Native(_) = shape {
                continue;
            }
            text += "\n";
            text += &documentation(&ty.docs, "");
            let pascal = pascal(name);
            match &shape {
                Shape::Record(_) => {
                    let _ = writeln!(
                        text,
                        "export interface {pascal} {}",
                        self.structure(&shape)?
                    );
                }
                _ => {
                    let _ = writeln!(text, "export type {pascal} = {};", self.structure(&shape)?);
                }
            }
            match &ty.kind {
                TypeDefKind::Enum(cases) => {
                    let names: Vec<_> = cases
                        .cases
                        .iter()
                        .map(|case| format!("\"{}\"", case.name))
                        .collect();
                    let _ = writeln!(
                        text,
                        "export const {}: readonly {pascal}[] = [{}];",
                        upper(name),
                        names.join(", ")
                    );
                }
                TypeDefKind::Flags(flags) => {
                    let names: Vec<_> = flags
                        .flags
                        .iter()
                        .enumerate()
                        .map(|(bit, flag)| format!("{}: {}", camel(&flag.name), 1u64 << bit))
                        .collect();
                    let _ = writeln!(
                        text,
                        "export const {} = {{ {} }} as const;",
                        upper(name),
                        names.join(", ")
                    );
                }
                _ => {}
            }
        }
        Ok(text)
    }
}

/// WIT's documentation as that of TypeScript.
pub(crate) fn documentation(docs: &wit_parser::Docs, indent: &str) -> String {
    let Some(contents) = &docs.contents else {
        return String::new();
    };
    let lines: Vec<_> = contents.trim().lines().collect();
    if let [line] = lines[..] {
        return format!("{indent}/** {line} */\n");
    }
    let mut text = format!("{indent}/**\n");
    for line in lines {
        let _ = writeln!(text, "{}", format!("{indent} * {line}").trim_end());
    }
    text + indent + " */\n"
}

fn parenthesised(ty: &str) -> String {
    match ty.contains(['|', ' ']) && !ty.starts_with('[') {
        true => format!("({ty})"),
        false => ty.into(),
    }
}
