//! Modules: compiling, and what they import and export.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use wasmi::{Engine, Error, ExternType, Module};
use wasmparser::{
    BinaryReader, BinaryReaderError, Encoding, ExternalKind, Parser, Payload, RefType, TypeRef,
    ValType,
};

use super::convert::name_of;
use super::world;
use crate::js::{self, Call, JsResult, Value};
use crate::memory;
use crate::web::bytes;

/// The limits of the interface for modules from the web.
const MAX_BYTES: usize = 1 << 30;
const MAX_FUNCTIONS: u32 = 1_000_000;
const MAX_GLOBALS: u32 = 1_000_000;
const MAX_EXPORTS: usize = 100_000;

/// How much memory compiling may take, at most, for each byte of a module.
const MEMORY_PER_BYTE: usize = 3;

/// A module that was compiled.
pub struct Compiled {
    pub module: Module,
    /// What has the code of the module, which does not keep it alive.
    _engine: Engine,
    /// Bytes of the memories and tables that it defines, at first.
    pub size: usize,
    /// For each import in the interpreter's order, its place in the order of the module.
    pub places: Vec<u32>,
    /// What it exports, in its order.
    pub exports: Vec<ModuleExport>,
    /// What the module does not export, but the store must know.
    pub hidden: Vec<Hidden>,
    /// What native code is made of, if that can be.
    pub native: Option<Native>,
}

/// What the embedder is told of a module.
#[derive(Clone)]
pub struct Native {
    pub bytes: Rc<[u8]>,
    /// How many functions it has of its own.
    pub functions: u32,
    /// Functions that are called once and run for long.
    pub mains: Rc<[u32]>,
}

/// What is exported by a name that no script can see.
pub struct Hidden {
    pub role: Role,
    pub name: String,
}

/// Why something is exported.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is run last, so that it can call JavaScript.
    Start,
    /// It holds values of JavaScript, or the embedder has to know it.
    Held,
    /// The first and the last of the module's own functions.
    First,
    Last,
}

/// The names of functions that programs begin with.
const MAINS: [&str; 3] = ["_start", "main", "__main_argc_argv"];

/// The most global variables of a module for native code.
const MAX_NATIVE_GLOBALS: usize = 1_000;

/// What a module exports.
pub struct ModuleExport {
    pub name: String,
    pub kind: &'static str,
    /// The index of the function, or whatever it is.
    pub index: u32,
}

/// `compile(bytes)`: a module, or why it is none.
pub fn compile(call: Call<'_>) -> JsResult<Value> {
    let bytes = bytes::to_vec(&call.arg(0))?;
    match read(&bytes) {
        Ok(compiled) => js::hold(compiled),
        Err(message) => Value::text(&message),
    }
}

/// `validate(bytes)`
pub fn validate(call: Call<'_>) -> JsResult<Value> {
    let bytes = bytes::to_vec(&call.arg(0))?;
    Ok(Value::boolean(read(&bytes).is_ok()))
}

fn read(bytes: &[u8]) -> Result<Compiled, String> {
    if bytes.len() > MAX_BYTES || !memory::has_room(bytes.len().saturating_mul(MEMORY_PER_BYTE)) {
        return Err(format!(
            "the module has {} bytes, too many for the memory limit of this VM",
            bytes.len()
        ));
    }
    let engine = world::engine();
    let outline = Outline::read(bytes)?;
    let describe = |error: Error| error.to_string();
    let mut hidden = Vec::new();
    let module = if outline.hidden.is_empty() {
        Module::new(&engine, bytes).map_err(describe)?
    } else {
        // What is taken out or added would not be checked.
        Module::validate(&engine, bytes).map_err(describe)?;
        let names = names(&outline);
        let changed = with_exports(bytes, &outline.hidden, &names).map_err(described)?;
        let named = outline.hidden.iter().zip(names);
        hidden.extend(named.map(|((role, ..), name)| Hidden { role: *role, name }));
        unchecked(&engine, &changed).map_err(describe)?
    };
    let native = (outline.is_native && memory::has_room(bytes.len())).then(|| Native {
        bytes: bytes.into(),
        functions: outline.functions,
        mains: outline.mains().into(),
    });
    Ok(Compiled {
        places: places(&module, &outline.imports),
        module,
        _engine: engine,
        size: outline.size,
        exports: outline.exports,
        hidden,
        native,
    })
}

/// A module that was checked, but for what it exports.
#[expect(unsafe_code, reason = "a module need not be checked twice")]
fn unchecked(engine: &Engine, bytes: &[u8]) -> Result<Module, Error> {
    // SAFETY: `read` has validated all of it but the exports that `with_exports` has added: their names are new, and
    // their indices are of what there is.
    unsafe { Module::new_unchecked(engine, bytes) }
}

