//! The CPU backstop: makes every loop of the guest ask, now and then, whether to go on.
//!
//! QuickJS asks between bytecodes, but a loop inside one of its built-ins does not:
//! `Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)` would run for ever. This pass
//! counts a budget in linear memory down at the head of every loop, and calls a function of
//! the guest when it is used up.
//!
//! Two kinds of functions are left as they are. In some it would cost too much: the
//! interpreter, above all, asks by itself. And the function that is called asks the host,
//! which the component model forbids while values are passed in or out: so nothing is added to
//! what the guest's allocation (`cabi_realloc`) and clean-up (`cabi_post_*`) functions call.
//! The time those take is bounded by the values passed.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{BlockType, CodeSection, ExportSection, Function, Instruction, MemArg, Module};
use wasmparser::types::EntityType;
use wasmparser::{
    CustomSectionReader, FunctionBody, Name, Operator, Parser, Payload, TypeRef, ValType, Validator,
};

/// Name of the constant `i32` global that the guest exports: the address of the budget, an
/// `i32` in linear memory. The export is removed.
pub const BUDGET: &str = "jsvm_backstop_budget";

/// Name of the function that the guest exports and that is called when the budget is zero or
/// less. It sets the budget before anything else, has no parameters and no results, and traps
/// to stop the guest. The export is removed.
pub const FUNCTION: &str = "jsvm_backstop";

/// Functions that are left as they are: they ask by themselves.
pub const EXCLUDED: [&str; 1] = ["JS_CallInternal"];

/// Why a module could not be instrumented.
#[derive(Debug, thiserror::Error)]
pub enum InstrumentError {
    /// The module is not WebAssembly.
    #[error("the guest is not a valid WebAssembly module: {0}")]
    Invalid(#[from] wasmparser::Error),
    /// The module is valid, but there is something in it that cannot be written again.
    #[error("the guest has something that the backstop pass does not know: {0}")]
    Unknown(#[from] reencode::Error<Infallible>),
    /// The budget is not exported, or not as it should be.
    #[error(
        "the guest does not export the address `{BUDGET}` as a constant i32 global; define that \
         static in guest/ and link with `--export={BUDGET}`"
    )]
    NoBudget,
    /// The function is not exported, or has another type.
    #[error(
        "the guest does not export the core function `{FUNCTION}` without parameters and \
         results; define it in guest/ with `#[unsafe(no_mangle)]`"
    )]
    NoFunction,
    /// A function to be excluded is not there. To go on would slow it down unnoticed.
    #[error(
        "the guest has no function named `{name}`; remove it from the functions that the \
         backstop pass leaves alone, or keep names when linking guest/"
    )]
    NoSuchFunction {
        /// Its name.
        name: String,
    },
}

/// Adds the backstop to every loop of a core module, except in the functions of these names.
///
/// # Errors
///
/// See [`InstrumentError`].
pub fn instrument(core: &[u8], excluded: &[&str]) -> Result<Vec<u8>, InstrumentError> {
    let mut pass = Pass::new(core, excluded)?;
    let mut module = Module::new();
    pass.parse_core_module(&mut module, Parser::new(0), core)?;
    Ok(module.finish())
}

/// The rewriting of one module. Everything is copied but exports and loops.
struct Pass {
    /// Address of the budget.
    budget: u32,
    /// Index of the function to call.
    function: u32,
    /// Indices of functions that are left as they are.
    excluded: HashSet<u32>,
    /// Index of the function whose body comes next.
    next: u32,
}

