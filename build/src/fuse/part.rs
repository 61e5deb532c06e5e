//! Core modules, read.

use std::collections::HashMap;

use wasm_encoder::ValType;
use wasmparser::{
    CompositeInnerType, Data, Element, ElementItems, ElementKind, ExternalKind, FuncType,
    FunctionBody, Global, Operator, Parser, Payload, TableType, TypeRef,
};
use wit_component::metadata;
use wit_parser::{Function, Resolve, WorldId, WorldItem};

use super::FuseError;

/// A core module with its world.
pub struct Source {
    /// The module.
    pub core: Vec<u8>,
    resolve: Resolve,
    world: WorldId,
}

impl Source {
    /// Reads a core module, in whose custom sections `wit-bindgen` put the world.
    ///
    /// # Errors
    /// [`FuseError::Unfit`] if there is no world.
    pub fn read(core: Vec<u8>) -> Result<Self, FuseError> {
        let metadata::Bindgen { resolve, world, .. } = bindgen(&core)?;
        Ok(Source {
            core,
            resolve,
            world,
        })
    }

    /// Reads the world again, to change it.
    pub fn bindgen(&self) -> Result<metadata::Bindgen, FuseError> {
        bindgen(&self.core)
    }

    /// The definitions of the world.
    pub fn resolve(&self) -> &Resolve {
        &self.resolve
    }

    /// A function that the world imports or exports.
    pub fn function(&self, interface: &str, name: &str) -> Option<&Function> {
        let resolve = self.resolve();
        let world = &resolve.worlds[self.world];
        world
            .exports
            .iter()
            .chain(&world.imports)
            .filter(|(key, _)| resolve.name_world_key(key) == interface)
            .find_map(|(_, item)| match item {
                WorldItem::Interface { id, .. } => resolve.interfaces[*id].functions.get(name),
                _ => None,
            })
    }
}

fn bindgen(core: &[u8]) -> Result<metadata::Bindgen, FuseError> {
    let decoded = metadata::decode(core);
    let (_, bindgen) = decoded.map_err(|error| FuseError::unfit(format!("{error:#}")))?;
    Ok(bindgen)
}

/// Core parameters and results.
pub type CoreType = (Vec<ValType>, Vec<ValType>);

/// An imported function.
pub struct Import<'a> {
    pub module: &'a str,
    pub name: &'a str,
    pub ty: CoreType,
}

