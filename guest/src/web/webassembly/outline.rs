//! What is read of a module before the interpreter reads it, which keeps exports in another order.

use wasmparser::{
    BinaryReaderError, Encoding, ExternalKind, Parser, Payload, RefType, TypeRef, ValType,
};

use super::world;

/// The limits of the interface for modules from the web.
const MAX_FUNCTIONS: u32 = 1_000_000;
const MAX_GLOBALS: u32 = 1_000_000;
const MAX_EXPORTS: usize = 100_000;

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

pub const FUNCTION_KIND: u8 = 0;
pub const TABLE_KIND: u8 = 1;
pub const MEMORY_KIND: u8 = 2;
pub const GLOBAL_KIND: u8 = 3;

/// What is read before the interpreter reads a module, which keeps exports in another order.
pub struct Outline {
    /// The kind of each import.
    pub imports: Vec<&'static str>,
    pub exports: Vec<ModuleExport>,
    /// The role, kind and index of what is to be exported, too.
    pub hidden: Vec<(Role, u8, u32)>,
    /// How many functions it imports, and has of its own.
    pub imported: u32,
    pub functions: u32,
    /// Whether it has nothing that native code cannot have.
    pub is_native: bool,
    /// Bytes of the memories and tables that it defines, at first.
    pub size: usize,
}

impl Outline {
    fn add(&mut self, count: u64, each: usize) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.size = self.size.saturating_add(count.saturating_mul(each));
    }

    /// # Errors
    /// Why it is no module, or one that is not supported.
    pub fn read(bytes: &[u8]) -> Result<Outline, String> {
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

    /// Functions that are called once and run for long.
    pub fn mains(&self) -> Vec<u32> {
        let exports = self.exports.iter();
        let mains =
            exports.filter(|export| export.kind == "function" && MAINS.contains(&&*export.name));
        mains.map(|export| export.index).collect()
    }
}

/// An error of the reader.
pub fn described(error: BinaryReaderError) -> String {
    error.to_string()
}