impl Pass {
    fn new(core: &[u8], excluded: &[&str]) -> Result<Self, InstrumentError> {
        check_types(core)?;
        let mut imported = 0;
        let mut exports = HashMap::new();
        let mut constants = Vec::new();
        let mut names = HashMap::new();
        let mut calls = Vec::new();
        for payload in Parser::new(0).parse_all(core) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import?.ty {
                            TypeRef::Func(_) | TypeRef::FuncExact(_) => imported += 1,
                            TypeRef::Global(_) => constants.push(None),
                            _ => {}
                        }
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        let value = global?.init_expr.get_operators_reader().read()?;
                        constants.push(match value {
                            Operator::I32Const { value } => Some(value.cast_unsigned()),
                            _ => None,
                        });
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        exports.insert(export.name, export.index);
                    }
                }
                Payload::CodeSectionEntry(body) => calls.push(called(&body)?),
                Payload::CustomSection(section) => {
                    if let wasmparser::KnownCustom::Name(section) = section.as_known() {
                        read_function_names(section, &mut names)?;
                    }
                }
                _ => {}
            }
        }
        let budget = exports
            .get(BUDGET)
            .and_then(|&index| *constants.get(index as usize)?)
            .ok_or(InstrumentError::NoBudget)?;
        let function = *exports.get(FUNCTION).ok_or(InstrumentError::NoFunction)?;
        // What the function does before it sets the budget must not call it again.
        let mut left = HashSet::from([function]);
        let mut reached: Vec<u32> = exports
            .iter()
            .filter(|(name, _)| **name == "cabi_realloc" || name.starts_with("cabi_post_"))
            .map(|(_, index)| *index)
            .collect();
        while let Some(index) = reached.pop() {
            // An import has no body.
            if let Some(body) = index.checked_sub(imported)
                && left.insert(index)
            {
                reached.extend(calls.get(body as usize).into_iter().flatten());
            }
        }
        for name in excluded {
            let index = names.get(name).copied();
            left.insert(index.ok_or_else(|| InstrumentError::NoSuchFunction {
                name: (*name).to_owned(),
            })?);
        }
        Ok(Self {
            budget,
            function,
            excluded: left,
            next: imported,
        })
    }

    /// Writes the code that goes to the head of a loop. It leaves the operand stack alone, so
    /// it fits whatever the loop takes and gives.
    fn write(&self, function: &mut Function) {
        let budget = MemArg {
            offset: self.budget.into(),
            align: 2,
            memory_index: 0,
        };
        // Cranelift keeps the value in a register: it is not loaded a second time.
        for instruction in [
            Instruction::I32Const(0),
            Instruction::I32Const(0),
            Instruction::I32Load(budget),
            Instruction::I32Const(1),
            Instruction::I32Sub,
            Instruction::I32Store(budget),
            Instruction::I32Const(0),
            Instruction::I32Load(budget),
            Instruction::I32Const(0),
            Instruction::I32LeS,
            Instruction::If(BlockType::Empty),
            Instruction::Call(self.function),
            Instruction::End,
        ] {
            function.instruction(&instruction);
        }
    }
}

/// Checks that the module is valid and that both exports have the types they should have.
fn check_types(core: &[u8]) -> Result<(), InstrumentError> {
    let types = Validator::new().validate_all(core)?;
    let types = types.as_ref();
    let (mut budget, mut function) = (false, false);
    for (name, ty) in types.core_exports().into_iter().flatten() {
        match (name, ty) {
            (BUDGET, EntityType::Global(ty)) => {
                budget = ty.content_type == ValType::I32 && !ty.mutable;
            }
            (FUNCTION, EntityType::Func(id)) => {
                let ty = types[id].unwrap_func();
                function = ty.params().is_empty() && ty.results().is_empty();
            }
            _ => {}
        }
    }
    match (budget, function) {
        (false, _) => Err(InstrumentError::NoBudget),
        (true, false) => Err(InstrumentError::NoFunction),
        (true, true) => Ok(()),
    }
}

/// The functions that a function calls by their index.
fn called(body: &FunctionBody<'_>) -> Result<Vec<u32>, wasmparser::Error> {
    let mut calls = Vec::new();
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } =
            operator?
        {
            calls.push(function_index);
        }
    }
    Ok(calls)
}

fn read_function_names<'a>(
    section: wasmparser::NameSectionReader<'a>,
    names: &mut HashMap<&'a str, u32>,
) -> Result<(), wasmparser::Error> {
    for subsection in section {
        if let Name::Function(functions) = subsection? {
            for function in functions {
                let function = function?;
                names.insert(function.name, function.index);
            }
        }
    }
    Ok(())
}

impl Reencode for Pass {
    type Error = Infallible;

    fn parse_custom_section(
        &mut self,
        module: &mut Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        // Debug information (of the libraries: the guest has none) is about code that is no
        // longer where it was.
        if section.name().starts_with(".debug_") {
            return Ok(());
        }
        utils::parse_custom_section(self, module, section)
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), reencode::Error> {
        if export.name == BUDGET || export.name == FUNCTION {
            return Ok(());
        }
        utils::parse_export(self, exports, export)
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), reencode::Error> {
        let index = self.next;
        self.next += 1;
        if self.excluded.contains(&index) {
            return utils::parse_function_body(self, code, body);
        }
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let instruction = self.parse_instruction(&mut reader)?;
            function.instruction(&instruction);
            if let Instruction::Loop(_) = instruction {
                self.write(&mut function);
            }
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
