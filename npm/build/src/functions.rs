//! A method for each export of the module, and a function for each of its imports.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wit_parser::abi::AbiVariant;
use wit_parser::{Function, FunctionKind, InterfaceId, Resolve};

use crate::names::camel;
use crate::types::{Shape, Types, documentation};

const HEAD: &str = "\
// Written by `./just npm` of the WIT.
";

/// What the bindings may need of the hand-written code.
const VALUES: [&str; 3] = ["Machine", "indexOfCase", "unknownCase"];
const TYPES: [&str; 5] = ["Argument", "Handle", "Input", "Key", "Output"];

/// The functions of the WIT that the module imports. Others of these interfaces are for embedders
/// that look for more.
const IMPORTED: [&str; 7] = [
    "host-call",
    "should-interrupt",
    "write",
    "resolve",
    "load",
    "now",
    "get-random-u64",
];

/// Writes TypeScript.
pub(crate) struct Writer<'a> {
    pub(crate) types: Types<'a>,
    /// Functions that read and write records and variants, by their names.
    pub(crate) helpers: BTreeMap<String, String>,
    locals: usize,
}

/// The source of the bindings.
pub(crate) fn write(
    resolve: &Resolve,
    imports: &[InterfaceId],
    exports: &[InterfaceId],
) -> Result<String, String> {
    let mut writer = Writer {
        types: Types::new(resolve),
        helpers: BTreeMap::new(),
        locals: 0,
    };
    let mut names = Vec::new();
    let mut methods = String::new();
    let mut drop = None;
    for &interface in exports {
        let id = resolve.id_of(interface).ok_or("an interface has a name")?;
        let short = resolve.interfaces[interface]
            .name
            .as_deref()
            .unwrap_or_default();
        for function in resolve.interfaces[interface].functions.values() {
            let index = names.len();
            names.push(format!("{id}#{}", function.name));
            methods += &writer.export(short, function, index)?;
        }
        for ty in resolve.interfaces[interface].types.keys() {
            if ty == "value" && short == "values" {
                drop = Some(id.clone());
            }
        }
    }
    let (host, given) = writer.imports(imports, drop.as_deref())?;
    let drop = match drop {
        Some(values) => format!(
            "\n/** The export that gives a handle up. */\n\
             const DROP: string | undefined = \"{values}#[dtor]value\";\n"
        ),
        None => "\nconst DROP = undefined;\n".into(),
    };

    let mut used = imports.to_vec();
    used.extend(exports);
    let mut text = writer.types.declarations(&used)?;
    let _ = writeln!(
        text,
        "\n/** What the module asks its embedder for. */\nexport interface Host {{\n{host}}}"
    );
    for helper in writer.helpers.values() {
        text.push('\n');
        text += helper;
    }
    let list: Vec<_> = names
        .iter()
        .map(|name| format!("  \"{name}\",\n"))
        .collect();
    let _ = write!(
        text,
        "\n/** The exports that the methods of {{@link Bindings}} call, in their order. */\n\
         export const EXPORTS: readonly string[] = [\n{}];\n\
         {drop}\n/** The exports of the module, with values of JavaScript. */\n\
         export class Bindings extends Machine {{\n\
         \x20 constructor(memory: WebAssembly.Memory) {{\n    super(memory);\n  }}\n\
         \n  /** Takes the exports of the instance whose imports {{@link imports}} gave. */\n\
         \x20 connect(instance: WebAssembly.Instance): void {{\n\
         \x20   this.take(instance.exports, EXPORTS, DROP);\n  }}\n{methods}}}\n\
         {given}",
        list.concat(),
    );
    let values = named("import {", &VALUES, &text);
    let types = named("import type {", &TYPES, &text);
    Ok(format!("{HEAD}\n{values}{types}{text}"))
}

/// The import of those names that a source has.
fn named(import: &str, names: &[&str], source: &str) -> String {
    let mut words = source.split(|c: char| !c.is_ascii_alphanumeric());
    let mut found: Vec<&str> = words.by_ref().filter(|word| names.contains(word)).collect();
    found.sort_unstable();
    found.dedup();
    match found.is_empty() {
        true => String::new(),
        false => format!("{import} {} }} from \"./machine.js\";\n", found.join(", ")),
    }
}

