//! The CPU backstop: makes every loop of the guest ask, now and then, whether to go on.
//!
//! QuickJS asks between bytecodes, but a loop inside one of its built-ins does not:
//! `Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)` would run for ever. This pass
//! counts iterations down in linear memory at the head of every loop, and calls a function of
//! the guest when the count is used up. (To count in local variables first was tried, and is
//! slower.)
//!
//! Two kinds of functions are left as they are. One is [hot](BOUNDED): the pass costs 2.5 % of
//! QuickJS's speed, and would cost 6 % with the interpreter alone left out. The other may run while
//! values are passed in or out, when the component model forbids what the guest's function does, to
//! ask the host: all that the guest's allocation (`cabi_realloc`) and clean-up (`cabi_post_*`)
//! functions call. (To count their loops without polling was tried: it costs 5 %.) Where such a loop
//! can be long, as along a chain of prototypes, the engine's patches count its steps.
//!
//! A bulk instruction (`memory.fill`, `memory.copy`) is no loop, and takes as long as it has bytes:
//! it is charged by its length.

mod charge;
mod contents;

use std::collections::HashSet;
use std::convert::Infallible;

use jsvm_abi::adapter::{BEGIN, CALL, DROP, END, RESUME, START};
use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    CodeSection, ExportSection, Function, Instruction, Module, NameMap, NameSection,
};
use wasmparser::{CustomSectionReader, FunctionBody, Name, Parser, ValType};

use self::charge::Counters;
use self::contents::Contents;
use crate::fuse::HEAP_EXPORTS;

/// Name of the constant `i32` global that the guest exports: the address of two counters in linear
/// memory, each an `i32`. The first counts branches of JavaScript down, the second iterations of
/// loops. The export is removed.
pub const COUNTERS: &str = "jsvm_poll_counters";

/// Name of the function that the guest exports and that is called when the count of iterations is
/// zero or less. It sets the count before anything else, has no parameters and no results, and traps
/// to stop the guest. The export is removed.
pub const FUNCTION: &str = "jsvm_backstop";

/// Name of the function that the guest exports and that counts the bytes of a bulk instruction, which
/// are its parameter. It must not poll. The export is removed.
pub const CHARGE: &str = "jsvm_charge";

/// The interpreter: it asks by itself, and has the hottest loop of all.
pub const INTERPRETER: &str = "JS_CallInternal";

/// Functions that are hot, and in which one call does little, asks by itself, or counts its steps in
/// the source. A compiler may have inlined any of them: then its loops count like those around them.
///
/// What is linear in the size of a value does not belong here: a script can call it on a large
/// one 10,000 times before the interpreter asks.
pub const BOUNDED: [&str; 20] = [
    // They search one object and its prototypes, and count those.
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

/// A piece of the names of functions that run modules of scripts: they stop to ask after so many
/// instructions of a module, where it can be unwound.
pub const MODULE_INTERPRETER: &str = "5wasmi6engine8executor";

/// A piece of the names that are left out. Those of that crate's functions are half a megabyte: each
/// instruction has a function for each shape of its operands, and their types are in its name.
const UNNAMED: &str = "wasmi";

/// Why a module could not be instrumented.
#[derive(Debug, thiserror::Error)]
pub enum InstrumentError {
    /// The module is not WebAssembly.
    #[error("the guest is not a valid WebAssembly module: {0}")]
    Invalid(#[from] wasmparser::Error),
    /// The module is valid, but there is something in it that cannot be written again.
    #[error("the guest has something that the backstop pass does not know: {0}")]
    Unknown(#[from] reencode::Error<Infallible>),
    /// The counters are not exported, or not as they should be.
    #[error(
        "the guest does not export the address `{COUNTERS}` as a constant i32 global; define that \
         static in guest/ and link with `--export={COUNTERS}`"
    )]
    NoCounters,
    /// The function is not exported, or has another type.
    #[error(
        "the guest does not export the core function `{FUNCTION}` without parameters and \
         results; define it in guest/ with `#[unsafe(no_mangle)]`"
    )]
    NoFunction,
    /// That function is not exported, or has another type.
    #[error(
        "the guest does not export the core function `{CHARGE}` of one `i32` without results; \
         define it in guest/ with `#[unsafe(no_mangle)]`"
    )]
    NoCharge,
    /// The interpreter is not there. To go on would slow it down unnoticed.
    #[error("the guest has no function named `{INTERPRETER}`; keep names when linking guest/")]
    NoInterpreter,
}

