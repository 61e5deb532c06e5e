//! Code that writes a value of a type into the module's memory, or into the parameters of a call.

use std::fmt::Write as _;

use wit_parser::Type;
use wit_parser::abi::{FlatTypes, WasmType};

use crate::functions::Writer;
use crate::lift::address;
use crate::types::Shape;

/// More than a call has parameters.
const MAX_FLAT: usize = 64;

impl Writer<'_> {
    /// Statements that write a value at `pointer + offset`.
    pub(crate) fn store(
        &mut self,
        ty: &Type,
        value: &str,
        pointer: &str,
        offset: usize,
    ) -> Result<String, String> {
        let at = |extra: usize| address(pointer, offset + extra);
        let shape = self.types.shape(ty)?;
        Ok(match &shape {
            Shape::Bool => format!("m.u8[{}] = {value} ? 1 : 0;", at(0)),
            Shape::Integer(1, _) => format!("m.u8[{}] = {value};", at(0)),
            Shape::Integer(2, _) => format!("m.u16[({}) >>> 1] = {value};", at(0)),
            Shape::Integer(..) => format!("m.i32[({}) >>> 2] = {value};", at(0)),
            Shape::Integer64 => format!("m.u64[({}) >>> 3] = {value};", at(0)),
            Shape::Float64 => format!("m.f64[({}) >>> 3] = {value};", at(0)),
            Shape::Text => format!("m.storeText({}, {value});", at(0)),
            Shape::Handle => format!("m.i32[({}) >>> 2] = m.borrow({value});", at(0)),
            Shape::Native("input") => format!("m.storeInput({}, {value});", at(0)),
            Shape::Native("key") => format!("m.storeKey({}, {value});", at(0)),
            Shape::Native("argument") => format!("m.storeArgument({}, {value});", at(0)),
            Shape::Native(name) => return Err(format!("`{name}` is not written to memory")),
            Shape::Flags(count) if *count <= 8 => format!("m.u8[{}] = {value};", at(0)),
            Shape::Flags(count) if *count <= 16 => format!("m.u16[({}) >>> 1] = {value};", at(0)),
            Shape::Flags(_) => format!("m.i32[({}) >>> 2] = {value};", at(0)),
            Shape::Enum(_) => {
                format!(
                    "m.u8[{}] = indexOfCase({}, {value});",
                    at(0),
                    self.table(ty)?
                )
            }
            Shape::Record(_) | Shape::Variant(_) => {
                format!("{}(m, {}, {value});", self.writer(ty)?, at(0))
            }
            Shape::Tuple(types) => {
                let mut text = String::new();
                for (index, (field, ty)) in self
                    .types
                    .sizes
                    .field_offsets(types)
                    .into_iter()
                    .enumerate()
                {
                    let value = format!("{value}[{index}]");
                    text += &self.store(ty, &value, pointer, offset + field.size_wasm32())?;
                    text.push(' ');
                }
                text
            }
            Shape::Option(inner) => {
                let payload = self.types.align(inner).max(1);
                let content = match self.types.has_undefined(inner)? {
                    true => format!("{value}[0]"),
                    false => value.to_owned(),
                };
                let store = self.store(inner, &content, pointer, offset + payload)?;
                format!(
                    "if ({value} === undefined) m.u8[{0}] = 0; else {{ m.u8[{0}] = 1; {store} }}",
                    at(0)
                )
            }
            Shape::Result(ok, error) => {
                let payload = self.payload(&[*ok, *error]);
                let mut case = |ty: &Option<Type>, name: &str| match ty {
                    Some(ty) => {
                        self.store(ty, &format!("{value}.{name}"), pointer, offset + payload)
                    }
                    None => Ok(String::new()),
                };
                let (ok, error) = (case(ok, "ok")?, case(error, "error")?);
                format!(
                    "if (\"ok\" in {value}) {{ m.u8[{0}] = 0; {ok} }} \
                     else {{ m.u8[{0}] = 1; {error} }}",
                    at(0)
                )
            }
            Shape::List(inner) => {
                let list = self.list(inner, value)?;
                format!("m.storeList({}, {list});", at(0))
            }
        })
    }

    /// An expression that copies a list into memory: a pointer, with its length in `m.size`.
    fn list(&mut self, inner: &Type, value: &str) -> Result<String, String> {
        Ok(match self.types.array(inner)? {
            Some("Uint8Array") => format!("m.bytes({value})"),
            Some(_) => format!("m.numbers({value})"),
            // The hottest of all lists.
            None if matches!(self.types.shape(inner)?, Shape::Native("input")) => {
                format!("m.inputs({value})")
            }
            None => {
                let store = self.store(inner, "v", "p", 0)?;
                let (size, align) = (self.types.size(inner), self.types.align(inner));
                format!("m.list({value}, {size}, {align}, (v, p) => {{ {store} }})")
            }
        })
    }

    /// The function that writes a record or variant, which is written at its first use.
    fn writer(&mut self, ty: &Type) -> Result<String, String> {
        let name = self.types.name(ty).ok_or("a record has a name")?;
        let function = format!("write{name}");
        if self.helpers.contains_key(&function) {
            return Ok(function);
        }
        let mut text = format!("function {function}(m: Machine, p: number, v: {name}): void {{\n");
        match self.types.shape(ty)? {
            Shape::Record(fields) => {
                let offsets = self.types.offsets(fields.iter().map(|field| &field.1));
                for ((name, ty), offset) in fields.iter().zip(offsets) {
                    let _ = writeln!(
                        text,
                        "  {}",
                        self.store(ty, &format!("v.{name}"), "p", offset)?
                    );
                }
            }
            Shape::Variant(cases) => {
                let payload = self.payload(&cases.iter().map(|case| case.ty).collect::<Vec<_>>());
                text += "  switch (v.tag) {\n";
                for (index, case) in cases.iter().enumerate() {
                    let store = match &case.ty {
                        Some(ty) => self.store(ty, "v.val", "p", payload)?,
                        None => String::new(),
                    };
                    let _ = writeln!(
                        text,
                        "    case \"{}\": m.u8[p] = {index}; {store} break;",
                        case.name
                    );
                }
                text += "    default: throw unknownCase(v);\n  }\n";
            }
            _ => return Err(format!("{name} is neither a record nor a variant")),
        }
        text += "}\n";
        self.helpers.insert(function.clone(), text);
        Ok(function)
    }

    /// Adds what lowers a value into parameters: statements, and an expression for each parameter.
    pub(crate) fn flatten(
        &mut self,
        ty: &Type,
        value: &str,
        body: &mut String,
        flat: &mut Vec<String>,
    ) -> Result<(), String> {
        let shape = self.types.shape(ty)?;
        match &shape {
            Shape::Bool => flat.push(format!("{value} ? 1 : 0")),
            Shape::Integer(..) | Shape::Integer64 | Shape::Float64 | Shape::Flags(_) => {
                flat.push(value.into());
            }
            Shape::Handle => {
                let name = self.local();
                let _ = write!(body, "const {name} = m.borrow({value}); ");
                flat.push(name);
            }
            Shape::Enum(_) => {
                let name = self.local();
                let _ = write!(
                    body,
                    "const {name} = indexOfCase({}, {value}); ",
                    self.table(ty)?
                );
                flat.push(name);
            }
            Shape::Text => self.pair(&format!("m.text({value})"), body, flat),
            Shape::List(inner) => {
                let list = self.list(inner, value)?;
                self.pair(&list, body, flat);
            }
            Shape::Native("input") => {
                let name = self.local();
                let _ = write!(
                    body,
                    "const {name} = m.flatInput({value}), {name}l = m.long, {name}s = m.size; "
                );
                flat.extend([name.clone(), format!("{name}l"), format!("{name}s")]);
            }
            Shape::Native("key") => {
                let name = self.local();
                let _ = write!(
                    body,
                    "const {name} = m.flatKey({value}), {name}w = m.word, {name}s = m.size; "
                );
                flat.extend([name.clone(), format!("{name}w"), format!("{name}s")]);
            }
            Shape::Native(name) => return Err(format!("`{name}` is no parameter")),
            Shape::Record(fields) => {
                for (name, ty) in fields {
                    self.flatten(ty, &format!("{value}.{name}"), body, flat)?;
                }
            }
            Shape::Tuple(types) => {
                for (index, ty) in types.iter().enumerate() {
                    self.flatten(ty, &format!("{value}[{index}]"), body, flat)?;
                }
            }
            Shape::Option(inner) => {
                let content = match self.types.has_undefined(inner)? {
                    true => format!("{value}[0]"),
                    false => value.to_owned(),
                };
                let cases = [
                    (format!("{value} === undefined"), None),
                    (String::new(), Some((*inner, content))),
                ];
                self.cases(ty, &cases, body, flat)?;
            }
            Shape::Result(ok, error) => {
                let cases = [
                    (
                        format!("\"ok\" in {value}"),
                        ok.map(|ty| (ty, format!("{value}.ok"))),
                    ),
                    (
                        String::new(),
                        error.map(|ty| (ty, format!("{value}.error"))),
                    ),
                ];
                self.cases(ty, &cases, body, flat)?;
            }
            Shape::Variant(cases) => {
                let cases: Vec<_> = cases
                    .iter()
                    .map(|case| {
                        (
                            format!("{value}.tag === \"{}\"", case.name),
                            case.ty.map(|ty| (ty, format!("{value}.val"))),
                        )
                    })
                    .collect();
                self.cases(ty, &cases, body, flat)?;
            }
        }
        Ok(())
    }

    /// A pointer and a length, of an expression that leaves the length in `m.size`.
    fn pair(&mut self, expression: &str, body: &mut String, flat: &mut Vec<String>) {
        let name = self.local();
        let _ = write!(body, "const {name} = {expression}, {name}s = m.size; ");
        flat.extend([name.clone(), format!("{name}s")]);
    }

    /// The parameters of a variant: a condition for each case, and its payload.
    fn cases(
        &mut self,
        ty: &Type,
        cases: &[(String, Option<(Type, String)>)],
        body: &mut String,
        flat: &mut Vec<String>,
    ) -> Result<(), String> {
        let joined = self.flat_types(ty);
        let name = self.local();
        let slots: Vec<_> = (0..joined.len())
            .map(|index| format!("{name}_{index}"))
            .collect();
        for (slot, ty) in slots.iter().zip(&joined) {
            let zero = if is_long(*ty) { "0n" } else { "0" };
            let _ = write!(body, "let {slot} = {zero}; ");
        }
        for (index, (condition, payload)) in cases.iter().enumerate() {
            let condition = match condition.is_empty() {
                true => String::new(),
                false => format!("if ({condition}) "),
            };
            let before = if index == 0 { "" } else { "else " };
            let _ = write!(body, "{before}{condition}{{ {} = {index}; ", slots[0]);
            if let Some((ty, value)) = payload {
                let mut parts = Vec::new();
                self.flatten(ty, value, body, &mut parts)?;
                for ((part, own), (slot, joined)) in parts
                    .iter()
                    .zip(self.flat_types(ty))
                    .zip(slots.iter().zip(&joined).skip(1))
                {
                    let part = match (own, is_long(*joined)) {
                        (WasmType::F64, true) => format!("m.bits({part})"),
                        (own, true) if !is_long(own) => format!("BigInt({part})"),
                        _ => part.clone(),
                    };
                    let _ = write!(body, "{slot} = {part}; ");
                }
            }
            body.push_str("} ");
        }
        flat.extend(slots);
        Ok(())
    }

    fn flat_types(&self, ty: &Type) -> Vec<WasmType> {
        let mut storage = [WasmType::I32; MAX_FLAT];
        let mut types = FlatTypes::new(&mut storage);
        self.types.resolve.push_flat(ty, &mut types);
        types.to_vec()
    }
}

/// Whether a parameter is a BigInt of JavaScript.
fn is_long(ty: WasmType) -> bool {
    matches!(ty, WasmType::I64 | WasmType::PointerOrI64)
}
