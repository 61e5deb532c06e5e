//! Python descriptions of the WIT's types and functions, for the package in `python/`.
//!
//! `python/src/jsvm/_abi/types.py` converts values by these descriptions. They hold names and types alone:
//! the sizes follow from the rules of the canonical ABI there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wit_parser::{Function, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId};

const HEAD: &str = "\
\"\"\"Types and functions of the WIT. Written by `./just python-wheel`.\"\"\"

from . import types as t
";

/// Writes the descriptions of the functions of these interfaces.
pub(crate) fn write(
    resolve: &Resolve,
    imports: &[InterfaceId],
    exports: &[InterfaceId],
) -> Result<String, String> {
    let mut writer = Writer {
        resolve,
        written: BTreeSet::new(),
        types: String::new(),
    };
    let exports = writer.functions("EXPORTS", exports)?;
    let imports = writer.functions("IMPORTS", imports)?;
    Ok(format!("{HEAD}\n{}\n{exports}\n{imports}", writer.types))
}

struct Writer<'a> {
    resolve: &'a Resolve,
    written: BTreeSet<TypeId>,
    /// Definitions, each after those that it refers to.
    types: String,
}

impl Writer<'_> {
    fn functions(&mut self, table: &str, interfaces: &[InterfaceId]) -> Result<String, String> {
        let mut text = format!("{table}: dict[str, t.Function] = {{\n");
        for &interface in interfaces {
            let id = self
                .resolve
                .id_of(interface)
                .ok_or("an interface has a name")?;
            let found = &self.resolve.interfaces[interface];
            let short = found.name.as_deref().unwrap_or_default();
            for function in found.functions.values() {
                let (parameters, result) = self.signature(function)?;
                let name = function
                    .name
                    .rsplit_once('.')
                    .map_or(function.name.as_str(), |(_, method)| method);
                let key = match function.name.starts_with("[method]") {
                    true => format!("value.{name}"),
                    false => format!("{short}.{name}"),
                };
                let _ = writeln!(
                    text,
                    "    \"{key}\": t.Function(\"{id}\", \"{}\", [{parameters}], {result}),",
                    function.name
                );
            }
        }
        Ok(text + "}\n")
    }

    fn signature(&mut self, function: &Function) -> Result<(String, String), String> {
        let mut parameters = Vec::new();
        for parameter in &function.params {
            parameters.push(self.reference(&parameter.ty)?);
        }
        Ok((
            parameters.join(", "),
            self.optional(function.result.as_ref())?,
        ))
    }

    fn optional(&mut self, ty: Option<&Type>) -> Result<String, String> {
        ty.map_or(Ok("None".into()), |ty| self.reference(ty))
    }

    /// An expression for a type.
    fn reference(&mut self, ty: &Type) -> Result<String, String> {
        Ok(match ty {
            Type::Bool => "t.BOOL".into(),
            Type::U8 => "t.U8".into(),
            Type::U16 => "t.U16".into(),
            Type::U32 => "t.U32".into(),
            Type::U64 => "t.U64".into(),
            Type::S16 => "t.S16".into(),
            Type::S32 => "t.S32".into(),
            Type::S64 => "t.S64".into(),
            Type::F64 => "t.F64".into(),
            Type::String => "t.STRING".into(),
            Type::Id(id) => return self.defined(*id),
            other => return Err(format!("there is no Python for the type {other:?}")),
        })
    }

    fn defined(&mut self, id: TypeId) -> Result<String, String> {
        let ty = &self.resolve.types[id];
        let all = |writer: &mut Self, types: &[Type]| -> Result<String, String> {
            let types: Result<Vec<_>, _> = types.iter().map(|ty| writer.reference(ty)).collect();
            Ok(types?.join(", "))
        };
        let expression = match &ty.kind {
            TypeDefKind::Type(ty) => return self.reference(ty),
            TypeDefKind::Handle(Handle::Own(_)) => return Ok("t.OWN".into()),
            TypeDefKind::Handle(Handle::Borrow(_)) => return Ok("t.BORROW".into()),
            TypeDefKind::Option(ty) => return Ok(format!("t.Option({})", self.reference(ty)?)),
            TypeDefKind::List(ty) => return Ok(format!("t.List({})", self.reference(ty)?)),
            TypeDefKind::Tuple(tuple) => {
                return Ok(format!("t.Tuple([{}])", all(self, &tuple.types)?));
            }
            TypeDefKind::Result(result) => {
                let ok = self.optional(result.ok.as_ref())?;
                let error = self.optional(result.err.as_ref())?;
                return Ok(format!("t.Result({ok}, {error})"));
            }
            TypeDefKind::Record(record) => {
                let mut fields = Vec::new();
                for field in &record.fields {
                    let name = field.name.replace('-', "_");
                    fields.push(format!("(\"{name}\", {})", self.reference(&field.ty)?));
                }
                format!("t.Record([{}])", fields.join(", "))
            }
            TypeDefKind::Variant(variant) => {
                let mut cases = Vec::new();
                for case in &variant.cases {
                    let payload = self.optional(case.ty.as_ref())?;
                    cases.push(format!("(\"{}\", {payload})", case.name));
                }
                format!("t.Variant([{}])", cases.join(", "))
            }
            TypeDefKind::Enum(cases) => {
                let names = cases.cases.iter().map(|case| format!("\"{}\"", case.name));
                format!("t.Enum([{}])", names.collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Flags(flags) => {
                let names = flags.flags.iter().map(|flag| format!("\"{}\"", flag.name));
                format!("t.Flags([{}])", names.collect::<Vec<_>>().join(", "))
            }
            other => return Err(format!("there is no Python for a {}", other.as_str())),
        };
        let name = format!("T{}_{}", id.index(), ty.name.as_deref().unwrap_or("type"));
        let name = name.replace('-', "_");
        if self.written.insert(id) {
            let _ = writeln!(self.types, "{name} = {expression}");
        }
        Ok(name)
    }
}
