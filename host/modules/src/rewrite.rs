//! A module whose state is outside of it.
//!
//! Memories, tables and global variables become imports, in the order of their indices, so that no index changes.
//! What sets them up at first (active segments, the start function) goes, because the VM has done it.
//! `memory.grow` calls a function of one more table.

mod encode;

use std::ops::Range;

use wasmparser::{
    BinaryReaderError, CompositeInnerType, ElementItems, ElementKind, Encoding, ExternalKind,
    FunctionBody, Operator, Parser, Payload, RefType, TypeRef, ValType,
};

use crate::bounds::Bounds;

/// Why a module is not compiled.
#[derive(Debug, thiserror::Error)]
pub enum Unsuitable {
    /// It is no module.
    #[error(transparent)]
    Invalid(#[from] BinaryReaderError),
    /// It has something that only the interpreter runs.
    #[error("the module has {0}")]
    Feature(&'static str),
    /// It is larger than the bounds allow.
    #[error("the module has too many or too large {0}")]
    TooLarge(&'static str),
}

/// The modules of the imports.
pub const FUNCTIONS: &str = "f";
/// Memories by their indices, and so on.
pub const MEMORIES: &str = "m";
/// Tables; behind them that of the functions which grow memories, each by its index.
pub const TABLES: &str = "t";
/// Global variables.
pub const GLOBALS: &str = "g";

/// What a module has, each list in the order of its index space.
#[derive(Debug, Default)]
pub struct Outline {
    /// The types of the functions that it imports: indices of types.
    pub imports: Vec<u32>,
    /// How many memories, tables and global variables it has.
    pub memories: u32,
    pub tables: u32,
    pub globals: Vec<(ValType, bool)>,
}

/// A module for the compiler.
#[derive(Debug)]
pub struct Rewritten {
    pub bytes: Vec<u8>,
    pub outline: Outline,
}

#[derive(Default)]
struct Module<'a> {
    outline: Outline,
    types: Option<Range<usize>>,
    type_count: u32,
    /// For each type, whether JavaScript could pass its values as numbers.
    is_plain: Vec<bool>,
    functions: Option<Range<usize>>,
    function_types: Vec<u32>,
    /// Functions that somebody else can call.
    reachable: Vec<u32>,
    /// Functions that the code takes references of, which a segment must declare.
    declared: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
}

/// Rewrites a module.
///
/// # Errors
/// If it is to be interpreted.
pub fn rewrite(bytes: &[u8], bounds: &Bounds) -> Result<Rewritten, Unsuitable> {
    if bytes.len() > bounds.module {
        return Err(Unsuitable::TooLarge("bytes"));
    }
    let mut module = Module::read(bytes, bounds)?;
    module.reachable.sort_unstable();
    module.reachable.dedup();
    module.check_border()?;
    let bytes = module.encode(bytes)?;
    Ok(Rewritten {
        bytes,
        outline: module.outline,
    })
}

fn feature<T>(what: &'static str) -> Result<T, Unsuitable> {
    Err(Unsuitable::Feature(what))
}

impl<'a> Module<'a> {
    fn read(bytes: &'a [u8], bounds: &Bounds) -> Result<Self, Unsuitable> {
        let mut module = Module::default();
        let mut work = 0_u64;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::Version {
                    encoding: Encoding::Component,
                    ..
                } => return feature("the form of a component"),
                Payload::TypeSection(section) => {
                    module.types = Some(section.range());
                    for group in section {
                        for ty in group?.into_types() {
                            module.is_plain.push(match &ty.composite_type.inner {
                                CompositeInnerType::Func(ty) => {
                                    let mut types = ty.params().iter().chain(ty.results());
                                    types.all(is_plain)
                                }
                                _ => return feature("types of structures"),
                            });
                        }
                        module.type_count += 1;
                    }
                    if module.type_count as usize != module.is_plain.len() {
                        return feature("groups of types");
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        module.import(import?.ty)?;
                    }
                }
                Payload::FunctionSection(section) => {
                    if section.count() > bounds.functions {
                        return Err(Unsuitable::TooLarge("functions"));
                    }
                    module.functions = Some(section.range());
                    for ty in section {
                        module.function_types.push(ty?);
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        module.table(table?.ty.element_type)?;
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        module.memory(&memory?)?;
                    }
                }
                Payload::TagSection(_) => return feature("tags of exceptions"),
                Payload::GlobalSection(section) => {
                    for global in section {
                        let global = global?;
                        module.global(global.ty.content_type, global.ty.mutable)?;
                        module.references(&global.init_expr)?;
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            module.reachable.push(export.index);
                        }
                    }
                }
                Payload::StartSection { func, .. } => module.reachable.push(func),
                Payload::ElementSection(section) => {
                    for segment in section {
                        let segment = segment?;
                        if matches!(segment.kind, ElementKind::Passive) {
                            return feature("passive segments of elements");
                        }
                        module.elements(segment.items)?;
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    work = work.saturating_add(check_size(&body, bounds)?);
                    if work > bounds.work {
                        return Err(Unsuitable::TooLarge("functions"));
                    }
                    module.bodies.push(body);
                }
                _ => {}
            }
        }
        Ok(module)
    }