impl Writer<'_> {
    /// A name for a local variable.
    pub(crate) fn local(&mut self) -> String {
        self.locals += 1;
        format!("t{}", self.locals)
    }

    /// The method that calls an export.
    fn export(
        &mut self,
        interface: &str,
        function: &Function,
        index: usize,
    ) -> Result<String, String> {
        let resolve = self.types.resolve;
        self.locals = 0;
        let name = match &function.kind {
            FunctionKind::Method(_) => {
                let method = function.name.rsplit('.').next().unwrap_or_default();
                camel(&format!("value-{method}"))
            }
            _ => camel(&format!("{interface}-{}", function.name)),
        };
        let signature = resolve.wasm_signature(AbiVariant::GuestExport, function);
        let mut parameters = Vec::new();
        let mut body = String::new();
        let mut flat = Vec::new();
        for parameter in &function.params {
            let name = reserved(&camel(&parameter.name));
            parameters.push(format!("{name}: {}", self.types.typescript(&parameter.ty)?));
            if !signature.indirect_params {
                self.flatten(&parameter.ty, &name, &mut body, &mut flat)?;
            }
        }
        if signature.indirect_params {
            let types: Vec<_> = function
                .params
                .iter()
                .map(|parameter| parameter.ty)
                .collect();
            let area = self.types.sizes.params(&types);
            let _ = write!(
                body,
                "const area = m.alloc({}, {}); ",
                area.align.align_wasm32(),
                area.size.size_wasm32()
            );
            let offsets = self.types.offsets(&types);
            for (parameter, offset) in function.params.iter().zip(offsets) {
                let name = reserved(&camel(&parameter.name));
                body += &self.store(&parameter.ty, &name, "area", offset)?;
                body.push(' ');
            }
            flat.push("area".into());
        }
        let (returned, end) = self.result(function, index, signature.retptr)?;
        let arguments = flat.join(", ");
        let start = match returned.as_str() {
            "void" => "",
            _ => "r = ",
        };
        let declared = match returned.as_str() {
            "void" => "",
            _ => "let r: any; ",
        };
        // A pointer may be above 2 GiB.
        let unsigned = if signature.retptr {
            " as number >>> 0"
        } else {
            ""
        };
        let docs = documentation(&function.docs, "  ");
        Ok(format!(
            "\n{docs}  {name}({}): {returned} {{\n    const m = this; m.ready();\n    {body}\n    \
             {declared}m.busy = true;\n    try {{ {start}(m.f[{index}] ?? m.find({index}))({arguments}){unsigned}; }} \
             catch (e) {{ throw m.trapped(e); }}\n    m.done();\n{end}  }}\n",
            parameters.join(", ")
        ))
    }

    /// The type that a method returns, and the statements that make it of `r`.
    fn result(
        &mut self,
        function: &Function,
        index: usize,
        pointer: bool,
    ) -> Result<(String, String), String> {
        let Some(ty) = &function.result else {
            return Ok(("void".into(), String::new()));
        };
        if !pointer {
            let value = match self.types.shape(ty)? {
                Shape::Bool => "r !== 0".into(),
                Shape::Handle => "m.handle(r)".into(),
                Shape::Enum(_) => format!("{}[r]", self.table(ty)?),
                Shape::Integer(_, false) => "r >>> 0".into(),
                Shape::Integer64 => "BigInt.asUintN(64, r)".into(),
                Shape::Result(None, None) => return Err("a result has a payload".into()),
                _ => "r".into(),
            };
            return Ok((self.types.typescript(ty)?, format!("    return {value};\n")));
        }
        let Shape::Result(ok, error) = self.types.shape(ty)? else {
            let load = self.load(ty, "r", 0)?;
            return Ok((
                self.types.typescript(ty)?,
                format!("    const v = {load};\n    m.post({index}, r);\n    return v;\n"),
            ));
        };
        let payload = self.payload(&[ok, error]);
        let error = match error {
            Some(ty) => self.load(&ty, "r", payload)?,
            None => "undefined".into(),
        };
        let mut end = format!(
            "    if (m.u8[r] !== 0) {{ const e = {error}; m.post({index}, r); throw m.failure(e); }}\n"
        );
        let returned = match ok {
            Some(ty) => {
                let load = self.load(&ty, "r", payload)?;
                // What has no memory of its own leaves nothing to free.
                let _ = match self.types.has_memory(&ty)? {
                    true => write!(
                        end,
                        "    const v = {load};\n    m.post({index}, r);\n    return v;\n"
                    ),
                    false => writeln!(end, "    return {load};"),
                };
                self.types.typescript(&ty)?
            }
            None => "void".into(),
        };
        // The pointer is needed although nothing is returned.
        let returned = if returned == "void" {
            "void ".into()
        } else {
            returned
        };
        Ok((returned, end))
    }

    /// The interface that an embedder implements, and the object of imports.
    fn imports(
        &mut self,
        interfaces: &[InterfaceId],
        values: Option<&str>,
    ) -> Result<(String, String), String> {
        let resolve = self.types.resolve;
        let mut host = String::new();
        let mut given = String::from(
            "\n/** The imports of the module. The machine must have its exports before one is called. */\n\
             export function imports(m: Machine, host: Host): WebAssembly.Imports {\n  return {\n    \
             env: { memory: m.memory, grow: (pages: number) => m.grow(pages) },\n",
        );
        let _ = match values {
            None => Ok(()),
            Some(values) => writeln!(
                given,
                "    \"[export]{values}\": {{\n      \"[resource-new]value\": (rep: number) => rep,\n      \
             \"[resource-rep]value\": (rep: number) => rep,\n      \
             \"[resource-drop]value\": (rep: number) => m.destroy(rep),\n    }},"
            ),
        };
        for &interface in interfaces {
            let id = resolve.id_of(interface).ok_or("an interface has a name")?;
            let functions = resolve.interfaces[interface].functions.values();
            let mut body = String::new();
            for function in functions.filter(|function| IMPORTED.contains(&function.name.as_str()))
            {
                let short = resolve.interfaces[interface]
                    .name
                    .as_deref()
                    .unwrap_or_default();
                let name = match function.name.as_str() {
                    "now" => camel(&format!("{short}-now")),
                    "write" => camel(&format!("{short}-write")),
                    "resolve" | "load" => camel(&format!("{}-module", function.name)),
                    name => camel(name),
                };
                let (declaration, code) = self.import(&name, function)?;
                host += &documentation(&function.docs, "  ");
                host += &declaration;
                body += &code;
            }
            if !body.is_empty() {
                let _ = writeln!(given, "    \"{id}\": {{\n{body}    }},");
            }
        }
        given += "  };\n}\n";
        Ok((host, given))
    }

    /// A method of the embedder, and the import that calls it.
    fn import(&mut self, name: &str, function: &Function) -> Result<(String, String), String> {
        let resolve = self.types.resolve;
        self.locals = 0;
        let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
        if signature.indirect_params {
            return Err(format!("`{}` has too many parameters", function.name));
        }
        let mut next = 0;
        let mut slot = || {
            next += 1;
            format!("a{next}")
        };
        let mut parameters = Vec::new();
        let mut flat = Vec::new();
        let mut values = Vec::new();
        for parameter in &function.params {
            let ty = self.types.typescript(&parameter.ty)?;
            parameters.push(format!("{}: {ty}", reserved(&camel(&parameter.name))));
            match self.types.shape(&parameter.ty)? {
                Shape::Text => {
                    let (pointer, length) = (slot(), slot());
                    // The name of a host function comes with each of its calls.
                    let get = match function.name.as_str() {
                        "host-call" => "getName",
                        _ => "getText",
                    };
                    values.push(format!("m.{get}({pointer}, {length})"));
                    flat.extend([pointer, length]);
                }
                Shape::Enum(_) => {
                    let index = slot();
                    values.push(format!("{}[{index}]!", self.table(&parameter.ty)?));
                    flat.push(index);
                }
                Shape::List(inner)
                    if matches!(self.types.shape(&inner)?, Shape::Native("argument")) =>
                {
                    let (pointer, length) = (slot(), slot());
                    values.push(format!("m.getArguments({pointer}, {length})"));
                    flat.extend([pointer, length]);
                }
                Shape::List(inner) => {
                    let (pointer, length) = (slot(), slot());
                    let load = self.load(&inner, "p", 0)?;
                    let size = self.types.size(&inner);
                    values.push(format!(
                        "m.getList({pointer}, {length}, {size}, (p) => {load})"
                    ));
                    flat.extend([pointer, length]);
                }
                _ => return Err(format!("`{}` has a parameter of this type", function.name)),
            }
        }
        let call = format!("host.{name}({})", values.join(", "));
        // The memory may have grown since the call into the module began.
        let (returned, body) = match &function.result {
            None => ("void".into(), format!("{{ m.refresh(); {call}; }}")),
            Some(ty) if signature.retptr => {
                flat.push("r".into());
                let store = self.store(ty, "v", "r", 0)?;
                // What the embedder throws, a script gets. Nothing may be thrown through the module.
                let returned = self.types.typescript(ty)?;
                let call = match self.types.shape(ty)? {
                    Shape::Result(_, Some(error))
                        if matches!(self.types.shape(&error)?, Shape::Native("argument")) =>
                    {
                        format!(
                            "let v: {returned}; try {{ v = {call}; }} catch (e) {{ v = m.caught(e); }}"
                        )
                    }
                    _ => format!("const v = {call};"),
                };
                (
                    returned,
                    format!("{{ m.refresh(); r >>>= 0; {call} {store} }}"),
                )
            }
            Some(ty) => (self.types.typescript(ty)?, call),
        };
        let flat: Vec<_> = flat.iter().map(|name| format!("{name}: number")).collect();
        Ok((
            format!("  {name}({}): {returned};\n", parameters.join(", ")),
            format!(
                "      \"{}\": ({}) => {body},\n",
                function.name,
                flat.join(", ")
            ),
        ))
    }
}

/// A parameter's name that TypeScript has no other use for.
fn reserved(name: &str) -> String {
    match name {
        "self" => "handle".into(),
        "this" => "receiver".into(),
        "function" | "class" | "in" | "default" | "new" | "delete" => format!("{name}_"),
        _ => name.into(),
    }
}
