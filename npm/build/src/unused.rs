//! Finds what the package does not use of the engine: programs of a WIT world and built files are components, which the
//! package does not make.

use std::collections::{HashMap, HashSet};

use jsvm_component::{EngineParts, References, references};
use wasmparser::{ElementItems, ElementKind, ExternalKind, Operator, Parser, Payload, TypeRef};

use crate::module::ModuleError;

/// What the names of exports begin with that are left out.
const UNUSED: [&str; 3] = ["jsvm:engine/worlds@", "jsvm_world_", "jsvm_shared_"];

/// Whether an export is left out.
pub(crate) fn is_unused(export: &str) -> bool {
    UNUSED.iter().any(|prefix| export.starts_with(prefix))
}

/// A module's functions.
#[derive(Default)]
struct Functions<'a> {
    imported: u32,
    exports: HashMap<&'a str, u32>,
    table_base: u32,
    table: Vec<u32>,
}

/// Finds the functions of the engine's module that only exports need which are left out. They are
/// indices among the functions that the module defines. There are none if the engine is not the one
/// whose references are known.
pub(crate) fn unused_functions(
    module: &[u8],
    parts: &EngineParts,
) -> Result<HashSet<u32>, ModuleError> {
    let functions = Functions::read(module)?;
    let Some(references) = references() else {
        return Ok(HashSet::new());
    };
    if parts.fingerprint != jsvm_component::FINGERPRINT {
        return Ok(HashSet::new());
    }
    let mut reach = Reach {
        references: &references,
        imported: functions.imported,
        is_reached: vec![false; references.functions.len()],
        is_constant_reached: vec![false; references.constants.len()],
    };
    let mut open: Vec<u32> = references.rooted_functions.clone();
    open.push(references.throw);
    let exports = functions.exports.iter();
    open.extend(exports.filter_map(|(name, function)| (!is_unused(name)).then_some(function)));
    for constant in &references.rooted_constants {
        reach.constant(*constant, &mut open);
    }
    // Each word of a fresh VM's memory that could be the number of a function or the address of a constant
    // counts as one.
    let heap = parts
        .image
        .bytes
        .get(parts.description.constants as usize..);
    for word in heap.unwrap_or_default().as_chunks().0 {
        let word = u32::from_le_bytes(*word);
        let slot = word.checked_sub(functions.table_base);
        if let Some(function) = slot.and_then(|slot| functions.table.get(slot as usize)) {
            open.push(*function);
        }
        if let Some(constant) = reach.constant_at(word) {
            reach.constant(constant, &mut open);
        }
    }
    while let Some(function) = open.pop() {
        reach.function(function, &mut open);
    }
    let unreached = (0..).zip(&reach.is_reached);
    Ok(unreached
        .filter_map(|(index, is_reached)| (!is_reached).then_some(index))
        .collect())
}

impl<'a> Functions<'a> {
    fn read(module: &'a [u8]) -> Result<Self, ModuleError> {
        let mut functions = Functions::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        functions.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            functions.exports.insert(export.name, export.index);
                        }
                    }
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        let element = element?;
                        if let (
                            ElementKind::Active { offset_expr, .. },
                            ElementItems::Functions(items),
                        ) = (element.kind, element.items)
                            && let Operator::I32Const { value } =
                                offset_expr.get_operators_reader().read()?
                        {
                            functions.table_base = value.cast_unsigned();
                            functions.table = items.into_iter().collect::<Result<_, _>>()?;
                        }
                    }
                }
                Payload::CodeSectionStart { .. } => break,
                _ => {}
            }
        }
        Ok(functions)
    }
}

struct Reach<'a> {
    references: &'a References,
    imported: u32,
    is_reached: Vec<bool>,
    is_constant_reached: Vec<bool>,
}

impl Reach<'_> {
    fn function(&mut self, function: u32, open: &mut Vec<u32>) {
        let Some(index) = function.checked_sub(self.imported) else {
            return;
        };
        let Some(is_reached) = self.is_reached.get_mut(index as usize) else {
            return;
        };
        if std::mem::replace(is_reached, true) {
            return;
        }
        let uses = &self.references.functions[index as usize];
        open.extend(uses.calls.iter().chain(&uses.takes));
        for constant in &uses.constants {
            self.constant(*constant, open);
        }
    }

    fn constant(&mut self, constant: u32, open: &mut Vec<u32>) {
        let mut constants = vec![constant];
        while let Some(constant) = constants.pop() {
            if std::mem::replace(&mut self.is_constant_reached[constant as usize], true) {
                continue;
            }
            let uses = &self.references.constants[constant as usize];
            open.extend(&uses.takes);
            constants.extend(&uses.constants);
        }
    }

    /// The constant that an address is in.
    fn constant_at(&self, address: u32) -> Option<u32> {
        let constants = &self.references.constants;
        let index = constants.partition_point(|it| it.start + it.len <= address);
        let found = constants.get(index)?;
        (found.start <= address).then_some(index as u32)
    }
}