/// The address of the counters in linear memory; see [`COUNTERS`].
///
/// # Errors
///
/// [`InstrumentError::Invalid`], [`InstrumentError::NoCounters`]
pub fn counters(core: &[u8]) -> Result<u32, InstrumentError> {
    let counters = Contents::read(core)?.constant_export(COUNTERS);
    counters.ok_or(InstrumentError::NoCounters)
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

/// The rewriting of one module. Everything is copied but exports, loops and bulk instructions.
struct Pass<'a> {
    contents: Contents<'a>,
    counters: Counters,
    /// Index of the interpreter.
    interpreter: u32,
    /// Indices of functions whose loops are left as they are.
    excluded: HashSet<u32>,
    /// Index of the function whose body comes next.
    next: u32,
}

impl<'a> Pass<'a> {
    fn new(core: &'a [u8], bounded: &[&str]) -> Result<Self, InstrumentError> {
        let contents = Contents::read(core)?;
        let counters = contents.constant_export(COUNTERS);
        let counters = counters.ok_or(InstrumentError::NoCounters)?;
        let backstop = contents.function_export(FUNCTION, &[]);
        let backstop = backstop.ok_or(InstrumentError::NoFunction)?;
        let charge = contents.function_export(CHARGE, &[ValType::I32]);
        let charge = charge.ok_or(InstrumentError::NoCharge)?;
        let interpreter = contents.function_named(INTERPRETER);
        let interpreter = interpreter.ok_or(InstrumentError::NoInterpreter)?;

        let mut excluded = contents.reached_from(contents.called_while_passing_values());
        // What the backstop does before it sets the count must not call it again.
        excluded.extend([backstop, charge]);
        let bounded = bounded.iter();
        excluded.extend(bounded.filter_map(|name| contents.function_named(name)));
        excluded.extend(contents.functions_with(MODULE_INTERPRETER));
        Ok(Self {
            counters: Counters {
                iterations: counters + 4,
                backstop,
                charge,
            },
            interpreter,
            excluded,
            next: contents.imported_functions(),
            contents,
        })
    }
}

/// Whether this is a length that is not worth counting.
fn is_small(instruction: Option<&Instruction<'_>>) -> bool {
    matches!(instruction, Some(Instruction::I32Const(length)) if (0..charge::SMALL).contains(length))
}

impl Reencode for Pass<'_> {
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

    fn parse_custom_name_subsection(
        &mut self,
        names: &mut NameSection,
        section: Name<'_>,
    ) -> Result<(), reencode::Error> {
        let Name::Function(functions) = section else {
            return utils::parse_custom_name_subsection(self, names, section);
        };
        let mut kept = NameMap::new();
        for function in functions {
            let function = function?;
            if !function.name.contains(UNNAMED) {
                kept.append(self.function_index(function.index)?, function.name);
            }
        }
        names.functions(&kept);
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), reencode::Error> {
        // Names of this form are between the guest and the build, but for those of adapters and of modules
        // that share the memory.
        let is_for_adapters = [BEGIN, CALL, END, DROP, START, RESUME].contains(&export.name)
            || HEAP_EXPORTS.contains(&export.name);
        if export.name.starts_with("jsvm_") && !is_for_adapters {
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
        if index == self.interpreter {
            return utils::parse_function_body(self, code, body);
        }
        let polls = !self.excluded.contains(&index);
        let (mut function, length) = self.function_with_local(&body, index)?;
        let mut reader = body.get_operators_reader()?;
        let mut before = None;
        while !reader.eof() {
            let instruction = self.parse_instruction(&mut reader)?;
            let is_bulk = matches!(
                instruction,
                Instruction::MemoryFill(_) | Instruction::MemoryCopy { .. }
            );
            if is_bulk && !is_small(before.as_ref()) {
                self.counters.charge_bytes(&mut function, length);
            }
            function.instruction(&instruction);
            if polls && matches!(instruction, Instruction::Loop(_)) {
                self.counters.count_iteration(&mut function);
            }
            before = Some(instruction);
        }
        code.function(&function);
        Ok(())
    }
}

impl Pass<'_> {
    /// A function with the locals of a body and one more, whose index it returns. A function that does
    /// not use it does not pay: native code has no locals.
    fn function_with_local(
        &mut self,
        body: &FunctionBody<'_>,
        index: u32,
    ) -> Result<(Function, u32), reencode::Error> {
        let mut first = self.contents.parameters(index);
        let mut locals = Vec::new();
        for pair in body.get_locals_reader()? {
            let (count, ty) = pair?;
            first += count;
            locals.push((count, self.val_type(ty)?));
        }
        locals.push((1, wasm_encoder::ValType::I32));
        Ok((Function::new(locals), first))
    }
}

#[cfg(test)]
mod tests;
