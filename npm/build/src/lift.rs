//! Code that reads a value of a type out of the module's memory.

use std::fmt::Write as _;

use wit_parser::Type;

use crate::functions::Writer;
use crate::names::upper;
use crate::types::Shape;

impl Writer<'_> {
    /// An expression for the value of a type at `pointer + offset`.
    pub(crate) fn load(
        &mut self,
        ty: &Type,
        pointer: &str,
        offset: usize,
    ) -> Result<String, String> {
        let at = |extra: usize| address(pointer, offset + extra);
        let shape = self.types.shape(ty)?;
        Ok(match &shape {
            Shape::Bool => format!("m.u8[{}] !== 0", at(0)),
            Shape::Integer(1, false) => format!("m.u8[{}]", at(0)),
            Shape::Integer(1, true) => format!("(m.u8[{}] << 24) >> 24", at(0)),
            Shape::Integer(2, false) => format!("m.u16[({}) >>> 1]", at(0)),
            Shape::Integer(2, true) => format!("(m.u16[({}) >>> 1] << 16) >> 16", at(0)),
            Shape::Integer(_, false) => format!("m.i32[({}) >>> 2] >>> 0", at(0)),
            Shape::Integer(_, true) => format!("m.i32[({}) >>> 2]", at(0)),
            Shape::Integer64 => format!("m.u64[({}) >>> 3]", at(0)),
            Shape::Float64 => format!("m.f64[({}) >>> 3]", at(0)),
            Shape::Text => format!("m.getText({}, {})", word(&at(0)), word(&at(4))),
            Shape::Handle => format!("m.handle({})", word(&at(0))),
            Shape::Native("output") => format!("m.getOutput({})", at(0)),
            Shape::Native("argument") => format!("m.getArgument({})", at(0)),
            Shape::Native(name) => return Err(format!("`{name}` does not come out of the module")),
            Shape::Flags(count) if *count <= 8 => format!("m.u8[{}]", at(0)),
            Shape::Flags(count) if *count <= 16 => format!("m.u16[({}) >>> 1]", at(0)),
            Shape::Flags(_) => format!("m.i32[({}) >>> 2] >>> 0", at(0)),
            Shape::Enum(_) => format!("{}[m.u8[{}]]", self.table(ty)?, at(0)),
            Shape::Record(_) | Shape::Variant(_) => format!("{}(m, {})", self.reader(ty)?, at(0)),
            Shape::Tuple(types) => {
                let mut texts = Vec::new();
                for (field, ty) in self.types.sizes.field_offsets(types) {
                    texts.push(self.load(ty, pointer, offset + field.size_wasm32())?);
                }
                format!("([{}] as {})", texts.join(", "), self.types.typescript(ty)?)
            }
            Shape::Option(inner) => {
                let payload = self.types.align(inner).max(1);
                let load = self.load(inner, pointer, offset + payload)?;
                let load = match self.types.has_undefined(inner)? {
                    true => format!("([{load}] as [{}])", self.types.typescript(inner)?),
                    false => load,
                };
                format!("(m.u8[{}] !== 0 ? {load} : undefined)", at(0))
            }
            Shape::Result(ok, error) => {
                let payload = self.payload(&[*ok, *error]);
                let mut case = |ty: &Option<Type>| match ty {
                    Some(ty) => self.load(ty, pointer, offset + payload),
                    None => Ok("undefined".into()),
                };
                let (ok, error) = (case(ok)?, case(error)?);
                format!(
                    "(m.u8[{}] === 0 ? {{ ok: {ok} }} : {{ error: {error} }})",
                    at(0)
                )
            }
            Shape::List(inner) => {
                let (list, length) = (word(&at(0)), word(&at(4)));
                match self.types.array(inner)? {
                    Some("Uint8Array") => format!("m.getBytes({list}, {length})"),
                    Some(array) => format!("m.getNumbers({array}, {list}, {length})"),
                    None => {
                        let load = self.load(inner, "p", 0)?;
                        let size = self.types.size(inner);
                        format!("m.getList({list}, {length}, {size}, (p) => {load})")
                    }
                }
            }
        })
    }

    /// Where the payload of a variant of these cases begins.
    pub(crate) fn payload(&self, cases: &[Option<Type>]) -> usize {
        cases
            .iter()
            .flatten()
            .map(|ty| self.types.align(ty))
            .max()
            .unwrap_or(1)
    }

    /// The table of the cases of an enum.
    pub(crate) fn table(&self, ty: &Type) -> Result<String, String> {
        let Type::Id(id) = ty else {
            return Err("an enum has a type".into());
        };
        let mut id = *id;
        while let wit_parser::TypeDefKind::Type(Type::Id(next)) = self.types.resolve.types[id].kind
        {
            id = next;
        }
        let name = self.types.resolve.types[id].name.as_deref();
        Ok(upper(name.ok_or("an enum has a name")?))
    }

    /// The function that reads a record or variant, which is written at its first use.
    fn reader(&mut self, ty: &Type) -> Result<String, String> {
        let name = self.types.name(ty).ok_or("a record has a name")?;
        let function = format!("read{name}");
        if self.helpers.contains_key(&function) {
            return Ok(function);
        }
        // A type can have itself inside only through a handle, so the entry can be made afterwards.
        let mut text = format!("function {function}(m: Machine, p: number): {name} {{\n");
        match self.types.shape(ty)? {
            Shape::Record(fields) => {
                text += "  return {\n";
                let offsets = self.types.offsets(fields.iter().map(|field| &field.1));
                for ((name, ty), offset) in fields.iter().zip(offsets) {
                    let _ = writeln!(text, "    {name}: {},", self.load(ty, "p", offset)?);
                }
                text += "  };\n";
            }
            Shape::Variant(cases) => {
                let payload = self.payload(&cases.iter().map(|case| case.ty).collect::<Vec<_>>());
                text += "  switch (m.u8[p]) {\n";
                for (index, case) in cases.iter().enumerate() {
                    let label = match index + 1 == cases.len() {
                        true => "default".into(),
                        false => format!("case {index}"),
                    };
                    let val = match &case.ty {
                        Some(ty) => format!(", val: {}", self.load(ty, "p", payload)?),
                        None => String::new(),
                    };
                    let _ = writeln!(
                        text,
                        "    {label}: return {{ tag: \"{}\"{val} }};",
                        case.name
                    );
                }
                text += "  }\n";
            }
            _ => return Err(format!("{name} is neither a record nor a variant")),
        }
        text += "}\n";
        self.helpers.insert(function.clone(), text);
        Ok(function)
    }
}

/// `pointer + offset`
pub(crate) fn address(pointer: &str, offset: usize) -> String {
    match offset {
        0 => pointer.into(),
        _ => format!("{pointer} + {offset}"),
    }
}

/// A word of memory: a pointer, a length or a handle.
fn word(address: &str) -> String {
    format!("m.i32[({address}) >>> 2]")
}