/// The interpreter groups imports by their kinds, and keeps the order within each.
fn places(module: &Module, kinds: &[&'static str]) -> Vec<u32> {
    let mut by_kind: HashMap<&str, VecDeque<u32>> = HashMap::new();
    for (place, kind) in (0..).zip(kinds) {
        by_kind.entry(kind).or_default().push_back(place);
    }
    let imports = module.imports();
    let places = imports.map(|import| {
        let left = by_kind.get_mut(kind_of(import.ty()));
        left.and_then(VecDeque::pop_front).unwrap_or(0)
    });
    places.collect()
}

fn kind_of(ty: &ExternType) -> &'static str {
    match ty {
        ExternType::Func(_) => "function",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Global(_) => "global",
    }
}

/// Names for what is hidden, which the module does not export.
fn names(outline: &Outline) -> Vec<String> {
    let mut prefix = "\0".to_owned();
    while outline
        .exports
        .iter()
        .any(|export| export.name.starts_with(&prefix))
    {
        prefix.push('\0');
    }
    let numbers = 0..outline.hidden.len();
    numbers.map(|number| format!("{prefix}{number}")).collect()
}

fn described(error: BinaryReaderError) -> String {
    error.to_string()
}

/// What is read before the interpreter reads a module, which keeps exports in another order.
struct Outline {
    /// The kind of each import.
    imports: Vec<&'static str>,
    exports: Vec<ModuleExport>,
    /// The role, kind and index of what is to be exported, too.
    hidden: Vec<(Role, u8, u32)>,
    /// How many functions it imports, and has of its own.
    imported: u32,
    functions: u32,
    /// Whether it has nothing that native code cannot have.
    is_native: bool,
    /// Bytes of the memories and tables that it defines, at first.
    size: usize,
}

impl Outline {
    fn add(&mut self, count: u64, each: usize) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.size = self.size.saturating_add(count.saturating_mul(each));
    }

    fn read(bytes: &[u8]) -> Result<Outline, String> {
        let mut outline = Outline {
            imports: Vec::new(),
            exports: Vec::new(),
            hidden: Vec::new(),
            imported: 0,
            functions: 0,
            is_native: true,
            size: 0,
        };
        let (mut tables, mut memories, mut globals) = (0, 0, 0);
        let mut held = Vec::new();
        let refuse = |what: &str| Err(what.to_owned());
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(described)? {
                Payload::Version {
                    encoding: Encoding::Component,
                    ..
                } => {
                    return refuse(
                        "this is a component, and WebAssembly runs core modules: import components \
                         with --link",
                    );
                }
                Payload::ImportSection(section) => {
                    for import in section {
                        outline.imports.push(match import.map_err(described)?.ty {
                            TypeRef::Table(_) => {
                                tables += 1;
                                "table"
                            }
                            TypeRef::Global(_) => {
                                globals += 1;
                                "global"
                            }
                            TypeRef::Memory(_) => {
                                memories += 1;
                                "memory"
                            }
                            _ => {
                                outline.imported += 1;
                                "function"
                            }
                        });
                    }
                }
                Payload::TableSection(section) => {
                    for (table, index) in section.into_iter().zip(tables..) {
                        let ty = table.map_err(described)?.ty;
                        outline.add(ty.initial, world::ELEMENT);
                        if ty.element_type == RefType::EXTERNREF {
                            outline.hold(TABLE_KIND, index);
                        }
                        held.push((TABLE_KIND, index));
                    }
                }
                Payload::MemorySection(section) => {
                    for (memory, index) in section.into_iter().zip(memories..) {
                        outline.add(memory.map_err(described)?.initial, world::PAGE);
                        held.push((MEMORY_KIND, index));
                    }
                }
                Payload::FunctionSection(section) if section.count() > MAX_FUNCTIONS => {
                    return refuse("the module has too many functions");
                }
                Payload::FunctionSection(section) => outline.functions = section.count(),
                Payload::GlobalSection(section) if section.count() > MAX_GLOBALS => {
                    return refuse("the module has too many globals");
                }
                Payload::GlobalSection(section) => {
                    for (global, index) in section.into_iter().zip(globals..) {
                        match global.map_err(described)?.ty.content_type {
                            ValType::EXTERNREF => outline.hold(GLOBAL_KIND, index),
                            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => {}
                            _ => outline.is_native = false,
                        }
                        held.push((GLOBAL_KIND, index));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.map_err(described)?;
                        let kind = match export.kind {
                            ExternalKind::Func => "function",
                            ExternalKind::Table => "table",
                            ExternalKind::Memory => "memory",
                            ExternalKind::Global => "global",
                            ExternalKind::Tag => "tag",
                        };
                        outline.exports.push(ModuleExport {
                            name: export.name.to_owned(),
                            kind,
                            index: export.index,
                        });
                        if outline.exports.len() > MAX_EXPORTS {
                            return refuse("the module has too many exports");
                        }
                    }
                }
                Payload::TagSection(_) => {
                    return refuse("exceptions (tags, try_table, throw) are not supported");
                }
                Payload::StartSection { func, .. } => {
                    outline.hidden.push((Role::Start, FUNCTION_KIND, func));
                }
                _ => {}
            }
        }
        outline.is_native &= outline.functions > 0 && held.len() <= MAX_NATIVE_GLOBALS;
        if outline.is_native {
            let held = held.into_iter();
            outline
                .hidden
                .extend(held.map(|(kind, index)| (Role::Held, kind, index)));
            let (first, count) = (outline.imported, outline.functions);
            outline.hidden.push((Role::First, FUNCTION_KIND, first));
            outline
                .hidden
                .push((Role::Last, FUNCTION_KIND, first.saturating_add(count - 1)));
        }
        Ok(outline)
    }

    /// What holds values of JavaScript is exported, and the module is interpreted.
    fn hold(&mut self, kind: u8, index: u32) {
        self.is_native = false;
        self.hidden.push((Role::Held, kind, index));
    }

    fn mains(&self) -> Vec<u32> {
        let exports = self.exports.iter();
        let mains =
            exports.filter(|export| export.kind == "function" && MAINS.contains(&&*export.name));
        mains.map(|export| export.index).collect()
    }
}

