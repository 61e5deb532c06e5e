//! Leaves functions out of a module. They keep their indices and lose their bodies.

use std::collections::{HashMap, HashSet};

use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, Encode, ExportSection, Function,
};
use wasmparser::{BinaryReader, CodeSectionReader, ExportSectionReader, ExternalKind};

use super::error::StandaloneError;
use super::module::{Contents, Failure};
use super::reach::Plan;
use super::warm::without_length;

/// What to leave out of a module.
pub struct Shed<'a> {
    pub plan: &'a Plan,
    pub contents: &'a Contents<'a>,
    /// The names of the functions that are exported.
    pub exports: &'a HashSet<String>,
}

impl Shed<'_> {
    /// Adds functions that throw in the place of others in the table. `before` others were added before.
    /// Returns the new function by the old one.
    pub fn stubs(&self, before: u32, added: &mut Vec<(u32, Vec<u8>)>) -> HashMap<u32, u32> {
        let mut stubs = HashMap::new();
        let mut index = self.contents.imported + self.contents.types.len() as u32 + before;
        for function in &self.contents.table {
            let Some((name, ty)) = self
                .plan
                .replaced
                .get(function)
                .zip(self.contents.type_of(*function))
            else {
                continue;
            };
            if stubs.contains_key(function) {
                continue;
            }
            let mut stub = Function::new([]);
            // The arguments of the format are in memory: the address of the name.
            stub.instructions()
                .local_get(0)
                .i32_const(self.plan.format.cast_signed())
                .i32_const(name.cast_signed())
                .call(self.plan.throw);
            if self.contents.failure_of(*function) == Some(Failure::Null) {
                stub.instructions().drop().i32_const(0);
            }
            stub.instructions().end();
            let mut body = Vec::new();
            stub.encode(&mut body);
            added.push((ty, body));
            stubs.insert(*function, index);
            index += 1;
        }
        stubs
    }

    /// The section of exports with those that are used.
    pub fn exports(&self, section: &[u8]) -> Result<Vec<u8>, StandaloneError> {
        let mut exports = ExportSection::new();
        for export in ExportSectionReader::new(BinaryReader::new(section, 0))? {
            let export = export?;
            if export.kind != ExternalKind::Func || self.exports.contains(export.name) {
                exports.export(export.name, export.kind.into(), export.index);
            }
        }
        content(&exports)
    }

    /// The section with the functions in the table.
    pub fn elements(&self, stubs: &HashMap<u32, u32>) -> Result<Vec<u8>, StandaloneError> {
        let functions = self.contents.table.iter();
        let functions: Vec<u32> = functions
            .map(|function| stubs.get(function).copied().unwrap_or(*function))
            .collect();
        let mut elements = ElementSection::new();
        let base = ConstExpr::i32_const(self.contents.table_base.cast_signed());
        elements.active(None, &base, Elements::Functions(functions.into()));
        content(&elements)
    }

    /// The section of code, with traps for what is left out.
    pub fn code(&self, section: &[u8]) -> Result<Vec<u8>, StandaloneError> {
        let mut code = CodeSection::new();
        let mut is_reached = self.plan.is_reached.iter();
        for body in CodeSectionReader::new(BinaryReader::new(section, 0))? {
            let body = body?;
            if is_reached.next() == Some(&true) {
                code.raw(body.as_bytes());
            } else {
                let mut trap = Function::new([]);
                trap.instructions().unreachable().end();
                code.function(&trap);
            }
        }
        content(&code)
    }
}

/// The content of a section, without its length.
fn content(section: &impl Encode) -> Result<Vec<u8>, StandaloneError> {
    let mut bytes = Vec::new();
    section.encode(&mut bytes);
    Ok(without_length(&bytes)?.into_owned())
}
