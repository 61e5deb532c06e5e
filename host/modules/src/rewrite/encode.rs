//! The module that is compiled.

use wasm_encoder::{
    ElementMode, ElementSection, ElementSegment, Elements, EntityType, ExportKind, ExportSection,
    ImportSection, Instruction, MemoryType, RawSection, SectionId, TableType,
};
use wasmparser::{Operator, ValType};

use super::{FUNCTIONS, GLOBALS, MEMORIES, Module, TABLES, Unsuitable, check_operator};

impl Module<'_> {
    /// # Errors
    /// If its code is to be interpreted.
    pub(super) fn encode(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Unsuitable> {
        let code = self.code(bytes)?;
        let mut module = wasm_encoder::Module::new();
        let mut raw = |id: SectionId, data: &[u8]| {
            module.section(&RawSection { id: id as u8, data });
        };
        raw(SectionId::Type, &self.types(bytes));
        let mut imports = ImportSection::new();
        for (index, ty) in self.outline.imports.iter().enumerate() {
            imports.import(FUNCTIONS, &index.to_string(), EntityType::Function(*ty));
        }
        for index in 0..self.outline.memories {
            imports.import(
                MEMORIES,
                &index.to_string(),
                MemoryType {
                    minimum: 0,
                    maximum: None,
                    memory64: false,
                    shared: false,
                    page_size_log2: None,
                },
            );
        }
        for index in 0..=self.outline.tables {
            imports.import(
                TABLES,
                &index.to_string(),
                TableType {
                    element_type: wasm_encoder::RefType::FUNCREF,
                    table64: false,
                    minimum: 0,
                    maximum: None,
                    shared: false,
                },
            );
        }
        for (index, (ty, mutable)) in self.outline.globals.iter().enumerate() {
            imports.import(
                GLOBALS,
                &index.to_string(),
                wasm_encoder::GlobalType {
                    val_type: encoded(*ty),
                    mutable: *mutable,
                    shared: false,
                },
            );
        }
        let mut exports = ExportSection::new();
        let imported = self.outline.imports.len() as u32;
        for index in self.reachable.iter().filter(|index| **index >= imported) {
            exports.export(&index.to_string(), ExportKind::Func, *index);
        }
        let mut elements = ElementSection::new();
        if !self.declared.is_empty() {
            elements.segment(ElementSegment {
                mode: ElementMode::Declared,
                elements: Elements::Functions((&self.declared).into()),
            });
        }
        module.section(&imports);
        if let Some(functions) = self.functions.clone() {
            module.section(&RawSection {
                id: SectionId::Function as u8,
                data: &bytes[functions],
            });
        }
        module.section(&exports);
        module.section(&elements);
        module.section(&code);
        Ok(module.finish())
    }

    /// The types, and behind them that of the functions which grow memories.
    fn types(&self, bytes: &[u8]) -> Vec<u8> {
        let mut types = Vec::new();
        wasm_encoder::Encode::encode(&(self.type_count + 1), &mut types);
        if let Some(range) = self.types.clone() {
            let section = &bytes[range];
            // The number of types comes first.
            let count = section.iter().position(|byte| byte & 0x80 == 0);
            types.extend_from_slice(&section[count.map_or(0, |at| at + 1)..]);
        }
        types.extend_from_slice(&[0x60, 1, 0x7f, 1, 0x7f]);
        types
    }

    fn code(&mut self, bytes: &[u8]) -> Result<wasm_encoder::CodeSection, Unsuitable> {
        let mut code = wasm_encoder::CodeSection::new();
        let mut declared = Vec::new();
        for body in &self.bodies {
            let range = body.range();
            let mut rewritten: Vec<u8> = Vec::new();
            let mut done = range.start;
            let mut operators = body.get_operators_reader()?;
            while !operators.eof() {
                let (operator, at) = operators.read_with_offset()?;
                check_operator(&operator)?;
                match operator {
                    Operator::RefFunc { function_index } => declared.push(function_index),
                    Operator::MemoryGrow { mem } => {
                        rewritten.extend_from_slice(&bytes[done..at]);
                        let grow = [
                            Instruction::I32Const(mem.cast_signed()),
                            Instruction::CallIndirect {
                                type_index: self.type_count,
                                table_index: self.outline.tables,
                            },
                        ];
                        for instruction in grow {
                            wasm_encoder::Encode::encode(&instruction, &mut rewritten);
                        }
                        done = operators.original_position();
                    }
                    _ => {}
                }
            }
            rewritten.extend_from_slice(&bytes[done..range.end]);
            code.raw(&rewritten);
        }
        declared.sort_unstable();
        declared.dedup();
        self.reachable.extend_from_slice(&declared);
        self.reachable.sort_unstable();
        self.reachable.dedup();
        self.declared = declared;
        self.check_border()?;
        Ok(code)
    }
}

fn encoded(ty: ValType) -> wasm_encoder::ValType {
    match ty {
        ValType::I64 => wasm_encoder::ValType::I64,
        ValType::F32 => wasm_encoder::ValType::F32,
        ValType::F64 => wasm_encoder::ValType::F64,
        _ => wasm_encoder::ValType::I32,
    }
}
