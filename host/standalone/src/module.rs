//! What is known about the module of a VM before it is written again.

use std::collections::{HashMap, HashSet};

use wasmparser::{
    BinaryReaderError, CompositeInnerType, ElementItems, ElementKind, ExternalKind, Operator,
    Parser, Payload, TypeRef, ValType,
};

/// What a function of the engine returns after an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The value of JavaScript that says so.
    Exception,
    /// No pointer.
    Null,
}

/// The functions of a module.
#[derive(Default)]
pub struct Contents<'a> {
    /// The number of imported functions, which come first.
    pub imported: u32,
    /// The type of each function that the module defines.
    pub types: Vec<u32>,
    /// The functions in the table, and the number of the first.
    pub table: Vec<u32>,
    pub table_base: u32,
    /// What functions of each type return after an exception.
    failures: Vec<Option<Failure>>,

    exports: HashMap<&'a str, u32>,
}

impl<'a> Contents<'a> {
    pub fn read(module: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let mut contents = Contents::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        for ty in group?.into_types() {
                            contents.add_type(&ty.composite_type.inner);
                        }
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        contents.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => {
                    contents.types = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            contents.exports.insert(export.name, export.index);
                        }
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        contents.add_element(element?)?;
                    }
                }
                // What follows is code.
                Payload::CodeSectionStart { .. } => break,
                _ => {}
            }
        }
        Ok(contents)
    }

    fn add_type(&mut self, ty: &CompositeInnerType) {
        let (parameters, results) = match ty {
            CompositeInnerType::Func(ty) => (ty.params(), ty.results()),
            _ => (&[][..], &[][..]),
        };
        self.failures.push(match (parameters.first(), results) {
            (Some(ValType::I32), [ValType::I64]) => Some(Failure::Exception),
            (Some(ValType::I32), [ValType::I32]) => Some(Failure::Null),
            _ => None,
        });
    }

    fn add_element(&mut self, element: wasmparser::Element<'_>) -> Result<(), BinaryReaderError> {
        if let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(functions)) =
            (element.kind, element.items)
            && let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
        {
            self.table_base = value.cast_unsigned();
            self.table = functions.into_iter().collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    /// The function with a number in the table.
    pub fn function_of(&self, number: u32) -> Option<u32> {
        let slot = number.checked_sub(self.table_base)?;
        self.table.get(slot as usize).copied()
    }

    /// The type of a function that the module defines.
    pub fn type_of(&self, function: u32) -> Option<u32> {
        let index = function.checked_sub(self.imported)?;
        self.types.get(index as usize).copied()
    }

    /// What a function returns after an exception, if it gets a context as its first argument.
    pub fn failure_of(&self, function: u32) -> Option<Failure> {
        let ty = self.type_of(function)?;
        self.failures.get(ty as usize).copied().flatten()
    }

    /// The functions that it exports.
    pub fn all_exported(&self) -> impl Iterator<Item = u32> + '_ {
        self.exports.values().copied()
    }

    /// The exported functions of these names.
    pub fn exported(&self, names: &HashSet<String>) -> Vec<u32> {
        let exports = self.exports.iter();
        let exports = exports.filter(|(name, _)| names.contains(**name));
        exports.map(|(_, function)| *function).collect()
    }
}

/// The names of the functions that a module exports.
pub fn function_exports(module: &[u8]) -> Result<HashSet<String>, BinaryReaderError> {
    Ok(Contents::read(module)?
        .exports
        .into_keys()
        .map(str::to_owned)
        .collect())
}