const EXPORT_SECTION: u8 = 7;
const START_SECTION: u8 = 8;
const TAG_SECTION: u8 = 13;
const FUNCTION_KIND: u8 = 0;
const TABLE_KIND: u8 = 1;
const MEMORY_KIND: u8 = 2;
const GLOBAL_KIND: u8 = 3;

/// A module without its start section, and with more exports.
fn with_exports(
    bytes: &[u8],
    hidden: &[(Role, u8, u32)],
    names: &[String],
) -> Result<Vec<u8>, BinaryReaderError> {
    let mut changed = bytes[..8].to_vec();
    let mut reader = BinaryReader::new(&bytes[8..], 8);
    let mut count = 0;
    let mut old: &[u8] = &[];
    let mut added = false;
    // Sections behind the exports, the custom ones apart, which may be anywhere.
    let is_behind = |id: u8| id > START_SECTION && id != TAG_SECTION;
    let exports = |old: &[u8], count: u32| {
        let mut section = Vec::new();
        write_u32(&mut section, count + hidden.len() as u32);
        section.extend_from_slice(old);
        for ((_, kind, index), name) in hidden.iter().zip(names) {
            write_u32(&mut section, name.len() as u32);
            section.extend_from_slice(name.as_bytes());
            section.push(*kind);
            write_u32(&mut section, *index);
        }
        section
    };
    while !reader.eof() {
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()? as usize;
        let content = reader.read_bytes(size)?;
        if id == EXPORT_SECTION {
            let mut inner = BinaryReader::new(content, 0);
            count = inner.read_var_u32()?;
            let rest = inner.bytes_remaining();
            old = &content[content.len() - rest..];
        }
        if !added && (matches!(id, EXPORT_SECTION | START_SECTION) || is_behind(id)) {
            write_section(&mut changed, EXPORT_SECTION, &exports(old, count));
            added = true;
        }
        if !matches!(id, EXPORT_SECTION | START_SECTION) {
            write_section(&mut changed, id, content);
        }
    }
    if !added {
        write_section(&mut changed, EXPORT_SECTION, &exports(old, count));
    }
    Ok(changed)
}

fn write_section(to: &mut Vec<u8>, id: u8, content: &[u8]) {
    to.push(id);
    write_u32(to, content.len() as u32);
    to.extend_from_slice(content);
}

/// LEB128.
fn write_u32(to: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// `moduleImports(module)`: arrays `[module, name, kind, type, mutable]`.
pub fn imports(call: Call<'_>) -> JsResult<Value> {
    let held = call.arg(0);
    let list = held.with_held(|compiled: &mut Compiled| {
        let imports = compiled.module.imports();
        let imports = imports.zip(&compiled.places).map(|(import, place)| {
            let mut parts = vec![Value::text(import.module())?, Value::text(import.name())?];
            parts.push(Value::text(kind_of(import.ty()))?);
            if let ExternType::Global(ty) = import.ty() {
                parts.push(Value::text(name_of(ty.content()))?);
                parts.push(Value::boolean(ty.mutability().is_mut()));
            }
            Ok((*place, Value::array_of(parts)?))
        });
        imports.collect::<JsResult<Vec<_>>>()
    })??;
    let mut list = list;
    list.sort_by_key(|(place, _)| *place);
    Value::array_of(list.into_iter().map(|(_, import)| import).collect())
}

/// `moduleExports(module)`: arrays `[name, kind]`.
pub fn exports(call: Call<'_>) -> JsResult<Value> {
    let held = call.arg(0);
    let list = held.with_held(|compiled: &mut Compiled| {
        let exports = compiled.exports.iter().map(|export| {
            Value::array_of(vec![Value::text(&export.name)?, Value::text(export.kind)?])
        });
        exports.collect::<JsResult<Vec<_>>>()
    })??;
    Value::array_of(list)
}

/// `customSections(module, name)`: copies of the sections of that name.
pub fn custom_sections(call: Call<'_>) -> JsResult<Value> {
    let name = call.arg(1).to_lossy()?;
    let held = call.arg(0);
    let list = held.with_held(|compiled: &mut Compiled| {
        let sections = compiled.module.custom_sections();
        let sections = sections.filter(|section| section.name() == name);
        let buffers = sections.map(|section| Value::array_buffer(section.data()));
        buffers.collect::<JsResult<Vec<_>>>()
    })??;
    Value::array_of(list)
}
