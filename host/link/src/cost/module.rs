//! Estimates what it costs to compile a core module, and to instantiate it.

use wasmparser::{
    BinaryReaderError, CompositeInnerType, ElementKind, Payload, TypeRef, TypeSectionReader,
};

use super::function::{Arity, FunctionCost, FunctionCosts, FunctionTypes};

/// Bytes for each import, export or other item: its description.
const ITEM: u64 = 256;

/// Bytes for each type of functions, which gets code of its own.
const TYPE: u64 = 6 << 10;

/// Bytes for each function with code: its compiled form with tables beside.
const FUNCTION: u64 = 6 << 10;

/// Bytes for each export, which can be a function that gets more code.
const EXPORT: u64 = 8 << 10;

/// Bytes for each byte of code, in the compiled form.
const COMPILED_BYTE: u64 = 8;

/// Bytes that the host keeps in each instance, for each item of its module.
const INSTANCE_ITEM: u64 = 64;

/// Bytes that the host keeps for each instance.
const INSTANCE: u64 = 1 << 10;

/// The compiler makes a list of the elements of a table, up to this many.
const TABLE_LIST: u64 = 1 << 20;

/// Bytes of an element in that list.
const TABLE_LIST_ENTRY: u64 = 16;

/// What compiling code costs.
#[derive(Debug)]
pub(super) struct CodeCosts {
    functions: FunctionCosts,
    /// Bytes that stay until all is compiled.
    pub(super) kept: u64,
    /// Bytes of all functions, each of which is freed when it is compiled.
    pub(super) work: u64,
    /// The largest functions, which may be compiled at the same time.
    largest: Vec<u64>,
    workers: usize,
}

impl CodeCosts {
    /// Prepares to add up code that must not cost more than `limit`, and of which `workers`
    /// functions are compiled at a time.
    pub(super) fn new(limit: u64, workers: usize) -> Self {
        CodeCosts {
            functions: FunctionCosts::new(limit),
            kept: 0,
            work: 0,
            largest: Vec::new(),
            workers,
        }
    }

    /// Counts bytes that stay until all is compiled.
    pub(super) fn keep(&mut self, each: u64, count: u64) {
        self.kept = self.kept.saturating_add(each.saturating_mul(count));
    }

    /// Returns the memory at the worst time.
    pub(super) fn peak(&self) -> u64 {
        let largest = self.largest.iter().copied();
        largest.fold(self.kept, u64::saturating_add)
    }

    fn function(&mut self, cost: FunctionCost) {
        self.work = self.work.saturating_add(cost.work);
        let cost = cost.memory;
        let place = self.largest.partition_point(|larger| *larger > cost);
        self.largest.insert(place, cost);
        self.largest.truncate(self.workers);
    }
}

/// A core module that is being read.
#[derive(Debug, Default)]
pub(super) struct ModuleCosts {
    types: FunctionTypes,
    /// The index of the next function with code.
    next: u32,
    /// The sizes of its own tables.
    tables: Vec<u64>,
    items: u64,
}

impl ModuleCosts {
    /// Adds a section or function.
    pub(super) fn add(
        &mut self,
        payload: &Payload<'_>,
        code: &mut CodeCosts,
    ) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => self.types(section.clone(), code)?,
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    self.items(1, code);
                    if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import?.ty {
                        self.types.functions.push(ty);
                        self.next += 1;
                    }
                }
            }
            Payload::FunctionSection(section) => {
                self.items(section.count().into(), code);
                for ty in section.clone() {
                    self.types.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                self.items(section.count().into(), code);
                for table in section.clone() {
                    self.tables.push(table?.ty.initial);
                }
            }
            Payload::MemorySection(section) => self.items(section.count().into(), code),
            Payload::TagSection(section) => self.items(section.count().into(), code),
            Payload::GlobalSection(section) => self.items(section.count().into(), code),
            Payload::ExportSection(section) => {
                self.items(section.count().into(), code);
                code.keep(EXPORT, section.count().into());
            }
            Payload::ElementSection(section) => {
                self.items(section.count().into(), code);
                code.keep(TABLE_LIST_ENTRY, section.range().len() as u64);
                let is_active = |element: &wasmparser::Element<'_>| {
                    matches!(element.kind, ElementKind::Active { .. })
                };
                let mut elements = section.clone().into_iter();
                if elements.any(|element| element.is_ok_and(|element| is_active(&element))) {
                    for size in &self.tables {
                        code.keep(TABLE_LIST_ENTRY, (*size).min(TABLE_LIST));
                    }
                }
            }
            Payload::DataSection(section) => {
                self.items(section.count().into(), code);
                // A copy, and the image of the memory.
                code.keep(3, section.range().len() as u64);
                code.keep(super::DENSE_IMAGE, 1);
            }
            Payload::CodeSectionEntry(body) => {
                let ty = self.types.by_function(self.next);
                self.next = self.next.saturating_add(1);
                let cost = code.functions.estimate(body, ty, &self.types)?;
                code.function(cost);
                code.keep(FUNCTION, 1);
                code.keep(COMPILED_BYTE, body.range().len() as u64);
            }
            // Names of functions are kept for messages.
            Payload::CustomSection(section) => code.keep(2, section.data().len() as u64),
            _ => {}
        }
        Ok(())
    }

    /// Returns the bytes that the host keeps for each instance of the module.
    pub(super) fn instance_bytes(&self) -> u64 {
        INSTANCE.saturating_add(self.items.saturating_mul(INSTANCE_ITEM))
    }

    fn items(&mut self, count: u64, code: &mut CodeCosts) {
        self.items = self.items.saturating_add(count);
        code.keep(ITEM, count);
    }

    fn types(
        &mut self,
        section: TypeSectionReader<'_>,
        code: &mut CodeCosts,
    ) -> Result<(), BinaryReaderError> {
        for group in section {
            for ty in group?.into_types() {
                code.keep(TYPE, 1);
                let arity = match &ty.composite_type.inner {
                    CompositeInnerType::Func(ty) => Arity {
                        params: ty.params().len() as u64,
                        results: ty.results().len() as u64,
                    },
                    _ => Arity::default(),
                };
                self.types.types.push(arity);
            }
        }
        Ok(())
    }
}
