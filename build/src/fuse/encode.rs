//! Writes the fused module.

use std::collections::HashMap;
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalSection, ImportSection, MemoryType, Module, RefType,
    TableSection, TableType, TypeSection,
};
use wasmparser::ExternalKind;
use wit_component::{StringEncoding, embed_component_metadata};

use super::link::{Imports, Linked, Target};
use super::part::{CoreType, Part, Source, VmModule};
use super::{FuseError, MEMORY, PLACES_END, TABLE_END};

/// Fuses modules. The fused module exports what the first of them does, and its world has the imports of
/// all.
///
/// # Errors
/// [`FuseError::Unfit`] if the modules do not fit each other or the VM.
pub fn fuse(
    vm: &VmModule<'_>,
    sources: &[&Source],
    imports: Imports,
) -> Result<Vec<u8>, FuseError> {
    let mut linked = Linked::new(vm, sources, imports)?;
    check_places(&linked.parts)?;
    // The last import has to be there before indices are used.
    linked.alloc()?;
    let generated = linked.generate()?;
    let mut types = TypeList::default();
    let mut imports = ImportSection::new();
    let memory = MemoryType {
        minimum: 0,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    imports.import(MEMORY.0, MEMORY.1, EntityType::Memory(memory));
    for (module, name, ty) in &linked.imports {
        imports.import(module, name, EntityType::Function(types.index(ty)));
    }
    let mut functions = FunctionSection::new();
    let mut globals = GlobalSection::new();
    let mut elements = ElementSection::new();
    let mut code = CodeSection::new();
    let mut data = DataSection::new();
    for (index, part) in linked.parts.iter().enumerate() {
        let mut renumber = Renumber::new(&linked, index, part, &mut types, &globals);
        for ty in &part.functions {
            functions.function(renumber.types[*ty as usize]);
        }
        // The first global is the stack pointer, of which all modules have one.
        for global in part.globals.iter().skip(usize::from(index != 0)) {
            let ty = renumber.global_type(global.ty)?;
            globals.global(ty, &renumber.const_expr(global.init_expr.clone())?);
        }
        for (address, members) in &part.elements {
            let members: Vec<u32> = members
                .iter()
                .map(|function| renumber.functions[*function as usize])
                .collect();
            let members = Elements::Functions(members.into());
            elements.active(None, &ConstExpr::i32_const(*address), members);
        }
        for body in &part.bodies {
            renumber.parse_function_body(&mut code, body.clone())?;
        }
        for (address, bytes) in &part.data {
            if bytes.iter().any(|byte| *byte != 0) {
                data.active(0, &ConstExpr::i32_const(*address), bytes.iter().copied());
            }
        }
    }
    for (ty, body) in &generated {
        functions.function(types.index(ty));
        code.function(body);
    }
    // Hosts may allow one table for each module.
    let mut tables = TableSection::new();
    let sizes = linked.parts.iter().flat_map(|part| &part.tables);
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: sizes.map(|table| table.initial).max().unwrap_or(0),
        maximum: None,
        shared: false,
    });
    let exports = exports(&linked);
    let mut module = Module::new();
    module
        .section(&types.section)
        .section(&imports)
        .section(&functions)
        .section(&tables)
        .section(&globals)
        .section(&exports)
        .section(&elements)
        .section(&code)
        .section(&data);
    with_world(module.finish(), sources)
}

/// What the first module exports to the host, and what the VM imports.
fn exports(linked: &Linked<'_>) -> ExportSection {
    let mut exports = ExportSection::new();
    for (name, kind, index) in &linked.parts[0].exports {
        // `wit-bindgen` exports its allocator by a name for each of its versions, too.
        if *kind == ExternalKind::Func && !name.starts_with("cabi_realloc_") {
            let index = linked.index(Target::Defined(0, *index));
            exports.export(name, ExportKind::Func, index);
        }
    }
    for (name, target) in &linked.for_vm {
        exports.export(name, ExportKind::Func, linked.index(*target));
    }
    exports
}

