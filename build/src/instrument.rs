//! The CPU backstop: makes every loop of the guest ask, now and then, whether to go on.
//!
//! QuickJS asks between bytecodes, but a loop inside one of its built-ins does not:
//! `Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)` would run for ever. This pass
//! counts a budget in linear memory down at the head of every loop, and calls a function of
//! the guest when it is used up. (To count in local variables first was tried, and is slower.)
//!
//! Two kinds of functions are left as they are. One is hot: the pass costs 2.5 % of QuickJS's
//! speed, and would cost 6 % with the interpreter alone left out. The other runs while values
//! are passed in or out, when the component model forbids what the guest's function does, to
//! ask the host: so nothing is added to what the guest's allocation (`cabi_realloc`) and
//! clean-up (`cabi_post_*`) functions call. The time those take is bounded by the values passed.

mod contents;

use std::collections::HashSet;
use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{BlockType, CodeSection, ExportSection, Function, Instruction, MemArg, Module};
use wasmparser::{CustomSectionReader, FunctionBody, Parser};

use self::contents::Contents;

/// Name of the constant `i32` global that the guest exports: the address of the budget, an
/// `i32` in linear memory that counts loop iterations down. The export is removed.
pub const BUDGET: &str = "jsvm_backstop_budget";

/// Name of the function that the guest exports and that is called when the budget is zero or
/// less. It sets the budget before anything else, has no parameters and no results, and traps
/// to stop the guest. The export is removed.
pub const FUNCTION: &str = "jsvm_backstop";

/// The interpreter: it asks by itself, and has the hottest loop of all.
pub const INTERPRETER: &str = "JS_CallInternal";

/// Functions that are hot, and in which one call does little or asks by itself. A compiler may
/// have inlined any of them: then its loops count like those around them.
///
/// What is linear in the size of a value does not belong here: a script can call it on a large
/// one 10,000 times before the interpreter asks.
pub const BOUNDED: [&str; 20] = [
    // They search one object and its prototypes, as the interpreter does by itself.
    "JS_GetPropertyInternal",
    "JS_SetPropertyInternal2",
    "JS_SetPropertyValue",
    "JS_DefineProperty",
    // They enlarge tables, by half at least.
    "add_property",
    "add_shape_property",
    "arena_new",
    // They free, or look at before freeing, what was made by something that counts.
    "free_gc_object",
    "js_free_shape0",
    "js_free_value_rt",
    "js_array_finalizer",
    "js_array_mark",
    "mark_children",
    "JS_RunGC",
    // Numbers have few digits.
    "i32toa",
    "mpb_shr_round",
    "mul_pow",
    "mp_div1norm",
    "output_digits",
    // The matcher of regular expressions asks by itself.
    "lre_exec",
];

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
    /// The interpreter is not there. To go on would slow it down unnoticed.
    #[error("the guest has no function named `{INTERPRETER}`; keep names when linking guest/")]
    NoInterpreter,
}

/// Adds the backstop to every loop of a core module, except in [`INTERPRETER`] and
/// [`BOUNDED`], and removes debug information, which would be wrong afterwards.
///
/// # Errors
///
/// See [`InstrumentError`].
pub fn instrument(core: &[u8]) -> Result<Vec<u8>, InstrumentError> {
    instrument_except(core, &BOUNDED)
}

fn instrument_except(core: &[u8], bounded: &[&str]) -> Result<Vec<u8>, InstrumentError> {
    let mut pass = Pass::new(core, bounded)?;
    let mut module = Module::new();
    pass.parse_core_module(&mut module, Parser::new(0), core)?;
    Ok(module.finish())
}

/// The rewriting of one module. Everything is copied but exports and loops.
struct Pass {
    /// Address of the budget.
    budget: u32,
    /// Index of the guest's function.
    backstop: u32,
    /// Indices of functions that are left as they are.
    excluded: HashSet<u32>,
    /// Index of the function whose body comes next.
    next: u32,
}

impl Pass {
    fn new(core: &[u8], bounded: &[&str]) -> Result<Self, InstrumentError> {
        let contents = Contents::read(core)?;
        let budget = contents.constant_export(BUDGET);
        let budget = budget.ok_or(InstrumentError::NoBudget)?;
        let backstop = contents.plain_function_export(FUNCTION);
        let backstop = backstop.ok_or(InstrumentError::NoFunction)?;
        let interpreter = contents.function_named(INTERPRETER);
        let interpreter = interpreter.ok_or(InstrumentError::NoInterpreter)?;

        let mut excluded = contents.reached_from(contents.called_while_passing_values());
        // What the backstop does before it sets the budget must not call it again.
        excluded.extend([interpreter, backstop]);
        excluded.extend(
            bounded
                .iter()
                .filter_map(|name| contents.function_named(name)),
        );
        Ok(Self {
            budget,
            backstop,
            excluded,
            next: contents.imported_functions(),
        })
    }

    /// Writes what goes to the head of a loop. It leaves the operand stack alone, so it fits
    /// whatever the loop takes and gives.
    fn count(&self, function: &mut Function) {
        let budget = MemArg {
            offset: self.budget.into(),
            align: 2,
            memory_index: 0,
        };
        function
            .instructions()
            .i32_const(0)
            .i32_const(0)
            .i32_load(budget)
            .i32_const(1)
            .i32_sub()
            .i32_store(budget)
            // Cranelift still has it in a register.
            .i32_const(0)
            .i32_load(budget)
            .i32_const(0)
            .i32_le_s()
            .if_(BlockType::Empty)
            .call(self.backstop)
            .end();
    }
}

impl Reencode for Pass {
    type Error = Infallible;

    fn parse_custom_section(
        &mut self,
        module: &mut Module,
        section: CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        // The guest itself is compiled without debug information, but libraries have some.
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
        // Names of this form are between the guest and the build.
        if export.name.starts_with("jsvm_") {
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
                self.count(&mut function);
            }
        }
        code.function(&function);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