    fn import(&mut self, ty: TypeRef) -> Result<(), Unsuitable> {
        match ty {
            TypeRef::Func(ty) => self.outline.imports.push(ty),
            TypeRef::Table(ty) => self.table(ty.element_type)?,
            TypeRef::Memory(ty) => self.memory(&ty)?,
            TypeRef::Global(ty) => self.global(ty.content_type, ty.mutable)?,
            TypeRef::Tag(_) | TypeRef::FuncExact(_) => return feature("imports of another kind"),
        }
        Ok(())
    }

    fn table(&mut self, element: RefType) -> Result<(), Unsuitable> {
        if element != RefType::FUNCREF {
            return feature("tables of values of JavaScript");
        }
        self.outline.tables += 1;
        Ok(())
    }

    fn memory(&mut self, ty: &wasmparser::MemoryType) -> Result<(), Unsuitable> {
        if ty.memory64 || ty.shared || ty.page_size_log2.is_some() {
            return feature("memories of another kind");
        }
        self.outline.memories += 1;
        Ok(())
    }

    fn global(&mut self, ty: ValType, mutable: bool) -> Result<(), Unsuitable> {
        if !is_plain(&ty) {
            return feature("global variables that are no numbers");
        }
        self.outline.globals.push((ty, mutable));
        Ok(())
    }

    /// The functions of a segment, which end up in a table.
    fn elements(&mut self, items: ElementItems<'_>) -> Result<(), Unsuitable> {
        match items {
            ElementItems::Functions(functions) => {
                for function in functions {
                    self.reachable.push(function?);
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    self.references(&expression?)?;
                }
            }
        }
        Ok(())
    }

    fn references(&mut self, expression: &wasmparser::ConstExpr<'_>) -> Result<(), Unsuitable> {
        for operator in expression.get_operators_reader() {
            if let Operator::RefFunc { function_index } = operator? {
                self.reachable.push(function_index);
            }
        }
        Ok(())
    }

    fn type_of(&self, function: u32) -> Option<u32> {
        let imported = self.outline.imports.len();
        match (function as usize).checked_sub(imported) {
            None => self.outline.imports.get(function as usize).copied(),
            Some(defined) => self.function_types.get(defined).copied(),
        }
    }

    /// Only numbers cross the border.
    fn check_border(&self) -> Result<(), Unsuitable> {
        let reachable = self.reachable.iter().map(|index| self.type_of(*index));
        let imports = self.outline.imports.iter().map(|ty| Some(*ty));
        for ty in reachable.chain(imports) {
            let is_plain = ty.and_then(|ty| self.is_plain.get(ty as usize));
            if is_plain != Some(&true) {
                return feature("functions of values that are no numbers");
            }
        }
        Ok(())
    }
}

/// What a function adds to the work of compiling.
fn check_size(body: &FunctionBody<'_>, bounds: &Bounds) -> Result<u64, Unsuitable> {
    let size = body.range().len();
    if size > bounds.function {
        return Err(Unsuitable::TooLarge("functions"));
    }
    let mut locals = 0_u32;
    for group in body.get_locals_reader()? {
        locals = locals.saturating_add(group?.0);
    }
    if locals > bounds.locals {
        return Err(Unsuitable::TooLarge("functions' variables"));
    }
    let work = size as u64 * u64::from(locals.max(1));
    match work <= bounds.function_work {
        true => Ok(work),
        false => Err(Unsuitable::TooLarge("functions")),
    }
}

/// What changes tables or segments is not seen by the VM.
fn check_operator(operator: &Operator<'_>) -> Result<(), Unsuitable> {
    match operator {
        Operator::TableSet { .. }
        | Operator::TableGrow { .. }
        | Operator::TableFill { .. }
        | Operator::TableCopy { .. }
        | Operator::TableInit { .. }
        | Operator::ElemDrop { .. } => feature("code that changes tables"),
        Operator::MemoryInit { .. } | Operator::DataDrop { .. } => {
            feature("code that reads segments of data")
        }
        _ => Ok(()),
    }
}

fn is_plain(ty: &ValType) -> bool {
    matches!(
        ty,
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64
    )
}