/// A core module of Rust.
#[derive(Default)]
pub struct Part<'a> {
    pub types: Vec<CoreType>,
    pub imports: Vec<Import<'a>>,
    /// The type of each function that the module defines.
    pub functions: Vec<u32>,
    pub tables: Vec<TableType>,
    pub globals: Vec<Global<'a>>,
    pub exports: Vec<(&'a str, ExternalKind, u32)>,
    /// The address in the first table, and functions.
    pub elements: Vec<(i32, Vec<u32>)>,
    pub bodies: Vec<FunctionBody<'a>>,
    /// The address in memory, and bytes.
    pub data: Vec<(i32, &'a [u8])>,
    start: Option<u32>,
}

impl<'a> Part<'a> {
    pub fn read(core: &'a [u8]) -> Result<Self, FuseError> {
        let mut part = Part::default();
        for payload in Parser::new(0).parse_all(core) {
            part.add(payload?)?;
        }
        part.check_start()?;
        Ok(part)
    }

    /// Checks that the start function only zeroes memory, as the linker makes it for imported memories. In
    /// a new VM it is zero, so that the function is left out.
    fn check_start(&self) -> Result<(), FuseError> {
        let Some(start) = self.start else {
            return Ok(());
        };
        let body = (start as usize).checked_sub(self.imports.len());
        let body = body.and_then(|index| self.bodies.get(index));
        let body = body.ok_or_else(|| FuseError::unfit("a start function is imported"))?;
        let mut operators = body.get_operators_reader()?.into_iter();
        let zeroes = operators.all(|operator| {
            matches!(
                operator,
                Ok(Operator::I32Const { .. } | Operator::MemoryFill { mem: 0 } | Operator::End)
            )
        });
        match zeroes {
            true => Ok(()),
            false => Err(FuseError::unfit("a module has a start function")),
        }
    }

    fn add(&mut self, payload: Payload<'a>) -> Result<(), FuseError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        let CompositeInnerType::Func(ty) = &ty.composite_type.inner else {
                            return Err(FuseError::unfit("a type is not that of a function"));
                        };
                        self.types.push(core_type(ty)?);
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Func(ty) => self.imports.push(Import {
                            module: import.module,
                            name: import.name,
                            ty: self.types[ty as usize].clone(),
                        }),
                        TypeRef::Memory(_) => {}
                        _ => {
                            let name = format!("{}#{}", import.module, import.name);
                            return Err(FuseError::unfit(format!("{name} is no function")));
                        }
                    }
                }
            }
            Payload::FunctionSection(section) => {
                self.functions = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(_) => {
                return Err(FuseError::unfit("a module has a memory of its own"));
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::GlobalSection(section) => {
                self.globals = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.push((export.name, export.kind, export.index));
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    self.elements.push(functions(element?)?);
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => {
                for data in section {
                    self.data.push(bytes(&data?)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The index of an exported function.
    pub fn export(&self, name: &str) -> Option<u32> {
        let mut exports = self.exports.iter();
        exports
            .find(|(known, kind, _)| *known == name && *kind == ExternalKind::Func)
            .map(|(_, _, index)| *index)
    }

    /// The type of a function.
    pub fn type_of(&self, function: u32) -> &CoreType {
        match self.imports.get(function as usize) {
            Some(import) => &import.ty,
            None => {
                let defined = function as usize - self.imports.len();
                &self.types[self.functions[defined] as usize]
            }
        }
    }

    /// The value of an exported constant.
    pub fn constant(&self, name: &str) -> Option<i32> {
        let mut exports = self.exports.iter();
        let (_, _, index) =
            exports.find(|(known, kind, _)| *known == name && *kind == ExternalKind::Global)?;
        let global = self.globals.get(*index as usize)?;
        address(&global.init_expr).ok()
    }
}

/// The module of a VM.
pub struct VmModule<'a> {
    /// Its types, imports and exports.
    pub part: Part<'a>,
    exports: HashMap<&'a str, u32>,
}

impl<'a> VmModule<'a> {
    /// Reads the module of a VM.
    ///
    /// # Errors
    /// [`FuseError::Read`] if it is no module.
    pub fn read(core: &'a [u8]) -> Result<Self, FuseError> {
        // It has a memory, and data that does not matter here.
        let mut part = Part::default();
        for payload in Parser::new(0).parse_all(core) {
            match payload? {
                Payload::MemorySection(_)
                | Payload::ElementSection(_)
                | Payload::DataSection(_)
                | Payload::CodeSectionEntry(_) => {}
                payload => part.add(payload)?,
            }
        }
        let exports = part.exports.iter();
        let exports = exports.filter(|(_, kind, _)| *kind == ExternalKind::Func);
        let exports = exports.map(|(name, _, index)| (*name, *index)).collect();
        Ok(VmModule { part, exports })
    }

    /// The type of an exported function.
    pub fn export(&self, name: &str) -> Option<&CoreType> {
        Some(self.part.type_of(*self.exports.get(name)?))
    }
}

fn core_type(ty: &FuncType) -> Result<CoreType, FuseError> {
    let convert = |types: &[wasmparser::ValType]| {
        let types = types.iter().map(|ty| ValType::try_from(*ty).ok());
        types.collect::<Option<Vec<_>>>()
    };
    match (convert(ty.params()), convert(ty.results())) {
        (Some(params), Some(results)) => Ok((params, results)),
        _ => Err(FuseError::unfit("a function has types of no language")),
    }
}

fn functions(element: Element<'_>) -> Result<(i32, Vec<u32>), FuseError> {
    match (element.kind, element.items) {
        (
            ElementKind::Active {
                table_index: None | Some(0),
                offset_expr,
            },
            ElementItems::Functions(functions),
        ) => Ok((
            address(&offset_expr)?,
            functions.into_iter().collect::<Result<_, _>>()?,
        )),
        _ => Err(FuseError::unfit(
            "a table has other elements than functions",
        )),
    }
}

fn bytes<'a>(data: &Data<'a>) -> Result<(i32, &'a [u8]), FuseError> {
    match &data.kind {
        wasmparser::DataKind::Active {
            memory_index: 0,
            offset_expr,
        } => Ok((address(offset_expr)?, data.data)),
        _ => Err(FuseError::unfit("data has no address")),
    }
}

fn address(expression: &wasmparser::ConstExpr<'_>) -> Result<i32, FuseError> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value),
        _ => Err(FuseError::unfit("an address is not constant")),
    }
}