/// Adds the world: what the first module exports, and what all of them import of WASI.
fn with_world(mut module: Vec<u8>, sources: &[&Source]) -> Result<Vec<u8>, FuseError> {
    let mut merged = sources[0].bindgen()?;
    let unfit = |error| FuseError::unfit(format!("{error:#}"));
    for source in &sources[1..] {
        let mut other = source.bindgen()?;
        other.resolve.worlds[other.world].exports.clear();
        merged.merge(other).map_err(unfit)?;
    }
    let mut resolve = merged.resolve;
    let names: Vec<_> = {
        let imports = resolve.worlds[merged.world].imports.keys();
        let ours = imports.filter(|key| resolve.name_world_key(key).starts_with("jsvm:"));
        ours.cloned().collect()
    };
    for key in &names {
        resolve.worlds[merged.world].imports.shift_remove(key);
    }
    embed_component_metadata(&mut module, &resolve, merged.world, StringEncoding::UTF8)
        .map_err(unfit)?;
    Ok(module)
}

/// Checks that neither data nor elements of tables overlap, and that each module has a stack pointer.
fn check_places(parts: &[Part<'_>]) -> Result<(), FuseError> {
    let mut places = Vec::new();
    for part in parts {
        let end = part.constant("__data_end");
        let end = end.ok_or_else(|| FuseError::unfit("a module does not say where it ends"))?;
        let start = part.data.iter().map(|(address, _)| *address).min();
        if let Some(start) = start {
            places.push((start as u64, end as u64));
        }
        let stack = part.globals.first().map(|global| global.ty);
        if !stack.is_some_and(|ty| ty.mutable && ty.content_type == wasmparser::ValType::I32) {
            return Err(FuseError::unfit("a module has no stack"));
        }
    }
    check_order(places, PLACES_END, "data")?;
    let elements = parts.iter().flat_map(|part| &part.elements);
    let slots = elements.map(|(slot, members)| (*slot as u64, *slot as u64 + members.len() as u64));
    check_order(slots.collect(), TABLE_END, "table")
}

/// Checks that ranges do not overlap.
fn check_order(mut ranges: Vec<(u64, u64)>, last: u64, what: &str) -> Result<(), FuseError> {
    ranges.sort_unstable();
    let ends = ranges.iter().map(|(_, end)| *end);
    let starts = ranges.iter().skip(1).map(|(start, _)| *start);
    for (end, next) in ends.zip(starts.chain([last])) {
        if end > next {
            return Err(FuseError::unfit(format!(
                "the {what} of a module ends at {end}, and its place at {next}: \
                 change components/link.rs"
            )));
        }
    }
    Ok(())
}

/// The types of functions, each once.
#[derive(Default)]
struct TypeList {
    section: TypeSection,
    known: HashMap<CoreType, u32>,
}

impl TypeList {
    fn index(&mut self, ty: &CoreType) -> u32 {
        if let Some(known) = self.known.get(ty) {
            return *known;
        }
        let index = self.section.len();
        let (parameters, results) = (ty.0.iter().copied(), ty.1.iter().copied());
        self.section.ty().function(parameters, results);
        self.known.insert(ty.clone(), index);
        index
    }
}

/// The indices of a module in the fused module.
struct Renumber {
    types: Vec<u32>,
    functions: Vec<u32>,
    globals: Vec<u32>,
}

impl Renumber {
    fn new(
        linked: &Linked<'_>,
        index: usize,
        part: &Part<'_>,
        types: &mut TypeList,
        globals: &GlobalSection,
    ) -> Self {
        let functions = 0..(part.imports.len() + part.functions.len()) as u32;
        let shared = u32::from(index != 0);
        let first = globals.len();
        let globals = (0..part.globals.len() as u32).map(|global| match global {
            0 => 0,
            _ => first + global - shared,
        });
        Renumber {
            types: part.types.iter().map(|ty| types.index(ty)).collect(),
            functions: functions
                .map(|function| linked.index(Target::Defined(index, function)))
                .collect(),
            globals: globals.collect(),
        }
    }
}

impl Reencode for Renumber {
    type Error = Infallible;

    fn type_index(&mut self, ty: u32) -> Result<u32, Error> {
        Ok(self.types[ty as usize])
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.functions[function as usize])
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error> {
        Ok(self.globals[global as usize])
    }
}
